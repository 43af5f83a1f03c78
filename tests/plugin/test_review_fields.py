"""Measures, probabilities and grown regions, against the worker's own."""

import numpy as np
import pytest
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
)

from calanddet_qgis.messages import Failure
from calanddet_qgis.review.ground import Ground
from calanddet_qgis.review.probability import ProbabilityRaster
from calanddet_qgis.review.record import iou, repaired
from tests.plugin.factories import UTM_33_NORTH, make_raster
from tests.plugin.reviews import MEASURES, PLACES, STATISTICS, make_run, opened, recomputed

UTM = QgsCoordinateReferenceSystem.fromEpsgId(UTM_33_NORTH)
SQUARE = "Polygon((0 0,10 0,10 10,0 10,0 0),(2 2,2 4,4 4,4 2,2 2))"


@pytest.fixture(scope="module", params=PLACES)
def run(request, worker_python, tmp_path_factory):
    """A run in one of several CRS, by the real worker."""
    return make_run(tmp_path_factory.mktemp(str(request.param)), worker_python, request.param)


@pytest.fixture
def raster(run):
    """The run's probabilities, closed before QGIS ends."""
    raster = ProbabilityRaster(str(run / "probability.tif"))
    yield raster
    raster.close()


def test_the_workers_polygons_measure_the_same_here(run, raster):
    layer = opened(run / "landslides.gpkg")
    features = list(layer.getFeatures())
    assert len(features) > 20
    compared = {
        name: np.array([[one[name], fields[name]] for one, fields in zip(features, ours)], float)
        for ours in [[recomputed(one.geometry(), layer.crs(), raster) for one in features]]
        for name in (*MEASURES, *STATISTICS)
    }
    for name, pairs in compared.items():
        same = np.isclose(pairs[:, 0], pairs[:, 1], rtol=1e-6, atol=0)
        # Of two rectangles of the same area around a symmetrical outline, either may be taken.
        allowed = 2 if name in ("elongation", "orientation_deg") else 0
        assert (~same).sum() <= allowed, (name, pairs[~same])


def test_a_hole_counts_as_none_whichever_way_its_ring_runs():
    for hole in ("2 2,2 4,4 4,4 2,2 2", "2 2,4 2,4 4,2 4,2 2"):
        text = f"Polygon((500000 0,500010 0,500010 10,500000 10,500000 0),({hole}))"
        outline = QgsGeometry.fromWkt(text.replace("2 ", "500002 ").replace("4 ", "500004 "))
        area = Ground(UTM).measure(outline)["area_m2"]
        assert area == pytest.approx(96, rel=1e-3)


def test_without_a_crs_there_is_a_shape_but_no_area():
    outline = QgsGeometry.fromWkt("Polygon((0 0,40 40,30 50,-10 10,0 0))")
    measures = Ground(QgsCoordinateReferenceSystem()).measure(outline)
    assert measures["area_m2"] is measures["perimeter_m"] is None
    assert measures["elongation"] == pytest.approx(4)
    assert measures["orientation_deg"] == pytest.approx(45)


def test_the_raster_may_be_in_another_crs_than_the_layer(run, raster):
    layer = opened(run / "landslides.gpkg")
    degrees = QgsCoordinateReferenceSystem.fromEpsgId(4258)
    move = QgsCoordinateTransform(layer.crs(), degrees, QgsProject.instance())
    large = max(layer.getFeatures(), key=lambda one: one["area_m2"])
    moved = large.geometry()
    moved.transform(move)
    values = recomputed(moved, degrees, raster)
    assert values["probability_mean"] == pytest.approx(large["probability_mean"], abs=0.005)
    assert values["probability_max"] == large["probability_max"]


def test_a_polygon_smaller_than_a_pixel_has_the_pixel_at_its_heart(run, raster):
    layer = opened(run / "landslides.gpkg")
    heart = next(layer.getFeatures()).geometry().pointOnSurface()
    tiny = heart.buffer(0.01 * raster.pixel_size(layer.crs()), 4)
    assert raster.statistics(tiny, layer.crs())["area_px"] == 1
    assert raster.statistics(tiny, layer.crs())["probability_mean"] >= 0.5


def test_outside_of_the_raster_nothing_is_known(raster):
    far = QgsGeometry.fromWkt("Polygon((0 0,1 0,1 1,0 0))")
    assert set(raster.statistics(far, raster.crs).values()) == {None}


def test_a_region_grown_at_the_runs_threshold_is_the_workers_polygon(run, raster):
    layer = opened(run / "landslides.gpkg")
    found = 0
    for feature in layer.getFeatures():
        if feature["area_px"] < 60 or feature["probability_max"] < 0.6:
            continue
        heart = feature.geometry().pointOnSurface().asPoint()
        peak = raster.statistics(
            QgsGeometry.fromPointXY(heart).buffer(2.2 * raster.pixel_size(layer.crs()), 8),
            layer.crs(),
        )
        grown = raster.grow(heart, layer.crs(), 0.5 / peak["probability_max"])
        assert grown.isGeosValid()
        found += iou(grown, feature.geometry()) > 0.85
    assert found >= 3


def test_a_click_on_nothing_is_told(raster):
    with pytest.raises(Failure, match="no probability above 0"):
        raster.grow(QgsPointXY(0, 0), raster.crs, 0.5)


def test_an_image_is_no_probability_raster(tmp_path):
    image = make_raster(tmp_path / "image.tif")
    with pytest.raises(Failure, match=r"image\.tif is not a probability raster"):
        ProbabilityRaster(str(image))
    with pytest.raises(Failure, match="is not a probability raster"):
        ProbabilityRaster(str(tmp_path / "none.tif"))


def test_a_bow_tie_becomes_two_triangles():
    fixed = repaired(QgsGeometry.fromWkt("Polygon((0 0,2 2,2 0,0 2,0 0))"))
    assert fixed.changed
    assert fixed.geometry.isGeosValid()
    assert fixed.geometry.area() == pytest.approx(2)
    assert repaired(QgsGeometry.fromWkt("Polygon((0 0,1 1,2 2,0 0))")).geometry.isEmpty()
