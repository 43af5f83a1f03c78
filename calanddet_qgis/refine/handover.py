"""Lets go of a run's files for the moment in which the worker replaces them.

Windows replaces no file that is open, and SQLite must not find another database under the name of
one that it has open. So the layers of the project look elsewhere for that moment.
"""

from __future__ import annotations

from qgis.core import QgsMapLayer, QgsProject, QgsProviderRegistry, QgsVectorLayer

from ..messages import Failure, tr
from .finished_run import FinishedRun, layers_of


def check_unedited(project: QgsProject, run: FinishedRun) -> None:
    """Raise `Failure` where a layer of the run's inventory is being edited."""
    for layer in layers_of(project, run.results["polygons"]):
        if isinstance(layer, QgsVectorLayer) and layer.isEditable():
            message = tr("The layer {} is being edited.").format(layer.name())
            remedy = tr("Save or discard the edits, end the review, and apply again.")
            raise Failure("output", message, remedy)


class Handover:
    """The layers that show a run's inventory and mask, away from their files until `end`.

    `polygon_file` has the same tables as the inventory and stands in for it.
    """

    def __init__(self, project: QgsProject, run: FinishedRun, polygon_file: str) -> None:
        self._project = project
        self._sources: dict[str, str] = {}
        stand_ins = {run.results["polygons"]: polygon_file, run.results["mask"]: run.probability}
        for path, other in stand_ins.items():
            for layer in layers_of(project, path):
                self._sources[layer.id()] = layer.source()
                _look_at(layer, _source_at(layer, other))

    def end(self) -> None:
        """Let the layers that are still there show their own files again."""
        for identifier, source in self._sources.items():
            layer = self._project.mapLayer(identifier)
            if layer:
                _look_at(layer, source)
                layer.triggerRepaint()
        self._sources.clear()


def _source_at(layer: QgsMapLayer, path: str) -> str:
    """The layer's source with another file, however it is spelled."""
    registry = QgsProviderRegistry.instance()
    parts = registry.decodeUri(layer.providerType(), layer.source())
    return registry.encodeUri(layer.providerType(), {**parts, "path": path})


def _look_at(layer: QgsMapLayer, source: str) -> None:
    """Change the file that a layer shows; its style and form stay."""
    layer.setDataSource(source, layer.name(), layer.providerType(), False)
    if isinstance(layer, QgsVectorLayer):
        layer.updateExtents(True)
