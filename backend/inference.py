"""Rows in, probability rows out: cut tiles from the source, run them, put the crops together.

A thread reads and cuts ahead of the engine, which runs in the caller's. Batches are filled across
the ends of tile rows; at any time only the rows under the current tiles and the rows not yet
finished are in memory.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from backend.engines import Cutting, Engine, Overlapping, Pending, begin
from backend.engines.runs import Run, cut
from backend.raster.grid import NODATA, Tiling, reflect
from backend.raster.turns import gdal_turn
from backend.threads import Ahead

# From how many rows of tiles a sample is taken, where each has enough of them.
SAMPLED_ROWS = 10
# The source is read in bands of so many rows, which start at multiples of it [px].
BAND_ROWS = 64
# Batches that wait for the engine, and the rows they are for [bytes].
AHEAD_BYTES = 32 << 20

# The pixels under a row of tiles: rows of bands (C, rows, W), one part above the other.
Strip = list[NDArray[Any]]


class Inside(Protocol):
    """Which pixels count; `backend.raster.area.Area` is one."""

    def rows(self, first: int, last: int) -> NDArray[np.bool_]:
        """Rows [first, last) of the mask (rows, W): True inside."""
        ...


class Source(Protocol):
    """Rows of an image; `backend.raster.source.RasterSource` is one."""

    def read(self, first: int, last: int) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """Rows [first, last): values (C, rows, W) and validity (rows, W)."""
        ...


@dataclass
class Row:
    """The rows of the grid that one row of tiles decides; `waiting` of its tiles are not back.

    `values`, 255 where they are not valid, and `valid` are (rows, W). `tiles` of the row are for
    the engine, the others have nothing to decide. One that `is_known` is left out of the results.
    Of an engine that also tells spreads, the values of a row with tiles have planes (planes, rows,
    W).
    """

    values: NDArray[np.uint8]
    valid: NDArray[np.bool_]
    tiles: int = 0
    waiting: int = 0
    is_known: bool = False


@dataclass(frozen=True)
class Place:
    """Where a tile's crop belongs: `columns` of `row` are filled from its row `top` on."""

    row: Row
    top: int
    columns: slice
    left: int

    def fill(self, crop: NDArray[np.uint8]) -> None:
        """Keep the crop's valid pixels; with spreads a crop has planes (planes, H, W)."""
        if crop.ndim > self.row.values.ndim:
            shape = (len(crop), *self.row.valid.shape)
            self.row.values = np.full(shape, NODATA, np.uint8)
        valid = self.row.valid[:, self.columns]
        height, width = valid.shape
        part = crop[..., self.top : self.top + height, self.left : self.left + width]
        np.copyto(self.row.values[..., self.columns], part, where=valid)
        self.row.waiting -= 1


@dataclass(frozen=True)
class Batch:
    """Squares for the network, and where their crops belong."""

    runs: list[Run]
    places: list[Place]


def infer(
    source: Source,
    tiling: Tiling,
    area: Inside | None,
    engine: Engine,
    on_tiles: Callable[[int, int], None],
) -> Iterator[NDArray[np.uint8]]:
    """Probability rows (rows, W) of the whole grid from top to bottom, 255 where invalid.

    `on_tiles(passed, computed)` hears of every batch: tiles passed in all, and by the engine.
    """
    for row in infer_rows(source, tiling, area, engine, on_tiles):
        yield row.values


def infer_rows(
    source: Source,
    tiling: Tiling,
    area: Inside | None,
    engine: Engine,
    on_tiles: Callable[[int, int], None],
    known: Sequence[int] = (),
) -> Generator[Row, None, None]:
    """As `infer`, by rows of tiles; `on_tiles(0, 0)` is called now and then while nothing is ready.

    `known` are the rows of tiles that an earlier run has finished, as the number of tiles that each
    had for the engine: the rows after them get the values that the same run would have given them.
    """
    rows: deque[Row] = deque()
    handed: deque[tuple[Batch, Pending]] = deque()
    most = engine.in_flight if isinstance(engine, Overlapping | Cutting) else 1
    work = _cut_ahead(source, tiling, area, engine.batch_size, known)
    with Ahead(work, _size_of, AHEAD_BYTES, lambda: on_tiles(0, 0)) as ahead:
        for item in ahead:
            if isinstance(item, Row):
                rows.append(item)
                on_tiles(tiling.columns - item.tiles, 0)
            else:
                handed.append((item, begin(engine, item.runs)))
            if len(handed) == most:
                _take(handed, on_tiles)
            while rows and not rows[0].waiting:
                yield rows.popleft()
        while handed:
            _take(handed, on_tiles)
        yield from rows


