"""DeepLabv3+: atrous spatial pyramid pooling, and a decoder that joins one map of fine detail.

Chen et al. 2018, arXiv 1802.02611. ResNets are dilated to output stride 16, as published; the
other encoders keep stride 32, with the pyramid's rates halved so that they reach as far. Maps are
(B, C, H, W).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from backend.models import resnet
from backend.models.encoders import Encoder, EncoderConfig, create_encoder
from backend.models.layers import ConvBlock, check_counts, check_input, check_row
from backend.models.resnet import ResNet


@dataclass(frozen=True)
class DeepLabV3PlusConfig(EncoderConfig):
    """Architecture numbers; the defaults are the published ones."""

    rates: tuple[int, ...] = (6, 12, 18)
    """Dilations of the pyramid's three 3 x 3 convolutions at stride 16."""
    channels: int = 256
    """Of the pyramid's branches and of the decoder."""
    fine_channels: int = 48
    """To which the map of fine detail, at stride 4, is reduced."""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_row(self, "rates", 3)
        check_counts(self, "channels", "fine_channels")

    @property
    def stride(self) -> int:
        """The side of the input is a multiple of this [px]: the encoder's output stride."""
        return 16 if self.encoder in resnet.VARIANTS else 32


class AtrousConv(nn.Module):
    """Dilated convolution, batch norm, ReLU: (B, in, H, W) to (B, out, H, W)."""

    def __init__(self, in_channels: int, out_channels: int, kernel: int, rate: int) -> None:
        super().__init__()
        padding = rate * (kernel // 2)
        self.atrous_conv = nn.Conv2d(
            in_channels, out_channels, kernel, padding=padding, dilation=rate, bias=False
        )
        self.bn = nn.BatchNorm2d(out_channels)

    def forward(self, x: Tensor) -> Tensor:
        """(B, in, H, W) to (B, out, H, W)."""
        return F.relu(self.bn(self.atrous_conv(x)), inplace=True)


class ASPP(nn.Module):
    """Looks at a map through windows of several sizes, and as a whole.

    In training the whole map's branch normalises one value a channel and image: it needs a batch
    of 2 or more. Keys are those of published weights (MFFENet's).
    """

    def __init__(self, in_channels: int, channels: int, rates: tuple[int, ...]) -> None:
        super().__init__()
        self.aspp1 = AtrousConv(in_channels, channels, 1, 1)
        self.aspp2 = AtrousConv(in_channels, channels, 3, rates[0])
        self.aspp3 = AtrousConv(in_channels, channels, 3, rates[1])
        self.aspp4 = AtrousConv(in_channels, channels, 3, rates[2])
        self.global_avg_pool = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), *ConvBlock(in_channels, channels, kernel=1)
        )
        self.conv1 = nn.Conv2d(5 * channels, channels, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.drop = nn.Dropout(0.5)

    def forward(self, x: Tensor) -> Tensor:
        """(B, in, H, W) to (B, C, H, W)."""
        views = [self.aspp1(x), self.aspp2(x), self.aspp3(x), self.aspp4(x)]
        whole = self.global_avg_pool(x).expand(-1, -1, *x.shape[2:])
        x = self.conv1(torch.cat([*views, whole], dim=1))
        return self.drop(F.relu(self.bn1(x), inplace=True))


class DeepLabV3Plus(nn.Module):
    """(B, C, H, W), normalised, to mask logits (B, classes, H, W)."""

    def __init__(self, config: DeepLabV3PlusConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = _dilated_encoder(config)
        rates = tuple(max(1, rate * 16 // config.stride) for rate in config.rates)
        self.aspp = ASPP(self.encoder.channels[-1], config.channels, rates)
        self.fine = ConvBlock(self.encoder.channels[1], config.fine_channels, kernel=1)
        self.decoder = nn.Sequential(
            ConvBlock(config.channels + config.fine_channels, config.channels),
            nn.Dropout(0.5),
            ConvBlock(config.channels, config.channels),
            nn.Dropout(0.1),
            nn.Conv2d(config.channels, config.classes, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) to (B, classes, H, W); ValueError unless H, W fit the output stride."""
        check_input(x, self.config.in_channels, self.config.stride)
        _, fine, _, _, coarse = self.encoder(x)
        wide = F.interpolate(self.aspp(coarse), size=fine.shape[2:], mode="bilinear")
        logits = self.decoder(torch.cat([wide, self.fine(fine)], dim=1))
        return F.interpolate(logits, scale_factor=4.0, mode="bilinear")


def _dilated_encoder(config: DeepLabV3PlusConfig) -> Encoder:
    if config.stride == 16:
        return ResNet(config.encoder, config.in_channels, output_stride=16)
    return create_encoder(config.encoder, config.in_channels)
