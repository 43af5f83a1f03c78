"""Interpreters from which a runtime can be made, or which are one already."""

from __future__ import annotations

import json
import os
import subprocess  # nosec B404 # asks an interpreter what it is, without a shell
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..messages import Failure, tr
from ..worker import worker_environment

OLDEST = (3, 11)
TIMEOUT_S = 60
# Says what an interpreter is, in words that Python 2 understands too.
QUESTION = (
    "import json, struct, sys\n"
    "try:\n import venv, ensurepip; pip = True\n"
    "except ImportError:\n pip = False\n"
    "print(json.dumps([list(sys.version_info[:3]), struct.calcsize('P') * 8, pip]))"
)


@dataclass(frozen=True)
class Interpreter:
    """A Python; `makes_environments` where it has venv and pip."""

    path: str
    version: tuple[int, ...]
    makes_environments: bool

    def __str__(self) -> str:
        return f"Python {'.'.join(map(str, self.version))} ({self.path})"


def ask(path: str) -> Interpreter:
    """What an interpreter is. Raises `Failure` where it is none, or one of 32 bits."""
    command = [path, "-E", "-s", "-c", QUESTION]
    try:
        answer = subprocess.run(  # nosec B603 # an interpreter that the user chose
            command, env=worker_environment(os.environ), timeout=TIMEOUT_S, check=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        ).stdout  # fmt: skip
        version, bits, makes_environments = json.loads(answer)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        message = tr("{} does not answer as Python does.").format(path)
        remedy = tr("Choose the file bin/python or python.exe of an environment.")
        raise Failure("setup", message, remedy, details=str(error)) from error
    if bits != 64:
        message = tr("{} is a Python of {} bits.").format(path, bits)
        raise Failure("setup", message, tr("Choose one of 64 bits."))
    return Interpreter(path, tuple(version), makes_environments)


def check_recent(interpreter: Interpreter) -> None:
    """Raise `Failure` for one that is too old for the worker."""
    if interpreter.version[:2] < OLDEST:
        message = tr("{} is older than {}.").format(interpreter, "3.11")
        raise Failure("setup", message, tr("Choose a newer one."))


def suitable(versions: Iterable[tuple[int, ...]]) -> Iterator[Interpreter]:
    """The interpreters on this computer that the lock has packages for, the best first."""
    wanted, seen = set(versions), set()
    for path in candidates():
        real = os.path.realpath(path)
        if real in seen or not os.path.isfile(path):
            continue
        seen.add(real)
        try:
            found = ask(path)
        except Failure:
            continue
        if found.version[:2] in wanted:
            yield found


def candidates(system: str = sys.platform) -> list[str]:
    """Where interpreters may be. Not what PATH says: it may lead to conda's or to QGIS's own.

    QGIS's own comes last, and on Linux it is the system's: the next version of QGIS takes it
    along on Windows, and on macOS it cannot be used outside QGIS at all.
    """
    minors = ("14", "13", "12", "11")
    if system == "win32":
        return [*_registered(), str(Path(sys.exec_prefix) / "python.exe")]
    if system == "darwin":
        homes = ("/opt/homebrew/bin", "/usr/local/bin")
        framework = "/Library/Frameworks/Python.framework/Versions/3.{0}/bin/python3.{0}"
        named = [f"{home}/python3.{minor}" for minor in minors for home in homes]
        return [*named, *(framework.format(minor) for minor in minors)]
    homes = ("/usr/bin", "/usr/local/bin")
    named = [f"{home}/python3.{minor}" for minor in minors for home in homes]
    return ["/usr/bin/python3", *named]


def _registered() -> Iterator[str]:
    """The interpreters that Windows knows of (PEP 514), without those of conda and the store."""
    import winreg

    for hive in (winreg.HKEY_CURRENT_USER, winreg.HKEY_LOCAL_MACHINE):
        for minor in ("12", "13", "14", "11"):
            key = rf"Software\Python\PythonCore\3.{minor}\InstallPath"
            try:
                folder = winreg.QueryValue(hive, key)
            except OSError:
                continue
            yield str(Path(folder) / "python.exe")
