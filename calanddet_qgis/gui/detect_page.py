"""The first page of the panel: choose, detect, watch, and see what came of it."""

from __future__ import annotations

from datetime import datetime

from qgis.core import Qgis, QgsMessageLog
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QTimer, pyqtSignal
from qgis.PyQt.QtWidgets import QPushButton, QVBoxLayout, QWidget

from ..messages import LOG_TAG, Failure, tr
from ..phrases import export_line, plan_line
from ..plan import Plan, make_plan
from ..request import worker_python
from ..runs import Run, RunQueue, State
from ..worker import Event
from .detect_form import DetectForm
from .run_list import RunList
from .run_status import RunStatus
from .widgets import TextLabel

BUTTON_HEIGHT = 1.6  # of a usual button's
# How long after a change the plan is made anew [ms].
PLAN_MS = 150


class DetectPage(QWidget):
    """The form, what it comes to, one button, and the runs."""

    runtime_wanted = pyqtSignal()

    def __init__(self, canvas: QgsMapCanvas | None) -> None:
        super().__init__()
        self.queue = RunQueue()
        self._shown: Run | None = None
        self.runtime_missing = TextLabel("runtimeMissing")
        self.runtime_button = QPushButton(tr("Set &up the runtime…"))
        self.runtime_button.setObjectName("runtimeButton")
        self.runtime_button.clicked.connect(self.runtime_wanted)
        self.form = DetectForm(canvas)
        self.told = TextLabel("planText")
        self.warning = TextLabel("planWarning")
        self.warning.setStyleSheet("color: #b26500")
        self.run_button = QPushButton(tr("&Detect landslides"))
        self.run_button.setObjectName("runButton")
        self.run_button.setMinimumHeight(int(BUTTON_HEIGHT * self.run_button.sizeHint().height()))
        self.status = RunStatus()
        self.list = RunList(self.queue)
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.setInterval(PLAN_MS)
        self._lay_out()
        self._connect()
        self.queue.recall()
        self.refresh()

    def refresh(self) -> None:
        """Bring the page in line with the settings."""
        try:
            worker_python()
            missing = ""
        except Failure as failure:
            missing = str(failure)
        self.runtime_missing.show_text(missing)
        self.runtime_button.setVisible(bool(missing))
        self.run_button.setEnabled(not missing)
        self.form.checkpoint.retry()
        self._clock.start()

    def stop(self) -> None:
        """End all runs for good: nothing of them is heard or seen afterwards."""
        self._clock.stop()
        self.form.stop()
        self.queue.stop()

    def _connect(self) -> None:
        self.form.changed.connect(self._on_form)
        self._clock.timeout.connect(self._tell_plan)
        self.run_button.clicked.connect(self._start)
        self.queue.changed.connect(self._on_change)
        self.queue.reported.connect(self._on_event)
        self.queue.ended.connect(self._on_end)
        self.status.cancel_wanted.connect(lambda: self.queue.cancel(self._shown))
        self.status.repeat_wanted.connect(self._repeat)
        self.list.cancel_wanted.connect(self.queue.cancel)
        self.list.removal_wanted.connect(self.queue.remove)

    def _on_form(self) -> None:
        if self.status.refusal:
            self._show()
        self._clock.start()

    def _plan(self, now: datetime) -> Plan:
        return make_plan(self.form.choice(), now, self.queue.taken_folders())

    def _tell_plan(self) -> None:
        """Say what the choice comes to, or why it cannot run."""
        try:
            plan = self._plan(datetime.now())
        except Failure as failure:
            self.form.show_plan(None)
            self.told.show_text("")
            # Where it stands below the button already, once is enough.
            shown = str(failure) == self.status.refusal
            self.warning.show_text("" if shown else str(failure))
            return
        self.form.show_plan(plan)
        self.told.show_text(plan_line(plan))
        self.warning.show_text("\n".join(filter(None, (export_line(plan), *plan.notes))))

    def _start(self) -> None:
        now = datetime.now()
        try:
            worker_python()
            plan = self._plan(now)
        except Failure as failure:
            self._refuse(failure)
            return
        self.form.mark("")
        self.form.remember()
        self.queue.add(plan, self.form.current_layer(), now)
        # That folder is given away now.
        self.form.output.setFilePath("")
        self._clock.start()

    def _refuse(self, failure: Failure) -> None:
        self.refresh()
        if self.queue.active is None:
            self._shown = None
            self.status.show_failure(failure)
        self.form.mark(failure.kind)

    def _repeat(self) -> None:
        self.queue.repeat(self._shown)

    def _on_change(self, run: Run) -> None:
        self.list.refresh()
        active = self.queue.active
        if active and active is not self._shown:
            self._shown = active
        elif self._shown not in self.queue.runs:
            self._shown = self.queue.runs[-1] if self.queue.runs else None
        self._show()

    def _on_event(self, run: Run, event: Event) -> None:
        if event["event"] == "log":
            log(event.get("text", ""), event.get("level", ""))
        if run is self._shown:
            self.status.show_run(run)
        self.list.refresh()

    def _on_end(self, run: Run) -> None:
        if run.state is State.FAILED:
            log(f"{run.failure}\n{run.failure.details}".strip(), "error")
            self.refresh()
        if self.queue.active is None:
            self._shown = run
            self._show()
        self._clock.start()

    def _show(self) -> None:
        if self._shown:
            self.status.show_run(self._shown)
        else:
            self.status.clear()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        for widget in (
            self.runtime_missing, self.runtime_button, self.form, self.told, self.warning,
            self.run_button, self.status, self.list, self.form.more,
        ):  # fmt: skip
            layout.addWidget(widget)
        layout.addStretch()


def log(text: str, level: str) -> None:
    """Put a text into QGIS's log, without a sign of it in the window."""
    levels = {"warning": Qgis.MessageLevel.Warning, "error": Qgis.MessageLevel.Critical}
    message_level = levels.get(level, Qgis.MessageLevel.Info)
    QgsMessageLog.logMessage(text, LOG_TAG, message_level, notifyUser=False)
