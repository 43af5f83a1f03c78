"""What a reviewer can do: buttons and keys, one table for both."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from qgis.PyQt.QtCore import QEvent, QObject, Qt
from qgis.PyQt.QtGui import QKeyEvent
from qgis.PyQt.QtWidgets import QGridLayout, QSizePolicy, QToolButton, QWidget

from ..messages import tr
from ..review.schema import CLASSES

COLUMNS = 2


@dataclass(frozen=True)
class Command:
    """Something a reviewer does: its name, key, and what the button says."""

    name: str
    key: str
    text: str
    hint: str


def commands() -> list[Command]:
    """All commands that have a button, in their order."""
    return [
        Command("accept", "A", tr("Accept"), tr("It is a landslide; on to the next")),
        Command("reject", "R", tr("Reject"), tr("It is none; it stays in the layer as rejected")),
        Command("next", "N", tr("Next"), tr("Leave it undecided for now")),
        Command("previous", "P", tr("Previous"), tr("Back to the polygon before")),
        Command("edit", "E", tr("Edit vertices"), tr("With QGIS's vertex tool")),
        Command("redraw", "D", tr("Redraw"), tr("Draw its outline anew; right click ends")),
        Command("split", "S", tr("Split"), tr("Draw a line across it; right click ends")),
        Command("merge", "M", tr("Merge"), tr("Join it with the neighbour that it touches")),
        Command("draw", "I", tr("Draw missed"), tr("Draw a landslide that was not found")),
        Command(
            "grow", "G", tr("Grow missed"),
            tr("Click on a landslide that was not found; + and − change its size then"),
        ),
        Command("find", "F", tr("Go to…"), tr("Click on the polygon to go to")),
        Command("undo", "U", tr("Undo"), tr("Take the last edit back")),
        Command("explain", "Y", tr("Why?"), tr("Show what in the image spoke for it")),
    ]  # fmt: skip


def class_label(name: str) -> str:
    """A type of movement, for a person to choose."""
    labels = {
        "fall": tr("Fall"),
        "topple": tr("Topple"),
        "slide": tr("Slide"),
        "flow": tr("Flow"),
        "spread": tr("Spread"),
        "complex": tr("Complex"),
    }
    return labels[name]


def class_keys() -> dict[str, str | None]:
    """The type of movement of each digit; 0 is none."""
    return {"0": None, **{str(number): name for number, name in enumerate(CLASSES, 1)}}


class CommandButtons(QWidget):
    """A button for each command, with its key."""

    def __init__(self, run: Callable[[str], None]) -> None:
        super().__init__()
        self.buttons: dict[str, QToolButton] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(4)
        for index, command in enumerate(commands()):
            button = _button(command)
            button.clicked.connect(lambda _checked, name=command.name: run(name))
            self.buttons[command.name] = button
            grid.addWidget(button, index // COLUMNS, index % COLUMNS)


def _button(command: Command) -> QToolButton:
    button = QToolButton()
    button.setObjectName(f"{command.name}Button")
    button.setText(f"{command.text} ({command.key})")
    button.setToolTip(command.hint)
    button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    # A long text must not widen the panel.
    button.setMinimumWidth(1)
    # A click leaves the keys with the map.
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


class ReviewKeys(QObject):
    """Single keys for commands while the map has the focus; before QGIS's own shortcuts.

    `watch` widgets whose keys count, and `stop` when the review ends.
    """

    def __init__(self, actions: Mapping[str, Callable[[], None]]) -> None:
        super().__init__()
        self._actions = dict(actions)
        self._watched: list[QWidget] = []

    def watch(self, widget: QWidget) -> None:
        """Take the keys of a widget."""
        widget.installEventFilter(self)
        self._watched.append(widget)

    def stop(self) -> None:
        """Give all keys back."""
        for widget in self._watched:
            widget.removeEventFilter(self)
        self._watched.clear()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Run a key's command, and nothing else that the key may mean."""
        kind = event.type()
        if kind not in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress):
            return False
        action = self._action(event)
        if action is None:
            return False
        event.accept()
        if kind == QEvent.Type.KeyPress:
            action()
        return True

    def _action(self, event: QKeyEvent) -> Callable[[], None] | None:
        plain = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        # On many keyboards a plus needs Shift.
        is_plain = event.modifiers() in plain or event.text() in ("+", "-")
        return self._actions.get(event.text().upper()) if is_plain else None
