"""Runs that have not come to their end, noted so that QGIS's next session can go on with them."""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QLockFile

from .request import DetectRequest

# What the worker keeps of a run that did not come to its end, so that it may go on.
LEFTOVERS = ".calanddet.resume"


@dataclass(frozen=True)
class CutOff:
    """A run of an earlier session, in place of its plan: all else lies in its folder already."""

    name: str
    request: DetectRequest
    area: None = None
    export: None = None


class Slip:
    """A file that says what a run does; no other session takes it while this one is there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = QLockFile(f"{path}.lock")
        # Stale is what a process that is gone has left, however long a run takes.
        self._lock.setStaleLockTime(0)

    @classmethod
    def write(cls, name: str, request: DetectRequest) -> Slip | None:
        """Note a run; None where the user's profile cannot be written."""
        path = _folder() / f"{time.time_ns()}.json"
        slip = cls(path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            slip._lock.tryLock(0)
            path.write_text(json.dumps({"name": name, "request": asdict(request)}), "utf-8")
        except OSError:
            slip.discard()
            return None
        return slip

    def read(self) -> CutOff | None:
        """What is noted, if this session gets it and something of the run has been kept."""
        if not self._lock.tryLock(0):
            return None
        try:
            noted = json.loads(self.path.read_text("utf-8"))
            request = DetectRequest(**{name: _plain(of) for name, of in noted["request"].items()})
            if os.path.isdir(os.path.join(request.out, LEFTOVERS)):
                return CutOff(noted["name"], request)
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            # Of another version of the plugin, or damaged: nothing can be gone on with.
            pass
        self.discard()
        return None

    def release(self) -> None:
        """Leave it to the next session."""
        self._lock.unlock()

    def discard(self) -> None:
        """The run has come to its end."""
        with suppress(OSError):
            self.path.unlink()
        self._lock.unlock()


def slips() -> list[Slip]:
    """All that are noted, the oldest first."""
    return [Slip(path) for path in sorted(_folder().glob("*.json"))]


def _folder() -> Path:
    return Path(QgsApplication.qgisSettingsDirPath(), "calanddet", "unfinished")


def _plain(value: object) -> object:
    """A value of a request: JSON has no tuples."""
    return tuple(value) if isinstance(value, list) else value
