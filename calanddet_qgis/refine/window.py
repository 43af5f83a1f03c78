"""Which part of a run's raster the map shows."""

from __future__ import annotations

import math

from osgeo import gdal
from qgis.core import QgsCoordinateTransform, QgsCsException, QgsProject, QgsRasterLayer
from qgis.gui import QgsMapCanvas

from .finished_run import FinishedRun
from .session import Box

# A raster of more pixels is previewed in the visible part only.
WHOLE_PIXELS = 24 << 20
# The visible part is taken a little larger, so that outlines are not cut within the map.
MARGIN = 1.1


def is_large(run: FinishedRun) -> bool:
    """Whether a preview of the whole raster would take too long."""
    return run.width * run.height > WHOLE_PIXELS


def visible_box(run: FinishedRun, canvas: QgsMapCanvas) -> Box | None:
    """Column, row, width and height of what the map shows; None: all of it, or nothing."""
    extent = canvas.extent()
    extent.scale(MARGIN)
    crs = QgsRasterLayer(run.probability).crs()
    here = canvas.mapSettings().destinationCrs()
    if crs.isValid() and here.isValid() and crs != here:
        try:
            move = QgsCoordinateTransform(here, crs, QgsProject.instance())
            extent = move.transformBoundingBox(extent)
        except QgsCsException:
            return None
    inverse = gdal.InvGeoTransform(run.transform)
    corners = [
        gdal.ApplyGeoTransform(inverse, x, y)
        for x in (extent.xMinimum(), extent.xMaximum())
        for y in (extent.yMinimum(), extent.yMaximum())
    ]
    columns, rows = zip(*corners)
    left, top = max(math.floor(min(columns)), 0), max(math.floor(min(rows)), 0)
    right, bottom = min(math.ceil(max(columns)), run.width), min(math.ceil(max(rows)), run.height)
    if right <= left or bottom <= top:
        return None
    return left, top, right - left, bottom - top
