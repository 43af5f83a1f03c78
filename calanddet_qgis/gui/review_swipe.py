"""A second image over one side of the map, up to a divider that the mouse drags."""

from __future__ import annotations

from qgis.core import (
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.gui import QgsMapCanvas, QgsMapCanvasItem
from qgis.PyQt.QtCore import QEvent, QObject, QPointF, QRectF, Qt
from qgis.PyQt.QtGui import QColor, QCursor, QImage, QMouseEvent, QPainter, QPen
from qgis.PyQt.QtWidgets import QStyleOptionGraphicsItem, QWidget

# How near to the divider the mouse takes hold of it, and the size of its handle [px].
GRAB_PX, HANDLE_PX = 6, 9
LINE = QColor(255, 255, 255)
EDGE = QColor(0, 0, 0, 160)
# Above the map, below rubber bands.
Z_VALUE = 1.0


class Swipe(QObject):
    """Shows `before` left of a divider, with the canvas's vector layers on top, until `stop`."""

    def __init__(self, canvas: QgsMapCanvas, before: QgsRasterLayer) -> None:
        super().__init__()
        self.share = 0.5  # of the canvas's width that the second image takes
        self._canvas, self._before = canvas, before
        self._item = _SwipeItem(canvas)
        self._job: QgsMapRendererParallelJob | None = None
        self._is_dragged = False
        self._cursor: QCursor | None = None  # the map tool's, while the divider has its own
        canvas.viewport().installEventFilter(self)
        canvas.renderComplete.connect(self._render)
        canvas.extentsChanged.connect(self._hide_stale)
        self._render()

    def stop(self) -> None:
        """Take the image away."""
        self._canvas.viewport().removeEventFilter(self)
        self._canvas.renderComplete.disconnect(self._render)
        self._canvas.extentsChanged.disconnect(self._hide_stale)
        self._cancel()
        self._show_grip(False)
        self._canvas.scene().removeItem(self._item)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Drag the divider; all other events pass on to the map tool."""
        kind = event.type()
        if kind == QEvent.Type.MouseButtonPress and self._is_near(_x(event)):
            self._is_dragged = event.button() == Qt.MouseButton.LeftButton
            return self._is_dragged
        if kind == QEvent.Type.MouseMove and self._is_dragged:
            self._move_to(_x(event))
            return True
        if kind == QEvent.Type.MouseMove:
            self._show_grip(self._is_near(_x(event)))
        if kind == QEvent.Type.MouseButtonRelease and self._is_dragged:
            self._is_dragged = False
            return True
        return False

    def divider(self) -> float:
        """Where the divider is [px from the canvas's left edge]."""
        return self.share * self._canvas.viewport().width()

    def _is_near(self, x: float) -> bool:
        return abs(x - self.divider()) <= GRAB_PX

    def _move_to(self, x: float) -> None:
        self.share = min(max(x / self._canvas.viewport().width(), 0.0), 1.0)
        self._item.set_divider(self.divider())

    def _show_grip(self, is_near: bool) -> None:
        viewport = self._canvas.viewport()
        if is_near and self._cursor is None:
            self._cursor = viewport.cursor()
            viewport.setCursor(Qt.CursorShape.SplitHCursor)
        elif not is_near and self._cursor is not None:
            viewport.setCursor(self._cursor)
            self._cursor = None

    def _hide_stale(self) -> None:
        """The image belongs to another extent until it is drawn anew."""
        self._item.set_image(None)

    def _render(self, *_painter: object) -> None:
        """Draw the second image for what the canvas shows."""
        self._cancel()
        settings = QgsMapSettings(self._canvas.mapSettings())
        above = [one for one in self._canvas.layers() if isinstance(one, QgsVectorLayer)]
        settings.setLayers([*above, self._before])
        self._job = QgsMapRendererParallelJob(settings)
        self._job.finished.connect(self._show)
        self._job.start()

    def _show(self) -> None:
        if self._job is not None:
            self._item.set_image(self._job.renderedImage())
            self._item.set_divider(self.divider())

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.finished.disconnect(self._show)
            self._job.cancelWithoutBlocking()
            self._job = None


class _SwipeItem(QgsMapCanvasItem):
    """The image, cut at the divider."""

    def __init__(self, canvas: QgsMapCanvas) -> None:
        super().__init__(canvas)
        self._map = canvas
        self._image: QImage | None = None
        self._divider = 0.0
        self.setZValue(Z_VALUE)

    def set_image(self, image: QImage | None) -> None:
        """What to show, of the canvas's size; None is nothing."""
        self._image = image
        self.setRect(QgsRectangle(self._map.extent()))
        self.update()

    def set_divider(self, x: float) -> None:
        """Where the image ends [px]."""
        self._divider = x
        self.update()

    def paint(
        self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None
    ) -> None:
        """Paint the image up to the divider, and the divider."""
        if self._image is None:
            return
        height = float(self._map.viewport().height())
        ratio = self._image.devicePixelRatio()
        part = QRectF(0, 0, self._divider, height)
        source = QRectF(0, 0, self._divider * ratio, height * ratio)
        painter.drawImage(part, self._image, source)
        for colour, width in ((EDGE, 4), (LINE, 2)):
            painter.setPen(QPen(colour, width))
            painter.drawLine(QPointF(self._divider, 0), QPointF(self._divider, height))
        painter.setBrush(LINE)
        painter.setPen(QPen(EDGE, 1))
        painter.drawEllipse(QPointF(self._divider, height / 2), HANDLE_PX, HANDLE_PX)


def _x(event: QMouseEvent) -> float:
    # Qt 6 has points with fractions.
    return float((event.position() if hasattr(event, "position") else event.pos()).x())
