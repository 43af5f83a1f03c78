"""U-Net: a decoder that doubles the encoder's coarsest map step by step and joins the finer ones.

Ronneberger et al. 2015, arXiv 1505.04597, on an encoder learned elsewhere: convolutions are
padded and normalised, and maps are doubled bilinearly. Maps are (B, C, H, W).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from backend.models.encoders import EncoderConfig, create_encoder
from backend.models.layers import ConvBlock, check_input, check_row


@dataclass(frozen=True)
class UNetConfig(EncoderConfig):
    """Architecture numbers."""

    channels: tuple[int, ...] = (256, 128, 64, 32, 16)
    """Of the decoder's maps at strides 16, 8, 4, 2 and 1."""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_row(self, "channels", 5)


class DecoderStage(nn.Module):
    """Doubles the map, joins the encoder's of that size, convolves twice."""

    def __init__(self, in_channels: int, skip_channels: int, out_channels: int) -> None:
        super().__init__()
        self.merge = ConvBlock(in_channels + skip_channels, out_channels)
        self.refine = ConvBlock(out_channels, out_channels)

    def forward(self, x: Tensor, skip: Tensor | None) -> Tensor:
        """(B, in, H, W) and (B, skip, 2 * H, 2 * W), if any, to (B, out, 2 * H, 2 * W)."""
        x = F.interpolate(x, scale_factor=2.0, mode="bilinear")
        if skip is not None:
            x = torch.cat([x, skip], dim=1)
        return self.refine(self.merge(x))


class UNet(nn.Module):
    """(B, C, H, W), normalised, to mask logits (B, classes, H, W)."""

    def __init__(self, config: UNetConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = create_encoder(config.encoder, config.in_channels)
        # At full size there is no map to join.
        *skips, coarsest = self.encoder.channels
        self.decoder = nn.ModuleList(
            DecoderStage(before, skip, after)
            for before, skip, after in zip(
                (coarsest, *config.channels), (*reversed(skips), 0), config.channels, strict=False
            )
        )
        self.head = nn.Conv2d(config.channels[-1], config.classes, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) to (B, classes, H, W); ValueError unless H, W are multiples of 32."""
        check_input(x, self.config.in_channels, self.config.stride)
        *skips, x = self.encoder(x)
        for stage, skip in zip(self.decoder, (*reversed(skips), None), strict=True):
            x = stage(x, skip)
        return self.head(x)
