"""A network with what stands before and behind it: raw tiles in, quantised probabilities out."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from backend.card import Scaling
from backend.checkpoint import Checkpoint
from backend.models.outputs import landslide_logit
from backend.raster.grid import PROBABILITY_SCALE


class TileNetwork(nn.Module):
    """What every engine runs as one piece, so that all of them scale, crop and round alike."""

    shift: Tensor
    scale: Tensor

    def __init__(self, checkpoint: Checkpoint, margin: int) -> None:
        """`margin` [px] is dropped from each side of a tile."""
        super().__init__()
        self.network = checkpoint.network
        self.margin = margin
        shift, scale = _normalisation(checkpoint.card.scaling)
        self.register_buffer("shift", shift)
        self.register_buffer("scale", scale)

    def forward(self, tiles: Tensor) -> tuple[Tensor, ...]:
        """Raw tiles (B, C, size, size) to uint8 probabilities (B, stride, stride) of their centres.

        In 1/250; after them the presence logit (B, 1) where the network has a presence head.
        """
        output = self.network(torch.addcmul(self.shift, tiles.float(), self.scale))
        logits = landslide_logit(output)
        edge = logits.shape[-1] - self.margin
        crop = logits[:, 0, self.margin : edge, self.margin : edge].float()
        probabilities = torch.sigmoid(crop).mul(PROBABILITY_SCALE).round().to(torch.uint8)
        presence = output[1:] if isinstance(output, tuple) else ()
        return probabilities, *presence


def _normalisation(scaling: Scaling) -> tuple[Tensor, Tensor]:
    """Shift and scale (1, C, 1, 1).

    x * scale + shift equals ((x - low) / (high - low) - mean) / std.
    """
    low, high = scaling.range
    deviation = torch.tensor(scaling.std).view(1, -1, 1, 1)
    centre = torch.tensor(scaling.mean).view(1, -1, 1, 1)
    scale = 1 / ((high - low) * deviation)
    return -low * scale - centre / deviation, scale
