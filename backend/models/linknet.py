"""LinkNet: a light decoder that adds each of its maps to the encoder's of that size.

Chaurasia and Culurciello 2017, arXiv 1707.03718; on ResNet-18 it is the paper's (11.5 M
parameters). Maps are (B, C, H, W).
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from backend.models.encoders import EncoderConfig, create_encoder
from backend.models.layers import ConvBlock, check_counts, check_input


@dataclass(frozen=True)
class LinkNetConfig(EncoderConfig):
    """Architecture numbers; the defaults are the published ones."""

    encoder: str = "resnet18"
    head_channels: int = 32
    """Of the map at stride 2."""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_counts(self, "head_channels")


class Doubling(nn.Sequential):
    """Full convolution, batch norm, ReLU: (B, in, H, W) to (B, out, 2 * H, 2 * W)."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__(
            nn.ConvTranspose2d(in_channels, out_channels, 3, 2, 1, output_padding=1, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(inplace=True),
        )


class DecoderStage(nn.Sequential):
    """Narrows to a quarter, filters 3 x 3 at once or twice the size, widens (figure 2)."""

    def __init__(self, in_channels: int, out_channels: int, doubles: bool) -> None:
        narrow = in_channels // 4
        super().__init__(
            ConvBlock(in_channels, narrow, kernel=1),
            Doubling(narrow, narrow) if doubles else ConvBlock(narrow, narrow),
            ConvBlock(narrow, out_channels, kernel=1),
        )


class LinkNet(nn.Module):
    """(B, C, H, W), normalised, to mask logits (B, classes, H, W)."""

    def __init__(self, config: LinkNetConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = create_encoder(config.encoder, config.in_channels)
        _, finest, fine, middle, coarse = self.encoder.channels
        self.decoder4 = DecoderStage(coarse, middle, doubles=True)
        self.decoder3 = DecoderStage(middle, fine, doubles=True)
        self.decoder2 = DecoderStage(fine, finest, doubles=True)
        self.decoder1 = DecoderStage(finest, finest, doubles=False)
        self.head = nn.Sequential(
            Doubling(finest, config.head_channels),
            ConvBlock(config.head_channels, config.head_channels),
            nn.ConvTranspose2d(config.head_channels, config.classes, 2, 2),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) to (B, classes, H, W); ValueError unless H, W are multiples of 32."""
        check_input(x, self.config.in_channels, self.config.stride)
        _, finest, fine, middle, coarse = self.encoder(x)
        x = self.decoder4(coarse) + middle
        x = self.decoder3(x) + fine
        x = self.decoder2(x) + finest
        return self.head(self.decoder1(x))
