"""The probability raster of a run: what it says inside a polygon, and regions grown from a click.

A pixel belongs to a polygon where its centre lies inside (even-odd); `backend.inventory.zones` is
the definition.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from osgeo import gdal, ogr
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
)

from ..messages import Failure, tr
from .ground import Ring, polygons_of

# Half the side of the window in which a region grows at first, and at most [px].
FIRST_REACH, LONGEST_REACH = 64, 2048
# As the worker does with its outlines [px].
SIMPLIFY_PX = 0.25
# The upper end of the band of values that a contour polygon fills.
ABOVE_ALL = 1e9


@dataclass(frozen=True)
class Window:
    """Pixels of a raster: columns [left, left + width), rows [top, top + height)."""

    left: int
    top: int
    width: int
    height: int


class ProbabilityRaster:
    """A raster of probabilities, opened; raises `Failure` where it is none."""

    def __init__(self, source: str) -> None:
        self._data = _open(source)
        if self._data is None or self._data.RasterCount != 1:
            message = tr("{} is not a probability raster.").format(source)
            raise Failure("raster", message, tr("Choose the probability.tif of a run."))
        self.crs = QgsCoordinateReferenceSystem.fromWkt(self._data.GetProjection())
        self._to_map = self._data.GetGeoTransform()
        self._to_pixels = gdal.InvGeoTransform(self._to_map)

    def close(self) -> None:
        """Let go of the file."""
        self._data = None

    def statistics(
        self, geometry: QgsGeometry, crs: QgsCoordinateReferenceSystem
    ) -> dict[str, float | int | None]:
        """Pixels, mean and largest probability inside a polygon; None where there is no data."""
        rings = [
            _mapped(self._to_pixels, ring)
            for polygon in polygons_of(self._here(geometry, crs))
            for ring in polygon
        ]
        values = self._inside(rings) if rings else np.empty(0)
        # In the raster's own numbers, so that the mean is rounded as the worker rounds it.
        known = values[np.isfinite(values)]
        return {
            "area_px": len(values) or None,
            "probability_mean": self._probability(known.mean()) if len(known) else None,
            "probability_max": self._probability(known.max()) if len(known) else None,
        }

    def pixel_size(self, crs: QgsCoordinateReferenceSystem) -> float:
        """The diagonal of a pixel in the units of a CRS, in the raster's middle."""
        column, row = self._data.RasterXSize / 2, self._data.RasterYSize / 2
        ends = np.array([[column, row], [column + 1, row + 1]])
        line = QgsGeometry.fromPolylineXY([QgsPointXY(*at) for at in _mapped(self._to_map, ends)])
        return _moved(line, self.crs, crs).length()

    def grow(
        self, point: QgsPointXY, crs: QgsCoordinateReferenceSystem, share: float
    ) -> QgsGeometry:
        """The outline around a point where the probability is at least `share` of the point's.

        Sub-pixel, by marching squares, as the worker's. Raises `Failure` where there is no
        probability, or the region has no end.
        """
        at = self._here(QgsGeometry.fromPointXY(point), crs)
        position = _mapped(self._to_pixels, np.array([[at.asPoint().x(), at.asPoint().y()]]))[0]
        column, row = np.floor(position).astype(int)
        level = self._peak(column, row) * share
        reach = FIRST_REACH
        while reach <= LONGEST_REACH:
            window = self._window(column - reach, row - reach, 2 * reach + 1, 2 * reach + 1)
            outline = self._contour(window, level, at)
            if not self._is_cut(outline, window):
                return _moved(self._smooth(outline), self.crs, crs)
            reach *= 2
        message = tr("The region around this place does not end within {} pixels.")
        remedy = tr("Click on a place of higher probability, or draw the outline.")
        raise Failure("raster", message.format(LONGEST_REACH), remedy)

    def _here(self, geometry: QgsGeometry, crs: QgsCoordinateReferenceSystem) -> QgsGeometry:
        return _moved(geometry, crs, self.crs)

    def _inside(self, rings: list[Ring]) -> np.ndarray:
        """The values of the pixels inside rings [px], or of the one at the heart."""
        points = np.concatenate(rings)
        left, top = np.floor(points.min(axis=0)).astype(int)
        right, bottom = np.ceil(points.max(axis=0)).astype(int)
        window = self._window(left, top, right - left, bottom - top)
        if not window.width * window.height:
            return np.empty(0)
        values = self._read(window)
        inside = spans([ring - (window.left, window.top) for ring in rings], values.shape)
        if not inside.any():
            column, row = _heart(rings) - (window.left, window.top)
            if 0 <= column < window.width and 0 <= row < window.height:
                inside[row, column] = True
        return values[inside]

    def _peak(self, column: int, row: int) -> float:
        """The largest value in the 3 x 3 pixels around a position."""
        window = self._window(column - 1, row - 1, 3, 3)
        values = self._read(window) if window.width * window.height else np.empty(0)
        peak = float(np.nanmax(values, initial=0))
        if peak > 0:
            return peak
        message = tr("There is no probability above 0 at this place.")
        raise Failure("raster", message, tr("Click on a landslide, or draw the outline."))

    def _window(self, left: int, top: int, width: int, height: int) -> Window:
        """A window cut to the raster."""
        first = np.clip([left, top], 0, [self._data.RasterXSize, self._data.RasterYSize])
        last = np.clip(
            [left + width, top + height], first, [self._data.RasterXSize, self._data.RasterYSize]
        )
        return Window(*(int(value) for value in (*first, *(last - first))))

    def _read(self, window: Window) -> np.ndarray:
        """The raster's values (height, width) in a window; NaN is nodata."""
        band = self._data.GetRasterBand(1)
        pixels = band.ReadAsArray(window.left, window.top, window.width, window.height)
        return np.where(pixels == band.GetNoDataValue(), np.nan, pixels)

    def _probability(self, value: float) -> float:
        band = self._data.GetRasterBand(1)
        return float(value / (1 / (band.GetScale() or 1.0)) + (band.GetOffset() or 0.0))

    def _contour(self, window: Window, level: float, at: QgsGeometry) -> QgsGeometry:
        """The polygon of values of at least `level` in a window around a point."""
        # A frame of zeros closes the outline at the raster's edge.
        values = np.pad(np.nan_to_num(self._read(window)), 1)
        data = gdal.GetDriverByName("MEM").Create("", *values.shape[::-1], 1, gdal.GDT_Float64)
        a, b, c, d, e, f = self._to_map
        column, row = window.left - 1, window.top - 1
        data.SetGeoTransform((a + column * b + row * c, b, c, d + column * e + row * f, e, f))
        data.GetRasterBand(1).WriteArray(values)
        # The layer lives as long as its source.
        source = ogr.GetDriverByName("Memory").CreateDataSource("")
        layer = source.CreateLayer("contours")
        layer.CreateField(ogr.FieldDefn("least", ogr.OFTReal))
        options = ["POLYGONIZE=YES", f"FIXED_LEVELS={level},{ABOVE_ALL}", "ELEV_FIELD_MIN=0"]
        gdal.ContourGenerateEx(data.GetRasterBand(1), layer, options=options)
        return _part_around(layer, level, at)

    def _is_cut(self, outline: QgsGeometry, window: Window) -> bool:
        """Whether an outline reaches the rim of a window that is not the raster's own."""
        points = np.concatenate([ring for polygon in polygons_of(outline) for ring in polygon])
        low, high = np.sort(
            [f(_mapped(self._to_pixels, points), axis=0) for f in (np.min, np.max)], axis=0
        )
        size = np.array([self._data.RasterXSize, self._data.RasterYSize])
        first = np.array([window.left, window.top])
        last = first + np.array([window.width, window.height])
        is_cut = ((low < first + 1) & (first > 0)) | ((high > last - 1) & (last < size))
        return bool(is_cut.any())

    def _smooth(self, outline: QgsGeometry) -> QgsGeometry:
        """An outline without vertices that say nothing."""
        step = np.hypot(self._to_map[1], self._to_map[4])
        simple = outline.simplify(SIMPLIFY_PX * float(step))
        return simple if simple.isGeosValid() and not simple.isEmpty() else outline


