"""Sums over the pixels of a raster inside each polygon, in one pass over strips of rows.

A pixel belongs to a polygon where its centre lies inside (even-odd, as GDAL rasterises). Polygons
may overlap: each is found by its own outline, none is drawn over another. Nothing here depends on
how the rows are cut into strips.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

Array = NDArray[np.float64]
Index = NDArray[np.int64]


@dataclass(frozen=True)
class Spans:
    """Runs of pixels inside polygons: columns [start, end) of `row` belong to polygon `owner`.

    All (m,), ordered by owner, then row, then column; none is empty.
    """

    owner: Index
    row: Index
    start: Index
    end: Index

    def take(self, index: NDArray[np.bool_]) -> Spans:
        """The runs at `index`."""
        return Spans(self.owner[index], self.row[index], self.start[index], self.end[index])

    def pixels(self) -> tuple[Index, Index, Index]:
        """Rows and columns of all pixels (k,), and the first pixel of each run (m,)."""
        length = self.end - self.start
        begins = np.cumsum(length) - length
        columns = np.repeat(self.start - begins, length) + np.arange(length.sum())
        return np.repeat(self.row, length), columns, begins


class Outline:
    """The edges of n polygons [px] over `width` columns; `spans` finds the pixels inside."""

    def __init__(self, polygons: NDArray[np.object_], width: int) -> None:
        self._width = width
        rings, ring_owner = _rings(polygons)
        points, of_ring = shapely.get_coordinates(rings, return_index=True)
        x, y = points.T
        first = np.flatnonzero(of_ring[1:] == of_ring[:-1])
        # A row is crossed where its centre lies in [upper end, lower end).
        ends = np.ceil(np.sort([y[first], y[first + 1]], axis=0) - 0.5).astype(np.int64)
        crosses = ends[0] < ends[1]
        (self._top, self._bottom), first = ends[:, crosses], first[crosses]
        self._x, self._y = x[first], y[first]
        self._lean = (x[first + 1] - x[first]) / (y[first + 1] - y[first])
        self._owner = ring_owner[of_ring[first]]

    @property
    def rows(self) -> tuple[int, int]:
        """The rows [first, last) of the grid that polygons reach."""
        if not len(self._top):
            return 0, 0
        return int(self._top.min()), int(self._bottom.max())

    def spans(self, first: int, last: int) -> Spans:
        """The runs of pixels in rows [first, last)."""
        near = np.flatnonzero((self._top < last) & (self._bottom > first))
        top = np.maximum(self._top[near], first)
        count = np.minimum(self._bottom[near], last) - top
        edge = np.repeat(near, count)
        row = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count - top, count)
        x = self._x[edge] + (row + 0.5 - self._y[edge]) * self._lean[edge]
        owner = self._owner[edge]
        order = np.lexsort((x, row, owner))
        # Crossings of a closed outline with a row come in pairs: in, out.
        column = np.clip(np.ceil(x[order] - 0.5), 0, self._width).astype(np.int64)
        entered = order[::2]
        spans = Spans(owner[entered], row[entered], column[::2], column[1::2])
        return spans.take(spans.start < spans.end)

    def strips(self, step: int) -> Iterator[tuple[int, int, Spans]]:
        """Rows [first, last) in strips of `step`, with their runs."""
        begin, end = self.rows
        for first in range(begin, end, step):
            last = min(first + step, end)
            yield first, last, self.spans(first, last)


def reachable(polygons: NDArray[np.object_], width: int, step: int) -> NDArray[np.object_]:
    """The polygons [px], but the pixel at the heart of each that holds no pixel's centre."""
    count = np.zeros(len(polygons))
    for _, _, spans in Outline(polygons, width).strips(step):
        np.add.at(count, spans.owner, spans.end - spans.start)
    missed = np.flatnonzero(count == 0)
    found = polygons.copy()
    if len(missed):
        heart = shapely.get_coordinates(shapely.point_on_surface(polygons[missed]))
        x, y = np.floor(heart).T
        found[missed] = shapely.box(x, y, x + 1, y + 1)
    return found


class Sums:
    """What is added up for each of n polygons: counts, sums by name, largest values and places."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._sums: dict[str, Array] = {}
        self._peaks: dict[str, Array] = {}
        self._places: dict[str, Index] = {}

    def add(self, name: str, owner: Index, values: Array, begins: Index) -> None:
        """Add values (k,) of pixels to the sum `name`; NaN does not count."""
        self._sums.setdefault(name, np.zeros(self._count))
        if len(begins):
            per_run = np.add.reduceat(np.nan_to_num(values), begins)
            self._sums[name] += np.bincount(owner, per_run, self._count)

    def raise_to(
        self, name: str, owner: Index, values: Array, begins: Index, places: Index
    ) -> None:
        """Keep the largest value (k,) per polygon and the place (k,) where it is; NaN is none."""
        peaks = self._peaks.setdefault(name, np.full(self._count, -np.inf))
        kept = self._places.setdefault(name, np.full(self._count, -1))
        if not len(begins):
            return
        known = np.where(np.isnan(values), -np.inf, values)
        best = np.maximum.reduceat(known, begins)
        first_of = np.flatnonzero(np.append(True, owner[1:] != owner[:-1]))
        highest, whose = np.maximum.reduceat(best, first_of), owner[first_of]
        higher = highest > peaks[whose]
        target = np.full(self._count, np.inf)
        target[whose[higher]] = highest[higher]
        # Of several pixels that are as high the first one in the strip is taken.
        of_pixel = np.repeat(owner, np.diff(np.append(begins, len(values))))
        hits = np.flatnonzero(known == target[of_pixel])[::-1]
        kept[of_pixel[hits]] = places[hits]
        peaks[whose[higher]] = highest[higher]

    def sum(self, name: str) -> Array:
        """Sums (n,), zero where nothing was added."""
        return self._sums.get(name, np.zeros(self._count))

    def peak(self, name: str) -> Array:
        """Largest values (n,); NaN where there is none."""
        peaks = self._peaks.get(name, np.full(self._count, -np.inf))
        return np.where(np.isinf(peaks), np.nan, peaks)

    def place(self, name: str) -> Index:
        """The places (n,) of the largest values; -1 where there is none."""
        return self._places.get(name, np.full(self._count, -1))


def _rings(polygons: NDArray[np.object_]) -> tuple[NDArray[np.object_], Index]:
    """All rings of Polygons and MultiPolygons (n,), and the polygon each belongs to."""
    parts, of_part = shapely.get_parts(polygons, return_index=True)
    rings, of_ring = shapely.get_rings(parts, return_index=True)
    return rings, of_part[of_ring]
