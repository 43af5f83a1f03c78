"""The runtime: set up by one click that says what it downloads, verified, repaired, removed."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from qgis.core import Qgis, QgsApplication, QgsMessageLog
from qgis.gui import QgsCollapsibleGroupBox
from qgis.PyQt.QtCore import Qt, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QShowEvent
from qgis.PyQt.QtWidgets import (
    QDialog,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ..messages import LOG_TAG, Failure, headline, tr
from ..runtime import (
    REPAIR_STEPS,
    STEPS,
    TRY_STEPS,
    VERIFY_STEPS,
    Environment,
    Plan,
    RuntimeTask,
    Survey,
    create,
    current_digests,
    current_runtime,
    describe,
    locked,
    look_around,
    qgis_network,
    remove,
    repair,
    try_python,
    verify,
    warning,
)
from ..settings import WORKER_PYTHON
from ..worker import DetectTask, Event
from .runtime_form import RuntimeForm
from .runtime_progress import LogBox, RuntimeProgress
from .runtime_state import RuntimeState, ask_what_to_remove, built_as
from .widgets import TextLabel

WIDTH, HEIGHT = 640, 580
# How often to look whether another window has finished [ms].
WATCH_MS = 2000


class RuntimeDialog(QDialog):
    """Shows which runtime is used and changes it; one job at a time, in the background."""

    changed = pyqtSignal()  # another runtime, or none, is in use

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("CalandDetRuntime")
        self.setWindowTitle(tr("Runtime of the landslide detection"))
        self._task: RuntimeTask | None = None
        self._look: RuntimeTask | None = None
        self._survey: Survey | None = None
        self.state = RuntimeState()
        self.form = RuntimeForm()
        self.form.changed.connect(self._refresh_buttons)
        self.form.folder_changed.connect(self._follow_folder)
        self.outcome_title = TextLabel("outcomeTitle")
        self.outcome_title.setStyleSheet("font-weight: bold")
        self.outcome = TextLabel("outcome")
        self.progress = RuntimeProgress()
        self.progress.hide()
        self.log = LogBox()
        self.log.hide()
        self._make_buttons()
        self._lay_out()
        self._watch = QTimer(self)
        self._watch.setInterval(WATCH_MS)
        self._watch.timeout.connect(self.look)
        self._show_status()

    def present(self) -> None:
        """Come to the front."""
        self.show()
        self.raise_()
        self.activateWindow()

    def look(self) -> None:
        """Look at the computer and at what is there, in the background."""
        if self._look or self._task:
            return
        root = self.form.root()
        self._look = RuntimeTask(
            lambda on_event, is_cancelled: look_around(root, is_cancelled),
            tr("Looking at this computer"),
        )
        self._look.succeeded.connect(self._on_look)
        self._look.failed.connect(self._on_look_failed)
        self._look.stopped.connect(self._on_look_stopped)
        self._refresh_buttons()
        QgsApplication.taskManager().addTask(self._look)

    def stop(self) -> None:
        """End whatever runs, for good: nothing of it is heard afterwards."""
        self._watch.stop()
        for task in (self._task, self._look):
            if task:
                for signal in (task.reported, task.succeeded, task.failed, task.stopped):
                    with suppress(TypeError):
                        signal.disconnect()
                task.end()
        self._task = self._look = None

    def showEvent(self, event: QShowEvent) -> None:
        """What is there may have changed while the dialog was closed."""
        super().showEvent(event)
        self.look()

    # ---- jobs ----------------------------------------------------------------------------------

    def _set_up_or_cancel(self) -> None:
        if self._task:
            self._task.cancel()
            self.main_button.setEnabled(False)
            self.outcome.show_text(tr("Cancelling…"))
            return
        if self.group.isCollapsed():
            # Nothing is downloaded but by a click beside what will be.
            self.group.setCollapsed(False)
            return
        try:
            plan = self.form.plan()
        except Failure as failure:
            self._on_failure(failure)
            return
        self._start(partial(create, plan), STEPS, tr("Setting up the runtime"), self._on_created)

    def _verify(self) -> None:
        current = self._current()
        job = partial(verify, self._plan_of(current), current.path)
        self._start(job, VERIFY_STEPS, tr("Verifying the runtime"), self._on_verified)

    def _repair(self) -> None:
        job = partial(repair, self._plan_of(self._current()))
        self._start(job, REPAIR_STEPS, tr("Repairing the runtime"), self._on_created)

    def _plan_of(self, runtime: Environment) -> Plan:
        """What a runtime was made from, whatever is chosen for another one."""
        lock = locked(self._survey.platform, built_as(runtime))
        return Plan(self.form.root(), lock, qgis_network(), self.form.wheels_folder())

    def _choose_python(self) -> None:
        title = tr("Choose bin/python or python.exe of an environment")
        path, _ = QFileDialog.getOpenFileName(self, title, str(Path.home()))
        if path:
            self.use_python(path)

    def use_python(self, path: str) -> None:
        """Test an interpreter of the user's own, and use it from then on if it passes."""
        job = partial(try_python, path)
        self._start(job, TRY_STEPS, tr("Testing {}").format(path), partial(self._on_tried, path))

    def _use_own_runtime(self) -> None:
        WORKER_PYTHON.set("")
        self.changed.emit()
        self.look()

    def _remove(self) -> None:
        paths = ask_what_to_remove(self, self._survey, self._current())
        if not paths:
            return
        if any(isinstance(t, DetectTask) for t in QgsApplication.taskManager().activeTasks()):
            message = tr("A detection is running, and it uses the runtime.")
            self._on_failure(Failure("setup", message, tr("Wait for its end, or cancel it.")))
            return
        root = self.form.root()
        self._start(
            lambda on_event, is_cancelled: remove(root, paths),
            (), tr("Removing the runtime"), self._on_removed,
        )  # fmt: skip

    def _start(self, job: Any, steps: tuple[str, ...], doing: str, on_success: Any) -> None:
        self._watch.stop()
        self.log.clear()
        self.log.show()
        self._task = RuntimeTask(job, doing)
        self._task.reported.connect(self._on_event)
        self._task.succeeded.connect(on_success)
        self._task.failed.connect(self._on_failure)
        self._task.stopped.connect(self._on_stop)
        self.progress.begin(steps)
        self.progress.show()
        self.group.setCollapsed(True)
        self.outcome_title.show_text(f"{doing}…")
        self.outcome.show_text(tr("QGIS can be used meanwhile; this window may be closed."))
        self._show_status()
        QgsApplication.taskManager().addTask(self._task)

    # ---- ends ----------------------------------------------------------------------------------

    def _on_event(self, event: Event) -> None:
        self.progress.show_event(event)
        if event["event"] == "log":
            self.log.add(event["text"])

    def _on_created(self, runtime: Environment) -> None:
        WORKER_PYTHON.set("")
        text = warning(runtime.facts, runtime.facts["build"])
        self._end(tr("The runtime was set up and tested."), text)

    def _on_verified(self, facts: dict[str, Any]) -> None:
        self._end(tr("The runtime is as it was installed, and works."), describe(facts))

    def _on_tried(self, path: str, facts: dict[str, Any]) -> None:
        WORKER_PYTHON.set(path)
        self._end(tr("This Python works and is used from now on."), describe(facts))

    def _on_removed(self, _: object) -> None:
        self._end(tr("Removed."), "")

    def _on_stop(self) -> None:
        text = tr("What is half-made is not used, and the next setup clears it away.")
        self._end(tr("Cancelled."), text, succeeded=False)

    def _on_failure(self, failure: Failure) -> None:
        text = f"{failure}\n{failure.details}".strip()
        QgsMessageLog.logMessage(text, LOG_TAG, Qgis.MessageLevel.Critical, False)
        if self.log.is_empty():
            self.log.add(text)
        self._end(headline(failure.kind), str(failure), succeeded=False)

    def _end(self, title: str, text: str, succeeded: bool = True) -> None:
        self._task = None
        self.progress.end(succeeded)
        self.progress.setVisible(not succeeded)
        self.log.setVisible(not self.log.is_empty())
        self.group.setCollapsed(succeeded or self._in_use())
        self.outcome_title.show_text(title)
        self.outcome.show_text(text)
        self.changed.emit()
        self._show_status()
        self.look()

    def _on_look(self, survey: Survey) -> None:
        self._look = None
        if survey.root != self.form.root():
            self.look()
            return
        if self._survey is None:
            self.group.setCollapsed(self._in_use())
        self._survey = survey
        self.form.show_survey(survey)
        self._show_status()
        # Another window may have made one, or taken it away.
        self.changed.emit()

    def _on_look_failed(self, failure: Failure) -> None:
        self._look = None
        self.outcome_title.show_text(headline(failure.kind))
        self.outcome.show_text(str(failure))
        self._show_status()

    def _on_look_stopped(self) -> None:
        self._look = None
        self._show_status()

    # ---- what is shown -------------------------------------------------------------------------

    def _in_use(self) -> bool:
        own = WORKER_PYTHON.get()
        return os.path.isfile(own) if own else self._current() is not None

    def _current(self) -> Environment | None:
        return current_runtime(self.form.root())

    def _show_status(self) -> None:
        """Say what is used now, or why nothing is."""
        self.state.show_state(self._survey, self._current(), self._task is not None)
        busy = bool(self._survey and self._survey.owner and not self._task)
        if busy and self.isVisible():
            self._watch.start()
        else:
            self._watch.stop()
        self._refresh_buttons()

    def _refresh_buttons(self) -> None:
        running, looked = self._task is not None, self._survey is not None
        current, own, lock = self._current(), WORKER_PYTHON.get(), self.form.lock()
        busy = running or self._look is not None or bool(looked and self._survey.owner)
        there = bool(current and lock and current.digest == lock.digest and not own)
        self.main_button.setText(self._main_text(running, current))
        self.main_button.setEnabled(running or (lock is not None and not busy and not there))
        self.verify_button.setEnabled(bool(current and self._survey) and not busy and not own)
        self.repair_button.setEnabled(bool(current and lock) and not busy and not own)
        self.remove_button.setEnabled(bool(looked and self._survey.sizes) and not busy)
        self.python_button.setEnabled(not busy)
        self.own_button.setVisible(bool(own))
        self.own_button.setEnabled(not busy)
        self.form.setEnabled(looked and not busy)

    def _main_text(self, running: bool, current: Environment | None) -> str:
        if running:
            return tr("&Cancel")
        old = current is not None and current.digest not in current_digests()
        text = tr("&Update") if old else tr("&Set up")
        return f"{text}…" if self.group.isCollapsed() else text

    def _follow_folder(self) -> None:
        self._survey = None
        self.changed.emit()
        self.look()

    def _make_buttons(self) -> None:
        self.main_button = self._button("setUpButton", tr("&Set up"), self._set_up_or_cancel)
        self.main_button.setDefault(True)
        self.verify_button = self._button("verifyButton", tr("&Verify"), self._verify)
        self.repair_button = self._button("repairButton", tr("&Repair"), self._repair)
        self.remove_button = self._button("removeButton", tr("Re&move…"), self._remove)
        self.python_button = self._button(
            "pythonButton", tr("Use &another Python…"), self._choose_python
        )
        self.own_button = self._button(
            "ownButton", tr("&Go back to the plugin's runtime"), self._use_own_runtime
        )
        self.close_button = self._button("closeButton", tr("C&lose"), self.close)

    def _button(self, name: str, text: str, on_click: Any) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(name)
        button.setAutoDefault(False)
        button.clicked.connect(lambda: on_click())
        return button

    def _lay_out(self) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.addWidget(self.state)
        column.addWidget(self.own_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.group = QgsCollapsibleGroupBox(tr("Set up"))
        self.group.setObjectName("setUpGroup")
        self.group.setSaveCollapsedState(False)
        self.group.collapsedStateChanged.connect(self._refresh_buttons)
        box = QVBoxLayout(self.group)
        box.addWidget(self.form)
        column.addWidget(self.group)
        for widget in (self.outcome_title, self.outcome, self.progress, self.log):
            column.addWidget(widget)
        column.addStretch()
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(content)
        buttons = QHBoxLayout()
        for button in (
            self.verify_button, self.repair_button, self.remove_button, self.python_button,
        ):  # fmt: skip
            buttons.addWidget(button)
        buttons.addStretch()
        buttons.addWidget(self.main_button)
        buttons.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        layout.addWidget(area)
        layout.addLayout(buttons)
        self.resize(WIDTH, HEIGHT)
