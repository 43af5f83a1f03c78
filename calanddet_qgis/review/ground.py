"""Polygons on the ground: area, perimeter and shape, as the worker measures them.

Areas are exact on the ellipsoid (Snyder 1987, equation 3-12: the cylindrical equal-area ordinate);
lengths use the ellipsoid's radii at the middle of each edge. `backend.vectors.ground` is the
definition; a test holds both together.
"""

from __future__ import annotations

import math
import struct

import numpy as np
from osgeo import osr
from qgis.core import QgsCoordinateReferenceSystem, QgsGeometry, QgsWkbTypes

# The header of a polygon, and of its ring, in well-known binary [bytes].
POLYGON_HEADER, RING_HEADER = 9, 4
Ring = np.ndarray  # (n, 2), closed: x and y


def polygons_of(geometry: QgsGeometry) -> list[list[Ring]]:
    """The polygons of a geometry, each a list of rings, the outer one first; curves as segments."""
    parts = geometry.coerceToType(QgsWkbTypes.Type.MultiPolygon)
    return [polygon for part in parts for polygon in _parsed(bytes(part.asWkb()))]


def _parsed(wkb: bytes) -> list[list[Ring]]:
    """The polygons of a MultiPolygon in well-known binary."""
    order = "<" if wkb[0] else ">"
    polygons = []
    position = POLYGON_HEADER
    for _ in range(_count(wkb, position, order)):
        rings = []
        count = _count(wkb, position + POLYGON_HEADER, order)
        position += POLYGON_HEADER
        for _ in range(count):
            points = struct.unpack_from(f"{order}I", wkb, position)[0]
            position += RING_HEADER
            ring = np.frombuffer(wkb, f"{order}f8", 2 * points, position).reshape(-1, 2)
            rings.append(ring.astype(np.float64))
            position += ring.nbytes
        polygons.append(rings)
    return polygons


def _count(wkb: bytes, end: int, order: str) -> int:
    """The number that a header ending at `end` closes with."""
    return struct.unpack_from(f"{order}I", wkb, end - 4)[0]


class Ground:
    """The surface of a CRS: its ellipsoid, or the plane of a local CRS."""

    def __init__(self, crs: QgsCoordinateReferenceSystem) -> None:
        self.is_known = crs.isValid()
        self._is_plane, self._unit = True, 1.0
        if not self.is_known:
            return
        system = _system(crs.toWkt(QgsCoordinateReferenceSystem.WktVariant.WKT_PREFERRED))
        self._is_plane = bool(system.IsLocal())
        if self._is_plane:
            self._unit = system.GetLinearUnits()
            return
        geographic = system.CloneGeogCS()
        geographic.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
        self._unit = geographic.GetAngularUnits()
        self._to_geographic = osr.CoordinateTransformation(system, geographic)
        self._axis = geographic.GetSemiMajor()
        self._e2 = 1 - (geographic.GetSemiMinor() / self._axis) ** 2

    def measure(self, geometry: QgsGeometry) -> dict[str, float | None]:
        """Area [m2], perimeter with holes [m], elongation and orientation [deg] of a polygon.

        Area and perimeter are None without a CRS, all are None for what has no extent.
        """
        sizes = [self._size(ring) for polygon in polygons_of(geometry) for ring in _signed(polygon)]
        area, perimeter = (sum(column) for column in zip(*sizes)) if sizes else (None, None)
        hull = polygons_of(geometry.convexHull())
        elongation, orientation = (
            elongation_and_orientation(self._metres(hull[0][0])) if hull else (None, None)
        )
        return {
            "area_m2": area if self.is_known else None,
            "perimeter_m": perimeter if self.is_known else None,
            "elongation": elongation,
            "orientation_deg": orientation,
        }

    def _size(self, signed: tuple[int, Ring]) -> tuple[float, float]:
        """Area [m2], negative for a hole, and length [m] of a ring."""
        sign, ring = signed
        if self._is_plane:
            plane = ring * self._unit
            return sign * planar_area(plane), float(np.hypot(*np.diff(plane, axis=0).T).sum())
        longitude, latitude = self._radians(ring)
        away = _short_way(longitude - longitude[0])
        authalic = self._authalic(latitude)
        equal_area = np.column_stack([away, (authalic - authalic[0]) / 2]) * self._axis
        east, north = self._radii((latitude[1:] + latitude[:-1]) / 2)
        steps = np.hypot(east * _short_way(np.diff(longitude)), north * np.diff(latitude))
        return sign * planar_area(equal_area), float(steps.sum())

    def _metres(self, ring: Ring) -> Ring:
        """A ring in metres east and north of its first vertex."""
        if self._is_plane:
            return ring * self._unit
        longitude, latitude = self._radians(ring)
        east, north = self._radii(latitude[0])
        away = _short_way(longitude - longitude[0])
        return np.column_stack([east * away, north * (latitude - latitude[0])])

    def _radians(self, ring: Ring) -> tuple[np.ndarray, np.ndarray]:
        moved = np.array(self._to_geographic.TransformPoints(ring.tolist()))
        return moved[:, 0] * self._unit, moved[:, 1] * self._unit

    def _radii(self, latitude: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Metres per radian of longitude and of latitude."""
        squared = 1 - self._e2 * np.sin(latitude) ** 2
        along = self._axis / np.sqrt(squared)
        return along * np.cos(latitude), along * (1 - self._e2) / squared

    def _authalic(self, latitude: np.ndarray) -> np.ndarray:
        """Snyder's q: twice the area between the equator and a latitude, per radian and axis^2."""
        sine, e = np.sin(latitude), math.sqrt(self._e2)
        second = np.arctanh(e * sine) / e if e else sine
        return (1 - self._e2) * (sine / (1 - self._e2 * sine**2) + second)


def planar_area(ring: Ring) -> float:
    """Area of a ring in the plane, whichever way it runs."""
    x, y = (ring - ring[0]).T
    return abs(float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum())) / 2


def elongation_and_orientation(hull: Ring) -> tuple[float | None, float | None]:
    """Length by width of the smallest rectangle around a convex ring, its long side's azimuth.

    `hull` (n, 2) has x to the east and y to the north; the azimuth is [deg] clockwise from north,
    in [0, 180). None where the ring has no width.
    """
    edges = np.diff(hull, axis=0)
    lengths = np.hypot(*edges.T)
    along = edges[lengths > 0] / lengths[lengths > 0, None]
    across = along[:, ::-1] * (-1, 1)
    # (edges, 2): the extent of the rectangle that lies along each edge.
    sides = np.column_stack([np.ptp(hull @ axis.T, axis=0) for axis in (along, across)])
    if not len(sides) or not sides.min() > 0:
        return None, None
    best = int(sides.prod(axis=1).argmin())
    length, width = sides[best]
    east, north = (along if length >= width else across)[best]
    azimuth = math.degrees(math.atan2(east, north)) % 180
    return float(max(length, width) / min(length, width)), azimuth


def _signed(polygon: list[Ring]) -> list[tuple[int, Ring]]:
    """The rings of a polygon: 1 for the outer one, -1 for holes, whichever way they run."""
    return [(-1 if index else 1, ring) for index, ring in enumerate(polygon)]


def _short_way(longitudes: np.ndarray) -> np.ndarray:
    """Differences of longitude [rad] the short way around, also over the antimeridian."""
    return longitudes - 2 * np.pi * np.round(longitudes / (2 * np.pi))


def _system(wkt: str) -> osr.SpatialReference:
    system = osr.SpatialReference()
    system.ImportFromWkt(wkt)
    system.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return system
