"""The choice of a checkpoint: the bundled one, those used lately, any other; and its card."""

from __future__ import annotations

import json
import os
from pathlib import Path

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from ..card import SUFFIX, Card, card_from, card_line, read_card
from ..messages import Failure, checkpoint_filter, tr
from ..paths import bundled_checkpoint
from ..request import first_checkpoint, show_command
from ..settings import CHECKPOINT, RECENT_CHECKPOINTS
from ..worker import Event, WorkerTask
from .widgets import ElidedCombo, TextLabel

MAX_RECENT = 6


class CheckpointField(QWidget):
    """A combo box of checkpoints and, below it, one line about the chosen one."""

    changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.card: Card | None = None
        self._task: WorkerTask | None = None
        self._asked: dict[tuple[str, int], Card] = {}
        self.combo = ElidedCombo()
        self.combo.setObjectName("checkpointCombo")
        self.setFocusProxy(self.combo)
        self.line = TextLabel("cardLine")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.combo)
        layout.addWidget(self.line)
        self._path = ""
        self.setFilePath(first_checkpoint())
        self.combo.activated.connect(self._on_activated)

    def filePath(self) -> str:
        """The chosen file; empty where none is chosen."""
        return self._path

    def setFilePath(self, path: str) -> None:
        """Choose a file."""
        self._path = path
        self._fill()
        self.read()

    def read(self) -> None:
        """Read the card of the chosen file."""
        self._drop_task()
        self.card = None
        if not self._path:
            self._show(tr("No checkpoint is chosen."))
        elif not os.path.isfile(self._path):
            self._show(tr("The file is not there any more."))
        elif self._path.endswith(SUFFIX):
            self._read_header()
        else:
            self._ask_worker()

    def remember(self) -> None:
        """Put the chosen file in front of those used lately."""
        CHECKPOINT.set(self._path)
        recent = [self._path, *(path for path in recent_checkpoints() if path != self._path)]
        RECENT_CHECKPOINTS.set(json.dumps(recent[:MAX_RECENT]))
        self._fill()

    def retry(self) -> None:
        """Read again what could not be read: the file or the runtime may be there now."""
        if self.card is None and self._task is None:
            self.read()

    def stop(self) -> None:
        """Ask the worker nothing more, and wait for its end."""
        task = self._drop_task()
        if task:
            task.end()

    def _read_header(self) -> None:
        try:
            self.card = read_card(self._path)
        except Failure as failure:
            self._show(str(failure))
            return
        self._show(card_line(self.card))

    def _ask_worker(self) -> None:
        """A published file has no card; the worker knows it by its weights."""
        key = (self._path, os.path.getsize(self._path))
        if key in self._asked:
            self.card = self._asked[key]
            self._show(card_line(self.card))
            return
        try:
            command = show_command(self._path)
        except Failure:
            self._show(tr("What it needs is told once the runtime is set up."))
            return
        self._show(tr("Reading the checkpoint…"))
        self._task = WorkerTask(command, tr("Reading {}").format(Path(self._path).name))
        self._task.succeeded.connect(lambda result: self._on_told(key, result))
        self._task.failed.connect(self._on_failure)
        self._task.stopped.connect(self._on_stop)
        QgsApplication.taskManager().addTask(self._task)

    def _on_told(self, key: tuple[str, int], result: Event) -> None:
        self._task = None
        try:
            self.card = self._asked[key] = card_from(result["counts"])
        except (KeyError, TypeError, ValueError):
            self._show(tr("The worker told nothing about it that can be read."))
            return
        self._show(card_line(self.card))

    def _on_failure(self, failure: Failure) -> None:
        self._task = None
        self._show(str(failure))

    def _on_stop(self) -> None:
        self._task = None
        self._show(tr("Reading it was cancelled."))

    def _drop_task(self) -> WorkerTask | None:
        """Hear no more of a question that was asked; its task, if there is one."""
        task, self._task = self._task, None
        if task:
            for signal in (task.succeeded, task.failed, task.stopped):
                signal.disconnect()
            task.cancel()
        return task

    def _show(self, text: str) -> None:
        self.line.show_text(text)
        self.changed.emit()

    def _fill(self) -> None:
        """The entries: bundled, lately used, the chosen one, and the way to any other."""
        self.combo.clear()
        for path in known_checkpoints(self._path):
            self.combo.addItem(checkpoint_name(path), path)
            self.combo.setItemData(self.combo.count() - 1, path, Qt.ItemDataRole.ToolTipRole)
        self.combo.addItem(tr("Browse…"), "")
        self.combo.setCurrentIndex(self.combo.findData(self._path))
        self.combo.setToolTip(self._path)

    def _on_activated(self, index: int) -> None:
        path = self.combo.itemData(index) or self._browse()
        self.setFilePath(path or self._path)

    def _browse(self) -> str:
        start = str(Path(self._path).parent) if self._path else ""
        title = tr("Choose a checkpoint")
        return QFileDialog.getOpenFileName(self, title, start, checkpoint_filter())[0]


def known_checkpoints(chosen: str = "") -> list[str]:
    """The bundled one, the one that is chosen, and those used lately."""
    paths = [bundled_checkpoint(), chosen, *recent_checkpoints()]
    return list(dict.fromkeys(filter(None, paths)))


def checkpoint_name(path: str) -> str:
    """A checkpoint's name for a person to choose."""
    if path == bundled_checkpoint():
        return tr("{} (bundled)").format(Path(path).stem)
    return Path(path).name


def recent_checkpoints() -> list[str]:
    """The files used lately that are still there, the latest first."""
    try:
        paths = json.loads(RECENT_CHECKPOINTS.get())
    except ValueError:
        return []
    known = paths if isinstance(paths, list) else []
    return [path for path in known if isinstance(path, str) and os.path.isfile(path)]
