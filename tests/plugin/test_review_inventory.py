"""The dialogs of the review tab, with the real worker."""

# ruff: noqa: F401, F811 (fixtures come from a module)

import re
import time

import numpy as np
import pytest
from osgeo import gdal, osr
from qgis.core import QgsApplication, QgsProject, QgsRasterLayer, QgsVectorLayer
from qgis.PyQt.QtCore import QObject, Qt, QUrl, pyqtSlot
from qgis.PyQt.QtGui import QDesktopServices
from qgis.PyQt.QtWidgets import QPushButton

from calanddet_qgis.gui.inventory_jobs import PLOT_WIDTH
from calanddet_qgis.gui.review_panel import ReviewPanel
from calanddet_qgis.settings import WORKER_PYTHON
from tests.plugin.factories import UTM_33_NORTH, stand_in_python
from tests.plugin.reviews import (
    PLACES,
    layer,
    move_vertex,
    run,
)

pytestmark = pytest.mark.slow
# A loaded machine takes this long to draw a report [ms].
RUN_MS = 600_000
SLOPE = 0.5


@pytest.fixture
def panel(qtbot, qgis_iface, layer, worker_python):
    """The tab with the real worker."""
    WORKER_PYTHON.set(str(worker_python))
    panel = ReviewPanel(qgis_iface)
    qtbot.addWidget(panel)
    panel.show()
    yield panel
    panel.stop()


class Opened(QObject):
    """What would be shown by other programs."""

    def __init__(self):
        super().__init__()
        self.urls = []
        QDesktopServices.setUrlHandler("file", self, "open")

    @pyqtSlot(QUrl)
    def open(self, url):
        self.urls.append(url.toLocalFile())


@pytest.fixture
def opened_files(qgis_app):
    """The files that the plugin has the desktop open."""
    handler = Opened()
    yield handler.urls
    QDesktopServices.unsetUrlHandler("file")


def open_dialog(qtbot, panel, name):
    qtbot.mouseClick(panel.findChild(QPushButton, f"{name}Dialog"), Qt.MouseButton.LeftButton)
    return panel._dialogs[-1]


def finish(qtbot, dialog):
    """Click Run and wait for the end; what is told then."""
    qtbot.mouseClick(dialog.run_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(dialog.title.shown_text()), timeout=RUN_MS)
    return f"{dialog.title.shown_text()} {dialog.text.shown_text()}"


def layers_named(project, name):
    return project.mapLayersByName(name)


def make_slope(path, project):
    """An elevation model that falls to the south, over the whole run."""
    size = 200
    data = gdal.GetDriverByName("GTiff").Create(str(path), size, size, 1, gdal.GDT_Float32)
    system = osr.SpatialReference()
    system.ImportFromEPSG(UTM_33_NORTH)
    data.SetProjection(system.ExportToWkt())
    data.SetGeoTransform(PLACES[UTM_33_NORTH])
    rows = np.repeat(np.arange(size, dtype=np.float32)[:, None], size, axis=1)
    data.WriteArray(1000 - SLOPE * rows)
    data.FlushCache()
    dem = QgsRasterLayer(str(path), "dem")
    project.addMapLayer(dem)
    return dem


def test_fields_come_as_a_new_layer_with_unsaved_edits(qtbot, panel, layer, project, tmp_path):
    dem = make_slope(tmp_path / "dem.tif", project)
    layer.startEditing()
    fid = next(layer.getFeatures()).id()
    move_vertex(layer, fid, 0, 4, 4)
    dialog = open_dialog(qtbot, panel, "fields")
    dialog.ends.setChecked(True)
    assert "need an elevation model" in finish(qtbot, dialog)
    dialog.dem.setLayer(dem)
    dialog.relation.setCurrentIndex(1)
    told = finish(qtbot, dialog)
    assert told == f"Done. {layer.featureCount()} polygons have their fields."
    (result,) = layers_named(project, "Landslides with fields")
    assert layers_named(project, "Crowns and toes")[0].featureCount() == 2 * layer.featureCount()
    outlines = {one["uuid"]: one.geometry() for one in result.getFeatures()}
    moved = layer.getFeature(fid)
    assert outlines[moved["uuid"]].equals(moved.geometry())
    slopes = [one["slope_mean_deg"] for one in result.getFeatures()]
    assert np.median(slopes) == pytest.approx(np.degrees(np.arctan(SLOPE)), abs=0.1)
    assert all(one["volume_m3"] > 0 for one in result.getFeatures())


