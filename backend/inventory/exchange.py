"""Our fields as those of other inventories and formats, and theirs as ours: tables only."""

from __future__ import annotations

import uuid
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from backend.inventory.antimeridian import cut, unwrapped, wrapped
from backend.inventory.layer import Layer, reprojected
from backend.inventory.schemas import KNOWN_AS, SHORT, Schema
from backend.inventory.shapes import measure
from backend.inventory.store import merged
from backend.vectors.attributes import DECIMALS, REVIEWED, Fields

WGS84 = CRS.from_epsg(4326)
STATUSES = ("predicted", "accepted", "edited", "added", "rejected")
# Not decided yet: the review offers these.
UNDECIDED = STATUSES[0]


def with_places(layer: Layer, inventory: str, date: str | None) -> Fields:
    """All fields of a layer, with what the whole inventory shares and the centroids in WGS 84.

    A centroid may lie beside a crooked polygon. Measures are taken where the layer has none.
    """
    centroids = shapely.get_coordinates(shapely.centroid(_in_one_piece(layer)))
    ours: Fields = {
        "longitude": np.round(wrapped(centroids[:, 0]), 7),
        "latitude": np.round(centroids[:, 1], 7),
    }
    shared = {"inventory": inventory or None, "date": date}
    ours |= {name: np.full(len(layer), value, object) for name, value in shared.items()}
    return measured(layer) | layer.fields | ours


def in_degrees(layer: Layer) -> NDArray[np.object_]:
    """A layer's polygons (n,) in WGS 84, cut at 180° of longitude."""
    return cut(_in_one_piece(layer))


def _in_one_piece(layer: Layer) -> NDArray[np.object_]:
    return unwrapped(reprojected(layer.polygons, layer.crs, WGS84, f"The layer {layer.path}"))


def as_schema(fields: Fields, schema: Schema) -> Fields:
    """The columns of a published inventory, filled with what there is."""
    count = len(next(iter(fields.values())))
    columns: Fields = {}
    for column in schema.columns:
        values = fields.get(column.ours or "", np.full(count, None, object))
        if column.otherwise is not None:
            values = np.array([value or column.otherwise for value in values.tolist()], object)
        columns[column.name] = values
    return columns


def as_texts(fields: Fields) -> Fields:
    """Dates and truth values in forms that every format keeps: ISO 8601, 0 and 1."""
    result: Fields = {}
    for name, values in fields.items():
        if values.dtype.kind == "M":
            texts = np.datetime_as_string(values.astype("datetime64[s]")).astype(object)
            texts[np.isnat(values)] = None
            result[name] = texts
        else:
            result[name] = values.astype(np.int32) if values.dtype == bool else values
    return result


def measured(layer: Layer) -> Fields:
    """Area, perimeter, elongation and orientation, rounded."""
    return {
        name: np.round(values, DECIMALS[name])
        for name, values in measure(layer.polygons, layer.crs).items()
    }


def adopted(layer: Layer, status: str, event: str | None, source: str) -> Fields:
    """The fields of any polygon layer as ours, its own ones after them.

    What is known under another name is taken over (`KNOWN_AS`, and our own short names). A polygon
    keeps a status of ours that it has, else gets `status`; `event` and `source` fill what is empty.
    """
    count = len(layer)
    fields = _long_names(layer.fields)
    ours: Fields = {"id": _numbers(fields.get("id"), count), "uuid": _uuids(layer, fields)}
    ours |= measured(layer)
    for name, kind in REVIEWED.items():
        if name == "edited_at":
            ours[name] = _times(fields.get(name), count)
        elif kind is object:
            ours[name] = _texts(_known_as(fields, name), count)
    is_ours = np.isin(ours["status"].astype(str), STATUSES)
    ours["status"] = np.where(is_ours, ours["status"], status)
    for name, filler in (("event", event), ("source", source)):
        ours[name] = np.array([value or filler for value in ours[name].tolist()], object)
    taken = {name.lower() for name in ours}
    return merged({}, ours) | {
        name: values for name, values in fields.items() if name.lower() not in taken
    }


def _long_names(fields: Fields) -> Fields:
    """Fields under our own names where a format has cut them."""
    long = {short: name for name, short in SHORT.items()}
    return {long.get(name.lower(), name): values for name, values in fields.items()}


def _known_as(fields: Fields, name: str) -> NDArray[Any] | None:
    by_lower = {own.lower(): values for own, values in fields.items()}
    names = (known.lower() for known in KNOWN_AS.get(name, (name,)))
    return next((by_lower[known] for known in names if known in by_lower), None)


def _numbers(values: NDArray[Any] | None, count: int) -> NDArray[np.int64]:
    """Whole numbers that differ, as they are; else 1 to n."""
    if values is not None and values.dtype.kind == "i" and len(np.unique(values)) == count:
        return values.astype(np.int64)
    return np.arange(1, count + 1)


def _uuids(layer: Layer, fields: Fields) -> NDArray[np.object_]:
    """Those that are there, if they differ; else ones that the same outlines would get again."""
    known = fields.get("uuid")
    if known is not None and known.dtype == object and None not in known.tolist():
        texts = known.astype(str)
        if len(np.unique(texts)) == len(layer):
            return texts.astype(object)
    outlines = shapely.to_wkb(layer.polygons, hex=True).tolist()
    named = zip(layer.fids.tolist(), outlines, strict=True)
    made = [str(uuid.uuid5(uuid.NAMESPACE_OID, f"{fid} {outline}")) for fid, outline in named]
    return np.array(made, object)


def _texts(values: NDArray[Any] | None, count: int) -> NDArray[np.object_]:
    if values is None:
        return np.full(count, None, object)
    if values.dtype.kind == "f":
        return np.array([None if value != value else f"{value:g}" for value in values], object)
    return np.array([None if value is None else str(value) for value in values.tolist()], object)


def _times(values: NDArray[Any] | None, count: int) -> NDArray[np.datetime64]:
    """Times as they are, or read from ISO 8601; NaT is none."""
    none = np.full(count, np.datetime64("NaT"), "datetime64[ms]")
    if values is None:
        return none
    if values.dtype.kind == "M":
        return values.astype("datetime64[ms]")
    try:
        return np.array([value or "NaT" for value in values.tolist()], "datetime64[ms]")
    except ValueError:
        return none
