"""The checkpoint of the demonstration: a trained one where there is one, else one of random
weights, which shows the way from the image to the polygons but no detection."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import gelu

from backend.card import Scaling
from backend.checkpoint import save
from tests.backend.golden import seeded_card, seeded_network

ROOT = Path(__file__).resolve().parents[2]
# A quarter of the published width: quick, and enough for weights that know nothing.
WIDTH = 24
# The part of the image that shall be above one half, so that there is something to look at, and
# the deviation of the logits.
PART = 0.015
DEVIATION = 3.0
SAMPLE = 4


def trained_checkpoint() -> Path | None:
    """The checkpoint that the plugin brings along, if it does."""
    return next(iter(sorted((ROOT / "resources" / "models").glob("*.safetensors"))), None)


def write_untrained_checkpoint(path: Path, image: NDArray[np.uint8]) -> Path:
    """Write a checkpoint of seeded random weights that calls about `PART` of `image`
    (3, rows, columns) landslide; returns `path`."""
    network, card = seeded_network(embed_dim=WIDTH), seeded_card(embed_dim=WIDTH)
    _calm(network, _sample(image, card.tile_size, card.scaling))
    save(path, network, replace(card, name="untrained"))
    return path


@torch.no_grad()
def _calm(network: Any, tiles: Tensor) -> None:
    """Random weights answer in chequers: let only the coarsest scale speak, in one voice for all
    pixels of a patch, and the next one always say the same, against which it is weighed so that
    the logits of (B, 3, H, W) `tiles` have the wanted spread."""
    speaks, constant = network.head.head_block1.nll, network.head.head_block2.nll
    speaks.fc.weight[:] = speaks.fc.weight.mean(dim=0)
    constant.norm.weight[:] = 0
    constant.norm.bias[:] = 1
    constant.fc.weight[:] = 1 / constant.fc.in_features
    weights = network.head.final.weight.view(3)
    weights[:] = torch.tensor([1.0, 0.0, 0.0])
    opinion, _ = network(tiles)
    gain = DEVIATION / float(opinion.std())
    limit = float(np.quantile(opinion.numpy(), 1 - PART))
    weights[:] = gain * torch.tensor([1.0, -limit / float(gelu(torch.ones(1))), 0.0])


def _sample(image: NDArray[np.uint8], side: int, scaling: Scaling) -> Tensor:
    """`SAMPLE` x `SAMPLE` tiles spread over the image, normalised: (B, 3, side, side)."""
    rows = np.linspace(0, image.shape[1] - side, SAMPLE, dtype=int)
    columns = np.linspace(0, image.shape[2] - side, SAMPLE, dtype=int)
    tiles = np.stack([image[:, r : r + side, c : c + side] for r in rows for c in columns])
    mean, std = (np.array(each, np.float32)[:, None, None] for each in (scaling.mean, scaling.std))
    return torch.from_numpy((tiles.astype(np.float32) / 255 - mean) / std)
