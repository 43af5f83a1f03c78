"""Small widgets that never ask for more room than they are given."""

from __future__ import annotations

import re

from qgis.core import QgsMapLayerProxyModel, QgsProject, QgsRasterLayer
from qgis.gui import QgsMapLayerComboBox
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QPaintEvent
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QLabel,
    QSizePolicy,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QWidget,
)

from ..raster_facts import is_result

# A long word, a path for one, may be broken after these and anyway every so many characters.
LONG_WORD = re.compile(r"\S{24,}")
BREAK_AFTER = re.compile(r"([/\\_:-]|[^\s/\\_:-]{16})(?=\S)")
ZERO_WIDTH_SPACE = "\u200b"


class LayerCombo(QgsMapLayerComboBox):
    """A combo box of layers that elides long names and shows them in full in its tooltip."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        _keep_narrow(self)
        self.currentTextChanged.connect(self.setToolTip)
        self.setToolTip(self.currentText())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the box with its text cut in the middle where it does not fit."""
        _paint_elided(self)


def layer_combo(kind: QgsMapLayerProxyModel.Filter, name: str = "") -> LayerCombo:
    """A choice of a kind of layers, or of none, which it begins with."""
    combo = LayerCombo()
    combo.setObjectName(name)
    combo.setFilters(kind)
    combo.setAllowEmptyLayer(True)
    combo.setLayer(None)
    return combo


class RasterCombo(LayerCombo):
    """Offers the project's raster layers, but for those that a run has made."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFilters(QgsMapLayerProxyModel.Filter.RasterLayer)
        QgsProject.instance().layersAdded.connect(self._hide_results)
        self._hide_results()

    def _hide_results(self) -> None:
        layers = QgsProject.instance().mapLayers().values()
        found = [each for each in layers if isinstance(each, QgsRasterLayer) and is_result(each)]
        self.setExceptedLayerList(found)


class ElidedCombo(QComboBox):
    """A combo box that elides long entries in their middle."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        _keep_narrow(self)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the box with its text cut in the middle where it does not fit."""
        _paint_elided(self)


def _keep_narrow(combo: QComboBox) -> None:
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(8)
    combo.view().setTextElideMode(Qt.TextElideMode.ElideMiddle)


def _paint_elided(combo: QComboBox) -> None:
    painter = QStylePainter(combo)
    option = QStyleOptionComboBox()
    combo.initStyleOption(option)
    control, field = QStyle.ComplexControl.CC_ComboBox, QStyle.SubControl.SC_ComboBoxEditField
    width = combo.style().subControlRect(control, option, field, combo).width()
    if not option.currentIcon.isNull():
        width -= option.iconSize.width() + 4
    option.currentText = option.fontMetrics.elidedText(
        option.currentText, Qt.TextElideMode.ElideMiddle, width
    )
    painter.drawComplexControl(control, option)
    painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)


class TextLabel(QLabel):
    """A label of running text; it is hidden while it is empty, and breaks long paths."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.show_text("")

    def show_text(self, text: str) -> None:
        """Show a text, or nothing at all."""
        self.setText(LONG_WORD.sub(lambda word: _breakable(word.group()), text))
        self.setToolTip(text)
        self.setVisible(bool(text))

    def shown_text(self) -> str:
        """The text as it was given."""
        return self.toolTip()


def _breakable(word: str) -> str:
    return BREAK_AFTER.sub(rf"\1{ZERO_WIDTH_SPACE}", word)


class ElidedLabel(QLabel):
    """A label of one line that is cut where it does not fit, a path for one in its middle, and
    shown in full in its tooltip."""

    def __init__(self, name: str, mode: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle) -> None:
        super().__init__()
        self._mode = mode
        self.setObjectName(name)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_text(self, text: str) -> None:
        """Show a text."""
        self.setText(text)
        self.setToolTip(text)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint as much of the text as fits."""
        painter = QStylePainter(self)
        text = self.fontMetrics().elidedText(self.text(), self._mode, self.width())
        painter.setPen(self.palette().color(self.foregroundRole()))
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self.rect(), flags, text)
