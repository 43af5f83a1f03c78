"""Map tools of the review: draw an outline or a line, click a place."""

from __future__ import annotations

from qgis.core import QgsGeometry, QgsPointXY, QgsWkbTypes
from qgis.gui import QgsMapCanvas, QgsMapMouseEvent, QgsMapTool, QgsRubberBand, QgsSnapIndicator
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor, QKeyEvent

COLOUR, FILL, WIDTH = QColor(255, 200, 0), QColor(255, 200, 0, 40), 2


class DrawTool(QgsMapTool):
    """Draws a polygon or a line: left click a vertex, right click the end, Backspace one back."""

    drawn = pyqtSignal(QgsGeometry)  # in the canvas's CRS
    cancelled = pyqtSignal()

    def __init__(self, canvas: QgsMapCanvas, kind: QgsWkbTypes.GeometryType) -> None:
        super().__init__(canvas)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self._kind = kind
        self._points: list[QgsPointXY] = []
        self._snapped = QgsSnapIndicator(canvas)
        self._band = QgsRubberBand(canvas, kind)
        self._band.setStrokeColor(COLOUR)
        self._band.setFillColor(FILL)
        self._band.setWidth(WIDTH)

    def canvasReleaseEvent(self, event: QgsMapMouseEvent) -> None:
        """A vertex, or the end."""
        if event.button() == Qt.MouseButton.RightButton:
            self._finish()
        elif event.button() == Qt.MouseButton.LeftButton:
            self._points.append(event.snapPoint())
            self._show(event.mapPoint())

    def canvasMoveEvent(self, event: QgsMapMouseEvent) -> None:
        """Show what the outline would be."""
        point = event.snapPoint()
        self._snapped.setMatch(event.mapPointMatch())
        self._show(point)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Backspace takes the last vertex back, Escape all of them, Enter is the end."""
        if event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete) and self._points:
            self._points.pop()
            self._show(None)
            # Else the canvas would delete what is selected.
            event.ignore()
        elif event.key() == Qt.Key.Key_Escape:
            self._clear()
            self.cancelled.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._finish()

    def deactivate(self) -> None:
        """Another tool takes over: nothing stays on the map."""
        self._clear()
        super().deactivate()

    def _finish(self) -> None:
        is_polygon = self._kind == QgsWkbTypes.GeometryType.PolygonGeometry
        points = self._points
        self._clear()
        if len(points) < (3 if is_polygon else 2):
            self.cancelled.emit()
        elif is_polygon:
            self.drawn.emit(QgsGeometry.fromPolygonXY([[*points, points[0]]]))
        else:
            self.drawn.emit(QgsGeometry.fromPolylineXY(points))

    def _show(self, pointer: QgsPointXY | None) -> None:
        self._band.reset(self._kind)
        for point in [*self._points, *([pointer] if pointer is not None and self._points else [])]:
            self._band.addPoint(point)

    def _clear(self) -> None:
        self._points = []
        self._band.reset(self._kind)
        self._snapped.setVisible(False)


class ClickTool(QgsMapTool):
    """One click on the map."""

    clicked = pyqtSignal(QgsPointXY)  # in the canvas's CRS
    cancelled = pyqtSignal()

    def __init__(self, canvas: QgsMapCanvas) -> None:
        super().__init__(canvas)
        self.setCursor(Qt.CursorShape.CrossCursor)

    def canvasReleaseEvent(self, event: QgsMapMouseEvent) -> None:
        """The place that was clicked; a right click ends the tool."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit(event.mapPoint())
        elif event.button() == Qt.MouseButton.RightButton:
            self.cancelled.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape ends the tool."""
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
