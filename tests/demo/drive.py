"""Works the plugin's panel inside a running QGIS: `qgis --code drive.py`.

QGIS executes this text, so it has no `__file__`; the environment variable CALANDDET_DEMO names a
JSON file that says what to do. Whatever happens, the report is written and QGIS ends.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from qgis.core import Qgis, QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import QEventLoop, QObject, Qt, QTimer
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import (
    QAction,
    QApplication,
    QDockWidget,
    QGroupBox,
    QPushButton,
    QSlider,
    QTabWidget,
    QWidget,
)
from qgis.utils import iface

LOAD_S, DRAW_S = 30, 120
POLL_MS = 50
WINDOW = (1366, 768)
PANEL_WIDTH, LAYERS_WIDTH = 380, 260
# What stands in the window's way of showing the map: dock widgets by their names.
CLOSED_DOCKS = ("Browser", "Browser2")
POLYGON_FILE = "landslides.gpkg"


class Refused(Exception):
    """Something is not as the demonstration needs it; the text is one sentence."""


class Pulse:
    """Measures how long the event loop is ever held up, by a timer that should fire often."""

    interval_ms = 10

    def __init__(self) -> None:
        self.longest_ms = 0.0
        self._last = time.monotonic()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start(self.interval_ms)

    def stop(self) -> float:
        """End, and return the longest stall [ms]."""
        self._timer.stop()
        return self.longest_ms

    def _beat(self) -> None:
        now = time.monotonic()
        late_ms = 1000 * (now - self._last) - self.interval_ms
        self.longest_ms = max(self.longest_ms, late_ms)
        self._last = now


def main() -> None:
    """Do the job and write the report; then QGIS ends as by its menu, without a question."""
    job = json.loads(Path(os.environ["CALANDDET_DEMO"]).read_text(encoding="utf-8"))
    Path(job["began"]).touch()
    report = {"error": None, "qgis": f"QGIS {Qgis.version()}"}
    try:
        report.update(demonstrate(job))
    except Refused as refusal:
        report["error"] = str(refusal)
        iface.mainWindow().grab().save(job["panel"])
    finally:
        Path(job["report"]).write_text(json.dumps(report, indent=2), encoding="utf-8")
        # An empty project: nothing that QGIS would ask about before it ends.
        QgsProject.instance().clear()
        iface.actionExit().trigger()


def demonstrate(job: dict[str, Any]) -> dict[str, Any]:
    """Open the image, work the panel, wait, take the pictures; returns what was measured."""
    iface.mainWindow().setGeometry(0, 0, *WINDOW)
    layer = iface.addRasterLayer(job["raster"], Path(job["raster"]).stem)
    if layer is None or not layer.isValid():
        raise Refused(f"QGIS cannot open the image {job['raster']}.")
    panel = open_panel()
    find(panel, QObject, "layer").setLayer(layer)
    find(panel, QObject, "checkpoint").setFilePath(job["checkpoint"])
    find(panel, QObject, "output").setFilePath(job["outputs"])
    wait_for_map()
    pulse = Pulse()
    began = time.monotonic()
    detect(panel, job["timeout_s"])
    measured = {"seconds": time.monotonic() - began, "stall_ms": pulse.stop()}
    show(layer)
    take_pictures(job)
    if job["tour"]:
        tour(panel, Path(job["tour"]))
    return measured


def open_panel() -> QDockWidget:
    """Press the plugin's button in the toolbar; the panel gets the width of a usual one."""
    window = iface.mainWindow()
    find(window, QAction, "calanddetShowPanel").trigger()
    panel = find(window, QDockWidget, "CalandDetDock")
    wait(panel.isVisible, LOAD_S, "the panel to open")
    for name in CLOSED_DOCKS:
        find(window, QDockWidget, name).close()
    layers = find(window, QDockWidget, "Layers")
    widths = [LAYERS_WIDTH, PANEL_WIDTH]
    window.resizeDocks([layers, panel], widths, Qt.Orientation.Horizontal)
    return panel


