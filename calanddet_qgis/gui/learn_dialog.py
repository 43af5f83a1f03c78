"""Learn from a review: the checkpoint goes on, is judged beside the old one, and is offered."""

from __future__ import annotations

import os

from qgis.core import QgsVectorLayer
from qgis.gui import QgsSpinBox
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QCloseEvent
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from ..learned import FIGURES, MINUTES, advice, rows
from ..messages import Failure, checkpoint_filter, duration, progress, tr
from ..request import check_checkpoint, raster_source
from ..review.learning import (
    AREA,
    AROUND,
    MOST_MINUTES,
    WHOLE,
    Learning,
    check_enough,
    check_new,
    image_of,
    known_run,
    stage_line,
    tally,
    tally_line,
)
from ..worker import DetectTask, Event
from .checkpoint_field import CheckpointField
from .inventory_dialog import (
    InventoryDialog,
    output_file,
    polygon_combo,
    raster_combo,
    source_of,
)
from .widgets import TextLabel


class LearnDialog(InventoryDialog):
    """What is learned from, for how long, and whether it was worth it.

    Closed while it runs it only hides, and comes back with the result.
    """

    checkpoint_wanted = pyqtSignal(str)  # the new checkpoint is to be used from now on

    # As long as a detection: whoever changes the runtime waits for its end.
    TASK = DetectTask

    def __init__(self, layer: QgsVectorLayer, parent: QWidget | None = None) -> None:
        super().__init__(layer, tr("Learn from this review"), parent)
        self._run = known_run(layer)
        self._result: Event = {}
        self.tally = TextLabel("learnTally")
        self.image, self.area = raster_combo(), polygon_combo(layer)
        self.checkpoint = CheckpointField()
        self.searched = QComboBox()
        self.minutes = QgsSpinBox()
        self.out = output_file(layer, "learned.safetensors", checkpoint_filter())
        self.table = _table()
        self.use_button = QPushButton(tr("&Use the new checkpoint"))
        self.use_button.setObjectName("useLearned")
        self.use_button.clicked.connect(self._use)
        self._set_up()
        self._lay_out()
        self._show_tally()

    def words(self, source: str) -> list[str]:
        """The worker's command. Raises `Failure` for what cannot work."""
        self._show_tally()
        check_enough(tally(self.layer))
        chosen = Learning(
            source,
            raster_source(self.image.currentLayer()),
            check_checkpoint(self.checkpoint.filePath()),
            check_new(self.out.filePath()),
            self.searched.currentData(),
            self._area(),
            self.minutes.value(),
        )
        self._show_result({})
        return chosen.words(self._run)

    def finish(self, result: Event) -> str:
        """Show both checkpoints' figures, and say which to use."""
        self._show_result(result)
        self.show_link(result["paths"]["report"], tr("Where the new one is right and wrong"))
        return advice(result["counts"])

    def done(self, code: int) -> None:
        """A learning goes on behind a closed dialog; `stop` ends it."""
        if self.is_running:
            self.hide()
            return
        self.checkpoint.stop()
        super().done(code)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing by the window's own button is no other than by ours."""
        if self.is_running:
            # Accepted, it would delete the dialog.
            event.ignore()
            self.hide()
            return
        super().closeEvent(event)

    def run_label(self) -> str:
        """What the button says that runs it."""
        return tr("&Learn")

    def stop_text(self) -> str:
        """What is left of a learning that was cancelled."""
        return tr("What was learned is kept: started again with the same choices, it goes on.")

    def on_event(self, event: Event) -> None:
        """Say what is being done, and how long it still takes."""
        if event["event"] == "progress":
            self.text.show_text(f"{stage_line(event)} {_left(event)}".strip())

    def on_end(self) -> None:
        """Come back with what came out."""
        if not self.isVisible():
            # Without taking the keyboard from what is being done.
            self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
            self.show()

    def _area(self) -> str | None:
        """The file of the area that was searched, where one is to be chosen."""
        if self.searched.currentData() != AREA:
            return None
        if self.area.currentLayer() is None:
            message = tr("The area that was searched is not chosen.")
            raise Failure("area", message, tr("Choose its polygons."))
        return source_of(self.area.currentLayer())

    def _use(self) -> None:
        self.checkpoint_wanted.emit(self._result["paths"]["checkpoint"])
        self.use_button.setEnabled(False)
        self.text.show_text(tr("The new checkpoint is chosen in the Detect tab."))

    def _set_up(self) -> None:
        self.image.setLayer(image_of(self._run))
        used = self._run.get("checkpoint", "")
        if os.path.isfile(used):
            self.checkpoint.setFilePath(used)
        self.searched.addItem(tr("Around the decided polygons"), AROUND)
        self.searched.addItem(tr("The whole image: all of it was searched"), WHOLE)
        self.searched.addItem(tr("Polygons of the area searched"), AREA)
        self.searched.setToolTip(tr("Ground that counts as free of landslides elsewhere"))
        self.searched.currentIndexChanged.connect(self._show_area)
        self.minutes.setRange(1, MOST_MINUTES)
        self.minutes.setClearValue(MINUTES)
        self.minutes.setValue(MINUTES)
        self.minutes.setSuffix(" " + tr("min"))

    def _lay_out(self) -> None:
        self.form.addRow(self.tally)
        self.add_row(tr("&Image"), self.image)
        self.add_row(tr("&Checkpoint"), self.checkpoint)
        self.add_row(tr("Ground that cou&nts"), self.searched)
        self.add_row(tr("Area &searched"), self.area)
        self.add_row(tr("&Time to learn"), self.minutes)
        self.add_row(tr("Ne&w checkpoint"), self.out)
        self.layout().insertWidget(self.layout().indexOf(self.notes), self.table)
        self.layout().insertWidget(self.layout().indexOf(self.notes), self.use_button)
        self._show_area()
        self._show_result({})

    def _show_tally(self) -> None:
        try:
            self.tally.show_text(tally_line(tally(self.layer)))
        except Failure as failure:
            self.tally.show_text(str(failure))

    def _show_area(self) -> None:
        is_wanted = self.searched.currentData() == AREA
        self.area.setVisible(is_wanted)
        self.form.labelForField(self.area).setVisible(is_wanted)

    def _show_result(self, result: Event) -> None:
        self._result = result
        self.table.setVisible(bool(result))
        self.use_button.setVisible(bool(result))
        self.use_button.setEnabled(bool(result))
        if result:
            for row, texts in enumerate(rows(result["counts"])):
                for column, text in enumerate(texts):
                    self.table.setItem(row, column, _cell(text, column))


def _left(event: Event) -> str:
    if not event.get("total"):
        return ""
    if event.get("stage") == "training":
        left = event.get("eta_s")
        return "" if left is None else tr("{} left").format(duration(left))
    return progress(event)


def _table() -> QTableWidget:
    """Figures of the old and the new checkpoint, as large as its content."""
    table = QTableWidget(len(FIGURES), 3)
    table.setObjectName("learnTable")
    table.setHorizontalHeaderLabels([tr("On ground held out"), tr("Old"), tr("New")])
    table.verticalHeader().hide()
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
    table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
    table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    heights = table.horizontalHeader().sizeHint().height() + table.verticalHeader().length()
    table.setFixedHeight(heights + 2 * table.frameWidth())
    return table


def _cell(text: str, column: int) -> QTableWidgetItem:
    item = QTableWidgetItem(text)
    if column:
        item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return item
