"""Where to search: the whole layer, what the map shows, selected polygons, or a rectangle drawn."""

from __future__ import annotations

from contextlib import suppress

from qgis.core import (
    QgsGeometry,
    QgsMapLayerProxyModel,
    QgsPointXY,
    QgsRectangle,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qgis.gui import QgsMapCanvas, QgsMapTool, QgsMapToolExtent, QgsRubberBand
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtWidgets import QPushButton, QVBoxLayout, QWidget

from ..area import ChosenArea
from ..messages import Failure, tr
from .widgets import ElidedCombo, LayerCombo

WHOLE, CANVAS, SELECTION, DRAWN = "whole", "canvas", "selection", "drawn"
OUTLINE, FILLING = QColor(220, 80, 20), QColor(220, 80, 20, 30)


class AreaField(QWidget):
    """A combo box of the ways to choose an area, and what each of them needs."""

    changed = pyqtSignal()

    def __init__(self, canvas: QgsMapCanvas | None) -> None:
        super().__init__()
        self._canvas = canvas
        self._tool: QgsMapToolExtent | None = None
        self._tool_before: QgsMapTool | None = None
        self._band: QgsRubberBand | None = None
        self._drawn: ChosenArea | None = None
        self._heard: QgsVectorLayer | None = None
        self.kind = ElidedCombo()
        self.kind.setObjectName("areaKind")
        self.polygons = LayerCombo()
        self.polygons.setObjectName("areaLayer")
        self.polygons.setFilters(QgsMapLayerProxyModel.Filter.PolygonLayer)
        self.draw = QPushButton(tr("&Draw it on the map"))
        self.draw.setObjectName("areaDraw")
        self.draw.setCheckable(True)
        self.setFocusProxy(self.kind)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for widget in (self.kind, self.polygons, self.draw):
            layout.addWidget(widget)
        self._fill()
        self._connect()
        self._on_kind()

    def chosen(self) -> ChosenArea | None:
        """The area, or None for the whole layer. Raises `Failure` where there is none yet."""
        kind = self.kind.currentData()
        if kind == CANVAS:
            settings = self._canvas.mapSettings()
            # Turned where the map is; closed, as an open one would be taken for a line.
            corners = [QgsPointXY(corner) for corner in settings.visiblePolygon()]
            extent = QgsGeometry.fromPolygonXY([[*corners, corners[0]]])
            return ChosenArea(extent, settings.destinationCrs())
        if kind == SELECTION:
            return self._selected()
        if kind == DRAWN:
            if self._drawn is None:
                message = tr("No rectangle is drawn yet.")
                raise Failure("area", message, tr("Press Draw it on the map, and drag there."))
            return self._drawn
        return None

    def stop(self) -> None:
        """Take everything off the map."""
        self._give_tool_back()
        if self._band:
            self._canvas.scene().removeItem(self._band)
            self._band = None

    def _selected(self) -> ChosenArea:
        layer = self.polygons.currentLayer()
        if layer is None:
            message = tr("There is no polygon layer to take the area from.")
            raise Failure("area", message, tr("Add one, or choose another way."))
        shapes = [feature.geometry() for feature in layer.selectedFeatures()]
        shapes = [shape for shape in shapes if not shape.isEmpty()]
        if not shapes:
            message = tr("No polygon of {} is selected.").format(layer.name())
            raise Failure("area", message, tr("Select those to search in."))
        return ChosenArea(QgsGeometry.unaryUnion(shapes), layer.crs())

    def _fill(self) -> None:
        self.kind.addItem(tr("Whole layer"), WHOLE)
        if self._canvas:
            self.kind.addItem(tr("What the map shows"), CANVAS)
        self.kind.addItem(tr("Selected polygons of a layer"), SELECTION)
        if self._canvas:
            self.kind.addItem(tr("A rectangle, drawn"), DRAWN)

    def _connect(self) -> None:
        self.kind.currentIndexChanged.connect(self._on_kind)
        self.polygons.layerChanged.connect(self._follow_selection)
        self._follow_selection()
        if self._canvas:
            self._canvas.extentsChanged.connect(self._on_extent)
            self._canvas.mapToolSet.connect(self._on_tool)
            self.draw.toggled.connect(self._on_draw)

    def _follow_selection(self) -> None:
        """Hear of the selection in the layer that is chosen now."""
        if self._heard is not None:
            # It may be gone; one that is read again is another, by the same name.
            with suppress(RuntimeError, TypeError):
                self._heard.selectionChanged.disconnect(self.changed)
        self._heard = self.polygons.currentLayer()
        if self._heard is not None:
            self._heard.selectionChanged.connect(self.changed)
        self.changed.emit()

    def _on_extent(self) -> None:
        if self.kind.currentData() == CANVAS:
            self.changed.emit()

    def _on_kind(self) -> None:
        kind = self.kind.currentData()
        self.polygons.setVisible(kind == SELECTION)
        self.draw.setVisible(kind == DRAWN)
        if kind != DRAWN:
            self._give_tool_back()
        if self._band:
            self._band.setVisible(kind == DRAWN)
        self.changed.emit()

    def _on_draw(self, wanted: bool) -> None:
        if not wanted:
            self._give_tool_back()
            return
        self._tool_before = self._canvas.mapTool()
        self._tool = QgsMapToolExtent(self._canvas)
        self._tool.extentChanged.connect(self._on_drawn)
        self._canvas.setMapTool(self._tool)

    def _on_drawn(self, extent: QgsRectangle) -> None:
        if extent.isEmpty():
            return
        self._drawn = ChosenArea.of_rectangle(extent, self._canvas.mapSettings().destinationCrs())
        if self._band is None:
            self._band = QgsRubberBand(self._canvas, QgsWkbTypes.GeometryType.PolygonGeometry)
            self._band.setStrokeColor(OUTLINE)
            self._band.setFillColor(FILLING)
            self._band.setWidth(2)
        self._band.setToGeometry(self._drawn.geometry, self._drawn.crs)
        self._give_tool_back()
        self.changed.emit()

    def _on_tool(self, tool: QgsMapTool | None, before: QgsMapTool | None = None) -> None:
        """Another tool was taken in the middle of it."""
        if self._tool and tool is not self._tool:
            self._tool_before = None
            self._give_tool_back()

    def _give_tool_back(self) -> None:
        tool, self._tool = self._tool, None
        if tool:
            tool.clearRubberBand()
            if self._canvas.mapTool() is tool:
                self._canvas.unsetMapTool(tool)
                if self._tool_before:
                    self._canvas.setMapTool(self._tool_before)
            tool.deleteLater()
        self._tool_before = None
        self.draw.setChecked(False)
