"""The panel: choose, detect, cancel, and see what came of it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from qgis.core import Qgis, QgsApplication, QgsMessageLog, QgsProject
from qgis.gui import QgsDockWidget
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QShowEvent
from qgis.PyQt.QtWidgets import QFrame, QPushButton, QScrollArea, QVBoxLayout, QWidget

from ..layers import add_results, group_name
from ..messages import LOG_TAG, Failure, duration, summary, tr
from ..request import worker_python
from ..worker import DetectTask, Event
from .detect_form import DetectForm
from .run_status import RunStatus
from .widgets import TextLabel

BUTTON_HEIGHT = 1.6  # of a usual button's


class DetectDock(QgsDockWidget):
    """Landslide detection; one run at a time."""

    runtime_wanted = pyqtSignal()
    log_wanted = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Landslide detection"), parent)
        self.setObjectName("CalandDetDock")
        self._task: DetectTask | None = None
        self._project_is_gone = False
        self._group_name = ""
        self.runtime_missing = TextLabel("runtimeMissing")
        self.runtime_button = QPushButton(tr("Set up the &runtime…"))
        self.runtime_button.setObjectName("runtimeButton")
        self.runtime_button.clicked.connect(self.runtime_wanted)
        self.form = DetectForm()
        self.run_button = QPushButton()
        self.run_button.setObjectName("runButton")
        self.run_button.setMinimumHeight(int(BUTTON_HEIGHT * self.run_button.sizeHint().height()))
        self.run_button.clicked.connect(self._start_or_cancel)
        self.status = RunStatus()
        self.status.log_wanted.connect(self.log_wanted)
        self._lay_out()
        self.refresh()
        QgsProject.instance().cleared.connect(self._forget_project)

    def refresh(self) -> None:
        """Bring the panel in line with the settings and with what is running."""
        running = self._task is not None
        try:
            worker_python()
            missing = ""
        except Failure as failure:
            missing = str(failure)
        self.runtime_missing.show_text(missing)
        self.runtime_button.setVisible(bool(missing))
        self.form.setEnabled(not running)
        self.run_button.setEnabled(running or not missing)
        self.run_button.setText(tr("Cancel") if running else tr("&Detect landslides"))

    def stop(self) -> None:
        """End a run for good: nothing of it is heard or seen afterwards."""
        if self._task:
            for signal in (self._task.reported, self._task.succeeded, self._task.failed):
                signal.disconnect()
            self._task.stopped.disconnect()
            self._task.end()
            self._task = None

    def showEvent(self, event: QShowEvent) -> None:
        """The settings may have changed while the panel was hidden."""
        super().showEvent(event)
        self.refresh()

    def _start_or_cancel(self) -> None:
        if self._task:
            self.status.show_cancelling()
            self.run_button.setEnabled(False)
            self._task.cancel()
        else:
            self._start()

    def _start(self) -> None:
        now = datetime.now()
        self.status.clear()
        try:
            command = self.form.request(now).command()
        except Failure as failure:
            self.status.show_failure(failure)
            self.refresh()
            return
        self.form.remember()
        raster = self.form.current_layer().name()
        self._group_name = group_name(raster, now)
        self._project_is_gone = False
        self._task = DetectTask(command, tr("Detecting landslides in {}").format(raster))
        self._task.reported.connect(self._on_event)
        self._task.succeeded.connect(self._on_success)
        self._task.failed.connect(self._on_failure)
        self._task.stopped.connect(self._on_stop)
        self.status.show_start()
        QgsApplication.taskManager().addTask(self._task)
        self.refresh()

    def _on_event(self, event: Event) -> None:
        if event["event"] == "start":
            self.status.show_device(event["device"])
        elif event["event"] == "progress" and not self._task.isCanceled():
            self.status.show_progress(event)
        elif event["event"] == "log":
            _log(event["text"], event["level"])
            if event["level"] == "warning":
                self.status.add_note(event["text"])

    def _on_success(self, result: Event) -> None:
        self._task = None
        self.refresh()
        text = tr("Finished in {}.").format(duration(result["counts"]["seconds"]))
        if self._project_is_gone:
            text = tr("The project was closed meanwhile, so no layers were added.")
        else:
            try:
                add_results(QgsProject.instance(), result["paths"], self._group_name)
            except Failure as failure:
                self._on_failure(failure)
                return
        folder = str(Path(result["paths"]["run"]).parent)
        self.status.show_done(summary(result["counts"]), text, folder)

    def _on_failure(self, failure: Failure) -> None:
        self._task = None
        self.refresh()
        _log(f"{failure}\n{failure.details}".strip(), "error")
        self.status.show_failure(failure)

    def _on_stop(self) -> None:
        self._task = None
        self.refresh()
        self.status.show_cancelled()

    def _forget_project(self) -> None:
        self._project_is_gone = True

    def _lay_out(self) -> None:
        content = QWidget()
        layout = QVBoxLayout(content)
        for widget in (
            self.runtime_missing, self.runtime_button, self.form, self.run_button, self.status,
        ):  # fmt: skip
            layout.addWidget(widget)
        layout.addStretch()
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(content)
        self.setWidget(area)


def _log(text: str, level: str) -> None:
    levels = {"warning": Qgis.MessageLevel.Warning, "error": Qgis.MessageLevel.Critical}
    message_level = levels.get(level, Qgis.MessageLevel.Info)
    QgsMessageLog.logMessage(text, LOG_TAG, message_level, notifyUser=False)
