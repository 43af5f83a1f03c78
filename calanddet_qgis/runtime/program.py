"""Programs that set a runtime up: run to their end, listened to, and stopped at once."""

from __future__ import annotations

import os
import queue
import signal
import subprocess  # nosec B404 # pip and uv run in processes of their own
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from ..messages import Cancelled, Failure, tr
from ..worker import INTERPRETER_SWITCHES, worker_environment

POLL_S = 0.1
END_S = 5.0
MAX_LINE = 4000
# Where packages and interpreters come from, if whoever uses this computer has set it: mirrors,
# local folders and certificates; nothing that would change where they are installed to.
SOURCES = (
    "PIP_CONFIG_FILE", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_CERT",
    "PIP_CLIENT_CERT", "PIP_PROXY", "PIP_TRUSTED_HOST", "PIP_DEFAULT_TIMEOUT", "PIP_CACHE_DIR",
    "UV_DEFAULT_INDEX", "UV_INDEX", "UV_FIND_LINKS", "UV_PYTHON_INSTALL_MIRROR",
    "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE",
    "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS",
)  # fmt: skip
# Runs a module that ends with the program that started it: it holds the other end of stdin. On
# Windows nobody else gets near a pipe that is being read, children that inherit it neither.
TETHERED = """\
import os, runpy, sys, threading, time
def follow():
    try:
        if os.name == "nt":
            import _winapi, msvcrt
            while not _winapi.PeekNamedPipe(msvcrt.get_osfhandle(0), 0)[0]:
                time.sleep(0.05)
        else:
            os.read(0, 1)
    except OSError:
        pass
    os._exit(3)
threading.Thread(target=follow, daemon=True).start()
sys.argv = sys.argv[1:]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""


def module_command(python: Path | str, module: str, *arguments: str) -> list[str]:
    """The command that runs a module in an interpreter and never outlives this process."""
    return [str(python), *INTERPRETER_SWITCHES, "-c", TETHERED, module, *arguments]


def program_environment(given: Mapping[str, str], extra: Mapping[str, str]) -> dict[str, str]:
    """The allow-listed part of an environment, the sources of packages included, and `extra`."""
    passed = worker_environment(given)
    passed.update({name: text for name, text in given.items() if name.upper() in SOURCES})
    return {**passed, **extra}


def run_program(
    command: Sequence[str],
    environment: Mapping[str, str],
    folder: Path,
    on_line: Callable[[str], None],
    is_cancelled: Callable[[], bool],
    on_tick: Callable[[], None] = lambda: None,
) -> int:
    """Run a program to its end and return its exit code.

    `on_line` gets what it prints, `on_tick` is called ten times a second; both in this thread.
    Raises `Cancelled`, the program and its children having been killed, and `Failure` where it
    cannot be started.
    """
    process = _start(command, environment, folder)
    lines: queue.Queue[str | None] = queue.Queue()
    reader = threading.Thread(
        target=_read, args=(process, lines), name="calanddet setup", daemon=True
    )
    reader.start()
    try:
        while True:
            if is_cancelled():
                raise Cancelled
            on_tick()
            try:
                line = lines.get(timeout=POLL_S)
            except queue.Empty:
                if process.poll() is not None and not reader.is_alive():
                    break
                continue
            if line is None:
                break
            on_line(line.rstrip())
        return process.wait(END_S)
    finally:
        _end(process)
        reader.join(END_S)
        process.stdin.close()
        if not reader.is_alive():
            process.stdout.close()


def _start(
    command: Sequence[str], environment: Mapping[str, str], folder: Path
) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    try:
        return subprocess.Popen(  # nosec B603 # a list that the plugin made, without a shell
            command, cwd=folder, env=dict(environment), stdin=pipe, stdout=pipe,
            stderr=subprocess.STDOUT, encoding="utf-8", errors="replace",
            start_new_session=True, creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )  # fmt: skip
    except OSError as error:
        message = tr("{} cannot be started ({}).").format(command[0], error.strerror)
        remedy = tr("If a virus scanner guards it, allow it there; else choose another Python.")
        raise Failure("setup", message, remedy) from error


def _read(process: subprocess.Popen[str], lines: queue.Queue[str | None]) -> None:
    with suppress(ValueError):
        for line in iter(lambda: process.stdout.readline(MAX_LINE), ""):
            lines.put(line)
    lines.put(None)


def _end(process: subprocess.Popen[str]) -> None:
    """Kill what still runs of the program and of its children."""
    if process.poll() is None and os.name == "nt":
        system = Path(os.environ.get("SYSTEMROOT", r"C:\Windows")) / "System32"
        with suppress(OSError):
            subprocess.run(  # nosec B603 # Windows' own program, by its full path
                [str(system / "taskkill.exe"), "/F", "/T", "/PID", str(process.pid)],
                stdin=subprocess.DEVNULL, capture_output=True, check=False,
                creationflags=subprocess.CREATE_NO_WINDOW,
            )  # fmt: skip
    elif hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    with suppress(subprocess.TimeoutExpired):
        process.wait(END_S)
