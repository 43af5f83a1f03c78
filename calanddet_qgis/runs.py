"""The runs of this session, and those that earlier ones left: one at a time, the others wait.

No widget knows more than this.
"""

from __future__ import annotations

import os
import shutil
import time
from collections import deque
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from enum import Enum
from pathlib import Path

from qgis.core import QgsApplication, QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import QObject, pyqtSignal

from . import area as areas
from . import speeds
from .estimate import passes
from .export_layer import Exporter, LayerCopy
from .layers import add_results, group_name
from .messages import Failure, tr
from .plan import Plan
from .preview import Preview
from .unfinished import LEFTOVERS, CutOff, Slip, slips
from .worker import DetectTask, Event

# Lines of a run's log.
MAX_LOG = 500
# Runs that are over and still listed.
MAX_OVER = 4


class State(Enum):
    """Where a run stands."""

    WAITING = "waiting"
    EXPORTING = "exporting"
    RUNNING = "running"
    CANCELLING = "cancelling"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    CUT_OFF = "cut off"  # QGIS ended before it did


ACTIVE = (State.EXPORTING, State.RUNNING, State.CANCELLING)
STOPPED = (State.FAILED, State.CANCELLED, State.CUT_OFF)
OVER = (State.DONE, *STOPPED)


class Run:
    """One run: what was asked for, how it goes and how it ended."""

    def __init__(self, plan: Plan | CutOff, copy: LayerCopy | None, now: datetime) -> None:
        self.plan = plan
        self.copy = copy
        self.group_name = group_name(plan.name, now)
        self.state = State.WAITING
        self.project_is_gone = False
        self.device = ""
        self.details: Event = {}
        self.progress: Event = {}
        self.notes: list[str] = []
        self.log: deque[str] = deque(maxlen=MAX_LOG)
        self.result: Event = {}
        self.failure: Failure | None = None
        self.layer_ids: list[str] = []  # of the results, in the project
        self.made: list[str] = []  # files in the folder that are there for this run only
        self.slip: Slip | None = None
        self._tiles_s: list[float] = []

    @property
    def folder(self) -> str:
        """Where the results go."""
        return self.plan.request.out

    @property
    def is_over(self) -> bool:
        """Whether it has ended, however."""
        return self.state in OVER

    @property
    def can_resume(self) -> bool:
        """Whether it stopped early and the worker has kept what it had done."""
        return self.state in STOPPED and os.path.isdir(os.path.join(self.folder, LEFTOVERS))

    @property
    def can_repeat(self) -> bool:
        """Whether it stopped early, so that it may be tried again."""
        return self.state in STOPPED

    def forget_layer(self) -> None:
        """Let go of the copy of the layer while QGIS is there to see to it."""
        self.copy = None

    def note(self) -> None:
        """Let the next session know of it, should this one end first."""
        self.slip = self.slip or Slip.write(self.plan.name, self.plan.request)

    def forget_note(self) -> None:
        """The next session needs not know of it."""
        if self.slip:
            self.slip.discard()
            self.slip = None

    def hear(self, event: Event) -> None:
        """Take in what the worker says."""
        name = event["event"]
        if name == "start":
            self.device, self.details = event.get("device", ""), event.get("details") or {}
        elif name == "progress":
            # A worker that is not ours may leave something out.
            self.progress = {"done": 0, "unit": "", **event}
            if event.get("stage") == "tiles":
                self._tiles_s.append(time.monotonic())
                del self._tiles_s[1:-1]
        elif name == "log":
            self.log.append(f"{event.get('level', '')}: {event.get('text', '')}")
            if event.get("level") == "warning":
                self.notes.append(event.get("text", ""))

    def remember_speed(self) -> None:
        """Keep what was measured, for the estimates to come."""
        request, counts = self.plan.request, self.result["counts"]
        if len(self._tiles_s) == 2 and not (request.resume or request.scheduler):
            speeds.remember(
                request.checkpoints,
                request.device,
                passes(request.flips) * counts.get("tiles", 0),
                self._tiles_s[1] - self._tiles_s[0],
                counts.get("seconds", 0),
            )


