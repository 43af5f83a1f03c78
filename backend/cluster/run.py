"""Detect on a cluster: workers do the blocks, and what is done is put together here as it comes.

Each raster is written by `backend.detect.detect` itself, which takes the rows of finished blocks in
place of computed ones: rasters, polygons and their fields are those of a run on one machine.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from backend.checkpoint import Checkpoint
from backend.cluster import probe
from backend.cluster.blocks import Block, bands_of, view_of
from backend.cluster.check import same_here
from backend.cluster.connect import Place, connected
from backend.cluster.jobs import Planned, files_of, plan, whole
from backend.cluster.member import Task
from backend.cluster.pool import PATIENCE_S, Pool
from backend.cluster.settings import Settings
from backend.cluster.travel import ByValue
from backend.detect import DetectRequest, OnTiles, Plan, detect, spreads_of
from backend.engines import Engine
from backend.engines.choose import Imagery
from backend.errors import CalandDetError, Cancelled, ClusterError
from backend.events import Event, GpuMemory, Log, Meter, OnEvent, Preview, Result, Start, no_gpu
from backend.inference import Row
from backend.kept import Kept
from backend.raster.grid import NODATA, Tiling
from backend.resume import WORTH_GOING_ON
from backend.spool import Record, Spool
from backend.workspace import refused

if TYPE_CHECKING:
    from backend.cluster.worker import Readiness

IsCancelled = Callable[[], bool]


@dataclass(frozen=True)
class Outcome:
    """What became of a request: a result, or what was wrong with it; in so many `seconds`."""

    request: DetectRequest
    result: Result | None
    error: CalandDetError | None
    seconds: float


def _never() -> bool:
    return False


def detect_on(
    scheduler: str,
    requests: Sequence[DetectRequest],
    on_event: OnEvent,
    *,
    cancelled: IsCancelled = _never,
    settings: Settings | None = None,
) -> list[Outcome]:
    """Do all requests on the workers of a scheduler (see `Place.parse`), as `detect` does one.

    Tells of all together: one `Start`, progress in tiles, and a `Result` where there is one
    request. What is wrong with a raster is its outcome; raises `ClusterError` for what is wrong
    with the cluster, and `Cancelled` where `cancelled` says so or `on_event` raises it. Blocks that
    are done are kept for a run with `resume`.
    """
    settings = settings or Settings.from_environment()
    run = _Run(Place.parse(scheduler), requests, settings, _Caller(on_event, cancelled))
    return run.work()


@dataclass(frozen=True)
class _Caller:
    """Whoever wants the results: hears, and may have had enough."""

    on_event: OnEvent
    cancelled: IsCancelled

    def hear(self, event: Event) -> None:
        """Pass an event on; raises `Cancelled`."""
        if self.cancelled():
            raise Cancelled
        self.on_event(event)


@dataclass
class Distant:
    """The engine of workers elsewhere: what is to be told of it."""

    description: str = "Dask"
    precision: str = ""
    batch_size: int = 0

    def predict(self, tiles: NDArray[Any]) -> NDArray[np.uint8]:
        """Raises ValueError: tiles do not travel."""
        raise ValueError("Tiles are computed where the workers are.")


@dataclass
class Means:
    """Rows from the blocks that workers have done; without a pool all of them are there."""

    engine: Distant = field(default_factory=Distant)
    planned: Planned | None = None
    pool: Pool | None = None

    def choose(
        self,
        request: DetectRequest,
        members: Sequence[Checkpoint],
        tiling: Tiling,
        imagery: Imagery,
        on_event: OnEvent,
    ) -> Engine:
        """What the workers have chosen."""
        return self.engine

    def memory(self, request: DetectRequest) -> GpuMemory:
        """That of GPUs elsewhere is not told."""
        return no_gpu

    def rows(
        self, plan: Plan, on_tiles: OnTiles, known: Sequence[int]
    ) -> Generator[Row, None, None]:
        """The rows of the blocks after the `known` rows of tiles, as soon as they are there."""
        planned = self.planned
        assert planned is not None  # nosec B101 # set before it is asked
        planes, columns = 1 + len(spreads_of(plan.request)), plan.tiling.columns
        for band in bands_of(planned.blocks):
            if band[0].bottom <= len(known):
                continue
            for block in band:
                _await(self.pool, planned, block, on_tiles)
            records = zip(*(_records(planned, block) for block in band), strict=True)
            for index, parts in enumerate(records, band[0].top):
                if index >= len(known):
                    yield _row(parts, planes)
                    on_tiles(columns, sum(part.tiles for part in parts))


def _await(pool: Pool | None, planned: Planned, block: Block, on_tiles: OnTiles) -> None:
    """Wait for a block; one that turns out to be damaged is done again."""
    job = planned.job
    while True:
        if block in planned.found or (pool and pool.result(job, block) is not None):
            if whole(job.path(block), _width(planned, block), block):
                return
            assert pool is not None  # nosec B101 # without one all blocks are there
            job.path(block).unlink(missing_ok=True)
            if block in planned.found:
                planned.found.remove(block)
            pool.repeat(job, block)
        on_tiles(0, 0)
        time.sleep(PATIENCE_S / 4)


def _width(planned: Planned, block: Block) -> int:
    view = view_of(planned.job.tiling, block)
    return view.last - view.first


def _records(planned: Planned, block: Block) -> Iterator[Record]:
    return iter(Spool(planned.job.path(block), _width(planned, block)))


def _row(parts: Sequence[Record], planes: int) -> Row:
    """Records of blocks side by side as one row of tiles."""
    values = np.concatenate([part.values for part in parts], axis=1)
    values = values.reshape(planes, -1, values.shape[1])
    tiles = sum(part.tiles for part in parts)
    return Row(values, values[0] != NODATA, tiles)


class _Acts:
    """What is asked of workers; context manager over the files that they are to find."""

    def __init__(self, planned: Sequence[Planned]) -> None:
        self._planned, self._word = planned, uuid.uuid4().hex
        self._tiles = sum(one.tiles for one in planned)
        self._wanted: dict[str, Any] = {}
        self._probes = [one.job.folder / f".probe-{self._word}" for one in planned]

    def __enter__(self) -> _Acts:
        for path in self._probes:
            with refused(path.parent):
                path.write_text(self._word, "utf-8")
        self._wanted = self._found()
        return self

    def __exit__(self, *exception: object) -> None:
        for path in self._probes:
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def ask(self) -> tuple[Callable[..., dict[str, Any]], tuple[Any, ...]]:
        """What a worker is and sees; see `probe`."""
        return ByValue(probe.answer, probe), (self._wanted,)

    def ready(self, is_first: bool) -> tuple[Callable[..., Readiness], tuple[Any, ...]]:
        """Load the engine for the first raster's type of values."""
        from backend.cluster.worker import make_ready

        return make_ready, (self._planned[0].job, self._tiles, is_first)

    def run(self, task: Task, topic: str) -> tuple[Callable[..., int], tuple[Any, ...]]:
        """Do a block."""
        from backend.cluster.worker import run_block

        return run_block, (task.job, task.block, topic)

    def _found(self) -> dict[str, Any]:
        checkpoints: dict[str, str] = {}
        for one in self._planned:
            checkpoints |= one.checkpoints
        files = {path for one in self._planned for path in files_of(one.job.request)}
        return same_here() | {
            "checkpoints": checkpoints,
            "probes": [str(path) for path in self._probes],
            "word": self._word,
            "files": sorted(files),
        }


