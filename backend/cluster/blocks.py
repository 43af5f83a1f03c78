"""How a raster is divided among workers: pure arithmetic on its tiling.

A block is so many whole rows of tiles, and where the raster is very wide so many of their columns,
so that its tiles are exactly those of a run on one machine. It reads a halo around what it decides.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from backend.inference import Inside
from backend.raster.grid import Tiling

# A block reaches so far down, and at most so far across [px].
SIDE = 8192
MOST_ACROSS = 32768


@dataclass(frozen=True)
class Block:
    """Tiles of the rows [top, bottom) and the columns [left, right) of a tiling."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def name(self) -> str:
        """Its place, as part of a file's name."""
        return f"{self.top}-{self.bottom}-{self.left}-{self.right}"

    @property
    def tiles(self) -> int:
        """How many tiles it has, those without a valid pixel included."""
        return (self.bottom - self.top) * (self.right - self.left)


@dataclass(frozen=True)
class RowsUpTo(Tiling):
    """A tiling whose rows of tiles end at `bottom`."""

    bottom: int

    @property
    def rows(self) -> int:
        """Rows of tiles."""
        return self.bottom


@dataclass(frozen=True)
class View:
    """What a block sees: the columns [left, right) of the grid, and a tiling of these.

    It decides the columns [first, last) of the view [px].
    """

    left: int
    right: int
    first: int
    last: int
    tiling: RowsUpTo


def blocks_of(tiling: Tiling, side: int = SIDE, across: int | None = MOST_ACROSS) -> list[Block]:
    """The blocks of a tiling from top to bottom, those of the same rows from left to right.

    They reach `side` [px] down; without `across` [px] they are as wide as the raster.
    """
    down = max(1, side // tiling.stride)
    parts = 1 if across is None else math.ceil(tiling.width / across)
    # Two columns at least: what the last one is padded with lies in it and the one before.
    parts = max(1, min(parts, tiling.columns // 2))
    edges = [tiling.columns * part // parts for part in range(parts + 1)]
    return [
        Block(top, min(top + down, tiling.rows), left, right)
        for top in range(0, tiling.rows, down)
        for left, right in pairwise(edges)
    ]


def bands_of(blocks: list[Block]) -> Iterator[list[Block]]:
    """The blocks of the same rows together, from top to bottom."""
    for top in sorted({block.top for block in blocks}):
        yield sorted((b for b in blocks if b.top == top), key=lambda block: block.left)


def view_of(tiling: Tiling, block: Block) -> View:
    """What a block sees of the grid."""
    # With one tile more on the left the view's tiles start where the grid's do; its mask leaves
    # that tile nothing to decide.
    left = max(0, block.left - 1) * tiling.stride
    is_last = block.right == tiling.columns
    reach = tiling.start(block.right - 1) + tiling.size
    right = tiling.width if is_last else min(tiling.width, reach)
    first = tiling.core(block.left, tiling.width)[0]
    last = tiling.core(block.right - 1, tiling.width)[1]
    inner = RowsUpTo(
        right - left, tiling.height, tiling.size, tiling.stride, tiling.origin, block.bottom
    )
    return View(left, right, first - left, last - left, inner)


class Mask:
    """Which pixels of a view its block decides: those of its columns that lie in the `area`."""

    def __init__(self, view: View, area: Inside | None) -> None:
        self._view, self._area = view, area

    def rows(self, first: int, last: int) -> NDArray[np.bool_]:
        """Rows [first, last) of the mask (rows, W) of the view."""
        view = self._view
        inside = np.zeros((last - first, view.right - view.left), bool)
        own = slice(view.first, view.last)
        inside[:, own] = True
        if self._area is not None:
            inside &= self._area.rows(first, last)[:, view.left : view.right]
        return inside
