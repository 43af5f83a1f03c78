"""Polygons on the ground: area, perimeter and shape in metres, for many polygons at once.

Areas are exact on the ellipsoid (Snyder 1987, equation 3-12: the cylindrical equal-area ordinate);
lengths use the ellipsoid's radii at the middle of each edge, right to 1e-6 for edges of 10 km.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS, Transformer

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Outlines:
    """Rings of polygons, concatenated: `x` and `y` (n,) in the units of whoever made them.

    Ring i is [rings[i], rings[i + 1]), closed; polygon i has rings [polygons[i], polygons[i + 1]).
    """

    x: Array
    y: Array
    rings: NDArray[np.int64]
    polygons: NDArray[np.int64]

    @classmethod
    def of(cls, polygons: NDArray[np.object_]) -> Outlines:
        """The outlines of shapely polygons."""
        _, points, (rings, first) = shapely.to_ragged_array(polygons)
        return cls(points[:, 0], points[:, 1], rings.astype(np.int64), first.astype(np.int64))

    def at(self, x: Array, y: Array) -> Outlines:
        """The same rings with other coordinates."""
        return Outlines(x, y, self.rings, self.polygons)

    def shapes(self) -> NDArray[np.object_]:
        """The polygons (n,) as shapely has them."""
        points = np.column_stack([self.x, self.y])
        return shapely.from_ragged_array(
            shapely.GeometryType.POLYGON, points, (self.rings, self.polygons)
        )

    @property
    def origin(self) -> NDArray[np.int64]:
        """For each vertex, the first vertex of its polygon."""
        begins = self.rings[self.polygons]
        return np.repeat(begins[:-1], np.diff(begins))

    def sums(self, values: Array) -> Array:
        """Per polygon, the sum over its edges of `values` (n - 1,), one for each step."""
        # The step from one ring to the next is no edge.
        edges = np.append(values, 0.0)
        edges[self.rings[1:] - 1] = 0.0
        return np.add.reduceat(edges, self.rings[self.polygons[:-1]])


class Ground:
    """The surface of a CRS: its ellipsoid, or the plane [m] for a local CRS without one."""

    def __init__(self, crs: CRS) -> None:
        geod = crs.get_geod()
        self._is_plane = geod is None or crs.is_engineering
        if self._is_plane or geod is None:
            axes = crs.axis_info
            self._unit = axes[0].unit_conversion_factor if axes else 1.0
            return
        geographic = crs.geodetic_crs or crs
        self._unit = geographic.axis_info[0].unit_conversion_factor
        self._to_geographic = Transformer.from_crs(crs, geographic, always_xy=True)
        self._axis, self._e2 = geod.a, geod.es

    def measure(self, outlines: Outlines) -> tuple[Array, Array, Outlines]:
        """Area [m2] and perimeter with holes [m] (n,), and the outlines in local metres.

        Local metres are east and north of each polygon's first vertex.
        """
        if self._is_plane:
            plane = outlines.at(outlines.x * self._unit, outlines.y * self._unit)
            return planar_area(plane), planar_perimeter(plane), plane
        longitude, latitude = self._radians(outlines.x, outlines.y)
        origin = outlines.origin
        away = _short_way(longitude - longitude[origin])
        authalic = self._authalic(latitude)
        equal_area = outlines.at(self._axis * away, self._axis / 2 * (authalic - authalic[origin]))
        east, north = self._radii(latitude[origin])
        metres = outlines.at(east * away, north * (latitude - latitude[origin]))
        edges = self._offsets(longitude[:-1], latitude[:-1], longitude[1:], latitude[1:])
        return planar_area(equal_area), outlines.sums(np.hypot(*edges)), metres

    def steps(self, x: Array, y: Array, to_x: Array, to_y: Array) -> tuple[Array, Array]:
        """Metres east and north from points (n,) to others near them."""
        if self._is_plane:
            return (to_x - x) * self._unit, (to_y - y) * self._unit
        return self._offsets(*self._radians(x, y), *self._radians(to_x, to_y))

    def _radians(self, x: Array, y: Array) -> tuple[Array, Array]:
        longitude, latitude = self._to_geographic.transform(x, y)
        return longitude * self._unit, latitude * self._unit

    def _offsets(
        self, longitude: Array, latitude: Array, to_longitude: Array, to_latitude: Array
    ) -> tuple[Array, Array]:
        east, north = self._radii((latitude + to_latitude) / 2)
        return east * _short_way(to_longitude - longitude), north * (to_latitude - latitude)

    def _radii(self, latitude: Array) -> tuple[Array, Array]:
        """Metres per radian of longitude and of latitude."""
        squared = 1 - self._e2 * np.sin(latitude) ** 2
        along = self._axis / np.sqrt(squared)
        return along * np.cos(latitude), along * (1 - self._e2) / squared

    def _authalic(self, latitude: Array) -> Array:
        """Snyder's q: twice the area between the equator and a latitude, per radian and axis^2."""
        sine, e = np.sin(latitude), np.sqrt(self._e2)
        second = np.arctanh(e * sine) / e if e else sine
        return (1 - self._e2) * (sine / (1 - self._e2 * sine**2) + second)


def mapped(transform: Affine, columns: Array, rows: Array) -> tuple[Array, Array]:
    """Positions (n,) [px] moved by a geotransform to map coordinates."""
    a, b, c, d, e, f = transform[:6]
    return a * columns + b * rows + c, d * columns + e * rows + f


def _short_way(longitudes: Array) -> Array:
    """Differences of longitude [rad] the short way around, also over the antimeridian."""
    return longitudes - 2 * np.pi * np.round(longitudes / (2 * np.pi))


def planar_area(outlines: Outlines) -> Array:
    """Area (n,) in the plane, holes taken off, in squared units of the coordinates."""
    origin = outlines.origin
    x, y = outlines.x - outlines.x[origin], outlines.y - outlines.y[origin]
    return np.abs(outlines.sums(x[:-1] * y[1:] - x[1:] * y[:-1])) / 2


def planar_perimeter(outlines: Outlines) -> Array:
    """Length (n,) of all rings in the plane, in units of the coordinates."""
    return outlines.sums(np.hypot(np.diff(outlines.x), np.diff(outlines.y)))


def elongation_and_orientation(outlines: Outlines) -> tuple[Array, Array]:
    """Length by width of the smallest rectangle around each polygon, and its long side's azimuth.

    `outlines` has x to the east and y to the north; azimuths are [deg] clockwise from north, in
    [0, 180).
    """
    boxes = shapely.oriented_envelope(outlines.shapes())
    corners = shapely.get_coordinates(boxes).reshape(-1, 5, 2)
    sides = np.diff(corners[:, :3], axis=1)
    length = np.hypot(sides[..., 0], sides[..., 1])
    long = sides[np.arange(len(sides)), length.argmax(axis=1)]
    azimuth = np.degrees(np.arctan2(long[:, 0], long[:, 1])) % 180
    return length.max(axis=1) / length.min(axis=1), azimuth
