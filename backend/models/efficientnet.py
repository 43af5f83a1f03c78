"""EfficientNet-Lite: the encoder of the networks that start from weights learned on ImageNet.

Tan and Le 2019, "EfficientNet", arXiv 1905.11946, in the variant without squeeze-and-excitation
and with ReLU6. Padding is TensorFlow's ("same", uneven where the stride is 2), which the published
weights were trained with. Maps are (B, C, H, W).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from backend.models.layers import for_channels


@dataclass(frozen=True)
class _Stage:
    blocks: int
    kernel: int
    stride: int
    expansion: int
    channels: int


_STAGES = (
    _Stage(1, 3, 1, 1, 16),
    _Stage(2, 3, 2, 6, 24),
    _Stage(2, 5, 2, 6, 40),
    _Stage(3, 3, 2, 6, 80),
    _Stage(3, 5, 1, 6, 112),
    _Stage(4, 5, 2, 6, 192),
    _Stage(1, 3, 1, 6, 320),
)
# (width, depth) as multiples of the stages above; the stem and the outer stages keep their size.
VARIANTS = {"lite0": (1.0, 1.0), "lite1": (1.0, 1.1), "lite2": (1.1, 1.2)}
# The stages after which the map halves, and the last: strides 2, 4, 8, 16 and 32.
_OUTPUTS = (0, 1, 2, 4, 6)
_STEM = 32
# Of so many stages the first block is, like the stem, computed in float32 in any case. It takes in
# what no ReLU6 has bounded, and what bfloat16 would round away of that grows in all that follows.
_FULL = 6
_EPS = 1e-3


def _rounded(channels: float) -> int:
    """To a multiple of 8, and not below nine tenths of what it was."""
    near = max(8, int(channels + 4) // 8 * 8)
    return near + 8 if near < 0.9 * channels else near


def _stages(variant: str) -> list[_Stage]:
    width, depth = VARIANTS[variant]
    return [
        _Stage(
            stage.blocks if index in (0, 6) else math.ceil(depth * stage.blocks),
            stage.kernel,
            stage.stride,
            stage.expansion,
            _rounded(width * stage.channels),
        )
        for index, stage in enumerate(_STAGES)
    ]


class SamePadConv(nn.Conv2d):
    """A convolution without bias whose padding is TensorFlow's for sides of even length."""

    def __init__(
        self, in_channels: int, out_channels: int, kernel: int, stride: int, groups: int = 1
    ) -> None:
        even = kernel // 2 if stride == 1 else 0
        super().__init__(in_channels, out_channels, kernel, stride, even, groups=groups, bias=False)
        total = kernel - stride
        self._uneven = (total // 2, total - total // 2) * 2 if stride > 1 else None

    def forward(self, x: Tensor) -> Tensor:
        """(B, in, H, W) to (B, out, H / stride, W / stride)."""
        x = F.pad(x, self._uneven) if self._uneven else x
        if self.training and self.groups > 1 and x.dtype == torch.bfloat16 and x.is_cpu:
            return _QuickDepthwise.apply(x, self.weight.to(x.dtype), self.stride, self.padding)
        return super().forward(x)


class _QuickDepthwise(torch.autograd.Function):
    """A convolution of each channel alone in bfloat16, whose gradients are computed in float32.

    On processors torch takes two to five times as long for these gradients in bfloat16, which is
    more than for all other layers of this encoder together.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, *at: tuple[int, int]) -> Tensor:
        """`at` has stride and padding."""
        ctx.save_for_backward(x, weight)
        ctx.at = *at, (1, 1), x.shape[1]
        return F.conv2d(x, weight, None, *ctx.at)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor | None, ...]:
        """The gradients of what has one."""
        x, weight = ctx.saved_tensors
        stride, padding, dilation, groups = ctx.at
        # Not `torch.nn.grad`, which forgets the order of the axes in memory.
        of_x, of_weight, _ = torch.ops.aten.convolution_backward(
            slope.float(), x.float(), weight.float(), None,
            stride, padding, dilation, False, (0, 0), groups, (*ctx.needs_input_grad[:2], False),
        )  # fmt: skip
        return _as(of_x, x), _as(of_weight, weight), None, None


def _as(value: Tensor | None, like: Tensor) -> Tensor | None:
    return None if value is None else value.to(like.dtype)


def _norm(channels: int) -> nn.BatchNorm2d:
    # Not the momentum of ImageNet's long trainings: short ones would be over before the running
    # statistics are those of the data.
    return nn.BatchNorm2d(channels, eps=_EPS)


class InvertedResidual(nn.Module):
    """Widens, filters each channel, narrows; adds its input where the shapes agree."""

    def __init__(self, in_channels: int, stride: int, stage: _Stage) -> None:
        super().__init__()
        wide = in_channels * stage.expansion
        layers: list[nn.Module] = []
        if stage.expansion > 1:
            layers += [nn.Conv2d(in_channels, wide, 1, bias=False), _norm(wide), nn.ReLU6()]
        layers += [SamePadConv(wide, wide, stage.kernel, stride, groups=wide), _norm(wide)]
        layers += [nn.ReLU6(), nn.Conv2d(wide, stage.channels, 1, bias=False)]
        self.layers = nn.Sequential(*layers, _norm(stage.channels))
        self.expands = stage.expansion > 1
        self.residual = stride == 1 and in_channels == stage.channels

    def forward(self, x: Tensor) -> Tensor:
        """(B, in, H, W) to (B, out, H / stride, W / stride)."""
        return x + self.layers(x) if self.residual else self.layers(x)


def _in_full(part: nn.Module, x: Tensor) -> Tensor:
    """Computed in float32, also under autocast; but not in training, where speed counts more."""
    # A tensor without memory knows no autocast.
    if part.training or x.is_meta:
        return part(x)
    with torch.autocast(x.device.type, enabled=False):
        return part(x.float())


class _Blocks(nn.Sequential):
    """The blocks of a stage; the first changes channels and size."""

    def __init__(self, in_channels: int, stage: _Stage, first_in_full: bool) -> None:
        before = [in_channels] + [stage.channels] * (stage.blocks - 1)
        strides = [stage.stride] + [1] * (stage.blocks - 1)
        super().__init__(
            *(InvertedResidual(*of, stage) for of in zip(before, strides, strict=True))
        )
        self.first_in_full = first_in_full

    def forward(self, x: Tensor) -> Tensor:
        """(B, in, H, W) to (B, out, H / stride, W / stride)."""
        first, *others = self
        x = _in_full(first, x) if self.first_in_full else first(x)
        for block in others:
            x = block(x)
        return x


class EfficientNetLite(nn.Module):
    """(B, C, H, W) to five maps at strides 2, 4, 8, 16 and 32, of `channels`."""

    in_full = ("stem", *(f"stages.{stage}.0" for stage in range(_FULL)))

    def __init__(self, variant: str, in_channels: int) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.stem = nn.Sequential(SamePadConv(in_channels, _STEM, 3, 2), _norm(_STEM), nn.ReLU6())
        stages = _stages(variant)
        self.channels = [stages[index].channels for index in _OUTPUTS]
        before = [_STEM] + [stage.channels for stage in stages]
        self.stages = nn.ModuleList(
            _Blocks(channels, stage, number < _FULL)
            for number, (channels, stage) in enumerate(zip(before, stages, strict=False))
        )

    def forward(self, x: Tensor) -> list[Tensor]:
        """(B, C, H, W) to maps fine to coarse; H and W are multiples of 32."""
        x = _in_full(self.stem, x)
        maps = []
        for index, stage in enumerate(self.stages):
            x = stage(x)
            if index in _OUTPUTS:
                maps.append(x)
        return maps


def from_published(state: Mapping[str, Tensor], encoder: EfficientNetLite) -> dict[str, Tensor]:
    """The encoder's weights out of a classifier of EfficientNet-Lite-PyTorch, learned on ImageNet.

    The first convolution is fitted to the encoder's bands. Raises KeyError where `state` is another
    network's.
    """
    names = {"stem.0": "_conv_stem", "stem.1": "_bn0"}
    blocks = [
        (name, block)
        for name, block in encoder.named_modules()
        if isinstance(block, InvertedResidual)
    ]
    for count, (name, block) in enumerate(blocks):
        parts = ["_depthwise_conv", "_bn1", "_project_conv", "_bn2"]
        if block.expands:
            parts = ["_expand_conv", "_bn0", *parts]
        kept = [at for at, layer in enumerate(block.layers) if not isinstance(layer, nn.ReLU6)]
        for at, part in zip(kept, parts, strict=True):
            names[f"{name}.layers.{at}"] = f"_blocks.{count}.{part}"
    weights = {}
    for key in encoder.state_dict():
        layer, _, kind = key.rpartition(".")
        weights[key] = state[f"{names[layer]}.{kind}"]
    weights["stem.0.weight"] = for_channels(weights["stem.0.weight"], encoder.in_channels)
    return weights
