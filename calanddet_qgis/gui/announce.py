"""Tells in QGIS's message bar how a run ended, with what one does next."""

from __future__ import annotations

from collections.abc import Callable

from qgis.core import Qgis, QgsProject
from qgis.gui import QgisInterface
from qgis.PyQt import sip
from qgis.PyQt.QtCore import Qt, QTimer, QUrl
from qgis.PyQt.QtGui import QDesktopServices
from qgis.PyQt.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from ..messages import tr
from ..phrases import ending
from ..runs import Run, State
from .report_dialog import ReportDialog
from .widgets import ElidedLabel

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
        level = Qgis.MessageLevel
        bar.pushWidget(
            bar.createMessage(self._announcement(run, bar)),
            level.Critical if run.state is State.FAILED else level.Success,
        )

    def _announcement(self, run: Run, parent: QWidget) -> QWidget:
        """What came of it in a line, whatever the bar's width, and what one does next.

        It needs a parent: the message that it becomes a part of does not keep it.
        """
        widget = QWidget(parent)
        widget.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(widget)
        row.setContentsMargins(0, 0, 0, 0)
        line = _line(run)
        row.addWidget(line, 1)
        # Owned by itself, as sip calls it, its Python half, which cuts the text, lives as long.
        sip.transferto(line, line)
        for text, action in self._actions(run):
            row.addWidget(_button(text, action))
        return widget

    def _actions(self, run: Run) -> list[tuple[str, Callable[[], object]]]:
        """What the buttons say, and do."""
        if run.state is State.FAILED:
            window = self._iface.mainWindow()
            return [(tr("Details…"), lambda: ReportDialog(run, window).open())]
        report = run.result["paths"].get("report") or run.result["paths"]["run"]
        actions = [
            (tr("Open folder"), lambda: _open(run.folder)),
            (tr("Report"), lambda: _open(report)),
        ]
        return [(tr("Zoom to"), lambda: self.zoom_to(run)), *actions] if run.layer_ids else actions

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


def _line(run: Run) -> ElidedLabel:
    """What came of it first, the layer's name last: that may be cut off."""
    title, text = ending(run)
    said = f"{title} {text}" if run.state is State.FAILED else title
    label = ElidedLabel("announcement", Qt.TextElideMode.ElideRight)
    label.show_text(f"{said} ({run.plan.name})")
    return label


def _button(text: str, action: Callable[[], object]) -> QPushButton:
    button = QPushButton(text)
    button.clicked.connect(lambda: action())
    return button


def _open(path: str) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(path))
