"""SegFormer: a hierarchical transformer without position codes, and a decoder of perceptrons.

Xie et al. 2021, arXiv 2105.15203. Maps are channels-last: (B, H, W, C).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from backend.models.encoders import EncoderConfig
from backend.models.layers import ChannelsLast, ConvBlock, Linear, StochasticDepth, check_input


@dataclass(frozen=True)
class _Variant:
    channels: tuple[int, int, int, int]
    depths: tuple[int, int, int, int]
    decoder_channels: int


VARIANTS = {
    "mit_b0": _Variant((32, 64, 160, 256), (2, 2, 2, 2), 256),
    "mit_b2": _Variant((64, 128, 320, 512), (3, 4, 6, 3), 768),
}
# Of the four stages (the paper's table 6): attention heads, and the factor by which each side of
# the map shrinks before pixels attend to it.
_HEADS = (1, 2, 5, 8)
_REDUCTIONS = (8, 4, 2, 1)
_EXPANSION = 4
_EPS = 1e-6


@dataclass(frozen=True)
class SegFormerConfig(EncoderConfig):
    """Architecture numbers; the defaults are the published ones."""

    encoders: ClassVar[tuple[str, ...]] = tuple(VARIANTS)

    encoder: str = "mit_b2"
    stochastic_depth: float = 0.1
    """Drop rate of the encoder's last block, rising from 0."""

    def __post_init__(self) -> None:
        super().__post_init__()
        rate = self.stochastic_depth
        if not isinstance(rate, int | float) or not 0 <= rate < 1:
            raise ValueError(f"stochastic_depth is {rate!r}, not a rate from 0 to below 1.")


