"""The outlines of a mask: what is compared with a reference has to be polygons."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np
from osgeo import gdal, ogr, osr
from qgis.core import QgsProcessingFeedback, QgsRasterLayer

from ..layers import POLYGON_TABLE
from ..messages import Failure, number, tr
from ..request import raster_source

BACKGROUND = 0
# What a mask holds where there is a landslide; beside 1, 255 is what is not known.
LANDSLIDE = (1, 255)
# Rows that are looked at together.
ROWS = 1024


@dataclass(frozen=True)
class MaskOutlines:
    """The landslides of a mask, to be written as polygons along the sides of its pixels."""

    name: str
    mask: str  # what GDAL opens
    crs: str  # as WKT, empty where there is none

    @classmethod
    def of(cls, layer: QgsRasterLayer) -> MaskOutlines:
        """Those of a raster layer. Raises `Failure` for one that GDAL cannot read."""
        return cls(layer.name(), raster_source(layer), layer.crs().toWkt())

    def write(self, path: str, feedback: QgsProcessingFeedback) -> None:
        """Write them into a GeoPackage. Raises `Failure` where the raster is no mask."""
        try:
            data = gdal.Open(self.mask)
            band = data.GetRasterBand(1)
            landslide = self._landslide(_values(band), band.GetNoDataValue())
            self._outline(band, landslide, path, feedback)
        except RuntimeError as error:
            message = tr("The mask {} cannot be read ({}).").format(self.name, error)
            raise Failure("raster", message, tr("See whether QGIS draws all of it.")) from None

    def _landslide(self, values: set[float], nodata: float | None) -> int:
        """The value of landslides. Raises `Failure` where others than a mask's stand beside it."""
        values.discard(nodata)
        strange = values - {BACKGROUND, *LANDSLIDE}
        if strange:
            message = tr("The mask {} holds the value {}.").format(
                self.name, number(min(strange), 4)
            )
            remedy = tr("Choose a raster with 0 and 1, such as the mask.tif of a run.")
            raise Failure("raster", message, remedy)
        if not values.intersection(LANDSLIDE):
            message = tr("The mask {} shows no landslide.").format(self.name)
            raise Failure("raster", message, tr("Choose another one."))
        return next(value for value in LANDSLIDE if value in values)

    def _outline(
        self, band: gdal.Band, landslide: int, path: str, feedback: QgsProcessingFeedback
    ) -> None:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        file = ogr.GetDriverByName("GPKG").CreateDataSource(path)
        system = osr.SpatialReference(self.crs) if self.crs else None
        layer = file.CreateLayer(POLYGON_TABLE, system, ogr.wkbPolygon)
        layer.CreateField(ogr.FieldDefn("value", ogr.OFTInteger))
        # Nothing is outlined where the mask of the polygons is 0, and that is the band itself.
        gdal.Polygonize(band, band, layer, 0, [], lambda *_: not feedback.isCanceled())
        delete = f"DELETE FROM {POLYGON_TABLE} WHERE value <> {landslide}"  # nosec B608 # ours
        file.ExecuteSQL(delete)


def _values(band: gdal.Band) -> set[float]:
    """All values of a band."""
    found: set[float] = set()
    for top in range(0, band.YSize, ROWS):
        rows = band.ReadAsArray(0, top, band.XSize, min(ROWS, band.YSize - top))
        found.update(np.unique(rows).tolist())
    return found
