"""Finished rows in a file that outlives a kill: one checked record a row of tiles, appended.

A record is a header (magic, rows, tiles, bytes of the rows), a CRC-32 of it and the rows, and the
rows packed. Whatever a cut left at the end does not check, and is dropped.
"""

from __future__ import annotations

import os
import struct
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

MAGIC = b"CaDs"
HEADER = struct.Struct("<4sIII")
CHECKSUM = struct.Struct("<I")
# A power loss may cost what was written in this time [s]; a kill costs nothing.
SYNC_S = 5.0


@dataclass(frozen=True)
class Record:
    """The probability rows (rows, W) of a row of tiles, and how many of these were computed."""

    values: NDArray[np.uint8]
    tiles: int


class Spool:
    """The records in a file for a raster that is `width` [px] wide, from its beginning.

    `tiles` has the number of computed tiles of each record. The file is made by the first `append`.
    """

    def __init__(self, path: Path, width: int) -> None:
        self.tiles: list[int] = []
        self._path, self._width = path, width
        self._end = 0
        self._file: BinaryIO | None = None
        self._synced = time.monotonic()
        if path.exists():
            with open(path, "rb") as file:
                while (found := _next(file)) is not None:
                    self.tiles.append(found[1])
                    self._end = file.tell()

    def __iter__(self) -> Iterator[Record]:
        """The records that are there when the iteration begins."""
        count = len(self.tiles)
        if not count:
            return
        with open(self._path, "rb") as file:
            for _ in range(count):
                found = _next(file)
                if found is None:
                    raise OSError(f"{self._path} has changed while it was read")
                rows, tiles, packed = found
                yield Record(_unpack(packed, rows, self._width), tiles)

    def append(self, record: Record) -> None:
        """Add a record; raises OSError where the disk refuses."""
        packed = _pack(record.values)
        header = HEADER.pack(MAGIC, len(record.values), record.tiles, len(packed))
        checksum = CHECKSUM.pack(zlib.crc32(packed, zlib.crc32(header)))
        file = self._file or self._open()
        file.write(header + checksum + packed)
        file.flush()
        if time.monotonic() - self._synced >= SYNC_S:
            os.fsync(file.fileno())
            self._synced = time.monotonic()
        self.tiles.append(record.tiles)

    def close(self) -> None:
        """Let go of the file."""
        if self._file:
            self._file.close()
            self._file = None

    def _open(self) -> BinaryIO:
        mode = "r+b" if self._path.exists() else "w+b"
        file = cast(BinaryIO, open(self._path, mode))  # noqa: SIM115 (closed by `close`)
        file.truncate(self._end)
        file.seek(self._end)
        self._file = file
        return file


def _pack(values: NDArray[np.uint8]) -> bytes:
    """Where (a bit each) and by how much each value differs from the one before.

    Probabilities seldom change by the pixel: half as long as they are, in a third of the time that
    deflate takes.
    """
    steps = np.diff(values.ravel(), prepend=np.uint8(0))
    changes = steps != 0
    return np.packbits(changes).tobytes() + steps[changes].tobytes()


def _unpack(packed: bytes, rows: int, width: int) -> NDArray[np.uint8]:
    """The values (rows, width) that `_pack` made shorter."""
    content, size = np.frombuffer(packed, np.uint8), rows * width
    bits, amounts = np.split(content, [-(-size // 8)])
    steps = np.zeros(size, np.uint8)
    steps[np.unpackbits(bits, count=size).view(bool)] = amounts
    return np.cumsum(steps, dtype=np.uint8).reshape(rows, width)


def _next(file: BinaryIO) -> tuple[int, int, bytes] | None:
    """Rows, tiles and compressed rows of the next record, or None where no whole one follows."""
    header, checksum = file.read(HEADER.size), file.read(CHECKSUM.size)
    if len(header) < HEADER.size or len(checksum) < CHECKSUM.size:
        return None
    magic, rows, tiles, size = HEADER.unpack(header)
    # Before reading, as a damaged size may be larger than the memory.
    if magic != MAGIC or size > os.fstat(file.fileno()).st_size:
        return None
    packed = file.read(size)
    is_whole = CHECKSUM.unpack(checksum)[0] == zlib.crc32(packed, zlib.crc32(header))
    return (rows, tiles, packed) if is_whole else None
