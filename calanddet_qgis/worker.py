"""The worker process: started, listened to, cancelled, buried; and the background task on it.

The worker says one JSON object a line on stdout and runs for as long as its stdin stays open;
`docs/protocol.md` has the whole of it.
"""

from __future__ import annotations

import json
import math
import os
import queue
import re
import signal
import subprocess  # nosec B404 # the worker is a process of its own
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any

from qgis.core import QgsTask
from qgis.PyQt.QtCore import pyqtSignal

from .memory import process_memory
from .messages import Cancelled, Failure, crash, number, tr
from .paths import home
from .translations import translated_sentence

Event = dict[str, Any]
OnEvent = Callable[[Event], None]

# Unbuffered UTF-8, and nothing of the user's own Python set-up.
INTERPRETER_SWITCHES = ("-E", "-s", "-u", "-X", "utf8")

POLL_S = 0.1
CANCELLED_EXIT_CODE = 3
# How long a worker that was asked to end may take before it is killed [s].
GRACE_S = 5.0
# How long the pipes of a worker that has ended may stay open in a child of its own [s].
DRAIN_S = 1.0
# A worker says something every second: after so long without a word something holds it up [s].
SILENCE_S = 20.0
# Longest piece of a line [characters]; lines that may wait to be handled.
MAX_LINE = 1 << 20
MAX_WAITING = 1000
# What is kept of stderr: the last lines, each to this length [characters].
STDERR_LINES = 60
STDERR_LINE = 2000
# Lines on stdout that are no events are logged, up to this many.
MAX_GARBAGE = 20
REPORT_INTERVAL_S = 0.1
# Remedies name options and commands in parentheses, Chinese ones too; a panel has fields instead.
COMMAND_LINE = re.compile(r"\s?[(（](?:python -m|[^()（）]*--[a-z])[^()（）]*[)）]")
MEMORY_INTERVAL_S = 1.0
# From QGIS 3.26 on a task can keep QGIS from calling a cancelled one failed.
TASK_FLAGS = QgsTask.Flag.CanCancel | getattr(QgsTask.Flag, "Silent", QgsTask.Flag.CanCancel)

# The only variables that reach the worker: none of QGIS's own libraries, data or Python.
ENVIRONMENT = (
    "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "XDG_CACHE_HOME",
    "USERPROFILE", "USERNAME", "HOMEDRIVE", "HOMEPATH", "APPDATA", "LOCALAPPDATA", "PROGRAMDATA",
    "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "TEMP", "TMP", "NUMBER_OF_PROCESSORS",
    "PROCESSOR_ARCHITECTURE", "OMP_NUM_THREADS", "CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER",
    "CALANDDET_CACHE",
)  # fmt: skip


def worker_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The allow-listed part of an environment, with the system's own folders as PATH."""
    # Windows spells its variables as it likes and compares them without case.
    passed = {name: value for name, value in environment.items() if name.upper() in ENVIRONMENT}
    root = environment.get("SYSTEMROOT") or environment.get("SystemRoot")
    passed["PATH"] = rf"{root}\System32;{root}" if root else os.defpath
    return passed


def run_worker(
    command: Sequence[str], on_event: OnEvent, is_cancelled: Callable[[], bool]
) -> Event:
    """Run a worker to its end and return its result event; `on_event` gets progress and the like,
    and a warning where the worker falls silent.

    Both callables are called in the calling thread only. Raises `Failure` where the worker cannot
    be started, reports an error or crashes, and `Cancelled` where it was stopped.
    """
    end: Event = {}
    with _Worker(command) as worker:
        for event in _events(worker.lines(is_cancelled, lambda: on_event(_silence()))):
            # On a busy machine a last repetition of the progress may come behind it.
            if event["event"] in ("result", "error"):
                end = event
                continue
            if event["event"] == "start" and isinstance(event.get("pid"), int):
                worker.pid = event["pid"]
            if event["event"] == "progress":
                event["memory"] = worker.memory()
            on_event(event)
    return _outcome(end, worker, command[0])


