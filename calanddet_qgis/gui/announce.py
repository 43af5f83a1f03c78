"""Tells in QGIS's message bar how a run ended, with what one does next."""

from __future__ import annotations

from qgis.core import Qgis, QgsProject
from qgis.gui import QgisInterface
from qgis.PyQt.QtCore import QTimer, QUrl
from qgis.PyQt.QtGui import QDesktopServices
from qgis.PyQt.QtWidgets import QPushButton, QWidget

from ..messages import tr
from ..phrases import ending
from ..runs import Run, State
from .report_dialog import ReportDialog

# How much of a layer's name stands in the bar.
MAX_NAME = 40
# QGIS before 3.26 tells of the end of every task as well; the later message is on top [ms].
AFTER_QGIS_MS = 300
# Room around the results, in the map.
MARGIN = 1.1


class Announcer:
    """Puts a message for every run that is done or has failed; a cancel needs none."""

    def __init__(self, iface: QgisInterface) -> None:
        self._iface = iface

    def announce(self, run: Run) -> None:
        """Say how a run ended."""
        if run.state is not State.CANCELLED:
            QTimer.singleShot(AFTER_QGIS_MS, lambda: self._push(run))

    def _push(self, run: Run) -> None:
        bar = self._iface.messageBar()
        title, text = ending(run)
        failed = run.state is State.FAILED
        item = bar.createMessage(_short(run.plan.name), f"{title} {text if failed else ''}".strip())
        for button in self._buttons(run, item):
            item.layout().addWidget(button)
        level = Qgis.MessageLevel.Critical if failed else Qgis.MessageLevel.Success
        bar.pushWidget(item, level)

    def _buttons(self, run: Run, parent: QWidget) -> list[QPushButton]:
        if run.state is State.FAILED:
            window = self._iface.mainWindow()
            return [_button(tr("Details…"), lambda: ReportDialog(run, window).open(), parent)]
        report = run.result["paths"].get("report") or run.result["paths"]["run"]
        choices = [
            (tr("Open folder"), lambda: _open(run.folder)),
            (tr("Report"), lambda: _open(report)),
        ]
        if run.layer_ids:
            choices.insert(0, (tr("Zoom to"), lambda: self.zoom_to(run)))
        return [_button(text, action, parent) for text, action in choices]

    def zoom_to(self, run: Run) -> None:
        """Show all that the run searched; nothing happens where its layers are gone."""
        layers = [QgsProject.instance().mapLayer(each) for each in run.layer_ids]
        layers = [layer for layer in layers if layer and not layer.extent().isEmpty()]
        if not layers:
            return
        canvas = self._iface.mapCanvas()
        # The polygons come first; where there are none, the rasters.
        extent = canvas.mapSettings().layerExtentToOutputExtent(layers[0], layers[0].extent())
        extent.scale(MARGIN)
        canvas.setExtent(extent)
        canvas.refresh()


def _button(text: str, action: object, parent: QWidget) -> QPushButton:
    button = QPushButton(text, parent)
    button.clicked.connect(lambda: action())
    return button


def _open(path: str) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(path))


def _short(name: str) -> str:
    return name if len(name) <= MAX_NAME else f"{name[: MAX_NAME - 1]}…"
