"""What a running detection has found so far, as a layer that is gone when the run ends."""

from __future__ import annotations

import itertools
from pathlib import Path

from osgeo import gdal
from qgis.core import QgsMapLayer, QgsProject, QgsRasterLayer

from .messages import tr
from .paths import style
from .raster_facts import PREVIEW_FOLDER
from .temporary import mark

# A preview is small; whatever else stands in its place is not read [bytes].
MAX_BYTES = 64 << 20
_numbers = itertools.count()


class Preview:
    """The layer. Its pixels are read into memory, so that the worker may replace its file."""

    def __init__(self) -> None:
        self._layer_id = ""
        self._memory = ""

    def show(self, path: str, name: str) -> None:
        """Show the rows that a file holds; a file that is gone or broken changes nothing."""
        try:
            if not 0 < Path(path).stat().st_size < MAX_BYTES:
                return
            content = Path(path).read_bytes()
        except OSError:
            return
        memory = f"{PREVIEW_FOLDER}{next(_numbers)}.tif"
        gdal.FileFromMemBuffer(memory, content)
        if not QgsRasterLayer(memory, "").isValid():
            gdal.Unlink(memory)
            return
        layer = QgsProject.instance().mapLayer(self._layer_id) or self._add(memory, name)
        layer.setDataSource(memory, layer.name(), "gdal")
        self._style(layer)
        if self._memory:
            gdal.Unlink(self._memory)
        self._memory = memory

    def remove(self) -> None:
        """Take the layer away, if it is still there."""
        if QgsProject.instance().mapLayer(self._layer_id):
            QgsProject.instance().removeMapLayer(self._layer_id)
        if self._memory:
            gdal.Unlink(self._memory)
        self._layer_id = self._memory = ""

    def _add(self, memory: str, name: str) -> QgsMapLayer:
        layer = QgsRasterLayer(memory, tr("{}: found so far").format(name))
        mark(layer)
        project = QgsProject.instance()
        project.addMapLayer(layer, addToLegend=False)
        project.layerTreeRoot().insertLayer(0, layer).setExpanded(False)
        self._layer_id = layer.id()
        return layer

    def _style(self, layer: QgsMapLayer) -> None:
        layer.loadNamedStyle(str(style("probability")))
        layer.triggerRepaint()
