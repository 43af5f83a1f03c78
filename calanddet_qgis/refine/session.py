"""The worker that stays for a run: asked for previews, and to write the final settings back.

`docs/protocol.md` has the requests. All of it runs in the main thread: the work is done in the
other process, and Qt tells when it has said something.
"""

from __future__ import annotations

import json
import os
from collections import deque
from pathlib import Path

from qgis.PyQt.QtCore import (
    QByteArray,
    QObject,
    QProcess,
    QProcessEnvironment,
    QTemporaryDir,
    pyqtSignal,
)

from ..messages import Failure, crash, tr
from ..paths import home
from ..request import worker_python
from ..translations import translated_sentence
from ..worker import INTERPRETER_SWITCHES, STDERR_LINES, Event, worker_environment
from .finished_run import Settings

PREVIEW, APPLY, PUBLISH = "preview", "apply", "publish"
# How long a worker whose stdin was closed may take before it is killed [ms].
GRACE_MS = 2000

Box = tuple[int, int, int, int]


class RefineSession(QObject):
    """One worker for one run; `failed` or `stop` ends it."""

    answered = pyqtSignal(dict)  # the answer to a request
    refused = pyqtSignal(Failure)  # of a request; the session goes on
    reported = pyqtSignal(dict)  # progress, log
    failed = pyqtSignal(Failure)  # the worker is gone

    def __init__(self, run: Path) -> None:
        super().__init__()
        self._run = run
        self._process: QProcess | None = None
        self._folder: QTemporaryDir | None = None
        self._rest = b""
        self._error: Event = {}
        self._stderr: deque[str] = deque(maxlen=STDERR_LINES)
        self._number = 0

    @property
    def is_running(self) -> bool:
        """Whether there is a worker."""
        return self._process is not None

    def start(self) -> None:
        """Start the worker if there is none. Raises `Failure` where there can be none."""
        if self._process:
            return
        self._folder = self._folder or QTemporaryDir()
        command = [
            worker_python(), *INTERPRETER_SWITCHES, "-m", "backend", "refine", str(self._run),
            f"--session={self._folder.path()}", "--json",
        ]  # fmt: skip
        environment = QProcessEnvironment()
        for name, value in worker_environment(os.environ).items():
            environment.insert(name, value)
        self._rest, self._error = b"", {}
        self._stderr.clear()
        process = self._process = QProcess(self)
        process.setProcessEnvironment(environment)
        process.setWorkingDirectory(str(home()))
        process.readyReadStandardOutput.connect(self._read_events)
        process.readyReadStandardError.connect(self._read_errors)
        process.finished.connect(self._on_end)
        process.errorOccurred.connect(self._on_error)
        process.start(command[0], command[1:])

    def ask(self, do: str, settings: Settings, window: Box | None = None) -> int:
        """Send a request, starting the worker if need be; returns the number of the answer."""
        self.start()
        if self._process is None:
            # Windows says at once that it cannot be started; whoever listens has heard of it.
            raise Failure("runtime", tr("The worker's Python cannot be started."))
        self._number += 1
        request = {"request": self._number, "do": do, **settings.values(), "window": window}
        self._process.write(QByteArray(json.dumps(request).encode() + b"\n"))
        return self._number

    def stop(self) -> None:
        """End the worker for good or until the next request; nothing of it is heard afterwards."""
        process, self._process = self._process, None
        if process is None:
            return
        process.blockSignals(True)
        process.closeWriteChannel()
        if not process.waitForFinished(GRACE_MS):
            process.kill()
            process.waitForFinished(GRACE_MS)
        process.deleteLater()

    def forget(self) -> None:
        """Remove what was shown; no layer may have it open."""
        if self._folder:
            self._folder.remove()
            self._folder = None

    def _read_events(self) -> None:
        *lines, self._rest = (self._rest + bytes(self._process.readAllStandardOutput())).split(
            b"\n"
        )
        for line in lines:
            self._take(line)

    def _take(self, line: bytes) -> None:
        try:
            event = json.loads(line)
            name = event["event"]
        except (ValueError, KeyError, TypeError):
            return
        if name == "answer":
            self.answered.emit(event)
        elif name == "refusal":
            self.refused.emit(_failure(event))
        elif name == "error":
            self._error = event
        else:
            self.reported.emit(event)

    def _read_errors(self) -> None:
        text = bytes(self._process.readAllStandardError()).decode(errors="replace")
        self._stderr.extend(text.splitlines(keepends=True))

    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            message = tr("The worker's Python {} cannot be started ({}).")
            text = message.format(self._process.program(), self._process.errorString())
            self._fail(Failure("runtime", text))

    def _on_end(self, code: int, status: QProcess.ExitStatus) -> None:
        """The worker has ended by itself, which it should not."""
        self._read_events()
        self._read_errors()
        details = "".join(self._stderr)
        if self._error:
            self._fail(_failure(self._error, details))
        else:
            crashed = status == QProcess.ExitStatus.CrashExit
            # Windows' codes have 32 bits without a sign; Qt gives them one.
            told = code if os.name == "posix" else code & 0xFFFFFFFF
            self._fail(crash(-code if crashed and os.name == "posix" else told, details))

    def _fail(self, failure: Failure) -> None:
        self._process.deleteLater()
        self._process = None
        self.failed.emit(failure)


def _failure(event: Event, details: str = "") -> Failure:
    message, remedy = (
        translated_sentence(str(event.get(name, ""))) for name in ("message", "remedy")
    )
    return Failure(str(event.get("kind", "")), message, remedy, details)
