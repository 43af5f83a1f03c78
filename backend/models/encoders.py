"""The encoders that several networks start with, by name, and what such networks have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from backend.models import efficientnet, resnet
from backend.models.efficientnet import EfficientNetLite
from backend.models.layers import check_classes, check_counts
from backend.models.resnet import ResNet

Encoder = ResNet | EfficientNetLite
ENCODERS = (*resnet.VARIANTS, *efficientnet.VARIANTS)


def create_encoder(name: str, in_channels: int) -> Encoder:
    """A new encoder: (B, C, H, W) to five maps at strides 2, 4, 8, 16, 32, of its `channels`.

    Raises ValueError for an unknown name.
    """
    if name in resnet.VARIANTS:
        return ResNet(name, in_channels)
    if name in efficientnet.VARIANTS:
        return EfficientNetLite(name, in_channels)
    raise ValueError(f"encoder is {name!r}, not one of {', '.join(ENCODERS)}.")


@dataclass(frozen=True)
class EncoderConfig:
    """Architecture numbers of any network on an encoder."""

    encoders: ClassVar[tuple[str, ...]] = ENCODERS

    in_channels: int = 3
    classes: int = 1
    """1: the logit of landslide; 2: the logits of background and landslide."""
    encoder: str = "resnet50"

    def __post_init__(self) -> None:
        check_counts(self, "in_channels")
        check_classes(self.classes)
        if self.encoder not in self.encoders:
            known = ", ".join(self.encoders)
            raise ValueError(f"encoder is {self.encoder!r}, not one of {known}.")

    @property
    def stride(self) -> int:
        """The side of the input is a multiple of this [px]."""
        return 32
