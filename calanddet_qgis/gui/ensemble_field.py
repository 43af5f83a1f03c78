"""Further checkpoints that run together with the first one, as an ensemble."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import (
    QFileDialog,
    QGridLayout,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ..messages import checkpoint_filter, tr
from .checkpoint_field import checkpoint_name, known_checkpoints
from .widgets import ElidedLabel


class EnsembleField(QWidget):
    """A line for each further checkpoint, and a button that adds one."""

    changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._paths: list[str] = []
        self.menu = QMenu(self)
        self.menu.aboutToShow.connect(self._fill_menu)
        self.button = QPushButton(tr("Add chec&kpoint"))
        self.button.setObjectName("addCheckpoint")
        self.button.setToolTip(tr("The mean of all is taken, and how far they disagree is shown"))
        self.button.setMenu(self.menu)
        self.setFocusProxy(self.button)
        self._rows = QGridLayout()
        self._rows.setColumnStretch(0, 1)
        self._rows.setVerticalSpacing(0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(self._rows)
        layout.addWidget(self.button)

    def paths(self) -> tuple[str, ...]:
        """The files, in the order in which they were added."""
        return tuple(self._paths)

    def add(self, path: str) -> None:
        """Let one more run with the others."""
        if path and path not in self._paths:
            self._show([*self._paths, path])

    def remove(self, path: str) -> None:
        """Let one go."""
        self._show([each for each in self._paths if each != path])

    def _show(self, paths: list[str]) -> None:
        self._paths = paths
        while self._rows.count():
            widget = self._rows.takeAt(0).widget()
            widget.hide()
            widget.deleteLater()
        for row, path in enumerate(paths):
            name, button = ElidedLabel("memberName"), _button(tr("Leave it out"))
            name.show_text(checkpoint_name(path))
            name.setToolTip(path)
            button.clicked.connect(partial(self.remove, path))
            self._rows.addWidget(name, row, 0)
            self._rows.addWidget(button, row, 1)
        self.changed.emit()

    def _fill_menu(self) -> None:
        self.menu.clear()
        for path in known_checkpoints():
            if path not in self._paths:
                action = self.menu.addAction(checkpoint_name(path))
                action.triggered.connect(partial(self.add, path))
        self.menu.addAction(tr("Browse…")).triggered.connect(self._browse)

    def _browse(self) -> None:
        start = str(Path(self._paths[-1]).parent) if self._paths else ""
        title = tr("Choose a checkpoint")
        self.add(QFileDialog.getOpenFileName(self, title, start, checkpoint_filter())[0])


def _button(text: str) -> QToolButton:
    button = QToolButton()
    button.setObjectName("removeMember")
    button.setText("✕")
    button.setAutoRaise(True)
    button.setToolTip(text)
    button.setAccessibleName(text)
    return button
