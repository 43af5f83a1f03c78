"""The project's settings for editing: set for a review, and as they were afterwards."""

from __future__ import annotations

from qgis.core import Qgis, QgsProject, QgsSnappingConfig, QgsTolerance

SNAP_TOLERANCE_PX = 10.0


class EditingSettings:
    """Snapping to vertices and outlines of all layers, neighbours left alone; until `restore`."""

    def __init__(self, project: QgsProject) -> None:
        self._project = project
        self._snapping = QgsSnappingConfig(project.snappingConfig())
        self._is_topological = project.topologicalEditing()
        config = QgsSnappingConfig(project)
        config.setEnabled(True)
        config.setMode(_all_layers())
        config.setTypeFlag(_vertices_and_segments())
        config.setTolerance(SNAP_TOLERANCE_PX)
        config.setUnits(QgsTolerance.UnitType.Pixels)
        project.setSnappingConfig(config)
        # A vertex of this polygon must not pull the neighbour along.
        project.setTopologicalEditing(False)

    def restore(self) -> None:
        """Put everything back."""
        self._project.setSnappingConfig(self._snapping)
        self._project.setTopologicalEditing(self._is_topological)


def _all_layers() -> object:
    # QGIS 3.26 moved both enumerations.
    return getattr(Qgis, "SnappingMode", QgsSnappingConfig).AllLayers


def _vertices_and_segments() -> object:
    if hasattr(Qgis, "SnappingType"):
        return Qgis.SnappingType.Vertex | Qgis.SnappingType.Segment
    types = QgsSnappingConfig
    return types.SnappingTypes(types.VertexFlag | types.SegmentFlag)
