"""An output folder held by one run: files are made under a hidden folder, then moved in whole."""

from __future__ import annotations

import errno
import os
import shutil
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from backend.errors import OutputError
from backend.files import put_in_place

LOCK_NAME = ".calanddet.lock"
PARTIAL_NAME = ".calanddet.partial"
# How the system says that another process has the lock.
HELD = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)

# Those that are open, and those whose results are out.
_known: set[Workspace] = set()
# Held while results are moved into place: they all appear, or none does.
_gate = threading.Lock()


class Workspace:
    """Context manager over an output folder; unpublished files vanish when it ends.

    Raises `OutputError` where the folder cannot be written or another run is using it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.partial = self.folder / PARTIAL_NAME
        self.is_published = False
        self._lock: IO[str] | None = None

    def __enter__(self) -> Workspace:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._lock = open(self.folder / LOCK_NAME, "a")
        except OSError as error:
            raise OutputError(
                f"The output folder {self.folder} cannot be written: {error.strerror}.",
                "Choose a folder in which you may create files.",
            ) from error
        if not _try_lock(self._lock):
            self._lock.close()
            raise OutputError(
                f"The output folder {self.folder} is in use by another run.",
                "Wait for it to end, or choose another folder.",
            )
        _known.add(self)
        # What a killed run left behind.
        shutil.rmtree(self.partial, ignore_errors=True)
        # It is still there where another program has a file of it open on Windows.
        self.partial.mkdir(exist_ok=True)
        self._require_short_path()
        return self

    def _require_short_path(self) -> None:
        """Windows has a limit, which SQLite's own files reach first."""
        longest = self.partial / "landslides.gpkg-journal"
        try:
            longest.touch()
            longest.unlink()
        except OSError as error:
            self.__exit__()
            raise OutputError(
                f"Nothing can be written into {self.folder}, whose path has"
                f" {len(str(self.folder))} characters: {error.strerror}.",
                "Choose a folder with a shorter path, in which you may create files.",
            ) from error

    def __exit__(self, *exception: object) -> None:
        self.discard()
        if not self.is_published:
            _known.discard(self)
        if self._lock:
            self._lock.close()
        # After closing: Windows does not remove an open file, whoever has it open.
        with suppress(OSError):
            (self.folder / LOCK_NAME).unlink()

    def require_space(self, size: int) -> None:
        """Raise `OutputError` where fewer than `size` [bytes] are free."""
        free = shutil.disk_usage(self.folder).free
        if free < size:
            raise OutputError(
                f"The disk of {self.folder} has {free / 1e6:.0f} MB free; the results need about"
                f" {size / 1e6:.0f} MB.",
                "Free space, or choose a folder on another disk.",
            )

    def require_free(self, names: Iterable[str]) -> None:
        """Raise `OutputError` where a file that is to be replaced cannot be.

        Windows replaces none that another program has open.
        """
        for name in names if sys.platform == "win32" else ():
            path = self.folder / name
            if path.exists():
                with self._replacing(path):
                    put_in_place(path, path)

    def publish(self, names: list[str]) -> None:
        """Move finished files into the folder, in this order, each at once."""
        with _gate:
            self.require_free(names)
            for name in names:
                self._move(name)
            sync_folder(self.folder)
            self.is_published = True

    def remove(self, names: Iterable[str]) -> None:
        """Remove files of the folder, where nobody has them open on Windows."""
        for name in names:
            with suppress(OSError):
                (self.folder / name).unlink()

    def _move(self, name: str) -> None:
        with self._replacing(self.folder / name):
            # What SQLite may have left beside a GeoPackage belongs to the file that goes.
            for suffix in ("-wal", "-shm"):
                (self.folder / f"{name}{suffix}").unlink(missing_ok=True)
            _sync(self.partial / name)
            put_in_place(self.partial / name, self.folder / name)

    @contextmanager
    def _replacing(self, path: Path) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise OutputError(
                f"{path} cannot be replaced: {error.strerror}.",
                "Close the program that has it open, or choose another output folder.",
            ) from error

    @property
    def is_part(self) -> bool:
        """Whether its results are parts of what another one, still open, is going to publish."""
        return any(
            other is not self and not other.is_published and other.folder in self.folder.parents
            for other in list(_known)
        )

    def discard(self) -> None:
        """Remove what was not published."""
        shutil.rmtree(self.partial, ignore_errors=True)


def abandon_all() -> bool:
    """Remove what every open workspace has not published: the last act before a hard exit.

    Afterwards nothing can be published any more. False, and nothing done, where results are out.
    """
    _gate.acquire()
    if any(workspace.is_published and not workspace.is_part for workspace in list(_known)):
        _gate.release()
        return False
    for workspace in list(_known):
        workspace.discard()
        # The system drops the lock itself; a file that Windows keeps is taken over by the next run.
        with suppress(OSError):
            (workspace.folder / LOCK_NAME).unlink()
    return True


@contextmanager
def refused(folder: Path, *kinds: type[Exception]) -> Iterator[None]:
    """Turn errors of the disk, OSError and those of `kinds`, into an `OutputError`."""
    caught: tuple[type[Exception], ...] = (OSError, *kinds)
    try:
        yield
    except caught as error:
        reason = str(error.__cause__ or getattr(error, "strerror", None) or error)
        raise OutputError(
            f"The results cannot be written into {folder}: {reason.strip().rstrip('.')}.",
            "Free space on the disk, or choose another output folder.",
        ) from error


def sync_folder(folder: Path) -> None:
    """Make the names in a folder outlive a power loss, where the system has a way to."""
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(folder, os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _sync(path: Path) -> None:
    """Make a file outlive a power loss."""
    # Windows asks for the right to write.
    with open(path, "r+b" if sys.platform == "win32" else "rb") as file:
        os.fsync(file.fileno())


def _try_lock(file: IO[str]) -> bool:
    """Lock a file for this process; the system drops the lock when the process ends, however."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        # Some network disks have no locks: there a run goes on without.
        return error.errno not in HELD
    return True
