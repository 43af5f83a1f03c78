"""The output rasters: probability and mask, written together from rows that arrive top down."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.crs import CRS as RasterioCRS
from rasterio.enums import ColorInterp, Resampling
from rasterio.errors import RasterioError
from rasterio.windows import Window

from backend.raster.grid import NODATA, PROBABILITY_SCALE, Grid
from backend.raster.quiet import quiet
from backend.raster.turns import gdal_turn
from backend.workspace import refused

BLOCK = 256
# Rows of blocks are written in parts of so many columns, so that a wide one needs little memory.
PART = 32 * BLOCK
# Of deflate: the quickest.
COMPRESSION = 1
# Two save a quarter of the time; each more needs rows of its own in memory.
OVERVIEW_THREADS = 2
MASK_COLOURS = {0: (0, 0, 0, 0), 1: (215, 48, 39, 255), NODATA: (0, 0, 0, 0)}
# GDAL keeps category names beside a GeoTIFF, in its own sidecar format.
MASK_CATEGORIES = """<PAMDataset>
  <PAMRasterBand band="1">
    <CategoryNames>
      <Category>background</Category>
      <Category>landslide</Category>
    </CategoryNames>
  </PAMRasterBand>
</PAMDataset>
"""


class RasterSink:
    """Writes `probability.tif` and `mask.tif` into a folder, block rows at a time.

    `level` is the lowest probability value, in 1/250, that counts as landslide.
    Raises `OutputError` where the disk refuses.
    """

    def __init__(self, folder: Path, grid: Grid, level: int) -> None:
        self.probability, self.mask = folder / "probability.tif", folder / "mask.tif"
        self._grid, self._level = grid, level
        self._rows = np.empty((BLOCK, grid.width), np.uint8)
        self._filled = self._written = 0
        self.landslide_pixels = self.valid_pixels = 0
        with refused(folder, RasterioError):
            self._probability = create_byte_raster(self.probability, grid)
            self._probability.scales = (1 / PROBABILITY_SCALE,)
            self._probability.set_band_description(1, "landslide probability")
            self._mask = create_mask(self.mask, grid)

    def write(self, values: NDArray[np.uint8]) -> None:
        """Append rows (rows, W) of probability values."""
        while len(values):
            take = min(len(values), BLOCK - self._filled)
            self._rows[self._filled : self._filled + take] = values[:take]
            self._count(values[:take])
            self._filled += take
            values = values[take:]
            if self._filled == BLOCK:
                self._flush()

    def close(self) -> None:
        """Write what is left, add overviews, and check that the files are whole."""
        self._flush()
        with refused(self.mask.parent, RasterioError):
            for data in (self._probability, self._mask):
                data.close()
            add_overviews(self.probability, Resampling.average)
            add_overviews(self.mask, Resampling.nearest)
            self.mask.with_name("mask.tif.aux.xml").write_text(MASK_CATEGORIES)

    def __enter__(self) -> RasterSink:
        return self

    def __exit__(self, *exception: object) -> None:
        for data in (self._probability, self._mask):
            if not data.closed:
                data.close()

    def _count(self, values: NDArray[np.uint8]) -> None:
        self.valid_pixels += int(np.count_nonzero(values != NODATA))
        self.landslide_pixels += int(np.count_nonzero(mask_of(values, self._level) == 1))

    def _flush(self) -> None:
        for left in range(0, self._grid.width, PART):
            part = self._rows[: self._filled, left : left + PART]
            window = Window(left, self._written, part.shape[1], part.shape[0])
            with refused(self.mask.parent, RasterioError), gdal_turn:
                self._probability.write(part, 1, window=window)
                self._mask.write(mask_of(part, self._level), 1, window=window)
        self._written += self._filled
        self._filled = 0


def create_byte_raster(path: Path, grid: Grid) -> rasterio.io.DatasetWriter:
    """An empty raster of bytes on a grid: tiled, compressed, 255 is nodata."""
    with quiet:
        return rasterio.open(
            path, "w", driver="GTiff", width=grid.width, height=grid.height, count=1,
            dtype="uint8", nodata=NODATA, transform=grid.transform,
            crs=RasterioCRS.from_wkt(grid.crs.to_wkt()) if grid.crs else None,
            tiled=True, blockxsize=BLOCK, blockysize=BLOCK, compress="deflate", zlevel=COMPRESSION,
            bigtiff="if_safer", sparse_ok=True,
        )  # fmt: skip


def create_mask(path: Path, grid: Grid) -> rasterio.io.DatasetWriter:
    """An empty mask with its colours."""
    data = create_byte_raster(path, grid)
    data.set_band_description(1, "landslide")
    data.colorinterp = (ColorInterp.palette,)
    data.write_colormap(1, MASK_COLOURS)
    return data


def mask_of(values: NDArray[np.uint8], level: int) -> NDArray[np.uint8]:
    """The mask of probability values: 1 from `level` on, 0 below, nodata as it was."""
    mask = (values >= level).view(np.uint8)
    mask[values == NODATA] = NODATA
    return mask


def add_overviews(path: Path, resampling: Resampling) -> None:
    """Add overviews down to one block, compressed as quickly as the raster itself."""
    options = {"ZLEVEL_OVERVIEW": COMPRESSION, "GDAL_NUM_THREADS": OVERVIEW_THREADS}
    with rasterio.Env(**options), rasterio.open(path, "r+") as data:
        factors = [2**n for n in range(1, 12) if max(data.shape) / 2 ** (n - 1) > BLOCK]
        if factors:
            data.build_overviews(factors, resampling)
