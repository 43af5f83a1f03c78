"""What contenders share: scaling, writing a mask, and how well two masks agree."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.windows import Window

from backend.benchmark.scenario import Scenario
from backend.card import Scaling
from backend.raster.grid import reflect
from backend.raster.quiet import quiet

# Rows that are compared at once.
ROWS = 512


def normalise(values: NDArray[np.uint8], scaling: Scaling) -> NDArray[np.float32]:
    """Raw values (C, H, W) as a network takes them."""
    low, high = scaling.range
    mean = np.array(scaling.mean, np.float32)[:, None, None]
    std = np.array(scaling.std, np.float32)[:, None, None]
    return ((values.astype(np.float32) - low) / (high - low) - mean) / std


def centre(scenario: Scenario) -> NDArray[np.float32]:
    """1 in the part of a tile (size, size) that is kept, 0 elsewhere."""
    weights = np.zeros((scenario.size, scenario.size), np.float32)
    inside = slice(scenario.margin, scenario.size - scenario.margin)
    weights[inside, inside] = 1
    return weights


def mirrored(scenario: Scenario) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and columns of the raster under all its tiles, by reflection beyond its edges."""
    tiling = scenario.tiling

    def under(count: int, length: int) -> NDArray[np.int64]:
        return reflect(np.arange(tiling.origin, tiling.start(count - 1) + tiling.size), length)

    return under(tiling.rows, tiling.height), under(tiling.columns, tiling.width)


@contextmanager
def open_quietly(path: str | Path, *arguments: str, **options: Any) -> Iterator[Any]:
    """`rasterio.open`, also for rasters without a place on the map."""
    with ExitStack() as stack:
        with quiet:
            data = stack.enter_context(rasterio.open(path, *arguments, **options))
        yield data


@contextmanager
def new_mask(scenario: Scenario, name: str) -> Iterator[Any]:
    """An empty Byte raster for a contender's mask: untiled and not compressed, as published."""
    with open_quietly(scenario.raster) as source:
        transform, crs = source.transform, source.crs
    with open_quietly(
        scenario.mask(name), "w", driver="GTiff", width=scenario.width, height=scenario.height,
        count=1, dtype="uint8", transform=transform, crs=crs,
    ) as data:  # fmt: skip
        yield data


def write_mask(scenario: Scenario, name: str, mask: NDArray[np.bool_]) -> None:
    """The whole mask (H, W) at once."""
    with new_mask(scenario, name) as data:
        data.write(mask.astype(np.uint8), 1)


def write_corner(scenario: Scenario) -> Scenario:
    """The same on the raster's upper left corner, of two tiles' side at most."""
    height, width = (min(side, 2 * scenario.size) for side in (scenario.height, scenario.width))
    path = Path(scenario.folder) / "corner.tif"
    path.parent.mkdir(parents=True, exist_ok=True)
    with open_quietly(scenario.raster) as data:
        values = data.read(scenario.bands, window=Window(0, 0, width, height))
        options = {"transform": data.transform, "crs": data.crs, "photometric": "RGB"}
    with open_quietly(
        path, "w", driver="GTiff", width=width, height=height, count=len(values), dtype="uint8",
        **options,
    ) as data:  # fmt: skip
        data.write(values)
    return replace(scenario, raster=str(path), bands=(1, 2, 3), width=width, height=height)


def agreement(scenario: Scenario, one: Path, other: Path) -> float | None:
    """Intersection over union of two masks where all contenders decide; None where none has any.

    That is without the raster's rim, which the published procedure leaves undecided.
    """
    both = either = 0
    with open_quietly(one) as left, open_quietly(other) as right:
        for window in _decided(scenario):
            masks = left.read(1, window=window) == 1, right.read(1, window=window) == 1
            both += int((masks[0] & masks[1]).sum())
            either += int((masks[0] | masks[1]).sum())
    return both / either if either else None


def _decided(scenario: Scenario) -> Iterator[Window]:
    """Bands of rows of the part of the raster that whole tiles from its corner on decide."""

    def end(length: int) -> int:
        whole = (length - scenario.size) // scenario.stride + 1
        return scenario.margin + whole * scenario.stride

    first, last = scenario.margin, end(scenario.height)
    for row in range(first, last, ROWS):
        columns = end(scenario.width) - scenario.margin
        yield Window(scenario.margin, row, columns, min(ROWS, last - row))
