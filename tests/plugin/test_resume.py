"""A run that was cut off goes on where it was, with the real worker."""

import json

from qgis.core import QgsFeature, QgsGeometry, QgsRasterLayer, QgsRectangle, QgsVectorLayer

from calanddet_qgis.gui.area_field import SELECTION
from calanddet_qgis.runs import State
from tests.plugin.factories import make_raster
from tests.plugin.panels import RUN_MS, click, wait_for_title

SIDE = 1300


def zone():
    """A polygon over most of the image, selected."""
    layer = QgsVectorLayer("Polygon?crs=EPSG:32633", "zone", "memory")
    feature = QgsFeature()
    extent = QgsRectangle(500000, 4000000 - SIDE, 500000 + SIDE - 50, 4000000)
    feature.setGeometry(QgsGeometry.fromRect(extent))
    layer.dataProvider().addFeature(feature)
    layer.selectAll()
    return layer


def test_a_cancelled_run_over_an_area_goes_on_and_ends(qtbot, ready, project, tmp_path):
    raster = QgsRasterLayer(str(make_raster(tmp_path / "large.tif", SIDE, SIDE)), "large")
    polygons = zone()
    project.addMapLayers([raster, polygons])
    form = ready.form
    form.layer.setLayer(raster)
    form.area.kind.setCurrentIndex(form.area.kind.findData(SELECTION))
    form.area.polygons.setLayer(polygons)
    out = tmp_path / "out"
    form.output.setFilePath(str(out))
    click(qtbot, ready.run_button)
    (run,) = ready.queue.runs
    # From the third row of tiles on something is finished.
    qtbot.waitUntil(lambda: run.progress.get("done", 0) >= 24 or run.is_over, timeout=RUN_MS)
    click(qtbot, ready.status.cancel)
    assert wait_for_title(qtbot, ready) == "The run was cancelled."
    assert ready.status.repeat.text() == "Resu&me", ready.status.text.shown_text()
    assert (out / "search_area.gpkg").exists()
    click(qtbot, ready.status.repeat)
    (again,) = ready.queue.runs
    qtbot.waitUntil(lambda: again.is_over, timeout=RUN_MS)
    assert again.state is State.DONE, ready.status.text.shown_text()
    counts = json.loads((out / "run.json").read_text())["counts"]
    assert counts["pixels"] == SIDE * (SIDE - 50)
