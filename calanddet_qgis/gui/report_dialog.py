"""What a failed run left in its log, to read and to copy."""

from __future__ import annotations

from pathlib import Path

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QFontDatabase
from qgis.PyQt.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from ..messages import tr
from ..phrases import ending, report
from ..runs import Run
from .widgets import TextLabel


class ReportDialog(QDialog):
    """The sentence, the log below it, and a button that copies both."""

    def __init__(self, run: Run, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setObjectName("reportDialog")
        self.setWindowTitle(tr("Details of the run over {}").format(run.plan.name[:60]))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(640, 420)
        title, text = ending(run)
        sentence = TextLabel("reportSentence")
        sentence.show_text(f"{title} {text}")
        self.log = QPlainTextEdit(without_home(report(run)))
        self.log.setObjectName("reportLog")
        self.log.setReadOnly(True)
        self.log.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.copy = buttons.addButton(
            tr("&Copy to the clipboard"), QDialogButtonBox.ButtonRole.ActionRole
        )
        self.copy.clicked.connect(self._copy)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for widget in (sentence, self.log, buttons):
            layout.addWidget(widget)

    def _copy(self) -> None:
        QApplication.clipboard().setText(self.log.toPlainText())


def without_home(text: str) -> str:
    """A text that does not tell the user's name by the path of the home folder."""
    home = str(Path.home())
    return text.replace(home, "~") if len(home) > 1 else text
