"""A raster with labels as a dataset; nothing is cut beforehand."""

from __future__ import annotations

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

from affine import Affine
from pyproj import CRS
from rasterio.windows import Window

from backend.errors import DatasetError
from backend.raster.grid import Grid
from backend.raster.quiet import quiet
from backend.raster.source import SourceRequest, all_nodata
from backend.training.datasets import (
    PICTURE,
    SEPARATOR,
    Dataset,
    Footprint,
    Labelled,
    RasterText,
    Sample,
)
from backend.training.image_files import THREADS
from backend.training.labels import Labels, Unlabelled, open_labels
from backend.training.pixels import Image, Pixels, open_image

__all__ = ["BLOCK", "LARGE_BLOCK", "SEPARATOR", "BlockReader", "open_labelled_raster", "open_raw"]

# Side of a block [px] to draw views from, and of one to be evaluated: whole images, as long as they
# fit the memory. What is left at the right and at the bottom joins the block before it unless it
# is at least half as long.
BLOCK = 1024
LARGE_BLOCK = 8192
# A small raster comes in smaller blocks, down to this side, until there are so many of them: what
# is to validate is chosen from them.
SMALLEST_BLOCK = 256
FEWEST_BLOCKS = 16


@dataclass(frozen=True)
class BlockReader:
    """Reads a block of a raster as `detect` would, and what is known of landslides in it."""

    raster: str
    column: int
    row: int
    width: int
    height: int
    transform: Affine
    """Of the block: (column, row) of a pixel corner in it [px] to map coordinates."""
    pixels: Pixels
    labels: Labels

    def __call__(self) -> Labelled:
        """What is not labelled is not valid. Raises `DatasetError` for a damaged raster."""
        window = Window(self.column, self.row, self.width, self.height)
        image, valid = self.pixels(window)
        mask, known = self.labels(window)
        valid = valid & known
        return Labelled(image, mask & valid, valid, as_bytes=True)


def open_labelled_raster(
    text: str, block: int | None = None, wanted: SourceRequest = PICTURE
) -> Dataset:
    """The dataset that RASTER::POLYGONS, RASTER::POLYGONS|layername=NAME or RASTER::MASK names.

    Its samples are blocks of about `block` px a side that hold a valid pixel. Raises a
    `CalandDetError` where a file cannot be used, a band is missing, or the labels miss the raster.
    """
    parts = RasterText.of(text)
    if parts.labels is None:
        raise DatasetError(
            f"{text} names no polygons or labels.", "Give them as RASTER::POLYGONS or RASTER::MASK."
        )
    request = parts.request(wanted)
    image = open_image(request)
    labels = open_labels(parts.labels, request.path, image.grid)
    return _dataset(request, image, labels, block)


def open_raw(text: str, wanted: SourceRequest = PICTURE) -> Dataset:
    """A raster without labels, `RASTER` or `RASTER::ROLE=PATH...`, in blocks; raises as above."""
    request = RasterText.of(text).request(wanted)
    return _dataset(request, open_image(request), Unlabelled(), None)


def _dataset(request: SourceRequest, image: Image, labels: Labels, block: int | None) -> Dataset:
    readers = _blocks(request.path, image, labels, block or _side(image.grid))
    with quiet, ThreadPoolExecutor(THREADS) as threads:
        samples = threads.map(partial(_sample, grid=image.grid, labels=labels.path), readers)
        present = tuple(sample for sample in samples if sample is not None)
    if not present:
        error = all_nodata(request.path)
        raise DatasetError(error.message, error.remedy)
    gsd = math.sqrt(math.prod(image.report.gsd)) if image.report.gsd else None
    notes = tuple(note for note in image.report.notes if note)
    return Dataset(Path(request.path).stem, request.roles, present, gsd, notes)


def _side(grid: Grid) -> int:
    """The side of blocks [px] for a raster of that size."""
    side = BLOCK
    while side // 2 >= SMALLEST_BLOCK and _count(grid, side) < FEWEST_BLOCKS:
        side //= 2
    return side


def _count(grid: Grid, side: int) -> int:
    return (len(_edges(grid.width, side)) - 1) * (len(_edges(grid.height, side)) - 1)


def _blocks(raster: str, image: Image, labels: Labels, block: int) -> Iterator[BlockReader]:
    grid = image.grid
    for top, bottom in pairwise(_edges(grid.height, block)):
        for left, right in pairwise(_edges(grid.width, block)):
            width, height = right - left, bottom - top
            yield BlockReader(
                raster,
                left,
                top,
                width,
                height,
                grid.transform @ Affine.translation(left, top),
                image.pixels,
                labels.near(Window(left, top, width, height)),
            )


def _edges(length: int, block: int) -> list[int]:
    """Where blocks along an axis of `length` px begin, and its end."""
    count = max(1, (length + block // 2) // block)
    return [*range(0, count * block, block), length]


def _sample(reader: BlockReader, grid: Grid, labels: str) -> Sample | None:
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
        (reader.raster, labels),
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
