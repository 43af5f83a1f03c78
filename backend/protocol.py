"""How a job runs as a process: events out, cancel in, exit code. `docs/protocol.md` says it all.

This module imports nothing heavy, so that the protocol is up before torch is.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from types import FrameType
from typing import IO, NoReturn

from backend.errors import CalandDetError, Cancelled
from backend.events import Error, Event, Log, OnEvent, Progress, Result, Start
from backend.parent import give_way, has_parent, lines_of_stdin, next_of_stdin
from backend.workspace import abandon_all

HEARTBEAT_S = 0.6
# A job that has not ended by itself this long after a cancel is ended hard.
CANCEL_GRACE_S = 0.3

BUG_EXIT_CODE = 1
Job = Callable[[OnEvent], object]
# What the parent writes to a job that takes requests, line by line; None is its end.
Lines = queue.SimpleQueue[bytes | None]


def run(job: Job, as_json: bool, lines: Lines | None = None) -> int:
    """Run a job to its end and return the exit code; this is the process boundary.

    It is the job's own where that returns one, for a job that is done but for something.
    With `lines` what arrives on stdin is put there, and only its end cancels.
    """
    reporter = JsonReporter(_take_stdout()) if as_json else ConsoleReporter()
    signal.signal(signal.SIGTERM, _raise_cancelled)
    signal.signal(signal.SIGINT, _raise_cancelled)
    if as_json and has_parent():
        give_way()
        threading.Thread(target=_watch_stdin, args=(reporter, lines), daemon=True).start()
    elif lines:
        lines.put(None)
    try:
        code = job(reporter)
    except CalandDetError as error:
        return _report_failure(reporter, Error(error.kind, error.message, error.remedy), error)
    except MemoryError as error:
        failure = Error("memory", "There is not enough memory.", "Close other programs.")
        return _report_failure(reporter, failure, error)
    except Exception as error:  # noqa: BLE001 (the process boundary: what reaches it is a bug)
        traceback.print_exc()
        text = f"{type(error).__name__}: {error}"
        failure = Error(
            "bug",
            f"The worker stopped on an unexpected error ({text}).",
            "Please report it with the log.",
        )
        return _report_failure(reporter, failure, error)
    finally:
        reporter.close()
    return code if isinstance(code, int) else 0


def leave(code: int) -> NoReturn:
    """End the process at once: torch takes long to tear down, and a cancel has one second."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


class JsonReporter:
    """One JSON object a line; repeats the last progress when a job is silent for a second."""

    def __init__(self, stream: IO[str]) -> None:
        self.cancelled = threading.Event()
        self._stream = stream
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._last = Progress("starting", 0, 0, "steps")
        self._spoke = 0.0
        threading.Thread(target=self._beat, daemon=True).start()

    def __call__(self, event: Event) -> None:
        """Send an event; raises `Cancelled` once a cancel has arrived, but for the last event."""
        if self.cancelled.is_set() and not isinstance(event, Error | Result):
            raise Cancelled
        if isinstance(event, Progress):
            self._last = event
        self._send(event)

    def close(self) -> None:
        """No event follows."""
        self._closed.set()

    def _beat(self) -> None:
        while not self._closed.wait(HEARTBEAT_S / 6):
            if time.monotonic() - self._spoke >= HEARTBEAT_S:
                self._send(self._last)

    def _send(self, event: Event) -> None:
        with self._lock:
            if self._closed.is_set():
                return
            try:
                self._stream.write(json.dumps(event.to_dict()) + "\n")
                self._stream.flush()
            except (BrokenPipeError, ValueError):
                # Nobody listens any more: the parent is gone.
                self.cancelled.set()
            self._spoke = time.monotonic()
            if isinstance(event, Error | Result):
                self._closed.set()


class ConsoleReporter:
    """Events for a person at a terminal: one line each on stderr, the paths on stdout."""

    def __init__(self) -> None:
        self._bar = sys.stderr.isatty()

    def __call__(self, event: Event) -> None:
        """Print an event."""
        if isinstance(event, Progress):
            if self._bar:
                print(f"\r{_progress_line(event):<78}", end="", file=sys.stderr, flush=True)
            return
        if self._bar:
            print("\r" + " " * 78 + "\r", end="", file=sys.stderr)
        if isinstance(event, Start):
            print(f"{event.job} on {event.device}", file=sys.stderr)
        elif isinstance(event, Log):
            print(f"{event.level}: {event.text}", file=sys.stderr)
        elif isinstance(event, Result):
            for name, value in (*event.counts.items(), *event.paths.items()):
                print(f"{name}: {value}")

    def close(self) -> None:
        """Nothing to end."""


Reporter = JsonReporter | ConsoleReporter


def _progress_line(event: Progress) -> str:
    left = "" if event.eta_s is None else f", {event.eta_s:.0f} s left"
    rate = f"{event.rate:.1f} {event.unit}/s"
    return f"{event.stage}: {event.done} of {event.total} {event.unit}, {rate}{left}"


def _report_failure(reporter: Reporter, failure: Error, error: BaseException) -> int:
    reporter(failure)
    print(f"{failure.message} {failure.remedy}".strip(), file=sys.stderr, flush=True)
    return error.exit_code if isinstance(error, CalandDetError) else BUG_EXIT_CODE


def _take_stdout() -> IO[str]:
    """Keep stdout for the protocol; whatever else prints goes to stderr, C libraries included."""
    kept = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return kept


def _watch_stdin(reporter: JsonReporter, lines: Lines | None) -> None:
    """A line on stdin, or its end, cancels: first by asking, then by ending the process.

    Where the job takes lines, only the end does.
    """
    if lines is None:
        next_of_stdin()
    else:
        for line in lines_of_stdin():
            lines.put(line)
        lines.put(None)
    reporter.cancelled.set()
    time.sleep(CANCEL_GRACE_S)
    # Too late where the results are out: then the job says so and ends by itself.
    if abandon_all():
        os._exit(Cancelled.exit_code)


def _raise_cancelled(number: int, frame: FrameType | None) -> None:
    raise Cancelled
