"""Outlines by marching squares on pixel centres (Lorensen and Cline 1987, in the plane).

The contour runs half a step below the lowest inside value, so it never meets a pixel's centre,
and it is linear between neighbours: outlines are sub-pixel, and a centre lies inside the polygon
if and only if its pixel is inside the mask. Towards nodata and beyond the raster it runs on the
pixel's edge. Saddles part: the inside is 4-connected, so all rings are simple and disjoint.

A vertex lies between two neighbouring pixels. Its id is four times the position of the first (the
left or upper) one in the framed raster, plus 2 where the second is the one below, plus 1 where
the first is inside.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

from backend.raster.grid import NODATA
from backend.vectors.components import Slab
from backend.vectors.simplify import Vertices

# A cell is the square between the centres of 2 x 2 pixels: its sides, and the bits of its corners.
TOP, RIGHT, BOTTOM, LEFT = range(4)
UPPER_LEFT, UPPER_RIGHT, LOWER_LEFT, LOWER_RIGHT = 1, 2, 4, 8
FULL = 15
# Inside corners -> (side entered, side left): counter-clockwise around the inside as one sees it.
SEGMENTS = {
    UPPER_LEFT: (LEFT, TOP),
    UPPER_RIGHT: (TOP, RIGHT),
    LOWER_RIGHT: (RIGHT, BOTTOM),
    LOWER_LEFT: (BOTTOM, LEFT),
    UPPER_LEFT | UPPER_RIGHT: (LEFT, RIGHT),
    UPPER_RIGHT | LOWER_RIGHT: (TOP, BOTTOM),
    LOWER_RIGHT | LOWER_LEFT: (RIGHT, LEFT),
    LOWER_LEFT | UPPER_LEFT: (BOTTOM, TOP),
    FULL - LOWER_RIGHT: (BOTTOM, RIGHT),
    FULL - LOWER_LEFT: (LEFT, BOTTOM),
    FULL - UPPER_LEFT: (TOP, LEFT),
    FULL - UPPER_RIGHT: (RIGHT, TOP),
    # Saddles have a second segment, kept 16 further on.
    UPPER_LEFT | LOWER_RIGHT: (LEFT, TOP),
    16 + (UPPER_LEFT | LOWER_RIGHT): (RIGHT, BOTTOM),
    UPPER_RIGHT | LOWER_LEFT: (TOP, RIGHT),
    16 + (UPPER_RIGHT | LOWER_LEFT): (BOTTOM, LEFT),
}
ENTERED, DEPARTED = np.array([SEGMENTS.get(code, (0, 0)) for code in range(32)]).T
# The low bits of vertex ids on each side. The inside is on the left of a segment's way, so entering
# and leaving a side have it at opposite ends.
DOWNWARDS, FIRST_INSIDE = 2, 1
ENTERED_KIND = np.array([0, DOWNWARDS, FIRST_INSIDE, DOWNWARDS + FIRST_INSIDE])
DEPARTED_KIND = ENTERED_KIND ^ FIRST_INSIDE
IS_SADDLE = np.array([16 + code in SEGMENTS for code in range(16)])


# A directed piece of contour between two vertex ids; `fraction`, in (0, 1), is how far the start
# lies on the way from its first pixel to its second.
SEGMENT = np.dtype([("start", np.int64), ("end", np.int64), ("fraction", np.float64)])
Segments = NDArray[np.void]


def find_segments(slab: Slab, level: int) -> tuple[Segments, NDArray[np.int64]]:
    """The contour in all cells of the slab, and the inside pixel beside each segment's start."""
    cell, code = _boundary_cells(slab)
    entered, departed = ENTERED[code], DEPARTED[code]
    # First and second pixel of each side, from the cell's upper left one.
    first = np.array([0, 1, slab.stride, 0])
    second = first + np.array([1, slab.stride, 1, slab.stride])
    segments = np.empty(len(cell), SEGMENT)
    at = cell + slab.offset
    segments["start"] = 4 * (at + first[entered]) + ENTERED_KIND[entered]
    segments["end"] = 4 * (at + first[departed]) + DEPARTED_KIND[departed]
    one, other = cell + first[entered], cell + second[entered]
    segments["fraction"] = _crossing(slab.values[one], slab.values[other], level)
    return segments, np.where(ENTERED_KIND[entered] & FIRST_INSIDE, one, other)


def _boundary_cells(slab: Slab) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Cells that the contour crosses, by their upper left pixel, and their row of `SEGMENTS`."""
    inside = slab.inside.view(np.uint8)
    # Products, as numpy has no fast shifts of bytes.
    pairs = inside[1:] * np.uint8(2)
    pairs |= inside[:-1]
    codes = pairs[slab.stride :] * np.uint8(4)
    codes |= pairs[: -slab.stride]
    # Neither empty nor full.
    cell = np.flatnonzero(((codes + np.uint8(1)) & np.uint8(FULL)) > 1)
    code = codes[cell]
    saddle = IS_SADDLE[code]
    return (
        np.concatenate([cell, cell[saddle]]),
        np.concatenate([code, code[saddle] + 16]),
    )


def _crossing(one: NDArray[np.uint8], other: NDArray[np.uint8], level: int) -> NDArray[np.float64]:
    """Where on the way from one value to the other the contour lies; halfway beside nodata."""
    known = (one != NODATA) & (other != NODATA)
    rise = other.astype(np.float64) - one
    return np.divide(level - 0.5 - one, rise, out=np.full(len(one), 0.5), where=known)


def trace(segments: Segments) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Order of the segments along their closed rings, and the number in each ring.

    A ring starts at its smallest vertex id, and rings are in the order of these.
    """
    by_id = np.argsort(segments["start"])
    following = np.searchsorted(segments["start"][by_id], segments["end"][by_id])
    count, ring = connected_components(_links(following), connection="strong")
    # Of several writes to one place the last, here the smallest, stays.
    starts = np.empty(count, np.int64)
    starts[ring[::-1]] = np.arange(len(ring))[::-1]
    by_start = np.argsort(starts)
    starts = starts[by_start]
    # One walk visits all: each ring's last vertex is led on to the next ring's first.
    before = np.empty_like(following)
    before[following] = np.arange(len(following))
    following[before[starts]] = np.roll(starts, -1)
    order = breadth_first_order(_links(following), starts[0], return_predecessors=False)
    return by_id[order], np.bincount(ring, minlength=count)[by_start]


def _links(following: NDArray[np.int64]) -> csr_array:
    """The graph in which each node leads to one other."""
    count = len(following)
    ones = np.ones(count)
    return csr_array((ones, following, np.arange(count + 1)), shape=(count, count))


def vertices(segments: Segments, stride: int) -> Vertices:
    """The starts of segments, in pixels from the raster's upper left corner."""
    row, column = np.divmod(segments["start"] >> 2, stride)
    down = segments["start"] & DOWNWARDS > 0
    first_inside = segments["start"] & FIRST_INSIDE > 0
    fraction = segments["fraction"]
    step = np.where(first_inside, -1, 1).astype(np.int8)
    # The frame shifts by 1, centres by a half.
    return Vertices(
        x=column - 0.5 + fraction * ~down,
        y=row - 0.5 + fraction * down,
        inside_x=step * ~down,
        inside_y=step * down,
        distance=np.where(first_inside, fraction, 1 - fraction),
    )
