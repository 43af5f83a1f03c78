"""The raster parted by place: ground to learn from, to choose by, and to judge by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from backend.errors import InventoryError
from backend.learning.decisions import Decisions
from backend.training.reviewed_raster import Box

# Of the landslides, and of what was rejected, what is to choose the weights and the threshold by.
VALIDATION_SHARE = 0.2
# Borders that are tried along each axis.
BORDERS = 129
# A part with less of all landslides' area says nothing.
LEAST_SHARE = 0.05
# Rejected polygons that are worth to be shared out.
LEAST_REJECTED = 3


@dataclass(frozen=True)
class Parts:
    """Three rectangles of a raster that share no pixel [px]."""

    training: Box
    validation: Box
    held_out: Box


def part(decisions: Decisions, width: int, height: int, held_out_share: float) -> Parts:
    """Part a raster of width x height [px] by two straight borders.

    Each part gets its share of the landslides, in number and in area, and of the rejected
    polygons; as few polygons as possible lie on a border. Raises `InventoryError` where there is no
    such border.
    """
    rest, held_out = _cut(decisions, Box(0, 0, width, height), held_out_share)
    training, validation = _cut(decisions, rest, VALIDATION_SHARE)
    return Parts(training, validation, held_out)


def _cut(decisions: Decisions, whole: Box, share: float) -> tuple[Box, Box]:
    """(the larger part, the part of about that share) of a rectangle."""
    landslides = _Outlines.of(decisions.landslides, whole)
    rejected = _Outlines.of(decisions.rejected, whole)
    cuts = [
        (_error(landslides, rejected, axis, border, is_low, share), axis, border, is_low)
        for axis, border in _borders(whole)
        for is_low in (True, False)
    ]
    error, axis, border, is_low = min(cuts, default=(np.inf, 0, 0, True))
    if not np.isfinite(error):
        raise InventoryError(
            f"The {len(decisions.landslides)} landslides lie too close together to learn from some"
            " of them and to be judged by others.",
            "Review more of the layer, elsewhere on the raster.",
        )
    first, second = _sides(whole, axis, border)
    return (second, first) if is_low else (first, second)


def _borders(whole: Box) -> Iterator[tuple[int, int]]:
    """Axis (0: columns, 1: rows) and place of every border that is tried."""
    for axis in (0, 1):
        places = np.linspace(whole[axis], whole[axis + 2], BORDERS).round().astype(int)
        yield from ((axis, int(place)) for place in np.unique(places)[1:-1])


def _sides(whole: Box, axis: int, border: int) -> tuple[Box, Box]:
    if axis == 0:
        return whole._replace(right=border), whole._replace(left=border)
    return whole._replace(bottom=border), whole._replace(top=border)


@dataclass(frozen=True)
class _Outlines:
    """Bounds (n, 4) and areas (n,) of polygons as far as they lie in a rectangle [px, px2]."""

    bounds: NDArray[np.float64]
    areas: NDArray[np.float64]

    @classmethod
    def of(cls, shapes: NDArray[np.object_], whole: Box) -> _Outlines:
        clipped = shapely.clip_by_rect(shapes, *whole)
        areas = shapely.area(clipped)
        return cls(shapely.bounds(clipped[areas > 0]).reshape(-1, 4), areas[areas > 0])

    def below(self, axis: int, border: int) -> NDArray[np.float64]:
        """About how much of each polygon (n,) lies on the low side of a border, 0 to 1."""
        low, high = self.bounds[:, axis], self.bounds[:, axis + 2]
        return np.clip((border - low) / np.maximum(high - low, 1e-9), 0, 1)


def _error(
    landslides: _Outlines, rejected: _Outlines, axis: int, border: int, is_low: bool, share: float
) -> float:
    """How far a border is from what is wanted; infinite where a side has too few landslides."""
    inside = landslides.below(axis, border) if is_low else 1 - landslides.below(axis, border)
    area = float(inside @ landslides.areas / max(landslides.areas.sum(), 1e-9))
    parted = (inside > 0.5).any() and (inside < 0.5).any()
    if not parted or not LEAST_SHARE <= area <= 1 - LEAST_SHARE:
        return np.inf
    error = abs(area - share) + abs(inside.mean() - share)
    error += ((inside > 0) & (inside < 1)).mean()
    if len(rejected.areas) >= LEAST_REJECTED:
        below = rejected.below(axis, border)
        error += abs((below if is_low else 1 - below).mean() - share)
    # What differs by less than anybody would notice is told apart by its order.
    return round(float(error), 3)
