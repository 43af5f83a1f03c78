"""Which runtime is used, in words; and the question of what to remove."""

from __future__ import annotations

import os
from pathlib import Path

from qgis.PyQt.QtWidgets import QMessageBox, QVBoxLayout, QWidget

from ..messages import data_size, tr
from ..runtime import Environment, Survey, describe, warning
from ..settings import WORKER_PYTHON
from .widgets import ElidedLabel, TextLabel


class RuntimeState(QWidget):
    """What is used now, what it computes on and where it lies; or why there is nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.title = TextLabel("runtimeTitle")
        self.title.setStyleSheet("font-weight: bold")
        self.text = TextLabel("runtimeText")
        self.path = ElidedLabel("runtimePath")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for widget in (self.title, self.text, self.path):
            layout.addWidget(widget)

    def show_state(self, survey: Survey | None, current: Environment | None, running: bool) -> None:
        """Say it from what was found (None: not looked yet) and from the settings."""
        own = WORKER_PYTHON.get()
        if survey and survey.owner and not running:
            title = tr("Another window of QGIS (process {}) is changing the runtime.")
            self._show(title.format(survey.owner), tr("This window follows when it is done."))
        elif own and not os.path.isfile(own):
            text = tr("Set up a runtime, or choose another Python.")
            self._show(tr("The Python of your own is not there any more."), text, own)
        elif own:
            self._show(tr("A Python of your own is used."), "", own)
        elif current:
            told = (describe(current.facts), warning(current.facts, built_as(current)))
            self._show(
                tr("The runtime is ready."), "\n".join(filter(None, told)), str(current.path)
            )
        else:
            self._show(tr("There is no runtime yet."), _why_none(survey, running))

    def _show(self, title: str, text: str, path: str = "") -> None:
        self.title.show_text(title)
        self.text.show_text(text)
        self.path.show_text(path)
        self.path.setVisible(bool(path))


def _why_none(survey: Survey | None, running: bool) -> str:
    half = sum(size for each, size in survey.sizes if not each.is_ready) if survey else 0
    if half and not running:
        text = tr(
            "A setup did not come to its end; {} of it are there, and the next one clears them."
        )
        return text.format(data_size(half))
    if survey and survey.refusal:
        return survey.refusal
    return tr(
        "The network runs outside QGIS, in a Python of its own. It is set up once, from the "
        "internet or from a folder; after that nothing needs a network."
    )


def built_as(environment: Environment) -> str:
    """The build of torch in an environment."""
    return str(environment.facts.get("build", ""))


def ask_what_to_remove(parent: QWidget, survey: Survey, current: Environment | None) -> list[Path]:
    """Ask the user; everything, what is not used, or nothing."""
    sizes = {each.path: size for each, size in survey.sizes}
    unused = [path for path in sizes if current is None or path != current.path]
    box = QMessageBox(parent)
    box.setObjectName("removeQuestion")
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle(parent.windowTitle())
    box.setText(tr("What is to be removed from {}?").format(survey.root))
    role = QMessageBox.ButtonRole.DestructiveRole
    size = data_size(sum(sizes.values()))
    everything, rest = box.addButton(tr("&Everything ({})").format(size), role), None
    if unused and len(unused) < len(sizes):
        size = data_size(sum(sizes[path] for path in unused))
        rest = box.addButton(tr("What is &not used ({})").format(size), role)
    box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
    box.exec()
    if box.clickedButton() is everything:
        return list(sizes)
    return unused if rest is not None and box.clickedButton() is rest else []
