"""The Processing algorithms on polygons: what a user sees goes in, named outputs come out."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
from osgeo import gdal
from qgis.core import (
    QgsFeature,
    QgsProcessing,
    QgsProcessingException,
    QgsProcessingFeatureSourceDefinition,
    QgsProject,
    QgsVectorLayer,
)

from calanddet_qgis.algorithms.base import worker_command
from calanddet_qgis.algorithms.inventory_export import SUFFIXES
from calanddet_qgis.algorithms.inventory_import import STATUSES
from calanddet_qgis.algorithms.relations import RELATIONS
from calanddet_qgis.messages import Failure
from calanddet_qgis.worker import run_worker
from tests.plugin.factories import make_raster
from tests.plugin.processing_tools import (  # noqa: F401 (fixtures)
    SIDE,
    SQUARES,
    Ear,
    crs_of,
    make_mask,
    make_probability,
    opened,
    polygon_file,
    polygons,
    provider,
    ready,
    refusal,
    run,
    square,
    square_pixels,
)

pytestmark = pytest.mark.usefixtures("ready")
TEMPORARY = QgsProcessing.TEMPORARY_OUTPUT


def test_a_probability_raster_becomes_polygons(tmp_path):
    dem = make_raster(tmp_path / "dem.tif", SIDE, SIDE, bands=1)
    choice = {"INPUT": str(make_probability(tmp_path / "probability.tif")), "DEM": str(dem)}
    given = run("vectoriseprobability", {**choice, "MIN_AREA": 800, "OUTPUT": TEMPORARY})
    layer = opened(given["OUTPUT"])
    # The smallest square has 625 px of 1 m².
    assert layer.featureCount() == given["COUNT"] == len(SQUARES) - 1
    assert given["AREA"] == pytest.approx(30**2 + 40**2 + 35**2, rel=0.02)
    assert "slope_mean_deg" in layer.fields().names()
    everything = run("vectoriseprobability", {**choice, "THRESHOLD": 0.05, "OUTPUT": TEMPORARY})
    assert everything["COUNT"] == 1


def test_detected_polygons_are_compared_with_a_reference(tmp_path):
    # One is found, one is found beside its place, one is missed.
    detected = polygons([SQUARES[0], (60, 60, 20)])
    reference = polygon_file(tmp_path / "reference.gpkg", SQUARES[:2])
    choice = {"INPUT": detected, "REFERENCE": reference, "OUTPUT": str(tmp_path / "c.gpkg")}
    given = run("compareinventories", choice)
    assert (given["MATCHED"], given["MISSED"], given["FALSE"]) == (1, 1, 1)
    assert given["OBJECT_F1"] == pytest.approx(0.5)
    assert given["AREA_RECALL"] == pytest.approx(900 / 2500, abs=1e-3)
    relations = sorted(feature["relation"] for feature in opened(given["OUTPUT"]).getFeatures())
    assert relations == ["false", "matched", "matched", "missed"]


def test_a_mask_is_compared_by_its_outlines(tmp_path):
    choice = {"MASK": str(make_mask(tmp_path / "mask.tif")), "REFERENCE": polygons()}
    given = run("compareinventories", {**choice, "OUTPUT": TEMPORARY})
    assert given["DETECTIONS"] == given["MATCHED"] == len(SQUARES)
    assert given["AREA_F1"] == pytest.approx(1)


def without_nodata(path):
    data = gdal.Open(str(path), gdal.GA_Update)
    data.GetRasterBand(1).DeleteNoDataValue()
    return str(path)


def test_beside_1_a_mask_does_not_know_where_it_is_255(tmp_path):
    mask = without_nodata(make_mask(tmp_path / "mask.tif"))  # whose first row is 255
    given = run("compareinventories", {"MASK": mask, "REFERENCE": polygons(), "OUTPUT": TEMPORARY})
    assert given["DETECTIONS"] == given["MATCHED"] == len(SQUARES)
    assert given["AREA_F1"] == pytest.approx(1)


def test_in_a_mask_without_1_landslides_are_255(tmp_path):
    mask = without_nodata(make_mask(tmp_path / "mask.tif", 255 * square_pixels()))
    given = run("compareinventories", {"MASK": mask, "REFERENCE": polygons(), "OUTPUT": TEMPORARY})
    # And the first row.
    assert given["DETECTIONS"] == given["MATCHED"] + 1 == len(SQUARES) + 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"pixels": 37}, "The mask mask holds the value 37. Choose a raster with 0 and 1"),
        ({"pixels": 0}, "The mask mask shows no landslide."),
    ],
)
def test_what_is_no_mask_is_refused(tmp_path, change, sentence):
    mask = make_mask(tmp_path / "mask.tif", square_pixels() * change["pixels"])
    choice = {"MASK": str(mask), "REFERENCE": polygons(), "OUTPUT": TEMPORARY}
    with pytest.raises(QgsProcessingException, match=f"^{sentence}"):
        run("compareinventories", choice)


def imported(source):
    """The names of the features that the worker gets from a source."""
    given = run("importinventory", {"INPUT": source, "OUTPUT": TEMPORARY})
    features = list(opened(given["OUTPUT"]).getFeatures())
    assert len(features) == given["COUNT"]
    return {feature["name"]: feature.geometry().area() for feature in features}


def test_edits_that_are_not_saved_count(tmp_path):
    layer = polygon_file(tmp_path / "outlines.gpkg")
    assert len(imported(layer)) == len(SQUARES)
    layer.startEditing()
    layer.deleteFeature(2)
    layer.changeGeometry(1, square(0, 0, 50))
    new = QgsFeature(layer.fields())
    new["name"] = "drawn"
    new.setGeometry(square(100, 100, 10))
    layer.addFeature(new)
    seen = imported(layer)
    assert sorted(seen) == ["drawn", "square 0", "square 2", "square 3"]
    assert seen["square 0"] == pytest.approx(2500)
    assert layer.isModified()
    layer.rollBack()


def test_only_what_is_filtered_or_selected_counts(tmp_path):
    layer = polygon_file(tmp_path / "outlines.gpkg")
    layer.setSubsetString("name <> 'square 1'")
    assert sorted(imported(layer)) == ["square 0", "square 2", "square 3"]
    layer.setSubsetString("")
    layer.selectByIds([2, 3])
    QgsProject.instance().addMapLayer(layer)
    selected = QgsProcessingFeatureSourceDefinition(layer.id(), selectedFeaturesOnly=True)
    assert sorted(imported(selected)) == ["square 1", "square 2"]
    layer.removeSelection()
    message = refusal("importinventory", {"INPUT": selected, "OUTPUT": TEMPORARY})
    assert (
        message == "No feature of the layer outlines is selected. Select some, or use all features."
    )


def test_a_crs_that_was_assigned_in_qgis_counts(tmp_path):
    layer = polygon_file(tmp_path / "outlines.gpkg")
    layer.setCrs(crs_of(32634))
    given = run("importinventory", {"INPUT": layer, "OUTPUT": TEMPORARY})
    assert opened(given["OUTPUT"]).crs() == crs_of(32634)


def test_an_import_can_be_reviewed(tmp_path):
    choice = {"INPUT": polygons(), "STATUS": STATUSES.index("accepted"), "EVENT": "storm"}
    given = run("importinventory", {**choice, "OUTPUT": str(tmp_path / "i.gpkg")})
    features = list(opened(given["OUTPUT"]).getFeatures())
    assert {feature["status"] for feature in features} == {"accepted"}
    assert {feature["event"] for feature in features} == {"storm"}


def test_fields_of_every_polygon(tmp_path):
    dem = make_raster(tmp_path / "dem.tif", SIDE, SIDE, bands=1)
    choice = {
        "INPUT": polygons(),
        "DEM": str(dem),
        "PROBABILITY": str(make_probability(tmp_path / "probability.tif")),
        "RELATION": RELATIONS.index("larsen_2010_all"),
        "ENDS": True,
        "OUTPUT": TEMPORARY,
    }
    given = run("inventoryfields", choice)
    feature = next(opened(given["OUTPUT"]).getFeatures())
    assert feature["probability_mean"] == pytest.approx(0.8, abs=0.01)
    assert feature["volume_low_m3"] < feature["volume_m3"] < feature["volume_high_m3"]
    assert feature["name"] == "square 0"
    path = given["OUTPUT"].partition("|")[0]
    assert opened(f"{path}|layername=crown_toe").featureCount() > 0


def test_statistics_give_a_report_and_numbers(tmp_path):
    choice = {"INPUT": polygons(), "AREA": polygons([(0, 0, 200)]), "TITLE": "Storm"}
    given = run("inventorystatistics", {**choice, "OUTPUT": str(tmp_path / "report")})
    assert given["POLYGONS"] == len(SQUARES)
    assert given["SEARCHED_KM2"] == pytest.approx(0.04, rel=0.01)
    assert "Storm" in Path(given["REPORT"]).read_text(encoding="utf-8")
    assert Path(given["PDF"]).read_bytes().startswith(b"%PDF")
    assert json.loads(Path(given["NUMBERS"]).read_text(encoding="utf-8"))


def test_an_inventory_is_exported(tmp_path):
    choice = {"INPUT": polygons(), "FORMAT": list(SUFFIXES).index("csv"), "DATE": "2024-07-30"}
    given = run("exportinventory", {**choice, "OUTPUT": str(tmp_path / "e.csv")})
    rows = list(csv.DictReader(Path(given["OUTPUT"]).read_text(encoding="utf-8").splitlines()))
    assert len(rows) == given["COUNT"] == len(SQUARES)
    assert rows[0]["date"] == "2024-07-30"
    kml = run("exportinventory", {**choice, "FORMAT": 2, "OUTPUT": TEMPORARY})
    assert kml["OUTPUT"].endswith(".kml")
    assert opened(kml["OUTPUT"]).featureCount() == len(SQUARES)


@pytest.mark.parametrize(
    ("words", "known"),
    [
        (["statistics", "x", "--out=y", "--relation=?"], RELATIONS),
        (["export", "x", "--out=y", "--format=?"], tuple(SUFFIXES)),
        (["import", "x", "--out=y.gpkg", "--status=?"], STATUSES),
    ],
)
def test_what_can_be_chosen_is_what_the_worker_knows(words, known):
    with pytest.raises(Failure) as caught:
        run_worker(worker_command(["inventory", *words]), print, lambda: False)
    named = re.search(r"Choose (.*)\.$", str(caught.value))
    assert tuple(named[1].split(", ")) == known


def lines():
    return QgsVectorLayer("LineString?crs=EPSG:32633", "roads", "memory")


@pytest.mark.parametrize(
    ("name", "change", "sentence"),
    [
        ("importinventory", {"INPUT": lines}, "The layer roads does not hold polygons. Choose"),
        ("importinventory", {"INPUT": lambda: polygons([])}, "The layer squares is empty. Choose"),
        (
            "importinventory",
            {"OUTPUT": "/tmp/x.shp"},
            "x.shp is not named as a GeoPackage. End it in .gpkg.",
        ),
        ("compareinventories", {"INPUT": None}, "Either detected polygons or a mask is to be"),
        ("inventoryfields", {"ENDS": True}, "Crown and toe points need an elevation model."),
        ("inventorystatistics", {"AREA": polygons, "AREA_KM2": 3}, "The area that was searched is"),
        ("inventorystatistics", {"AREA_KM2": 0}, "The searched area 0.0 km² is not above 0."),
        ("exportinventory", {"FORMAT": 2, "OUTPUT": "/tmp/x.csv"}, "x.csv is not named as the"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_starts(name, change, sentence):
    choice = {"INPUT": polygons(), "REFERENCE": polygons(), "OUTPUT": TEMPORARY}
    change = {key: value() if callable(value) else value for key, value in change.items()}
    assert refusal(name, choice) == ""
    assert refusal(name, {**choice, **change}).startswith(sentence)


def test_an_image_is_no_probability_raster(tmp_path):
    choice = {"INPUT": str(make_raster(tmp_path / "image.tif")), "OUTPUT": TEMPORARY}
    message = refusal("vectoriseprobability", choice)
    assert (
        message
        == "The layer image is not a probability raster. Choose the probability.tif of a run."
    )


def test_layers_are_styled_when_they_are_shown(tmp_path):
    import processing

    probability = str(make_probability(tmp_path / "probability.tif"))
    runs = {
        "vectoriseprobability": {"INPUT": probability},
        "compareinventories": {"INPUT": polygons(), "REFERENCE": polygons(SQUARES[:2])},
    }
    for name, choice in runs.items():
        processing.runAndLoadResults(f"calanddet:{name}", {**choice, "OUTPUT": TEMPORARY})
    layers = QgsProject.instance().mapLayers().values()
    shown = {layer.name(): layer.renderer().type() for layer in layers}
    assert shown == {"Landslides": "categorizedSymbol", "Comparison": "categorizedSymbol"}
    fields = {layer.renderer().classAttribute() for layer in layers}
    assert fields == {"status", "relation"}


def test_the_log_says_what_was_mended(tmp_path):
    bow_tie = polygons()
    feature = QgsFeature(bow_tie.fields())
    points = "500200 3999800, 500220 3999780, 500220 3999800, 500200 3999780, 500200 3999800"
    feature.setGeometry(square(0, 0, 1).fromWkt(f"POLYGON(({points}))"))
    bow_tie.dataProvider().addFeature(feature)
    ear = Ear()
    run("importinventory", {"INPUT": bow_tie, "OUTPUT": TEMPORARY}, feedback=ear)
    assert any("1 invalid outline repaired" in warning for warning in ear.warnings)
