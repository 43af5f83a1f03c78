"""MFFENet: a dilated ResNet-101 with a decoder in which maps of all sizes meet and are weighed.

Xu et al. 2022, "MFFENet and ADANet", doi 10.1007/s10346-022-01847-1; github xupine/LandslideNet.
Keys are those of the published weights. Maps are (B, C, H, W).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from backend.models import resnet
from backend.models.deeplabv3plus import ASPP
from backend.models.encoders import EncoderConfig
from backend.models.layers import ConvBlock, check_counts, check_input, check_row
from backend.models.resnet import ResNet


@dataclass(frozen=True)
class MFFENetConfig(EncoderConfig):
    """Architecture numbers; the defaults are the published ones."""

    encoders: ClassVar[tuple[str, ...]] = tuple(resnet.VARIANTS)

    classes: int = 2
    encoder: str = "resnet101"
    rates: tuple[int, ...] = (6, 12, 18)
    """Dilations of the pyramid's three 3 x 3 convolutions."""
    channels: int = 256
    """Of the pyramid's output and of the decoder's last stages."""
    widths: tuple[int, ...] = (192, 96, 48)
    """Channels of each of the four maps that meet at strides 8, 4 and 2."""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_row(self, "rates", 3)
        check_row(self, "widths", 3)
        check_counts(self, "channels")
        if any(width % 3 for width in self.widths):
            raise ValueError(f"widths is {self.widths!r}, not three multiples of 3.")

    @property
    def stride(self) -> int:
        """The side of the input is a multiple of this [px]."""
        return 16


def _resized(x: Tensor, like: Tensor) -> Tensor:
    """(B, C, h, w) at the size of `like` (B, D, H, W)."""
    return F.interpolate(x, size=like.shape[2:], mode="bilinear", align_corners=True)


def _projection(in_channels: int, out_channels: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, 1, bias=False), nn.BatchNorm2d(out_channels)
    )


class AttentionGate(nn.Module):
    """Projects a map and weighs its pixels by a coarser one (Oktay et al. 2018, 1804.03999)."""

    def __init__(self, coarse_channels: int, in_channels: int, channels: int) -> None:
        super().__init__()
        self.W_g = _projection(coarse_channels, channels)
        self.W_x = _projection(in_channels, channels)
        self.psi = nn.Sequential(*_projection(channels, 1), nn.Sigmoid())

    def forward(self, coarse: Tensor, x: Tensor) -> Tensor:
        """(B, coarse, H, W) and (B, in, H, W) to (B, channels, H, W)."""
        x = self.W_x(x)
        return x * self.psi(F.relu(self.W_g(coarse) + x))


class Projections(nn.Module):
    """Three maps of any sizes, each to the same number of channels."""

    def __init__(self, in_channels: tuple[int, int, int], channels: int) -> None:
        super().__init__()
        first, second, third = in_channels
        self.conv1 = ConvBlock(first, channels, kernel=1, bias=True)
        self.conv2 = ConvBlock(second, channels, kernel=1, bias=True)
        self.conv3 = ConvBlock(third, channels, kernel=1, bias=True)

    def forward(self, maps: tuple[Tensor, Tensor, Tensor]) -> list[Tensor]:
        """Three maps (B, in, h, w) to three (B, channels, h, w)."""
        layers = (self.conv1, self.conv2, self.conv3)
        return [layer(x) for layer, x in zip(layers, maps, strict=True)]


