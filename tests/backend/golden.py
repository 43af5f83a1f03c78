"""Weights and inputs that anyone can make again, by the rule of `shared/golden/README.md`."""

from __future__ import annotations

import math
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from backend import models
from backend.card import Card, Gsd
from backend.checkpoint import save
from backend.published import IMAGENET

GOLDEN = Path(__file__).parents[3] / "shared" / "golden"


def seeded_state(network: nn.Module) -> dict[str, Tensor]:
    """Seeded weights for every key of a network; integer tables are the network's own."""
    return {key: _seeded(key, value) for key, value in network.state_dict().items()}


def _seeded(key: str, like: Tensor) -> Tensor:
    if not like.is_floating_point():
        return like
    random, shape = np.random.RandomState(zlib.crc32(key.encode())), tuple(like.shape)
    if key.endswith("running_var"):
        values = random.uniform(0.5, 1.5, shape)
    elif len(shape) >= 2:
        values = random.standard_normal(shape) / math.sqrt(math.prod(shape[1:]))
    elif key.endswith("weight"):
        values = random.uniform(0.8, 1.2, shape)
    else:
        values = 0.1 * random.standard_normal(shape)
    return torch.from_numpy(np.asarray(values, np.float32))


def seeded_input(*shape: int) -> Tensor:
    """Normalised images of `shape` (B, C, H, W)."""
    values = np.random.RandomState(0).standard_normal(shape)
    return torch.from_numpy(values.astype(np.float32))


def seeded_network(architecture: str = "calanddet", **config: Any) -> nn.Module:
    """A network with seeded weights, in evaluation mode."""
    network = models.sketch(architecture, **config)
    network.load_state_dict(seeded_state(network), strict=True, assign=True)
    return network.eval()


def seeded_card(architecture: str = "calanddet", gsd: Gsd | None = None, **config: Any) -> Card:
    """A card for a seeded network; red, green and blue of 8 bits where it takes three bands."""
    return Card(
        name="seeded",
        architecture=architecture,
        config=models.config_of(models.sketch(architecture, **config)),
        bands=("red", "green", "blue"),
        scaling=IMAGENET,
        tile_size=224,
        gsd=gsd or Gsd(),
        threshold_source="none: the weights are random",
    )


def write_seeded_checkpoint(
    path: Path, architecture: str = "calanddet", gsd: Gsd | None = None, **config: Any
) -> Path:
    """Write a checkpoint that has learned nothing but is the same everywhere; returns `path`."""
    card = seeded_card(architecture, gsd, **config)
    save(path, seeded_network(architecture, **config), card)
    return path
