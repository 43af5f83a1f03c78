"""The output rasters: probability and mask, written together from rows that arrive top down."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.crs import CRS as RasterioCRS
from rasterio.enums import ColorInterp, Resampling
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.windows import Window

from backend.errors import OutputError
from backend.raster.grid import NODATA, PROBABILITY_SCALE, Grid

BLOCK = 256
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
        try:
            self._probability = _create(self.probability, grid)
            self._mask = _create(self.mask, grid)
            self._probability.scales = (1 / PROBABILITY_SCALE,)
            self._probability.set_band_description(1, "landslide probability")
            self._mask.set_band_description(1, "landslide")
            self._mask.colorinterp = (ColorInterp.palette,)
            self._mask.write_colormap(1, MASK_COLOURS)
        except (RasterioError, OSError) as error:
            raise _refused(folder, error) from error

    def write(self, values: NDArray[np.uint8]) -> None:
        """Append rows (rows, W) of probability values."""
        valid = values != NODATA
        self.valid_pixels += int(valid.sum())
        self.landslide_pixels += int((valid & (values >= self._level)).sum())
        while len(values):
            take = min(len(values), BLOCK - self._filled)
            self._rows[self._filled : self._filled + take] = values[:take]
            self._filled += take
            values = values[take:]
            if self._filled == BLOCK:
                self._flush()

    def close(self) -> None:
        """Write what is left, add overviews, and check that the files are whole."""
        self._flush()
        try:
            for data in (self._probability, self._mask):
                data.close()
            _finish(self.probability, Resampling.average)
            _finish(self.mask, Resampling.nearest)
            self.mask.with_name("mask.tif.aux.xml").write_text(MASK_CATEGORIES)
        except (RasterioError, OSError) as error:
            raise _refused(self.mask.parent, error) from error

    def __enter__(self) -> RasterSink:
        return self

    def __exit__(self, *exception: object) -> None:
        for data in (self._probability, self._mask):
            if not data.closed:
                data.close()

    def _flush(self) -> None:
        rows = self._rows[: self._filled]
        mask = np.where(rows == NODATA, NODATA, rows >= self._level).astype(np.uint8)
        window = Window(0, self._written, self._grid.width, len(rows))
        try:
            self._probability.write(rows, 1, window=window)
            self._mask.write(mask, 1, window=window)
        except (RasterioError, OSError) as error:
            raise _refused(self.mask.parent, error) from error
        self._written += self._filled
        self._filled = 0


def _create(path: Path, grid: Grid) -> rasterio.io.DatasetWriter:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        return rasterio.open(
            path, "w", driver="GTiff", width=grid.width, height=grid.height, count=1,
            dtype="uint8", nodata=NODATA, transform=grid.transform,
            crs=RasterioCRS.from_wkt(grid.crs.to_wkt()) if grid.crs else None,
            tiled=True, blockxsize=BLOCK, blockysize=BLOCK, compress="deflate", zlevel=1,
            bigtiff="if_safer", sparse_ok=True,
        )  # fmt: skip


def _finish(path: Path, resampling: Resampling) -> None:
    """Add overviews down to one block."""
    with rasterio.open(path, "r+") as data:
        factors = [2**n for n in range(1, 12) if max(data.shape) / 2 ** (n - 1) > BLOCK]
        if factors:
            data.build_overviews(factors, resampling)


def _refused(folder: Path, error: Exception) -> OutputError:
    reason = str(error.__cause__ or error).strip().rstrip(".")
    return OutputError(
        f"The results cannot be written into {folder}: {reason}.",
        "Free space on the disk, or choose another output folder.",
    )
