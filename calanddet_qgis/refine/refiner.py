"""Leads from a change of the settings to a preview, and from there to the run's own files."""

from __future__ import annotations

from contextlib import suppress
from enum import Enum
from pathlib import Path

from qgis.core import QgsProject
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from ..layers import describe
from ..messages import Failure, tr
from ..worker import Event
from .finished_run import FinishedRun, Settings, layers_of, read_run
from .handover import Handover, check_unedited
from .preview import Preview
from .session import APPLY, PREVIEW, PUBLISH, RefineSession
from .window import is_large, visible_box

# How long after a change the polygons are asked for [ms]: a slider that moves changes often.
DEBOUNCE_MS = 150


class State(Enum):
    """What the refiner is about."""

    IDLE = "idle"  # the run is as its files are, or its preview is shown
    WAITING = "waiting"  # for the polygons of a preview
    APPLYING = "applying"


class Refiner(QObject):
    """One run at a time."""

    changed = pyqtSignal()  # the run, what is wanted, the state
    counted = pyqtSignal(dict)  # what the polygons that are shown come to
    applied = pyqtSignal(dict)  # the files were rewritten; their counts
    progressed = pyqtSignal(dict)  # of writing back
    warned = pyqtSignal(str)
    failed = pyqtSignal(Failure)

    def __init__(self, canvas: QgsMapCanvas) -> None:
        super().__init__()
        self.run: FinishedRun | None = None
        self.wanted: Settings | None = None
        self.state = State.IDLE
        self.preview: Preview | None = None
        self._canvas, self._project = canvas, QgsProject.instance()
        self._session: RefineSession | None = None
        self._handover: Handover | None = None
        self._shown: Settings | None = None
        self._number = 0
        self._asked: Settings | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DEBOUNCE_MS)
        self._timer.timeout.connect(self._ask)
        canvas.extentsChanged.connect(self._on_extent)

    @property
    def can_apply(self) -> bool:
        """Whether what is shown is what is wanted, and differs from the files."""
        shown = self.state is State.IDLE and self._shown == self.wanted
        return bool(self.run) and shown and self.wanted != self.run.settings

    @property
    def is_partial(self) -> bool:
        """Whether a preview shows the visible part only."""
        return bool(self.run) and is_large(self.run)

    def choose(self, folder: Path | None) -> None:
        """Turn to the run in a folder, or to none; the preview of the one before goes."""
        if self.run and folder == self.run.folder:
            return
        self.stop()
        try:
            self.run = read_run(folder) if folder else None
        except Failure as failure:
            self.failed.emit(failure)
        self.wanted = self.run.settings if self.run else None
        self.changed.emit()

    def warm_up(self) -> None:
        """Start the worker, so that the first preview comes as fast as the next."""
        if self.run and self._session is None:
            self._session = RefineSession(self.run.folder)
            self._session.answered.connect(self._on_answer)
            self._session.refused.connect(self._on_refusal)
            self._session.reported.connect(self._on_report)
            self._session.failed.connect(self._on_failure)
        if self._session:
            # Whoever asks for something is told.
            with suppress(Failure):
                self._session.start()

    def cool_down(self) -> None:
        """Let the worker go if nothing is wanted of it."""
        if self._session and self.run and self.wanted == self.run.settings:
            self._session.stop()

    def want(self, settings: Settings) -> None:
        """Show what the run would be with these settings; its own ones end the preview."""
        if self.run is None or self.state is State.APPLYING or settings == self.wanted:
            return
        try:
            self.run.check_there()
        except Failure as failure:
            self._give_up(failure)
            return
        self.wanted = settings
        if settings == self.run.settings:
            self._end_preview()
        else:
            self.preview = self.preview or Preview(self._project, self.run)
            self.preview.shade(settings.threshold)
            self.state = State.WAITING
            self._timer.start()
        self.changed.emit()

    def apply(self) -> None:
        """Rewrite the run's files so that they are what is shown."""
        if not self.can_apply:
            return
        try:
            self.run.check_there()
            check_unedited(self._project, self.run)
            self._send(APPLY)
        except Failure as failure:
            self.failed.emit(failure)
            return
        self.state = State.APPLYING
        self.changed.emit()

    def cancel(self) -> None:
        """Give up writing back; the files are as before."""
        if self.state is State.APPLYING and self._handover is None:
            self._session.stop()
            self.state = State.IDLE
            self.changed.emit()

    def stop(self) -> None:
        """Forget the run; its own layers are shown again and nothing is heard of it."""
        if self._session:
            self._session.blockSignals(True)
            self._session.stop()
        self._end_handover()
        self._end_preview()
        if self._session:
            self._session.forget()
        self._session = None
        self.run = self.wanted = None

    def close(self) -> None:
        """End for good."""
        self._canvas.extentsChanged.disconnect(self._on_extent)
        self.stop()

    def _ask(self) -> None:
        """Ask for the polygons of what is wanted."""
        if self.preview is None or self.state is State.APPLYING:
            return
        self._asked = self.wanted
        self.state = State.WAITING
        try:
            self._send(PREVIEW)
        except Failure as failure:
            self._give_up(failure)

    def _send(self, do: str) -> None:
        self.warm_up()
        box = visible_box(self.run, self._canvas) if do == PREVIEW and self.is_partial else None
        self._number = self._session.ask(do, self.wanted, box)

    def _on_extent(self) -> None:
        if self.preview and self.is_partial and self.state is not State.APPLYING:
            self._timer.start()

    def _on_answer(self, event: Event) -> None:
        if event["request"] != self._number:
            return
        if event["stage"] == PREVIEW:
            self._show(event)
        elif event["stage"] == APPLY:
            self._hand_over()
        else:
            self._finish(event)

    def _show(self, event: Event) -> None:
        if self.preview is None:
            return
        self.preview.show(event["paths"]["polygons"])
        self._shown, self.state = self._asked, State.IDLE
        self.counted.emit(event["counts"])
        self.changed.emit()

    def _hand_over(self) -> None:
        """The new files are made: let go of the old ones, and have them replaced."""
        try:
            check_unedited(self._project, self.run)
        except Failure as failure:
            # Any other request makes the worker forget what it has prepared.
            self._give_up(failure)
            self._ask()
            return
        self._canvas.stopRendering()
        self._handover = Handover(self._project, self.run, self.preview.polygon_file)
        try:
            self._send(PUBLISH)
        except Failure as failure:
            self._end_handover()
            self._give_up(failure)

    def _finish(self, event: Event) -> None:
        """The files are replaced."""
        self._end_handover()
        self._end_preview()
        self.run = read_run(self.run.folder)
        self.wanted = self.run.settings
        files = [path for role, path in self.run.results.items() if role != "run"]
        describe(list(layers_of(self._project, *files)), Path(self.run.results["run"]))
        self.changed.emit()
        self.applied.emit(event["counts"])

    def _on_refusal(self, failure: Failure) -> None:
        self._give_up(failure)

    def _on_failure(self, failure: Failure) -> None:
        """The worker is gone; the next request starts another."""
        if self.state is not State.IDLE:
            self._give_up(failure)

    def _give_up(self, failure: Failure) -> None:
        self._end_handover()
        self.state = State.IDLE
        self.changed.emit()
        self.failed.emit(failure)

    def _on_report(self, event: Event) -> None:
        if event["event"] == "log":
            self.warned.emit(str(event.get("text", "")))
        elif event["event"] == "progress" and self.state is State.APPLYING:
            self.progressed.emit(event)

    def _end_handover(self) -> None:
        if self._handover:
            self._handover.end()
        self._handover = None

    def _end_preview(self) -> None:
        self._timer.stop()
        if self.preview:
            self.preview.close()
        self.preview = self._shown = None
        self._number = 0
        self.state = State.IDLE


def kept_sentence(counts: Event) -> str:
    """What became of polygons that a person has decided on; empty where there are none."""
    if not counts.get("kept"):
        return ""
    kept = tr("Reviewed landslides that are kept as they are: {}.").format(counts["kept"])
    if not counts.get("left_out"):
        return kept
    return f"{kept} " + tr("New ones that touch them and are left out: {}.").format(
        counts["left_out"]
    )