def test_statistics_open_their_report(qtbot, panel, layer, opened_files, tmp_path):
    dialog = open_dialog(qtbot, panel, "statistics")
    dialog.searched.setValue(0.04)
    told = finish(qtbot, dialog)
    assert told.startswith(f"Done. {layer.featureCount()} landslides, ")
    report = tmp_path / "copy" / "landslides_statistics" / "report.html"
    assert opened_files == [str(report)]
    assert "Landslide inventory Landslides" in report.read_text()
    assert dialog.relation.currentText() == "Larsen et al. 2010: all landslides"
    # The plot in the dialog, and links to both of its files and to the page for the drawer.
    assert dialog.plot.isVisible() and dialog.plot.pixmap().width() == PLOT_WIDTH
    for name in ("report.pdf", "size_frequency.png", "size_frequency.svg"):
        assert f"{report.parent.name}/{name}" in dialog.link.text()
        assert (report.parent / name).stat().st_size > 1000
    assert "Larsen" in report.read_text()
    assert "Open the folder" in dialog.link.text()


def test_a_comparison_is_a_styled_layer(qtbot, panel, layer, project, tmp_path):
    reference = QgsVectorLayer("MultiPolygon?crs=EPSG:32633", "by hand", "memory")
    reference.dataProvider().addFeatures(list(layer.getFeatures())[:-2])
    project.addMapLayer(reference)
    dialog = open_dialog(qtbot, panel, "compare")
    assert "No reference is chosen." in finish(qtbot, dialog)
    dialog.reference.setLayer(reference)
    told = finish(qtbot, dialog)
    assert f"{layer.featureCount() - 2} matched, 0 missed, 2 false, 0 split, 0 merged" in told
    assert re.search(r"F1 by landslide 0\.\d\d \(0\.\d\d to [01]\.\d\d\), by area", told)
    assert told.endswith("outlines differ by 0.0 m on average.")
    (scores,), (sizes,) = (
        layers_named(project, name) for name in ("Scores of the comparison", "Found by size")
    )
    assert {"object_precision", "area_recall"} < {one["figure"] for one in scores.getFeatures()}
    assert sum(one["matched"] for one in sizes.getFeatures()) == layer.featureCount() - 2
    (result,) = layers_named(project, "Comparison with by hand")
    categories = {one.value() for one in result.renderer().categories()}
    assert {"matched", "missed", "false", "split", "merged"} <= categories


def test_an_export_is_named_as_its_format(qtbot, panel, layer, tmp_path):
    dialog = open_dialog(qtbot, panel, "export")
    dialog.format.setCurrentIndex(dialog.format.findData("kml"))
    told = finish(qtbot, dialog)
    target = tmp_path / "copy" / "landslides_export.kml"
    assert told == f"Done. {layer.featureCount()} polygons were written to {target}."
    assert target.stat().st_size > 1000
    dialog.date.setText("yesterday")
    assert "'yesterday' is not a date" in finish(qtbot, dialog)


def test_closing_a_dialog_ends_its_run(qtbot, panel, tmp_path):
    WORKER_PYTHON.set(str(stand_in_python(tmp_path, "end_with_stdin()\ntime.sleep(60)")))
    dialog = open_dialog(qtbot, panel, "statistics")
    qtbot.mouseClick(dialog.run_button, Qt.MouseButton.LeftButton)
    assert dialog.run_button.text() == "Cancel"
    qtbot.waitUntil(lambda: QgsApplication.taskManager().countActiveTasks() == 1)
    qtbot.wait(300)
    began = time.monotonic()
    dialog.close()
    qtbot.waitUntil(lambda: QgsApplication.taskManager().countActiveTasks() == 0)
    assert time.monotonic() - began < 5


def test_a_layer_that_left_the_project_is_told(qtbot, panel, layer):
    dialog = open_dialog(qtbot, panel, "export")
    QgsProject.instance().removeMapLayer(layer.id())
    assert "There is no polygon layer to read." in finish(qtbot, dialog)
