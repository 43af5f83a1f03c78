"""The polygon under review: how far the review is, what is known, and what can be done."""

from __future__ import annotations

from collections.abc import Callable

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ..messages import area, number, tr
from ..review.schema import CLASSES, Values
from .review_keys import CommandButtons, class_label
from .review_why import WhyBox
from .widgets import TextLabel


class ReviewCard(QWidget):
    """Shows one polygon and the progress; hidden while there is no review."""

    class_chosen = pyqtSignal(object)  # a type of movement, or None
    save_wanted = pyqtSignal()
    leave_wanted = pyqtSignal()

    def __init__(self, run: Callable[[str], None]) -> None:
        super().__init__()
        self.bar = QProgressBar()
        self.bar.setObjectName("reviewProgress")
        self.title = TextLabel("reviewTitle")
        self.title.setStyleSheet("font-weight: bold")
        self.facts = TextLabel("reviewFacts")
        self.movement = _movement_combo()
        self.movement.activated.connect(self._tell_class)
        self.commands = CommandButtons(run)
        self.why = WhyBox()
        self.swipe = _check_box("reviewSwipe", tr("Swipe the image from before (W)"))
        self.hide_rejected = _check_box("reviewHideRejected", tr("Hide rejected polygons (H)"))
        self.message = TextLabel("reviewMessage")
        self.save_button = _button("saveReview", tr("Save"), self.save_wanted)
        self.leave_button = _button("leaveReview", tr("Leave the review"), self.leave_wanted)
        self._lay_out()

    def show_progress(self, decided: int, total: int) -> None:
        """How many polygons are decided, of how many."""
        self.bar.setMaximum(max(total, 1))
        self.bar.setValue(decided)
        self.bar.setFormat(tr("{} of {}").format(number(decided), number(total)))

    def show_polygon(self, values: Values) -> None:
        """What is known of the polygon under review."""
        self.title.show_text(_title(values))
        self.facts.show_text(_facts(values))
        self.movement.setCurrentIndex(max(self.movement.findData(values.get("class")), 0))
        self._enable(True)

    def show_done(self, total: int) -> None:
        """No polygon is left to decide."""
        self.title.show_text(tr("All {} polygons are decided.").format(number(total)))
        self.facts.show_text(tr("Save them now; Previous and Go to… lead back to any."))

    def show_none(self) -> None:
        """There is no polygon under review."""
        self.title.show_text(tr("No polygon is chosen."))
        self.facts.show_text(tr("Go to the next one, or to one on the map."))
        self._enable(False)

    def _enable(self, is_there: bool) -> None:
        """Commands for the polygon under review work while there is one."""
        self.movement.setEnabled(is_there)
        for name in ("accept", "reject", "edit", "redraw", "split", "merge", "explain"):
            self.commands.buttons[name].setEnabled(is_there)

    def _tell_class(self, index: int) -> None:
        self.class_chosen.emit(self.movement.itemData(index))

    def _lay_out(self) -> None:
        kind = QFormLayout()
        kind.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        kind.addRow(tr("&Movement"), self.movement)
        ends = QHBoxLayout()
        ends.addWidget(self.save_button)
        ends.addWidget(self.leave_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for widget in (self.bar, self.title, self.facts):
            layout.addWidget(widget)
        layout.addLayout(kind)
        for widget in (
            self.commands, self.why, self.swipe, self.hide_rejected, self.message,
        ):  # fmt: skip
            layout.addWidget(widget)
        layout.addLayout(ends)


def _title(values: Values) -> str:
    statuses = {
        "predicted": tr("predicted"),
        "accepted": tr("accepted"),
        "edited": tr("edited"),
        "added": tr("added"),
        "rejected": tr("rejected"),
    }
    name = tr("No. {}").format(values.get("id", "?"))
    status = values.get("status") or "predicted"
    return f"{name} · {statuses.get(status, status)}"


def _facts(values: Values) -> str:
    """`1,240 m² · probability 0.63 · 92 % of the original outline`."""
    parts = []
    if values.get("area_m2") is not None:
        parts.append(area(values["area_m2"]))
    if values.get("probability_mean") is not None:
        parts.append(tr("probability {}").format(f"{values['probability_mean']:.2f}"))
    if values.get("iou_original") is not None:
        overlap = number(100 * values["iou_original"])
        parts.append(tr("IoU with the original {} %").format(overlap))
    return " · ".join(parts)


def _movement_combo() -> QComboBox:
    combo = QComboBox()
    combo.setObjectName("reviewClass")
    combo.addItem(tr("(not classified)") + " (0)", None)
    for key, name in enumerate(CLASSES, 1):
        combo.addItem(f"{class_label(name)} ({key})", name)
    return combo


def _check_box(name: str, text: str) -> QCheckBox:
    box = QCheckBox(text)
    box.setObjectName(name)
    # The keys stay with the map.
    box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return box


def _button(name: str, text: str, signal: object) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.clicked.connect(lambda: signal.emit())
    return button
