"""What the tests of the Processing algorithms share."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal
from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProject,
    QgsRectangle,
    QgsVectorFileWriter,
    QgsVectorLayer,
)

from calanddet_qgis.provider import CalandDetProvider
from calanddet_qgis.settings import WORKER_PYTHON
from tests.plugin.factories import UTM_33_NORTH, make_raster

LEFT, TOP, SIDE = 500000, 4000000, 256
# Squares [px] from the upper left corner: left, top, side.
SQUARES = ((10, 10, 30), (150, 20, 40), (30, 150, 35), (170, 160, 25))


@pytest.fixture
def provider(qgis_processing, clean_settings):
    """The provider, registered for one test."""
    provider = CalandDetProvider()
    QgsApplication.processingRegistry().addProvider(provider)
    yield provider
    QgsApplication.processingRegistry().removeProvider(provider)


@pytest.fixture
def ready(provider, worker_python):
    """The provider with the real worker, and an empty project."""
    WORKER_PYTHON.set(str(worker_python))
    yield
    QgsProject.instance().clear()


class Ear(QgsProcessingFeedback):
    """Hears what an algorithm reports."""

    def __init__(self):
        super().__init__(False)
        self.infos, self.warnings, self.errors = [], [], []

    def pushInfo(self, info):
        self.infos.append(info)

    def pushWarning(self, warning):
        self.warnings.append(warning)

    def reportError(self, error, fatalError=False):
        self.errors.append(error)


def run(name, choice, **options):
    """Run an algorithm of the provider as a script in QGIS would."""
    import processing

    return processing.run(f"calanddet:{name}", choice, **options)


def refusal(name, choice):
    """Why an algorithm refuses to start; empty where it does not."""
    algorithm = QgsApplication.processingRegistry().createAlgorithmById(f"calanddet:{name}")
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    return algorithm.checkParameterValues(choice, context)[1]


def square(left, top, side):
    """A square as a geometry on the map."""
    west, north = LEFT + left, TOP - top
    return QgsGeometry.fromRect(QgsRectangle(west, north - side, west + side, north))


def polygons(squares=SQUARES, fields="field=name:string"):
    """A memory layer of squares, named by their number."""
    layer = QgsVectorLayer(f"Polygon?crs=EPSG:{UTM_33_NORTH}&{fields}", "squares", "memory")
    features = []
    for index, corner in enumerate(squares):
        feature = QgsFeature(layer.fields())
        feature.setGeometry(square(*corner))
        feature["name"] = f"square {index}"
        features.append(feature)
    layer.dataProvider().addFeatures(features)
    layer.updateExtents()
    return layer


def polygon_file(path: Path, squares=SQUARES):
    """The same as a GeoPackage, opened."""
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName, options.layerName = "GPKG", "outlines"
    context = QgsProject.instance().transformContext()
    layer = polygons(squares)
    QgsVectorFileWriter.writeAsVectorFormatV3(layer, str(path), context, options)
    return QgsVectorLayer(f"{path}|layername=outlines", path.stem, "ogr")


def square_pixels(squares=SQUARES):
    """1 inside of the squares, 0 elsewhere."""
    pixels = np.zeros((SIDE, SIDE), np.uint8)
    for left, top, side in squares:
        pixels[top : top + side, left : left + side] = 1
    return pixels


def _one_band(path: Path, pixels, nodata=255, scale=None):
    make_raster(path, SIDE, SIDE, bands=1)
    data = gdal.Open(str(path), gdal.GA_Update)
    band = data.GetRasterBand(1)
    band.WriteArray(pixels)
    band.SetNoDataValue(nodata)
    if scale:
        band.SetScale(scale)
    return path


def make_mask(path: Path, pixels=None):
    """A mask of the squares; the first row is nodata."""
    pixels = square_pixels() if pixels is None else pixels
    pixels[0] = 255
    return _one_band(path, pixels)


def make_probability(path: Path):
    """A probability raster: 0.8 inside of the squares, 0.1 elsewhere."""
    return _one_band(path, np.where(square_pixels(), 200, 25).astype(np.uint8), scale=1 / 250)


def make_scene(path: Path):
    """An image in which the squares are bright."""
    make_raster(path, SIDE, SIDE)
    data = gdal.Open(str(path), gdal.GA_Update)
    pixels = data.ReadAsArray() // 4
    data.WriteArray(np.where(square_pixels(), 230, pixels).astype(np.uint8))
    return path


def opened(source):
    """A vector layer from an output."""
    layer = QgsVectorLayer(source, "opened", "ogr")
    assert layer.isValid(), source
    return layer


def crs_of(code=UTM_33_NORTH):
    """A CRS by its EPSG code."""
    return QgsCoordinateReferenceSystem.fromEpsgId(code)