def _silence() -> Event:
    text = tr("The worker has said nothing for {} s: it hangs, or the computer is very busy.")
    remedy = tr("Wait, or cancel the run.")
    text = f"{text.format(number(SILENCE_S))} {remedy}"
    return {"event": "log", "level": "warning", "text": text}


def _outcome(end: Event, worker: _Worker, python: str) -> Event:
    if end.get("event") == "result":
        return end
    if worker.cancelled or worker.exit_code == CANCELLED_EXIT_CODE:
        raise Cancelled
    told = end.get("event") == "error"
    if (not told or end.get("kind") == "bug") and not os.path.exists(python):
        message = tr("The worker's Python {} went away during the run.").format(python)
        remedy = tr("Repair the runtime, or set it up again, in Raster > CALandDet > Runtime.")
        raise Failure("runtime", message, remedy, worker.stderr_tail)
    if told:
        texts = [str(end.get(name, "")) for name in ("kind", "message", "remedy")]
        raise Failure(*texts, details=worker.stderr_tail)
    raise crash(worker.exit_code, worker.stderr_tail)


def _events(lines: Iterator[str]) -> Iterator[Event]:
    """The events among the lines; what is not one becomes a warning for the log."""
    garbage = 0
    for line in lines:
        event = _parse(line)
        if event:
            yield _translated(event)
        elif line.strip() and garbage < MAX_GARBAGE:
            garbage += 1
            text = tr("The worker said: {}").format(line.strip()[:STDERR_LINE])
            yield {"event": "log", "level": "warning", "text": text}


def _translated(event: Event) -> Event:
    """The event with its sentences in the user's language, and no word of a command line."""
    found = {name: str(event[name]) for name in ("text", "message", "remedy") if name in event}
    sentences = {name: translated_sentence(text) for name, text in found.items()}
    if "remedy" in sentences:
        sentences["remedy"] = COMMAND_LINE.sub("", sentences["remedy"])
    return {**event, **sentences}


def _parse(line: str) -> Event | None:
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) and isinstance(event.get("event"), str) else None


