"""The panel: pages in tabs, detection first."""

from __future__ import annotations

from qgis.gui import QgsDockWidget, QgsMapCanvas
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QShowEvent
from qgis.PyQt.QtWidgets import QFrame, QScrollArea, QTabWidget, QWidget

from ..messages import tr
from .detect_page import DetectPage


class DetectDock(QgsDockWidget):
    """Landslide detection, and what other pages are added."""

    runtime_wanted = pyqtSignal()

    def __init__(self, canvas: QgsMapCanvas | None = None, parent: QWidget | None = None) -> None:
        super().__init__(tr("Landslide detection"), parent)
        self.setObjectName("CalandDetDock")
        self.page = DetectPage(canvas)
        self.form, self.status, self.queue = self.page.form, self.page.status, self.page.queue
        self.run_button = self.page.run_button
        self.page.runtime_wanted.connect(self.runtime_wanted)
        self.tabs = QTabWidget()
        self.tabs.setObjectName("tabs")
        self.tabs.setDocumentMode(True)
        self.setWidget(self.tabs)
        self.add_tab(_scrolling(self.page), tr("Detect"))

    def add_tab(self, widget: QWidget, title: str) -> None:
        """Put one more page into the panel, behind those that are there."""
        self.tabs.addTab(widget, title)

    def use_checkpoint(self, path: str) -> None:
        """Choose a checkpoint to detect with, and put it in front of those used lately."""
        self.form.checkpoint.setFilePath(path)
        self.form.checkpoint.remember()
        self.tabs.setCurrentIndex(0)

    def refresh(self) -> None:
        """Bring the panel in line with the settings."""
        self.page.refresh()

    def stop(self) -> None:
        """End all runs for good: nothing of them is heard or seen afterwards."""
        self.page.stop()

    def showEvent(self, event: QShowEvent) -> None:
        """The settings may have changed while the panel was hidden."""
        super().showEvent(event)
        self.refresh()


def _scrolling(content: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(content)
    return area