def detect(panel: QDockWidget, timeout_s: float) -> None:
    """Click the button and wait for the end that the panel tells of."""
    title = find(panel, QObject, "statusTitle")
    button = find(panel, QPushButton, "runButton")
    if not button.isEnabled():
        raise Refused(find(panel, QObject, "runtimeMissing").toolTip())
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    wait(lambda: bool(title.toolTip()), timeout_s, "the detection")
    if not results():
        raise Refused(f"{title.toolTip()} {find(panel, QObject, 'statusText').toolTip()}")


def results() -> list[QgsVectorLayer]:
    """The polygon layers that runs have put into the project."""
    layers = QgsProject.instance().mapLayers().values()
    return [layer for layer in layers if POLYGON_FILE in layer.source()]


def show(image: Any) -> None:
    """The whole image in the map, with the results on top of it."""
    canvas = iface.mapCanvas()
    iface.setActiveLayer(results()[0])
    extent = canvas.mapSettings().layerExtentToOutputExtent(image, image.extent())
    extent.scale(1.02)
    canvas.setExtent(extent)
    canvas.refresh()
    wait_for_map()


def wait_for_map() -> None:
    """Wait until the map is drawn in full."""
    pause(200)  # for the drawing to begin
    wait(lambda: not iface.mapCanvas().isDrawing(), DRAW_S, "the map to be drawn")


def take_pictures(job: dict[str, Any]) -> None:
    """The whole window, and the map alone, without what QGIS says on top of it."""
    take(iface.mainWindow(), Path(job["panel"]))
    take(iface.mapCanvas(), Path(job["map"]))


def tour(panel: QDockWidget, folder: Path) -> None:
    """The pictures of the guide: what is folded away, and the panel's other tabs at work."""
    tabs = find(panel, QTabWidget, "tabs")
    more = find(panel, QGroupBox, "moreOptions")
    more.setCollapsed(False)
    take(panel, folder / "options.png")
    more.setCollapsed(True)
    tabs.setCurrentIndex(1)
    threshold = find(panel, QSlider, "refine_slider")
    counts = find(panel, QObject, "refineCounts")
    wait(lambda: threshold.isEnabled(), LOAD_S, "the run to be refined")
    before = counts.toolTip()
    threshold.setValue(threshold.value() - (threshold.maximum() - threshold.minimum()) // 4)
    wait(lambda: counts.toolTip() not in ("", before), LOAD_S, "the polygons to follow")
    wait_for_map()
    take(iface.mainWindow(), folder / "refine.png")
    QTest.mouseClick(find(panel, QPushButton, "refineReset"), Qt.MouseButton.LeftButton)
    tabs.setCurrentIndex(2)
    QTest.mouseClick(find(panel, QPushButton, "startReview"), Qt.MouseButton.LeftButton)
    wait_for_map()
    take(iface.mainWindow(), folder / "review.png")
    results()[0].rollBack()


def take(widget: QWidget, path: Path) -> None:
    """A picture of a widget as it stands on the screen."""
    pause(500)  # for what QGIS has to say on top of it
    iface.messageBar().clearWidgets()
    pause(500)  # for the last of the window to be painted
    if not widget.grab().save(str(path)):
        raise Refused(f"The picture {path} cannot be written.")


def find(parent: QObject, kind: type, name: str) -> Any:
    """A widget by its name."""
    found = parent.findChild(kind, name)
    if found is None:
        raise Refused(f"QGIS has no {kind.__name__} {name}: was the plugin loaded?")
    return found


def wait(holds: Callable[[], bool], timeout_s: float, what: str) -> None:
    """Let QGIS work until something holds. A question on the screen nobody would answer."""
    until = time.monotonic() + timeout_s
    while not holds():
        pause(POLL_MS)
        dialog = QApplication.activeModalWidget()
        if dialog is not None:
            raise Refused(f"QGIS asks something ({dialog.windowTitle()}) instead of going on.")
        if time.monotonic() > until:
            raise Refused(f"Waited {timeout_s:g} s for {what} in vain.")


def pause(milliseconds: int) -> None:
    """Let QGIS work for a while."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


# QGIS reads this before its window is up.
QTimer.singleShot(0, main)
