"""Rasters of how far several answers about the same pixels lie apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.windows import Window

from backend.raster.grid import PROBABILITY_SCALE, Grid
from backend.raster.sink import BLOCK, add_overviews, create_byte_raster
from backend.raster.turns import gdal_turn
from backend.workspace import refused

# Over the checkpoints of an ensemble, and over the mirrorings of each tile.
DISAGREEMENT, UNCERTAINTY = "disagreement.tif", "uncertainty.tif"
# What the result event calls them.
ROLES = {DISAGREEMENT: "disagreement", UNCERTAINTY: "uncertainty"}


class SpreadSink:
    """Writes a raster of a `ROLES` name into a folder: Byte, value / 250 = standard deviation of
    the probability, 255 = nodata.

    Raises `OutputError` where the disk refuses.
    """

    def __init__(self, folder: Path, grid: Grid, name: str) -> None:
        self._path, self._width, self._written = folder / name, grid.width, 0
        self._waiting = np.empty((0, grid.width), np.uint8)
        with refused(folder, RasterioError):
            self._data = create_byte_raster(self._path, grid)
            self._data.scales = (1 / PROBABILITY_SCALE,)
            self._data.set_band_description(1, "standard deviation of landslide probability")

    def write(self, values: NDArray[np.uint8]) -> None:
        """Append rows (rows, W)."""
        self._waiting = np.concatenate([self._waiting, values])
        self._flush(len(self._waiting) // BLOCK * BLOCK)

    def close(self) -> None:
        """Write what is left, and add overviews."""
        self._flush(len(self._waiting))
        with refused(self._path.parent, RasterioError):
            self._data.close()
            add_overviews(self._path, Resampling.average)

    def __enter__(self) -> SpreadSink:
        return self

    def __exit__(self, *exception: object) -> None:
        if not self._data.closed:
            self._data.close()

    def _flush(self, rows: int) -> None:
        """Write the first rows that wait; whole blocks, as long as more will come."""
        if not rows:
            return
        window = Window(0, self._written, self._width, rows)
        with refused(self._path.parent, RasterioError), gdal_turn:
            self._data.write(self._waiting[:rows], 1, window=window)
        self._waiting = self._waiting[rows:]
        self._written += rows
