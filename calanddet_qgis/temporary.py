"""Layers that are shown for a while: previews, explanations. A saved project has none of them."""

from __future__ import annotations

from qgis.core import QgsMapLayer, QgsProject
from qgis.PyQt.QtCore import QObject
from qgis.PyQt.QtXml import QDomDocument, QDomElement

PROPERTY = "calanddet/temporary"


def mark(layer: QgsMapLayer) -> None:
    """Keep a layer out of what is saved."""
    layer.setCustomProperty(PROPERTY, True)


class LeftOut(QObject):
    """Leaves marked layers out of the project's file for as long as it is there."""

    def __init__(self, project: QgsProject) -> None:
        super().__init__()
        self._project = project
        # The tree is written before the layers are.
        project.writeProject.connect(self._on_tree)
        project.writeMapLayer.connect(self._on_layer)

    def stop(self) -> None:
        """Let go of the project."""
        self._project.writeProject.disconnect(self._on_tree)
        self._project.writeMapLayer.disconnect(self._on_layer)

    def _on_tree(self, document: QDomDocument) -> None:
        marked = {layer.id() for layer in self._project.mapLayers().values() if _is_marked(layer)}
        found = document.elementsByTagName("layer-tree-layer")
        for element in [found.at(index).toElement() for index in range(found.count())]:
            if element.attribute("id") in marked:
                element.parentNode().removeChild(element)

    def _on_layer(self, layer: QgsMapLayer, element: QDomElement, _document: QDomDocument) -> None:
        if not _is_marked(layer):
            return
        # It is going to be entered, whatever it holds: QGIS passes over one that has no type.
        while element.hasChildNodes():
            element.removeChild(element.firstChild())
        attributes = element.attributes()
        for name in [attributes.item(at).nodeName() for at in range(attributes.count())]:
            element.removeAttribute(name)


def _is_marked(layer: QgsMapLayer) -> bool:
    return bool(layer.customProperty(PROPERTY, False))
