"""Fewer vertices: Douglas and Peucker (1973) on all rings at once, without moving a pixel.

A chord replaces the outline between two of its vertices where it stays within the tolerance and
has every pixel's centre beside it on the side where the outline had it: rasterising the
simplified polygons gives the same mask as before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# How far a chord stays from pixel centres [px]; more than any rounding of map coordinates.
CLEARANCE = 1e-3
# Every so many vertices one stays, so that the time grows with the outline and not with its square.
SPAN = 256


@dataclass(frozen=True)
class Vertices:
    """n vertices in ring order, inside on the left: `x` and `y` [px], the unit step (`inside_x`,
    `inside_y`) towards the inside pixel's centre, and the `distance` to it, in (0, 1) [px].
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    inside_x: NDArray[np.int8]
    inside_y: NDArray[np.int8]
    distance: NDArray[np.float64]

    def take(self, index: NDArray[np.int64]) -> Vertices:
        """The vertices at `index`."""
        return Vertices(
            self.x[index],
            self.y[index],
            self.inside_x[index],
            self.inside_y[index],
            self.distance[index],
        )


def simplify(vertices: Vertices, sizes: NDArray[np.int64], tolerance: float) -> NDArray[np.bool_]:
    """Which vertices (n,) to keep of rings of `sizes`; the first of each ring stays.

    The outline moves by at most `tolerance` [px].
    """
    ends = np.cumsum(sizes)
    starts = ends - sizes
    ring = np.repeat(np.arange(len(sizes)), sizes)
    # Each ring becomes a chain that comes back to its first vertex.
    walk = np.insert(np.arange(len(ring)), ends, starts)
    closed = vertices.take(walk)
    first, last = starts + np.arange(len(sizes)), ends + np.arange(len(sizes))
    apart = np.hypot(vertices.x - vertices.x[starts][ring], vertices.y - vertices.y[starts][ring])
    opposite = _first_maximum(apart, starts, ring) + np.arange(len(sizes))
    kept = (np.arange(len(walk)) - np.repeat(first, sizes + 1)) % SPAN == 0
    kept[first] = kept[opposite] = kept[last] = True
    knots = np.flatnonzero(kept)
    begin, end = knots[:-1], knots[1:]
    while len(begin):
        divisible = end - begin > 1
        begin, end = begin[divisible], end[divisible]
        split, at = _split(closed, begin, end, tolerance)
        kept[at] = True
        begin, end = np.concatenate([begin[split], at]), np.concatenate([at, end[split]])
    return np.delete(kept, last)


def _split(
    vertices: Vertices, begin: NDArray[np.int64], end: NDArray[np.int64], tolerance: float
) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Which chains begin..end a chord cannot replace, and where each of these is divided."""
    size = end - begin + 1
    offset = np.cumsum(size) - size
    chain = np.repeat(np.arange(len(size)), size)
    index = np.arange(len(chain)) + np.repeat(begin - offset, size)
    along_x, along_y = vertices.x[end] - vertices.x[begin], vertices.y[end] - vertices.y[begin]
    length = np.hypot(along_x, along_y)
    # The chord's normal to its left, rows counting downwards.
    normal_x, normal_y = (along_y / length)[chain], (-along_x / length)[chain]
    part = vertices.take(index)
    side = normal_x * (part.x - vertices.x[begin][chain])
    side += normal_y * (part.y - vertices.y[begin][chain])
    lean = normal_x * part.inside_x + normal_y * part.inside_y
    inside = side + lean * part.distance
    outside = lean - inside
    far = np.abs(side)
    fails = (far > tolerance) | (inside < CLEARANCE) | (outside < CLEARANCE)
    split = np.logical_or.reduceat(fails, offset)
    far[offset] = far[offset + size - 1] = -1
    return split, (_first_maximum(far, offset, chain) + begin - offset)[split]


def _first_maximum(
    values: NDArray[np.float64], begins: NDArray[np.int64], group: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Position of each group's first maximum."""
    hits = np.flatnonzero(values == np.maximum.reduceat(values, begins)[group])
    position = np.empty(len(begins), np.int64)
    # Of several writes to one place the last, here the first maximum, stays.
    position[group[hits[::-1]]] = hits[::-1]
    return position
