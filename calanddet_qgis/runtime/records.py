"""Whether the files of an environment are still those that were installed."""

from __future__ import annotations

import base64
import csv
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

from ..messages import Cancelled, Failure, tr
from .lock import normalised

CHUNK = 1 << 20
OnProgress = Callable[[int, int], None]
# A file, its SHA-256 in URL-safe base 64, its size [bytes].
Entry = tuple[Path, str, int]


def check_files(path: Path, on_progress: OnProgress, is_cancelled: Callable[[], bool]) -> None:
    """Hold every file of an environment against its package's record.

    Raises `Failure` that names the packages whose files are gone or changed, and `Cancelled`.
    """
    damaged = damaged_names(path, on_progress, is_cancelled)
    if damaged:
        message = tr("Files are missing or changed in {}.").format(", ".join(damaged))
        raise Failure("damaged", message, tr("Repair the runtime."))


def damaged_names(
    path: Path, on_progress: OnProgress, is_cancelled: Callable[[], bool]
) -> list[str]:
    """The packages of an environment whose files are gone or changed. Raises `Cancelled`."""
    records = {record: list(_entries(record)) for record in _records(path)}
    total = sum(size for entries in records.values() for _, _, size in entries)
    damaged, done = set(), 0
    for record, entries in records.items():
        for file, expected, size in entries:
            if is_cancelled():
                raise Cancelled
            if _digest(file, size) != expected:
                damaged.add(normalised(record.parent.name.partition("-")[0]))
            done += size
            on_progress(done, total)
    return sorted(damaged)


def package_folders(path: Path) -> list[Path]:
    """Where an environment keeps its packages."""
    return [*path.glob("lib/python3*/site-packages"), *path.glob("Lib/site-packages")]


def _records(path: Path) -> Iterator[Path]:
    for folder in package_folders(path):
        yield from sorted(folder.glob("*.dist-info/RECORD"))


def _entries(record: Path) -> Iterator[Entry]:
    with record.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            if len(row) == 3 and row[1].startswith("sha256="):
                yield record.parent.parent / row[0], row[1][len("sha256=") :], int(row[2] or 0)


def _digest(file: Path, size: int) -> str:
    """The digest of a file that has the size it should have; empty for any other."""
    try:
        if file.stat().st_size != size:
            return ""
        digest = hashlib.sha256()
        with file.open("rb") as stream:
            for chunk in iter(lambda: stream.read(CHUNK), b""):
                digest.update(chunk)
    except OSError:
        return ""
    return base64.urlsafe_b64encode(digest.digest()).rstrip(b"=").decode()
