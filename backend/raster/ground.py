"""Ground sampling distance: how large a pixel is on the ground [m]."""

from __future__ import annotations

import math

from affine import Affine
from pyproj import Transformer
from pyproj.exceptions import ProjError

from backend.errors import RasterError
from backend.raster.grid import Grid

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
