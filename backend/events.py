"""What a running job tells whoever started it; `docs/protocol.md` is the written form.

A job takes `on_event` and calls it with one of these. `on_event` may raise
`backend.errors.Cancelled`; a job calls it often enough for that to be how a cancel arrives.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar


@dataclass(frozen=True)
class Event:
    """Base of all events; `name` is the value of `event` in the JSON line."""

    name: ClassVar[str]

    def to_dict(self) -> dict[str, Any]:
        """The JSON object of this event."""
        return {"event": self.name, **asdict(self)}


@dataclass(frozen=True)
class Start(Event):
    """The job has checked its input and begins."""

    name = "start"
    job: str
    device: str
    details: dict[str, Any] = field(default_factory=dict)
    pid: int = field(default_factory=os.getpid)


@dataclass(frozen=True)
class Progress(Event):
    """`done` of `total` units; `rate` in units a second; `eta_s` is None until it can be told.

    `gpu_memory` is what is in use of the GPU's memory, by all programs, and all of it [bytes].
    """

    name = "progress"
    stage: str
    done: int
    total: int
    unit: str
    rate: float = 0.0
    eta_s: float | None = None
    gpu_memory: tuple[int, int] | None = None


@dataclass(frozen=True)
class Log(Event):
    """A sentence for the log; `level` is info or warning."""

    name = "log"
    level: str
    text: str


@dataclass(frozen=True)
class Preview(Event):
    """A small raster of what is finished so far: `done` of `total` rows of the whole one."""

    name = "preview"
    path: str
    done: int
    total: int


@dataclass(frozen=True)
class Result(Event):
    """The job is done: what was written (absolute paths by role) and what was counted."""

    name = "result"
    paths: dict[str, str]
    counts: dict[str, Any]


@dataclass(frozen=True)
class Error(Event):
    """The job failed; `kind` is the error's class, see `backend.errors`."""

    name = "error"
    kind: str
    message: str
    remedy: str


@dataclass(frozen=True)
class Answer(Event):
    """What a request of a session came to; `stage` is what has been done."""

    name = "answer"
    request: int
    stage: str
    paths: dict[str, str]
    counts: dict[str, Any]


@dataclass(frozen=True)
class Refusal(Event):
    """Why a request of a session cannot be met; the session goes on. No number: not a request."""

    name = "refusal"
    request: int | None
    kind: str
    message: str
    remedy: str


OnEvent = Callable[[Event], None]
GpuMemory = Callable[[], tuple[int, int] | None]


def no_gpu() -> None:
    """What a job without a GPU tells of its memory."""


class Meter:
    """Counts units of a stage and reports them, a few times a second at most.

    The `done` ones that an earlier run has left count as done, but not for the rate. `gpu_memory`
    is asked for what the reports tell of it.
    """

    interval_s = 0.2

    def __init__(
        self,
        on_event: OnEvent,
        stage: str,
        total: int,
        unit: str,
        done: int = 0,
        gpu_memory: GpuMemory = no_gpu,
    ) -> None:
        self._on_event, self._gpu_memory = on_event, gpu_memory
        self._stage, self._total, self._unit = stage, total, unit
        self._found = self._done = done
        self._began = time.monotonic()
        self._reported = self._began
        self._report()

    def restart(self) -> None:
        """The rate counts from now on."""
        self._began, self._found = time.monotonic(), self._done

    def advance(self, count: int) -> None:
        """`count` more units are done."""
        self._done += count
        if self._done >= self._total or time.monotonic() - self._reported >= self.interval_s:
            self._report()

    def _report(self) -> None:
        self._reported = time.monotonic()
        rate = (self._done - self._found) / max(self._reported - self._began, 1e-9)
        eta = (self._total - self._done) / rate if rate else None
        counted = self._stage, self._done, self._total, self._unit
        self._on_event(Progress(*counted, round(rate, 3), eta, self._gpu_memory()))
