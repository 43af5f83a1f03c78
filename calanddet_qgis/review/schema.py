"""The fields of a landslide layer: names, types and decimals, and adding what a layer lacks.

Names and decimals are the worker's (`backend.vectors.attributes`); `original` and `iou_original`
are the review's own: the outline before the first edit as WKT, and the overlap with it.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from qgis.core import NULL, QgsFeature, QgsField, QgsVectorLayer

# Types in the words of QGIS's memory provider.
TYPES = {
    "id": "int8",
    "uuid": "string",
    "area_m2": "double",
    "perimeter_m": "double",
    "area_px": "int8",
    "probability_mean": "double",
    "probability_max": "double",
    "elongation": "double",
    "orientation_deg": "double",
    "status": "string",
    "class": "string",
    "event": "string",
    "notes": "string",
    "editor": "string",
    "edited_at": "datetime",
    "source": "string",
    "original": "string",
    "iou_original": "double",
}
KINDS = {"int8": "number", "double": "number", "string": "text", "datetime": "date"}
DECIMALS = {
    "area_m2": 3,
    "perimeter_m": 3,
    "probability_mean": 4,
    "probability_max": 4,
    "elongation": 3,
    "orientation_deg": 1,
    "iou_original": 4,
}
# What the review adds by itself to a layer that has all others.
BOOKKEEPING = ("original", "iou_original")
# What *Fields from DEM* writes of an outline, and a run with a DEM: only the worker can renew it.
FROM_WORKER = (
    "slope_mean_deg", "slope_max_deg", "slope_length_m", "elevation_min_m", "elevation_max_m",
    "relief_m", "aspect_deg", "h_over_l", "terrain_cover", "dark_share", "flags",
    "volume_m3", "volume_low_m3", "volume_high_m3", "volume_relation",
)  # fmt: skip
# What is renewed with every edit where the probability raster is there.
FROM_PROBABILITY = ("area_px", "probability_mean", "probability_max")
# What need not be there.
OPTIONAL = ("area_px", *BOOKKEEPING)

PREDICTED, ACCEPTED, EDITED, ADDED, REJECTED = (
    "predicted", "accepted", "edited", "added", "rejected",
)  # fmt: skip
DECIDED = (ACCEPTED, EDITED, ADDED, REJECTED)
CLASSES = ("fall", "topple", "slide", "flow", "spread", "complex")

Values = dict[str, Any]


def missing_fields(layer: QgsVectorLayer) -> list[str]:
    """The fields without which a layer cannot be reviewed, of those that it lacks."""
    names = set(layer.fields().names())
    return [name for name in TYPES if name not in names and name not in OPTIONAL]


def other_kinds(layer: QgsVectorLayer) -> list[str]:
    """The fields whose values would not be what a review puts into them."""
    fields = layer.fields()
    return [
        name
        for name, kind in TYPES.items()
        if (at := fields.lookupField(name)) >= 0 and _kind(fields.at(at)) != KINDS[kind]
    ]


def _kind(field: QgsField) -> str:
    if field.isDateOrTime():
        return "date"
    return "number" if field.isNumeric() else "text"


def add_fields(layer: QgsVectorLayer) -> list[str]:
    """Add all fields that the layer lacks, through its edit buffer; returns their names."""
    names = set(layer.fields().names())
    lacking = [name for name in TYPES if name not in names and name != "area_px"]
    for field in _definitions(lacking):
        layer.addAttribute(field)
    return lacking


def _definitions(names: list[str]) -> list[QgsField]:
    # A layer in memory knows the type classes of every version of Qt.
    fields = "&".join(f"field={name}:{TYPES[name]}" for name in names)
    definitions = QgsVectorLayer(f"NoGeometry?{fields}", "", "memory").fields().toList()
    for field in definitions:
        # An outline is longer than the 255 characters that texts have otherwise.
        field.setLength(0)
    return definitions


def values_of(feature: QgsFeature) -> Values:
    """A feature's attributes that the review knows, by name; null is None."""
    return {
        field.name(): plain(value)
        for field, value in zip(feature.fields(), feature.attributes())
        if field.name() in TYPES or field.name() in FROM_WORKER
    }


def plain(value: Any) -> Any:
    """An attribute as Python has it; null is None."""
    return None if value is None or value == NULL else value


def rounded(values: Values) -> Values:
    """Numbers with as many decimals as mean something; NaN is None."""
    return {name: _rounded(value, DECIMALS.get(name)) for name, value in values.items()}


def _rounded(value: Any, decimals: int | None) -> Any:
    if value is None or decimals is None:
        return value
    # As the worker does it: Python's own rounding differs where a value lies halfway.
    return None if math.isnan(value) else float(np.round(value, decimals))


def attributes(layer: QgsVectorLayer, values: Values) -> dict[int, Any]:
    """Values by the index of their field; those that the layer has no field for are left out."""
    fields = layer.fields()
    indices = {name: fields.indexOf(name) for name in values}
    return {
        index: NULL if values[name] is None else values[name]
        for name, index in indices.items()
        if index >= 0
    }