def _take(handed: deque[tuple[Batch, Pending]], on_tiles: Callable[[int, int], None]) -> None:
    """Fill the places of the batch that was handed over first."""
    batch, pending = handed.popleft()
    for place, crop in zip(batch.places, pending.result(), strict=True):
        place.fill(crop)
    new = sum(not place.row.is_known for place in batch.places)
    on_tiles(new, new)


def _size_of(item: Row | Batch) -> int:
    if isinstance(item, Batch):
        return sum(run.pixels.nbytes for run in item.runs)
    return 2 * item.values.nbytes


def _cut_ahead(
    source: Source, tiling: Tiling, area: Inside | None, size: int, known: Sequence[int]
) -> Iterator[Row | Batch]:
    """Batches of `size` tiles, the last one of fewer; each row comes before its tiles."""
    first, skipped = _restart(known, size)
    runs: list[Run] = []
    places: list[Place] = []
    for index, (row, strip, top) in enumerate(
        _tile_rows(source, tiling, area, range(first, tiling.rows)), first
    ):
        columns = _deciding(row, tiling)
        row.tiles = row.waiting = len(columns)
        row.is_known = index < len(known)
        if not row.is_known:
            yield row
        left = columns[skipped:]
        skipped = 0
        while left:
            count = _neighbours(left, size - len(places))
            runs.append(_cut(strip, tiling, left[0], count))
            places += [_place(row, top, tiling, column) for column in left[:count]]
            left = left[count:]
            if len(places) == size:
                yield Batch(runs, places)
                runs, places = [], []
    if runs:
        yield Batch(runs, places)


def _neighbours(columns: Sequence[int], most: int) -> int:
    """How many of the columns, up to `most`, follow the first one without a gap."""
    most = min(most, len(columns))
    return next((at for at in range(1, most) if columns[at] != columns[0] + at), most)


def _restart(known: Sequence[int], size: int) -> tuple[int, int]:
    """The row of tiles, and how many of its tiles come before, where a batch begins.

    It is the batch with the first tile that is not known, as it is in a run without a break: sums
    of floats depend on a tile's place in its batch.
    """
    surplus, row = sum(known) % size, len(known)
    while surplus > 0:
        row -= 1
        surplus -= known[row]
    return row, -surplus


def sample_tiles(
    source: Source, tiling: Tiling, area: Inside | None, count: int
) -> Iterator[NDArray[Any]]:
    """Up to `count` tiles with valid pixels from all over the grid, in batches (B, C, size, size).

    Only some rows of tiles are read: where most have nothing valid, fewer tiles are found.
    """
    share = min(math.ceil(count / SAMPLED_ROWS), tiling.columns)
    # Multiples of the golden ratio: any first part of this order is spread over all rows.
    order = sorted(range(tiling.rows), key=lambda index: index * 0.6180339887498949 % 1)
    most = 3 * math.ceil(count / share)
    for row, strip, _ in _tile_rows(source, tiling, area, order[:most]):
        columns = _deciding(row, tiling)
        wanted = min(share, count, len(columns))
        if wanted:
            picked = np.linspace(0, len(columns) - 1, wanted).round().astype(int)
            yield cut([_cut(strip, tiling, columns[index], 1) for index in picked])
            count -= wanted
        if not count:
            return


def _tile_rows(
    source: Source, tiling: Tiling, area: Inside | None, indices: Iterable[int]
) -> Iterator[tuple[Row, Strip, int]]:
    """Rows of tiles: what each decides, the strip under it, and the crops' first row.

    Rows outside the area are not read; their strip is empty.
    """
    reader = _Bands(source, tiling.height)
    for index in indices:
        first, last = tiling.core(index, tiling.height)
        start = tiling.start(index)
        valid = area.rows(first, last) if area else _everywhere((last - first, tiling.width))
        strip: Strip = []
        if valid.any():
            strip = reader.under(reflect(np.arange(start, start + tiling.size), tiling.height))
            readable = reader.valid(first, last)
            valid = valid & readable if area else readable
        row = Row(np.full(valid.shape, NODATA, np.uint8), valid)
        yield row, strip, first - start - tiling.margin


