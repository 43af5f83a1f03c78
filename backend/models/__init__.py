"""The networks, by name. A new one is one file here and one line in `_NETWORKS`.

A network takes (B, C, H, W), already normalised, and returns mask logits (B, 1 or classes, H, W),
or (mask logits, presence logit (B, 1)) where it has a presence head. Its `config` is a frozen
dataclass that holds all its architecture numbers, among them `in_channels` and `stride`: the side
of its input is a multiple of that [px]. All tensors it keeps are in its state dict.
"""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

import torch
from torch import nn

from backend.errors import CalandDetError
from backend.models.calanddet import CALandDet, CALandDetConfig
from backend.models.calanddet2 import CALandDet2, CALandDet2Config
from backend.models.deeplabv3plus import DeepLabV3Plus, DeepLabV3PlusConfig
from backend.models.eca_resnet50 import ECAResNet50, ECAResNet50Config
from backend.models.fcn import FCN, FCNConfig
from backend.models.landslide4sense_unet import Landslide4SenseUNet, Landslide4SenseUNetConfig
from backend.models.linknet import LinkNet, LinkNetConfig
from backend.models.mffenet import MFFENet, MFFENetConfig
from backend.models.segformer import SegFormer, SegFormerConfig
from backend.models.swin import SwinConfig
from backend.models.swin_seg import SwinSeg, SwinSegCls
from backend.models.unet import UNet, UNetConfig

_NETWORKS: dict[str, tuple[type[Any], type[Any]]] = {
    "calanddet": (CALandDet, CALandDetConfig),
    "swin_seg": (SwinSeg, SwinConfig),
    "swin_seg_cls": (SwinSegCls, SwinConfig),
    "calanddet2": (CALandDet2, CALandDet2Config),
    "unet": (UNet, UNetConfig),
    "deeplabv3plus": (DeepLabV3Plus, DeepLabV3PlusConfig),
    "fcn": (FCN, FCNConfig),
    "linknet": (LinkNet, LinkNetConfig),
    "segformer": (SegFormer, SegFormerConfig),
    "landslide4sense_unet": (Landslide4SenseUNet, Landslide4SenseUNetConfig),
    "eca_resnet50": (ECAResNet50, ECAResNet50Config),
    "mffenet": (MFFENet, MFFENetConfig),
}


def names() -> tuple[str, ...]:
    """All known architectures."""
    return tuple(_NETWORKS)


def create(name: str, **config: Any) -> nn.Module:
    """A new network; what `config` does not say is as published.

    Raises `CalandDetError` for an unknown name, ValueError for a setting that cannot be.
    """
    if name not in _NETWORKS:
        raise CalandDetError(
            f"'{name}' is no architecture that is known here.",
            f"Known are: {', '.join(names())}.",
        )
    network, config_type = _NETWORKS[name]
    unknown = set(config) - {field.name for field in fields(config_type)}
    if unknown:
        raise ValueError(f"{name} has no setting {', '.join(sorted(unknown))}.")
    # JSON knows no tuples.
    settings = {
        key: tuple(value) if isinstance(value, list) else value for key, value in config.items()
    }
    return network(config_type(**settings))


def sketch(name: str, **config: Any) -> nn.Module:
    """As `create`, but without memory or values: it knows its keys and shapes only."""
    with torch.device("meta"):
        return create(name, **config)


def config_of(network: nn.Module) -> dict[str, Any]:
    """All settings in JSON's types, such that `create(name, **settings)` makes its like."""
    settings: dict[str, Any] = asdict(network.config)  # type: ignore[call-overload]
    return {
        key: list(value) if isinstance(value, tuple) else value for key, value in settings.items()
    }
