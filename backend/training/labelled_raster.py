"""A raster with a layer of landslide outlines as a dataset; nothing is cut beforehand."""

from __future__ import annotations

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.features import rasterize

from backend.errors import DatasetError, InventoryError
from backend.inventory.layer import Layer, read_layer, reprojected
from backend.raster.grid import Grid
from backend.raster.source import (
    RasterSource,
    SourceReport,
    SourceRequest,
    all_nodata,
    open_raster,
)
from backend.training.datasets import RGB, Dataset, Footprint, Labelled, Sample
from backend.training.image_files import THREADS, UNSTRETCHED, quiet, reading, require_colours

SEPARATOR = "::"
# Side of a block [px] to draw views from, and of one to be evaluated: whole images, as long as they
# fit the memory. What is left at the right and at the bottom joins the block before it unless it
# is at least half as long.
BLOCK = 1024
LARGE_BLOCK = 8192


@dataclass(frozen=True)
class BlockReader:
    """Reads a block of a raster as `detect` would, and draws the outlines that touch it."""

    raster: str
    column: int
    row: int
    width: int
    height: int
    transform: Affine
    """Of the block: (column, row) of a pixel corner in it [px] to map coordinates."""
    stretch: tuple[float, float] | None
    """Values that become 0 and 255, the same for the whole raster; None for bytes."""
    outlines: tuple[shapely.Polygon, ...]

    def __call__(self) -> Labelled:
        """A pixel is landslide where its centre is. Raises `DatasetError` for a damaged raster."""
        # The block as a raster of its own, by GDAL's own notation.
        window = f"{self.column},{self.row},{self.width},{self.height}"
        request = SourceRequest(
            f"vrt://{self.raster}?srcwin={window}", RGB, value_range=UNSTRETCHED
        )
        with reading(), RasterSource(request) as source:
            image, valid = source.read(0, self.height)
        return Labelled(self._stretched(image, valid), self._mask() & valid, valid)

    def _stretched(self, image: NDArray[Any], valid: NDArray[np.bool_]) -> NDArray[Any]:
        if self.stretch is None:
            return image
        low, high = self.stretch
        scaled = (image - np.float32(low)) * np.float32(255 / (high - low))
        return np.where(valid, np.clip(scaled, 0, 255), np.float32(0))

    def _mask(self) -> NDArray[np.bool_]:
        shape = (self.height, self.width)
        if not self.outlines:
            return np.zeros(shape, bool)
        return rasterize(self.outlines, shape, transform=self.transform, dtype="uint8") > 0


def open_labelled_raster(text: str, block: int = BLOCK) -> Dataset:
    """The dataset that `RASTER::POLYGONS` or `RASTER::POLYGONS|layername=NAME` names.

    Its samples are blocks of about `block` px a side that hold a valid pixel. Raises `DatasetError`
    where a file cannot be used, or the polygons miss the raster.
    """
    raster, polygons = text.rsplit(SEPARATOR, 1)
    raster = str(Path(raster).absolute()) if Path(raster).exists() else raster
    grid, report = _examine(raster)
    path, outlines = _outlines(polygons, raster, grid)
    readers = _blocks(raster, grid, report, outlines, block)
    with quiet(), ThreadPoolExecutor(THREADS) as threads:
        samples = threads.map(lambda reader: _sample(reader, grid, path), readers)
        present = tuple(sample for sample in samples if sample is not None)
    if not present:
        error = all_nodata(raster)
        raise DatasetError(error.message, error.remedy)
    gsd = math.sqrt(math.prod(report.gsd)) if report.gsd else None
    return Dataset(Path(raster).stem, RGB, present, gsd)


def _examine(raster: str) -> tuple[Grid, SourceReport]:
    with quiet(), reading():
        with open_raster(raster) as data:
            require_colours(data)
        with RasterSource(SourceRequest(raster, RGB)) as source:
            return source.grid, source.report


