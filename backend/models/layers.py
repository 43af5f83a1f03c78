"""Small layers that several networks share.

Maps are channels-last, (B, H, W, C); those of `ConvBlock` are (B, C, H, W).
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Linear(nn.Linear):
    """`nn.Linear`, computed as a 1 x 1 convolution where that is the faster way.

    In float32 on a CPU torch gives matrix products to MKL and convolutions to oneDNN, which is two
    to three times as fast on AMD processors. The weights and their keys are those of `nn.Linear`.
    """

    def forward(self, x: Tensor) -> Tensor:
        """(..., in) to (..., out)."""
        if not _convolves_faster(x):
            return super().forward(x)
        tokens = x.reshape(1, -1, 1, self.in_features).permute(0, 3, 1, 2)
        y = F.conv2d(tokens, self.weight[:, :, None, None], self.bias)
        return y.permute(0, 2, 3, 1).reshape(*x.shape[:-1], self.out_features)


def _convolves_faster(x: Tensor) -> bool:
    return (
        x.device.type == "cpu"
        and x.dtype == torch.float32
        and torch.backends.mkldnn.is_available()
        and not torch.is_autocast_enabled("cpu")
        and not torch.jit.is_tracing()  # type: ignore[attr-defined]
        and not torch.compiler.is_compiling()
    )


class NormLinear(nn.Module):
    """LayerNorm, projection without bias, GELU: (..., in) to (..., out)."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(in_channels, eps=1e-6)
        self.fc = Linear(in_channels, out_channels, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(..., in) to (..., out)."""
        return F.gelu(self.fc(self.norm(x)))


class StochasticDepth(nn.Module):
    """In training, zeroes a residual branch of whole samples at `rate` (arXiv 1603.09382)."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, x: Tensor) -> Tensor:
        """(B, ...) to the same; kept samples are scaled by 1 / (1 - rate)."""
        if not self.training or self.rate == 0:
            return x
        kept = torch.empty((len(x), *[1] * (x.ndim - 1)), dtype=x.dtype, device=x.device)
        return x * kept.bernoulli_(1 - self.rate).div_(1 - self.rate)

    def extra_repr(self) -> str:
        """What `print(network)` shows."""
        return f"rate={self.rate}"


class ChannelsLast(nn.Module):
    """(B, C, H, W) to (B, H, W, C)."""

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) to (B, H, W, C)."""
        return x.permute(0, 2, 3, 1)


class ConvBlock(nn.Sequential):
    """Convolution, batch norm, ReLU: (B, in, H, W) to (B, out, H / stride, W / stride)."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel: int = 3,
        stride: int = 1,
        bias: bool = False,
    ) -> None:
        super().__init__(
            nn.Conv2d(in_channels, out_channels, kernel, stride, kernel // 2, bias=bias),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(inplace=True),
        )


def spread(x: Tensor, factor: int) -> Tensor:
    """Channels into space: (B, H, W, factor * factor * C) to (B, factor * H, factor * W, C)."""
    batch, height, width, channels = x.shape
    depth = channels // factor**2
    x = x.view(batch, height, width, factor, factor, depth).permute(0, 1, 3, 2, 4, 5)
    return x.reshape(batch, height * factor, width * factor, depth)


def trimmed(x: Tensor, rim: int) -> Tensor:
    """(B, C, H, W) without the outermost `rim` rows and columns."""
    return x[..., rim : x.shape[-2] - rim, rim : x.shape[-1] - rim] if rim else x


def check_input(x: Tensor, channels: int, multiple: int) -> None:
    """Raise ValueError unless `x` is (B, channels, H, W) with H, W multiples of `multiple` [px]."""
    if x.ndim != 4 or x.shape[1] != channels:
        raise ValueError(f"The network takes (B, {channels}, H, W); the input is {tuple(x.shape)}.")
    height, width = x.shape[2:]
    if height < 1 or width < 1 or height % multiple or width % multiple:
        raise ValueError(
            f"The input is {height} x {width} px; both sides have to be multiples of {multiple}."
        )


def is_positive_integer(value: Any) -> bool:
    """Whether a configuration value is an int of at least 1 (True is none)."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def for_channels(weight: Tensor, channels: int) -> Tensor:
    """A first convolution's weight (out, in, h, w) for images of `channels` bands.

    Each band gets the mean over the bands it was learned on, scaled so that their sum stays.
    """
    if channels == weight.shape[1]:
        return weight
    mean = weight.mean(dim=1, keepdim=True) * weight.shape[1] / channels
    return mean.repeat(1, channels, 1, 1)


def check_counts(config: object, *names: str) -> None:
    """Raise ValueError unless each of these settings is an int of at least 1."""
    for name in names:
        if not is_positive_integer(getattr(config, name)):
            raise ValueError(f"{name} is {getattr(config, name)!r}, not a positive integer.")


def check_classes(classes: Any) -> None:
    """Raise ValueError unless it is 1 (landslide) or 2 (background and landslide)."""
    if not is_positive_integer(classes) or classes > 2:
        raise ValueError(f"classes is {classes!r}, not 1 or 2.")


def check_row(config: object, name: str, length: int) -> None:
    """Raise ValueError unless this setting is a tuple of `length` ints of at least 1."""
    row = getattr(config, name)
    if not (isinstance(row, tuple) and len(row) == length and all(map(is_positive_integer, row))):
        raise ValueError(f"{name} is {row!r}, not {length} positive integers.")
