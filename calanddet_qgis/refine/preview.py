"""Layers that show what a run would be with other settings, in place of its own.

The run's own layers are only hidden. Whatever the user does to the layer tree meanwhile, layers
are looked up by their ids, and what is gone is left alone or made again.
"""

from __future__ import annotations

import os
from contextlib import suppress

from qgis.core import (
    QgsLayerTree,
    QgsLayerTreeGroup,
    QgsLayerTreeLayer,
    QgsMapLayer,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)

from ..layers import polygon_source
from ..messages import tr
from ..temporary import mark
from .finished_run import PREVIEW_PROPERTY, FinishedRun, is_polygons, layers_of
from .shading import shade_mask, shade_probability

# From top to bottom.
ROLES = ("polygons", "mask", "probability")
# Custom property of what a preview hides.
HIDDEN_PROPERTY = "calanddet/hiddenByPreview"


class Preview:
    """The preview of one run; nothing is added before the first `shade`."""

    def __init__(self, project: QgsProject, run: FinishedRun) -> None:
        self._project, self._run = project, run
        self._ids: dict[str, str] = {}
        self.polygon_file = ""

    @property
    def is_open(self) -> bool:
        """Whether anything of it is shown."""
        return bool(self._ids)

    def shade(self, threshold: float) -> None:
        """Show the pixels from a threshold on; polygons follow by `show`."""
        mask = self._layer("mask") or self._add_raster("mask", tr("Mask (preview)"))
        shade_mask(mask, threshold)
        name = tr("Probability (preview)")
        shown = self._layer("probability") or self._add_raster("probability", name)
        own = self._own_layers("probability")
        shade_probability(shown, own[0].renderer() if own else None, threshold)

    def show(self, path: str) -> None:
        """Show the polygons of a file, which is the preview's from now on."""
        layer = self._layer("polygons")
        if layer is None:
            self._add(
                QgsVectorLayer(polygon_source(path), tr("Landslides (preview)"), "ogr"), "polygons"
            )
        else:
            layer.setDataSource(polygon_source(path), layer.name(), "ogr", False)
            layer.setReadOnly(True)
            # Else what lies outside of the first file's extent is not drawn.
            layer.updateExtents(True)
            layer.triggerRepaint()
        self._forget_file()
        self.polygon_file = path

    def close(self) -> None:
        """Show the run's own layers again."""
        ids, self._ids = self._ids, {}
        self._project.removeMapLayers(
            [each for each in ids.values() if self._project.mapLayer(each)]
        )
        self._forget_file()
        if ids:
            tidy(self._project)

    def _add_raster(self, role: str, name: str) -> QgsRasterLayer:
        layer = QgsRasterLayer(self._run.probability, name)
        self._add(layer, role)
        return layer

    def _add(self, layer: QgsMapLayer, role: str) -> None:
        """Add a layer to the group of the preview and hide the run's own of that role."""
        own = self._own_layers(role)
        if role == "polygons":
            layer.setReadOnly(True)
            if own:
                layer.setRenderer(own[0].renderer().clone())
        self._ids[role] = layer.id()
        mark(layer)
        group = self._group()
        self._project.addMapLayer(layer, addToLegend=False)
        above = [each for each in ROLES[: ROLES.index(role)] if self._layer(each)]
        node = group.insertLayer(len(above), layer)
        node.setExpanded(False)
        nodes = [found for each in own if (found := _root(self._project).findLayer(each.id()))]
        if nodes:
            node.setItemVisibilityChecked(any(_is_shown(each) for each in nodes))
        for each in nodes:
            _hide(each)

    def _own_layers(self, role: str) -> list[QgsMapLayer]:
        found = layers_of(self._project, self._run.results[role])
        mine = self._ids.values()
        return [
            layer
            for layer in found
            if layer.id() not in mine and (role != "polygons" or is_polygons(layer))
        ]

    def _group(self) -> QgsLayerTreeGroup:
        """The group of the preview, on top of the run's layers."""
        root = _root(self._project)
        for group in root.findGroups(True):
            if group.customProperty(PREVIEW_PROPERTY):
                return group
        own = [layer for role in ROLES for layer in self._own_layers(role)]
        nodes = [node for layer in own if (node := root.findLayer(layer.id()))]
        parent = nodes[0].parent() if nodes else root
        group = parent.insertGroup(0, tr("Preview"))
        group.setCustomProperty(PREVIEW_PROPERTY, True)
        return group

    def _layer(self, role: str) -> QgsMapLayer | None:
        """A layer of the preview; None where there is none yet or the user removed it."""
        return self._project.mapLayer(self._ids.get(role, ""))

    def _forget_file(self) -> None:
        """Remove the file of polygons that are not shown any more."""
        if self.polygon_file:
            for suffix in ("", "-wal", "-shm"):
                with suppress(OSError):
                    os.unlink(self.polygon_file + suffix)
        self.polygon_file = ""


def tidy(project: QgsProject) -> None:
    """Remove what a preview has left, in a project saved meanwhile too, and show what it hid."""
    root = _root(project)
    for group in [each for each in root.findGroups(True) if each.customProperty(PREVIEW_PROPERTY)]:
        project.removeMapLayers(group.findLayerIds())
        group.parent().removeChildNode(group)
    for node in root.findLayers():
        if node.customProperty(HIDDEN_PROPERTY):
            node.removeCustomProperty(HIDDEN_PROPERTY)
            node.setItemVisibilityChecked(True)


def _is_shown(node: QgsLayerTreeLayer) -> bool:
    """Whether the user wants to see a layer, if it were not for the preview."""
    return node.itemVisibilityChecked() or bool(node.customProperty(HIDDEN_PROPERTY))


def _hide(node: QgsLayerTreeLayer) -> None:
    if node.itemVisibilityChecked():
        node.setCustomProperty(HIDDEN_PROPERTY, True)
        node.setItemVisibilityChecked(False)


def _root(project: QgsProject) -> QgsLayerTree:
    return project.layerTreeRoot()
