"""A scheduler and workers that open the ports they are told to, and no others.

As a module it serves `backend.cluster.scale` on the loopback interface: `serve scheduler`, or
`serve workers ADDRESS COUNT` in threads. It says one line when all is there, and ends with stdin.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import Any

import dask
from distributed import Worker

from backend.cluster.connect import LOOPBACK
from backend.cluster.quiet import QuietScheduler, QuietWorker, remember_little
from backend.errors import ClusterError
from backend.events import OnEvent, Start

PROTOCOL = "tcp://"


async def _scheduler() -> None:
    at_loopback = QuietScheduler(host=LOOPBACK, protocol=PROTOCOL, port=0, dashboard=False)
    async with at_loopback as scheduler:
        await _until_end(scheduler.address)


async def _workers(address: str, count: int) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(count):
            await stack.enter_async_context(_worker(address))
        await _until_end(str(count))


def _worker(address: str, host: str = LOOPBACK, port: int = 0) -> Worker:
    # Dask would end a worker that has more than its share; the engine knows what it needs.
    return QuietWorker(
        address, host=host, port=port, resources=_resources(), nthreads=1, memory_limit=0
    )


def _resources() -> dict[str, float]:
    import torch

    return {"GPU": 1.0} if torch.cuda.device_count() else {}


def serve_scheduler(host: str, port: int, on_event: OnEvent) -> None:
    """A scheduler with one port, and no other, until the process is ended."""

    async def serve() -> None:
        protocol, _, name = host.rpartition("://")
        at = f"{protocol or 'tcp'}://"
        async with QuietScheduler(host=name, protocol=at, port=port, dashboard=False) as scheduler:
            on_event(Start("scheduler", scheduler.address))
            await scheduler.finished()

    _serve(serve(), f"{host}:{port}")


def serve_worker(address: str, host: str, port: int, on_event: OnEvent) -> None:
    """A worker with one port, and no other, until the process or the scheduler is ended."""

    async def serve() -> None:
        async with _worker(address, host, port) as worker:
            on_event(Start("worker", worker.address))
            await worker.finished()

    _serve(serve(), f"{host}:{port}")


def _serve(work: Coroutine[Any, Any, None], place: str) -> None:
    remember_little()
    try:
        asyncio.run(work)
    except (OSError, RuntimeError, TimeoutError) as error:
        raise ClusterError(
            f"Nothing can be served at {place} ({str(error).splitlines()[0]}).",
            "Name an address of this computer, a free port, and a scheduler that answers.",
        ) from error


async def _until_end(said: str) -> None:
    print(said, flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


def main() -> None:
    """Serve what the command line says."""
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    remember_little()
    what, *rest = sys.argv[1:]
    if what == "workers":
        # Many in one process would each look at all of its threads a hundred times a second, and
        # twice at its memory.
        dask.config.set({"distributed.worker.profile.enabled": False})
        dask.config.set({"distributed.admin.system-monitor.interval": "60s"})
    asyncio.run(_scheduler() if what == "scheduler" else _workers(rest[0], int(rest[1])))


if __name__ == "__main__":
    main()
