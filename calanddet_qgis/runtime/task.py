"""A job on the runtime in the background."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from qgis.core import QgsTask
from qgis.PyQt.QtCore import pyqtSignal

from ..messages import Cancelled, Failure
from ..worker import TASK_FLAGS, Event, OnEvent
from .complaints import from_os_error

Job = Callable[[OnEvent, Callable[[], bool]], Any]
# Longest that a cancelled job takes to kill what it runs [s].
END_S = 15.0


class RuntimeTask(QgsTask):
    """Does a job; its signals say how it goes and, once, how it ended."""

    reported = pyqtSignal(dict)
    succeeded = pyqtSignal(object)  # what the job returns
    failed = pyqtSignal(Failure)
    stopped = pyqtSignal()

    def __init__(self, job: Job, description: str) -> None:
        super().__init__(description, TASK_FLAGS)
        self._job = job
        self._result: Any = None
        self._failure: Failure | None = None
        self._over = threading.Event()

    def end(self) -> None:
        """Cancel, and wait for the end if it was started."""
        self.cancel()
        if self.status() == QgsTask.TaskStatus.Running:
            self._over.wait(END_S)

    def run(self) -> bool:
        """Do the job; called in a thread of QGIS's own."""
        try:
            self._result = self._job(self._report, self.isCanceled)
            return True
        except Cancelled:
            return False
        except Failure as failure:
            self._failure = failure
        except OSError as error:
            self._failure = from_os_error(error)
        finally:
            self._over.set()
        return False

    def finished(self, result: bool) -> None:
        """Say how it ended; called in the main thread."""
        if result:
            self.succeeded.emit(self._result)
        elif self._failure:
            self.failed.emit(self._failure)
        else:
            self.stopped.emit()

    def _report(self, event: Event) -> None:
        if event["event"] == "progress" and event.get("total"):
            self.setProgress(100 * event["done"] / event["total"])
        self.reported.emit(event)
