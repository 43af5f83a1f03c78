"""Dask's own scheduler and workers as processes, as people start them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from distributed import Client

from tests.backend.halting_worker import HALTS_IN
from tests.backend.workers import ROOT

HOST = "127.0.0.1"
# A loaded computer takes its time to import torch.
PATIENCE_S = 240


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


class Cluster:
    """Context manager over a scheduler and workers, each a process with one thread."""

    def __init__(self, tls: dict[str, str] | None = None) -> None:
        """With `tls` connections are encrypted; it names ca-file, cert and key."""
        self.port = free_port()
        self.scheduler: subprocess.Popen[bytes] | None = None
        self.workers: list[subprocess.Popen[bytes]] = []
        self._protocol = "tls" if tls else "tcp"
        self._tls = [word for name, file in (tls or {}).items() for word in (f"--tls-{name}", file)]
        self._stack = ExitStack()

    @property
    def address(self) -> str:
        """For `--scheduler`."""
        return f"{self._protocol}://{HOST}:{self.port}"

    def __enter__(self) -> Cluster:
        self.start_scheduler()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    def start_scheduler(self) -> None:
        """It takes the port of the one before."""
        host = f"{self._protocol}://{HOST}"
        self.scheduler = self._start("scheduler", "--host", host, "--port", self.port)
        wait_until(self._answers)

    def start_worker(
        self, *prefix: str, root: Path = ROOT, preexec: Any = None, halts_in: int | None = None
    ) -> subprocess.Popen[bytes]:
        """A worker that takes the package from `root`; `prefix` comes before its command.

        It stops for good in the middle of the block `halts_in` that it writes, from 1.
        """
        words = ["worker", self.address, "--no-nanny", "--nthreads", 1, "--memory-limit", 0]
        if halts_in:
            words += ["--preload", "tests.backend.halting_worker"]
            prefix = (*prefix, "env", f"{HALTS_IN}={halts_in}")
        worker = self._start(*words, prefix=prefix, root=root, preexec=preexec)
        self.workers.append(worker)
        return worker

    def wait_for_workers(self, count: int) -> None:
        """Come back when the scheduler knows as many."""
        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(count, timeout=PATIENCE_S)

    def _start(
        self, *words: object, prefix: tuple[str, ...] = (), root: Path = ROOT, preexec: Any = None
    ) -> subprocess.Popen[bytes]:
        environment = os.environ | {"PYTHONPATH": str(root)}
        process = subprocess.Popen(
            [*prefix, sys.executable, "-m", "dask", *map(str, words), "--no-dashboard", *self._tls],
            cwd=root, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=preexec,
        )  # fmt: skip
        self._stack.callback(end, process)
        return process

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((HOST, self.port)) == 0


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill a process, a stopped one as well."""
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)
    process.wait()


def wait_until(is_true: Any, patience_s: float = PATIENCE_S) -> None:
    """Come back when it is; fail where it takes too long."""
    limit = time.monotonic() + patience_s
    while not is_true():
        assert time.monotonic() < limit, "it did not happen"
        time.sleep(0.01)