class SharedGates(nn.Module):
    """Weighs the pixels of three maps by one or two gates that all of them decide.

    `gate_of` says which gate is which map's: maps from deeper than this one share the first, finer
    ones the second.
    """

    def __init__(self, channels: int, gate_of: tuple[int, int, int]) -> None:
        super().__init__()
        self.gate_of = gate_of
        self.C1 = ConvBlock(channels, channels // 2)
        self.C2 = nn.Sequential(*_projection(channels // 2, max(gate_of) + 1), nn.Sigmoid())

    def forward(self, maps: list[Tensor]) -> list[Tensor]:
        """Three maps (B, channels / 3, H, W) to the same."""
        gates = self.C2(self.C1(torch.cat(maps, dim=1)))
        return [gates[:, at : at + 1] * x for at, x in zip(self.gate_of, maps, strict=True)]


def _residual(channels: int) -> nn.Sequential:
    """Narrows to a third, filters 3 x 3, widens."""
    narrow = channels // 3
    return nn.Sequential(
        nn.Conv2d(channels, narrow, 1, bias=False),
        *ConvBlock(narrow, narrow),
        nn.Conv2d(narrow, channels, 1, bias=False),
    )


class Decoder(nn.Module):
    """The pyramid's map and three finer ones to class logits at stride 2.

    The numbers 3, 2 and 1 in the keys stand for strides 8, 4 and 2.
    """

    def __init__(self, config: MFFENetConfig, encoder_channels: list[int]) -> None:
        super().__init__()
        deep, (low1, low2, low3) = config.channels, encoder_channels[:3]
        width3, width2, width1 = config.widths
        self.Att3 = AttentionGate(deep, low3, width3)
        self.Con3 = SharedGates(3 * width3, (0, 1, 1))
        self.CA3 = Projections((deep, low2, low1), width3)
        self.Att2 = AttentionGate(low3, low2, width2)
        self.Con2 = SharedGates(3 * width2, (0, 0, 1))
        self.CA2 = Projections((deep, low3, low1), width2)
        self.Att1 = AttentionGate(low2, low1, width1)
        self.Con1 = SharedGates(3 * width1, (0, 0, 0))
        self.CA1 = Projections((deep, low3, low2), width1)
        self.conv_3 = _residual(4 * width3)
        self.conv_2 = _residual(4 * width2)
        self.conv_1 = _residual(4 * width1)
        self.four_conv = ConvBlock(deep + 4 * width3, deep)
        self.third_conv = ConvBlock(2 * deep + 4 * width2, deep)
        self.second_conv = ConvBlock(3 * deep + 4 * width1, deep)
        self.last_conv = nn.Sequential(
            *ConvBlock(4 * deep, deep),
            nn.Dropout(0.5),
            *ConvBlock(deep, deep),
            nn.Dropout(0.1),
            nn.Conv2d(deep, config.classes, 1),
        )

    def forward(self, deep: Tensor, low1: Tensor, low2: Tensor, low3: Tensor) -> Tensor:
        """Maps at strides 16, 2, 4 and 8 to (B, classes, H / 2, W / 2)."""
        x3 = _meet(self.Att3, self.Con3, self.CA3, low3, deep, (deep, low2, low1))
        x2 = _meet(self.Att2, self.Con2, self.CA2, low2, low3, (deep, low3, low1))
        x1 = _meet(self.Att1, self.Con1, self.CA1, low1, low2, (deep, low3, low2))
        y3 = self.four_conv(_joined([deep, x3 + self.conv_3(x3)], low3))
        y2 = self.third_conv(_joined([x2 + self.conv_2(x2), deep, y3], low2))
        y1 = self.second_conv(_joined([x1 + self.conv_1(x1), y2, y3, deep], low1))
        return self.last_conv(_joined([y1, y2, y3, deep], low1))


def _meet(
    attention: AttentionGate,
    gates: SharedGates,
    projections: Projections,
    own: Tensor,
    coarser: Tensor,
    others: tuple[Tensor, Tensor, Tensor],
) -> Tensor:
    """A level's own map, weighed by the coarser one, with the three others at its size."""
    alike = [_resized(x, own) for x in projections(others)]
    return torch.cat([attention(_resized(coarser, own), own), *gates(alike)], dim=1)


def _joined(maps: list[Tensor], like: Tensor) -> Tensor:
    return torch.cat([_resized(x, like) for x in maps], dim=1)


class MFFENet(nn.Module):
    """(B, C, H, W), normalised, to class logits (B, classes, H, W)."""

    def __init__(self, config: MFFENetConfig) -> None:
        super().__init__()
        self.config = config
        self.backbone = ResNet(config.encoder, config.in_channels, output_stride=16)
        channels = self.backbone.channels
        self.aspp = ASPP(channels[-1], config.channels, config.rates)
        self.decoder = Decoder(config, channels)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) to (B, classes, H, W); ValueError unless H, W are multiples of 16."""
        check_input(x, self.config.in_channels, self.config.stride)
        low1, low2, low3, _, last = self.backbone(x)
        return _resized(self.decoder(self.aspp(last), low1, low2, low3), x)
