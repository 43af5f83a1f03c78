"""The two ablations of the CALandDet paper: no cross-attention, without and with presence head.

doi 10.1038/s41598-025-08695-8. Maps are channels-last: (B, H, W, C).
"""

from __future__ import annotations

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
from backend.models.layers import check_input
from backend.models.swin import SwinBackbone, SwinConfig


class NeckStage(nn.Module):
    """Skip connection and Swin blocks, at twice the size."""

    def __init__(
        self, in_channels: int, out_channels: int, depth: int, config: SwinConfig, drop: float
    ) -> None:
        super().__init__()
        self.skip_block = SkipMerge(in_channels, out_channels)
        self.swin_blocks = SwinBlocks(out_channels, depth, config, drop)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        """(B, H, W, A) and (B, H, W, in - A) to (B, 2 * H, 2 * W, out)."""
        return self.swin_blocks(self.skip_block(x, skip))


class Neck(nn.Module):
    """From the backbone's four maps, coarse to fine, to three finer ones."""

    def __init__(self, config: SwinConfig) -> None:
        super().__init__()
        self.layer1 = NeckEntry(config)
        self.layers = nn.ModuleList(
            NeckStage(in_channels, out_channels, depth, config, drop)
            for (in_channels, out_channels), depth, drop in zip(
                neck_channels(config), config.neck_depths[1:], neck_drop_rates(config), strict=True
            )
        )

    def forward(self, maps: list[Tensor]) -> list[Tensor]:
        """The backbone's maps to maps of 2 E, E, E / 2 channels, 2, 4, 8 times the coarsest."""
        fine, middle, coarse, last = maps
        x = self.layer1(last)
        outputs = []
        for stage, skip in zip(self.layers, (coarse, middle, fine), strict=True):
            x = stage(x, skip)
            outputs.append(x)
        return outputs


class SwinSeg(nn.Module):
    """(B, C, H, W), normalised, to mask logits (B, 1, H, W)."""

    def __init__(self, config: SwinConfig) -> None:
        super().__init__()
        self.config = config
        self.backbone = SwinBackbone(config)
        self.neck = Neck(config)
        self.head = SegmentationHead(config)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) to (B, 1, H, W); ValueError unless H and W are multiples of 32."""
        check_input(x, self.config.in_channels, self.config.stride)
        return self.head(self.neck(self.backbone(x)))


class SwinSegCls(nn.Module):
    """(B, C, H, W), normalised, to mask logits (B, 1, H, W) and presence logit (B, 1)."""

    def __init__(self, config: SwinConfig) -> None:
        super().__init__()
        self.config = config
        self.backbone = SwinBackbone(config)
        self.neck = Neck(config)
        self.head = SegmentationHead(config)
        self.cls_head = PresenceHead(config.channels[-1])

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(B, C, H, W) to ((B, 1, H, W), (B, 1)); ValueError unless H, W are multiples of 32."""
        check_input(x, self.config.in_channels, self.config.stride)
        maps = self.backbone(x)
        _, presence = self.cls_head(maps[-1])
        return self.head(self.neck(maps)), presence
