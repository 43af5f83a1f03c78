"""What can be explained of a raster, and the tiles that show it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from rasterio.features import geometry_mask
from scipy import ndimage

from backend.errors import AreaError
from backend.grad_cam import Pixels
from backend.inventory.layer import read_layer, reprojected
from backend.raster.grid import PROBABILITY_SCALE, Grid
from backend.raster.quiet import quiet

# Beyond these a polygon is a whole slope, and no single reason.
MOST_TILES = 64


@dataclass(frozen=True)
class Square:
    """A tile of `size` px, its first column and row on the grid [px]; it may reach beyond."""

    left: int
    top: int
    size: int


class Target(Protocol):
    """What is to be explained."""

    bounds: tuple[float, float, float, float]
    """Left, top, right and bottom on the grid [px]."""

    def pixels(self, square: Square, probability: NDArray[np.float32], valid: Pixels) -> Pixels:
        """Which valid pixels (size, size) of a tile belong to it."""
        ...


class Place:
    """The landslide that is found at a pixel, or the pixel alone where none is found.

    Raises `AreaError` beyond the grid.
    """

    def __init__(self, at: tuple[float, float], grid: Grid, threshold: int) -> None:
        """`at` is in the grid's CRS; `threshold` [1/250] bounds what counts as landslide."""
        column, row = ~grid.transform @ at
        if not (0 <= column < grid.width and 0 <= row < grid.height):
            raise AreaError(
                f"The place {at[0]:.10g}, {at[1]:.10g} lies outside of the raster.",
                "Give a place on it, in its own CRS.",
            )
        self._column, self._row, self._least = int(column), int(row), threshold / PROBABILITY_SCALE
        self.bounds = (column, row, column, row)

    def pixels(self, square: Square, probability: NDArray[np.float32], valid: Pixels) -> Pixels:
        """Those that hang together with the place's own."""
        row, column = self._row - square.top, self._column - square.left
        labels = ndimage.label((probability >= self._least) & valid)[0]
        if labels[row, column]:
            return np.asarray(labels == labels[row, column])
        found = np.zeros(probability.shape, bool)
        found[row, column] = valid[row, column]
        return found


class Polygons:
    """All polygons of a layer together. Raises `AreaError` where none touches the grid."""

    def __init__(self, path: str, grid: Grid) -> None:
        layer = read_layer(path)
        moved = reprojected(layer.polygons, layer.crs, grid.crs, f"The layer {path}")
        inverse = ~grid.transform
        pixels = shapely.transform(
            moved, lambda at: np.column_stack(inverse @ (at[:, 0], at[:, 1]))
        )
        inside = shapely.intersection(pixels, shapely.box(0, 0, grid.width, grid.height))
        self._shapes = inside[shapely.area(inside) > 0]
        if not len(self._shapes):
            raise AreaError(
                f"The polygons of {path} do not touch the raster.",
                "Choose polygons on it, and check both CRS.",
            )
        left, top, right, bottom = shapely.total_bounds(self._shapes).tolist()
        self.bounds = (left, top, right, bottom)

    def pixels(self, square: Square, probability: NDArray[np.float32], valid: Pixels) -> Pixels:
        """Those whose centres lie inside, or where there are none those that are touched."""
        transform = Affine.translation(square.left, square.top)
        shape = probability.shape
        with quiet:
            found: Pixels = geometry_mask(self._shapes, shape, transform, invert=True)
            if not found.any():
                found = geometry_mask(self._shapes, shape, transform, all_touched=True, invert=True)
        return found & valid


def squares_around(target: Target, size: int) -> list[Square]:
    """Tiles around a target, which lies in their inner three quarters.

    Raises `AreaError` for too many.
    """
    left, top, right, bottom = target.bounds
    found = [
        Square(column, row, size)
        for row in _starts(top, bottom, size)
        for column in _starts(left, right, size)
    ]
    if len(found) > MOST_TILES:
        raise AreaError(
            f"The polygon takes {len(found)} tiles of {size} px to explain, more than"
            f" {MOST_TILES}.",
            "Choose a smaller one, or a part of it (--at).",
        )
    return found


def _starts(low: float, high: float, size: int) -> list[int]:
    """First pixels of tiles whose inner three quarters cover [low, high) along an axis."""
    step = size * 3 // 4
    count = max(1, math.ceil((high - low) / step))
    first = round((low + high - (count - 1) * step - size) / 2)
    return [first + index * step for index in range(count)]
