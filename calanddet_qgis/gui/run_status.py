"""How a run goes and how it ended: progress, device, one sentence, and what can be done then."""

from __future__ import annotations

from html import escape

from qgis.PyQt.QtCore import Qt, QUrl, pyqtSignal
from qgis.PyQt.QtGui import QDesktopServices
from qgis.PyQt.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from ..messages import Failure, headline, tr
from ..phrases import device_line, ending, progress_line, rate_line, skipped_line
from ..runs import Run, State
from .report_dialog import ReportDialog
from .widgets import TextLabel


class RunStatus(QWidget):
    """Shows one run at a time; empty until the first."""

    cancel_wanted = pyqtSignal()
    repeat_wanted = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._run: Run | None = None
        self.refusal = ""  # the sentence of a run that could not be asked for
        self.bar = QProgressBar()
        self.bar.setObjectName("progressBar")
        self.bar.setTextVisible(False)
        self.title = TextLabel("statusTitle")
        self.title.setStyleSheet("font-weight: bold")
        self.text = TextLabel("statusText")
        self.rate = TextLabel("rateText")
        self.device = TextLabel("deviceText")
        self.notes = TextLabel("noteText")
        self.link = _link_label("statusLink")
        self.link.linkActivated.connect(lambda target: QDesktopServices.openUrl(QUrl(target)))
        self.cancel = self._button("cancelButton", tr("Ca&ncel"), self.cancel_wanted)
        self.repeat = self._button("repeatButton", "", self.repeat_wanted)
        self.details = QPushButton(tr("Detai&ls…"))
        self.details.setObjectName("detailsButton")
        self.details.clicked.connect(self._show_report)
        self._lay_out()
        self.clear()

    def clear(self) -> None:
        """Show nothing."""
        self._run, self.refusal = None, ""
        self._show()

    def show_run(self, run: Run) -> None:
        """Show where a run stands."""
        self._run, self.refusal = run, ""
        title, text = ending(run) if run.is_over else ("", progress_line(run))
        if run.state is State.CANCELLING:
            text = tr("Cancelling…")
        self._show(title, text, run)

    def show_failure(self, failure: Failure) -> None:
        """Say why a run could not be asked for."""
        self._run, self.refusal = None, str(failure)
        self._show(headline(failure.kind), str(failure))

    def _show(self, title: str = "", text: str = "", run: Run | None = None) -> None:
        """Every widget gets its state once, so that nothing flickers."""
        works = run is not None and not run.is_over
        self.title.show_text(title)
        self.text.show_text(text)
        self.rate.show_text(rate_line(run) if works else "")
        self.device.show_text(device_line(run) if works or (run and run.result) else "")
        cancelled = run is not None and run.state is State.CANCELLED
        self.notes.show_text("\n".join(run.notes) if run and not cancelled else "")
        self._show_bar(run if works else None)
        self._show_link(run.folder if run and run.result else "")
        self._show_buttons(run)

    def _show_bar(self, run: Run | None) -> None:
        if run:
            self.bar.setMaximum(int(run.progress.get("total") or 0))
            self.bar.setValue(int(run.progress.get("done") or 0))
        self.bar.setVisible(run is not None)

    def _show_buttons(self, run: Run | None) -> None:
        self.cancel.setVisible(run is not None and not run.is_over)
        self.cancel.setEnabled(run is not None and run.state is not State.CANCELLING)
        has_details = run and (run.state is State.FAILED or skipped_line(run))
        self.details.setVisible(bool(has_details))
        self.repeat.setText(tr("Resu&me") if run and run.can_resume else tr("T&ry again"))
        self.repeat.setVisible(run is not None and run.can_repeat and not run.result)

    def _show_link(self, folder: str) -> None:
        target = QUrl.fromLocalFile(folder).toString()
        text = tr("Open the results folder")
        self.link.setText(f'<a href="{escape(target)}">{escape(text)}</a>')
        self.link.setVisible(bool(folder))

    def _show_report(self) -> None:
        ReportDialog(self._run, self).open()

    def _button(self, name: str, text: str, signal: pyqtSignal) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(name)
        button.clicked.connect(lambda: signal.emit())
        return button

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for widget in (
            self.bar, self.title, self.text, self.rate, self.device, self.notes, self.link,
        ):  # fmt: skip
            layout.addWidget(widget)
        row = QHBoxLayout()
        for button in (self.cancel, self.repeat, self.details):
            row.addWidget(button)
        row.addStretch()
        layout.addLayout(row)


def _link_label(name: str) -> QLabel:
    """A label for one link, which the keyboard reaches too."""
    flag = Qt.TextInteractionFlag
    label = QLabel()
    label.setObjectName(name)
    label.setTextInteractionFlags(flag.LinksAccessibleByMouse | flag.LinksAccessibleByKeyboard)
    return label
