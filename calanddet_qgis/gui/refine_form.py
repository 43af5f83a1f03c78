"""Threshold, minimum area and smoothing, to be moved."""

from __future__ import annotations

from qgis.gui import QgsDoubleSpinBox
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QSlider,
    QToolButton,
    QWidget,
)

from ..messages import tr
from ..refine.finished_run import FinishedRun, Settings
from ..refine.shading import STEPS

MAX_AREA = 1e9  # [m2]
MAX_SIMPLIFY = 10.0  # [px]
MIN_WIDTH = 64  # of a field [px]
# Of the slider for each step of a page key or a click beside the handle.
PAGE_STEP = 0.1


class RefineForm(QWidget):
    """The settings of a run, as the user wants them."""

    changed = pyqtSignal(Settings)

    def __init__(self) -> None:
        super().__init__()
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.threshold = QgsDoubleSpinBox()
        self.min_area = QgsDoubleSpinBox()
        self.simplify = QgsDoubleSpinBox()
        for name in ("slider", "threshold", "min_area", "simplify"):
            getattr(self, name).setObjectName(f"refine_{name}")
        self._set_up()
        self._lay_out()
        self.slider.valueChanged.connect(self._follow_slider)
        self.threshold.valueChanged.connect(self._follow_threshold)
        for box in (self.min_area, self.simplify):
            box.valueChanged.connect(self._tell)

    def show_run(self, run: FinishedRun, settings: Settings) -> None:
        """Show settings of a run; nothing is said to have changed."""
        widgets = (self.slider, self.threshold, self.min_area, self.simplify)
        for widget in widgets:
            widget.blockSignals(True)
        self.min_area.setSuffix(" m²" if run.has_crs else " px")
        if settings != self.settings():
            self.threshold.setValue(settings.threshold)
            self.slider.setValue(round(settings.threshold * STEPS))
            self.min_area.setValue(settings.min_area_m2)
            self.simplify.setValue(settings.simplify_px)
        self._exact = settings
        for widget in widgets:
            widget.blockSignals(False)

    def settings(self) -> Settings:
        """What is chosen; what nobody has moved is to the last digit what was shown."""
        shown, exact = (self.threshold, self.min_area, self.simplify), self._exact.values().values()
        values = [
            value
            if round(value, box.decimals()) == round(box.value(), box.decimals())
            else box.value()
            for box, value in zip(shown, exact)
        ]
        return Settings(*values)

    def add_run_row(self, runs: QComboBox, button: QToolButton) -> None:
        """Put the choice of a run on top."""
        runs.setMinimumWidth(MIN_WIDTH)
        row = QHBoxLayout()
        row.addWidget(runs, 1)
        row.addWidget(button)
        label = QLabel(tr("R&un"))
        label.setBuddy(runs)
        self._rows.insertRow(0, label, row)

    def _follow_slider(self, value: int) -> None:
        self.threshold.blockSignals(True)
        self.threshold.setValue(value / STEPS)
        self.threshold.blockSignals(False)
        self._tell()

    def _follow_threshold(self, value: float) -> None:
        self.slider.blockSignals(True)
        self.slider.setValue(round(value * STEPS))
        self.slider.blockSignals(False)
        self._tell()

    def _tell(self) -> None:
        self.changed.emit(self.settings())

    def _set_up(self) -> None:
        self._exact = Settings(0.5, 0, 0)
        self.slider.setRange(1, STEPS)
        self.slider.setPageStep(round(PAGE_STEP * STEPS))
        self.slider.setMinimumWidth(MIN_WIDTH)
        self.threshold.setDecimals(3)
        self.threshold.setRange(1 / STEPS, 1)
        self.threshold.setSingleStep(0.01)
        self.min_area.setRange(0, MAX_AREA)
        self.min_area.setStepType(QAbstractSpinBox.StepType.AdaptiveDecimalStepType)
        self.min_area.setSpecialValueText(tr("Any"))
        self.simplify.setRange(0, MAX_SIMPLIFY)
        self.simplify.setSingleStep(0.25)
        self.simplify.setSuffix(" px")
        self.simplify.setSpecialValueText(tr("Exact outlines"))
        for box in (self.threshold, self.min_area, self.simplify):
            box.setShowClearButton(False)
            # Else the largest area that can be typed in widens the panel.
            box.setMinimumWidth(MIN_WIDTH)
        tip = tr("Probability from which a pixel is a landslide")
        self.threshold.setToolTip(tip)
        self.slider.setToolTip(tip)
        self.min_area.setToolTip(tr("Smaller landslides get no polygon"))
        self.simplify.setToolTip(
            tr("How far an outline may stray from the exact one; the pixels inside stay the same")
        )

    def _lay_out(self) -> None:
        self._rows = QFormLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        row = QHBoxLayout()
        row.addWidget(self.slider, 1)
        row.addWidget(self.threshold)
        label = QLabel(tr("&Threshold"))
        label.setBuddy(self.slider)
        self._rows.addRow(label, row)
        for text, box in ((tr("&Minimum area"), self.min_area), (tr("&Smoothing"), self.simplify)):
            label = QLabel(text)
            label.setBuddy(box)
            self._rows.addRow(label, box)
