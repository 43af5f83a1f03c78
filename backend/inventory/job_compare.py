"""The job that compares detected polygons with a reference inventory."""

from __future__ import annotations

import math
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from backend.errors import CalandDetError, InventoryError
from backend.events import Meter, OnEvent, Result
from backend.inventory import common, store
from backend.inventory.layer import Layer, read_layer, reprojected
from backend.inventory.matching import (
    FALSE,
    IOU_THRESHOLD,
    MATCHED,
    MERGED,
    MISSED,
    SPLIT,
    Matching,
    Relations,
    boundary_distances,
    match,
)
from backend.inventory.scores import Score, SizeClass, recall_by_size, scores
from backend.inventory.shapes import metric
from backend.inventory.zones import Array
from backend.vectors.attributes import Fields
from backend.workspace import Workspace

LAYER = "comparison"


@dataclass(frozen=True)
class CompareRequest:
    """Which layer against which reference; `area` are polygons outside of which nothing counts."""

    layer: str
    reference: str
    out: Path
    area: str | None = None
    iou: float = IOU_THRESHOLD


def compare(request: CompareRequest, on_event: OnEvent) -> Result:
    """Write a GeoPackage with the polygons of both layers and what became of each.

    Layer `comparison`, tables `scores`, `recall_by_size` and `run`. Rejected polygons are left out.
    Raises a `CalandDetError` for anything wrong with the input, and whatever `on_event` raises.
    """
    began = time.monotonic()
    if not 0 < request.iou <= 1:
        raise CalandDetError(
            f"The IoU {request.iou} is no share of an area.", "Give a number above 0, up to 1."
        )
    target = common.geopackage(request.layer, request.out)
    detected = common.opened(request.layer, "compare", on_event).without_rejected()
    reference = _reference(request.reference, detected.crs, on_event)
    if request.area:
        detected, reference = _inside(request.area, detected, reference)
    meter = Meter(on_event, "compare", 4, "steps")
    found, truth = metric(detected.polygons, reference.polygons, detected.crs)
    matching = match(found, truth, request.iou)
    meter.advance(1)
    pairs = matching.pairs
    distances = boundary_distances(found[pairs[0]], truth[pairs[1]])
    meter.advance(1)
    figures = scores(matching) | _boundary(distances)
    meter.advance(1)
    with Workspace(target.parent) as workspace:
        partial = workspace.partial / target.name
        polygons = np.concatenate([detected.polygons, reference.polygons])
        columns = _columns(detected, reference, matching, distances)
        store.write_layer(partial, LAYER, polygons, columns, detected.crs)
        store.write_layer(partial, "scores", None, _score_table(figures))
        store.write_layer(partial, "recall_by_size", None, _size_table(recall_by_size(matching)))
        run = common.provenance(request, "compare")
        store.write_layer(partial, "run", None, store.row(run))
        meter.advance(1)
        workspace.publish([target.name])
    counts = _counts(matching) | {name: _plain(score) for name, score in figures.items()}
    return common.done(on_event, {"comparison": target}, counts, began)


def _reference(source: str, crs: CRS | None, on_event: OnEvent) -> Layer:
    """The reference layer in the detections' CRS."""
    layer = read_layer(source).without_rejected()
    for note in layer.notes:
        common.warn(on_event, note)
    return replace(
        layer,
        polygons=reprojected(layer.polygons, layer.crs, crs, f"The reference {layer.path}"),
        crs=crs,
    )


def _inside(source: str, *layers: Layer) -> list[Layer]:
    """What lies in an area: the polygons that have their representative point in it."""
    area = read_layer(source)
    crs = layers[0].crs
    frame = shapely.union_all(reprojected(area.polygons, area.crs, crs, f"The area {area.path}"))
    shapely.prepare(frame)
    kept = [
        layer.take(shapely.contains(frame, shapely.point_on_surface(layer.polygons)))
        for layer in layers
    ]
    if not sum(map(len, kept)):
        raise InventoryError(
            f"No polygon of either layer lies in the area {area.path}.",
            "Choose the area that was searched, and check all CRS.",
        )
    return kept


