"""Layers that cannot be edited or saved, a QGIS that is killed, and QGIS's own vertex tool."""

# ruff: noqa: F401, F811 (fixtures come from a module)

import os
import sqlite3
import subprocess
import sys
import zipfile

import pytest
from qgis.core import QgsVectorFileWriter, QgsVectorLayer

from calanddet_qgis.layers import polygon_source
from calanddet_qgis.messages import Failure
from calanddet_qgis.review.access import probability_beside
from calanddet_qgis.review.session import ReviewSession
from tests.plugin.factories import ROOT
from tests.plugin.reviews import (
    copy_of,
    foreign_layer,
    layer,
    move_vertex,
    opened,
    run,
)

SQUARE = "Polygon((500010 3999990,500030 3999990,500030 3999970,500010 3999970,500010 3999990))"


def saved_statuses(path):
    """What another program reads in the file."""
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT status FROM landslides").fetchall()
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    return [status for (status,) in rows]


def test_a_read_only_layer_is_told_and_left_alone(layer):
    layer.setReadOnly(True)
    with pytest.raises(Failure, match=r"cannot be edited: it is read-only\. Save it as a"):
        ReviewSession(layer)
    assert not layer.isEditable()


def test_a_layer_in_a_zip_is_read_only(run, tmp_path):
    archive = tmp_path / "inventory.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.write(run / "landslides.gpkg", "landslides.gpkg")
    layer = QgsVectorLayer(polygon_source(f"/vsizip/{archive}/landslides.gpkg"), "zipped", "ogr")
    assert layer.isValid()
    with pytest.raises(Failure, match="zipped cannot be edited"):
        ReviewSession(layer)


def test_a_shapefile_has_no_room_for_the_fields(tmp_path, project):
    path = str(tmp_path / "old.shp")
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = "ESRI Shapefile"
    source = foreign_layer(SQUARE)
    QgsVectorFileWriter.writeAsVectorFormatV3(source, path, project.transformContext(), options)
    with pytest.raises(Failure, match="is a shapefile, whose field names"):
        ReviewSession(QgsVectorLayer(path, "old", "ogr"))


def test_points_are_not_reviewed(project):
    with pytest.raises(Failure, match="has no polygons"):
        ReviewSession(QgsVectorLayer("Point?crs=EPSG:4326", "points", "memory"))


def test_a_raster_that_is_no_probability_is_told_before_anything_is_edited(layer, tmp_path):
    with pytest.raises(Failure, match="is not a probability raster"):
        ReviewSession(layer, str(tmp_path / "none.tif"))
    assert not layer.isEditable()


def test_the_probability_beside_the_file_is_found(layer, tmp_path):
    assert probability_beside(layer) == str(tmp_path / "copy" / "probability.tif")
    assert probability_beside(foreign_layer(SQUARE)) == ""


def test_a_locked_geopackage_is_one_sentence_and_no_edit_is_lost(layer, tmp_path):
    path = tmp_path / "copy" / "landslides.gpkg"
    session = ReviewSession(layer)
    session.next()
    session.accept()
    move_vertex(layer, session.current, 0, 2, 2)
    session.next()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Failure, match="another program is writing to the file") as failure:
        session.save()
    assert "\n" not in str(failure.value)
    other.execute("ROLLBACK")
    other.close()
    assert session.queue.progress()[0] == 2
    session.save()
    session.leave()
    assert sorted(set(saved_statuses(path))) == ["accepted", "edited", "predicted"]


def test_rolling_back_takes_all_edits_back(layer):
    before = [one.attributes() for one in layer.getFeatures()]
    session = ReviewSession(layer)
    session.next()
    session.accept()
    move_vertex(layer, session.current, 0, 2, 2)
    session.next()
    session.reject()
    assert layer.rollBack()
    assert session.layer is None
    assert [one.attributes() for one in layer.getFeatures()] == before


