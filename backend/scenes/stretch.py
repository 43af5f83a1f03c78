"""One range of values for all rasters of a group, as their mosaic would have it as one raster."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from backend.errors import RasterError
from backend.raster.bands import RELIEF
from backend.raster.part import Box
from backend.raster.source import (
    BYTE_RANGE,
    STRETCH_SAMPLE,
    RasterSource,
    SourceRequest,
    range_of_values,
)
from backend.scenes.layout import Group


def common_stretch(group: Group, request: SourceRequest) -> tuple[float, float] | None:
    """What becomes 0 and 255 in all rasters of a group; None where nothing is stretched.

    A raster that cannot be read has no say in it.
    """
    if group.native is None or request.value_range != BYTE_RANGE:
        return None
    if all(name == "uint8" for name in (group.scenes[0].kind or ())[1:]):
        return None
    step = max(1, math.ceil(max(group.native.width, group.native.height) / STRETCH_SAMPLE))
    rows, columns = (_sampled(size, step) for size in (group.native.height, group.native.width))
    roles = tuple(role for role in request.roles if not (request.dem and role in RELIEF))
    # A range has to be given, as it would be looked for otherwise.
    request = replace(request, roles=roles, gsd="native", stretch=BYTE_RANGE)
    parts = [np.empty(0)]
    for scene, box in zip(group.scenes, group.boxes, strict=True):
        with suppress(RasterError), RasterSource(replace(request, path=scene.path)) as source:
            if source.dtype == np.uint8:
                return None
            parts.append(_values(source, box, rows, columns))
    return range_of_values(np.concatenate(parts))


def _sampled(size: int, step: int) -> NDArray[np.int64]:
    """The pixels along a side that GDAL takes for a decimated image."""
    count = math.ceil(size / step)
    return np.floor((np.arange(count) + 0.5) * size / count).astype(np.int64)


def _values(
    source: RasterSource, box: Box, rows: NDArray[np.int64], columns: NDArray[np.int64]
) -> NDArray[np.float64]:
    """The raw values of a raster at those pixels of the mosaic that are its own."""
    down, across = rows - box[1], columns - box[0]
    down, across = down[(down >= 0) & (down < box[3])], across[(across >= 0) & (across < box[2])]
    return source.sample_at(down, across).ravel()
