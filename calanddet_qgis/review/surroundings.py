"""The project's settings for editing: set for a review, and as they were afterwards."""

from __future__ import annotations

import json

from qgis.core import Qgis, QgsProject, QgsSnappingConfig, QgsTolerance

SNAP_TOLERANCE_PX = 10.0
# What they were is kept in the project: it may be saved in the midst of a review.
ENTRY = ("calanddet", "editingBeforeReview")
# Of the snapping, by the names of what sets and gets them. The settings of single layers stay in
# the project's own: a copy would hold on to layers that are gone.
SNAPPING = ("enabled", "mode", "typeFlag", "tolerance", "units", "intersectionSnapping")


class EditingSettings:
    """Snapping to vertices and outlines of all layers, neighbours left alone; until `restore`."""

    def __init__(self, project: QgsProject) -> None:
        self._project = project
        config = project.snappingConfig()
        before = {name: _number(getattr(config, name)()) for name in SNAPPING}
        before["topological"] = project.topologicalEditing()
        project.writeEntry(*ENTRY, json.dumps(before))
        config.setEnabled(True)
        config.setMode(_all_layers())
        config.setTypeFlag(_vertices_and_segments())
        config.setTolerance(SNAP_TOLERANCE_PX)
        config.setUnits(QgsTolerance.UnitType.Pixels)
        config.setIntersectionSnapping(False)
        project.setSnappingConfig(config)
        # A vertex of this polygon must not pull the neighbour along.
        project.setTopologicalEditing(False)

    def restore(self) -> None:
        """Put everything back."""
        restore(self._project)


def restore(project: QgsProject) -> None:
    """Put back what a review has changed, were it in an earlier session; else nothing."""
    text, is_there = project.readEntry(*ENTRY)
    if not is_there:
        return
    project.removeEntry(*ENTRY)
    before = json.loads(text)
    project.setTopologicalEditing(before.pop("topological"))
    config = project.snappingConfig()
    for name, value in before.items():
        kind = type(getattr(config, name)())
        getattr(config, f"set{name[0].upper()}{name[1:]}")(kind(value))
    project.setSnappingConfig(config)


def _number(value: object) -> float:
    """A setting as JSON has it; enumerations and flags by their numbers."""
    return value if isinstance(value, (bool, float)) else int(getattr(value, "value", value))


def _all_layers() -> object:
    # QGIS 3.26 moved both enumerations.
    return getattr(Qgis, "SnappingMode", QgsSnappingConfig).AllLayers


def _vertices_and_segments() -> object:
    if hasattr(Qgis, "SnappingType"):
        return Qgis.SnappingType.Vertex | Qgis.SnappingType.Segment
    types = QgsSnappingConfig
    return types.SnappingTypes(types.VertexFlag | types.SegmentFlag)
