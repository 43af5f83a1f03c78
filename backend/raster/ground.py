"""Ground sampling distance: how large a pixel is on the ground [m], and the grid read at one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import rasterio
from affine import Affine
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError

from backend.errors import RasterError
from backend.raster.grid import Grid

if TYPE_CHECKING:
    from backend.raster.source import SourceRequest

# A resampled grid beyond this many pixels is a mistyped distance, not a wish.
MAX_PIXELS = 10**12


def ground_sampling_distance(grid: Grid) -> tuple[float, float] | None:
    """Length on the ground of a pixel's side along a row and down a column [m], at the centre.

    On the ellipsoid of the CRS (so EPSG:3857 and degrees are right too); planar for a local CRS
    without an ellipsoid; None without a CRS.
    """
    if grid.crs is None:
        return None
    column, row = grid.width / 2, grid.height / 2
    corners = [grid.transform @ at for at in ((column, row), (column + 1, row), (column, row + 1))]
    geod = grid.crs.get_geod()
    if geod is None or grid.crs.is_engineering:
        unit = grid.crs.axis_info[0].unit_conversion_factor if grid.crs.axis_info else 1.0
        centre, right, down = corners
        return math.dist(centre, right) * unit, math.dist(centre, down) * unit
    to_degrees = Transformer.from_crs(grid.crs, grid.crs.geodetic_crs, always_xy=True)
    try:
        centre, right, down = (to_degrees.transform(*at, errcheck=True) for at in corners)
    except ProjError as error:
        raise RasterError(
            f"The raster's position {corners[0]} lies outside its CRS, {grid.crs.name}.",
            "Check the raster's CRS and geotransform.",
        ) from error
    along, down_column = geod.inv(*centre, *right)[2], geod.inv(*centre, *down)[2]
    if not (along > 0 and down_column > 0):
        raise RasterError(
            f"The raster's pixels have no size on the ground ({along} x {down_column} m).",
            "Check the raster's CRS and geotransform.",
        )
    return along, down_column


def resampled(grid: Grid, distance: tuple[float, float], target: float) -> Grid:
    """The grid over the same ground whose pixels measure about `target` x `target` [m]."""
    if not target > 0:
        raise RasterError(
            f"The ground sampling distance {target} m is not above 0.", "Give metres a pixel."
        )
    width = max(1, round(grid.width * distance[0] / target))
    height = max(1, round(grid.height * distance[1] / target))
    if width * height > MAX_PIXELS:
        raise RasterError(
            f"At {target} m a pixel the raster would have {width} x {height} px.",
            f"Choose a distance nearer to its own, {distance[0]:.3g} m.",
        )
    scale = Affine.scale(grid.width / width, grid.height / height)
    return Grid(width, height, grid.transform @ scale, grid.crs)


def native_grid(data: rasterio.DatasetReader) -> Grid:
    """The raster's own pixels."""
    crs = CRS.from_wkt(data.crs.to_wkt()) if data.crs else None
    # An image without a place on the map lies below the origin, where QGIS draws it.
    nowhere = crs is None and data.transform == Affine.identity()
    transform = Affine.scale(1, -1) if nowhere else data.transform
    return Grid(data.width, data.height, transform, crs)


def choose_grid(
    native: Grid, name: str, request: SourceRequest, notes: list[str]
) -> tuple[Grid, tuple[float, float] | None, bool]:
    """The output grid, the raster's own ground sampling distance [m], and whether they differ."""
    distance = ground_sampling_distance(native)
    if distance is None:
        if not isinstance(request.gsd, str):
            raise RasterError(
                f"{name} has no CRS, so its ground sampling distance is unknown and it"
                f" cannot be resampled to {request.gsd} m.",
                "Assign the CRS, or use the native distance (--gsd native).",
            )
        notes.append(
            f"{name} has no CRS: it is used at its own resolution, and areas are in pixels."
        )
        return native, None, False
    target = _target_gsd(request, distance)
    if target is None:
        return native, distance, False
    grid = resampled(native, distance, target)
    notes.append(
        f"The raster's ground sampling distance is {distance[0]:.3g} x {distance[1]:.3g} m;"
        f" it is read at {target:.3g} m, as {grid.width} x {grid.height} px."
    )
    return grid, distance, True


def _target_gsd(request: SourceRequest, distance: tuple[float, float]) -> float | None:
    """The distance to resample to [m], or None to leave the raster as it is."""
    if not isinstance(request.gsd, str):
        return request.gsd
    if request.gsd == "native" or request.gsd_nominal is None or request.gsd_range is None:
        return None
    low, high = request.gsd_range
    return None if all(low <= side <= high for side in distance) else request.gsd_nominal
