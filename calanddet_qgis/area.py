"""The area to search: polygons in the raster's own coordinates, what they hold, and as a file."""

from __future__ import annotations

from dataclasses import dataclass

from osgeo import gdal, ogr, osr
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsFeature,
    QgsFields,
    QgsGeometry,
    QgsProject,
    QgsRectangle,
    QgsUnitTypes,
    QgsVectorFileWriter,
    QgsWkbTypes,
)

from .estimate import Lattice, Tiles
from .messages import Failure, tr
from .raster_facts import RasterFacts, distance_area

# A CRS without a place on the Earth.
PLANE = 'LOCAL_CS["plane",UNIT["metre",1]]'
FILE_NAME = "search_area.gpkg"
# Points put into each side, so that a straight line of one CRS may be a curve in another.
POINTS_A_SIDE = 20


@dataclass(frozen=True)
class ChosenArea:
    """Polygons to search in, in a CRS of their own."""

    geometry: QgsGeometry
    crs: QgsCoordinateReferenceSystem

    @classmethod
    def of_rectangle(cls, extent: QgsRectangle, crs: QgsCoordinateReferenceSystem) -> ChosenArea:
        """A rectangle."""
        return cls(QgsGeometry.fromRect(extent), crs)


def in_raster(area: ChosenArea, facts: RasterFacts) -> QgsGeometry:
    """The part of an area that lies on a raster, in the raster's coordinates.

    Coordinates are taken as they are where either has no CRS. Raises `Failure` where nothing of
    it lies there.
    """
    geometry = QgsGeometry(area.geometry)
    if area.crs.isValid() and facts.crs.isValid() and area.crs != facts.crs:
        geometry = geometry.densifyByCount(POINTS_A_SIDE)
        move = QgsCoordinateTransform(area.crs, facts.crs, QgsProject.instance())
        try:
            geometry.transform(move)
        except QgsCsException:
            geometry = QgsGeometry()
    if not geometry.isEmpty():
        geometry = geometry.makeValid().intersection(QgsGeometry.fromRect(facts.extent))
    geometry.convertGeometryCollectionToSubclass(QgsWkbTypes.GeometryType.PolygonGeometry)
    if geometry.isEmpty() or not geometry.area() > 0:
        message = tr("The area does not touch the image.")
        raise Failure("area", message, tr("Choose one over the image, or the whole layer."))
    return geometry


def size_m2(geometry: QgsGeometry, crs: QgsCoordinateReferenceSystem) -> float | None:
    """Area on the ellipsoid of a CRS [m2]; None without a CRS."""
    if not crs.isValid():
        return None
    measure = distance_area(crs)
    factor = QgsUnitTypes.fromUnitToUnitFactor(
        measure.areaUnits(), QgsUnitTypes.AreaUnit.AreaSquareMeters
    )
    try:
        return factor * measure.measureArea(geometry)
    except QgsCsException:
        # QGIS 3.40 says so where coordinates are not of their CRS.
        return None


def tiles_in(geometry: QgsGeometry, extent: QgsRectangle, lattice: Lattice, tiles: Tiles) -> int:
    """How many tiles decide anything of a geometry on a lattice over an extent."""
    across, down = extent.width() / lattice.width, extent.height() / lattice.height
    # One pixel a tile.
    grid = gdal.GetDriverByName("MEM").Create("", tiles.columns, tiles.rows, 1, gdal.GDT_Byte)
    left, top = extent.xMinimum() + tiles.first * across, extent.yMaximum() - tiles.first * down
    grid.SetGeoTransform([left, tiles.stride * across, 0, top, 0, -tiles.stride * down])
    # GDAL warns of missing CRSs; with the same for both nothing is transformed.
    plane = osr.SpatialReference(PLANE)
    grid.SetSpatialRef(plane)
    # GDAL 3.11 has one driver for both.
    driver = ogr.GetDriverByName("Memory") or ogr.GetDriverByName("MEM")
    source = driver.CreateDataSource("")
    layer = source.CreateLayer("area", plane)
    feature = ogr.Feature(layer.GetLayerDefn())
    feature.SetGeometry(ogr.CreateGeometryFromWkb(bytes(geometry.asWkb())))
    layer.CreateFeature(feature)
    gdal.RasterizeLayer(grid, [1], layer, burn_values=[1], options=["ALL_TOUCHED=TRUE"])
    return max(1, int(grid.ReadAsArray().sum()))


def write_area(geometry: QgsGeometry, crs: QgsCoordinateReferenceSystem, path: str) -> None:
    """Write a geometry as the only feature of a GeoPackage. Raises `Failure` where that fails."""
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = "GPKG"
    options.layerName = "area"
    kind = QgsWkbTypes.Type.MultiPolygon
    context = QgsProject.instance().transformContext()
    writer = QgsVectorFileWriter.create(path, QgsFields(), kind, crs, context, options)
    feature = QgsFeature()
    whole = QgsGeometry(geometry)
    whole.convertToMultiType()
    feature.setGeometry(whole)
    written = writer.addFeature(feature) and writer.flushBuffer()
    problem = writer.errorMessage()
    del writer
    if not written or problem:
        message = tr("The area to search cannot be written to {} ({}).").format(path, problem)
        raise Failure("output", message, tr("Choose a folder in which you may create files."))
