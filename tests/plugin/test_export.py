"""Layers that the worker cannot read are exported first, for the area, at the distance chosen."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsProject,
    QgsRasterDataProvider,
    QgsRasterLayer,
    QgsRectangle,
)

from calanddet_qgis.area import ChosenArea
from calanddet_qgis.gui.area_field import CANVAS
from calanddet_qgis.gui.distance_field import METRES
from calanddet_qgis.gui.dock import DetectDock
from calanddet_qgis.messages import Failure
from calanddet_qgis.plan import Choice, make_plan
from calanddet_qgis.settings import WORKER_PYTHON
from tests.plugin.factories import make_raster, make_tiles
from tests.plugin.panels import click, group_layers, wait_for_title
from tests.plugin.test_plan import NOW

WEB = QgsCoordinateReferenceSystem("EPSG:3857")
ZOOM, COLUMN, ROW, COUNT = 17, 70997, 51426, 2
WORLD = 2 * 20037508.342789244


def tiles_extent():
    """Where the tiles lie, in EPSG:3857."""
    side = WORLD / 2**ZOOM
    left, top = COLUMN * side - WORLD / 2, WORLD / 2 - ROW * side
    return QgsRectangle(left, top - COUNT * side, left + COUNT * side, top)


@pytest.fixture
def service(tmp_path, project):
    """A layer of web map tiles."""
    layer = QgsRasterLayer(make_tiles(tmp_path, ZOOM, COLUMN, ROW, COUNT), "tiles", "wms")
    assert layer.isValid()
    project.addMapLayer(layer)
    return layer


@pytest.fixture
def panel(qtbot, qgis_canvas, service, worker_python, checkpoint):
    """The panel with a map, over web map tiles, with the real worker."""
    WORKER_PYTHON.set(str(worker_python))
    dock = DetectDock(qgis_canvas)
    qtbot.addWidget(dock)
    dock.show()
    dock.form.checkpoint.setFilePath(str(checkpoint))
    dock.form.threshold.setValue(0.5)
    dock.form.layer.setLayer(service)
    yield dock
    dock.stop()


def choose_part_of_the_tiles(dock, canvas, out):
    canvas.setDestinationCrs(WEB)
    canvas.setExtent(tiles_extent().scaled(0.4))
    dock.form.area.kind.setCurrentIndex(dock.form.area.kind.findData(CANVAS))
    dock.form.distance.kind.setCurrentIndex(dock.form.distance.kind.findData(METRES))
    dock.form.distance.metres.setValue(1.5)
    dock.form.output.setFilePath(str(out))


def test_a_web_service_is_exported_and_searched(qtbot, qgis_canvas, panel, project, tmp_path):
    out = tmp_path / "out"
    choose_part_of_the_tiles(panel, qgis_canvas, out)
    qtbot.waitUntil(lambda: "are exported first" in panel.page.warning.shown_text(), timeout=5000)
    assert panel.form.distance.line.shown_text() == "Exported at 1.5 m."
    click(qtbot, panel.run_button)
    assert "found" in wait_for_title(qtbot, panel), panel.status.text.shown_text()
    run = json.loads((out / "run.json").read_text())
    assert run["parameters"]["raster"] == str(out / "exported_image.tif")
    image = gdal.Open(str(out / "exported_image.tif"))
    latitude = math.radians(36.14)
    seen = qgis_canvas.extent().width() * math.cos(latitude)
    assert image.RasterXSize == pytest.approx(seen / 1.5, rel=0.02)
    # The colours of the tiles; nothing is searched where there is none.
    red, _, _, alpha = image.ReadAsArray()
    assert len(np.unique(red[alpha > 0])) > 10
    assert run["counts"]["pixels"] == np.count_nonzero(alpha)
    assert len(group_layers(project)[1]) == 3
    assert not list(out.glob(".exported*"))


def test_the_whole_world_is_refused(service, checkpoint):
    choice = Choice(layer=service, checkpoint=str(checkpoint), gsd="1")
    with pytest.raises(Failure, match="px would have to be fetched") as raised:
        make_plan(choice, NOW)
    assert raised.value.kind == "area"


def test_without_a_distance_an_export_is_refused(service, checkpoint):
    area = ChosenArea.of_rectangle(tiles_extent(), WEB)
    with pytest.raises(Failure, match="no ground sampling distance of its own") as raised:
        make_plan(Choice(layer=service, checkpoint=str(checkpoint), area=area), NOW)
    assert raised.value.kind == "gsd"


def test_cancelling_an_export_leaves_nothing(qtbot, qgis_canvas, panel, tmp_path):
    choose_part_of_the_tiles(panel, qgis_canvas, tmp_path / "out")
    panel.form.distance.metres.setValue(0.02)
    click(qtbot, panel.run_button)
    assert panel.status.text.shown_text().startswith("Exporting the layer")
    click(qtbot, panel.status.cancel)
    assert wait_for_title(qtbot, panel) == "The run was cancelled."
    assert not (tmp_path / "out").exists()


def in_memory(tmp_path):
    memory = "/vsimem/calanddet-test.tif"
    gdal.FileFromMemBuffer(memory, make_raster(tmp_path / "a.tif").read_bytes())
    return QgsRasterLayer(memory, "in memory")


def computed(tmp_path):
    source = QgsRasterLayer(str(make_raster(tmp_path / "a.tif")), "source")
    QgsProject.instance().addMapLayer(source)
    wanted = QgsRasterDataProvider.VirtualRasterParameters()
    entry = QgsRasterDataProvider.VirtualRasterInputLayers()
    entry.name, entry.uri, entry.provider = "source", source.source(), "gdal"
    wanted.crs, wanted.extent = source.crs(), source.extent()
    wanted.width, wanted.height = source.width(), source.height()
    wanted.formula, wanted.rInputLayers = '"source@1" + 0', [entry]
    uri = QgsRasterDataProvider.encodeVirtualRasterProviderUri(wanted)
    return QgsRasterLayer(uri, "computed", "virtualraster")


@pytest.mark.parametrize("make", [in_memory, computed])
def test_what_lives_in_qgis_keeps_its_own_pixels(qtbot, ready, project, tmp_path, make):
    layer = make(tmp_path)
    assert layer.isValid()
    project.addMapLayer(layer)
    ready.form.layer.setLayer(layer)
    out = tmp_path / "out"
    ready.form.output.setFilePath(str(out))
    for role, field in ready.form.bands.roles.items():
        field.band.setBand(1)
        assert role in ("red", "green", "blue")
    click(qtbot, ready.run_button)
    # What is copied is copied: the layer may go.
    project.removeMapLayer(layer.id())
    assert "found" in wait_for_title(qtbot, ready), ready.status.text.shown_text()
    image = gdal.Open(str(out / "exported_image.tif"))
    original = gdal.Open(str(tmp_path / "a.tif"))
    assert (image.RasterXSize, image.RasterYSize) == (240, 300)
    band = image.GetRasterBand(1).ReadAsArray()
    assert np.array_equal(band, original.GetRasterBand(1).ReadAsArray())
    assert Path(json.loads((out / "run.json").read_text())["parameters"]["raster"]).exists()
