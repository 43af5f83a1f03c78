"""What the user chose becomes the worker's command, or one sentence."""

from datetime import datetime
from pathlib import Path

import pytest
from osgeo import gdal
from qgis.core import QgsRasterLayer

from calanddet_qgis import request
from calanddet_qgis.messages import Failure
from calanddet_qgis.request import DetectRequest
from calanddet_qgis.settings import WORKER_PYTHON
from tests.plugin.factories import make_raster

NOW = datetime(2026, 5, 4, 13, 2, 1)


def test_only_what_was_chosen_is_passed_on(clean_settings):
    chosen = DetectRequest("/a/b.tif", "/c.pt", "/out", threshold=0.4, dem="/dem.tif")
    assert chosen.arguments() == [
        "detect", "/a/b.tif", "--checkpoint=/c.pt", "--out=/out", "--overlap=balanced",
        "--gsd=auto", "--threshold=0.4", "--dem=/dem.tif",
    ]  # fmt: skip


def test_flips_other_rasters_and_an_ensemble_are_passed_on(clean_settings):
    chosen = DetectRequest(
        "/a/b.tif", "/c.pt", "/out", more_checkpoints=("/d.pt", "/e f.pt"), flips=True,
        inputs=("nir=/n.tif:1", "/folder"),
    )  # fmt: skip
    assert chosen.arguments() == [
        "detect", "/a/b.tif", "--checkpoint", "/c.pt", "/d.pt", "/e f.pt", "--out=/out",
        "--overlap=balanced", "--gsd=auto", "--input=nir=/n.tif:1", "--input=/folder", "--flips",
        "--uncertainty",
    ]  # fmt: skip


def test_the_worker_starts_isolated_from_the_users_python(clean_settings, worker_python):
    WORKER_PYTHON.set(str(worker_python))
    command = DetectRequest("/a/b.tif", "/c.pt", "/out").command()
    assert command[:9] == [
        str(worker_python), "-E", "-s", "-u", "-X", "utf8", "-m", "backend", "detect",
    ]  # fmt: skip
    assert command[-1] == "--json"


@pytest.mark.parametrize(
    ("python", "sentence"),
    [
        ("", "The runtime is not set up yet."),
        ("/nowhere/python", "The worker's Python /nowhere/python is not there"),
        ("/usr", "The worker's Python /usr is not there"),
    ],
)
def test_a_worker_that_is_not_there_is_refused(clean_settings, python, sentence):
    WORKER_PYTHON.set(python)
    with pytest.raises(Failure) as raised:
        request.worker_python()
    assert str(raised.value).startswith(sentence)
    assert "Raster > CALandDet > Runtime" in str(raised.value)


def test_the_source_of_a_layer_is_what_gdal_opens(tmp_path):
    path = str(make_raster(tmp_path / "with space, comma|and bar.tif"))
    assert request.raster_source(QgsRasterLayer(path, "x")) == path


def test_open_options_are_left_out(tmp_path):
    path = str(make_raster(tmp_path / "a.tif"))
    layer = QgsRasterLayer(f"{path}|option:NUM_THREADS=2", "x")
    assert layer.isValid()
    assert request.raster_source(layer) == path


def test_a_relative_source_is_made_absolute(tmp_path, monkeypatch):
    make_raster(tmp_path / "a.tif")
    monkeypatch.chdir(tmp_path)
    assert request.raster_source(QgsRasterLayer("a.tif", "x")) == str(tmp_path / "a.tif")


def test_a_raster_inside_a_geopackage_is_passed_on(tmp_path):
    image = str(make_raster(tmp_path / "a.tif"))
    package = str(tmp_path / "a.gpkg")
    gdal.Translate(package, image, format="GPKG", creationOptions=["RASTER_TABLE=ortho"])
    source = f"GPKG:{package}:ortho"
    assert request.raster_source(QgsRasterLayer(source, "x")) == source


def test_a_layer_that_gdal_cannot_read_is_refused():
    layer = QgsRasterLayer("type=xyz&url=file:///nowhere/{z}/{x}/{y}.png", "tiles", "wms")
    with pytest.raises(Failure, match="The layer tiles comes from the provider wms, which is not"):
        request.raster_source(layer)


def test_no_layer_is_refused():
    with pytest.raises(Failure, match="There is no raster layer to search"):
        request.raster_source(None)


@pytest.mark.parametrize(
    ("path", "sentence"),
    [("", "No checkpoint is chosen."), ("/nowhere.pt", "There is no checkpoint file /nowhere.pt.")],
)
def test_a_missing_checkpoint_is_refused(path, sentence):
    with pytest.raises(Failure) as raised:
        request.check_checkpoint(path)
    assert str(raised.value).startswith(sentence)


def test_a_folder_with_results_is_refused(tmp_path):
    (tmp_path / "landslides.gpkg").touch()
    with pytest.raises(Failure, match=r"already holds results \(landslides.gpkg\)"):
        request.check_fresh(str(tmp_path))


def test_results_go_into_a_new_folder_beside_the_raster(tmp_path):
    path = make_raster(tmp_path / "ortho 2026.v2.tif")
    expected = tmp_path / "ortho 2026.v2_landslides_20260504-130201"
    assert request.default_folder(str(path), NOW) == expected


def test_results_of_a_raster_that_is_no_file_go_into_the_home_folder():
    folder = request.default_folder("/vsicurl/https://example.org/a.tif?x=1.2", NOW)
    assert folder == Path.home() / "a.tif_x=1_landslides_20260504-130201"
