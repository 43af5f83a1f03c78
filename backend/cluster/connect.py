"""From `--scheduler` to a client: an address, or workers on this computer."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from backend.cluster.settings import Settings
from backend.errors import ClusterError

if TYPE_CHECKING:
    from distributed import Client, SpecCluster

LOOPBACK = "127.0.0.1"
LOCAL = re.compile(r"\Alocal(?::(\d+))?\Z")
ADDRESS = re.compile(r"\A(?:(tcp|tls|ws|wss|ucx)://)?(\[[^\]]+\]|[^:/\s]+):(\d+)\Z")
MOST_LOCAL = 256
# What is left to a worker of the computer's own after a cancel [s].
CLOSE_S = 5.0


@dataclass(frozen=True)
class Place:
    """Where workers are to be had: `workers` new ones here, or those of a scheduler."""

    address: str
    workers: int = 0

    @classmethod
    def parse(cls, text: str) -> Place:
        """`local:N`, or HOST:PORT with or without tcp:// or tls://. Raises `ClusterError`."""
        local = LOCAL.match(text)
        if local:
            count = int(local[1] or 1)
            if not 1 <= count <= MOST_LOCAL:
                raise ClusterError(
                    f"{text} asks for {count} workers on this computer.",
                    f"Ask for 1 to {MOST_LOCAL}: one for each GPU.",
                )
            return cls(text, count)
        if not ADDRESS.match(text):
            raise ClusterError(
                f"{text!r} is no address of a scheduler.",
                "Give HOST:PORT, tcp://HOST:PORT, tls://HOST:PORT, or local:N for N workers here.",
            )
        return cls(text if "://" in text else f"tcp://{text}")


@contextmanager
def connected(place: Place, settings: Settings) -> Iterator[Client]:
    """A client of the scheduler; workers of this computer end with it.

    Raises `ClusterError` where nothing answers.
    """
    import distributed

    from backend.cluster.quiet import remember_little

    remember_little()
    # Loud on stderr about each worker that comes and goes; what matters is told in sentences.
    for name in (distributed.__name__, "tornado.application"):
        for logger in (name, *logging.root.manager.loggerDict):
            if logger.partition(".")[0] == name.partition(".")[0]:
                logging.getLogger(logger).setLevel(logging.CRITICAL)
    if place.workers:
        with _local(place.workers) as cluster, _client(cluster.scheduler_address, settings) as one:
            yield one
    else:
        with _client(place.address, settings) as one:
            yield one


@contextmanager
def _client(address: str, settings: Settings) -> Iterator[Client]:
    import dask
    from distributed import Client

    with dask.config.set({"distributed.comm.timeouts.connect": settings.connect_s}):
        try:
            client = Client(address, timeout=settings.connect_s, set_as_default=False)
        except (OSError, TimeoutError, ValueError, RuntimeError, TypeError) as error:
            raise ClusterError(
                f"The scheduler {address} does not answer ({_reason(error)}).",
                "Check that it runs, its address, the firewall, and for tls:// the certificates.",
            ) from error
        try:
            yield client
        finally:
            with suppress(OSError, TimeoutError):
                client.close(timeout=CLOSE_S)


def _reason(error: Exception) -> str:
    cause: BaseException = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    return (str(cause).strip() or type(cause).__name__).splitlines()[0].rstrip(".")


@contextmanager
def _local(workers: int) -> Iterator[SpecCluster]:
    """Workers in processes of their own, which listen on the loopback interface alone."""
    import dask
    from distributed import Nanny, SpecCluster

    from backend.cluster.quiet import QuietScheduler, QuietWorker

    host = {"host": LOOPBACK, "protocol": "tcp://"}
    common = host | {
        "nthreads": 1,
        "worker_class": QuietWorker,
        # Dask would end a worker that has more than its share; the engine knows what it needs.
        "memory_limit": 0,
        "silence_logs": logging.CRITICAL,
    }
    each = [common | _device(index, workers) for index in range(workers)]
    # The processes take this over. Dask would look 100 times a second at what a worker does.
    with dask.config.set({"distributed.worker.profile.enabled": False}):
        cluster = SpecCluster(
            scheduler={"cls": QuietScheduler, "options": host | {"port": 0, "dashboard": False}},
            workers={index: {"cls": Nanny, "options": own} for index, own in enumerate(each)},
            silence_logs=False,
        )
    try:
        yield cluster
    finally:
        _kill(cluster)
        with suppress(OSError, TimeoutError):
            cluster.close(timeout=CLOSE_S)


def _device(index: int, workers: int) -> dict[str, Any]:
    """What a worker of several on this computer has: a GPU, or a share of the cores."""
    import torch

    gpus = torch.cuda.device_count()
    if gpus:
        visible = os.environ.get("CUDA_VISIBLE_DEVICES", "")
        names = visible.split(",") if visible else [str(number) for number in range(gpus)]
        one = {"CUDA_VISIBLE_DEVICES": names[index % len(names)]}
        return {"resources": {"GPU": 1}, "env": one}
    threads = int(os.environ.get("OMP_NUM_THREADS", 0)) or os.cpu_count() or 1
    return {"env": {"OMP_NUM_THREADS": str(max(1, threads // workers))}}


def _kill(cluster: SpecCluster) -> None:
    """End the processes at once: one in the middle of a block would take its time."""
    for nanny in cluster.workers.values():
        process = getattr(getattr(nanny, "process", None), "process", None)
        if process is not None and process.pid:
            with suppress(OSError, ValueError):
                os.kill(process.pid, 9)
