"""Reads a part of a mosaic: the raster itself, and its neighbours where it has no pixels."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.io import MemoryFile
from rasterio.windows import Window

from backend.errors import RasterError
from backend.raster.ground import ground_sampling_distance
from backend.raster.part import Box, Edges, Part, Placed
from backend.raster.source import BandSource, RasterSource, SourceRequest, cache_bytes

# What a resampled pixel depends on beyond itself, in pixels of the coarser grid.
REACH = 2


@dataclass(frozen=True)
class Rows:
    """Pixels of a mosaic: `values` (C, h, w), where they are `valid` (h, w), and which of these
    are decided by the part's own raster, `own` (h, w).
    """

    values: NDArray[Any]
    valid: NDArray[np.bool_]
    own: NDArray[np.bool_]


@dataclass(frozen=True)
class Member:
    """A raster of the mosaic that is open."""

    placed: Placed
    source: RasterSource
    edges: Edges | None

    @classmethod
    def open(cls, placed: Placed, request: SourceRequest, stack: ExitStack) -> Member:
        """Raises `RasterError` where the raster cannot be used."""
        source = stack.enter_context(RasterSource(replace(request, path=placed.path)))
        return cls(placed, source, Edges.read(placed.edges) if placed.edges else None)

    def read(self, box: Box) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """Values (C, h, w) and validity (h, w) of a box of the native lattice inside of it."""
        column, row = box[0] - self.placed.box[0], box[1] - self.placed.box[1]
        return self.source.read(row, row + box[3], (column, column + box[2]))

    def wins(self, other: Member, box: Box) -> NDArray[np.bool_]:
        """Where in a box (h, w), inside of both, it has the better right to valid pixels."""
        mine, theirs = self._distance(box), other._distance(box)
        return (mine > theirs) | ((mine == theirs) & (self.placed.rank < other.placed.rank))

    def _distance(self, box: Box) -> NDArray[np.float32]:
        if self.edges is None:
            return np.zeros((box[3], box[2]), np.float32)
        column, row = box[0] - self.placed.box[0], box[1] - self.placed.box[1]
        return self.edges.at(row + np.arange(box[3]), column + np.arange(box[2]))


class PartImage:
    """The window of a part as `RasterSource` gives a raster; `decided` is of the last rows read.

    The own raster lies on top, so that others are seen only where it has nothing. One of the
    others that cannot be read is left out: it is a failure of its own.
    """

    def __init__(self, part: Part, request: SourceRequest) -> None:
        self._part = part
        request = replace(request, gsd="native", stretch=part.stretch)
        with ExitStack() as stack:
            self._own = Member.open(part.own, request, stack)
            self._others: list[Member] = []
            for placed in sorted(part.others, key=lambda other: other.rank, reverse=True):
                try:
                    member = Member.open(placed, request, stack)
                except RasterError:
                    continue
                if member.source.dtype == self._own.source.dtype:
                    self._others.append(member)
            datasets = [each.source.dataset for each in (self._own, *self._others)]
            stack.enter_context(rasterio.Env(GDAL_CACHEMAX=sum(map(cache_bytes, datasets))))
            self._stack = stack.pop_all()
        self.grid, self.dtype = part.window_grid, self._own.source.dtype
        self._is_resampled = (part.native.width, part.native.height) != (
            part.grid.width,
            part.grid.height,
        )
        self.report = replace(
            self._own.source.report,
            gsd=ground_sampling_distance(self.grid),
            resampled=self._is_resampled,
        )
        self.decided: NDArray[np.bool_] = np.zeros((0, self.grid.width), bool)

    def __enter__(self) -> PartImage:
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    @property
    def dataset(self) -> rasterio.DatasetReader:
        """The own raster as GDAL has it."""
        return self._own.source.dataset

    def sample(self) -> NDArray[np.float64]:
        """Raw values (C, n) of valid pixels of the own raster."""
        return self._own.source.sample()

    def read(self, first: int, last: int) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """Rows [first, last) of the window: values (C, rows, W) and validity (rows, W).

        Raises `RasterError` where the own raster is damaged.
        """
        column, row, width, _ = self._part.window
        box = (column, row + first, width, last - first)
        rows = self._resampled(box) if self._is_resampled else self._native(box)
        self.decided = rows.own
        return rows.values, rows.valid

    def _native(self, box: Box) -> Rows:
        """A box of the native lattice, put together."""
        own, shape = self._own, (box[3], box[2])
        fill = own.source.fill
        values = np.empty((len(fill), *shape), self.dtype)
        values[:] = fill
        valid, lost = np.zeros(shape, bool), np.zeros(shape, bool)
        for member in list(self._others):
            inside = _common(box, member.placed.box)
            if inside is None:
                continue
            try:
                seen, known = member.read(inside)
            except RasterError:
                self._others.remove(member)
                continue
            _put(values, valid, seen, known, _within(box, inside))
            shared = _common(inside, own.placed.box)
            if shared is not None:
                theirs = known[_within(inside, shared)]
                lost[_within(box, shared)] |= theirs & member.wins(own, shared)
        mine = np.zeros(shape, bool)
        inside = _common(box, own.placed.box)
        if inside is not None:
            seen, known = own.read(inside)
            at = _within(box, inside)
            _put(values, valid, seen, known, at)
            mine[at] = known & ~lost[at]
        return Rows(values, valid, mine)

    def _resampled(self, box: Box) -> Rows:
        """A box of the resampled grid: put together at the native resolution, then resampled."""
        native, grid = self._part.native, self._part.grid
        across, down = native.width / grid.width, native.height / grid.height
        left, right = box[0] * across, (box[0] + box[2]) * across
        top, bottom = box[1] * down, (box[1] + box[3]) * down
        columns = _around(left, right, across, native.width)
        lines = _around(top, bottom, down, native.height)
        whole = (columns[0], lines[0], columns[1] - columns[0], lines[1] - lines[0])
        rows = self._native(whole)
        resampling = self._own.source.resampling(
            (native.height, native.width), (grid.height, grid.width)
        )
        window = Window(left - whole[0], top - whole[1], right - left, bottom - top)
        values = _resample(rows, window, (box[3], box[2]), resampling)
        nearest = np.ix_(
            _centres(box[1], box[3], down, native.height) - whole[1],
            _centres(box[0], box[2], across, native.width) - whole[0],
        )
        valid = rows.valid[nearest]
        return Rows(np.where(valid, values, self._own.source.fill), valid, rows.own[nearest])


class PartSource:
    """Rows of a part for the network: `inner` reads them, and valid is what its `image` decides."""

    def __init__(self, inner: BandSource, image: PartImage) -> None:
        self._inner, self._image = inner, image
        self.grid, self.dtype, self.report = inner.grid, inner.dtype, inner.report

    @classmethod
    def open(
        cls,
        request: SourceRequest,
        open_inner: Callable[[SourceRequest, Callable[[SourceRequest], Any]], BandSource],
    ) -> PartSource:
        """The part that `request.path` names; `open_inner` opens all bands around its image."""
        part = Part.read(request.path)
        images: list[PartImage] = []

        def image(request: SourceRequest) -> PartImage:
            images.append(PartImage(part, request))
            return images[-1]

        return cls(open_inner(replace(request, path=part.own.path), image), images[-1])

    def __enter__(self) -> PartSource:
        return self

    def __exit__(self, *exception: object) -> None:
        self._inner.__exit__(*exception)

    def read(self, first: int, last: int) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """Rows [first, last) of the grid: values (C, rows, W), and validity (rows, W)."""
        values, valid = self._inner.read(first, last)
        return values, valid & self._image.decided


def _common(one: Box, other: Box) -> Box | None:
    """The box in both, or None."""
    left, top = max(one[0], other[0]), max(one[1], other[1])
    right, bottom = (
        min(one[0] + one[2], other[0] + other[2]),
        min(one[1] + one[3], other[1] + other[3]),
    )
    return (left, top, right - left, bottom - top) if right > left and bottom > top else None


def _within(outer: Box, inner: Box) -> tuple[slice, slice]:
    """Rows and columns of a box in one around it."""
    column, row = inner[0] - outer[0], inner[1] - outer[1]
    return slice(row, row + inner[3]), slice(column, column + inner[2])


def _put(
    values: NDArray[Any],
    valid: NDArray[np.bool_],
    seen: NDArray[Any],
    known: NDArray[np.bool_],
    at: tuple[slice, slice],
) -> None:
    """Lay `seen` (C, h, w) on top of what is there, where it is `known` (h, w)."""
    np.copyto(values[:, at[0], at[1]], seen, where=known)
    valid[at] |= known


def _around(first: float, last: float, factor: float, length: int) -> tuple[int, int]:
    """The native pixels [first, last) that resampling may look at."""
    reach = math.ceil(REACH * max(1.0, factor))
    return max(0, math.floor(first) - reach), min(length, math.ceil(last) + reach)


def _centres(first: int, count: int, factor: float, length: int) -> NDArray[np.int64]:
    """The native pixels (count,) in which the centres of resampled ones lie."""
    centres = np.floor((first + np.arange(count) + 0.5) * factor + 1e-9)
    return np.minimum(centres.astype(np.int64), length - 1)


def _resample(
    rows: Rows, window: Window, shape: tuple[int, int], resampling: Resampling
) -> NDArray[Any]:
    """A window of pixels as values (C, *shape), by GDAL as it resamples a raster on disk."""
    bands, height, width = rows.values.shape
    profile = {"driver": "GTiff", "count": bands, "height": height, "width": width}
    # Any but the identity, of which GDAL warns.
    transform = Affine(1, 0, 1, 0, -1, 1)
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), MemoryFile() as memory:
        with memory.open(**profile, dtype=rows.values.dtype, transform=transform) as data:
            data.write(rows.values)
            if not rows.valid.all():
                data.write_mask(rows.valid)
        with memory.open() as data:
            return data.read(window=window, out_shape=(bands, *shape), resampling=resampling)
