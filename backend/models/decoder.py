"""What CALandDet and its two ablations share behind the backbone: neck parts and both heads.

Maps are channels-last: (B, H, W, C). Source: doi 10.1038/s41598-025-08695-8.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from backend.models.layers import Linear, NormLinear, spread
from backend.models.swin import SwinBlock, SwinConfig, heads


class SwinBlocks(nn.Module):
    """Swin blocks of one width, every second one shifted: (B, H, W, C) to the same."""

    def __init__(self, channels: int, depth: int, config: SwinConfig, drop_rate: float) -> None:
        super().__init__()
        count = heads(channels, config.neck_head_channels)
        self.swin_blocks = nn.Sequential(
            *(
                SwinBlock(channels, count, config, index % 2 == 1, drop_rate)
                for index in range(depth)
            )
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, H, W, C) to the same."""
        return self.swin_blocks(x)


class SkipMerge(nn.Module):
    """Joins a map with the backbone's of the same size, and doubles height and width."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.nll = NormLinear(in_channels, 4 * out_channels)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        """(B, H, W, A) and (B, H, W, B) to (B, 2 * H, 2 * W, out)."""
        return spread(self.nll(torch.cat([x, skip], dim=-1)), 2)


class NeckEntry(nn.Sequential):
    """The neck's first stage, on the coarsest map: (B, h, w, 8 * E) to (B, h, w, 4 * E)."""

    def __init__(self, config: SwinConfig) -> None:
        channels = config.channels[-1]
        super().__init__(
            NormLinear(channels, channels // 2),
            SwinBlocks(channels // 2, config.neck_depths[0], config, drop_rate=0.0),
        )


class HeadBlock(nn.Module):
    """One scale's opinion: every pixel of the map answers for `factor` x `factor` finer ones."""

    def __init__(self, channels: int, factor: int) -> None:
        super().__init__()
        self.factor = factor
        self.nll = NormLinear(channels, factor**2)

    def forward(self, x: Tensor) -> Tensor:
        """(B, H, W, C) to (B, 1, factor * H, factor * W)."""
        return spread(self.nll(x), self.factor).permute(0, 3, 1, 2)


class SegmentationHead(nn.Module):
    """Mask logits as the weighted sum of three scales' opinions."""

    def __init__(self, config: SwinConfig) -> None:
        super().__init__()
        width, factor = config.embed_dim, config.patch_size
        self.head_block1 = HeadBlock(2 * width, factor)
        self.head_block2 = HeadBlock(width, factor)
        self.head_block3 = HeadBlock(width // 2, factor)
        self.final = nn.Conv2d(3, 1, 1, bias=False)

    def forward(self, maps: list[Tensor]) -> Tensor:
        """Maps of 2, 1, 1/2 times `embed_dim` channels, coarse to fine, to (B, 1, H, W)."""
        coarse, middle, fine = maps
        opinion = self.head_block3(fine)
        size = opinion.shape[2:]
        opinions = [
            F.interpolate(self.head_block1(coarse), size, mode="bilinear"),
            F.interpolate(self.head_block2(middle), size, mode="bilinear"),
            opinion,
        ]
        return self.final(torch.cat(opinions, dim=1))


class PresenceHead(nn.Module):
    """Is there a landslide in the tile at all?"""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.nll = NormLinear(channels, channels)
        self.head = Linear(channels, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(B, H, W, C) to the tile's token (B, C) and its presence logit (B, 1)."""
        token = self.nll(x.mean(dim=(1, 2)))
        return token, self.head(token)


def neck_drop_rates(config: SwinConfig) -> list[float]:
    """Stochastic depth of the neck's three later stages, evenly spaced; the first has none."""
    return [config.neck_stochastic_depth * stage / 3 for stage in (1, 2, 3)]


def neck_channels(config: SwinConfig) -> list[tuple[int, int]]:
    """(in, out) channels of the neck's three later stages; `in` counts the skip connection."""
    width = config.embed_dim
    return [(12 * width, 2 * width), (6 * width, width), (3 * width, width // 2)]
