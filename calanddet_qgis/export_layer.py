"""A copy of a raster layer that the worker can read, for layers that it cannot: web services and
what lives in QGIS's memory."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass

from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsProject,
    QgsRasterFileWriter,
    QgsRasterFileWriterTask,
    QgsRasterLayer,
    QgsRasterPipe,
    QgsRectangle,
    QgsTask,
)
from qgis.PyQt.QtCore import QObject, pyqtSignal

from .files import put_in_place
from .messages import Failure, number, tr
from .raster_facts import RasterFacts, ground_size

FILE_NAME = "exported_image.tif"
PARTIAL_NAME = ".exported_image.partial.tif"
OPTIONS = ["COMPRESS=DEFLATE", "TILED=YES", "BIGTIFF=IF_SAFER"]
# What a web service is asked for at most [px]: more than that would be a burden on it.
MAX_PIXELS = 20_000 * 20_000
BYTES_PER_PIXEL = 4
COLOURS = (Qgis.DataType.ARGB32, Qgis.DataType.ARGB32_Premultiplied)


@dataclass(frozen=True)
class ExportGrid:
    """What is to be exported: columns x rows [px] over an extent."""

    columns: int
    rows: int
    extent: QgsRectangle
    crs: QgsCoordinateReferenceSystem


def export_grid(facts: RasterFacts, extent: QgsRectangle, distance: float | None) -> ExportGrid:
    """The grid for an extent: the layer's own where it has one, else pixels of `distance` [m].

    Raises `Failure` where no distance is known or the export would be too large.
    """
    if facts.has_pixels:
        across = facts.extent.width() / facts.width
        down = facts.extent.height() / facts.height
        columns, rows = round(extent.width() / across), round(extent.height() / down)
        return ExportGrid(max(columns, 1), max(rows, 1), extent, facts.crs)
    size = ground_size(extent, facts.crs)
    if distance is None or size is None:
        message = tr("The layer has no ground sampling distance of its own.")
        raise Failure("gsd", message, tr("Give the metres a pixel at which to export it."))
    columns, rows = (max(1, round(side / distance)) for side in size)
    if columns * rows > MAX_PIXELS:
        message = tr("At {} m a pixel, {} × {} px would have to be fetched.").format(
            number(distance, 3), number(columns), number(rows)
        )
        raise Failure("area", message, tr("Choose a smaller area, or a larger distance."))
    return ExportGrid(columns, rows, extent, facts.crs)


class LayerCopy:
    """What a layer's pixels come from, copied: the layer itself may go."""

    def __init__(self, layer: QgsRasterLayer) -> None:
        provider = layer.dataProvider()
        # A computed raster's provider, cloned, still reads through the layer it came from; a whole
        # new layer does not. A web service would be asked for its capabilities again by that.
        self._layer = layer.clone() if provider.xSize() else None
        self._provider = self._layer.dataProvider() if self._layer else provider.clone()
        drawn = provider.dataType(1) in COLOURS
        self._renderer = layer.renderer().clone() if drawn else None

    def pipe(self) -> QgsRasterPipe:
        """A new pipe that gives the layer's values, or its colours where it has only these."""
        pipe = QgsRasterPipe()
        pipe.set(self._provider.clone())
        if self._renderer:
            pipe.set(self._renderer.clone())
        return pipe


class Exporter(QObject):
    """Writes the copy into a folder, in QGIS's own background task."""

    progressed = pyqtSignal(float)  # [%]
    succeeded = pyqtSignal()
    failed = pyqtSignal(Failure)
    stopped = pyqtSignal()

    def __init__(self, copy: LayerCopy, grid: ExportGrid, folder: str) -> None:
        super().__init__()
        self._partial = os.path.join(folder, PARTIAL_NAME)
        self._path = os.path.join(folder, FILE_NAME)
        writer = QgsRasterFileWriter(self._partial)
        writer.setOutputFormat("GTiff")
        writer.setCreateOptions(OPTIONS)
        context = QgsProject.instance().transformContext()
        self.task = QgsRasterFileWriterTask(
            writer, copy.pipe(), grid.columns, grid.rows, grid.extent, grid.crs, context
        )
        self.task.progressChanged.connect(self.progressed)
        self.task.taskCompleted.connect(self._on_written)
        self.task.taskTerminated.connect(self._on_terminated)

    def cancel(self) -> None:
        """Stop as soon as the part that is being fetched has come."""
        self.task.cancel()

    def end(self) -> None:
        """Stop, and be heard no more."""
        self.blockSignals(True)
        if self.task.status() in (QgsTask.TaskStatus.Queued, QgsTask.TaskStatus.Running):
            self.task.cancel()

    def _on_written(self) -> None:
        try:
            put_in_place(self._partial, self._path)
        except OSError as error:
            self.failed.emit(self._failure(error.strerror))
            return
        self.succeeded.emit()

    def _on_terminated(self) -> None:
        cancelled = self.task.isCanceled()
        with suppress(OSError):
            os.unlink(self._partial)
        if cancelled:
            self.stopped.emit()
        else:
            self.failed.emit(self._failure(tr("the layer gave no pixels, or the disk is full")))

    def _failure(self, reason: str) -> Failure:
        message = tr("The layer cannot be exported to {} ({}).").format(self._path, reason)
        remedy = tr("See whether QGIS draws it there, and whether the disk has space.")
        return Failure("raster", message, remedy)