def spans(rings: list[Ring], shape: tuple[int, int]) -> np.ndarray:
    """Which pixels (rows, columns) have their centre inside closed rings [px], even-odd."""
    inside = np.zeros(shape, bool)
    edges = np.concatenate([np.hstack([ring[:-1], ring[1:]]) for ring in rings])
    x, y, to_x, to_y = edges.T
    # A row is crossed where its centre lies in [upper end, lower end).
    top, bottom = np.ceil(np.sort([y, to_y], axis=0) - 0.5)
    for row in range(shape[0]):
        crossed = (top <= row) & (row < bottom)
        lean = (to_x[crossed] - x[crossed]) / (to_y[crossed] - y[crossed])
        at = np.sort(x[crossed] + (row + 0.5 - y[crossed]) * lean)
        columns = np.clip(np.ceil(at - 0.5), 0, shape[1]).astype(int)
        for first, last in zip(columns[::2], columns[1::2]):
            inside[row, first:last] = True
    return inside


def _heart(rings: list[Ring]) -> np.ndarray:
    """Column and row of the pixel at the heart of a polygon given by its rings [px]."""
    polygon = QgsGeometry.fromPolygonXY([[QgsPointXY(*at) for at in ring] for ring in rings])
    heart = polygon.pointOnSurface().asPoint()
    return np.floor([heart.x(), heart.y()]).astype(int)


def _part_around(layer: ogr.Layer, level: float, at: QgsGeometry) -> QgsGeometry:
    """The polygon among contours from `level` on that is at a point, or nearest to it."""
    parts = []
    for feature in layer:
        if feature.GetField(0) >= level - 1e-9:
            whole = QgsGeometry.fromWkt(feature.GetGeometryRef().ExportToWkt()).makeValid()
            parts += whole.asGeometryCollection()
    return min(parts, key=lambda part: part.distance(at))


def _mapped(transform: tuple[float, ...], points: np.ndarray) -> np.ndarray:
    """Points (n, 2) moved by a geotransform."""
    a, b, c, d, e, f = transform
    x, y = points.T
    return np.column_stack([a + b * x + c * y, d + e * x + f * y])


def _moved(
    geometry: QgsGeometry,
    crs: QgsCoordinateReferenceSystem,
    wanted: QgsCoordinateReferenceSystem,
) -> QgsGeometry:
    moved = QgsGeometry(geometry)
    if crs.isValid() and wanted.isValid() and crs != wanted:
        moved.transform(QgsCoordinateTransform(crs, wanted, QgsProject.instance()))
    return moved


def _open(source: str) -> gdal.Dataset | None:
    try:
        return gdal.Open(source)
    except RuntimeError:  # Another plugin may have switched GDAL's exceptions on.
        return None
