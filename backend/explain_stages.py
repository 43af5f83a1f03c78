"""The stages of each network whose maps can explain an answer, in the order they are computed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from torch import nn

from backend.checkpoint import Checkpoint
from backend.errors import CalandDetError


@dataclass(frozen=True)
class Stage:
    """A module of a network, by its path, whose output is a map (B, C, H, W).

    It is (B, H, W, C) where `channels_last`.
    """

    name: str
    module: str
    channels_last: bool = False


def _row(name: str, path: str, keys: Iterable[object], channels_last: bool = False) -> list[Stage]:
    """Stages that differ by a number: from 1 in the name, one of `keys` in the path."""
    return [
        Stage(f"{name}{number}", path.format(key), channels_last)
        for number, key in enumerate(keys, 1)
    ]


_SWIN = [
    *_row("backbone", "backbone.features.{}", range(4), True),
    *_row("neck", "neck.{}", ("layer1", "layers.0", "layers.1", "layers.2"), True),
]
# After the encoder's, by architecture.
_STAGES = {
    "calanddet": _SWIN,
    "swin_seg": _SWIN,
    "swin_seg_cls": _SWIN,
    "calanddet2": [Stage("entry", "entry"), *_row("neck", "neck.{}", range(3))],
    "unet": _row("decoder", "decoder.{}", range(5)),
    "deeplabv3plus": [Stage("pyramid", "aspp"), Stage("decoder", "decoder.2")],
    "fcn": [Stage("score", "score32.0")],
    "linknet": _row("decoder", "decoder{}", (4, 3, 2, 1)),
    "segformer": [
        *_row("encoder", "encoder.stages.{}", range(4), True),
        Stage("fuse", "fuse"),
    ],
    "landslide4sense_unet": [
        *_row("encoder", "{}", ("inc", "down1", "down2", "down3", "down4")),
        *_row("decoder", "up{}", (1, 2, 3, 4)),
    ],
    "eca_resnet50": _row("encoder", "conv{}", (2, 3, 4, 5)),
    "mffenet": [
        *_row("encoder", "backbone.layer{}", (1, 2, 3, 4)),
        Stage("pyramid", "aspp"),
        *_row("decoder", "decoder.{}", ("four_conv", "third_conv", "second_conv")),
    ],
}
# Where the tile's token first weighs the pixels; of the others the coarsest map, as Vinogradova et
# al. 2020 advise: the last ones before the head only repeat the mask.
_DEFAULTS = {
    "calanddet": "neck2",
    "swin_seg": "neck2",
    "swin_seg_cls": "neck2",
    "calanddet2": "neck1",
    "deeplabv3plus": "pyramid",
    "mffenet": "pyramid",
    "landslide4sense_unet": "encoder5",
}
_DEFAULT = "encoder4"


def stages(checkpoint: Checkpoint) -> dict[str, Stage]:
    """All stages of a checkpoint's network by their names."""
    of_architecture = _STAGES[checkpoint.card.architecture]
    return {stage.name: stage for stage in [*_encoder(checkpoint.network), *of_architecture]}


def choose_stage(checkpoint: Checkpoint, name: str | None) -> Stage:
    """The stage of a name, or the architecture's own.

    Raises `CalandDetError` that lists all stages where there is none of that name.
    """
    known = stages(checkpoint)
    architecture = checkpoint.card.architecture
    name = name or _DEFAULTS.get(architecture, _DEFAULT)
    if name not in known:
        raise CalandDetError(
            f"{architecture} has no stage {name!r}.", f"Choose {', '.join(known)}."
        )
    return known[name]


def _encoder(network: nn.Module) -> list[Stage]:
    """The stages at strides 4, 8, 16 and 32 of an encoder that several networks share."""
    encoder = getattr(network, "encoder", None)
    if hasattr(encoder, "layer4"):
        return _row("encoder", "encoder.layer{}", (1, 2, 3, 4))
    if hasattr(encoder, "stem"):
        return _row("encoder", "encoder.stages.{}", (1, 2, 4, 6))
    return []
