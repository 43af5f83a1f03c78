"""Grids and tiles: pure arithmetic, no file is touched here.

A `Grid` is the lattice of output pixels. A `Tiling` says which squares of it the network sees and
which part of each answer is kept: a tile of `size` px starts every `stride` px from `origin`, and
its centre crop of `stride` px is kept, so that the crops cover every pixel exactly once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    # The command line reads the names of `OVERLAPS` and needs no projections for that.
    from affine import Affine
    from pyproj import CRS

# Values of the probability raster: probability 1, and no data.
PROBABILITY_SCALE = 250
NODATA = 255


@dataclass(frozen=True)
class Grid:
    """Output pixels: `transform` maps (column, row) of a pixel corner [px] to map coordinates."""

    width: int
    height: int
    transform: Affine
    crs: CRS | None


@dataclass(frozen=True)
class Overlap:
    """Stride and first tile origin as fractions of the tile size."""

    stride: float
    origin: float


OVERLAPS = {
    # Tiles start at multiples of the stride, as in the published tool, whose interior this equals.
    "reference": Overlap(1 / 2, -1 / 2),
    "balanced": Overlap(3 / 4, -1 / 8),
    "fast": Overlap(7 / 8, -1 / 16),
}
DEFAULT_OVERLAP = "balanced"


@dataclass(frozen=True)
class Tiling:
    """Tiles over a width x height [px] grid; all members in pixels."""

    width: int
    height: int
    size: int
    stride: int
    origin: int

    @classmethod
    def of(cls, width: int, height: int, size: int, overlap: str) -> Tiling:
        """The tiling of a named overlap preset for tiles of `size` px."""
        preset = OVERLAPS[overlap]
        return cls(width, height, size, round(size * preset.stride), round(size * preset.origin))

    @property
    def margin(self) -> int:
        """Rim of each tile that is dropped [px]."""
        return (self.size - self.stride) // 2

    @property
    def columns(self) -> int:
        """Tiles in a row."""
        return math.ceil((self.width - self.origin - self.margin) / self.stride)

    @property
    def rows(self) -> int:
        """Rows of tiles."""
        return math.ceil((self.height - self.origin - self.margin) / self.stride)

    def start(self, index: int) -> int:
        """First pixel of tile `index` along an axis; negative before the edge."""
        return self.origin + index * self.stride

    def core(self, index: int, length: int) -> tuple[int, int]:
        """Pixels [first, last) along an axis of `length` px that tile `index` decides."""
        first = self.start(index) + self.margin
        return max(first, 0), min(first + self.stride, length)


def reflect(index: NDArray[np.int64], length: int) -> NDArray[np.int64]:
    """Fold indices outside [0, length) back by reflection about the edge pixels.

    The edge pixel itself is not repeated (numpy's `reflect`), however far outside an index lies.
    """
    if length == 1:
        return np.zeros_like(index)
    period = 2 * (length - 1)
    folded = np.mod(index, period)
    return np.where(folded < length, folded, period - folded)
