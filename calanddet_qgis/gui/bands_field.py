"""Which band of which raster is what: a line for each role that the checkpoint knows."""

from __future__ import annotations

from qgis.core import QgsRasterLayer
from qgis.gui import QgsRasterBandComboBox
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QFormLayout,
    QGridLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ..messages import role_label, tr
from ..raster_facts import guess_bands, is_paletted
from .widgets import RasterCombo, TextLabel


class RoleField(QWidget):
    """The band of a role: one of the image, or of another raster where that is asked for.

    The choice of that raster is made when it is asked for: one that is made while a layer leaves
    the project would still have it when it is gone, and QGIS 3.40 would crash.
    """

    changed = pyqtSignal()

    def __init__(self, role: str, image: QgsRasterLayer, guessed: int) -> None:
        super().__init__()
        self._role, self._image, self._guessed = role, image, guessed or -1
        self.band = QgsRasterBandComboBox()
        self.band.setObjectName(f"band_{role}")
        self.band.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.band.setShowNotSetOption(True, tr("Choose…"))
        self.elsewhere = QToolButton()
        self.elsewhere.setObjectName(f"elsewhere_{role}")
        self.elsewhere.setText("…")
        self.elsewhere.setCheckable(True)
        text = tr("Take it from another raster")
        self.elsewhere.setToolTip(text)
        self.elsewhere.setAccessibleName(text)
        self.raster: RasterCombo | None = None
        self.setFocusProxy(self.band)
        self._lay_out()
        self.band.setLayer(image)
        self.band.setBand(self._guessed)
        self._connect()

    def band_number(self) -> int:
        """The chosen band, 0 where none is."""
        return max(self.band.currentBand(), 0)

    def place(self) -> tuple[QgsRasterLayer | None, int] | None:
        """The other raster and its band, None where it is the image's own."""
        if self.raster is None or not self.elsewhere.isChecked():
            return None
        return self.raster.currentLayer(), self.band_number()

    def stops(self) -> tuple[QWidget, ...]:
        """What Tab goes through, in this order."""
        return self.band, self.elsewhere

    def _connect(self) -> None:
        self.band.bandChanged.connect(self.changed)
        self.elsewhere.toggled.connect(self._on_elsewhere)

    def _on_elsewhere(self, elsewhere: bool) -> None:
        if self.raster is None:
            self.raster = RasterCombo()
            self.raster.setObjectName(f"raster_{self._role}")
            self._grid.addWidget(self.raster, 1, 0, 1, 2)
            self.setTabOrder(self.elsewhere, self.raster)
            self.raster.layerChanged.connect(self._on_place)
        self.raster.setVisible(elsewhere)
        self._on_place()

    def _on_place(self) -> None:
        """Another raster: its bands, the first of them to begin with."""
        place = self.place()
        layer, elsewhere = place[0] if place else self._image, place is not None
        if layer is not self.band.layer():
            self.band.setLayer(layer)
            self.band.setBand(1 if elsewhere else self._guessed)
        self.changed.emit()

    def _lay_out(self) -> None:
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(2)
        self._grid.setColumnStretch(0, 1)
        self._grid.addWidget(self.band, 0, 0)
        self._grid.addWidget(self.elsewhere, 0, 1)


class BandsField(QWidget):
    """The bands by role, guessed from the layer; a note where there is nothing to choose."""

    changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[str, tuple[str, ...]] | None = None
        self.roles: dict[str, RoleField] = {}
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
        """The image's band by role, 0 where none is chosen; empty where there is no choice."""
        own = {role: each for role, each in self.roles.items() if each.place() is None}
        return {role: each.band_number() for role, each in own.items()}

    def inputs(self) -> dict[str, tuple[QgsRasterLayer | None, int]]:
        """Layer and band by role, of what other rasters give."""
        places = {role: each.place() for role, each in self.roles.items()}
        return {role: place for role, place in places.items() if place is not None}

    def _fill(self, layer: QgsRasterLayer, roles: tuple[str, ...]) -> None:
        guessed, before = guess_bands(layer, roles), self._tab_stop_before()
        for role in roles:
            field = RoleField(role, layer, guessed[role])
            field.changed.connect(self.changed)
            self.roles[role] = field
            self.rows.addRow(role_label(role), field)
            # Later than the fields below, and yet before them.
            for stop in field.stops():
                self.setTabOrder(before, stop)
                before = stop

    def _tab_stop_before(self) -> QWidget:
        """What Tab leaves when it comes here."""
        widget = self.previousInFocusChain()
        while widget is not self and widget.focusPolicy() == Qt.FocusPolicy.NoFocus:
            widget = widget.previousInFocusChain()
        return widget

    def _clear(self) -> None:
        self.roles.clear()
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
