"""Several checkpoints as one: the mean of their probabilities, and how far they disagree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backend.card import Card
from backend.checkpoint import Checkpoint, load
from backend.engines import Engine
from backend.errors import CheckpointError

# What all members have to share, as they see the same tiles of the same values; each has a mean,
# a deviation, classes and an architecture of its own.
SHARED: dict[str, Callable[[Card], object]] = {
    "tile size": lambda card: card.tile_size,
    "bands": lambda card: ", ".join(card.bands),
    "range of values": lambda card: list(card.scaling.range),
    "units": lambda card: list(card.scaling.units),
    "bands stretched by tile": lambda card: ", ".join(card.scaling.by_tile),
}


class Ensemble:
    """Engines of the same tiles as one engine."""

    def __init__(self, engines: Sequence[Engine]) -> None:
        self._engines = engines
        self.batch_size = min(engine.batch_size for engine in engines)
        self.precision = " and ".join(dict.fromkeys(engine.precision for engine in engines))
        self.description = f"{engines[0].description}, {len(engines)} checkpoints"

    def predict(self, tiles: NDArray[Any]) -> NDArray[np.uint8]:
        """Mean and standard deviation (B, 2, stride, stride) in 1/250 of the members' answers."""
        answers = np.stack([engine.predict(tiles) for engine in self._engines]).astype(np.float32)
        both = np.stack([answers.mean(axis=0), answers.std(axis=0)], axis=1)
        return both.round().astype(np.uint8)


def load_members(first: Checkpoint, others: Sequence[Path]) -> tuple[Checkpoint, ...]:
    """All members of an ensemble, the first of which is open already.

    Raises `CheckpointError` where one cannot be opened, or does not see what the first one sees.
    """
    members = (first, *map(load, others))
    for member in members[1:]:
        _check(first, member)
    return members


def _check(first: Checkpoint, member: Checkpoint) -> None:
    for what, of in SHARED.items():
        if of(first.card) != of(member.card):
            raise CheckpointError(
                f"{first.path.name} and {member.path.name} cannot run together: they differ in"
                f" {what} ({of(first.card)} and {of(member.card)}).",
                "Choose checkpoints that were trained alike, or run them one by one.",
            )
    at, fits = first.card.gsd.nominal, member.card.gsd.range
    if at is not None and fits is not None and not fits[0] <= at <= fits[1]:
        raise CheckpointError(
            f"{first.path.name} and {member.path.name} cannot run together: one is for"
            f" {at:g} m a pixel, the other for {fits[0]:g} to {fits[1]:g} m.",
            "Choose checkpoints for the same ground sampling distance.",
        )


def shared_threshold(members: Sequence[Checkpoint]) -> float:
    """The threshold for the mean of their probabilities: the mean of their own."""
    return fmean(member.card.threshold for member in members)
