"""From probability rows to closed polygons: labels and outlines carried over every seam."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from backend.raster.grid import NODATA
from backend.vectors.components import (
    LAST_ROW,
    MINUS_FIRST,
    PIXELS,
    Components,
    Labels,
    Runs,
    Slab,
    Terrain,
    Totals,
    frame,
)
from backend.vectors.outlines import Segments, find_segments, trace, vertices
from backend.vectors.simplify import Vertices, simplify

# Rows are taken in slabs of about this many pixels, whose passes stay in the processor's cache.
SLAB_PIXELS = 1 << 20
# Checking whether a polygon is valid takes time with the square of its holes. One with more keeps
# its exact outline, which is valid by construction.
MOST_CHECKED_HOLES = 2000


@dataclass(frozen=True)
class Closed:
    """Components that no later row can touch: polygons (n,) [px], and their totals (n)."""

    polygons: NDArray[np.object_]
    totals: Totals


class Tracer:
    """Takes rows from top to bottom and gives polygons as soon as they are closed.

    The polygons of all calls together and their order (by last row, then first pixel) do not
    depend on how the rows are cut. Components of fewer than `min_pixels` are left out before any
    geometry is built.
    """

    def __init__(
        self,
        width: int,
        level: int,
        simplify_px: float = 0.0,
        min_pixels: float = 0.0,
        terrain: Terrain | None = None,
    ) -> None:
        self._level, self._simplify_px, self._min_pixels = level, simplify_px, min_pixels
        self._components = Components(terrain)
        self._above = np.full(width, NODATA, np.uint8)
        self._row = 0
        # The outline so far of each component that is open.
        self._outlines: list[list[Segments]] = []

    def add(self, values: NDArray[np.uint8]) -> Iterator[Closed]:
        """What the next rows (rows, W) close."""
        step = max(1, SLAB_PIXELS // len(self._above))
        for at in range(0, len(values), step):
            slab = frame(self._above, values[at : at + step], self._level, self._row)
            self._above = slab.values[-slab.stride + 1 : -1].copy()
            self._row += len(values[at : at + step])
            if self._outlines or slab.inside.any():
                yield from self._add(slab)

    def finish(self) -> Iterator[Closed]:
        """What the end of the raster closes."""
        return self.add(np.full((1, len(self._above)), NODATA, np.uint8))

    def _add(self, slab: Slab) -> Iterator[Closed]:
        labels = self._components.add(slab)
        is_kept = labels.is_open | (labels.totals.sums[:, PIXELS] >= self._min_pixels)
        _erase(slab, labels, is_kept)
        segments, pixels = find_segments(slab, self._level)
        component = labels.of_runs[labels.runs.at(pixels)]
        is_closed = ~labels.is_open[component]
        finished = self._carry(labels, segments[~is_closed], component[~is_closed])
        finished.append((segments[is_closed], component[is_closed]))
        closed = np.flatnonzero(is_kept & ~labels.is_open)
        if len(closed):
            totals = labels.totals.take(closed)
            order = np.lexsort((-totals.peaks[:, MINUS_FIRST], totals.peaks[:, LAST_ROW]))
            rank = np.full(len(labels.totals), -1)
            rank[closed[order]] = np.arange(len(order))
            segments, component = (np.concatenate(parts) for parts in zip(*finished, strict=True))
            polygons = self._polygons(segments, rank[component], slab.stride)
            yield Closed(polygons, totals.take(order))

    def _polygons(
        self, segments: Segments, owner: NDArray[np.int64], stride: int
    ) -> NDArray[np.object_]:
        """The polygon of each owner from 0; those below 0 have turned out to be too small."""
        segments, owner = segments[owner >= 0], owner[owner >= 0]
        order, sizes = trace(segments)
        outline, owner = vertices(segments[order], stride), owner[order]
        everything = np.ones(len(order), bool)
        exact = _assemble(outline, sizes, owner, everything)
        if not self._simplify_px:
            return exact
        kept = simplify(outline, sizes, self._simplify_px)
        simple = _assemble(outline, sizes, owner, kept)
        checked = shapely.get_num_interior_rings(simple) <= MOST_CHECKED_HOLES
        checked[checked] = shapely.is_valid(simple[checked])
        return np.where(checked, simple, exact)

    def _carry(
        self, labels: Labels, segments: Segments, component: NDArray[np.int32]
    ) -> list[tuple[Segments, NDArray[np.int32]]]:
        """Keep the open outlines, with `segments` added; return the carried ones that closed."""
        outlines: dict[int, list[Segments]] = {}
        for label, outline in zip(labels.of_carried.tolist(), self._outlines, strict=True):
            _extend(outlines, label, outline)
        order = np.argsort(component, kind="stable")
        present, begins = np.unique(component[order], return_index=True)
        parts = np.split(segments[order], begins[1:])
        for label, part in zip(present.tolist(), parts, strict=False):
            # A copy, so that no component keeps the others' segments in memory.
            _extend(outlines, label, [part.copy()])
        self._outlines = [outlines.pop(label) for label in np.flatnonzero(labels.is_open).tolist()]
        joined = ((label, np.concatenate(outline)) for label, outline in outlines.items())
        return [(outline, np.full(len(outline), label, np.int32)) for label, outline in joined]


def _extend(outlines: dict[int, list[Segments]], label: int, more: list[Segments]) -> None:
    """Add `more` to an outline: the shorter list to the longer one, so that merging stays cheap."""
    short, long = sorted((outlines.get(label, []), more), key=len)
    long.extend(short)
    outlines[label] = long


def _erase(slab: Slab, labels: Labels, is_kept: NDArray[np.bool_]) -> None:
    """Take the components that are not kept out of the slab's mask."""
    gone = ~is_kept[labels.of_runs]
    if gone.any():
        pixels, _ = Runs(labels.runs.start[gone], labels.runs.end[gone]).pixels()
        slab.inside[pixels] = False


def _assemble(
    outline: Vertices,
    sizes: NDArray[np.int64],
    owner: NDArray[np.int64],
    kept: NDArray[np.bool_],
) -> NDArray[np.object_]:
    """Polygons of the `kept` vertices (n,) in rings of `sizes`; `owner` (n,) counts from 0."""
    ring = np.repeat(np.arange(len(sizes)), sizes)
    points = np.column_stack([outline.x[kept], outline.y[kept]])
    rings = shapely.linearrings(points, indices=ring[kept])
    of_ring = owner[np.cumsum(sizes) - sizes]
    # Of an owner's rings the one with the smallest vertex id is the outer one; it stays first.
    by_owner = np.argsort(of_ring, kind="stable")
    return shapely.polygons(rings[by_owner], indices=of_ring[by_owner])