class _Run:
    """One call of `detect_on`."""

    def __init__(
        self,
        place: Place,
        requests: Sequence[DetectRequest],
        settings: Settings,
        caller: _Caller,
    ) -> None:
        self._place, self._requests, self._settings = place, requests, settings
        self._caller = caller
        self._kept: dict[tuple[Path, ...], Kept] = {}
        self._planned: dict[int, Planned] = {}
        self._outcomes: dict[int, Outcome] = {}
        self._told = 0

    def work(self) -> list[Outcome]:
        """All of it; blocks of what is done are removed."""
        meter = Meter(self._caller.hear, "comparing", len(self._requests), "rasters")
        for index, request in enumerate(self._requests):
            self._plan(index, request)
            meter.advance(1)
        if self._planned:
            with ExitStack() as stack:
                stack.callback(self._tidy)
                client = stack.enter_context(connected(self._place, self._settings))
                acts = stack.enter_context(_Acts(list(self._planned.values())))
                pool = Pool(client, self._place.address, acts, self._settings)
                self._on(stack.enter_context(pool))
        return [self._outcomes[index] for index in range(len(self._requests))]

    def _tidy(self) -> None:
        """Folders in which nothing has been kept go."""
        for planned in self._planned.values():
            with suppress(OSError):
                planned.job.folder.rmdir()

    def _plan(self, index: int, request: DetectRequest) -> None:
        try:
            kept = self._kept_for(request, "plan")
            self._planned[index] = plan(request, Means(), kept, self._settings, self._caller.hear)
        except Cancelled:
            raise
        except CalandDetError as error:
            self._outcomes[index] = Outcome(request, None, error, 0.0)

    def _kept_for(self, request: DetectRequest, what: str) -> Kept:
        """Checkpoints are loaded once for all rasters."""
        key = (Path(what), request.checkpoint, *request.more_checkpoints)
        return self._kept.setdefault(key, Kept())

    def _on(self, pool: Pool) -> None:
        # Whatever is loaded from here on is loaded in the precision that is settled on.
        readiness = self._wait_for_first(pool)
        for planned in self._planned.values():
            planned.settle(readiness)
        named = f"{readiness.engine}, {readiness.precision}"
        means = Means(Distant(f"Dask, {named}", readiness.precision), pool=pool)
        tiles = sum(planned.tiles for planned in self._planned.values())
        found = sum(b.tiles for p in self._planned.values() for b in p.found)
        device = f"{pool.workers} worker(s) of {self._place.address}: {readiness.description}"
        teller = _Teller(self._caller, pool, device, tiles, found, len(self._requests))
        teller.check(readiness)
        pool.begin(task for one in self._planned.values() for task in one.missing())
        for index, planned in self._planned.items():
            means.planned = planned
            self._outcomes[index] = self._assemble(planned, means, teller)

    def _wait_for_first(self, pool: Pool) -> Readiness:
        meter = Meter(self._caller.hear, "workers", 1, "workers")
        while (readiness := pool.first) is None:
            for level, text in pool.notes():
                self._caller.hear(Log(level, text))
            meter.advance(0)
            time.sleep(PATIENCE_S / 4)
        return readiness

    def _assemble(self, planned: Planned, means: Means, teller: _Teller) -> Outcome:
        """Write what `detect` writes, from blocks."""
        began = time.monotonic()
        kept = self._kept_for(planned.request, "write")
        try:
            result = detect(planned.request, teller, kept, means)
        except Cancelled:
            raise
        except CalandDetError as error:
            if teller.pool.is_broken:
                raise
            if not isinstance(error, (*WORTH_GOING_ON, ClusterError)):
                planned.forget()
            return Outcome(planned.request, None, error, time.monotonic() - began)
        planned.forget()
        return Outcome(planned.request, result, None, time.monotonic() - began)