class EfficientAttention(nn.Module):
    """Every pixel attends to a map that is shrunk by `reduction` (section 3.1)."""

    def __init__(self, channels: int, heads: int, reduction: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = Linear(channels, channels)
        self.shrink = (
            nn.Sequential(
                nn.Conv2d(channels, channels, reduction, reduction),
                ChannelsLast(),
                nn.LayerNorm(channels),
            )
            if reduction > 1
            else None
        )
        self.key_value = Linear(channels, 2 * channels)
        self.proj = Linear(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """(B, H, W, C) to the same; H and W are multiples of the reduction."""
        small = x if self.shrink is None else self.shrink(x.permute(0, 3, 1, 2))
        query = self.query(x).flatten(1, 2).unflatten(2, (self.heads, -1)).transpose(1, 2)
        key_value = self.key_value(small).flatten(1, 2).unflatten(2, (2, self.heads, -1))
        key, value = key_value.permute(2, 0, 3, 1, 4).unbind()
        mixed = F.scaled_dot_product_attention(query, key, value)
        return self.proj(mixed.transpose(1, 2).reshape(x.shape))


class MixFFN(nn.Module):
    """A two-layer perceptron; the 3 x 3 convolution inside tells pixels where they are."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        wide = _EXPANSION * channels
        self.widen = Linear(channels, wide)
        self.conv = nn.Conv2d(wide, wide, 3, padding=1, groups=wide)
        self.narrow = Linear(wide, channels)

    def forward(self, x: Tensor) -> Tensor:
        """(B, H, W, C) to the same."""
        x = self.conv(self.widen(x).permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        return self.narrow(F.gelu(x))


class Block(nn.Module):
    """Attention and Mix-FFN, each normalised first and added."""

    def __init__(self, channels: int, heads: int, reduction: int, drop_rate: float) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(channels, eps=_EPS)
        self.attention = EfficientAttention(channels, heads, reduction)
        self.norm2 = nn.LayerNorm(channels, eps=_EPS)
        self.ffn = MixFFN(channels)
        self.drop = StochasticDepth(drop_rate)

    def forward(self, x: Tensor) -> Tensor:
        """(B, H, W, C) to the same."""
        x = x + self.drop(self.attention(self.norm1(x)))
        return x + self.drop(self.ffn(self.norm2(x)))


class Stage(nn.Module):
    """Overlapping patches, blocks, norm: (B, in, H, W) to (B, H / stride, W / stride, out)."""

    def __init__(
        self, in_channels: int, channels: int, heads: int, reduction: int, drop_rates: list[float]
    ) -> None:
        super().__init__()
        # The first stage sees the image.
        kernel, stride = (7, 4) if reduction == _REDUCTIONS[0] else (3, 2)
        self.patches = nn.Sequential(
            nn.Conv2d(in_channels, channels, kernel, stride, kernel // 2),
            ChannelsLast(),
            nn.LayerNorm(channels),
        )
        self.blocks = nn.Sequential(
            *(Block(channels, heads, reduction, rate) for rate in drop_rates)
        )
        self.norm = nn.LayerNorm(channels, eps=_EPS)

    def forward(self, x: Tensor) -> Tensor:
        """(B, in, H, W) to (B, H / stride, W / stride, out)."""
        return self.norm(self.blocks(self.patches(x)))


class MixTransformer(nn.Module):
    """(B, C, H, W) to four maps (B, h, w, c) at strides 4, 8, 16 and 32."""

    def __init__(self, config: SegFormerConfig) -> None:
        super().__init__()
        variant = VARIANTS[config.encoder]
        total = sum(variant.depths)
        rates = torch.linspace(0, config.stochastic_depth, total, device="cpu").tolist()
        stages, before = [], config.in_channels
        for channels, depth, heads, reduction in zip(
            variant.channels, variant.depths, _HEADS, _REDUCTIONS, strict=True
        ):
            stages.append(Stage(before, channels, heads, reduction, rates[:depth]))
            before, rates = channels, rates[depth:]
        self.stages = nn.ModuleList(stages)

    def forward(self, x: Tensor) -> list[Tensor]:
        """(B, C, H, W) to maps fine to coarse."""
        maps = []
        for stage in self.stages:
            y = stage(x)
            maps.append(y)
            x = y.permute(0, 3, 1, 2)
        return maps


class SegFormer(nn.Module):
    """(B, C, H, W), normalised, to mask logits (B, classes, H, W)."""

    def __init__(self, config: SegFormerConfig) -> None:
        super().__init__()
        self.config = config
        variant = VARIANTS[config.encoder]
        channels = variant.decoder_channels
        self.encoder = MixTransformer(config)
        self.unify = nn.ModuleList(Linear(width, channels) for width in variant.channels)
        self.fuse = ConvBlock(len(variant.channels) * channels, channels, kernel=1)
        self.drop = nn.Dropout2d(0.1)
        self.head = nn.Conv2d(channels, config.classes, 1)
        self.apply(_initialise)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) to (B, classes, H, W); ValueError unless H, W are multiples of 32."""
        check_input(x, self.config.in_channels, self.config.stride)
        maps = [
            unify(y).permute(0, 3, 1, 2)
            for unify, y in zip(self.unify, self.encoder(x), strict=True)
        ]
        size = maps[0].shape[2:]
        alike = [F.interpolate(y, size=size, mode="bilinear") for y in reversed(maps)]
        logits = self.head(self.drop(self.fuse(torch.cat(alike, dim=1))))
        return F.interpolate(logits, scale_factor=4.0, mode="bilinear")


def _initialise(module: nn.Module) -> None:
    """As published: truncated normal for projections, by fan-out for convolutions."""
    if isinstance(module, nn.Linear):
        nn.init.trunc_normal_(module.weight, std=0.02)
    elif isinstance(module, nn.Conv2d):
        fan_out = module.out_channels * math.prod(module.kernel_size) // module.groups
        nn.init.normal_(module.weight, std=math.sqrt(2 / fan_out))
    if isinstance(module, nn.Linear | nn.Conv2d) and module.bias is not None:
        nn.init.zeros_(module.bias)
