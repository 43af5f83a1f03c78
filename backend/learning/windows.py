"""Which ground counts, and the windows of a raster that it is read by."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise, product

import numpy as np
import shapely
from numpy.typing import NDArray

from backend.learning.decisions import Decisions
from backend.learning.parts import Parts
from backend.training.reviewed_raster import (
    HELD_OUT,
    LANDSLIDES,
    REJECTED,
    SEARCHED,
    VALIDATION,
    Box,
)

# Around a polygon the reviewer saw this many times its own extent, and so much at least: what else
# slid there was added.
CONTEXT = 2.0
LEAST_M, LEAST_PX = 60.0, 300.0
# Around an outline that nobody decided on nothing is known either [px].
MARGIN_PX = 3.0
# Sides of windows to draw views from, and to be evaluated as wholes [px as the network sees them].
BLOCK, LARGE_BLOCK = 1024, 4096
# Evaluating more while training would cost more time than the training [px, likewise].
MOST_VALIDATION_PX = 24_000_000

Shapes = NDArray[np.object_]


def seen_around(decisions: Decisions, gsd: float | None) -> Shapes:
    """Squares (n,) around all decided polygons that were on the screen [px]; gsd [m] of a pixel."""
    decided = np.concatenate([decisions.landslides, decisions.rejected])
    left, top, right, bottom = shapely.bounds(decided).T
    least = LEAST_M / gsd if gsd else LEAST_PX
    half = np.maximum(CONTEXT * np.maximum(right - left, bottom - top), least) / 2
    x, y = (left + right) / 2, (top + bottom) / 2
    return shapely.box(x - half, y - half, x + half, y + half)


def not_known(decisions: Decisions) -> Shapes:
    """Undecided outlines with a margin."""
    return shapely.buffer(decisions.undecided, MARGIN_PX)


def windows(
    decisions: Decisions,
    parts: Parts,
    known: Shapes,
    searched: bool,
    view: int,
    shrinks: float,
) -> dict[str, tuple[Box, ...]]:
    """The windows of each part that has any; `searched` where `known` is more than was decided on.

    Views have `view` px a side, each of which `shrinks` pixels of the raster wide.
    """
    block, reach = math.ceil(BLOCK * shrinks), math.ceil(view * shrinks * 0.75)
    frame = parts.training
    found = {
        LANDSLIDES: _around(decisions.landslides, frame, reach, block),
        REJECTED: _around(decisions.rejected, frame, reach, block),
        SEARCHED: _touching(known, _tiles(frame, block)) if searched else (),
        VALIDATION: _covering(known, parts.validation, math.ceil(LARGE_BLOCK * shrinks)),
        HELD_OUT: _covering(known, parts.held_out, math.ceil(LARGE_BLOCK * shrinks)),
    }
    found[VALIDATION] = _thinned(found[VALIDATION], MOST_VALIDATION_PX * shrinks**2)
    return {name: boxes for name, boxes in found.items() if boxes}


def _around(shapes: Shapes, frame: Box, reach: int, block: int) -> tuple[Box, ...]:
    """Windows within a frame around each outline; of a large one, several on it."""
    found: list[Box] = []
    for shape in shapely.clip_by_rect(shapes, *frame):
        if shapely.area(shape) > 0:
            left, top, right, bottom = shapely.bounds(shape)
            box = _box((left + right) / 2, (top + bottom) / 2, right - left, bottom - top, reach)
            found += _touching(np.array([shape]), _tiles(_within(box, frame), block))
    return tuple(found)


def _box(x: float, y: float, width: float, height: float, reach: int) -> Box:
    half_width, half_height = max(width / 2 + reach / 2, reach), max(height / 2 + reach / 2, reach)
    edges = (x - half_width, y - half_height, x + half_width, y + half_height)
    return Box(*(round(edge) for edge in edges))


def _within(box: Box, frame: Box) -> Box:
    return Box(
        max(box.left, frame.left),
        max(box.top, frame.top),
        min(box.right, frame.right),
        min(box.bottom, frame.bottom),
    )


def _tiles(box: Box, side: int) -> list[Box]:
    """A box in pieces of about that side, all of nearly one size."""
    columns, rows = (
        np.linspace(first, last, max(1, round((last - first) / side)) + 1).round().astype(int)
        for first, last in ((box.left, box.right), (box.top, box.bottom))
    )
    spans = product(pairwise(rows), pairwise(columns))
    return [Box(int(a), int(top), int(b), int(bottom)) for (top, bottom), (a, b) in spans]


def _touching(shapes: Shapes, boxes: list[Box]) -> tuple[Box, ...]:
    tree = shapely.STRtree(shapes)
    frames = np.array([shapely.box(*box) for box in boxes])
    hit = set(tree.query(frames, predicate="intersects")[0].tolist())
    return tuple(box for index, box in enumerate(boxes) if index in hit)


def _covering(known: Shapes, frame: Box, side: int) -> tuple[Box, ...]:
    """Windows within a frame that cover all known ground, none of it twice."""
    clipped = shapely.clip_by_rect(known, *frame)
    boxes = clipped[shapely.area(clipped) > 0]
    found = [piece for box in _merged(boxes) for piece in _tiles(_within(box, frame), side)]
    return _touching(known, found) if found else ()


def _merged(shapes: Shapes) -> Iterator[Box]:
    """The bounds of shapes, those that overlap merged into one box."""
    boxes, count = shapely.box(*shapely.bounds(shapes).T), 0
    while len(boxes) != count:
        count = len(boxes)
        boxes = shapely.box(*shapely.bounds(shapely.get_parts(shapely.union_all(boxes))).T)
    for left, top, right, bottom in shapely.bounds(boxes):
        yield Box(math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom))


def _thinned(boxes: tuple[Box, ...], most: float) -> tuple[Box, ...]:
    """Every so manieth window, so that they have no more than about `most` pixels in all."""
    total = sum((box.right - box.left) * (box.bottom - box.top) for box in boxes)
    return boxes[:: max(1, math.ceil(total / most))]