class _Worker:
    """A worker process and the two threads that read what it says; gone when the context ends.

    Raises `Failure` where it cannot be started.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self.cancelled = False
        self.exit_code = 0
        self._process = _start(command)
        # Of the interpreter, which the program in a Windows environment only starts.
        self.pid = self._process.pid
        self._grace_ends = math.inf
        self._memory: int | None = None
        self._memory_asked_at = -math.inf
        self._deaf = threading.Event()
        self._lines: queue.Queue[str | None] = queue.Queue(MAX_WAITING)
        self._stderr: deque[str] = deque(maxlen=STDERR_LINES)
        self._threads = [
            threading.Thread(target=self._read_stdout, name="calanddet stdout", daemon=True),
            threading.Thread(target=self._read_stderr, name="calanddet stderr", daemon=True),
        ]

    def __enter__(self) -> _Worker:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error:
            self._cancel()
        self._deaf.set()
        self._wait()
        self._join()

    @property
    def stderr_tail(self) -> str:
        """The last lines that the worker wrote to stderr."""
        return "".join(self._stderr)

    def memory(self) -> int | None:
        """What the process holds [bytes], asked once a second; None where the system is silent."""
        now = time.monotonic()
        if now - self._memory_asked_at >= MEMORY_INTERVAL_S:
            self._memory, self._memory_asked_at = process_memory(self.pid), now
        return self._memory

    def lines(
        self, is_cancelled: Callable[[], bool], on_silence: Callable[[], None]
    ) -> Iterator[str]:
        """What the worker says on stdout until it ends; a cancel makes it end."""
        until, heard_at = math.inf, time.monotonic()
        while time.monotonic() < min(until, self._grace_ends):
            if not self.cancelled and is_cancelled():
                self._cancel()
            try:
                line = self._lines.get(timeout=POLL_S)
            except queue.Empty:
                if self._process.poll() is not None:
                    until = min(until, time.monotonic() + DRAIN_S)
                if time.monotonic() - heard_at > SILENCE_S:
                    heard_at = math.inf  # once is enough, until there is a word
                    on_silence()
                continue
            if line is None:
                return
            heard_at = time.monotonic()
            yield line

    def _cancel(self) -> None:
        """Ask the worker to end: the end of its stdin says so."""
        self.cancelled = True
        self._grace_ends = time.monotonic() + GRACE_S
        self._process.stdin.close()

    def _wait(self) -> None:
        """See the process to its end, by force if need be."""
        patience = min(self._grace_ends - time.monotonic(), GRACE_S)
        try:
            self.exit_code = self._process.wait(max(patience, 0))
        except subprocess.TimeoutExpired:
            _kill(self._process)
            self.exit_code = self._process.wait()

    def _join(self) -> None:
        """End the threads and close the pipes, even if a child of the worker still holds them."""
        for thread in self._threads:
            thread.join(DRAIN_S)
        if any(thread.is_alive() for thread in self._threads):
            _kill(self._process)
        self._process.stdin.close()
        for thread, pipe in zip(self._threads, (self._process.stdout, self._process.stderr)):
            thread.join(DRAIN_S)
            if not thread.is_alive():
                pipe.close()

    def _read_stdout(self) -> None:
        for line in iter(lambda: self._process.stdout.readline(MAX_LINE), ""):
            self._hand_over(line)
        self._hand_over(None)

    def _read_stderr(self) -> None:
        for line in iter(lambda: self._process.stderr.readline(STDERR_LINE), ""):
            self._stderr.append(line)

    def _hand_over(self, line: str | None) -> None:
        while not self._deaf.is_set():
            with suppress(queue.Full):
                self._lines.put(line, timeout=POLL_S)
                return


def _start(command: Sequence[str]) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    try:
        return subprocess.Popen(  # nosec B603 # a list that the plugin made, without a shell
            command, cwd=home(), env=worker_environment(os.environ),
            stdin=pipe, stdout=pipe, stderr=pipe, encoding="utf-8", errors="replace",
            start_new_session=True, creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )  # fmt: skip
    except OSError as error:
        message = tr("The worker's Python {} cannot be started ({}).")
        remedy = tr("Choose another one in Settings > Options > CALandDet.")
        raise Failure("runtime", message.format(command[0], error.strerror), remedy) from error


def _kill(process: subprocess.Popen[str]) -> None:
    """Kill the process, and where the system has groups of processes its children too."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()


class WorkerTask(QgsTask):
    """A job of the worker in the background; its signals say how it goes and how it ended."""

    reported = pyqtSignal(dict)  # an event of the worker, progress at most every 100 ms
    succeeded = pyqtSignal(dict)  # the result event
    failed = pyqtSignal(Failure)
    stopped = pyqtSignal()

    def __init__(self, command: Sequence[str], description: str) -> None:
        super().__init__(description, TASK_FLAGS)
        self._command = list(command)
        self._result: Event | None = None
        self._failure: Failure | None = None
        self._reported_at = -math.inf
        self._over = threading.Event()

    def end(self) -> None:
        """Cancel, and wait for the worker's end if it was started."""
        self.cancel()
        if self.status() == QgsTask.TaskStatus.Running:
            self._over.wait(GRACE_S + DRAIN_S)

    def run(self) -> bool:
        """Run the worker; called in a thread of QGIS's own."""
        try:
            self._result = run_worker(self._command, self._report, self.isCanceled)
        except Failure as failure:
            self._failure = failure
        except Cancelled:
            pass
        finally:
            self._over.set()
        return self._result is not None

    def finished(self, result: bool) -> None:
        """Say how it ended; called in the main thread."""
        if self._result:
            self.succeeded.emit(self._result)
        elif self._failure:
            self.failed.emit(self._failure)
        else:
            self.stopped.emit()

    def _report(self, event: Event) -> None:
        if event["event"] == "progress":
            now = time.monotonic()
            if now - self._reported_at < REPORT_INTERVAL_S:
                return
            self._reported_at = now
            if event.get("total"):
                self.setProgress(100 * event.get("done", 0) / event["total"])
        self.reported.emit(event)


class DetectTask(WorkerTask):
    """Detection, the one kind of job that is long; whoever changes the runtime waits for it."""
