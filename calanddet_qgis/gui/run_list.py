"""The runs of this session, a line each, where there is more than one."""

from __future__ import annotations

from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QGridLayout, QLabel, QToolButton, QWidget

from ..messages import tr
from ..phrases import state_label
from ..runs import Run, RunQueue, State
from .widgets import ElidedLabel


class RunList(QWidget):
    """Name and state of each run, and a button that cancels it or takes it off the list."""

    cancel_wanted = pyqtSignal(object)
    removal_wanted = pyqtSignal(object)

    def __init__(self, queue: RunQueue) -> None:
        super().__init__()
        self.setObjectName("runList")
        self._queue = queue
        self._rows: list[tuple[Run, ElidedLabel, ElidedLabel, QToolButton]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnStretch(0, 3)
        self._grid.setColumnStretch(1, 2)
        self.refresh()

    def refresh(self) -> None:
        """Bring the lines in line with the runs."""
        runs = self._queue.runs
        # One that was cut off can be taken off the list.
        self.setVisible(len(runs) > 1 or any(run.state is State.CUT_OFF for run in runs))
        if [row[0] for row in self._rows] != runs:
            self._rebuild(runs)
        for run, _, state, button in self._rows:
            state.show_text(state_label(run))
            text = tr("Take it off the list") if run.is_over else tr("Cancel this run")
            button.setToolTip(text)
            button.setAccessibleName(text)
            button.setEnabled(run.state is not State.CANCELLING)

    def button(self, run: Run) -> QToolButton:
        """The button of a run."""
        return next(row[3] for row in self._rows if row[0] is run)

    def states(self) -> list[tuple[str, str]]:
        """Name and state of each line, as shown."""
        return [(row[1].text(), row[2].text()) for row in self._rows]

    def _rebuild(self, runs: list[Run]) -> None:
        for _, *widgets in self._rows:
            for widget in widgets:
                self._grid.removeWidget(widget)
                widget.hide()
                widget.deleteLater()
        self._rows = [self._row(index, run) for index, run in enumerate(runs)]

    def _row(self, index: int, run: Run) -> tuple[Run, QLabel, QLabel, QToolButton]:
        name, state, button = ElidedLabel("runName"), ElidedLabel("runState"), QToolButton()
        name.show_text(run.plan.name)
        button.setObjectName("runRowButton")
        button.setText("✕")
        button.setAutoRaise(True)
        button.clicked.connect(lambda: self._on_click(run))
        for column, widget in enumerate((name, state, button)):
            self._grid.addWidget(widget, index, column)
        return run, name, state, button

    def _on_click(self, run: Run) -> None:
        (self.removal_wanted if run.is_over else self.cancel_wanted).emit(run)
