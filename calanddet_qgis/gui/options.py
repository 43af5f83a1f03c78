"""The plugin's page among QGIS's options."""

from __future__ import annotations

from qgis.gui import QgsFileWidget, QgsOptionsPageWidget, QgsOptionsWidgetFactory
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QFormLayout, QLabel, QWidget

from ..messages import tr
from ..paths import icon
from ..settings import WORKER_PYTHON

PAGE_NAME = "CalandDetOptions"


class OptionsPage(QgsOptionsPageWidget):
    """Chooses the worker's interpreter."""

    applied = pyqtSignal()

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setObjectName(PAGE_NAME)
        self.worker_python = QgsFileWidget()
        self.worker_python.setObjectName("workerPython")
        self.worker_python.setDialogTitle(tr("The worker's Python"))
        self.worker_python.setFilePath(WORKER_PYTHON.get())
        self.worker_python.lineEdit().setPlaceholderText(tr("…/bin/python or …\\python.exe"))
        note = QLabel(
            tr(
                "The network runs in a process of its own, outside QGIS. This is the interpreter "
                "of the Python environment in which PyTorch and the other packages that it needs "
                "are installed; it is not QGIS's own Python."
            )
        )
        note.setWordWrap(True)
        layout = QFormLayout(self)
        label = QLabel(tr("Worker's &Python"))
        label.setBuddy(self.worker_python)
        layout.addRow(label, self.worker_python)
        layout.addRow(note)

    def apply(self) -> None:
        """Keep what was chosen; QGIS calls this on OK."""
        WORKER_PYTHON.set(self.worker_python.filePath().strip())
        self.applied.emit()


class OptionsFactory(QgsOptionsWidgetFactory):
    """Makes the page whenever QGIS opens its options."""

    applied = pyqtSignal()

    def __init__(self) -> None:
        super().__init__("CALandDet", QIcon(icon("calanddet")))

    def createWidget(self, parent: QWidget | None) -> OptionsPage:
        """Return a new page that belongs to `parent`."""
        page = OptionsPage(parent)
        page.applied.connect(self.applied)
        return page