class _Teller:
    """Hears each raster's run, and tells of all as of one job."""

    def __init__(
        self, caller: _Caller, pool: Pool, device: str, tiles: int, found: int, count: int
    ) -> None:
        self.pool = pool
        self._caller, self._device = caller, device
        self._tiles, self._found, self._count = tiles, found, count
        self._meter: Meter | None = None
        self._done = 0

    def check(self, readiness: Readiness) -> None:
        """Say where the workers' engine cannot give the very same values as one machine."""
        if not readiness.is_steady:
            self._caller.hear(
                Log(
                    "warning",
                    f"{readiness.description} gives a tile values that depend on its place in a"
                    " batch: single pixels may differ by 1 / 250 from a run on one machine.",
                )
            )

    def __call__(self, event: Event) -> None:
        for level, text in self.pool.notes():
            self._caller.hear(Log(level, text))
        if isinstance(event, Start):
            self._start(event)
        elif isinstance(event, Log | Preview):
            self._caller.hear(event)
        self._advance()
        if isinstance(event, Result) and self._count == 1:
            # Nothing follows it.
            self._caller.hear(event)

    def _start(self, event: Start) -> None:
        """Of many rasters only the first start counts."""
        if self._meter is not None:
            return
        details = {"rasters": self._count, "tiles": self._tiles}
        details |= event.details if self._count == 1 else {}
        found = {"resumed_tiles": max(self._found, event.details["resumed_tiles"])}
        self._caller.hear(Start("detect", self._device, details | found))
        self._meter = Meter(self._caller.hear, "tiles", self._tiles, "tiles", self._found)

    def _advance(self) -> None:
        if self._meter is None:
            return
        done = max(self._done, self.pool.tiles)
        self._meter.advance(done - self._done)
        self._done = done