def _deciding(row: Row, tiling: Tiling) -> list[int]:
    """The columns of tiles that decide a valid pixel of the row."""
    cores = (tiling.core(index, tiling.width) for index in range(tiling.columns))
    has_valid: NDArray[np.bool_] = np.any(row.valid, axis=0)
    return [index for index, (first, last) in enumerate(cores) if has_valid[first:last].any()]


def _cut(strip: Strip, tiling: Tiling, index: int, count: int) -> Run:
    """The tiles of `count` columns from `index` on."""
    first, last = tiling.start(index), tiling.start(index + count - 1) + tiling.size
    pixels = np.empty((len(strip[0]), tiling.size, last - first), strip[0].dtype)
    left = 0
    for columns in _slices(reflect(np.arange(first, last), tiling.width)):
        parts = [rows[:, :, columns] for rows in strip]
        right = left + parts[0].shape[2]
        np.concatenate(parts, axis=1, out=pixels[:, :, left:right])
        left = right
    return Run(pixels, count, tiling.stride)


def _place(row: Row, top: int, tiling: Tiling, index: int) -> Place:
    first, last = tiling.core(index, tiling.width)
    return Place(row, top, slice(first, last), first - tiling.start(index) - tiling.margin)


def _slices(index: NDArray[np.int64]) -> list[slice]:
    """Indices (n,) as slices, each up or down: a slice copies nothing, and is copied quickly."""
    # Most are from inside of the image; no step is longer than one.
    if index[-1] - index[0] == len(index) - 1:
        return [slice(int(index[0]), int(index[-1]) + 1)]
    steps = np.diff(index)
    ends = np.union1d(np.flatnonzero(np.diff(steps)) + 2, np.flatnonzero(abs(steps) != 1) + 1)
    parts = [(int(part[0]), int(part[-1])) for part in np.split(index, ends)]
    return [
        slice(first, last + 1) if first <= last else slice(first, last - 1 if last else None, -1)
        for first, last in parts
    ]


def _everywhere(shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Validity where all is valid, in no memory."""
    return np.broadcast_to(np.ones((), bool), shape)


class _Bands:
    """A source's rows in bands, of which those under the current row of tiles are kept.

    A band's rows do not depend on where reading began, so neither do the pixels of a source that is
    resampled as it is read.
    """

    def __init__(self, source: Source, height: int) -> None:
        self._source, self._height = source, height
        self._kept: dict[int, tuple[NDArray[Any], NDArray[np.bool_]]] = {}

    def under(self, rows: NDArray[np.int64]) -> Strip:
        """The pixels of `rows` (n,); bands that these do not need are forgotten."""
        band = rows // BAND_ROWS
        wanted = range(int(band.min()), int(band.max()) + 1)
        self._kept = {index: self._kept[index] for index in wanted if index in self._kept}
        for index in wanted:
            if index not in self._kept:
                self._kept[index] = self._read(index)
        parts = np.split(rows, np.flatnonzero(np.diff(band)) + 1)
        indices = [int(part[0]) // BAND_ROWS for part in parts]
        return [
            self._kept[index][0][:, rows]
            for index, part in zip(indices, parts, strict=True)
            for rows in _slices(part - index * BAND_ROWS)
        ]

    def valid(self, first: int, last: int) -> NDArray[np.bool_]:
        """Validity (rows, W) of rows [first, last) in the bands that are kept."""
        bands = range(first // BAND_ROWS, (last - 1) // BAND_ROWS + 1)
        parts = [
            self._kept[index][1][max(0, first - index * BAND_ROWS) : last - index * BAND_ROWS]
            for index in bands
        ]
        if not any(map(any, (part.strides for part in parts))):
            return _everywhere((last - first, parts[0].shape[1]))
        return np.concatenate(parts)

    def _read(self, index: int) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        first = index * BAND_ROWS
        with gdal_turn:
            values, valid = self._source.read(first, min(first + BAND_ROWS, self._height))
        # As it is with most bands.
        return values, _everywhere(valid.shape) if valid.all() else valid
