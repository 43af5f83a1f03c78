"""What to search, with what, and where to: the inputs of a run."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from qgis.core import QgsMapLayerProxyModel, QgsRasterLayer
from qgis.gui import QgsCollapsibleGroupBox, QgsDoubleSpinBox, QgsFileWidget
from qgis.PyQt.QtWidgets import QComboBox, QFormLayout, QLabel, QVBoxLayout, QWidget

from ..messages import Failure, checkpoint_filter, overlap_label, tr
from ..request import (
    OVERLAPS,
    DetectRequest,
    check_checkpoint,
    check_fresh,
    default_folder,
    first_checkpoint,
    raster_source,
)
from ..settings import CHECKPOINT, MIN_AREA, OUTPUT_PARENT, OVERLAP, THRESHOLD
from .widgets import LayerCombo

MAX_AREA = 1e9  # [m2]


class DetectForm(QWidget):
    """The inputs, filled with what was used last."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = LayerCombo()
        self.checkpoint = QgsFileWidget()
        self.threshold = QgsDoubleSpinBox()
        self.output = QgsFileWidget()
        self.overlap = QComboBox()
        self.min_area = QgsDoubleSpinBox()
        for name in ("layer", "checkpoint", "threshold", "output", "overlap", "min_area"):
            getattr(self, name).setObjectName(name)
        self._set_up_layer()
        self._set_up_files()
        self._set_up_numbers()
        self._lay_out()
        self._suggest_folder()

    def request(self, now: datetime) -> DetectRequest:
        """What is chosen, for a run that starts now. Raises `Failure` where it cannot run."""
        source = raster_source(self.current_layer())
        folder = self.output.filePath() or str(default_folder(source, now))
        return DetectRequest(
            raster=source,
            checkpoint=check_checkpoint(self.checkpoint.filePath()),
            out=check_fresh(folder),
            threshold=self.threshold.value() or None,
            min_area_m2=self.min_area.value(),
            overlap=self.overlap.currentData(),
        )

    def current_layer(self) -> QgsRasterLayer | None:
        """The layer to search."""
        return self.layer.currentLayer()

    def remember(self) -> None:
        """Keep what is chosen for the next time."""
        CHECKPOINT.set(self.checkpoint.filePath())
        THRESHOLD.set(self.threshold.value())
        MIN_AREA.set(self.min_area.value())
        OVERLAP.set(self.overlap.currentData())
        if self.output.filePath():
            OUTPUT_PARENT.set(str(Path(self.output.filePath()).parent))

    def _set_up_layer(self) -> None:
        self.layer.setFilters(QgsMapLayerProxyModel.Filter.RasterLayer)
        self.layer.layerChanged.connect(self._suggest_folder)

    def _set_up_files(self) -> None:
        for widget in (self.checkpoint, self.output):
            widget.fileChanged.connect(widget.setToolTip)
        self.checkpoint.setFilter(checkpoint_filter())
        self.checkpoint.setDialogTitle(tr("Choose a checkpoint"))
        self.checkpoint.lineEdit().setPlaceholderText(tr("A .safetensors, .pt or .pth file"))
        self.checkpoint.setFilePath(first_checkpoint())
        self.output.setStorageMode(QgsFileWidget.StorageMode.GetDirectory)
        self.output.setDialogTitle(tr("Choose a folder for the results"))
        self.output.setDefaultRoot(OUTPUT_PARENT.get())
        self.output.lineEdit().setShowClearButton(True)

    def _set_up_numbers(self) -> None:
        self.threshold.setRange(0, 1)
        self.threshold.setSingleStep(0.05)
        self.threshold.setSpecialValueText(tr("The checkpoint's own"))
        self.threshold.setToolTip(tr("Probability from which a pixel is a landslide"))
        self.threshold.setClearValue(0)
        self.threshold.setValue(THRESHOLD.get())
        self.min_area.setRange(0, MAX_AREA)
        self.min_area.setSuffix(" m²")
        self.min_area.setSpecialValueText(tr("Any"))
        self.min_area.setToolTip(tr("Smaller landslides get no polygon"))
        self.min_area.setClearValue(0)
        self.min_area.setValue(MIN_AREA.get())
        shrinking = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        self.overlap.setSizeAdjustPolicy(shrinking)
        for name in OVERLAPS:
            self.overlap.addItem(overlap_label(name), name)
        self.overlap.setCurrentIndex(max(self.overlap.findData(OVERLAP.get()), 0))

    def _lay_out(self) -> None:
        more = QgsCollapsibleGroupBox(tr("More options"))
        more.setObjectName("moreOptions")
        more.setSaveCollapsedState(False)
        more.setCollapsed(True)
        rows = QFormLayout(more)
        _add_row(rows, tr("O&verlap"), self.overlap)
        _add_row(rows, tr("&Minimum area"), self.min_area)
        form = QFormLayout()
        _add_row(form, tr("&Image"), self.layer)
        _add_row(form, tr("&Checkpoint"), self.checkpoint)
        _add_row(form, tr("&Threshold"), self.threshold)
        _add_row(form, tr("&Results"), self.output)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(form)
        layout.addWidget(more)

    def _suggest_folder(self) -> None:
        """Say where the results will go if no folder is chosen."""
        try:
            folder = default_folder(raster_source(self.current_layer()), datetime.now())
        except Failure:
            self.output.lineEdit().setPlaceholderText(tr("A new folder beside the image"))
            return
        self.output.lineEdit().setPlaceholderText(tr("New: {}").format(folder.name))


def _add_row(form: QFormLayout, text: str, field: QWidget) -> None:
    """A row whose label's shortcut key leads to the field."""
    label = QLabel(text)
    label.setBuddy(field)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    form.addRow(label, field)
