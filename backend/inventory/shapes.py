"""Measures of polygons on the ground, and a plane to compare layers in."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from backend.inventory.layer import reprojected
from backend.vectors.attributes import Fields
from backend.vectors.ground import Ground, Outlines, elongation_and_orientation

Array = NDArray[np.float64]


def measure(polygons: NDArray[np.object_], crs: CRS | None) -> Fields:
    """Area, perimeter, elongation and orientation (n,) of Polygons and MultiPolygons (n,).

    On the ellipsoid, as in `backend.vectors.ground`; area and perimeter are NaN without a CRS.
    """
    parts, owner = shapely.get_parts(polygons, return_index=True)
    count = len(polygons)
    # The smallest rectangle around a geometry is that around its hull, which is in one piece.
    hulls = Outlines.of(shapely.convex_hull(polygons))
    if crs is None:
        area = perimeter = np.full(count, np.nan)
    else:
        ground = Ground(crs)
        areas, perimeters, _ = ground.measure(Outlines.of(parts))
        area = np.bincount(owner, areas, count)
        perimeter = np.bincount(owner, perimeters, count)
        hulls = ground.measure(hulls)[2]
    elongation, orientation = elongation_and_orientation(hulls)
    return {
        "area_m2": area,
        "perimeter_m": perimeter,
        "elongation": elongation,
        "orientation_deg": orientation,
    }


def metric(
    polygons: NDArray[np.object_], others: NDArray[np.object_], crs: CRS | None
) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Two sets of polygons in `crs` moved to one plane in metres, for areas and distances.

    The plane is `plane_of` both. Of a CRS in another unit that is a plane itself the unit is taken
    off; without a CRS the coordinates are taken as they are.
    """
    plane = plane_of(np.concatenate([polygons, others]), crs)
    if plane is None or plane != crs:
        return (
            reprojected(polygons, crs, plane, "The layer"),
            reprojected(others, crs, plane, "The layer"),
        )
    unit = plane.axis_info[0].unit_conversion_factor if plane.axis_info else 1.0
    return (
        shapely.transform(polygons, lambda at: at * unit),
        shapely.transform(others, lambda at: at * unit),
    )


def plane_of(polygons: NDArray[np.object_], crs: CRS | None) -> CRS | None:
    """The Lambert azimuthal equal-area projection [m] around the polygons, on their ellipsoid.

    Areas are exact, lengths right to 1e-4 within 100 km of its middle. A local CRS without an
    ellipsoid is a plane already; None without a CRS.
    """
    if crs is None:
        return None
    geod = crs.get_geod()
    if geod is None or crs.is_engineering:
        return crs
    geographic = crs.geodetic_crs or crs
    unit = geographic.axis_info[0].unit_conversion_factor
    at = shapely.get_coordinates(shapely.centroid(polygons))
    move = Transformer.from_crs(crs, geographic, always_xy=True)
    longitude, latitude = np.multiply(move.transform(at[:, 0], at[:, 1]), unit)
    # The mean of directions knows no antimeridian.
    east = np.mean(np.cos(latitude) * np.exp(1j * longitude))
    middle = {
        "lat_0": float(np.degrees(np.arctan2(np.mean(np.sin(latitude)), abs(east)))),
        "lon_0": float(np.degrees(np.angle(east))),
    }
    return CRS.from_dict({"proj": "laea", "a": geod.a, "b": geod.b, "units": "m", **middle})
