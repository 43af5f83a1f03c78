"""What a reviewer decided about the polygons of a layer, in pixels of the raster."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from backend.errors import InventoryError
from backend.inventory.layer import REJECTED, Layer, read_layer, reprojected
from backend.raster.grid import Grid

CONFIRMED = ("accepted", "edited", "added")
# Fewer landslides cannot teach, choose and judge.
LEAST_LANDSLIDES = 4

Shapes = NDArray[np.object_]


@dataclass(frozen=True)
class Decisions:
    """Outlines over the raster, (column, row) [px]: landslides, what is none, what is open."""

    landslides: Shapes
    rejected: Shapes
    undecided: Shapes
    counts: dict[str, int]
    """Polygons over the raster by status; those not decided on count as `undecided`."""
    notes: tuple[str, ...]


def read_decisions(source: str, grid: Grid) -> Decisions:
    """The decisions in a polygon layer.

    Raises `InventoryError` where it cannot be read or placed, holds no decisions, or too few.
    """
    layer = read_layer(source)
    if "status" not in layer.fields:
        raise InventoryError(
            f"{layer.path} has no field status that says what was decided.",
            "Review the layer first.",
        )
    polygons = _on_raster(layer, grid)
    inside = shapely.intersects(polygons, shapely.box(0, 0, grid.width, grid.height))
    if not inside.any():
        raise InventoryError(
            f"None of the {len(layer)} polygons of {layer.path} lies on the raster.",
            "Choose the raster that they were drawn on, and check both CRS.",
        )
    polygons, status = polygons[inside], layer.fields["status"][inside]
    decisions = Decisions(
        polygons[np.isin(status.astype(str), CONFIRMED)],
        polygons[status == REJECTED],
        polygons[~np.isin(status.astype(str), (*CONFIRMED, REJECTED))],
        _counts(status),
        layer.notes,
    )
    _require_enough(decisions)
    return decisions


def _on_raster(layer: Layer, grid: Grid) -> Shapes:
    """The polygons (n,) in pixels; where the raster has no CRS they are in its coordinates."""
    moved = layer.polygons
    if grid.crs is not None:
        moved = reprojected(moved, layer.crs, grid.crs, f"The polygon layer {layer.path}")
    return in_pixels(moved, grid)


def in_pixels(shapes: Shapes, grid: Grid) -> Shapes:
    """Geometries (n,) in map coordinates as (column, row) on a grid [px]."""
    inverse = ~grid.transform
    return shapely.transform(shapes, lambda at: np.column_stack(inverse @ (at[:, 0], at[:, 1])))


def _counts(status: NDArray[np.object_]) -> dict[str, int]:
    found = Counter(status)
    counts = {name: found[name] for name in (*CONFIRMED, REJECTED)}
    return counts | {"undecided": len(status) - sum(counts.values())}


def _require_enough(decisions: Decisions) -> None:
    found, rejected = len(decisions.landslides), len(decisions.rejected)
    if found < LEAST_LANDSLIDES:
        raise InventoryError(
            f"Too few decisions to learn from: {found} accepted, edited or added and {rejected}"
            f" rejected; at least {LEAST_LANDSLIDES} accepted, edited or added ones are needed.",
            "Review more of the layer first.",
        )
