"""How a job on the runtime goes: its steps, a bar, and the log behind it."""

from __future__ import annotations

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QFontDatabase
from qgis.PyQt.QtWidgets import (
    QApplication,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ..messages import data_size, tr
from ..worker import Event
from .widgets import ElidedLabel

WAITING, GOING, DONE, FAILED = "○", "▸", "✓", "✗"
BAR_STEPS = 1000
MAX_LINES = 5000
LOG_HEIGHT = 160  # [px]


class RuntimeProgress(QWidget):
    """The steps of a job, one after the other."""

    def __init__(self) -> None:
        super().__init__()
        self.bar = QProgressBar()
        self.bar.setObjectName("setupBar")
        self.bar.setTextVisible(False)
        self.amount = QLabel()
        self.amount.setObjectName("setupAmount")
        self.line = ElidedLabel("setupLine")
        self._grid = QGridLayout()
        self._grid.setColumnStretch(1, 1)
        self._signs: dict[str, QLabel] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(self._grid)
        row = QHBoxLayout()
        row.addWidget(self.bar, 1)
        row.addWidget(self.amount)
        layout.addLayout(row)
        layout.addWidget(self.line)

    def begin(self, steps: tuple[str, ...]) -> None:
        """A job with these steps was started."""
        while self._grid.count():
            self._grid.takeAt(0).widget().deleteLater()
        self._signs = {}
        for row, step in enumerate(steps):
            self._signs[step] = QLabel(WAITING)
            self._signs[step].setObjectName(f"step_{step}")
            self._grid.addWidget(self._signs[step], row, 0)
            self._grid.addWidget(QLabel(step_label(step)), row, 1)
        self._show_amount(0, 0)
        self.line.show_text("")
        for widget in (self.bar, self.amount, self.line):
            widget.show()

    def show_event(self, event: Event) -> None:
        """What the job reports."""
        if event["event"] == "step":
            self._go_on(event["step"])
        elif event["event"] == "progress" and "step" in event:
            self._show_amount(event["done"], event["total"])
        elif event["event"] == "log":
            self.line.show_text(event["text"].strip())

    def end(self, succeeded: bool) -> None:
        """The job is over."""
        for sign in self._signs.values():
            if sign.text() == GOING:
                sign.setText(DONE if succeeded else FAILED)
        for widget in (self.bar, self.amount, self.line):
            widget.hide()

    def _go_on(self, step: str) -> None:
        # A step may come again: a repair that does not help makes the runtime anew.
        before = True
        for name, sign in self._signs.items():
            before = before and name != step
            sign.setText(GOING if name == step else DONE if before else WAITING)
        self._show_amount(0, 0)

    def _show_amount(self, done: int, total: int) -> None:
        self.bar.setMaximum(BAR_STEPS if total else 0)
        self.bar.setValue(int(BAR_STEPS * min(done / total, 1)) if total else 0)
        if total:
            self.amount.setText(tr("{} of {}").format(data_size(done), data_size(total)))
        else:
            self.amount.setText(data_size(done) if done else "")


class LogBox(QWidget):
    """The whole log of a job, folded, with a button that copies it."""

    def __init__(self) -> None:
        super().__init__()
        self.toggle = QToolButton()
        self.toggle.setObjectName("setupDetails")
        self.toggle.setText(tr("&Details"))
        self.toggle.setCheckable(True)
        self.toggle.setAutoRaise(True)
        self.toggle.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.toggle.toggled.connect(self._unfold)
        self.text = QPlainTextEdit()
        self.text.setObjectName("setupLog")
        self.text.setReadOnly(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setMaximumBlockCount(MAX_LINES)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setFixedHeight(LOG_HEIGHT)
        self.copy = QPushButton(tr("C&opy to the clipboard"))
        self.copy.setObjectName("copyLog")
        self.copy.setAutoDefault(False)
        self.copy.clicked.connect(self._copy)
        row = QHBoxLayout()
        row.addWidget(self.toggle)
        row.addStretch()
        row.addWidget(self.copy)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(row)
        layout.addWidget(self.text)
        self._unfold(False)

    def _unfold(self, unfolded: bool) -> None:
        arrows = Qt.ArrowType
        self.toggle.setArrowType(arrows.DownArrow if unfolded else arrows.RightArrow)
        self.text.setVisible(unfolded)

    def clear(self) -> None:
        """Forget the last job's log."""
        self.text.clear()
        self.toggle.setChecked(False)

    def is_empty(self) -> bool:
        """Whether there is no line yet."""
        return self.text.document().isEmpty()

    def add(self, line: str) -> None:
        """A line of the log."""
        self.text.appendPlainText(line)

    def _copy(self) -> None:
        QApplication.clipboard().setText(self.text.toPlainText())


def step_label(step: str) -> str:
    """A step, for a person to read."""
    labels = {
        "check": tr("Check the computer and the folder"),
        "interpreter": tr("Find or fetch Python, make the environment"),
        "packages": tr("Download and install the packages"),
        "test": tr("Test: search a small image on the real device"),
        "files": tr("Compare every file with its record"),
    }
    return labels[step]
