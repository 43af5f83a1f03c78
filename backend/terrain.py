"""Elevation, slope and aspect of a DEM on the pixels of another grid.

Slope and aspect are computed at the DEM's own resolution by Horn's method (Horn 1981, "Hill shading
and the reflectance map"), in metres towards true east and north wherever its CRS has an ellipsoid,
degrees and Mercator included; then all is interpolated at the pixels that are asked for, averaged
before where the DEM is finer than the grid. Elevations in feet become metres where the file says
that they are in feet, by its unit or its vertical CRS.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import ExitStack
from functools import lru_cache

import numpy as np
import rasterio
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from rasterio.errors import RasterioError
from rasterio.windows import Window

from backend.errors import DemError
from backend.raster.grid import Grid
from backend.raster.heights import metres_per_unit
from backend.raster.quiet import quiet
from backend.vectors.ground import Ground, mapped

Array = NDArray[np.float64]
# The DEM is taken in tiles of this many rows and columns, and the last ones used are kept.
TILE = (64, 256)
KEPT_TILES = 512
# What `values` gives, by row.
BANDS = ("elevation", "slope", "east", "north")
# Positions on the DEM are exact at every so many pixels of the grid, and interpolated between.
LATTICE = 256
# The grid is checked for cover at this many points along a side.
SAMPLES = 256


class TerrainBands:
    """A DEM seen from `grid`: `values` gives elevation [m], slope [deg], aspect east and north.

    `cover` is the share of the grid that has an elevation. `warning` says so where that is not all,
    and what is odd about the unit; else it is empty. Raises `DemError` where the DEM cannot be
    read, cannot be placed on the grid, or covers nothing of it.
    """

    def __init__(self, dem: str, grid: Grid) -> None:
        self._grid = grid
        with ExitStack() as stack:
            self._data = stack.enter_context(_open(dem))
            self._crs = CRS.from_wkt(self._data.crs.to_wkt()) if self._data.crs else None
            _check_crs(dem, self._crs, grid.crs)
            self._ground = Ground(self._crs) if self._crs else None
            self._to_dem = (
                Transformer.from_crs(grid.crs, self._crs, always_xy=True) if grid.crs else None
            )
            self.cover = self._check_cover()
            self._metres, unit_note = metres_per_unit(self._data, 1)
            self.warning = " ".join(filter(None, (self._cover_note(), unit_note)))
            stack.pop_all()
        # Fine DEMs are averaged over `shrink` x `shrink` pixels: cells.
        self._shrink = int(self._dem_pixels_across())
        self._tile = tuple(max(4, side // self._shrink) for side in TILE)
        self._cells = lru_cache(KEPT_TILES)(self._read_cells)

    def __enter__(self) -> TerrainBands:
        return self

    def __exit__(self, *exception: object) -> None:
        self._data.close()

    def values(
        self,
        rows: NDArray[np.int64],
        columns: NDArray[np.int64],
        bands: Sequence[int] = range(len(BANDS)),
    ) -> NDArray[np.float32]:
        """Elevation [m], slope [deg], aspect east and north (4, n) at pixels of the grid.

        Aspect is the unit vector downslope, zero where it is flat; NaN is no elevation. With
        `bands` only those of the four, in this order.
        """
        down, right = self._positions(rows, columns)
        near = (down > -1) & (right > -1)
        near &= (down <= self._data.height) & (right <= self._data.width)
        if near.all():
            return self._at(down, right, bands)
        result = np.full((len(bands), len(down)), np.nan, np.float32)
        result[:, near] = self._at(down[near], right[near], bands)
        return result

    def _at(self, down: Array, right: Array, bands: Sequence[int]) -> NDArray[np.float32]:
        """Bands (bands, n) at positions on the DEM, or just beside it [cells]."""
        height, width = self._tile
        # Interpolation takes the cell whose centre is up and left, and the three after it.
        down, right = down - 0.5, right - 0.5
        cell_down, cell_right = np.floor(down), np.floor(right)
        down -= cell_down
        right -= cell_right
        keys = np.floor(cell_down / height) * 2.0**32 + np.floor(cell_right / width)
        result = np.empty((len(bands), len(down)), np.float32)
        for part in _groups(keys):
            row, column = int(cell_down[part][0] // height), int(cell_right[part][0] // width)
            result[:, part] = interpolate(
                self._cells(row, column),
                bands,
                (cell_down[part] - row * height).astype(np.int64),
                (cell_right[part] - column * width).astype(np.int64),
                down[part].astype(np.float32),
                right[part].astype(np.float32),
            )
        return result

    def _positions(
        self, rows: NDArray[np.int64], columns: NDArray[np.int64]
    ) -> tuple[Array, Array]:
        """Where pixels' centres lie down and right on the DEM [cells]."""
        first, last = int(rows.min(initial=self._grid.height)), int(rows.max(initial=0))
        nodes_down, nodes_right = (
            np.minimum(np.arange(0, size + LATTICE, LATTICE), size)
            for size in (self._grid.height, self._grid.width)
        )
        nodes_down = nodes_down[first // LATTICE : last // LATTICE + 2]
        mesh = np.meshgrid(nodes_right.astype(float), nodes_down.astype(float))
        band = np.arange(first, last + 1)
        above = band // LATTICE - first // LATTICE
        way = ((band + 0.5 - nodes_down[above]) / np.diff(nodes_down)[above])[:, None]
        node = (rows - first) * (len(nodes_right) - 1) + columns // LATTICE
        beyond = columns % LATTICE + 0.5

        def along_rows(nodes: Array) -> Array:
            nodes = nodes.reshape(mesh[0].shape) / self._shrink
            nodes = nodes[above] * (1 - way) + nodes[above + 1] * way
            slopes = np.diff(nodes, axis=1) / np.diff(nodes_right)
            return nodes[:, :-1].ravel()[node] + beyond * slopes.ravel()[node]

        right, down = self._in_dem(mesh[0].ravel(), mesh[1].ravel())
        return along_rows(down), along_rows(right)

    def _read_cells(self, row: int, column: int) -> NDArray[np.float32]:
        """The cells (5, height + 1, width + 1) of a tile and beside it, for `interpolate`."""
        height, width = self._tile
        top, left = row * height * self._shrink, column * width * self._shrink
        # One more pixel around, for the slope.
        bottom, right = top + (height + 1) * self._shrink + 1, left + (width + 1) * self._shrink + 1
        top, left = top - 1, left - 1
        elevation = np.full((bottom - top, right - left), np.nan)
        rows = slice(max(top, 0), min(bottom, self._data.height))
        columns = slice(max(left, 0), min(right, self._data.width))
        if rows.start < rows.stop and columns.start < columns.stop:
            elevation[
                rows.start - top : rows.stop - top, columns.start - left : columns.stop - left
            ] = _read(self._data, Window.from_slices(rows, columns))
        elevation *= self._metres
        steps = self._steps(np.arange(top + 0.5, bottom), (left + right) / 2)
        bands = averaged(terrain(elevation, steps)[:, 1:-1, 1:-1], self._shrink)
        known = np.isfinite(bands[:1])
        return np.stack([*np.where(known, bands, 0), *known], dtype=np.float32)

    def _in_dem(self, columns: Array, rows: Array) -> tuple[Array, Array]:
        """Positions on the grid [px] as positions on the DEM [px]; NaN where there is none."""
        x, y = mapped(self._grid.transform, columns, rows)
        if self._to_dem is not None:
            x, y = self._to_dem.transform(x, y)
        x, y = mapped(~self._data.transform, x, y)
        known = np.isfinite(x) & np.isfinite(y)
        return np.where(known, x, np.nan), np.where(known, y, np.nan)

    def _dem_pixels_across(self) -> float:
        """DEM pixels along a pixel of the grid, at its centre; 1 at least."""
        column, row = self._grid.width / 2, self._grid.height / 2
        x, y = self._in_dem(np.array([0.0, 1.0, 0.0]) + column, np.array([0.0, 0.0, 1.0]) + row)
        across = np.hypot(x[1:] - x[0], y[1:] - y[0])
        return float(max(1.0, across.max())) if np.isfinite(across).all() else 1.0

    def _steps(self, rows: Array, column: float) -> Array:
        """Metres east and north (2, n, 2) of one step right and one down, from `rows` (n,)."""
        columns = np.full(len(rows), column)
        here, right, down = (
            mapped(self._data.transform, columns + dx, rows + dy)
            for dx, dy in ((0, 0), (1, 0), (0, 1))
        )
        if self._ground is None:
            return np.array([np.subtract(to, here).T for to in (right, down)])
        return np.array([np.transpose(self._ground.steps(*here, *to)) for to in (right, down)])

    def _cover_note(self) -> str:
        if self.cover == 1:
            return ""
        return (
            f"The elevation model covers {100 * self.cover:.3g} % of the raster; polygons"
            " beyond it get no slope, elevation, relief and aspect."
        )

    def _check_cover(self) -> float:
        """The share of the grid that has an elevation; raises where that is nothing."""
        columns, rows = (
            (np.arange(count) + 0.5) * (size / count)
            for size in (self._grid.width, self._grid.height)
            for count in [min(size, SAMPLES)]
        )
        x, y = self._in_dem(*(axis.ravel() for axis in np.meshgrid(columns, rows)))
        data = self._data
        inside = (x >= 0) & (x < data.width) & (y >= 0) & (y < data.height)
        if not inside.any():
            raise DemError(
                f"The elevation model {data.name} does not reach the raster: it covers"
                f" {_extent(data)}.",
                "Choose one that covers the raster, and check both CRS.",
            )
        inside[inside] = self._is_known(x[inside], y[inside])
        if not inside.any():
            raise DemError(
                f"The elevation model {data.name} has no elevation over the raster: it is nodata"
                " there.",
                "Choose one that covers the raster.",
            )
        return float(inside.mean())

    def _is_known(self, x: Array, y: Array) -> NDArray[np.bool_]:
        """Whether the DEM, read coarsely, has a value at positions (n,) on it [px]."""
        left, right = _clipped(x, 0, self._data.width)
        top, bottom = _clipped(y, 0, self._data.height)
        window = Window(left, top, right - left, bottom - top)
        shape = (min(window.height, 2 * SAMPLES), min(window.width, 2 * SAMPLES))
        known = np.isfinite(_read(self._data, window, shape))
        row = ((y - top) * shape[0] / window.height).astype(int)
        column = ((x - left) * shape[1] / window.width).astype(int)
        return known[row, column]


def terrain(elevation: Array, steps: Array) -> NDArray[np.float32]:
    """Elevation [m], slope [deg], aspect east and north (4, rows, columns) of `elevation` [m].

    `steps` (2, rows, 2) are the metres east and north of one step to the right, and of one down.
    """
    right, down = horn(elevation)
    (right_east, right_north), (down_east, down_north) = np.moveaxis(steps, 2, 1)[..., None]
    area = right_east * down_north - right_north * down_east
    east = (right * down_north - down * right_north) / area
    north = (down * right_east - right * down_east) / area
    rise = np.hypot(east, north)
    with np.errstate(invalid="ignore"):
        downslope = [np.where(rise > 0, -part / rise, part) for part in (east, north)]
    return np.array([elevation, np.degrees(np.arctan(rise)), *downslope], np.float32)


def horn(elevation: Array) -> tuple[Array, Array]:
    """Rise per pixel to the right and downwards (rows, columns); NaN where `elevation` is.

    A missing neighbour is continued from the one opposite, which makes the difference one-sided.
    """
    rows, columns = elevation.shape
    padded = np.pad(elevation, 1, constant_values=np.nan)

    def neighbour(down: int, right: int, otherwise: Array) -> Array:
        own, opposite = (
            padded[1 + sign * down :][:rows, 1 + sign * right :][:, :columns] for sign in (1, -1)
        )
        own = np.where(np.isnan(own), 2 * elevation - opposite, own)
        return np.where(np.isnan(own), otherwise, own)

    above, below, left, right = (
        neighbour(*step, elevation) for step in ((-1, 0), (1, 0), (0, -1), (0, 1))
    )
    rightwards, downwards = 2 * (right - left), 2 * (below - above)
    for down, beside in ((-1, above), (1, below)):
        for across, next_to in ((-1, left), (1, right)):
            corner = neighbour(down, across, beside + next_to - elevation)
            rightwards += across * corner
            downwards += down * corner
    unknown = np.where(np.isnan(elevation), np.nan, 0)
    return rightwards / 8 + unknown, downwards / 8 + unknown


def averaged(bands: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """Means (4, H / side, W / side) of what is known in squares of `side` pixels."""
    if side == 1:
        return bands
    count, height, width = bands.shape
    squares = bands.reshape(count, height // side, side, width // side, side)
    known = np.isfinite(squares).sum(axis=(2, 4))
    sums = np.nansum(squares, axis=(2, 4), dtype=np.float64)
    return np.divide(sums, known, out=np.full(sums.shape, np.nan), where=known > 0).astype(
        np.float32
    )


def interpolate(
    cells: NDArray[np.float32],
    bands: Sequence[int],
    row: NDArray[np.int64],
    column: NDArray[np.int64],
    down: NDArray[np.float32],
    right: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Bilinear values (bands, n) of `cells` (5, H, W): four bands, and 1 where they are known.

    Elsewhere all are 0. Positions (n,) lie `down` and `right`, in [0, 1), of the centre of the cell
    at `row`, `column`. A position is known where the cell it lies in is; unknown cells beside that
    have no weight.
    """
    stride = cells.shape[2]
    at = row * stride + column
    corners = at, at + 1, at + stride, at + stride + 1

    def mixed(band: NDArray[np.float32]) -> NDArray[np.float32]:
        upper, beside, lower, opposite = (band.take(corner) for corner in corners)
        # In place: this is done for every pixel of an image.
        for near, far in ((upper, beside), (lower, opposite)):
            far -= near
            far *= right
            near += far
        lower -= upper
        lower *= down
        upper += lower
        return upper

    flat = cells.reshape(5, -1)
    weight = mixed(flat[4])
    nearest = at + stride * (down >= 0.5) + (right >= 0.5)
    weight[flat[4].take(nearest) == 0] = np.nan
    return np.stack([mixed(flat[band]) / weight for band in bands])


def _groups(keys: Array) -> Sequence[slice | NDArray[np.int64]]:
    """Indices of equal keys."""
    if not len(keys) or (keys == keys[0]).all():
        return [slice(None)] if len(keys) else []
    order = np.argsort(keys, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(keys[order])) + 1)


def _open(path: str) -> rasterio.DatasetReader:
    try:
        with quiet:
            data = rasterio.open(path)
    except RasterioError as error:
        raise DemError(
            f"The elevation model {path} is missing or not a raster that GDAL can read.",
            "Choose a GeoTIFF or another raster format.",
        ) from error
    if data.count != 1:
        count = data.count
        data.close()
        raise DemError(
            f"The elevation model {path} has {count} bands.", "Choose a raster of one band."
        )
    return data


def _check_crs(path: str, crs: CRS | None, wanted: CRS | None) -> None:
    if (crs is None) != (wanted is None):
        lacking = "the elevation model" if crs is None else "the raster"
        raise DemError(
            f"The elevation model {path} cannot be placed on the raster: {lacking} has no CRS.",
            "Assign its CRS, or leave the elevation model out.",
        )


def _read(
    data: rasterio.DatasetReader, window: Window, shape: tuple[int, int] | None = None
) -> Array:
    """Elevations (rows, columns) [m] of a window, at another `shape` if given; NaN is nodata."""
    try:
        values = data.read(1, window=window, out_shape=shape, masked=True)
    except RasterioError as error:
        raise DemError(
            f"The elevation model {data.name} cannot be read: it is damaged or truncated.",
            "Copy or export it again.",
        ) from error
    scaled = values.astype(np.float64).filled(np.nan) * data.scales[0] + data.offsets[0]
    scaled[~np.isfinite(scaled)] = np.nan
    return scaled


def _clipped(positions: Array, margin: int, size: int) -> tuple[int, int]:
    """The pixels [first, last) of `size` that hold the positions, and `margin` more."""
    first = math.floor(np.nanmin(positions)) - margin
    last = math.floor(np.nanmax(positions)) + 1 + margin
    return max(first, 0), min(last, size)


def _extent(data: rasterio.DatasetReader) -> str:
    left, bottom, right, top = data.bounds
    return f"x {left:.6g} to {right:.6g}, y {bottom:.6g} to {top:.6g}"
