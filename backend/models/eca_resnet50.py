"""ECA-ResNet50: a ResNet-50 whose blocks weigh their channels, read at stride 32, over RGB and DEM.

github MaqsoodAhmed110/Enhanced-Landslide-Detection; the attention is Wang et al. 2020, arXiv
1910.03151. Keys are those of the published weights, without the layers that no forward pass uses.
Maps are (B, C, H, W).
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from backend.models.layers import ConvBlock, check_classes, check_counts, check_input, check_row

_EXPANSION = 4


@dataclass(frozen=True)
class ECAResNet50Config:
    """Architecture numbers; the defaults are the published ones (23.5 M parameters)."""

    in_channels: int = 4
    classes: int = 2
    """1: the logit of landslide; 2: the logits of background and landslide."""
    blocks: tuple[int, ...] = (3, 4, 6, 3)
    """Of the four stages."""
    width: int = 64
    """Channels inside the first stage's blocks; doubled from stage to stage."""
    attention_kernel: int = 3
    """Neighbouring channels that a channel's weight is made from; an odd number."""

    def __post_init__(self) -> None:
        check_counts(self, "in_channels", "width", "attention_kernel")
        check_row(self, "blocks", 4)
        check_classes(self.classes)
        if max(self.blocks) > 99:
            raise ValueError(f"blocks is {self.blocks!r}, not four numbers of blocks, 1 to 99.")
        if self.attention_kernel % 2 == 0:
            raise ValueError(f"attention_kernel is {self.attention_kernel}, not an odd number.")

    @property
    def stride(self) -> int:
        """The side of the input is a multiple of this [px]."""
        return 32


class ChannelAttention(nn.Module):
    """Weighs each channel by its mean and those of its neighbours: (B, C, H, W) to the same."""

    def __init__(self, kernel: int) -> None:
        super().__init__()
        self.conv = nn.Conv1d(1, 1, kernel, padding=kernel // 2)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) to the same."""
        means = x.mean(dim=(2, 3))[:, None]
        return x * torch.sigmoid(self.conv(means))[:, 0, :, None, None]


class Bottleneck(nn.Module):
    """A ResNet's bottleneck; the sum with the input is weighed by channel before the ReLU."""

    def __init__(self, in_channels: int, channels: int, stride: int, kernel: int) -> None:
        super().__init__()
        wide = channels * _EXPANSION
        self.bottleneck = nn.Sequential(
            *ConvBlock(in_channels, channels, kernel=1),
            *ConvBlock(channels, channels, stride=stride),
            nn.Conv2d(channels, wide, 1, bias=False),
            nn.BatchNorm2d(wide),
        )
        self.shortcut = nn.Sequential()
        if in_channels != wide:
            self.shortcut = nn.Sequential(
                nn.Conv2d(in_channels, wide, 1, stride, bias=False), nn.BatchNorm2d(wide)
            )
        self.eca_attention = ChannelAttention(kernel)

    def forward(self, x: Tensor) -> Tensor:
        """(B, in, H, W) to (B, 4 * channels, H / stride, W / stride)."""
        return F.relu(self.eca_attention(self.bottleneck(x) + self.shortcut(x)))


class ECAResNet50(nn.Module):
    """(B, C, H, W), normalised, to class logits (B, classes, H, W)."""

    def __init__(self, config: ECAResNet50Config) -> None:
        super().__init__()
        self.config = config
        # Published without a ReLU here.
        self.conv1 = nn.Sequential(
            nn.Conv2d(config.in_channels, config.width, 7, 2, 3, bias=False),
            nn.BatchNorm2d(config.width),
            nn.MaxPool2d(3, 2, 1),
        )
        widths = [config.width * 2**stage for stage in range(4)]
        before = [config.width, *(width * _EXPANSION for width in widths)]

        def stage(index: int) -> nn.Sequential:
            wide = before[index + 1]
            return nn.Sequential(
                *(
                    Bottleneck(
                        wide if at else before[index],
                        widths[index],
                        1 if at or index == 0 else 2,
                        config.attention_kernel,
                    )
                    for at in range(config.blocks[index])
                )
            )

        self.conv2, self.conv3, self.conv4, self.conv5 = map(stage, range(4))
        head = nn.Conv2d(before[-1], config.classes, 1)
        reduce = nn.Sequential(OrderedDict(conv=head))
        self.CustomModel = nn.Sequential(OrderedDict(upsample_and_reduce=reduce))

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) to (B, classes, H, W); ValueError unless H, W are multiples of 32."""
        check_input(x, self.config.in_channels, self.config.stride)
        y = self.conv5(self.conv4(self.conv3(self.conv2(self.conv1(x)))))
        # Published the other way round; both are linear, and this is a thousandth of the work.
        return F.interpolate(self.CustomModel(y), size=x.shape[2:], mode="bilinear")
