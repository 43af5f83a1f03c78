"""What became of each raster."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any

# The exit code of a run in which not all rasters could be done.
INCOMPLETE_EXIT_CODE = 4


class State(Enum):
    """How it ended with a raster."""

    DONE = "done"
    EMPTY = "empty"
    """It can be read, and no pixel of it counts."""
    OUTSIDE = "outside"
    """The area of interest does not reach it."""
    FAILED = "failed"


@dataclass(frozen=True)
class Outcome:
    """A row of `run.json`: `counts` of one that is done, the `reason` of any other."""

    path: str
    state: State
    reason: str = ""
    folder: str = ""
    seconds: float = 0.0
    counts: dict[str, Any] = field(default_factory=dict)

    def row(self) -> dict[str, Any]:
        """As it is written down."""
        told = {
            "path": self.path,
            "state": self.state.value,
            "reason": self.reason,
            "folder": self.folder,
            "seconds": self.seconds,
        }
        return {name: value for name, value in told.items() if value != ""} | self.counts
