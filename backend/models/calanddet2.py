"""CALandDet's token cross-attention behind an encoder that starts from ImageNet's weights.

As in CALandDet (doi 10.1038/s41598-025-08695-8) one token for the whole tile, which also answers
whether there is a landslide at all, weighs every pixel of every scale by how alike they are. Two
things differ. The encoder is EfficientNet-Lite, and the neck convolves: both learn from hundreds
of images where windows of attention take tens of thousands. And pixels are normalised before they
are weighed: normalising after it, as published, divides the weight out again and keeps its sign.

Maps are (B, C, H, W).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from backend.models.efficientnet import VARIANTS, EfficientNetLite
from backend.models.layers import ConvBlock, check_input, is_positive_integer

# What weighs a pixel: the attention itself, as published only its sign, or nothing.
ATTENTIONS = ("magnitude", "sign", "none")


@dataclass(frozen=True)
class CALandDet2Config:
    """Architecture numbers."""

    in_channels: int = 3
    encoder: str = "lite2"
    """`lite0`, `lite1` or `lite2`."""
    channels: tuple[int, ...] = (160, 128, 96, 64)
    """Of the neck's maps at strides 32, 16, 8 and 4."""
    attention_channels: int = 64
    """Channels in which token and pixels are compared."""
    attention: str = "magnitude"
    """`magnitude`; `sign` and `none` are there to be compared with."""

    def __post_init__(self) -> None:
        if self.encoder not in VARIANTS:
            raise ValueError(f"encoder is {self.encoder!r}, not one of {', '.join(VARIANTS)}.")
        if self.attention not in ATTENTIONS:
            known = ", ".join(ATTENTIONS)
            raise ValueError(f"attention is {self.attention!r}, not one of {known}.")
        for name in ("in_channels", "attention_channels"):
            if not is_positive_integer(getattr(self, name)):
                raise ValueError(f"{name} is {getattr(self, name)!r}, not a positive integer.")
        four = isinstance(self.channels, tuple) and len(self.channels) == 4
        if not four or not all(map(is_positive_integer, self.channels)):
            raise ValueError(f"channels is {self.channels!r}, not four positive integers.")

    @property
    def stride(self) -> int:
        """The side of the input is a multiple of this [px]."""
        return 32


class PixelNorm(nn.LayerNorm):
    """LayerNorm of each pixel over its channels: the same pixel in any tile."""

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) to the same."""
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class TokenAttention(nn.Module):
    """Weighs each pixel by how alike it and the tile's token are, signed by the presence logit."""

    def __init__(self, channels: int, token_channels: int, config: CALandDet2Config) -> None:
        super().__init__()
        self.kind = config.attention
        self.token = nn.Linear(token_channels, config.attention_channels)
        self.pixels = nn.Conv2d(channels, config.attention_channels, 1)
        self.norm = PixelNorm(channels)
        self.gain = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor, token: Tensor, presence: Tensor) -> Tensor:
        """(B, C, H, W), token (B, T) and presence logit (B, 1) to (B, C, H, W)."""
        if self.kind == "none":
            return x
        direction = F.normalize(self.token(token), dim=1)[:, :, None, None]
        alike = (F.normalize(self.pixels(x), dim=1) * direction).sum(dim=1, keepdim=True)
        attention = presence.tanh()[:, :, None, None] * alike * self.gain.exp()
        weight = attention if self.kind == "magnitude" else attention.sign()
        return x + self.norm(x) * weight


class NeckStage(nn.Module):
    """Doubles the map, joins the encoder's of that size, lets it attend to the token."""

    def __init__(
        self, in_channels: int, skip_channels: int, out_channels: int, config: CALandDet2Config
    ) -> None:
        super().__init__()
        self.merge = ConvBlock(in_channels + skip_channels, out_channels)
        self.attention = TokenAttention(out_channels, config.channels[0], config)
        self.refine = ConvBlock(out_channels, out_channels)

    def forward(self, x: Tensor, skip: Tensor, token: Tensor, presence: Tensor) -> Tensor:
        """(B, in, H, W) and (B, skip, 2 * H, 2 * W) to (B, out, 2 * H, 2 * W)."""
        doubled = F.interpolate(x, scale_factor=2.0, mode="bilinear")
        merged = self.merge(torch.cat([doubled, skip], dim=1))
        return self.refine(self.attention(merged, token, presence))


class CALandDet2(nn.Module):
    """(B, C, H, W), normalised, to mask logits (B, 1, H, W) and presence logit (B, 1)."""

    def __init__(self, config: CALandDet2Config) -> None:
        super().__init__()
        self.config = config
        self.encoder = EfficientNetLite(config.encoder, config.in_channels)
        widths = config.channels
        self.entry = ConvBlock(self.encoder.channels[-1], widths[0], kernel=1)
        self.token = nn.Sequential(nn.Linear(widths[0], widths[0]), nn.GELU())
        self.presence = nn.Linear(widths[0], 1)
        skips = self.encoder.channels[3:0:-1]
        self.neck = nn.ModuleList(
            NeckStage(before, skip, after, config)
            for before, skip, after in zip(widths, skips, widths[1:], strict=False)
        )
        self.drop = nn.Dropout2d(0.1)
        # Every pixel of the finest map answers for 4 x 4 pixels of the image.
        self.head = nn.Conv2d(widths[-1], 16, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(B, C, H, W) to ((B, 1, H, W), (B, 1)); ValueError unless H, W are multiples of 32."""
        check_input(x, self.config.in_channels, self.config.stride)
        _, fine, middle, coarse, last = self.encoder(x)
        y = self.entry(last)
        token = self.token(y.mean(dim=(2, 3)))
        presence = self.presence(token)
        for stage, skip in zip(self.neck, (coarse, middle, fine), strict=True):
            y = stage(y, skip, token, presence)
        return F.pixel_shuffle(self.head(self.drop(y)), 4), presence
