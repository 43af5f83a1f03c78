"""A network with what stands before and behind it: raw tiles in, quantised probabilities out."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from backend.card import Scaling
from backend.checkpoint import Checkpoint
from backend.models.folding import folded
from backend.models.outputs import centre
from backend.raster.grid import PROBABILITY_SCALE

# The least range of values that a tile is stretched by: a metre of elevation, or one grey value.
LEAST_RANGE = 1.0


class TileNetwork(nn.Module):
    """What every engine runs as one piece, so that all of them scale, crop and round alike."""

    shift: Tensor
    scale: Tensor

    def __init__(self, checkpoint: Checkpoint, margin: int) -> None:
        """`margin` [px] is dropped from each side of a tile."""
        super().__init__()
        self.network = folded(checkpoint.network)
        self.margin = margin
        scaling = checkpoint.card.scaling
        self.range = scaling.range
        self.by_tile = [band in scaling.by_tile for band in checkpoint.card.bands]
        shift, scale = _normalisation(scaling)
        self.register_buffer("shift", shift)
        self.register_buffer("scale", scale)

    def forward(self, tiles: Tensor) -> tuple[Tensor, ...]:
        """Raw tiles (B, C, size, size) to uint8 probabilities (B, stride, stride) of their centres.

        In 1/250; after them the presence logit (B, 1) where the network has a presence head.
        """
        normal = self.normalised(tiles.float())
        logits, presence = centre(self.network, normal, self.margin)
        probabilities = torch.sigmoid(logits[:, 0].float()).mul(PROBABILITY_SCALE).round()
        return probabilities.to(torch.uint8), *(logit.float() for logit in presence)

    def normalised(self, tiles: Tensor) -> Tensor:
        """Raw tiles (B, C, size, size) as the network takes them."""
        if not any(self.by_tile):
            return torch.addcmul(self.shift, tiles, self.scale)
        parts = [
            stretched(band, *self.range) if is_relative else band
            for band, is_relative in zip(tiles.split(1, dim=1), self.by_tile, strict=True)
        ]
        values = torch.addcmul(self.shift, torch.cat(parts, dim=1), self.scale)
        # Unknown values of a stretched band become the training mean.
        return torch.where(torch.isnan(values), torch.zeros_like(values), values)


def stretched(band: Tensor, low: float, high: float) -> Tensor:
    """Values (B, 1, size, size) from each tile's least and greatest to `low` and `high`.

    NaN is unknown, and stays NaN. A tile whose values differ by less than `LEAST_RANGE` is not
    blown up to noise.
    """
    unknown = torch.isnan(band)
    least = band.masked_fill(unknown, torch.inf).amin((2, 3), keepdim=True)
    greatest = band.masked_fill(unknown, -torch.inf).amax((2, 3), keepdim=True)
    middle, span = (least + greatest) / 2, (greatest - least).clamp(min=LEAST_RANGE)
    return (band - middle) / span * (high - low) + (low + high) / 2


def _normalisation(scaling: Scaling) -> tuple[Tensor, Tensor]:
    """Shift and scale (1, C, 1, 1).

    x * scale + shift equals ((x - low) / (high - low) - mean) / std.
    """
    low, high = scaling.range
    deviation = torch.tensor(scaling.std).view(1, -1, 1, 1)
    centre = torch.tensor(scaling.mean).view(1, -1, 1, 1)
    scale = 1 / ((high - low) * deviation)
    return -low * scale - centre / deviation, scale
