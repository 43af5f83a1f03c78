"""Bands that are not the image's own, on the image's grid: of other rasters, and of a DEM."""

from __future__ import annotations

import math
from contextlib import ExitStack
from typing import Protocol

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from rasterio.enums import ColorInterp, Resampling
from rasterio.errors import RasterioError
from rasterio.vrt import WarpedVRT
from rasterio.warp import calculate_default_transform
from rasterio.windows import Window

from backend.errors import RasterError
from backend.raster.grid import Grid
from backend.raster.source import cache_bytes, damaged, open_raster
from backend.terrain import TerrainBands

# Side of the small image of the grid by which cover and encoding are judged [px].
COARSE = 512
# Pixels of the grid at which a DEM is looked up at once.
PIECE = 1 << 16
# The bands of `TerrainBands.values` by role.
TERRAIN = {"dem": 0, "slope": 1}
# Where neither raster has a CRS, any will do, as long as it is the same.
_ANY_CRS = "EPSG:3857"


class Layer(Protocol):
    """Some of the checkpoint's bands on the grid."""

    note: str

    def read(self, first: int, last: int) -> NDArray[np.float32]:
        """Rows [first, last): values (bands, rows, W); NaN where there is none."""
        ...


class WarpedBands:
    """Bands of a raster, warped: bilinear, or averaged where its pixels are finer than the grid's.

    `cover` is the share of the grid that it reaches. Raises `RasterError` where it cannot be read,
    cannot be placed on the grid, or reaches nothing of it.
    """

    def __init__(self, path: str, bands: tuple[int, ...], grid: Grid, stack: ExitStack) -> None:
        self.dataset = stack.enter_context(open_raster(path))
        self.bands = bands
        for band in bands:
            if band > self.dataset.count:
                raise RasterError(
                    f"{path} has no band {band}: it has {self.dataset.count}.",
                    "Name a band that exists.",
                )
        _check_crs(self.dataset, grid)
        self._vrt = stack.enter_context(self._warped(grid, _resampling(self.dataset, grid)))
        self._sample = self._small(grid)
        self.cover = float(np.isfinite(self._sample).any(axis=0).mean())
        if not self.cover:
            raise RasterError(
                f"{path} has no values over the raster: it lies elsewhere, or is nodata there.",
                "Choose one that covers the raster, and check both CRS.",
            )
        self.note = _cover_note(path, self.cover)

    @property
    def cache_bytes(self) -> int:
        """What GDAL needs so as not to read this raster twice."""
        return cache_bytes(self.dataset)

    def sample(self) -> NDArray[np.float32]:
        """Values (bands, rows, columns) at points all over the grid, at most `COARSE` a side."""
        return self._sample

    def read(self, first: int, last: int) -> NDArray[np.float32]:
        """Rows [first, last): values (bands, rows, W); NaN where there is none.

        Raises `RasterError` where the file is damaged.
        """
        return self._values(self._vrt, Window(0, first, self._vrt.width, last - first))

    def _values(self, vrt: WarpedVRT, window: Window | None = None) -> NDArray[np.float32]:
        try:
            values = vrt.read(list(self.bands), window=window).astype(np.float32)
            known = vrt.read_masks(list(self.bands), window=window) > 0
        except RasterioError as error:
            raise damaged(self.dataset.name, "", error) from error
        return np.where(known & np.isfinite(values), values, np.float32(np.nan))

    def _small(self, grid: Grid) -> NDArray[np.float32]:
        step = max(1.0, grid.width / COARSE, grid.height / COARSE)
        width, height = math.ceil(grid.width / step), math.ceil(grid.height / step)
        scale = Affine.scale(grid.width / width, grid.height / height)
        small = Grid(width, height, grid.transform @ scale, grid.crs)
        with self._warped(small, Resampling.nearest) as vrt:
            return self._values(vrt)

    def _warped(self, grid: Grid, resampling: Resampling) -> WarpedVRT:
        data = self.dataset
        crs = {"crs": grid.crs.to_wkt()} if grid.crs else {"crs": _ANY_CRS, "src_crs": _ANY_CRS}
        placed = {} if grid.crs else {"src_transform": _place(data, grid)}
        # A warped raster has to say where it has no values, as its file need not.
        is_float = np.dtype(data.dtypes[0]).kind == "f"
        nodata = math.nan if data.nodata is None and is_float else data.nodata
        missing = (
            {"add_alpha": True} if nodata is None else {"src_nodata": nodata, "nodata": nodata}
        )
        return WarpedVRT(
            data,
            **crs,
            **placed,
            **({} if ColorInterp.alpha in data.colorinterp else missing),
            transform=grid.transform,
            width=grid.width,
            height=grid.height,
            resampling=resampling,
        )


def _check_crs(data: rasterio.DatasetReader, grid: Grid) -> None:
    if (data.crs is None) != (grid.crs is None):
        lacking = data.name if data.crs is None else "the raster"
        raise RasterError(
            f"{data.name} cannot be placed on the raster: {lacking} has no CRS.",
            "Assign its CRS.",
        )


def _place(data: rasterio.DatasetReader, grid: Grid) -> Affine:
    """Where a raster without CRS lies: where it says, or else it shows what the image shows."""
    if data.transform != Affine.identity():
        return data.transform
    return grid.transform @ Affine.scale(grid.width / data.width, grid.height / data.height)


def _resampling(data: rasterio.DatasetReader, grid: Grid) -> Resampling:
    """Averages where several of the raster's pixels fall into one of the grid."""
    if grid.crs is None:
        own = _place(data, grid)
    else:
        size = (data.width, data.height)
        own, *_ = calculate_default_transform(data.crs, grid.crs.to_wkt(), *size, *data.bounds)
    is_finer = abs(own.determinant) < abs(grid.transform.determinant) * 0.99
    return Resampling.average if is_finer else Resampling.bilinear


class TerrainLayer:
    """Elevation [m] and slope [deg] of a DEM; the slope at the DEM's own resolution."""

    def __init__(self, dem: str, roles: tuple[str, ...], grid: Grid, stack: ExitStack) -> None:
        self._terrain = stack.enter_context(TerrainBands(dem, grid))
        self._bands = [TERRAIN[role] for role in roles]
        self._width = grid.width
        self.note = _cover_note(dem, self._terrain.cover)

    def read(self, first: int, last: int) -> NDArray[np.float32]:
        """Rows [first, last): values (bands, rows, W); NaN where there is none."""
        rows = max(1, PIECE // self._width)
        parts = [self._piece(at, min(at + rows, last)) for at in range(first, last, rows)]
        return np.concatenate(parts, axis=1)

    def _piece(self, first: int, last: int) -> NDArray[np.float32]:
        rows, columns = np.indices((last - first, self._width)).reshape(2, -1)
        values = self._terrain.values(rows + first, columns, self._bands)
        return values.reshape(len(self._bands), last - first, self._width)


def _cover_note(path: str, cover: float) -> str:
    if cover == 1:
        return ""
    return (
        f"{path} covers {100 * cover:.3g} % of the raster; elsewhere, and in its holes, the"
        " checkpoint is given a neutral value instead."
    )
