"""Engines run a network over batches of tiles; `torch_engine` is the first of them.

All share one small interface, `Engine`: uint8 (or float32) tiles in, uint8 probabilities out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

DEVICES = ("auto", "cuda", "mps", "cpu")
PRECISIONS = ("auto", "fp32", "bf16")


class Engine(Protocol):
    """What the pipeline needs of an engine."""

    batch_size: int
    description: str
    precision: str

    def predict(self, tiles: NDArray[Any]) -> NDArray[np.uint8]:
        """Probabilities (B, stride, stride) in 1/250 of the tiles' (B, C, size, size) centres."""
        ...


class Pending(Protocol):
    """A batch that was handed to an engine."""

    def result(self) -> NDArray[np.uint8]:
        """Wait for its probabilities, as of `predict`."""
        ...


@runtime_checkable
class Overlapping(Protocol):
    """What an engine has besides that copies one batch while it computes another."""

    in_flight: int
    """So many batches may be handed over before the first one's result is taken."""

    def submit(self, tiles: NDArray[Any]) -> Pending:
        """Hand over up to `batch_size` tiles; results are taken in the same order."""
        ...


@dataclass(frozen=True)
class Done:
    """The result of an engine that waits for it."""

    values: NDArray[np.uint8]

    def result(self) -> NDArray[np.uint8]:
        """What was computed."""
        return self.values


def begin(engine: Engine, tiles: NDArray[Any]) -> Pending:
    """Hand a batch to an engine, which may go on with it while others are prepared."""
    return engine.submit(tiles) if isinstance(engine, Overlapping) else Done(engine.predict(tiles))
