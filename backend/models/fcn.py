"""FCN-8s: class scores at strides 32, 16 and 8, summed and spread to full size.

Long et al. 2015, arXiv 1411.4038. The fusion of three scores is the paper's; in place of its VGG-16
stands an encoder learned elsewhere, and scores are spread bilinearly, which is what the paper's
deconvolutions start from. (torchvision's FCN has no such fusion: it reads one map, at stride 8 of a
dilated ResNet, which takes six times the arithmetic.) Maps are (B, C, H, W).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor, nn

from backend.models.encoders import EncoderConfig, create_encoder
from backend.models.layers import ConvBlock, check_counts, check_input


@dataclass(frozen=True)
class FCNConfig(EncoderConfig):
    """Architecture numbers."""

    channels: int = 512
    """Of the coarsest map where it is scored; the paper's 4096 were made for VGG-16."""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_counts(self, "channels")


class FCN(nn.Module):
    """(B, C, H, W), normalised, to mask logits (B, classes, H, W)."""

    def __init__(self, config: FCNConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = create_encoder(config.encoder, config.in_channels)
        fine, middle, coarse = self.encoder.channels[2:]
        self.score8 = nn.Conv2d(fine, config.classes, 1)
        self.score16 = nn.Conv2d(middle, config.classes, 1)
        self.score32 = nn.Sequential(
            ConvBlock(coarse, config.channels),
            nn.Dropout(0.5),
            nn.Conv2d(config.channels, config.classes, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) to (B, classes, H, W); ValueError unless H, W are multiples of 32."""
        check_input(x, self.config.in_channels, self.config.stride)
        _, _, fine, middle, coarse = self.encoder(x)
        score = _spread(self.score32(coarse), 2) + self.score16(middle)
        score = _spread(score, 2) + self.score8(fine)
        return _spread(score, 8)


def _spread(x: Tensor, factor: int) -> Tensor:
    return F.interpolate(x, scale_factor=float(factor), mode="bilinear")
