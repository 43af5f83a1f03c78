"""The ground sampling distance at which the network sees the image."""

from __future__ import annotations

from qgis.gui import QgsDoubleSpinBox
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from ..messages import tr
from .widgets import TextLabel

AUTO, NATIVE, METRES = "auto", "native", "metres"
SMALLEST, LARGEST = 0.01, 1000.0  # [m]


class DistanceField(QWidget):
    """Automatic, the image's own, or metres; and a line that says what that comes to."""

    changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.kind = QComboBox()
        self.kind.setObjectName("distanceKind")
        self.kind.addItem(tr("As the checkpoint needs it"), AUTO)
        self.kind.addItem(tr("The image's own"), NATIVE)
        self.kind.addItem(tr("Another"), METRES)
        self.kind.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.metres = QgsDoubleSpinBox()
        self.metres.setObjectName("distanceMetres")
        self.metres.setDecimals(3)
        self.metres.setRange(SMALLEST, LARGEST)
        self.metres.setSingleStep(0.1)
        self.metres.setSuffix(" m")
        self.metres.setToolTip(tr("Metres a pixel"))
        self.metres.setValue(1.0)
        self.metres.setShowClearButton(False)
        self.line = TextLabel("distanceLine")
        self.setFocusProxy(self.kind)
        row = QHBoxLayout()
        row.addWidget(self.kind, 1)
        row.addWidget(self.metres)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(row)
        layout.addWidget(self.line)
        self.kind.currentIndexChanged.connect(self._on_kind)
        self.metres.valueChanged.connect(self.changed)
        self._on_kind()

    def choice(self) -> str:
        """auto, native, or metres as a number."""
        kind = self.kind.currentData()
        return f"{self.metres.value():g}" if kind == METRES else kind

    def _on_kind(self) -> None:
        self.metres.setVisible(self.kind.currentData() == METRES)
        self.changed.emit()
