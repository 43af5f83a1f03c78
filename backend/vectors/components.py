"""4-connected components of the mask, labelled by runs of pixels, slab after slab.

All positions are flat: a slab is framed by nodata columns, and its first row is the last one of
the slab before, so that a neighbour is an offset away and no run wraps around a row's end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from backend.raster.grid import NODATA

# Columns of `Totals.sums`; those from TERRAIN_PIXELS on are zero without a DEM.
PIXELS, PROBABILITY, TERRAIN_PIXELS, SLOPE, EAST, NORTH = range(6)
# Columns of `Totals.peaks`: maxima; minima are kept as maxima of the negative.
PROBABILITY_MAX, LAST_ROW, MINUS_FIRST, ELEVATION_MAX, MINUS_ELEVATION_MIN = range(5)
# Slope and aspect are summed as integers of this unit, so that no order of adding matters.
FIXED_POINT = 2**20

# (rows, columns) of n pixels -> (4, n): elevation [m], slope [deg], aspect east and north.
Terrain = Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.float32]]


@dataclass(frozen=True)
class Slab:
    """Framed rows, flat: `values` and `inside` ((rows + 1) * stride,); stride is W + 2.

    `first` is the raster row of the first row after the carried one.
    """

    values: NDArray[np.uint8]
    inside: NDArray[np.bool_]
    stride: int
    first: int

    @property
    def offset(self) -> int:
        """Position of the slab's first pixel in the framed raster."""
        return self.first * self.stride


@dataclass(frozen=True)
class Totals:
    """What is known of n components: `sums` (n, 6) int64 and `peaks` (n, 5) float64."""

    sums: NDArray[np.int64]
    peaks: NDArray[np.float64]

    @classmethod
    def zero(cls, count: int) -> Totals:
        """Totals of `count` components without a pixel."""
        return cls(np.zeros((count, 6), np.int64), np.full((count, 5), -np.inf))

    def __len__(self) -> int:
        return len(self.sums)

    def take(self, index: NDArray[Any]) -> Totals:
        """The components at `index`."""
        return Totals(self.sums[index], self.peaks[index])

    def merged(self, labels: NDArray[np.int32], count: int) -> Totals:
        """One component for each of `count` labels; every label occurs."""
        if not count:
            return Totals.zero(0)
        order = np.argsort(labels, kind="stable")
        begins = np.searchsorted(labels[order], np.arange(count))
        return Totals(
            np.add.reduceat(self.sums[order], begins),
            np.maximum.reduceat(self.peaks[order], begins),
        )


def concatenated(parts: list[Totals]) -> Totals:
    """The components of all parts, in order."""
    return Totals(
        np.concatenate([part.sums for part in parts]),
        np.concatenate([part.peaks for part in parts]),
    )