KILLED = """
import os, signal, sys
from qgis.core import QgsApplication, QgsProject
application = QgsApplication([], False)
application.initQgis()
from calanddet_qgis.review.session import ReviewSession
from qgis.core import QgsVectorLayer
layer = QgsVectorLayer(sys.argv[1], "layer", "ogr")
session = ReviewSession(layer)
session.next()
session.accept(); session.accept(); session.save()
session.reject(); session.reject()
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_qgis_loses_nothing_that_was_saved(run, tmp_path, project):
    copy_of(run, tmp_path / "copy")
    path = tmp_path / "copy" / "landslides.gpkg"
    # Another QGIS than the system's is found by what stands there already.
    found = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": found}
    command = [sys.executable, "-W", "ignore", "-c", KILLED, polygon_source(str(path))]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == -9, done.stderr
    statuses = saved_statuses(path)
    assert statuses.count("accepted") == 2
    assert "rejected" not in statuses
    session = ReviewSession(opened(path))
    assert session.queue.progress() == (2, len(statuses))
    session.leave()


VERTEX_TOOL = """
from qgis.core import QgsPointXY, QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import QPoint, Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QAction, QDockWidget

def main():
    window, canvas = iface.mainWindow(), iface.mapCanvas()
    window.findChild(QAction, "calanddetShowPanel").trigger()
    dock = window.findChild(QDockWidget, "CalandDetDock")
    panel = next(dock.tabs.widget(i) for i in range(dock.tabs.count())
                 if hasattr(dock.tabs.widget(i), "session"))
    dock.tabs.setCurrentWidget(panel)
    layer = QgsVectorLayer({source!r}, "Landslides", "ogr")
    QgsProject.instance().addMapLayer(layer)
    QTest.qWait(500)
    panel.form.start_button.click()
    QTest.qWait(1500)
    def position(point):
        at = canvas.getCoordinateTransform().transform(QgsPointXY(point))
        return QPoint(round(at.x()), round(at.y()))
    def drag(feature):
        start = position(feature.geometry().vertexAt(0))
        for spot in (start, start + QPoint(9, 14)):
            QTest.mouseMove(canvas.viewport(), spot)
            QTest.qWait(400)
            QTest.mouseClick(canvas.viewport(), Qt.LeftButton, pos=spot)
            QTest.qWait(400)
    current = panel.session.feature()
    QTest.keyClick(canvas, "E")
    QTest.qWait(800)
    inside = [one for one in layer.getFeatures() if one.id() != current.id()
              and canvas.extent().contains(QgsPointXY(one.geometry().vertexAt(0)))
              and one.geometry().distance(current.geometry()) > 5]
    report["others in view"] = len(inside)
    if inside:
        drag(inside[0])
        report["other after"] = layer.getFeature(inside[0].id())["status"]
    drag(current)
    report["current after"] = layer.getFeature(current.id())["status"]
    report["area before"] = current["area_m2"]
    report["area after"] = layer.getFeature(current.id())["area_m2"]
    QTest.keyClick(canvas, "U")
    QTest.qWait(300)
    report["area undone"] = layer.getFeature(current.id())["area_m2"]
    QTest.keyClick(canvas, "A")
    QTest.qWait(300)
    report["tool"] = canvas.mapTool().toolName()
    report["snapping"] = QgsProject.instance().snappingConfig().enabled()
    from qgis import utils
    report["unloaded"] = utils.unloadPlugin("calanddet_qgis")
    report["snapping after"] = QgsProject.instance().snappingConfig().enabled()
    layer.rollBack()
    QgsProject.instance().clear()
    leave()

QTimer.singleShot(1500, main)
"""


@pytest.mark.slow
def test_qgiss_vertex_tool_edits_this_polygon_and_no_other(profile, run, tmp_path):
    copy_of(run, tmp_path / "copy")
    source = polygon_source(str(tmp_path / "copy" / "landslides.gpkg"))
    report = profile.qgis(VERTEX_TOOL.format(source=source))
    assert "error" not in report, report["error"]
    assert report["others in view"] > 0
    assert report["other after"] == "predicted"
    assert report["current after"] == "edited"
    assert report["area after"] != report["area before"] == report["area undone"]
    assert report["snapping"] and report["unloaded"]
    assert not report["snapping after"]