def _columns(detected: Layer, reference: Layer, matching: Matching, distances: Array) -> Fields:
    """The fields of all detected, then all reference polygons."""
    sides = (
        ("detected", detected, matching.detections, reference, matching.detection_area),
        ("reference", reference, matching.references, detected, matching.reference_area),
    )
    of_sides = [
        {
            "origin": np.full(len(layer), origin, object),
            "relation": relations.relation,
            "iou": np.round(relations.iou, 4),
            "source_fid": layer.fids,
            "partner_fid": _partner_fids(relations, other),
            "area_m2": np.round(area, 3),
        }
        for origin, layer, relations, other, area in sides
    ]
    columns: Fields = {
        name: np.ma.concatenate([side[name] for side in of_sides])
        if name == "partner_fid"
        else np.concatenate([side[name] for side in of_sides])
        for name in of_sides[0]
    }
    pairs = matching.pairs[0], len(detected) + matching.pairs[1]
    for name, values in _of_pairs(distances).items():
        columns[name] = np.full(len(columns["iou"]), np.nan)
        for side in pairs:
            columns[name][side] = np.round(values, 3)
    return columns


def _partner_fids(relations: Relations, other: Layer) -> NDArray[np.int64]:
    """Feature ids of the partners (n,), masked where there is none."""
    fids = np.append(other.fids, -1)[relations.partner]
    return np.ma.masked_array(fids, relations.partner < 0)


def _of_pairs(distances: Array) -> dict[str, Array]:
    """Mean and 95th percentile (k,) of the distances (k, p) of each pair."""
    if not len(distances):
        return {"boundary_mean_m": np.empty(0), "boundary_p95_m": np.empty(0)}
    return {
        "boundary_mean_m": distances.mean(axis=1),
        "boundary_p95_m": np.quantile(distances, 0.95, axis=1),
    }


def _boundary(distances: Array) -> dict[str, Score]:
    """Both over all matched pairs, each pair counting alike; without an interval."""
    every = distances.ravel()
    mean, p95 = (every.mean(), np.quantile(every, 0.95)) if len(every) else (np.nan, np.nan)
    return {
        "boundary_mean_m": Score(float(mean), np.nan, np.nan),
        "boundary_p95_m": Score(float(p95), np.nan, np.nan),
    }


def _score_table(figures: dict[str, Score]) -> Fields:
    return {
        "figure": np.array(list(figures), object),
        "value": np.array([score.value for score in figures.values()]),
        "low": np.array([score.low for score in figures.values()]),
        "high": np.array([score.high for score in figures.values()]),
    }


def _size_table(sizes: list[SizeClass]) -> Fields:
    return {
        "from_m2": np.array([part.from_m2 for part in sizes], float),
        "to_m2": np.array([part.to_m2 for part in sizes], float),
        "references": np.array([part.references for part in sizes], np.int64),
        "matched": np.array([part.matched for part in sizes], np.int64),
        "recall": np.array([part.recall.value for part in sizes], float),
        "low": np.array([part.recall.low for part in sizes], float),
        "high": np.array([part.recall.high for part in sizes], float),
    }


def _counts(matching: Matching) -> dict[str, Any]:
    """Polygons of each layer by relation."""
    found, truth = matching.detections.relation, matching.references.relation
    return {
        "detections": len(found),
        "references": len(truth),
        "matched": int((found == MATCHED).sum()),
        "missed": int((truth == MISSED).sum()),
        "false": int((found == FALSE).sum()),
        "split": int((truth == SPLIT).sum()),
        "merged": int((found == MERGED).sum()),
    }


def _plain(score: Score) -> dict[str, float | None]:
    """A score for JSON, which has no NaN."""
    return {name: value if math.isfinite(value) else None for name, value in asdict(score).items()}
