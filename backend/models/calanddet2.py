"""CALandDet's token cross-attention behind an encoder that starts from ImageNet's weights.

As in CALandDet (doi 10.1038/s41598-025-08695-8) a token, which also answers whether there is a
landslide at all, weighs every pixel of every scale by how alike they are. Three things differ.
The encoder is EfficientNet-Lite, and the neck convolves: both learn from hundreds of images where
windows of attention take tens of thousands. Pixels are normalised before they are weighed:
normalising after it, as published, divides the weight out again and keeps its sign. And a pixel's
token may tell of a window around it, not of the tile, whose token answers differently for the
next tile and cuts landslides along the border between them.

Maps are (B, C, H, W).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from backend.models.efficientnet import VARIANTS, EfficientNetLite
from backend.models.layers import ConvBlock, check_input, is_positive_integer, trimmed

# What weighs a pixel: the attention itself, as published only its sign, or nothing.
ATTENTIONS = ("magnitude", "sign", "none")
# As far in from a cut a stage of the neck sees it: two convolutions and the doubling [px].
REACH = 3


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
    token_window: int = 0
    """Side of the window that a token tells of, in cells of 32 px, odd; 0: the whole tile. Up to
    half a tile, a pixel of the tile's centre half has the same token in any tile."""

    def __post_init__(self) -> None:
        if self.encoder not in VARIANTS:
            raise ValueError(f"encoder is {self.encoder!r}, not one of {', '.join(VARIANTS)}.")
        if self.attention not in ATTENTIONS:
            known = ", ".join(ATTENTIONS)
            raise ValueError(f"attention is {self.attention!r}, not one of {known}.")
        for name in ("in_channels", "attention_channels"):
            if not is_positive_integer(getattr(self, name)):
                raise ValueError(f"{name} is {getattr(self, name)!r}, not a positive integer.")
        window = self.token_window
        if window != 0 and not (is_positive_integer(window) and window % 2):
            raise ValueError(f"token_window is {window!r}, neither 0 nor odd and positive.")
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
    """Weighs each pixel by how alike it and its token are, signed by the presence logit."""

    def __init__(
        self, channels: int, token_channels: int, finer: int, config: CALandDet2Config
    ) -> None:
        super().__init__()
        self.finer = finer
        self.kind = config.attention
        self.token = nn.Conv2d(token_channels, config.attention_channels, 1)
        self.pixels = nn.Conv2d(channels, config.attention_channels, 1)
        self.norm = PixelNorm(channels)
        self.gain = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor, token: Tensor, presence: Tensor) -> Tensor:
        """(B, C, H, W), tokens (B, T, h, w) and their presence logits (B, 1, h, w) to the first.

        The pixels are the centre of those, `finer` times as many on a side, that have tokens.
        """
        if self.kind == "none":
            return x
        direction = presence.tanh() * F.normalize(self.token(token), dim=1)
        finer = F.interpolate(direction, scale_factor=float(self.finer), mode="bilinear")
        towards = trimmed(finer, (finer.shape[-1] - x.shape[-1]) // 2)
        alike = (F.normalize(self.pixels(x), dim=1) * towards).sum(dim=1, keepdim=True)
        attention = alike * self.gain.exp()
        weight = attention if self.kind == "magnitude" else attention.sign()
        return x + self.norm(x) * weight


class NeckStage(nn.Module):
    """Doubles the map, joins the encoder's of that size, lets it attend to the token."""

    def __init__(
        self,
        in_channels: int,
        skip_channels: int,
        out_channels: int,
        finer: int,
        config: CALandDet2Config,
    ) -> None:
        super().__init__()
        self.merge = ConvBlock(in_channels + skip_channels, out_channels)
        self.attention = TokenAttention(out_channels, config.channels[0], finer, config)
        self.refine = ConvBlock(out_channels, out_channels)

    def forward(self, x: Tensor, skip: Tensor, token: Tensor, presence: Tensor) -> Tensor:
        """(B, in, H, W) and (B, skip, 2 * H, 2 * W) to (B, out, 2 * H, 2 * W); tokens as above."""
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
        self.token = nn.Sequential(nn.Conv2d(widths[0], widths[0], 1), nn.GELU())
        self.presence = nn.Conv2d(widths[0], 1, 1)
        skips = self.encoder.channels[3:0:-1]
        self.neck = nn.ModuleList(
            NeckStage(before, skip, after, finer, config)
            for before, skip, after, finer in zip(
                widths, skips, widths[1:], (2, 4, 8), strict=False
            )
        )
        self.drop = nn.Dropout2d(0.1)
        # Every pixel of the finest map answers for 4 x 4 pixels of the image.
        self.head = nn.Conv2d(widths[-1], 16, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(B, C, H, W) to ((B, 1, H, W), (B, 1)); ValueError unless H, W are multiples of 32."""
        return self.centre(x, 0)

    def centre(self, x: Tensor, margin: int) -> tuple[Tensor, Tensor]:
        """As `forward`, with mask logits of the centre alone: (B, 1, H - 2 * margin, ...).

        The neck leaves out what lies beyond, and what only that depends on.
        """
        check_input(x, self.config.in_channels, self.config.stride)
        _, fine, middle, coarse, last = self.encoder(x)
        y = self.entry(last)
        token = self.token(means_around(y, self.config.token_window))
        presence = self.presence(token)
        whole = self.token(y.mean(dim=(2, 3), keepdim=True))
        rim, rims = _rims(margin // 4, len(self.neck))
        y = trimmed(y, rim)
        for stage, skip, (before, after) in zip(
            self.neck, (coarse, middle, fine), rims, strict=True
        ):
            y = trimmed(stage(y, trimmed(skip, before), token, presence), after)
        logits = trimmed(F.pixel_shuffle(self.head(self.drop(y)), 4), margin % 4)
        return logits, self.presence(whole).flatten(1)


def means_around(x: Tensor, window: int) -> Tensor:
    """Means of (B, C, H, W) over a window around each cell, as far as it lies in the tile.

    `window` is the odd side in cells; 0: every cell has the mean of the tile.
    """
    if not window:
        return x.mean(dim=(2, 3), keepdim=True).expand_as(x)
    return F.avg_pool2d(x, window, stride=1, padding=window // 2, count_include_pad=False)


def _rims(finest: int, stages: int) -> tuple[int, list[tuple[int, int]]]:
    """What can be cut from each side of the neck's maps where `finest` is cut in the end [px].

    First of the map that enters, then of each stage: from what it joins, and from what it gives.
    """
    rims, rim = [], finest
    for _ in range(stages):
        before = max(rim - REACH, 0) // 2 * 2
        rims.append((before, rim - before))
        rim = before // 2
    return rim, rims[::-1]
