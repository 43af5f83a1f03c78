"""A small raster of the rows that are finished, for whoever waits for the others."""

from __future__ import annotations

import math
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
from affine import Affine
from numpy.typing import NDArray

from backend.events import Preview
from backend.files import put_in_place
from backend.raster.grid import NODATA, PROBABILITY_SCALE, Grid
from backend.raster.sink import create_byte_raster
from backend.raster.turns import gdal_turn

# The longer side of the small raster at most [px].
SIDE = 1024
# It is written so often [s].
INTERVAL_S = 3.0


class PreviewRaster:
    """Averages rows (rows, W) of probabilities over squares, and writes them to `path` at times.

    `path` is replaced at once, so that it always holds a whole raster.
    """

    def __init__(self, path: Path, grid: Grid) -> None:
        self._path = path
        self._height = grid.height
        self._written = self._told = 0
        self._factor = math.ceil(max(grid.width, grid.height) / SIDE)
        width, height = (math.ceil(side / self._factor) for side in (grid.width, grid.height))
        scale = Affine.scale(self._factor)
        self._grid = replace(grid, width=width, height=height, transform=grid.transform @ scale)
        self._sums = np.zeros((height, width), np.uint32)
        self._counts = np.zeros((height, width), np.uint32)
        self._rows = 0
        self._wrote = time.monotonic()

    def add(self, values: NDArray[np.uint8]) -> None:
        """Take the next rows."""
        square_rows = (self._rows + np.arange(len(values))) // self._factor
        first = int(square_rows[0])
        rows = np.searchsorted(square_rows, np.arange(first, square_rows[-1] + 1))
        columns = np.arange(0, values.shape[1], self._factor)
        for sums, part in (
            (self._counts, values != NODATA),
            (self._sums, np.where(values == NODATA, 0, values)),
        ):
            narrow = np.add.reduceat(part, columns, axis=1, dtype=np.uint32)
            small = np.add.reduceat(narrow, rows, axis=0)
            sums[first : first + len(small)] += small
        self._rows += len(values)
        if time.monotonic() - self._wrote >= INTERVAL_S:
            self._write()

    def news(self) -> Preview | None:
        """What to tell about a raster that was written since the last call, if one was."""
        written = self._written
        if written == self._told:
            return None
        self._told = written
        return Preview(str(self._path), written, self._height)

    def _write(self) -> None:
        known = self._counts > 0
        mean = np.full(self._sums.shape, NODATA, np.uint8)
        mean[known] = (self._sums[known] / self._counts[known]).round()
        partial = self._path.with_suffix(".partial")
        with gdal_turn, create_byte_raster(partial, self._grid) as data:
            data.scales = (1 / PROBABILITY_SCALE,)
            data.write(mean, 1)
        # Where another program has the last one open on Windows, that one stays.
        with suppress(PermissionError):
            put_in_place(partial, self._path)
            self._written = self._rows
        self._wrote = time.monotonic()
