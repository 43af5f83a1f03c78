"""What handing out blocks costs: the real pool and a real scheduler, with workers that only sleep.

The scheduler and the workers are threads of processes of this computer. Sleeping workers take no
processor time, so that of the scheduler's process is what it spends on blocks.
"""

from __future__ import annotations

import contextlib
import subprocess  # nosec B404 # starts this interpreter, without a shell
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

import backend
from backend.cluster.blocks import Block
from backend.cluster.connect import Place, connected
from backend.cluster.member import Task
from backend.cluster.pool import PATIENCE_S, Pool
from backend.cluster.settings import Settings
from backend.cluster.task import Job
from backend.detect import DetectRequest
from backend.errors import CalandDetError
from backend.events import Meter, OnEvent, Result
from backend.raster.grid import Tiling


@dataclass(frozen=True)
class ScaleRequest:
    """So many workers, blocks, and seconds that each block takes."""

    workers: int = 64
    blocks: int = 20_000
    seconds: float = 1.0


@dataclass(frozen=True)
class StubReadiness:
    """What a worker says that has no engine."""

    engine: str = "sleep"
    description: str = "a worker that sleeps"
    precision: str = "none"
    is_steady: bool = True
    notes: tuple[tuple[str, str], ...] = ()


class Sleepers:
    """Acts that take time and nothing else."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def ask(self) -> tuple[Callable[..., dict[str, Any]], tuple[Any, ...]]:
        """Whatever the worker is, it can sleep."""
        return dict, ((("host", ""), ("refusal", "")),)

    def ready(self, is_first: bool) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        """At once."""
        return StubReadiness, ()

    def run(self, task: Task, topic: str) -> tuple[Callable[..., int], tuple[Any, ...]]:
        """Sleep in place of the network."""
        return _doze, (task.job, task.block, self._seconds)


def _doze(job: Job, block: Block, seconds: float) -> int:
    """What travels is what would travel with the network."""
    time.sleep(seconds)
    return block.tiles


def scale(request: ScaleRequest, on_event: OnEvent) -> Result:
    """Hand all blocks out; `counts` has times, and memory [MB] at the begin and the end."""
    blocks = [Block(row, row + 1, 0, 1) for row in range(request.blocks)]
    tiling = Tiling(224, 168 * request.blocks, 224, 168, -28)
    asked = DetectRequest("raster.tif", Path("checkpoint.safetensors"), Path("out"))
    job = Job(asked, Path("blocks"), "0" * 16, tiling, None, None)
    with ExitStack() as stack:
        scheduler, address = stack.enter_context(_started("scheduler"))
        workers = stack.enter_context(_started("workers", address, request.workers))[0]
        client = stack.enter_context(connected(Place(address), Settings()))
        client.wait_for_workers(request.workers, timeout=120)
        pool = Pool(client, address, Sleepers(request.seconds), Settings())
        stack.enter_context(pool)
        measured = _Measured(scheduler)
        pool.begin(Task(job, block) for block in blocks)
        _follow(pool, len(blocks), on_event, measured)
        counts = measured.counts(request) | {"workers_cpu_s": _cpu(workers)}
    result = Result({}, counts)
    on_event(result)
    return result


def _follow(pool: Pool, blocks: int, on_event: OnEvent, measured: _Measured) -> None:
    meter, done = Meter(on_event, "blocks", blocks, "blocks"), 0
    while done < blocks:
        if pool.first is not None:
            measured.begin()
        meter.advance(pool.tiles - done)
        done = pool.tiles
        measured.look(done / blocks)
        time.sleep(PATIENCE_S)


class _Measured:
    """The scheduler's and this process's time and memory, over the middle of the run."""

    # Workers join in the first part, and some are idle in the last one.
    SHARES = (0.1, 0.9)

    def __init__(self, scheduler: psutil.Process) -> None:
        self._processes = {"scheduler": scheduler, "client": psutil.Process()}
        self._began: float | None = None
        self._found: list[tuple[float, float, dict[str, tuple[float, float]]]] = []

    def begin(self) -> None:
        """The first worker is there."""
        self._began = self._began or time.monotonic()

    def look(self, share: float) -> None:
        """Note where things are, at each of the shares once."""
        if len(self._found) < len(self.SHARES) and share >= self.SHARES[len(self._found)]:
            now = {name: (_cpu(one), one.memory_info().rss / 1e6) for name, one in self._all()}
            self._found.append((time.monotonic(), share, now))

    def _all(self) -> list[tuple[str, psutil.Process]]:
        return list(self._processes.items())

    def counts(self, request: ScaleRequest) -> dict[str, Any]:
        """All figures."""
        (began, low, before), (ended, high, after) = self._found
        blocks, wall = (high - low) * request.blocks, ended - began
        assert self._began is not None  # nosec B101 # blocks are done
        total = time.monotonic() - self._began
        ideal = blocks * request.seconds / request.workers
        counts: dict[str, Any] = {
            "workers": request.workers,
            "blocks": request.blocks,
            "seconds": round(total, 1),
            "busy_share": round(ideal / wall, 3),
        }
        for name in before:
            spent = (after[name][0] - before[name][0]) / blocks
            counts[f"{name}_ms_a_block"] = round(1000 * spent, 2)
            counts[f"{name}_mb"] = [round(before[name][1], 1), round(after[name][1], 1)]
        return counts


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


@contextmanager
def _started(*words: object) -> Iterator[tuple[psutil.Process, str]]:
    """A process of `serve`, and what it says when it is there."""
    with subprocess.Popen(  # nosec B603 # this interpreter and our own words
        [sys.executable, "-m", "backend.cluster.serve", *map(str, words)],
        cwd=Path(backend.__file__).parents[1],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None  # nosec B101 # for mypy
        try:
            said = process.stdout.readline().strip()
            if not said:
                raise CalandDetError(
                    f"The process for {words[0]} has ended at once.", "See stderr."
                )
            yield psutil.Process(process.pid), said
        finally:
            with contextlib.suppress(OSError):
                process.kill()