@dataclass(frozen=True)
class Runs:
    """Runs of inside pixels in row-major order: flat positions [start, end)."""

    start: NDArray[np.int64]
    end: NDArray[np.int64]

    def at(self, pixels: NDArray[np.int64]) -> NDArray[np.int64]:
        """The run that holds each of `pixels`."""
        return np.searchsorted(self.start, pixels, "right") - 1

    def pixels(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Positions of all their pixels, and where each run begins among them."""
        length = self.end - self.start
        begins = np.cumsum(length) - length
        return np.repeat(self.start - begins, length) + np.arange(length.sum()), begins


def frame(above: NDArray[np.uint8], values: NDArray[np.uint8], level: int, first: int) -> Slab:
    """The slab of `values` (rows, W) under the row `above` (W,)."""
    rows, width = values.shape
    framed = np.full((rows + 1, width + 2), NODATA, np.uint8)
    framed[0, 1:-1] = above
    framed[1:, 1:-1] = values
    flat = framed.ravel()
    # level <= value < NODATA in one comparison: unsigned differences wrap around.
    inside = (flat - np.uint8(level)) < np.uint8(NODATA - level)
    return Slab(flat, inside, width + 2, first)


def find_runs(inside: NDArray[np.bool_]) -> Runs:
    """The runs of a framed slab."""
    changes = np.flatnonzero(inside[1:] != inside[:-1]) + 1
    return Runs(changes[::2], changes[1::2])


@dataclass(frozen=True)
class Labels:
    """The components of a slab.

    `of_runs` (n,) and `of_carried` (components open before the slab) are indices into `totals`;
    `is_open` (len(totals),) is True where the slab's last row is reached.
    """

    runs: Runs
    of_runs: NDArray[np.int32]
    of_carried: NDArray[np.int32]
    totals: Totals
    is_open: NDArray[np.bool_]


class Components:
    """Labels slab after slab, and carries what reaches the last row over to the next."""

    def __init__(self, terrain: Terrain | None = None) -> None:
        self._terrain = terrain
        self._totals = Totals.zero(0)
        # The carried component of each run in the last row.
        self._of_runs = np.empty(0, np.int64)

    def add(self, slab: Slab) -> Labels:
        """The components of the next slab; the open ones are carried in order."""
        runs = find_runs(slab.inside)
        carried, seen = len(self._totals), len(self._of_runs)
        count, labels = _connect(runs, slab.stride, self._of_runs, carried)
        of_carried, of_runs = labels[:carried], labels[carried:]
        fresh = _measure(slab, Runs(runs.start[seen:], runs.end[seen:]), self._terrain)
        known = np.concatenate([of_carried, of_runs[seen:]])
        totals = concatenated([self._totals, fresh]).merged(known, count)
        last = of_runs[runs.start >= len(slab.values) - slab.stride]
        is_open = np.zeros(count, bool)
        is_open[last] = True
        self._totals = totals.take(is_open)
        self._of_runs = (np.cumsum(is_open) - 1)[last]
        return Labels(runs, of_runs, of_carried, totals, is_open)


def _connect(
    runs: Runs, stride: int, carried: NDArray[np.int64], count: int
) -> tuple[int, NDArray[np.int32]]:
    """Number of components, and the component of each of `count` carried ones and of each run.

    `carried` (n,) names the carried component of each of the n runs in the slab's first row.
    """
    # Runs of the row above that share a column with a run are neighbours in the list.
    low = np.searchsorted(runs.end, runs.start - stride, "right")
    high = np.searchsorted(runs.start, runs.end - stride, "left")
    shared = high - low
    below = np.repeat(np.arange(len(shared)), shared)
    above = np.arange(len(below)) + np.repeat(low - (np.cumsum(shared) - shared), shared)
    one = np.concatenate([carried, count + below])
    other = np.concatenate([count + np.arange(len(carried)), count + above])
    nodes = count + len(runs.start)
    graph = coo_array((np.ones(len(one), np.int8), (one, other)), shape=(nodes, nodes))
    return connected_components(graph.tocsr(), directed=False)


def _measure(slab: Slab, runs: Runs, terrain: Terrain | None) -> Totals:
    """Totals of each run."""
    totals = Totals.zero(len(runs.start))
    if not len(totals):
        return totals
    pixels, begins = runs.pixels()
    values = slab.values[pixels]
    sums, peaks = totals.sums, totals.peaks
    sums[:, PIXELS] = runs.end - runs.start
    sums[:, PROBABILITY] = np.add.reduceat(values, begins, dtype=np.int64)
    peaks[:, PROBABILITY_MAX] = np.maximum.reduceat(values, begins)
    peaks[:, LAST_ROW] = slab.first - 1 + runs.start // slab.stride
    peaks[:, MINUS_FIRST] = -(slab.offset + runs.start)
    if terrain is not None:
        rows, columns = np.divmod(pixels, slab.stride)
        _measure_terrain(totals, terrain(slab.first - 1 + rows, columns - 1), begins)
    return totals


def _measure_terrain(
    totals: Totals, terrain: NDArray[np.float32], begins: NDArray[np.int64]
) -> None:
    """Fill the terrain columns from the runs' pixels (4, n); NaN is no terrain."""
    known = np.isfinite(terrain).all(axis=0)
    totals.sums[:, TERRAIN_PIXELS] = np.add.reduceat(known, begins, dtype=np.int64)
    for column, values in zip((SLOPE, EAST, NORTH), terrain[1:], strict=True):
        fixed = np.rint(np.where(known, values, 0) * float(FIXED_POINT)).astype(np.int64)
        totals.sums[:, column] = np.add.reduceat(fixed, begins)
    for column, sign in ((ELEVATION_MAX, 1), (MINUS_ELEVATION_MIN, -1)):
        heights = np.where(known, sign * terrain[0], -np.inf)
        totals.peaks[:, column] = np.maximum.reduceat(heights, begins)