class RunQueue(QObject):
    """Starts runs one after the other and tells what happens to them."""

    changed = pyqtSignal(object)  # a run whose state has changed, or that was added or removed
    reported = pyqtSignal(object, dict)  # a run, and an event of its worker
    ended = pyqtSignal(object)  # a run that is over

    def __init__(self) -> None:
        super().__init__()
        self.runs: list[Run] = []
        self._task: DetectTask | None = None
        self._exporter: Exporter | None = None
        self._preview = Preview()
        QgsProject.instance().cleared.connect(self._forget_project)

    @property
    def active(self) -> Run | None:
        """The run that is being worked on."""
        return next((run for run in self.runs if run.state in ACTIVE), None)

    @property
    def unfinished(self) -> list[Run]:
        """The runs that are not over, in the order of their starts."""
        return [run for run in self.runs if not run.is_over]

    def taken_folders(self) -> set[str]:
        """The folders that runs are going to fill."""
        return {run.folder for run in self.unfinished}

    def recall(self) -> None:
        """List the runs that earlier sessions did not see the end of."""
        for slip in slips():
            noted = slip.read()
            if noted:
                run = Run(noted, None, datetime.now())
                run.slip = slip
                self.runs.append(run)
                self._set(run, State.CUT_OFF)

    def add(self, plan: Plan, layer: QgsRasterLayer, now: datetime) -> Run:
        """Start a run, or let it wait for those before it."""
        run = Run(plan, LayerCopy(layer) if plan.export else None, now)
        self._enqueue(run)
        return run

    def repeat(self, run: Run) -> Run:
        """Try a run again that stopped early: from where it was, if the worker has kept that."""
        request = replace(run.plan.request, resume=run.can_resume)
        again = Run(replace(run.plan, request=request), run.copy, datetime.now())
        again.made = run.made
        self._drop(run)
        self._enqueue(again)
        return again

    def cancel(self, run: Run) -> None:
        """Stop a run, or do not start it."""
        if run.state is State.WAITING:
            self._end(run, State.CANCELLED)
        elif run.state in (State.EXPORTING, State.RUNNING):
            self._set(run, State.CANCELLING)
            job = self._exporter or self._task
            job.cancel()

    def remove(self, run: Run) -> None:
        """Forget a run that is over."""
        if run.is_over and run in self.runs:
            self._drop(run)
            self.changed.emit(run)

    def stop(self) -> None:
        """End everything for good: nothing of it is heard or seen afterwards."""
        self.blockSignals(True)
        for run in self.runs:
            run.forget_layer()
            if run.slip:
                run.slip.release()
        self.runs.clear()
        self._preview.remove()
        if self._exporter:
            self._exporter.end()
            self._exporter = None
        if self._task:
            task, self._task = self._task, None
            for signal in (task.reported, task.succeeded, task.failed, task.stopped):
                signal.disconnect()
            task.end()

    def _enqueue(self, run: Run) -> None:
        over = [each for each in self.runs if each.is_over]
        for old in over[:-MAX_OVER]:
            self._drop(old)
        self.runs.append(run)
        self.changed.emit(run)
        self._advance()

    def _drop(self, run: Run) -> None:
        self.runs.remove(run)
        run.forget_layer()
        run.forget_note()

    def _advance(self) -> None:
        """Start the first that waits, if nothing runs."""
        waiting = [run for run in self.runs if run.state is State.WAITING]
        if waiting and self.active is None:
            self._start(waiting[0])

    def _start(self, run: Run) -> None:
        try:
            self._prepare(run)
            run.note()
            if run.copy and not os.path.exists(run.plan.request.raster):
                self._export(run)
            else:
                self._detect(run)
        except Failure as failure:
            self._fail(run, failure)

    def _prepare(self, run: Run) -> None:
        """Make the folder, and put the area to search into it."""
        try:
            Path(run.folder).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            message = tr("The folder {} cannot be made ({}).").format(run.folder, error.strerror)
            remedy = tr("Choose a folder in which you may create files.")
            raise Failure("output", message, remedy) from error
        path = run.plan.request.aoi
        # What is gone on with has to be the very same file.
        if run.plan.area and not (run.plan.request.resume and os.path.exists(path)):
            run.made.append(path)
            areas.write_area(run.plan.area, run.plan.facts.crs, path)

    def _export(self, run: Run) -> None:
        self._exporter = Exporter(run.copy, run.plan.export, run.folder)
        self._exporter.progressed.connect(lambda percent: self._on_export(run, percent))
        self._exporter.succeeded.connect(lambda: self._on_exported(run))
        self._exporter.failed.connect(lambda failure: self._fail(run, failure))
        self._exporter.stopped.connect(lambda: self._on_stop(run))
        run.made.append(run.plan.request.raster)
        self._set(run, State.EXPORTING)
        QgsApplication.taskManager().addTask(self._exporter.task)

    def _on_export(self, run: Run, percent: float) -> None:
        event = {"event": "progress", "stage": "export", "done": percent, "total": 100, "unit": "%"}
        run.hear(event)
        self.reported.emit(run, event)

    def _on_exported(self, run: Run) -> None:
        self._exporter = None
        if run.state is State.CANCELLING:
            self._on_stop(run)
            return
        try:
            self._detect(run)
        except Failure as failure:
            self._fail(run, failure)

    def _detect(self, run: Run) -> None:
        command = run.plan.request.command()
        self._task = DetectTask(command, tr("Detecting landslides in {}").format(run.plan.name))
        self._task.reported.connect(lambda event: self._on_event(run, event))
        self._task.succeeded.connect(lambda result: self._on_success(run, result))
        self._task.failed.connect(lambda failure: self._fail(run, failure))
        self._task.stopped.connect(lambda: self._on_stop(run))
        run.progress = {}
        self._set(run, State.RUNNING)
        QgsApplication.taskManager().addTask(self._task)

    def _on_event(self, run: Run, event: Event) -> None:
        run.hear(event)
        if event["event"] == "preview" and not run.project_is_gone:
            self._preview.show(event.get("path", ""), run.plan.name)
        self.reported.emit(run, event)

    def _on_success(self, run: Run, result: Event) -> None:
        run.result = result
        run.remember_speed()
        try:
            if not run.project_is_gone:
                group = add_results(QgsProject.instance(), result["paths"], run.group_name)
                run.layer_ids = group.findLayerIds()
        except Failure as failure:
            run.failure = failure
            self._end(run, State.FAILED)
            return
        self._end(run, State.DONE)

    def _fail(self, run: Run, failure: Failure) -> None:
        run.failure = failure
        self._tidy(run)
        self._end(run, State.FAILED)

    def _on_stop(self, run: Run) -> None:
        """A run was cancelled: here, or by QGIS, which then wants nothing of it any more."""
        by_qgis = run.state is not State.CANCELLING
        self._tidy(run)
        if by_qgis:
            for waiting in [each for each in self.runs if each.state is State.WAITING]:
                self._end(waiting, State.CANCELLED)
        self._end(run, State.CANCELLED)

    def _tidy(self, run: Run) -> None:
        """Leave nothing of a run that cannot go on."""
        _sweep(run.folder)
        if os.path.isdir(os.path.join(run.folder, LEFTOVERS)):
            return
        for path in run.made:
            with suppress(OSError):
                os.unlink(path)
        with suppress(OSError):
            os.rmdir(run.folder)

    def _end(self, run: Run, state: State) -> None:
        if run.state in ACTIVE:
            self._task = self._exporter = None
            self._preview.remove()
        if state is State.DONE:
            run.forget_layer()
        self._set(run, state)
        if not run.can_resume:
            run.forget_note()
        self.ended.emit(run)
        self._advance()

    def _set(self, run: Run, state: State) -> None:
        run.state = state
        self.changed.emit(run)

    def _forget_project(self) -> None:
        for run in self.unfinished:
            run.project_is_gone = True


def _sweep(folder: str) -> None:
    """Remove what a worker had open at its hard end, which Windows lets nobody do before."""
    if os.name != "nt":
        return
    with suppress(FileNotFoundError):
        try:
            os.unlink(os.path.join(folder, ".calanddet.lock"))
        except PermissionError:
            # Another run is at work there.
            return
    shutil.rmtree(os.path.join(folder, ".calanddet.partial"), ignore_errors=True)
