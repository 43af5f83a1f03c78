"""The plugin's page among QGIS's options."""

from __future__ import annotations

from qgis.gui import QgsFileWidget, QgsOptionsPageWidget, QgsOptionsWidgetFactory
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QFormLayout, QLabel, QWidget

from ..messages import Failure, tr
from ..paths import icon
from ..request import worker_python
from ..runtime import current_runtime, describe
from ..settings import SCHEDULER, WORKER_PYTHON
from .run_on_field import RunOnField
from .widgets import ElidedLabel

PAGE_NAME = "CalandDetOptions"


class OptionsPage(QgsOptionsPageWidget):
    """Shows which runtime is used, lets another Python take its place, and where runs go."""

    applied = pyqtSignal()

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setObjectName(PAGE_NAME)
        self.worker_python = QgsFileWidget()
        self.worker_python.setObjectName("workerPython")
        self.worker_python.setDialogTitle(tr("The worker's Python"))
        self.worker_python.setFilePath(WORKER_PYTHON.get())
        self.worker_python.lineEdit().setPlaceholderText(tr("The plugin's own runtime"))
        self.in_use = ElidedLabel("runtimeInUse")
        self.in_use.show_text(_in_use())
        note = QLabel(
            tr(
                "The network runs in a process of its own, outside QGIS, by default in the runtime "
                "that Raster > CALandDet > Runtime sets up. Here the interpreter of another Python "
                "environment can be named, in which PyTorch and the other packages are installed; "
                "never QGIS's own Python."
            )
        )
        note.setWordWrap(True)
        self.run_on = RunOnField()
        layout = QFormLayout(self)
        label = QLabel(tr("Worker's &Python"))
        label.setBuddy(self.worker_python)
        layout.addRow(label, self.worker_python)
        layout.addRow(tr("In use"), self.in_use)
        layout.addRow(note)
        label = QLabel(tr("&Run on"))
        label.setBuddy(self.run_on)
        layout.addRow(label, self.run_on)

    def apply(self) -> None:
        """Keep what was chosen; QGIS calls this on OK."""
        WORKER_PYTHON.set(self.worker_python.filePath().strip())
        SCHEDULER.set(self.run_on.scheduler())
        self.applied.emit()


def _in_use() -> str:
    """The interpreter in use, and what it is where that is known."""
    try:
        python = worker_python()
    except Failure as failure:
        return str(failure)
    runtime = current_runtime()
    if runtime and str(runtime.python) == python:
        return f"{describe(runtime.facts)} · {python}"
    return python


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