def _blocks(
    raster: str, grid: Grid, report: SourceReport, outlines: NDArray[np.object_], block: int
) -> Iterator[BlockReader]:
    columns, rows = _edges(grid.width, block), _edges(grid.height, block)
    tree = shapely.STRtree(outlines)
    for top, bottom in pairwise(rows):
        for left, right in pairwise(columns):
            yield BlockReader(
                raster,
                left,
                top,
                right - left,
                bottom - top,
                grid.transform @ Affine.translation(left, top),
                report.stretch,
                tuple(outlines[np.sort(tree.query(_frame(grid, left, top, right, bottom)))]),
            )


def _edges(length: int, block: int) -> list[int]:
    """Where blocks along an axis of `length` px begin, and its end."""
    count = max(1, (length + block // 2) // block)
    return [*range(0, count * block, block), length]


def _sample(reader: BlockReader, grid: Grid, polygons: str) -> Sample | None:
    """The block as a sample, or None where no pixel of it is valid."""
    labelled = reader()
    if not labelled.valid.any():
        return None
    name = f"{Path(reader.raster).stem}, column {reader.column}, row {reader.row}"
    return Sample(
        name,
        f"{reader.raster}, column {reader.column}, row {reader.row}",
        bool(labelled.mask.any()),
        reader,
        (reader.raster, polygons),
        _footprint(reader, grid.crs),
    )


def _footprint(reader: BlockReader, crs: CRS | None) -> Footprint:
    """The block on the map; without a CRS, or turned on the map, in pixels of its own raster."""
    corner = (reader.width, reader.height)
    turned = reader.transform.b or reader.transform.d
    if crs is None or turned:
        left, top = reader.column, reader.row
        bounds = (left, top, left + reader.width, top + reader.height)
        return Footprint(bounds, str(Path(reader.raster).resolve()))
    xs, ys = zip(reader.transform @ (0, 0), reader.transform @ corner, strict=True)
    return Footprint((min(xs), min(ys), max(xs), max(ys)), crs.to_wkt())


def _outlines(source: str, raster: str, grid: Grid) -> tuple[str, NDArray[np.object_]]:
    """The absolute path of a layer and its polygons, one by one, in the coordinates of the grid.

    Where the raster has no CRS the polygons are taken to be in its coordinates. Polygons whose
    field `status` says that a reviewer rejected them are left out.
    """
    try:
        layer = read_layer(source).without_rejected()
        shapes = _placed(layer, raster, grid)
    except InventoryError as error:
        raise DatasetError(error.message, error.remedy) from error
    frame = _frame(grid, 0, 0, grid.width, grid.height)
    if not shapely.intersects(shapes, frame).any():
        raise DatasetError(
            f"The polygons of {layer.path} do not touch the raster {raster}: they cover"
            f" {_extent(shapes)}, the raster {_extent(np.array([frame]))}.",
            "Choose the polygons of this raster, and check both CRS.",
        )
    path = layer.path if layer.path.startswith("/vsi") else str(Path(layer.path).absolute())
    return path, shapely.get_parts(shapes)


def _placed(layer: Layer, raster: str, grid: Grid) -> NDArray[np.object_]:
    if grid.crs is None:
        return layer.polygons
    if layer.crs is None:
        raise DatasetError(
            f"The polygons of {layer.path} have no CRS, but the raster {raster} has"
            f" {grid.crs.name}.",
            "Assign the CRS of the polygon layer.",
        )
    return reprojected(layer.polygons, layer.crs, grid.crs, f"The polygon layer {layer.path}")


def _frame(grid: Grid, left: int, top: int, right: int, bottom: int) -> shapely.Polygon:
    """A window of the grid [px] on the map."""
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    return shapely.Polygon([grid.transform @ corner for corner in corners])


def _extent(shapes: NDArray[np.object_]) -> str:
    left, bottom, right, top = shapely.total_bounds(shapes)
    return f"x {left:.6g} to {right:.6g}, y {bottom:.6g} to {top:.6g}"
