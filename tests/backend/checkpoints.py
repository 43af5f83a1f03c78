"""Small checkpoints in memory, and what a log was told."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from torch import nn

from backend import models
from backend.checkpoint import Checkpoint, load, save
from tests.backend.golden import seeded_card, seeded_state

SIZE = 64
# OpenVINO 2026.4 crashes on group norms of very small maps, which this network has in 64 px.
SIZES = {"calanddet2": 224}
# Of each architecture the smallest there is; those that are not here are small by themselves.
SMALL: dict[str, dict[str, Any]] = {
    "calanddet": {"embed_dim": 16, "depths": (2, 1, 1, 1), "neck_depths": (1, 1, 1, 2)},
    "swin_seg": {"embed_dim": 16, "depths": (2, 1, 1, 1), "neck_depths": (1, 1, 1, 2)},
    "swin_seg_cls": {"embed_dim": 16, "depths": (2, 1, 1, 1), "neck_depths": (1, 1, 1, 2)},
    "calanddet2": {"encoder": "lite0", "channels": (96, 64, 32, 32)},
    "unet": {"encoder": "resnet18", "channels": (16, 16, 16, 16, 16)},
    "deeplabv3plus": {"encoder": "resnet18", "channels": 16},
    "fcn": {"encoder": "resnet18", "channels": 16},
    "linknet": {"encoder": "resnet18"},
    "segformer": {"encoder": "mit_b0"},
    "landslide4sense_unet": {"in_channels": 3, "width": 8},
    "eca_resnet50": {"in_channels": 3, "width": 8, "blocks": (1, 1, 1, 1)},
    "mffenet": {"encoder": "resnet18", "channels": 24, "widths": (24, 12, 6)},
}


def small_checkpoint(architecture: str = "calanddet", **scaling: Any) -> Checkpoint:
    """A seeded network on small tiles; `scaling` replaces parts of its card's scaling."""
    config = SMALL.get(architecture, {})
    card = seeded_card(architecture, **config)
    size = SIZES.get(architecture, SIZE)
    card = replace(card, tile_size=size, scaling=replace(card.scaling, **scaling))
    network = models.create(architecture, **config)
    network.load_state_dict(seeded_state(network))
    return checkpoint_of(network, card)


def small_file(path: Path, architecture: str = "linknet") -> Checkpoint:
    """The same, written to a file and opened."""
    checkpoint = small_checkpoint(architecture)
    save(path, checkpoint.network, checkpoint.card)
    return load(path)


def checkpoint_of(network: nn.Module, card: Any = None, name: str = "small") -> Checkpoint:
    """A checkpoint of any network that takes three bands; its hash comes from its name."""
    card = card or replace(seeded_card("calanddet", **SMALL["calanddet"]), tile_size=SIZE)
    digest = hashlib.sha256(f"{card.architecture} {name}".encode()).hexdigest()
    return Checkpoint(network.eval(), card, Path(f"{name}.safetensors"), digest)


class Said(list[str]):
    """A log that remembers: call it with a level and a text, or with a text alone."""

    def __call__(self, *words: str) -> None:
        self.append(": ".join(words))
