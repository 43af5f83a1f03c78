"""Runs in the window of a real QGIS: its message bar, and its end."""

import pytest

from tests.plugin.factories import Profile, make_raster, stand_in_python
from tests.plugin.panels import RUN_MS, SLOW

START = """
from qgis.core import QgsApplication, QgsProject, QgsRasterLayer
from qgis.PyQt.QtWidgets import QAction, QApplication, QDockWidget, QLabel, QMessageBox, QPushButton

window = iface.mainWindow()

def start():
    dock = window.findChild(QDockWidget, "CalandDetDock")
    window.findChild(QAction, "calanddetShowPanel").trigger()
    QgsProject.instance().addMapLayer(QgsRasterLayer({raster!r}, "image"))
    dock.form.checkpoint.setFilePath({checkpoint!r})
    dock.form.threshold.setValue(0.5)
    dock.run_button.click()
    return dock

def when(holds, then):
    if holds():
        then()
    else:
        QTimer.singleShot(50, lambda: when(holds, then))

QTimer.singleShot(1000, lambda: main(start()))
"""
LEAVE_TWICE = """
def answer(button):
    box = QApplication.activeModalWidget()
    report.setdefault("asked", []).append(box.text())
    box.button(button).click()

def main(dock):
    dock.run_button.click()
    runs = dock.queue.runs
    def close():
        QgsProject.instance().setDirty(False)
        QTimer.singleShot(500, lambda: answer(QMessageBox.StandardButton.No))
        iface.actionExit().trigger()
        report["after no"] = [run.state.value for run in runs]
        QTimer.singleShot(500, lambda: answer(QMessageBox.StandardButton.Yes))
        iface.actionExit().trigger()
        when(lambda: runs[0].is_over, end)
    def end():
        report["after yes"] = [run.state.value for run in runs]
        QgsProject.instance().clear()
        leave()
    when(lambda: bool(runs[0].device), close)
"""
FIND = """
def main(dock):
    (run,) = dock.queue.runs
    def look():
        report["state"] = run.state.value
        report["title"] = dock.status.title.shown_text()
        item = iface.messageBar().currentItem()
        label = item.findChild(QLabel, "announcement")
        report["message"] = label.toolTip()
        buttons = item.findChildren(QPushButton)
        report["buttons"] = [button.text() for button in buttons]
        canvas = iface.mapCanvas()
        canvas.setExtent(canvas.extent().scaled(100))
        buttons[0].click()
        image = QgsProject.instance().mapLayersByName("image")[0]
        report["zoomed"] = canvas.extent().height() < 3 * image.extent().height()
        QgsProject.instance().clear()
        leave()
    def told():
        item = iface.messageBar().currentItem()
        return run.is_over and item is not None and item.findChild(QLabel, "announcement")
    when(told, look)
"""


@pytest.fixture
def raster(tmp_path):
    """A small image."""
    return str(make_raster(tmp_path / "image.tif"))


@pytest.mark.slow
def test_closing_qgis_asks_and_may_be_thought_over(tmp_path, raster, checkpoint):
    folder = tmp_path / "worker"
    folder.mkdir()
    profile = Profile(tmp_path / "qgis", stand_in_python(folder, SLOW))
    script = START.format(raster=raster, checkpoint=str(checkpoint)) + LEAVE_TWICE
    report = profile.qgis(script)
    assert "error" not in report, report["error"]
    assert len(report["asked"]) == 2
    assert "Detecting landslides in image" in report["asked"][0]
    assert report["after no"] == ["running", "waiting"]
    assert report["after yes"] == ["cancelled", "cancelled"]


@pytest.mark.slow
def test_a_finished_run_is_told_in_the_message_bar(profile, raster, checkpoint):
    script = START.format(raster=raster, checkpoint=str(checkpoint)) + FIND
    report = profile.qgis(script, timeout=RUN_MS / 1000)
    assert "error" not in report, report["error"]
    assert report["state"] == "done", report["title"]
    assert "found" in report["title"]
    assert report["message"] == f"{report['title']} (image)"
    assert report["buttons"][:3] == ["Zoom to", "Open folder", "Report"]
    assert report["zoomed"]
