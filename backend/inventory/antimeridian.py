"""Polygons in degrees at 180° east, where longitudes begin again at 180° west.

Coordinates that come from a projection jump there by 360 degrees, which would lead a polygon once
around the Earth. RFC 7946, section 3.1.9, cuts it in two: that is what other programs expect.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

# No landslide reaches further around the Earth: such a polygon lies on both sides of 180°.
WIDEST_DEG = 180.0
POLES = (-90.0, 90.0)


def unwrapped(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Polygons (n,) [deg] of which none jumps: longitudes go on beyond 180 where one would."""
    west, _, east, _ = shapely.bounds(shapes).T
    wide = east - west > WIDEST_DEG
    result = shapes.copy()
    result[wide] = shapely.transform(shapes[wide], lambda at: at + [360, 0] * (at[:, :1] < 0))
    return result


def cut(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Unwrapped polygons (n,) with longitudes in [-180, 180], of two parts where they cross 180."""
    west, _, east, _ = shapely.bounds(shapes).T
    beyond = (west < -180) | (east > 180)
    result = shapes.copy()
    result[beyond] = [_in_parts(shape) for shape in shapes[beyond]]
    return result


def wrapped(longitudes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Longitudes (n,) [deg] as they are in [-180, 180], and others moved there by full turns."""
    return np.where(np.abs(longitudes) > 180, (longitudes + 180) % 360 - 180, longitudes)


def _in_parts(shape: shapely.Geometry) -> shapely.Geometry:
    """A polygon, or several, cut at every full turn and moved into the first one."""
    parts: list[shapely.Geometry] = []
    for turn in (-1, 0, 1):
        world = shapely.box(360 * turn - 180, POLES[0], 360 * turn + 180, POLES[1])
        inside = shapely.get_parts(shapely.intersection(shapely.get_parts(shape), world))
        # Where a part only touches the line, a point or a piece of the line is left.
        inside = inside[shapely.area(inside) > 0]
        parts += shapely.transform(inside, lambda at, turn=turn: at - [360 * turn, 0]).tolist()
    return shapely.orient_polygons(shapely.multipolygons(parts))
