"""Engines run a network over batches of tiles; `torch_engine` is the first of them.

All share one small interface, `Engine`: uint8 (or float32) tiles in, uint8 probabilities out.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from backend.engines.runs import Run, cut

# Behind cuda may stand a colon and the number of one of several GPUs.
DEVICES = ("auto", "cuda", "mps", "cpu")
PRECISIONS = ("auto", "fp32", "bf16")


def is_device(name: str) -> bool:
    """Whether a device may be called so."""
    return name in DEVICES or (name.startswith("cuda:") and name[5:].isdecimal())


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


Examined = tuple[NDArray[np.uint8], NDArray[np.float32] | None]
"""Probabilities, and presence logits where the network has a presence head."""


class Examining(Protocol):
    """A batch on its way of an engine that shows the presence logits as well."""

    def collect(self) -> Examined:
        """Wait for the probabilities (B, stride, stride) and the presence logits (B, 1)."""
        ...


@dataclass(frozen=True)
class Examination:
    """That of an engine that waits for it."""

    found: Examined

    def collect(self) -> Examined:
        """What was found."""
        return self.found


_Batch = TypeVar("_Batch")


def in_turns(
    batches: Iterable[_Batch], in_flight: int, submit: Callable[[_Batch], Examining]
) -> Iterator[Examined]:
    """What is found in each batch, `in_flight` of them at a time."""
    waiting: deque[Examining] = deque()
    for batch in batches:
        if len(waiting) == in_flight:
            yield waiting.popleft().collect()
        waiting.append(submit(batch))
    while waiting:
        yield waiting.popleft().collect()


def examine(
    tiles: NDArray[Any], size: int, in_flight: int, submit: Callable[[NDArray[Any]], Examining]
) -> Examined:
    """Any number of tiles in batches of up to `size`, `in_flight` of them at a time."""
    batches = (tiles[at : at + size] for at in range(0, len(tiles), size))
    parts = list(in_turns(batches, in_flight, submit))
    presence = [part[1] for part in parts if part[1] is not None]
    return (
        np.concatenate([part[0] for part in parts]),
        np.concatenate(presence) if presence else None,
    )


@runtime_checkable
class Cutting(Protocol):
    """What an engine has besides that cuts tiles where it computes them."""

    in_flight: int

    def submit_runs(self, runs: Sequence[Run]) -> Pending:
        """As `Overlapping.submit`, for tiles that are still in one piece."""
        ...


def begin(engine: Engine, runs: Sequence[Run]) -> Pending:
    """Hand a batch to an engine, which may go on with it while others are prepared."""
    if isinstance(engine, Cutting):
        return engine.submit_runs(runs)
    tiles = cut(runs)
    return engine.submit(tiles) if isinstance(engine, Overlapping) else Done(engine.predict(tiles))
