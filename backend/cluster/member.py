"""A worker as the client knows it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

from backend.cluster.blocks import Block
from backend.cluster.task import Job

if TYPE_CHECKING:
    from distributed import Future


class State(Enum):
    """What a worker does."""

    ASKED = "is asked whether it can take part"
    WAITING = "can, once the first worker has chosen"
    LOADING = "loads the engine"
    IDLE = "waits for a block"
    BUSY = "computes a block"
    REFUSED = "cannot take part"
    SILENT = "was given something and has not been heard of since"
    FULL = "has no room to write"


USEFUL = (State.ASKED, State.WAITING, State.LOADING, State.IDLE, State.BUSY)


@dataclass
class Task:
    """A block to be done; `lost` so often already."""

    job: Job
    block: Block
    lost: int = 0


@dataclass
class Member:
    """A worker, what it was asked last, and when it was last heard of."""

    address: str
    resources: dict[str, float]
    host: str = ""
    refusal: str = ""
    state: State = State.ASKED
    future: Future[Any] | None = None
    task: Task | None = None
    share: float = 0.0
    """How much of the task is done, 0 to 1."""
    heard: float = field(default_factory=time.monotonic)

    @property
    def name(self) -> str:
        """For people."""
        return f"{self.address} ({self.host})" if self.host else self.address

    @property
    def silence(self) -> float:
        """For so long nothing was heard of it [s]."""
        return time.monotonic() - self.heard

    def limits(self) -> dict[str, Any]:
        """Options of Dask for what only this worker may do: of a GPU it takes the whole."""
        limits: dict[str, Any] = {"workers": [self.address], "allow_other_workers": False}
        return limits | ({"resources": {"GPU": 1}} if self.resources.get("GPU") else {})
