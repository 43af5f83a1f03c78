"""Which images to look at: the worst ones, kept small, for the sheets of `report`."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backend.training.datasets import RGB, Labelled
from backend.training.resample import resample

# Longer images are kept averaged to this length; on a sheet they are smaller still [px].
MAX_SIDE = 640
# Values of other than 8-bit images are shown between these percentiles.
SHOWN_PERCENTILES = (2.0, 98.0)


@dataclass(frozen=True)
class Cell:
    """One image of a sheet with its outlines, and the line of figures under its name.

    `image` (H, W, 3) uint8; `truth`, `predicted` and `valid` (H, W).
    """

    name: str
    caption: str
    image: NDArray[np.uint8]
    truth: NDArray[np.bool_]
    predicted: NDArray[np.bool_]
    valid: NDArray[np.bool_]


def cell(
    name: str,
    caption: str,
    labelled: Labelled,
    predicted: NDArray[np.bool_],
    bands: tuple[str, ...],
) -> Cell:
    """The cell of an image (C, H, W) of any type with its bands by role."""
    image, valid = labelled.image, labelled.valid
    masks = np.stack([labelled.mask & valid, predicted & valid, valid])
    longest = max(valid.shape)
    if longest > MAX_SIDE:
        height, width = valid.shape
        shape = (max(1, height * MAX_SIDE // longest), max(1, width * MAX_SIDE // longest))
        image, _ = resample(image, valid, shape)
        shares, _ = resample(masks.astype(np.float32), np.ones_like(valid), shape)
        masks = shares >= 0.5
    truth, found, seen = masks
    return Cell(name, caption, shown(image, seen, bands), truth, found, seen)


def shown(
    image: NDArray[Any], valid: NDArray[np.bool_], bands: tuple[str, ...]
) -> NDArray[np.uint8]:
    """An image (C, H, W) as colours (H, W, 3): red, green and blue, or its first band in grey."""
    colours = [bands.index(role) for role in RGB] if set(RGB) <= set(bands) else [0, 0, 0]
    picture = np.moveaxis(image[colours], 0, -1)
    if picture.dtype == np.uint8:
        return picture
    values = picture[valid]
    low, high = np.percentile(values, SHOWN_PERCENTILES) if values.size else (0, 1)
    scaled = (np.where(valid[..., None], picture, low) - low) / max(high - low, 1e-9)
    return (np.clip(scaled, 0, 1) * 255).astype(np.uint8)


class Worst:
    """Keeps the `size` worst of all the cells that it is offered."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._offers = 0
        # The least bad first; of equals the last one.
        self._kept: list[tuple[tuple[float, ...], int, Cell]] = []

    def offer(self, badness: tuple[float, ...], make: Callable[[], Cell]) -> None:
        """Keep what `make` gives, if it is bad enough."""
        self._offers += 1
        if len(self._kept) < self._size:
            heapq.heappush(self._kept, (badness, -self._offers, make()))
        elif badness > self._kept[0][0]:
            heapq.heapreplace(self._kept, (badness, -self._offers, make()))

    def cells(self) -> tuple[Cell, ...]:
        """The worst first."""
        return tuple(cell for _, _, cell in sorted(self._kept, key=lambda kept: kept[:2])[::-1])
