"""Which band of the image is which: one combo box for each role that the checkpoint knows."""

from __future__ import annotations

from qgis.core import QgsRasterLayer
from qgis.gui import QgsRasterBandComboBox
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QComboBox, QFormLayout, QVBoxLayout, QWidget

from ..messages import role_label, tr
from ..raster_facts import guess_bands, is_paletted
from .widgets import TextLabel


class BandsField(QWidget):
    """The bands by role, guessed from the layer; a note where there is nothing to choose."""

    changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[str, tuple[str, ...]] | None = None
        self.combos: dict[str, QgsRasterBandComboBox] = {}
        self.note = TextLabel("bandsNote")
        self.rows = QFormLayout()
        self.rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(self.rows)
        layout.addWidget(self.note)

    def show_choice(self, layer: QgsRasterLayer | None, roles: tuple[str, ...] | None) -> None:
        """Offer the bands of a layer for these roles; None where they are not known yet."""
        shown = (layer.id() if layer else "", roles or ())
        if shown == self._shown:
            return
        self._shown = shown
        self._clear()
        note = _note(layer, roles)
        self.note.show_text(note)
        if not note:
            self._fill(layer, roles)

    def bands(self) -> dict[str, int]:
        """The chosen band by role, 0 where none is; empty where there is nothing to choose."""
        return {role: max(combo.currentBand(), 0) for role, combo in self.combos.items()}

    def _fill(self, layer: QgsRasterLayer, roles: tuple[str, ...]) -> None:
        guessed, before = guess_bands(layer, roles), self._tab_stop_before()
        for role in roles:
            combo = QgsRasterBandComboBox()
            combo.setObjectName(f"band_{role}")
            combo.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            combo.setShowNotSetOption(True, tr("Choose…"))
            combo.setLayer(layer)
            combo.setBand(guessed[role] or -1)
            combo.bandChanged.connect(self.changed)
            self.combos[role] = combo
            self.rows.addRow(role_label(role), combo)
            # Later than the fields below, and yet before them.
            self.setTabOrder(before, combo)
            before = combo

    def _tab_stop_before(self) -> QWidget:
        """What Tab leaves when it comes here."""
        widget = self.previousInFocusChain()
        while widget is not self and widget.focusPolicy() == Qt.FocusPolicy.NoFocus:
            widget = widget.previousInFocusChain()
        return widget

    def _clear(self) -> None:
        self.combos.clear()
        while self.rows.rowCount():
            self.rows.removeRow(0)


def _note(layer: QgsRasterLayer | None, roles: tuple[str, ...] | None) -> str:
    """Why there is nothing to choose; empty where there is."""
    if layer is None or not layer.isValid():
        return tr("Those of the image, once one is chosen.")
    if roles is None:
        return tr("As the checkpoint needs them.")
    if layer.dataProvider().xSize() == 0:
        return tr("The colours that the service gives.")
    if is_paletted(layer):
        return tr("The colours of the image's colour table.")
    return ""
