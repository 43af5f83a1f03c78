"""Start the backend, or a small job in its place, as the plugin would."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
# Every kind of worker starts with the plugin's own switches.
PYTHON = [sys.executable, "-E", "-s", "-u", "-X", "utf8"]


def start(*command: object) -> subprocess.Popen[str]:
    """A process with pipes, in the folder that holds `backend`."""
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [*PYTHON, *map(str, command)], cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True
    )


def start_job(body: str) -> subprocess.Popen[str]:
    """A worker whose job is `body`, the body of a function of `on_event`."""
    lines = "\n".join("    " + line for line in body.splitlines())
    imports = "import os, sys, time\nfrom backend import errors, events, protocol\n"
    script = f"{imports}def job(on_event):\n{lines}\nsys.exit(protocol.run(job, as_json=True))"
    return start("-c", script)


def close(process: subprocess.Popen[str]) -> None:
    """End the process if it lives, and close its pipes."""
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe and not pipe.closed:
            pipe.close()


def finish(process: subprocess.Popen[str], timeout: float = 300) -> tuple[int, list[dict], str]:
    """Exit code, events and stderr; stdin stays open until the process ends by itself."""
    process.wait(timeout)
    assert process.stdout and process.stderr
    events = [json.loads(line) for line in process.stdout.read().splitlines()]
    errors = process.stderr.read()
    close(process)
    return process.returncode, events, errors


def wait_for(process: subprocess.Popen[str], event: str) -> dict[str, Any]:
    """Read events up to the first of that name."""
    assert process.stdout
    for line in process.stdout:
        message: dict[str, Any] = json.loads(line)
        if message["event"] == event:
            return message
    raise AssertionError(f"the worker ended without {event}: {finish(process)}")


def seconds_to_end(process: subprocess.Popen[str]) -> float:
    """How long the process goes on from now [s]."""
    began = time.monotonic()
    process.wait(20)
    return time.monotonic() - began


def backend(*arguments: object, timeout: float = 300) -> tuple[int, str, str]:
    """Run `python -m backend ...` as from a terminal: exit code, stdout, stderr."""
    done = subprocess.run(
        [*PYTHON, "-m", "backend", *map(str, arguments)],
        cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr
