"""What runs on a Dask worker: the engine, loaded once and kept, and one block after the other."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import numpy as np
from distributed import Worker, WorkerPlugin, get_worker
from distributed.utils import sync

from backend.cluster.blocks import Block, view_of
from backend.cluster.task import Job, Opened, compute, opened
from backend.detect import DetectRequest
from backend.errors import CalandDetError
from backend.events import Event, Log
from backend.inference import sample_tiles
from backend.kept import Kept

T = TypeVar("T")

PLUGIN = "calanddet"
# A worker tells so often how far it is [s].
BEAT_S = 1.0


@dataclass(frozen=True)
class Readiness:
    """A worker that has loaded the engine: what it computes with.

    Where not `is_steady`, a tile's result depends on its place in a batch.
    """

    engine: str
    description: str
    precision: str
    is_steady: bool
    notes: tuple[tuple[str, str], ...] = ()


class EnginePlugin(WorkerPlugin):
    """Holds the checkpoint and engine of a worker from one block to the next."""

    name = PLUGIN

    def __init__(self) -> None:
        self._asked: tuple[Any, ...] = ()
        self._kept = Kept()

    def setup(self, worker: Worker) -> None:
        """The engine waits for the first raster: it depends on its type of values."""

    def teardown(self, worker: Worker) -> None:
        """Let go of the engine and its memory."""
        self._kept = Kept()

    def kept(self, request: DetectRequest) -> Kept:
        """What is kept for requests like this one; what others have kept is dropped."""
        asked = (
            request.checkpoint,
            request.more_checkpoints,
            request.device,
            request.precision,
            request.flips,
            request.uncertainty,
        )
        if asked != self._asked:
            self._asked, self._kept = asked, Kept()
        return self._kept


class Unwanted(Exception):
    """Nobody waits for this block any more."""


def told(work: Callable[[], T]) -> T:
    """Do it; what is raised is only what is to be told, as GDAL's own errors cannot travel."""
    try:
        return work()
    except CalandDetError as error:
        kind, message, remedy = type(error), error.message, error.remedy
    raise kind(message, remedy)


def make_ready(job: Job, tiles: int, is_first: bool) -> Readiness:
    """Load the engine for a run over so many `tiles`; the first worker to do so also tries it out.

    Raises a `CalandDetError` where it cannot be loaded.
    """
    said: list[tuple[str, str]] = []

    def hear(event: Event) -> None:
        if isinstance(event, Log):
            said.append((event.level, event.text))

    kept = _plugin().kept(job.request)
    kept.tiles = tiles
    with ExitStack() as stack:
        found = told(partial(opened, job, kept, stack, hear))
        return Readiness(
            type(found.engine).__name__,
            found.engine.description,
            found.engine.precision,
            not is_first or _is_steady(found, job),
            tuple(said),
        )


def run_block(job: Job, block: Block, topic: str) -> int:
    """Compute a block, and tell of it under `topic`; returns the number of computed tiles."""
    beat = _Beat(get_worker(), topic, view_of(job.tiling, block).tiling.columns, block)
    try:
        return told(partial(compute, job, block, _plugin().kept(job.request), beat))
    finally:
        beat.end()


def _plugin() -> EnginePlugin:
    """The worker's own, put there by whoever comes first."""
    worker = get_worker()
    if PLUGIN not in worker.plugins:
        sync(worker.loop, worker.plugin_add, plugin=EnginePlugin(), name=PLUGIN)
    plugin = worker.plugins[PLUGIN]
    assert isinstance(plugin, EnginePlugin)  # nosec B101 # it has its name
    return plugin


def _is_steady(job_open: Opened, job: Job) -> bool:
    """Whether a tile gets the same values at any place in a batch, whatever is beside it."""
    found = list(sample_tiles(job_open.source, job.tiling, job_open.area, 1))
    if not found:
        return True
    engine = job_open.engine
    tile, size = found[0], engine.batch_size
    noise = np.random.default_rng(0).integers(0, 256, (size - 1, *tile.shape[1:]))
    others = noise.astype(tile.dtype)
    alike = engine.predict(tile.repeat(size, axis=0))
    answers = [
        *alike,
        engine.predict(np.concatenate([tile, others]))[0],
        engine.predict(np.concatenate([others, tile]))[-1],
        engine.predict(tile)[0],
    ]
    return all(np.array_equal(answer, alike[0]) for answer in answers)


class _Beat:
    """Tells the client that a block goes on, and notices when nobody waits for it."""

    def __init__(self, worker: Worker, topic: str, columns: int, block: Block) -> None:
        """The engine passes so many `columns` of tiles in each of the block's rows."""
        self._worker, self._topic = worker, topic
        self._key = worker.get_current_task()
        self._passed, self._all = 0, columns * (block.bottom - block.top)
        self._told = time.monotonic()

    def __call__(self, passed: int, computed: int) -> None:
        self._passed += passed
        if time.monotonic() - self._told >= BEAT_S:
            self._tell(False)
            self._check()

    def end(self) -> None:
        """The worker is free again."""
        self._tell(True)

    def _tell(self, is_over: bool) -> None:
        self._told = time.monotonic()
        news = {
            "key": str(self._key),
            "worker": self._worker.address,
            "share": self._passed / self._all,
            "over": is_over,
        }
        self._worker.log_event(self._topic, news)

    def _check(self) -> None:
        task = self._worker.state.tasks.get(self._key)
        if task is None or task.state in ("cancelled", "resumed"):
            raise Unwanted(str(self._key))
