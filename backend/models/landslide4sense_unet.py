"""The baseline of the Landslide4Sense competition: a U-Net over 14 bands, trained from scratch.

github iarai/Landslide4Sense-2022; data: Ghorbanzadeh et al. 2022, arXiv 2206.00515. Keys are those
of the published weights. Maps are (B, C, H, W).
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from backend.models.layers import ConvBlock, check_classes, check_counts, check_input


@dataclass(frozen=True)
class Landslide4SenseUNetConfig:
    """Architecture numbers; the defaults are the published ones (17 M parameters)."""

    in_channels: int = 14
    classes: int = 2
    """1: the logit of landslide; 2: the logits of background and landslide."""
    width: int = 64
    """Channels at full size; doubled with each halving of the map but the last."""

    def __post_init__(self) -> None:
        check_counts(self, "in_channels", "width")
        check_classes(self.classes)

    @property
    def stride(self) -> int:
        """The side of the input is a multiple of this [px]."""
        return 16


class DoubleConv(nn.Module):
    """Two 3 x 3 convolutions with bias, each normalised, ReLU."""

    def __init__(self, in_channels: int, middle: int, out_channels: int) -> None:
        super().__init__()
        self.double_conv = nn.Sequential(
            *ConvBlock(in_channels, middle, bias=True), *ConvBlock(middle, out_channels, bias=True)
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, in, H, W) to (B, out, H, W)."""
        return self.double_conv(x)


class Down(nn.Module):
    """(B, in, H, W) to (B, out, H / 2, W / 2)."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.maxpool_conv = nn.Sequential(
            nn.MaxPool2d(2), DoubleConv(in_channels, out_channels, out_channels)
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, in, H, W) to (B, out, H / 2, W / 2)."""
        return self.maxpool_conv(x)


class Up(nn.Module):
    """Doubles the map and joins the finer one, which has as many channels."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv = DoubleConv(2 * in_channels, in_channels, out_channels)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        """(B, in, H, W) and (B, in, 2 * H, 2 * W) to (B, out, 2 * H, 2 * W)."""
        x = F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=True)
        return self.conv(torch.cat([skip, x], dim=1))


class Landslide4SenseUNet(nn.Module):
    """(B, C, H, W), normalised, to class logits (B, classes, H, W)."""

    def __init__(self, config: Landslide4SenseUNetConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.inc = DoubleConv(config.in_channels, width, width)
        self.down1 = Down(width, 2 * width)
        self.down2 = Down(2 * width, 4 * width)
        self.down3 = Down(4 * width, 8 * width)
        self.down4 = Down(8 * width, 8 * width)
        self.up1 = Up(8 * width, 4 * width)
        self.up2 = Up(4 * width, 2 * width)
        self.up3 = Up(2 * width, width)
        self.up4 = Up(width, width)
        self.outc = nn.Sequential(OrderedDict(conv=nn.Conv2d(width, config.classes, 1)))

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) to (B, classes, H, W); ValueError unless H, W are multiples of 16."""
        check_input(x, self.config.in_channels, self.config.stride)
        x1 = self.inc(x)
        x2 = self.down1(x1)
        x3 = self.down2(x2)
        x4 = self.down3(x3)
        x = self.up1(self.down4(x4), x4)
        x = self.up2(x, x3)
        x = self.up3(x, x2)
        return self.outc(self.up4(x, x1))
