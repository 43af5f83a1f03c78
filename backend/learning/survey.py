"""What is known of a raster by a review: opened, placed, and parted."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely

from backend.card import Card
from backend.errors import InventoryError
from backend.inventory.layer import read_layer, reprojected, split_source
from backend.learning.decisions import Decisions, Shapes, in_pixels, read_decisions
from backend.learning.parts import part
from backend.learning.request import LearnRequest
from backend.learning.windows import not_known, seen_around, windows
from backend.raster.grid import Grid
from backend.raster.source import RasterSource, SourceReport, SourceRequest
from backend.training.reviewed_raster import Box, ReviewedGround

# A raster whose own distance is as near as this to the wanted one is read as it is.
SAME = 0.01


@dataclass(frozen=True)
class Survey:
    """The decisions, what they make known, and the distance that it is seen at [m]."""

    decisions: Decisions
    ground: ReviewedGround
    gsd: float | None


def survey(request: LearnRequest, card: Card, view: int) -> Survey:
    """Read the review and the raster as the checkpoint sees it, in views of `view` px a side.

    Raises a `CalandDetError` for anything wrong with either.
    """
    with RasterSource(_source(request, card, "native")) as source:
        grid, own = source.grid, source.report.gsd
    decisions = read_decisions(request.layer, grid)
    wanted = _run_gsd(request) if request.gsd is None else request.gsd
    with RasterSource(_source(request, card, wanted)) as source:
        report, shrinks = source.report, grid.width / source.grid.width
    known = np.concatenate([seen_around(decisions, _mean(own)), _searched(request, grid)])
    ground = ReviewedGround(
        raster=_absolute(request.raster),
        width=grid.width,
        height=grid.height,
        roles=card.bands,
        bands=report.bands if len(report.bands) == len(card.bands) else None,
        value_range=card.scaling.range,
        gsd=_distance(own, report),
        landslides=decisions.landslides,
        undecided=not_known(decisions),
        known=known,
        parts=_parts(request, decisions, grid, known, view, shrinks),
    )
    return Survey(decisions, ground, _mean(report.gsd))


def _parts(
    request: LearnRequest,
    decisions: Decisions,
    grid: Grid,
    known: Shapes,
    view: int,
    shrinks: float,
) -> dict[str, tuple[Box, ...]]:
    parts = part(decisions, grid.width, grid.height, request.held_out_share)
    searched = request.whole or request.area is not None
    return windows(decisions, parts, known, searched, view, shrinks)


def _source(request: LearnRequest, card: Card, gsd: str | float) -> SourceRequest:
    return SourceRequest(
        request.raster,
        card.bands,
        card.scaling.range,
        bands=request.bands,
        gsd=gsd,
        gsd_nominal=card.gsd.nominal,
        gsd_range=card.gsd.range,
    )


def _run_gsd(request: LearnRequest) -> str | float:
    """The distance at which the run beside the layer saw the raster; without one, as `detect`."""
    record = Path(split_source(request.layer)[0]).with_name("run.json")
    try:
        run = json.loads(record.read_text(encoding="utf-8"))
        is_same = Path(run["parameters"]["raster"]).name == Path(request.raster).name
        return _mean(run["raster"]["gsd"]) or "auto" if is_same else "auto"
    except (OSError, ValueError, KeyError, TypeError):
        return "auto"


def _mean(gsd: tuple[float, float] | None) -> float | None:
    return math.sqrt(math.prod(gsd)) if gsd else None


def _distance(own: tuple[float, float] | None, report: SourceReport) -> float | None:
    """The distance to read at [m]; None where it is the raster's own."""
    native, seen = _mean(own), _mean(report.gsd)
    if native is None or seen is None or not report.resampled:
        return None
    return None if abs(seen / native - 1) < SAME else seen


def _searched(request: LearnRequest, grid: Grid) -> Shapes:
    """What was searched beside the decisions (n,) [px]."""
    if request.whole:
        return np.array([shapely.box(0, 0, grid.width, grid.height)])
    if request.area is None:
        return np.empty(0, object)
    layer = read_layer(request.area)
    shapes = layer.polygons
    if grid.crs is not None:
        shapes = reprojected(shapes, layer.crs, grid.crs, f"The area {layer.path}")
    frame = shapely.box(0, 0, grid.width, grid.height)
    inside = shapely.intersection(in_pixels(shapes, grid), frame)
    inside = inside[shapely.area(inside) > 0]
    if not len(inside):
        raise InventoryError(
            f"The area {layer.path} does not touch the raster.",
            "Choose polygons over the raster, and check both CRS.",
        )
    return inside


def _absolute(raster: str) -> str:
    return str(Path(raster).absolute()) if Path(raster).exists() else raster
