"""The map during a review: the polygon outlined and in the middle, tools lent, images swiped."""

from __future__ import annotations

from collections.abc import Callable

from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeature,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsUnitTypes,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qgis.gui import QgisInterface, QgsMapMouseEvent, QgsMapTool, QgsRubberBand
from qgis.PyQt.QtCore import QEvent, QPoint, Qt
from qgis.PyQt.QtGui import QColor

from .review_swipe import Swipe
from .review_tools import ClickTool, DrawTool

# Of a polygon's own extent, how much is shown; and at least so much [m].
CONTEXT, LEAST_M = 3.0, 60.0
HALO, HALO_WIDTH, NO_FILL = QColor(255, 235, 59, 230), 3, QColor(0, 0, 0, 0)
POLYGON = QgsWkbTypes.GeometryType.PolygonGeometry
LINE = QgsWkbTypes.GeometryType.LineGeometry


class ReviewMap:
    """QGIS's canvas as one review of a layer uses it, until `close`."""

    def __init__(self, iface: QgisInterface, layer: QgsVectorLayer) -> None:
        self.canvas = iface.mapCanvas()
        self.swipe: Swipe | None = None
        self._iface, self._layer = iface, layer
        self._crs = QgsCoordinateReferenceSystem(layer.crs())
        self._former = self.canvas.mapTool()
        self._tool: QgsMapTool | None = None
        self._band = QgsRubberBand(self.canvas, POLYGON)
        self._band.setStrokeColor(HALO)
        self._band.setFillColor(NO_FILL)
        self._band.setWidth(HALO_WIDTH)
        iface.setActiveLayer(layer)
        self.canvas.setFocus()

    def close(self) -> None:
        """Leave the canvas as it was; the layer may be gone."""
        self.end_tool()
        self.show_before(None)
        self.canvas.scene().removeItem(self._band)

    # ---- the polygon -------------------------------------------------------------------------

    def outline(self, geometry: QgsGeometry | None) -> None:
        """Outline the polygon under review; None clears."""
        self._band.reset(POLYGON)
        if geometry is not None and not geometry.isEmpty():
            self._band.setToGeometry(geometry, self._crs)

    def zoom(self, geometry: QgsGeometry) -> None:
        """Show a polygon with its surroundings."""
        metre = QgsUnitTypes.fromUnitToUnitFactor(
            QgsUnitTypes.DistanceUnit.DistanceMeters, self._crs.mapUnits()
        )
        box = geometry.boundingBox()
        side = max(CONTEXT * max(box.width(), box.height()), LEAST_M * metre)
        around = QgsRectangle(
            box.center().x() - side / 2, box.center().y() - side / 2,
            box.center().x() + side / 2, box.center().y() + side / 2,
        )  # fmt: skip
        self.canvas.setExtent(self._transform().transformBoundingBox(around))
        self.canvas.refresh()

    # ---- tools -------------------------------------------------------------------------------

    def draw(self, kind: QgsWkbTypes.GeometryType, use: Callable[[QgsGeometry], None]) -> None:
        """Let the user draw a polygon or a line, and hand it on in the layer's CRS."""
        tool = DrawTool(self.canvas, kind)
        tool.drawn.connect(lambda shape: self._hand_on(shape, use))
        tool.cancelled.connect(self.end_tool)
        self._begin(tool)

    def click(self, use: Callable[[QgsPointXY], None]) -> None:
        """Let the user click a place, and hand it on in the layer's CRS."""
        tool = ClickTool(self.canvas)
        tool.clicked.connect(
            lambda point: self._hand_on(
                QgsGeometry.fromPointXY(point), lambda shape: use(shape.asPoint())
            )
        )
        tool.cancelled.connect(self.end_tool)
        self._begin(tool)

    def edit(self, feature: QgsFeature) -> None:
        """QGIS's vertex tool, locked to one polygon."""
        self.end_tool()
        self._iface.setActiveLayer(self._layer)
        self._iface.actionVertexToolActiveLayer().trigger()
        self._tool = self.canvas.mapTool()
        # The tool finds the polygon by this index, which is built in the background otherwise.
        self.canvas.snappingUtils().locatorForLayer(self._layer).init(-1, False)
        # A right click inside a polygon is how the vertex tool is told to keep to it.
        inside = feature.geometry().pointOnSurface()
        if inside.isNull():
            return
        inside.transform(self._transform())
        at = self.canvas.getCoordinateTransform().transform(inside.asPoint())
        self._right_click(QPoint(round(at.x()), round(at.y())))

    def end_tool(self) -> None:
        """Give the map back to the tool that was there before the review."""
        tool, self._tool = self._tool, None
        if tool is not None and self.canvas.mapTool() is tool:
            self.canvas.unsetMapTool(tool)
            if self._former is not None:
                self.canvas.setMapTool(self._former)

    def _begin(self, tool: QgsMapTool) -> None:
        self.end_tool()
        self._tool = tool
        self.canvas.setMapTool(tool)
        self.canvas.setFocus()

    def _hand_on(self, shape: QgsGeometry, use: Callable[[QgsGeometry], None]) -> None:
        moved = QgsGeometry(shape)
        moved.transform(self._transform(), Qgis.TransformDirection.Reverse)
        self.end_tool()
        use(moved)

    def _right_click(self, at: QPoint) -> None:
        button = Qt.MouseButton.RightButton
        for kind, handle in (
            (QEvent.Type.MouseButtonPress, self._tool.canvasPressEvent),
            (QEvent.Type.MouseButtonRelease, self._tool.canvasReleaseEvent),
        ):
            handle(QgsMapMouseEvent(self.canvas, kind, at, button, button))

    # ---- swiping -----------------------------------------------------------------------------

    def show_before(self, before: QgsRasterLayer | None) -> None:
        """Show an image left of a divider; None shows the map alone."""
        if self.swipe:
            self.swipe.stop()
        self.swipe = Swipe(self.canvas, before) if before else None

    def _transform(self) -> QgsCoordinateTransform:
        """From the layer's CRS to the canvas's; nothing moves where either is unknown."""
        wanted = self.canvas.mapSettings().destinationCrs()
        if not self._crs.isValid() or not wanted.isValid():
            return QgsCoordinateTransform()
        return QgsCoordinateTransform(self._crs, wanted, QgsProject.instance())
