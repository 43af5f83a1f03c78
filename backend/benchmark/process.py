"""A fresh process, how long it takes, and the most memory that it and its children hold."""

from __future__ import annotations

import os
import signal
import subprocess  # nosec B404 # starts this interpreter, without a shell
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import backend

# How often memory is looked at: often enough for what lasts, seldom enough to disturb nothing [s].
SAMPLE_S = 0.1
_PROC = Path("/proc")


@dataclass(frozen=True)
class Ended:
    """A process that has ended; `began` is the time of day [s]."""

    began: float
    seconds: float
    peak_bytes: int | None
    """Resident memory; None where the system does not tell (no /proc)."""
    code: int
    words: str
    """The last line that it wrote to stderr."""


def run_module(module: str, *arguments: str, threads: int) -> Ended:
    """`python -m module arguments`, with `threads` threads for whatever libraries it uses."""
    with tempfile.TemporaryFile() as errors:
        began = time.time()
        process = subprocess.Popen(  # nosec B603 # this interpreter and our own paths
            [sys.executable, "-X", "utf8", "-m", module, *arguments],
            cwd=Path(backend.__file__).parents[1],
            env=os.environ | {"OMP_NUM_THREADS": str(threads)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
        )
        with _Memory(process.pid) as memory:
            try:
                code = process.wait()
            except BaseException:
                _end(process)
                raise
            seconds = time.time() - began
        errors.seek(0)
        lines = errors.read().decode("utf-8", "replace").strip().splitlines()
    return Ended(began, seconds, memory.peak or None, code, lines[-1] if lines else "")


def _end(process: subprocess.Popen[bytes]) -> None:
    """With its children, where the system knows them as its group."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


class _Memory:
    """Context manager: a thread that keeps the greatest sum over a process and its children.

    `peak` [bytes] is at least what the system noted as the process's own, between samples as well.
    """

    def __init__(self, pid: int) -> None:
        self.peak = 0
        self._pid = pid
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> _Memory:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(SAMPLE_S):
            total = sum(_memory(pid, "VmRSS:") for pid in _family(self._pid))
            self.peak = max(self.peak, total, _memory(self._pid, "VmHWM:"))


def _memory(pid: int, field: str) -> int:
    """A figure of /proc/PID/status [bytes]; 0 where the process has gone."""
    with suppress(OSError):
        for line in (_PROC / str(pid) / "status").read_text().splitlines():
            if line.startswith(field):
                return int(line.split()[1]) << 10
    return 0


def _family(pid: int) -> list[int]:
    """The process and all that descend from it."""
    children: list[int] = []
    with suppress(OSError):
        for task in (_PROC / str(pid) / "task").iterdir():
            with suppress(OSError):
                children += map(int, (task / "children").read_text().split())
    return [pid, *(one for child in children for one in _family(child))]
