"""Where runtimes lie, which are complete, and who may change them."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qgis.PyQt.QtCore import QLockFile, QStandardPaths

from ..files import put_in_place
from ..messages import Failure, tr
from ..settings import RUNTIME_FOLDER

READY = "ready.json"
LOCK_NAME = "setup.lock"
PREFIX, DOOMED = "env-", "doomed-"
# Besides the environments: uv, the Pythons it fetched, what is downloaded, certificates.
SHARED = ("uv", "python", "cache", "tmp", "certificates.pem")


def default_root() -> Path:
    """The folder of runtimes in the user's own data, which neither a profile of QGIS nor a
    plugin's upgrade touches; on Windows the local one, which no server mirrors."""
    kind = QStandardPaths.StandardLocation.GenericDataLocation
    return Path(QStandardPaths.writableLocation(kind)) / "calanddet"


def root_folder() -> Path:
    """The folder of runtimes."""
    return Path(RUNTIME_FOLDER.get()) if RUNTIME_FOLDER.get() else default_root()


@dataclass(frozen=True)
class Environment:
    """A runtime's folder; `facts` is what its setup found out, empty while it is half-made."""

    path: Path
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return environment_python(self.path)

    @property
    def is_ready(self) -> bool:
        """Whether its setup came to its end and its interpreter is still there."""
        return bool(self.facts) and os.path.isfile(self.python)

    @property
    def digest(self) -> str:
        """The lock that it was made from."""
        return self.path.name[len(PREFIX) :]


def environment_python(path: Path) -> Path:
    """The interpreter of an environment."""
    return path / "Scripts" / "python.exe" if os.name == "nt" else path / "bin" / "python"


def environment_folder(root: Path, digest: str) -> Path:
    """The folder of the environment that is made from a lock."""
    return root / f"{PREFIX}{digest}"


def environments(root: Path) -> list[Environment]:
    """All environments, complete or not, the newest first."""
    try:
        paths = [path for path in root.iterdir() if path.name.startswith(PREFIX)]
    except OSError:
        return []
    found = [Environment(path, _facts(path)) for path in paths]
    return sorted(found, key=lambda each: str(each.facts.get("created", "")), reverse=True)


def mark_ready(path: Path, facts: dict[str, Any]) -> Environment:
    """Write the marker, whole or not at all: from now on the environment counts."""
    partial = path / f"{READY}.part"
    partial.write_text(json.dumps(facts, indent=1), encoding="utf-8")
    put_in_place(partial, path / READY)
    return Environment(path, facts)


def unmark(path: Path) -> None:
    """Take the marker away: what follows may leave the environment half-made."""
    with suppress(FileNotFoundError):
        (path / READY).unlink()


def discard(path: Path) -> None:
    """Remove a folder: it is gone at once or, where a program uses it, stays as it is.

    Raises `Failure` in that case.
    """
    doomed = path.with_name(DOOMED + path.name)
    shutil.rmtree(doomed, ignore_errors=True)
    try:
        put_in_place(path, doomed)
    except FileNotFoundError:
        return
    except OSError as error:
        message = tr("{} cannot be removed ({}).").format(path, error.strerror)
        remedy = tr("Wait until no detection runs in any window of QGIS, then try again.")
        raise Failure("setup", message, remedy) from error
    shutil.rmtree(doomed, ignore_errors=True)


def sweep(root: Path) -> None:
    """Remove what an interrupted removal left."""
    for path in root.glob(f"{DOOMED}*"):
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def only_setup(root: Path) -> Iterator[None]:
    """Keep other windows of QGIS from changing the runtimes meanwhile.

    Raises `Failure` where one is at it; a lock whose owner is gone counts for nothing.
    """
    lock = _lock_file(root)
    if not lock.tryLock(0):
        if lock.error() == QLockFile.LockError.LockFailedError:
            raise _busy(lock)
        message = tr("The folder {} cannot be written.").format(root)
        raise Failure("setup", message, tr("Choose another folder for the runtime."))
    try:
        yield
    finally:
        lock.unlock()


def setup_owner(root: Path) -> int:
    """The process that is changing the runtimes; 0 where none is."""
    if not os.path.exists(root / LOCK_NAME):
        return 0
    lock = _lock_file(root)
    if lock.tryLock(0):
        lock.unlock()
        return 0
    known, owner, _, _ = lock.getLockInfo()
    return owner if known else 0


def folder_size(path: Path) -> int:
    """All files below a folder [bytes]; links and what vanishes meanwhile do not count."""
    total, folders = 0, [str(path)]
    while folders:
        with suppress(OSError), os.scandir(folders.pop()) as entries:
            for entry in entries:
                with suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    else:
                        total += entry.stat(follow_symlinks=False).st_size
    return total


def _facts(path: Path) -> dict[str, Any]:
    try:
        facts = json.loads((path / READY).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}


def _lock_file(root: Path) -> QLockFile:
    with suppress(OSError):
        root.mkdir(parents=True, exist_ok=True)
    lock = QLockFile(str(root / LOCK_NAME))
    # Never stale by age alone, a download takes its time; only when the owner is gone.
    lock.setStaleLockTime(0)
    return lock


def _busy(lock: QLockFile) -> Failure:
    known, owner, _, _ = lock.getLockInfo()
    name = tr("process {}").format(owner) if known else tr("unknown process")
    message = tr("Another window of QGIS ({}) is setting up the runtime.").format(name)
    return Failure("setup", message, tr("Wait until it has finished, then look again."))
