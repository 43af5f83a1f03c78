"""Rows in, probability rows out: cut tiles from the source, run them, put the crops together.

Batches are filled across the ends of tile rows; at any time only the rows under the current
tiles and the rows not yet finished are in memory.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from backend.engines import Engine
from backend.raster.area import Area
from backend.raster.grid import NODATA, Tiling, reflect

# From how many rows of tiles a sample is taken, where each has enough of them.
SAMPLED_ROWS = 10


class Source(Protocol):
    """Rows of an image; `backend.raster.source.RasterSource` is one."""

    def read(self, first: int, last: int) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """Rows [first, last): values (C, rows, W) and validity (rows, W)."""
        ...


@dataclass
class Row:
    """The rows of the grid that one row of tiles decides; `waiting` of its tiles are not back.

    `values` and `valid` are (rows, W).
    """

    values: NDArray[np.uint8]
    valid: NDArray[np.bool_]
    waiting: int = 0


@dataclass(frozen=True)
class Tile:
    """One square for the network: `pixels` (C, size, size); `columns` of `row` are its to fill."""

    pixels: NDArray[Any]
    row: Row
    top: int
    columns: slice
    left: int


def infer(
    source: Source,
    tiling: Tiling,
    area: Area | None,
    engine: Engine,
    on_tiles: Callable[[int, int], None],
) -> Iterator[NDArray[np.uint8]]:
    """Probability rows (rows, W) of the whole grid from top to bottom, 255 where invalid.

    `on_tiles(passed, computed)` hears of every batch: tiles passed in all, and by the engine.
    """
    rows: deque[Row] = deque()
    batch: list[Tile] = []
    for row, band, top in _tile_rows(source, tiling, area, range(tiling.rows)):
        columns = [index for index in range(tiling.columns) if _decides(row, tiling, index)]
        row.waiting = len(columns)
        rows.append(row)
        on_tiles(tiling.columns - len(columns), 0)
        for index in columns:
            batch.append(_cut(band, row, top, tiling, index))
            if len(batch) == engine.batch_size:
                _run(batch, engine, on_tiles)
                batch.clear()
        yield from _finished(rows)
    if batch:
        _run(batch, engine, on_tiles)
    yield from _finished(rows)


def _run(batch: list[Tile], engine: Engine, on_tiles: Callable[[int, int], None]) -> None:
    crops = engine.predict(np.stack([tile.pixels for tile in batch]))
    for tile, crop in zip(batch, crops, strict=True):
        target = tile.row.values[:, tile.columns]
        height, width = target.shape
        target[:] = crop[tile.top : tile.top + height, tile.left : tile.left + width]
        tile.row.waiting -= 1
    on_tiles(len(batch), len(batch))


def _finished(rows: deque[Row]) -> Iterator[NDArray[np.uint8]]:
    while rows and not rows[0].waiting:
        row = rows.popleft()
        yield np.where(row.valid, row.values, np.uint8(NODATA))


def sample_tiles(
    source: Source, tiling: Tiling, area: Area | None, count: int
) -> Iterator[NDArray[Any]]:
    """Up to `count` tiles with valid pixels from all over the grid, in batches (B, C, size, size).

    Only some rows of tiles are read: where most have nothing valid, fewer tiles are found.
    """
    share = min(math.ceil(count / SAMPLED_ROWS), tiling.columns)
    # Multiples of the golden ratio: any first part of this order is spread over all rows.
    order = sorted(range(tiling.rows), key=lambda index: index * 0.6180339887498949 % 1)
    most = 3 * math.ceil(count / share)
    for row, band, top in _tile_rows(source, tiling, area, order[:most]):
        columns = [index for index in range(tiling.columns) if _decides(row, tiling, index)]
        wanted = min(share, count, len(columns))
        if wanted:
            picked = np.linspace(0, len(columns) - 1, wanted).round().astype(int)
            tiles = [_cut(band, row, top, tiling, columns[index]).pixels for index in picked]
            yield np.stack(tiles)
            count -= wanted
        if not count:
            return


def _tile_rows(
    source: Source, tiling: Tiling, area: Area | None, indices: Iterable[int]
) -> Iterator[tuple[Row, NDArray[Any], int]]:
    """Rows of tiles: what each decides, the band (C, size, W) under it, the crops' first row.

    Rows outside the area are not read; their band is empty.
    """
    reader = _RollingRows(source)
    for index in indices:
        first, last = tiling.core(index, tiling.height)
        start = tiling.start(index)
        valid = area.rows(first, last) if area else np.ones((last - first, tiling.width), bool)
        band = np.empty(0)
        if valid.any():
            wanted = reflect(np.arange(start, start + tiling.size), tiling.height)
            low, high = int(wanted.min()), int(wanted.max()) + 1
            values, readable = reader.get(low, high)
            valid &= readable[first - low : last - low]
            band = values[:, wanted - low]
        row = Row(np.full(valid.shape, NODATA, np.uint8), valid)
        yield row, band, first - start - tiling.margin


def _decides(row: Row, tiling: Tiling, index: int) -> bool:
    """Whether tile `index` of the row has a valid pixel to decide."""
    first, last = tiling.core(index, tiling.width)
    return bool(row.valid[:, first:last].any())


def _cut(band: NDArray[Any], row: Row, top: int, tiling: Tiling, index: int) -> Tile:
    start = tiling.start(index)
    first, last = tiling.core(index, tiling.width)
    columns = reflect(np.arange(start, start + tiling.size), tiling.width)
    left = first - start - tiling.margin
    return Tile(band[:, :, columns], row, top, slice(first, last), left)


class _RollingRows:
    """The source's rows around the current row of tiles; each row is read once."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._first = self._last = 0
        self._values: NDArray[Any] = np.empty(0)
        self._valid = np.empty(0, bool)

    def get(self, first: int, last: int) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """Values (C, rows, W) and validity (rows, W) of rows [first, last)."""
        if first < self._first or first >= self._last:
            self._values, self._valid = self._source.read(first, last)
        elif last > self._last:
            values, valid = self._source.read(self._last, last)
            kept = first - self._first
            self._values = np.concatenate([self._values[:, kept:], values], axis=1)
            self._valid = np.concatenate([self._valid[kept:], valid])
        else:
            last = self._last
            kept = first - self._first
            self._values, self._valid = self._values[:, kept:], self._valid[kept:]
        self._first, self._last = first, last
        return self._values, self._valid
