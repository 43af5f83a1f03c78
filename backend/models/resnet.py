"""ResNet encoders, with the keys of torchvision's, whose weights learned on ImageNet fit them.

He et al. 2016, "Deep residual learning", arXiv 1512.03385; in its bottlenecks the 3 x 3
convolution has the stride, as in torchvision. Maps are (B, C, H, W).
"""

from __future__ import annotations

from collections.abc import Mapping

import torch.nn.functional as F
from torch import Tensor, nn

from backend.models.layers import for_channels

# Dilations of the last stage's blocks in a network of output stride 16, one after the other:
# the multi-grid (1, 2, 4) of Chen et al. 2017, arXiv 1706.05587, times 2.
_MULTI_GRID = (2, 4, 8)
_STEM = 64


def _convolution(
    in_channels: int, out_channels: int, kernel: int, stride: int = 1, dilation: int = 1
) -> nn.Conv2d:
    padding = dilation * (kernel // 2)
    return nn.Conv2d(in_channels, out_channels, kernel, stride, padding, dilation, bias=False)


def _shortcut(in_channels: int, out_channels: int, stride: int) -> nn.Sequential | None:
    """A projection where the shape changes."""
    if stride == 1 and in_channels == out_channels:
        return None
    return nn.Sequential(
        _convolution(in_channels, out_channels, 1, stride), nn.BatchNorm2d(out_channels)
    )


class BasicBlock(nn.Module):
    """Two 3 x 3 convolutions, added to the input."""

    expansion = 1

    def __init__(self, in_channels: int, channels: int, stride: int, dilation: int) -> None:
        super().__init__()
        self.conv1 = _convolution(in_channels, channels, 3, stride, dilation)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = _convolution(channels, channels, 3, 1, dilation)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = _shortcut(in_channels, channels, stride)

    def forward(self, x: Tensor) -> Tensor:
        """(B, in, H, W) to (B, channels, H / stride, W / stride)."""
        y = F.relu(self.bn1(self.conv1(x)), inplace=True)
        y = self.bn2(self.conv2(y))
        return F.relu(y + (self.downsample(x) if self.downsample else x), inplace=True)


class Bottleneck(nn.Module):
    """Narrows, filters 3 x 3, widens; added to the input."""

    expansion = 4

    def __init__(self, in_channels: int, channels: int, stride: int, dilation: int) -> None:
        super().__init__()
        wide = channels * self.expansion
        self.conv1 = _convolution(in_channels, channels, 1)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = _convolution(channels, channels, 3, stride, dilation)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = _convolution(channels, wide, 1)
        self.bn3 = nn.BatchNorm2d(wide)
        self.downsample = _shortcut(in_channels, wide, stride)

    def forward(self, x: Tensor) -> Tensor:
        """(B, in, H, W) to (B, 4 * channels, H / stride, W / stride)."""
        y = F.relu(self.bn1(self.conv1(x)), inplace=True)
        y = F.relu(self.bn2(self.conv2(y)), inplace=True)
        y = self.bn3(self.conv3(y))
        return F.relu(y + (self.downsample(x) if self.downsample else x), inplace=True)


# Block and number of blocks of the four stages.
VARIANTS: dict[str, tuple[type[BasicBlock] | type[Bottleneck], tuple[int, int, int, int]]] = {
    "resnet18": (BasicBlock, (2, 2, 2, 2)),
    "resnet50": (Bottleneck, (3, 4, 6, 3)),
    "resnet101": (Bottleneck, (3, 4, 23, 3)),
}


class ResNet(nn.Module):
    """(B, C, H, W) to five maps at strides 2, 4, 8, 16 and 32, of `channels`.

    With `output_stride` 16 the last stage keeps the size of the one before, and its blocks are
    dilated instead.
    """

    def __init__(self, variant: str, in_channels: int, output_stride: int = 32) -> None:
        super().__init__()
        block, counts = VARIANTS[variant]
        widths = [_STEM * 2**stage for stage in range(4)]
        self.channels = [_STEM, *(width * block.expansion for width in widths)]
        self.conv1 = _convolution(in_channels, _STEM, 7, 2)
        self.bn1 = nn.BatchNorm2d(_STEM)

        def stage(index: int, stride: int, dilations: tuple[int, ...]) -> nn.Sequential:
            before, after = self.channels[index], self.channels[index + 1]
            return nn.Sequential(
                *(
                    block(after if at else before, widths[index], 1 if at else stride, dilation)
                    for at, dilation in enumerate(dilations)
                )
            )

        dilated = output_stride == 16
        last = _MULTI_GRID[: counts[3]] if dilated else (1,) * counts[3]
        self.layer1 = stage(0, 1, (1,) * counts[0])
        self.layer2 = stage(1, 2, (1,) * counts[1])
        self.layer3 = stage(2, 2, (1,) * counts[2])
        self.layer4 = stage(3, 1 if dilated else 2, last)
        self.apply(_initialise)

    def forward(self, x: Tensor) -> list[Tensor]:
        """(B, C, H, W) to maps fine to coarse; H and W are multiples of the output stride."""
        x = F.relu(self.bn1(self.conv1(x)), inplace=True)
        maps = [x]
        x = F.max_pool2d(x, 3, 2, 1)
        for layer in (self.layer1, self.layer2, self.layer3, self.layer4):
            x = layer(x)
            maps.append(x)
        return maps


def _initialise(module: nn.Module) -> None:
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")


def from_published(state: Mapping[str, Tensor], encoder: ResNet) -> dict[str, Tensor]:
    """The encoder's weights out of torchvision's, with or without the classifier's last layer.

    Where the encoder takes other than 3 channels, each gets the mean of the three. Raises KeyError
    where `state` is another network's.
    """
    # Old files have no counters of batches; nothing reads them.
    weights = {
        key: value if key.endswith("num_batches_tracked") else state[key]
        for key, value in encoder.state_dict().items()
    }
    weights["conv1.weight"] = for_channels(weights["conv1.weight"], encoder.conv1.in_channels)
    return weights
