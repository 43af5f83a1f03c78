"""Renderers that show a probability raster from a threshold on."""

from __future__ import annotations

import math

from qgis.core import (
    QgsColorRampShader,
    QgsRasterLayer,
    QgsRasterRenderer,
    QgsRasterShader,
    QgsSingleBandPseudoColorRenderer,
)
from qgis.PyQt.QtGui import QColor

from ..messages import number, tr
from ..paths import style

# Probabilities are stored in this many steps.
STEPS = 250
# As in the style of the mask.
MASK_COLOUR, MASK_OPACITY = "#e03131", 0.22
CLEAR = QColor(0, 0, 0, 0)


def boundary(threshold: float) -> float:
    """The value halfway below the lowest probability that reaches the threshold."""
    return (math.ceil(round(threshold * STEPS, 6)) - 0.5) / STEPS


def shade_mask(layer: QgsRasterLayer, threshold: float) -> None:
    """Show a probability raster as the mask that it would be."""
    kind = QgsColorRampShader.ColorRampItem
    label = tr("Landslide, from {} %").format(number(100 * threshold, 3))
    items = [kind(boundary(threshold), CLEAR), kind(math.inf, QColor(MASK_COLOUR), label)]
    renderer = _renderer(layer, items, QgsColorRampShader.Type.Discrete)
    renderer.setOpacity(MASK_OPACITY)
    _show(layer, renderer)


def shade_probability(
    layer: QgsRasterLayer, usual: QgsRasterRenderer | None, threshold: float
) -> None:
    """Show a probability raster with its usual colours, but nothing below the threshold."""
    shader = _colours(usual)
    if shader is None:
        layer.loadNamedStyle(str(style("probability")))
        shader = _colours(layer.renderer())
    kind, edge = QgsColorRampShader.ColorRampItem, boundary(threshold)
    here = shader.shade(edge)
    colour = QColor(*here[1:]) if here[0] else CLEAR
    above = [item for item in shader.colorRampItemList() if item.value > edge]
    items = [kind(0, CLEAR), kind(edge - 1e-6, CLEAR), kind(edge, colour), *above]
    _show(layer, _renderer(layer, items, QgsColorRampShader.Type.Interpolated))


def _colours(renderer: QgsRasterRenderer | None) -> QgsColorRampShader | None:
    """The colours of a renderer by value; None where it has none."""
    if not isinstance(renderer, QgsSingleBandPseudoColorRenderer) or not renderer.shader():
        return None
    shader = renderer.shader().rasterShaderFunction()
    return shader if isinstance(shader, QgsColorRampShader) else None


def _renderer(
    layer: QgsRasterLayer,
    items: list[QgsColorRampShader.ColorRampItem],
    kind: QgsColorRampShader.Type,
) -> QgsSingleBandPseudoColorRenderer:
    function = QgsColorRampShader(0, 1, None, kind)
    function.setColorRampItemList(items)
    shader = QgsRasterShader()
    shader.setRasterShaderFunction(function)
    return QgsSingleBandPseudoColorRenderer(layer.dataProvider(), 1, shader)


def _show(layer: QgsRasterLayer, renderer: QgsRasterRenderer) -> None:
    layer.setRenderer(renderer)
    layer.triggerRepaint()
