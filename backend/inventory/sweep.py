"""One pass over a raster, strip by strip, adding up what lies inside each polygon.

The strips are rows of the raster's own grid, so that nothing is interpolated. Only the blocks that
a polygon reaches are read, and memory does not grow with the raster's height.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import rasterio
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.errors import RasterioError
from rasterio.windows import Window

from backend.errors import RasterError
from backend.inventory.layer import Layer, reprojected
from backend.inventory.zones import Array, Index, Outline, Sums, reachable
from backend.vectors.ground import mapped

# Pixels of a strip; it is read and computed in blocks of columns, side by side up to a limit.
STRIP_PIXELS = 1 << 21
FEWEST_ROWS, MOST_ROWS = 4, 512
BLOCK = 256
MOST_BLOCKS = 8
# Room for decoded blocks; GDAL's own default is a twentieth of the machine's memory [bytes].
CACHE_BYTES = 256 << 20

# Reads rows and columns of the raster's grid, which may lie outside of it: (bands, rows, columns).
Read = Callable[[slice, slice], NDArray[np.float32]]


@dataclass(frozen=True)
class Strip:
    """Pixels of one strip inside polygons: `values` (bands, k), in runs of one polygon each.

    `owner` (m,) is the polygon of each run, `begins` (m,) its first pixel; `places` (k,) are
    positions `row * width + column` on the sweep's grid.
    """

    values: NDArray[np.float32]
    owner: Index
    begins: Index
    places: Index

    def add(self, sums: Sums, name: str, values: Array) -> None:
        """Add values (k,) to a sum."""
        sums.add(name, self.owner, values, self.begins)

    def raise_to(self, sums: Sums, name: str, values: Array) -> None:
        """Keep the largest values (k,) and where they are."""
        sums.raise_to(name, self.owner, values, self.begins, self.places)


class Sweep:
    """Polygons of a layer on a raster's grid.

    `reached` (n,) says which polygons the raster's frame touches. Rows and columns are counted from
    `origin`, so that polygons that reach beyond the raster are counted whole.
    """

    def __init__(self, layer: Layer, data: rasterio.DatasetReader) -> None:
        crs = CRS.from_wkt(data.crs.to_wkt()) if data.crs else None
        moved = reprojected(layer.polygons, layer.crs, crs, f"The layer on {data.name}")
        pixels = shapely.transform(moved, _onto(data))
        frame = shapely.box(0, 0, data.width, data.height)
        shapely.prepare(frame)
        self._data = data
        self.crs = crs
        self.reached = shapely.intersects(frame, pixels)
        pixels = pixels[self.reached]
        left, top, right, _ = shapely.total_bounds(pixels) if len(pixels) else np.zeros(4)
        self.origin = int(np.floor(top)), int(np.floor(left))
        self.width = int(np.ceil(right)) - self.origin[1] + 1
        self.step = int(np.clip(STRIP_PIXELS // self.width, FEWEST_ROWS, MOST_ROWS))
        shifted = shapely.transform(pixels, lambda at: at - self.origin[::-1])
        self._outline = Outline(reachable(shifted, self.width, self.step), self.width)

    @property
    def rows(self) -> int:
        """Rows that will be passed."""
        first, last = self._outline.rows
        return last - first

    def strips(self, read: Read, on_rows: Callable[[int], None]) -> Iterator[Strip]:
        """All pixels inside polygons, strip by strip; `owner` counts the polygons reached."""
        for first, last, spans in self._outline.strips(self.step):
            rows, columns, begins = spans.pixels()
            if len(rows):
                strip = self._values(read, first, last, columns)
                places = rows * self.width + columns
                yield Strip(strip[:, rows - first, columns], spans.owner, begins, places)
            on_rows(last - first)

    def position(self, places: Index) -> tuple[Array, Array]:
        """Map coordinates of the pixels' centres at `places`; NaN where there is none."""
        row, column = np.divmod(places, self.width)
        x, y = mapped(
            self._data.transform,
            column + self.origin[1] + 0.5,
            row + self.origin[0] + 0.5,
        )
        return np.where(places >= 0, x, np.nan), np.where(places >= 0, y, np.nan)

    def _values(self, read: Read, first: int, last: int, columns: Index) -> NDArray[np.float32]:
        """The strip (bands, rows, width), filled where polygons are."""
        down, right = self.origin
        used = np.unique(columns // BLOCK)
        apart = (np.diff(used) > 1) | (used[1:] % MOST_BLOCKS == 0)
        strip = np.empty((0, last - first, self.width), np.float32)
        for blocks in np.split(used, np.flatnonzero(apart) + 1):
            begin, end = int(blocks[0]) * BLOCK, min((int(blocks[-1]) + 1) * BLOCK, self.width)
            part = read(slice(first + down, last + down), slice(begin + right, end + right))
            if not len(strip):
                strip = np.empty((len(part), *strip.shape[1:]), np.float32)
            strip[:, :, begin:end] = part
        return strip


def read_window(
    data: rasterio.DatasetReader, bands: list[int], rows: slice, columns: slice
) -> Array:
    """Scaled values (bands, rows, columns) of a window that may reach beyond; NaN is no data.

    Raises `RasterError` where the file is damaged.
    """
    result = np.full((len(bands), rows.stop - rows.start, columns.stop - columns.start), np.nan)
    inside = [
        slice(max(part.start, 0), min(part.stop, size))
        for part, size in ((rows, data.height), (columns, data.width))
    ]
    if any(part.start >= part.stop for part in inside):
        return result
    try:
        values = data.read(bands, window=Window.from_slices(*inside), masked=True)
    except RasterioError as error:
        raise RasterError(
            f"{data.name} cannot be read: it is damaged or truncated.", "Copy or export it again."
        ) from error
    down, right = inside[0].start - rows.start, inside[1].start - columns.start
    height, width = values.shape[1:]
    result[:, down : down + height, right : right + width] = scaled(data, bands, values)
    return result


def scaled(data: rasterio.DatasetReader, bands: list[int], stored: np.ma.MaskedArray) -> Array:
    """Values (bands, rows, columns) as their bands' scales and offsets mean them; NaN is none."""
    scales, offsets = (
        np.array([of_band[band - 1] for band in bands])[:, None, None]
        for of_band in (data.scales, data.offsets)
    )
    values: Array = np.ma.filled(stored.astype(np.float64), np.nan) * scales + offsets
    values[~np.isfinite(values)] = np.nan
    return values


def _onto(data: rasterio.DatasetReader) -> Callable[[NDArray[Any]], NDArray[Any]]:
    inverse = ~data.transform

    def move(points: NDArray[Any]) -> NDArray[Any]:
        return np.column_stack(mapped(inverse, points[:, 0], points[:, 1]))

    return move
