"""CALandDet: a Swin backbone, a neck whose stages attend to one token for the whole tile, and
heads for the mask and for the presence of a landslide.

doi 10.1038/s41598-025-08695-8. Maps are channels-last: (B, H, W, C); E is `embed_dim`.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from backend.models.decoder import (
    NeckEntry,
    PresenceHead,
    SegmentationHead,
    SkipMerge,
    SwinBlocks,
    neck_channels,
    neck_drop_rates,
)
from backend.models.layers import NormLinear, StochasticDepth, check_input, is_positive_integer
from backend.models.swin import SwinBackbone, SwinConfig


@dataclass(frozen=True)
class CALandDetConfig(SwinConfig):
    """Architecture numbers of CALandDet; the defaults are the published ones."""

    attention_channels: int = 128
    """Channels in which token and pixels are compared."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not is_positive_integer(self.attention_channels):
            raise ValueError(f"attention_channels is {self.attention_channels!r}, not positive.")


class CrossAttention(nn.Module):
    """Weighs each pixel by how alike it and the tile's token are, signed by the presence logit."""

    def __init__(
        self, channels: int, token_channels: int, attention_channels: int, drop_rate: float
    ) -> None:
        super().__init__()
        self.alpha = nn.Parameter(torch.zeros(1))
        self.norm1 = nn.LayerNorm(token_channels, eps=1e-6)
        self.token_proj = NormLinear(token_channels, attention_channels)
        self.norm2 = nn.LayerNorm(channels, eps=1e-6)
        self.x_proj = NormLinear(channels, attention_channels)
        self.norm3 = nn.LayerNorm(channels, eps=1e-6)
        self.drop = StochasticDepth(drop_rate)

    def forward(self, x: Tensor, token: Tensor, presence: Tensor) -> Tensor:
        """(B, H, W, C), token (B, T) and presence logit (B, 1) to (B, H, W, C)."""
        direction = F.normalize(self.token_proj(self.norm1(token)), dim=-1)
        pixels = F.normalize(self.x_proj(self.norm2(x)), dim=-1)
        alike = (pixels * direction[:, None, None, :]).sum(dim=-1, keepdim=True)
        attention = presence[:, None, None, :] * alike * self.alpha.exp()
        return 0.5 * x + self.drop(self.norm3(x * attention))


class NeckStage(nn.Module):
    """Skip connection, cross-attention with the token, Swin blocks, at twice the size."""

    def __init__(
        self, in_channels: int, out_channels: int, depth: int, config: CALandDetConfig, drop: float
    ) -> None:
        super().__init__()
        self.skip_block = SkipMerge(in_channels, out_channels)
        self.cro_attn = CrossAttention(
            out_channels, config.channels[-1], config.attention_channels, drop
        )
        self.swin_blocks = SwinBlocks(out_channels, depth, config, drop)

    def forward(self, x: Tensor, skip: Tensor, token: Tensor, presence: Tensor) -> Tensor:
        """(B, H, W, A) and (B, H, W, in - A) to (B, 2 * H, 2 * W, out)."""
        return self.swin_blocks(self.cro_attn(self.skip_block(x, skip), token, presence))


class Neck(nn.Module):
    """From the backbone's four maps, coarse to fine, to three finer ones."""

    def __init__(self, config: CALandDetConfig) -> None:
        super().__init__()
        self.layer1 = NeckEntry(config)
        self.layers = nn.ModuleList(
            NeckStage(in_channels, out_channels, depth, config, drop)
            for (in_channels, out_channels), depth, drop in zip(
                neck_channels(config), config.neck_depths[1:], neck_drop_rates(config), strict=True
            )
        )

    def forward(self, maps: list[Tensor], token: Tensor, presence: Tensor) -> list[Tensor]:
        """The backbone's maps to maps of 2 E, E, E / 2 channels, 2, 4, 8 times the coarsest."""
        fine, middle, coarse, last = maps
        x = self.layer1(last)
        outputs = []
        for stage, skip in zip(self.layers, (coarse, middle, fine), strict=True):
            x = stage(x, skip, token, presence)
            outputs.append(x)
        return outputs


class CALandDet(nn.Module):
    """(B, C, H, W), normalised, to mask logits (B, 1, H, W) and presence logit (B, 1)."""

    def __init__(self, config: CALandDetConfig) -> None:
        super().__init__()
        self.config = config
        self.backbone = SwinBackbone(config)
        self.cls_head = PresenceHead(config.channels[-1])
        self.neck = Neck(config)
        self.head = SegmentationHead(config)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(B, C, H, W) to ((B, 1, H, W), (B, 1)); ValueError unless H, W are multiples of 32."""
        check_input(x, self.config.in_channels, self.config.stride)
        maps = self.backbone(x)
        token, presence = self.cls_head(maps[-1])
        return self.head(self.neck(maps, token, presence)), presence
