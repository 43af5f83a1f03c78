"""Where compiled networks and verdicts on them are kept between runs: the user's cache folder.

A file there is whole or absent, is checked when it is read, and may be deleted at any time.
"""

from __future__ import annotations

import os
import struct
import sys
import time
import zipfile
import zlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

# Compiled networks beyond this are removed, those that were used longest ago first [bytes].
CACHE_BYTES = 1 << 30
SUFFIX = ".compiled"
# A file half written for longer than this belongs to nobody any more [s].
_ABANDONED_S = 24 * 3600
_PIECE = 1 << 20
# What zipfile raises on files that are damaged.
_DAMAGED = (
    OSError,
    EOFError,
    LookupError,
    MemoryError,
    RuntimeError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)


def cache_folder(environment: Mapping[str, str] = os.environ) -> Path | None:
    """CALANDDET_CACHE, or the place for caches on this system; None where there is none."""
    own = environment.get("CALANDDET_CACHE")
    if own:
        return Path(own)
    place = environment.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME")
    if place and sys.platform != "darwin":
        return Path(place) / "calanddet"
    with suppress(RuntimeError):
        home = Path.home()
        return home / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "calanddet"
    return None


def read_parts(path: Path) -> dict[str, NDArray[np.uint8]] | None:
    """The bytes that `write_parts` stored; None where the file is missing or damaged."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = {name: _read_part(archive, name) for name in archive.namelist()}
        os.utime(path)
    except _DAMAGED:
        return None
    return parts


def _read_part(archive: zipfile.ZipFile, name: str) -> NDArray[np.uint8]:
    """In pieces: a network is large, and reading it at once would take its size twice."""
    size = archive.getinfo(name).file_size
    part, filled = np.empty(size, np.uint8), 0
    with archive.open(name) as member:
        # The last piece is given out only if the checksum of all is right.
        while piece := member.read(_PIECE):
            part[filled : filled + len(piece)] = np.frombuffer(piece, np.uint8)
            filled += len(piece)
    return part


def write_parts(path: Path, parts: Mapping[str, bytes | memoryview]) -> None:
    """Store named parts in one file, and make room for it; raises OSError where it cannot be."""
    with _Replacement(path) as partial, zipfile.ZipFile(partial, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    _trim(path.parent, keep=path)


def write_text(path: Path, text: str) -> None:
    """Store a small file; raises OSError where it cannot be."""
    with _Replacement(path) as partial:
        partial.write_text(text, encoding="utf-8")


class _Replacement:
    """Context manager: a name to write to, which becomes `path` when all went well."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._partial = path.with_name(f".{path.name}.{os.getpid()}.partial")

    def __enter__(self) -> Path:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        return self._partial

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        try:
            if kind is None:
                self._partial.replace(self._path)
        finally:
            with suppress(OSError):
                self._partial.unlink(missing_ok=True)


def _trim(folder: Path, keep: Path) -> None:
    """Remove what was abandoned, and the compiled networks for which there is no room."""
    now, total = time.time(), 0
    # Another process may be tidying up as well, or have a file open on Windows.
    with suppress(OSError):
        for path in folder.glob(".*.partial"):
            if now - path.stat().st_mtime > _ABANDONED_S:
                path.unlink(missing_ok=True)
        latest = sorted(folder.glob(f"*{SUFFIX}"), key=lambda p: p.stat().st_mtime, reverse=True)
        for path in latest:
            total += path.stat().st_size
            if total > CACHE_BYTES and path != keep:
                path.unlink(missing_ok=True)
