"""The image of a labelled raster, window by window, as `detect` would read all of it."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.windows import Window

from backend.errors import DatasetError
from backend.raster.grid import Grid
from backend.raster.heights import metres_per_unit
from backend.raster.inputs import open_source
from backend.raster.quiet import quiet
from backend.raster.source import (
    BandSource,
    RasterSource,
    SourceReport,
    SourceRequest,
    open_raster,
)
from backend.training.datasets import RGB
from backend.training.image_files import reading, require_colours

# Rows that are prepared at a time.
BAND_ROWS = 64
# What has to stay free on the disk [bytes].
SPARE = 256 << 20

# A window of the grid [px] to values (C, H, W) and validity (H, W).
Pixels = Callable[[Window], tuple[NDArray[Any], NDArray[np.bool_]]]


@dataclass(frozen=True)
class Image:
    """An image on its grid."""

    pixels: Pixels
    grid: Grid
    report: SourceReport


def open_image(request: SourceRequest) -> Image:
    """The image that a request describes.

    Red, green and blue of one raster are read where they lie. Other bands, and what is resampled,
    are brought onto the grid once, into a temporary file: training draws views from them again and
    again. Raises a `CalandDetError` where a band is missing or a file cannot be used.
    """
    is_elsewhere = request.inputs or request.dem or request.units or request.gsd_range
    if request.roles == RGB and not is_elsewhere:
        return _direct(request)
    with quiet, reading(), open_source(request) as source:
        notes = [*source.report.notes, *_unit_notes(request.dem)]
        report = replace(source.report, notes=notes)
        return Image(Prepared(_prepared(source, request)), source.grid, report)


def _unit_notes(dem: str | None) -> Iterator[str]:
    """What `detect` says of the unit of elevations where it looks polygons up in them."""
    if dem:
        with open_raster(dem) as data:
            yield metres_per_unit(data, 1)[1]


def _direct(request: SourceRequest) -> Image:
    with quiet, reading():
        with open_raster(request.path) as data:
            require_colours(data)
        with RasterSource(request) as source:
            pixels = Direct(replace(request, stretch=source.report.stretch))
            return Image(pixels, source.grid, source.report)


@dataclass(frozen=True)
class Direct:
    """Windows of a raster of red, green and blue, all stretched as the whole raster is."""

    request: SourceRequest

    def __call__(self, window: Window) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """Values (3, H, W), 0 where they are not valid. Raises `DatasetError` for a damaged one."""
        # The window as a raster of its own, by GDAL's own notation.
        place = f"{window.col_off},{window.row_off},{window.width},{window.height}"
        part = replace(self.request, path=f"vrt://{self.request.path}?srcwin={place}")
        with reading(), RasterSource(part) as source:
            return source.read(0, window.height)


@contextmanager
def temporary_bands() -> Iterator[None]:
    """A job, or a decorator of one, that leaves no temporary file of bands, however it ends.

    The process ends at once after its job, with whatever garbage is not collected yet.
    """
    before = set(_scratches)
    try:
        yield
    finally:
        for scratch in set(_scratches) - before:
            scratch.remove()


class Scratch:
    """A folder for temporary files that goes when nothing in this process refers to it."""

    def __init__(self, size: int, what: str) -> None:
        """Raises `DatasetError` where there is no room for `size` [bytes] of `what`."""
        free = shutil.disk_usage(tempfile.gettempdir()).free
        if free < size + SPARE:
            raise DatasetError(
                f"The bands of {what} take {size / 1e9:.2g} GB in {tempfile.gettempdir()}, where"
                f" {free / 1e9:.2g} GB are free.",
                "Make room, name another folder for temporary files (TMPDIR), or cut the raster.",
            )
        self.path = Path(tempfile.mkdtemp(prefix="calanddet-bands-"))
        self.remove = weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)
        _scratches.add(self)

    def __reduce__(self) -> tuple[Any, ...]:
        """Another process gets the place, and leaves it there."""
        return _Borrowed, (self.path,)


@dataclass(frozen=True)
class _Borrowed:
    path: Path


_scratches: weakref.WeakSet[Scratch] = weakref.WeakSet()


@dataclass(frozen=True)
class Prepared:
    """Windows of bands that were brought onto the grid."""

    scratch: Scratch | _Borrowed

    def __call__(self, window: Window) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """Values (C, H, W), NaN or the request's fill where unknown, and validity (H, W)."""
        rows, columns = window.toslices()
        values = np.load(self.scratch.path / "values.npy", mmap_mode="r")[:, rows, columns]
        valid = np.load(self.scratch.path / "valid.npy", mmap_mode="r")[rows, columns]
        return np.array(values), np.array(valid)


def _prepared(source: BandSource, request: SourceRequest) -> Scratch:
    height, width = source.grid.height, source.grid.width
    shape = (len(request.roles), height, width)
    scratch = Scratch((shape[0] * source.dtype.itemsize + 1) * height * width, request.path)

    def make(name: str, shape: tuple[int, ...], dtype: Any) -> np.memmap[Any, Any]:
        return np.lib.format.open_memmap(scratch.path / name, "w+", dtype, shape)

    values, valid = make("values.npy", shape, source.dtype), make("valid.npy", shape[1:], bool)
    for first in range(0, height, BAND_ROWS):
        last = min(first + BAND_ROWS, height)
        values[:, first:last], valid[first:last] = source.read(first, last)
    values.flush()
    valid.flush()
    return scratch
