"""How a run goes and how it ended: progress, device, and one sentence."""

from __future__ import annotations

from html import escape
from typing import Any

from qgis.PyQt.QtCore import Qt, QUrl, pyqtSignal
from qgis.PyQt.QtGui import QDesktopServices
from qgis.PyQt.QtWidgets import QLabel, QProgressBar, QVBoxLayout, QWidget

from ..messages import Failure, headline, progress, tr
from .widgets import TextLabel

LOG_LINK = "calanddet:log"


class RunStatus(QWidget):
    """Shows one run at a time; empty until the first."""

    log_wanted = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.bar = QProgressBar()
        self.bar.setObjectName("progressBar")
        self.bar.setTextVisible(False)
        self.bar.hide()
        self.title = TextLabel("statusTitle")
        self.title.setStyleSheet("font-weight: bold")
        self.text = TextLabel("statusText")
        self.device = TextLabel("deviceText")
        self.notes = TextLabel("noteText")
        self.link = _link_label("statusLink")
        self.link.linkActivated.connect(self._follow)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for widget in (self.bar, self.title, self.text, self.device, self.notes, self.link):
            layout.addWidget(widget)

    def clear(self) -> None:
        """Show nothing."""
        self.bar.hide()
        self.link.hide()
        for label in (self.title, self.text, self.device, self.notes):
            label.show_text("")

    def show_start(self) -> None:
        """A run was started; nothing is known of it yet."""
        self.clear()
        self.show_progress({})

    def show_device(self, device: str) -> None:
        """What computes."""
        self.device.show_text(device)

    def show_progress(self, event: dict[str, Any]) -> None:
        """How far it is, how fast, and how long it will take."""
        total = event.get("total", 0)
        self.bar.setMaximum(total)
        self.bar.setValue(event.get("done", 0))
        self.bar.show()
        self.text.show_text(progress(event))

    def show_cancelling(self) -> None:
        """The user pressed Cancel; the worker has up to five seconds."""
        self.text.show_text(tr("Cancelling…"))

    def add_note(self, text: str) -> None:
        """Something the user should know about the result."""
        self.notes.show_text(f"{self.notes.shown_text()}\n{text}".strip())

    def show_end(self, title: str, text: str) -> None:
        """The run is over."""
        self.bar.hide()
        self.title.show_text(title)
        self.text.show_text(text)

    def show_cancelled(self) -> None:
        """The run is over because the user wanted it to be."""
        self.clear()
        self.show_end(tr("The run was cancelled."), tr("Nothing was written."))

    def show_done(self, title: str, text: str, folder: str) -> None:
        """The run is over and its results lie in a folder."""
        self.show_end(title, text)
        self._show_link(QUrl.fromLocalFile(folder).toString(), tr("Open the results folder"))

    def show_failure(self, failure: Failure) -> None:
        """The run is over without results, or could not start."""
        self.device.show_text("")
        self.show_end(headline(failure.kind), str(failure))
        if failure.details:
            self._show_link(LOG_LINK, tr("Show the log"))

    def _show_link(self, target: str, text: str) -> None:
        self.link.setText(f'<a href="{escape(target)}">{escape(text)}</a>')
        self.link.show()

    def _follow(self, target: str) -> None:
        if target == LOG_LINK:
            self.log_wanted.emit()
        else:
            QDesktopServices.openUrl(QUrl(target))


def _link_label(name: str) -> QLabel:
    """A label for one link, which the keyboard reaches too."""
    flag = Qt.TextInteractionFlag
    label = QLabel()
    label.setObjectName(name)
    label.setTextInteractionFlags(flag.LinksAccessibleByMouse | flag.LinksAccessibleByKeyboard)
    label.hide()
    return label
