"""The plugin in the window of a real QGIS."""

import pytest

from tests.plugin.factories import make_raster, processes_in

LOAD_AND_UNLOAD = """
from qgis import utils
from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QEvent
from qgis.PyQt.QtWidgets import QAction, QDockWidget, QStackedWidget, QToolBar

window = iface.mainWindow()

def settle():
    for _ in range(5):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QCoreApplication.processEvents()

def ours(actions):
    texts = (action.text() for action in actions)
    return sorted(text for text in texts if "CALandDet" in text or "Landslide" in text)

def option_pages():
    pages = []
    def look():
        dialog = QgsApplication.activeModalWidget()
        for stack in dialog.findChildren(QStackedWidget):
            pages.extend(stack.widget(i).objectName() for i in range(stack.count()))
        stack = dialog.findChild(QStackedWidget, "mOptionsStackedWidget")
        pages.append(stack.currentWidget().objectName())
        dialog.reject()
    QTimer.singleShot(500, look)
    iface.showOptionsDialog(window, "CalandDetOptions")
    return pages

def census():
    settle()
    return {
        "docks": sorted(dock.objectName() for dock in window.findChildren(QDockWidget)),
        "menus": ours([*iface.rasterMenu().actions(), *iface.pluginHelpMenu().actions()]),
        "actions": ours(window.findChildren(QAction, "calanddetShowPanel")),
        "buttons": ours(a for bar in window.findChildren(QToolBar) for a in bar.actions()),
        "providers": sorted(p.id() for p in QgsApplication.processingRegistry().providers()),
        "threads": sorted(thread.name for thread in threading.enumerate()),
        "tasks": QgsApplication.taskManager().count(),
        "pages": sorted(page for page in option_pages() if "Caland" in page),
        "path": list(sys.path),
        "environment": dict(os.environ),
    }

def main():
    report["before"] = census()
    for time in ("first", "second"):
        utils.updateAvailablePlugins()
        loaded = utils.loadPlugin("calanddet_qgis") and utils.startPlugin("calanddet_qgis")
        report[time + " loaded"] = loaded
        report[time + " in"] = census()
        report[time + " unloaded"] = utils.unloadPlugin("calanddet_qgis")
        report[time + " out"] = census()
    leave()

QTimer.singleShot(1000, main)
"""

RUN_AND_LEAVE = """
from qgis.core import QgsApplication, QgsProject, QgsRasterLayer
from qgis.PyQt.QtWidgets import QAction, QDockWidget, QPushButton

def main():
    window = iface.mainWindow()
    dock = window.findChild(QDockWidget, "CalandDetDock")
    report["hidden at first"] = dock.isHidden()
    window.findChild(QAction, "calanddetShowPanel").trigger()
    report["shown by the button"] = dock.isVisible()
    QgsProject.instance().addMapLayer(QgsRasterLayer({raster!r}, "image"))
    dock.form.checkpoint.setFilePath({checkpoint!r})
    dock.run_button.click()
    def wait():
        if dock.status.device.shown_text():
            report["device"] = dock.status.device.shown_text()
            QgsProject.instance().clear()
            leave()
        else:
            QTimer.singleShot(50, wait)
    wait()

QTimer.singleShot(1000, main)
"""


@pytest.mark.slow
def test_loading_and_unloading_twice_leaves_nothing_behind(profile):
    profile.switch_plugin_off()
    report = profile.qgis(LOAD_AND_UNLOAD)
    assert "error" not in report, report["error"]
    before = report["before"]
    for time in ("first", "second"):
        assert report[f"{time} loaded"] and report[f"{time} unloaded"]
        loaded = report[f"{time} in"]
        assert set(loaded["docks"]) - set(before["docks"]) == {"CalandDetDock"}
        assert set(loaded["providers"]) - set(before["providers"]) == {"calanddet"}
        assert loaded["actions"] == loaded["buttons"] == ["Landslide detection"]
        assert loaded["menus"] == ["&CALandDet", "CALandDet guide"]
        # Once as a page, once as the page that is shown.
        assert loaded["pages"] == ["CalandDetOptions", "CalandDetOptions"]
        assert loaded["path"] == before["path"]
        assert loaded["environment"] == before["environment"]
        assert report[f"{time} out"] == before


@pytest.mark.slow
def test_qgis_can_be_left_while_the_worker_runs(profile, checkpoint, tmp_path):
    raster = make_raster(tmp_path / "image.tif", 2000, 2000)
    script = RUN_AND_LEAVE.format(raster=str(raster), checkpoint=str(checkpoint))
    report = profile.qgis(script)
    assert "error" not in report, report["error"]
    assert report["hidden at first"]
    assert report["shown by the button"]
    assert report["device"].startswith(("CPU", "GPU"))
    assert not list(tmp_path.rglob("*.gpkg"))
    assert not processes_in(raster)
