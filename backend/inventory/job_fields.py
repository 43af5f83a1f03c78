"""The job that computes fields of every polygon of a layer."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio

from backend.errors import InventoryError
from backend.events import Log, OnEvent, Result
from backend.inventory import common, store
from backend.inventory.fields import (
    DECIMALS,
    Ends,
    end_points,
    flags,
    probability_fields,
    shadow_fields,
    terrain_fields,
)
from backend.inventory.layer import Layer
from backend.inventory.shapes import measure
from backend.inventory.sweep import CACHE_BYTES
from backend.inventory.volume import Relation, outside_range, relation, volumes
from backend.inventory.zones import Array
from backend.raster.source import open_raster
from backend.vectors import attributes
from backend.vectors.attributes import Fields
from backend.workspace import Workspace

ENDS_LAYER = "crown_toe"


@dataclass(frozen=True)
class FieldsRequest:
    """Which fields of which polygons; `layer` is a file, or `path|layername=name` as in QGIS.

    Without `out` the layer's own GeoPackage is updated in place.
    """

    layer: str
    out: Path | None = None
    dem: str | None = None
    probability: str | None = None
    image: str | None = None
    relation: str | None = None  # A name of `volume.RELATIONS`.
    ends: bool = False


def fields(request: FieldsRequest, on_event: OnEvent) -> Result:
    """Compute fields of every polygon and write them; all other fields stay as they are.

    Raises a `CalandDetError` for anything wrong with the input, and whatever `on_event` raises;
    either way the GeoPackage is left as it was.
    """
    began = time.monotonic()
    if request.ends and not request.dem:
        raise InventoryError(
            "Crown and toe points need an elevation model.", "Give one, or leave the points out."
        )
    law = relation(request.relation) if request.relation else None
    target = common.geopackage(request.layer, request.out)
    layer = common.opened(request.layer, "fields", on_event)
    if layer.crs is None:
        common.warn(on_event, "The layer has no CRS: areas and volumes stay empty.")
    found = measure(layer.polygons, layer.crs)
    from_rasters, ends = _from_rasters(request, layer, on_event)
    found |= from_rasters
    if law is not None:
        found |= _volume_fields(found["area_m2"], law)
        on_event(Log("info", _about(law, found["area_m2"])))
    if from_rasters:
        found["flags"] = flags(found)
    found = _rounded(found)
    with Workspace(target.parent) as workspace:
        partial = workspace.partial / target.name
        if request.out is None:
            store.snapshot(layer.path, partial)
            store.add_columns(partial, layer.name, layer.fids, found)
        else:
            run = store.read_run(layer.path) | common.provenance(request, "fields")
            everything = store.merged(layer.fields, found)
            store.write_landslides(partial, layer.polygons, everything, layer.crs, run)
        if ends is not None and request.ends:
            store.write_layer(partial, ENDS_LAYER, *end_points(layer, ends), layer.crs)
        workspace.publish([target.name])
    counts = {"polygons": len(layer), "fields": len(found)}
    return common.done(on_event, {"polygons": target}, counts, began)


def _from_rasters(
    request: FieldsRequest, layer: Layer, on_event: OnEvent
) -> tuple[Fields, Ends | None]:
    """Fields from what rasters there are, and with a DEM the ends of the polygons."""
    found: Fields = {}
    ends = None
    with rasterio.Env(GDAL_CACHEMAX=CACHE_BYTES), ExitStack() as stack:
        # All are opened before the first is read.
        dem, probability, image = (
            stack.enter_context(open_raster(path)) if path else None
            for path in (request.dem, request.probability, request.image)
        )
        if dem is not None:
            found, ends = terrain_fields(layer, dem, on_event)
            common.warn(on_event, _about_cover(found["terrain_cover"]))
        if probability is not None:
            found |= probability_fields(layer, probability, on_event)
            without = int(np.isnan(found["probability_mean"]).sum())
            common.warn(on_event, _about_gaps("probability raster", without, len(layer)))
        if image is not None:
            found |= shadow_fields(layer, image, on_event)
            without = int(np.isnan(found["dark_share"]).sum())
            common.warn(on_event, _about_gaps("image", without, len(layer)))
    return found, ends


def _volume_fields(areas: Array, law: Relation) -> Fields:
    estimate = volumes(areas, law)
    return {
        "volume_m3": estimate.volume,
        "volume_low_m3": estimate.low,
        "volume_high_m3": estimate.high,
        "volume_relation": np.full(len(areas), law.name, object),
    }


def _about(law: Relation, areas: Array) -> str:
    """What a user of the volumes has to know."""
    beyond = outside_range(areas, law)
    notes = [f"Volumes are from {law.describe()}.", law.interval]
    if beyond:
        notes.append(f"{beyond} of {len(areas)} areas lie beyond the range it was fitted to.")
    return " ".join(notes)


def _about_cover(cover: Array) -> str:
    """The warning where the elevation model leaves polygons out; empty where it does not."""
    without, partly = int((cover == 0).sum()), int(((cover > 0) & (cover < 1)).sum())
    if not without + partly:
        return ""
    return (
        f"The elevation model covers part of the polygons: {without} of {len(cover)} have no"
        f" elevation at all, {partly} only in a part (field terrain_cover)."
    )


def _about_gaps(raster: str, without: int, count: int) -> str:
    """The warning where a raster has no value in polygons; empty where it has."""
    return f"The {raster} has no value in {without} of {count} polygons." if without else ""


def _rounded(found: Fields) -> Fields:
    """Fields with as many decimals as mean something."""
    decimals = attributes.DECIMALS | DECIMALS
    return {
        name: np.round(values, decimals[name]) if name in decimals else values
        for name, values in found.items()
    }
