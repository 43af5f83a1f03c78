"""What to search, with what, and where to: the inputs of a run."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from statistics import fmean

from qgis.core import QgsRasterLayer
from qgis.gui import QgsCollapsibleGroupBox, QgsDoubleSpinBox, QgsFileWidget, QgsMapCanvas
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QCheckBox, QComboBox, QFormLayout, QLabel, QVBoxLayout, QWidget

from ..card import known_card
from ..choice import Choice
from ..messages import Failure, duration, overlap_label, tr
from ..phrases import distance_line
from ..plan import Plan, seconds_by_overlap
from ..request import OVERLAPS, default_folder, raster_source
from ..settings import DEVICE, FLIPS, MIN_AREA, OUTPUT_PARENT, OVERLAP, THRESHOLD
from .area_field import AreaField
from .bands_field import BandsField
from .checkpoint_field import CheckpointField
from .device_field import DeviceField
from .distance_field import DistanceField
from .ensemble_field import EnsembleField
from .scenes_field import ScenesField
from .widgets import RasterCombo

MAX_AREA = 1e9  # [m2]
MARKED = "color: #c62828; font-weight: bold"


class DetectForm(QWidget):
    """The inputs, filled with what was used last: two that everybody needs, the others folded."""

    changed = pyqtSignal()

    def __init__(self, canvas: QgsMapCanvas | None = None) -> None:
        super().__init__()
        self.layer = RasterCombo()
        self.images = ScenesField(self.layer)
        self.checkpoint = CheckpointField()
        self.bands = BandsField()
        self.dem = RasterCombo()
        self.area = AreaField(canvas)
        self.distance = DistanceField()
        self.overlap = QComboBox()
        self.flips = QCheckBox(tr("4 × the time"))
        self.ensemble = EnsembleField()
        self.threshold = QgsDoubleSpinBox()
        self.min_area = QgsDoubleSpinBox()
        self.output = QgsFileWidget()
        self.device = DeviceField()
        for name in (
            "layer", "checkpoint", "bands", "dem", "area", "distance", "overlap", "flips",
            "ensemble", "threshold", "min_area", "output", "device",
        ):  # fmt: skip
            getattr(self, name).setObjectName(name)
        self._labels: dict[str, QLabel] = {}
        self._set_up_dem()
        self._set_up_output()
        self._set_up_numbers()
        self._set_up_presets()
        self.more = self._lay_out()
        self._connect()
        self._on_inputs()

    def choice(self) -> Choice:
        """What is chosen. Raises `Failure` where an area is still to be chosen."""
        return Choice(
            layer=self.current_layer(),
            scenes=self.images.scenes,
            checkpoint=self.checkpoint.filePath(),
            card=self.checkpoint.card,
            more_checkpoints=self.ensemble.paths(),
            bands=self.bands.bands(),
            inputs=self.bands.inputs(),
            dem=self.dem.currentLayer(),
            area=self.area.chosen(),
            gsd=self.distance.choice(),
            overlap=self.overlap.currentData(),
            flips=self.flips.isChecked(),
            threshold=self.threshold.value() or None,
            min_area_m2=self.min_area.value() or None,
            out=self.output.filePath().strip(),
            device=self.device.currentData(),
        )

    def current_layer(self) -> QgsRasterLayer | None:
        """The layer to search, or the first of several."""
        return self.images.current_layer()

    def show_plan(self, plan: Plan | None) -> None:
        """Say what a plan means for the fields; None where there is no plan."""
        self.distance.line.show_text(distance_line(plan) if plan else "")
        times = seconds_by_overlap(self.choice(), plan) if plan else {}
        for index, name in enumerate(OVERLAPS):
            told = times.get(name)
            text = overlap_label(name)
            self.overlap.setItemText(index, f"{text} · {duration(told)}" if told else text)

    def mark(self, kind: str) -> None:
        """Mark the field that a failure is about, and bring it to light; no other stays marked."""
        for label in self._labels.values():
            label.setStyleSheet("")
        label = self._labels.get(kind)
        if label:
            label.setStyleSheet(MARKED)
            if self.more.isAncestorOf(label):
                self.more.setCollapsed(False)
            label.buddy().setFocus()

    def marked(self) -> list[str]:
        """The kinds of the fields that are marked."""
        return [kind for kind, label in self._labels.items() if label.styleSheet()]

    def remember(self) -> None:
        """Keep what is chosen for the next time."""
        self.checkpoint.remember()
        THRESHOLD.set(self.threshold.value())
        MIN_AREA.set(self.min_area.value())
        OVERLAP.set(self.overlap.currentData())
        FLIPS.set(self.flips.isChecked())
        DEVICE.set(self.device.currentData())
        if self.output.filePath():
            OUTPUT_PARENT.set(str(Path(self.output.filePath()).parent))

    def stop(self) -> None:
        """Leave nothing behind, on the map or running."""
        self.area.stop()
        self.checkpoint.stop()

    def _set_up_dem(self) -> None:
        self.dem.setAllowEmptyLayer(True, tr("None"))
        self.dem.setCurrentIndex(0)
        self.dem.setToolTip(tr("Gives the polygons slope, elevation and aspect"))

    def _set_up_output(self) -> None:
        self.output.fileChanged.connect(self.output.setToolTip)
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
        self.min_area.setSpecialValueText(tr("10 pixels"))
        self.min_area.setToolTip(tr("Smaller landslides get no polygon"))
        self.min_area.setClearValue(0)
        self.min_area.setValue(MIN_AREA.get())

    def _set_up_presets(self) -> None:
        self.overlap.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        for name in OVERLAPS:
            self.overlap.addItem(overlap_label(name), name)
        self.overlap.setCurrentIndex(max(self.overlap.findData(OVERLAP.get()), 0))
        self.flips.setChecked(FLIPS.get())
        self.flips.setToolTip(tr("Each tile is also seen mirrored, which finds a little better"))

    def _lay_out(self) -> QgsCollapsibleGroupBox:
        more = QgsCollapsibleGroupBox(tr("More options"))
        more.setObjectName("moreOptions")
        more.setSaveCollapsedState(False)
        more.setCollapsed(True)
        rows = QFormLayout(more)
        self._add_row(rows, "bands", tr("Bands"), self.bands)
        self._add_row(rows, "dem", tr("&Elevation"), self.dem)
        self._add_row(rows, "area", tr("&Area"), self.area)
        self._add_row(rows, "gsd", tr("&Pixel size"), self.distance)
        self._add_row(rows, "overlap", tr("Over&lap"), self.overlap)
        self._add_row(rows, "flips", tr("&Flips"), self.flips)
        self._add_row(rows, "ensemble", tr("Ensem&ble"), self.ensemble)
        self._add_row(rows, "threshold", tr("&Threshold"), self.threshold)
        self._add_row(rows, "min_area", tr("&Minimum area"), self.min_area)
        self._add_row(rows, "output", tr("&Results"), self.output)
        self._add_row(rows, "device", tr("De&vice"), self.device)
        form = QFormLayout()
        self._add_row(form, "raster", tr("&Image"), self.images)
        self._add_row(form, "checkpoint", tr("&Checkpoint"), self.checkpoint)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(form)
        return more

    def _add_row(self, form: QFormLayout, kind: str, text: str, field: QWidget) -> None:
        """A row whose label's shortcut key leads to the field; failures of that kind mark it."""
        label = QLabel(text)
        label.setBuddy(field)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(label, field)
        self._labels[kind] = label

    def _connect(self) -> None:
        self.layer.layerChanged.connect(self._on_inputs)
        self.images.changed.connect(self._on_inputs)
        self.checkpoint.changed.connect(self._on_inputs)
        self.ensemble.changed.connect(self._on_inputs)
        for signal in (
            self.bands.changed, self.dem.layerChanged, self.area.changed, self.distance.changed,
            self.overlap.currentIndexChanged, self.flips.toggled, self.threshold.valueChanged,
            self.min_area.valueChanged, self.output.fileChanged, self.device.currentIndexChanged,
        ):  # fmt: skip
            signal.connect(self._on_change)

    def _on_inputs(self) -> None:
        """Another layer or checkpoint: other bands, and another folder to suggest."""
        card = self.checkpoint.card
        self.bands.show_choice(self.current_layer(), card.bands if card else None)
        self.threshold.setSpecialValueText(self._threshold_of_cards())
        self._suggest_folder()
        self._on_change()

    def _threshold_of_cards(self) -> str:
        """What is meant where no threshold is chosen; of an ensemble it is the mean."""
        others = self.ensemble.paths()
        own = tr("The checkpoints' mean") if others else tr("The checkpoint's own")
        cards = [self.checkpoint.card, *map(known_card, others)]
        if None in cards:
            return own
        return f"{own} ({fmean(card.threshold for card in cards):.3g})"

    def _on_change(self) -> None:
        self.mark("")
        self.changed.emit()

    def _suggest_folder(self) -> None:
        """Say where the results will go if no folder is chosen."""
        try:
            scenes = self.images.scenes
            source = scenes.place if scenes else raster_source(self.current_layer())
            folder = default_folder(source, datetime.now())
        except Failure:
            self.output.lineEdit().setPlaceholderText(tr("A new folder in your home"))
            return
        self.output.lineEdit().setPlaceholderText(tr("New: {}").format(folder.name))
