"""Layers to review: probabilities, the worker's polygons of them, and edits as QGIS makes them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal, osr
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsGeometry,
    QgsProject,
    QgsVectorLayer,
)

from calanddet_qgis.layers import polygon_source
from calanddet_qgis.review.ground import Ground
from calanddet_qgis.review.probability import ProbabilityRaster
from calanddet_qgis.review.record import iou
from calanddet_qgis.review.schema import rounded, values_of
from tests.plugin.factories import ROOT, UTM_33_NORTH

# Where 1 m pixels lie in UTM, and as large ones in degrees, sheared in feet, and in Mercator.
PLACES = {
    UTM_33_NORTH: (500000, 1, 0, 4000000, 0, -1),
    4326: (14.0, 1e-5, 0, 41.0, 0, -1e-5),
    2263: (980000, 3, 0.7, 200000, 0.7, -3),
    3857: (1.4e6, 1.3, 0, 6e6, 0, -1.3),
}
MEASURES = ("area_m2", "perimeter_m", "elongation", "orientation_deg")
STATISTICS = ("area_px", "probability_mean", "probability_max")


def smooth_noise(height: int, width: int, reach: int, seed: int) -> np.ndarray:
    """Seeded noise (height, width) with a mean of 0, a deviation of 1 and spots of that size."""
    noise = np.random.default_rng(seed).normal(size=(height, width))
    kernel = np.exp(-(np.linspace(-2.5, 2.5, reach) ** 2) / 2)
    for axis in (0, 1):
        noise = np.apply_along_axis(np.convolve, axis, noise, kernel, "same")
    return (noise - noise.mean()) / noise.std()


def make_probability(path: Path, size: int = 160, epsg: int = UTM_33_NORTH, seed: int = 3) -> Path:
    """A probability raster as `detect` writes it, with a corner of nodata."""
    probability = 1 / (1 + np.exp(1.5 - 2.5 * smooth_noise(size, size, 15, seed)))
    values = np.round(250 * probability).astype(np.uint8)
    values[:20, :30] = 255
    path.parent.mkdir(parents=True, exist_ok=True)
    data = gdal.GetDriverByName("GTiff").Create(str(path), size, size, 1, gdal.GDT_Byte)
    system = osr.SpatialReference()
    system.ImportFromEPSG(epsg)
    data.SetProjection(system.ExportToWkt())
    data.SetGeoTransform(PLACES[epsg])
    band = data.GetRasterBand(1)
    band.WriteArray(values)
    band.SetScale(1 / 250)
    band.SetNoDataValue(255)
    return path


def worker(python: Path, *arguments: object) -> None:
    """Run a command of the real worker."""
    command = [str(part) for part in (python, "-m", "backend", *arguments)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=300)


def make_run(folder: Path, python: Path, epsg: int = UTM_33_NORTH, size: int = 160) -> Path:
    """A folder with `probability.tif` and the worker's `landslides.gpkg`."""
    raster = make_probability(folder / "probability.tif", size, epsg)
    worker(python, "vectorize", raster, "--out", folder / "landslides.gpkg", "--min-area", 8)
    return folder


def copy_of(run: Path, folder: Path) -> QgsVectorLayer:
    """The polygons of a copy of a run."""
    shutil.copytree(run, folder)
    return opened(folder / "landslides.gpkg")


def opened(path: Path) -> QgsVectorLayer:
    """The polygons in a GeoPackage."""
    layer = QgsVectorLayer(polygon_source(str(path)), "Landslides", "ogr")
    assert layer.isValid()
    return layer


def foreign_layer(*outlines: str, crs: str = "EPSG:32633") -> QgsVectorLayer:
    """Somebody else's polygons, with a field of their own."""
    layer = QgsVectorLayer(f"Polygon?crs={crs}&field=name:string", "mapped by hand", "memory")
    for outline in outlines:
        feature = QgsFeature(layer.fields())
        feature.setGeometry(QgsGeometry.fromWkt(outline))
        layer.dataProvider().addFeature(feature)
    return layer


def move_vertex(layer: QgsVectorLayer, fid: int, vertex: int, east: float, north: float) -> None:
    """What QGIS's vertex tool does when a vertex is dropped."""
    outline = layer.getFeature(fid).geometry()
    point = outline.vertexAt(vertex)
    assert outline.moveVertex(point.x() + east, point.y() + north, vertex)
    layer.beginEditCommand("Moved vertex")
    layer.changeGeometry(fid, outline)
    layer.endEditCommand()


def recomputed(
    outline: QgsGeometry, crs: QgsCoordinateReferenceSystem, raster: ProbabilityRaster | None
) -> dict:
    """The fields that an outline has, anew."""
    values = Ground(crs).measure(outline)
    if raster:
        values.update(raster.statistics(outline, crs))
    return rounded(values)


def untrue_fields(layer: QgsVectorLayer, raster: ProbabilityRaster | None) -> list[str]:
    """What is wrong in a layer: invalid outlines, and fields that are not those of the outline."""
    wrong = []
    uuids = set()
    for feature in layer.getFeatures():
        values = values_of(feature)
        outline = feature.geometry()
        if not outline.isGeosValid() or outline.isEmpty():
            wrong.append(f"{feature.id()} is invalid")
        expected = recomputed(outline, layer.crs(), raster)
        if values.get("original"):
            original = QgsGeometry.fromWkt(values["original"])
            expected.update(rounded({"iou_original": iou(original, outline)}))
        wrong += [
            f"{feature.id()}: {name} is {values.get(name)}, not {expected[name]}"
            for name in expected
            if name in values and values[name] != expected[name]
        ]
        if values["uuid"] in uuids:
            wrong.append(f"{feature.id()} shares its uuid")
        uuids.add(values["uuid"])
    return wrong


@pytest.fixture(scope="module")
def run(worker_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the real worker."""
    return make_run(tmp_path_factory.mktemp("run"), worker_python)


@pytest.fixture
def layer(run: Path, project: QgsProject, tmp_path: Path) -> Iterator[QgsVectorLayer]:
    """Its polygons, in the project."""
    layer = copy_of(run, tmp_path / "copy")
    # Not in the legend, and so not drawn while its editing begins.
    project.addMapLayer(layer, False)
    yield layer
    if not is_gone(layer):
        layer.rollBack()


def is_gone(layer: QgsVectorLayer) -> bool:
    """Whether QGIS has deleted a layer."""
    try:
        return not layer.id()
    except RuntimeError:
        return True
