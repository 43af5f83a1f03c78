"""What training and evaluation take: datasets of images with masks, read one at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

RGB = ("red", "green", "blue")


@dataclass(frozen=True)
class Labelled:
    """An image (C, H, W), uint8 or float32; its mask (H, W), True where there is a landslide; and
    where both are known (H, W).
    """

    image: NDArray[Any]
    mask: NDArray[np.bool_]
    valid: NDArray[np.bool_]


@dataclass(frozen=True)
class Footprint:
    """Where an image lies: bounds (left, bottom, right, top) in a coordinate reference system."""

    bounds: tuple[float, float, float, float]
    crs: str
    """As WKT; what has none is only comparable within one file, whose path stands here."""


@dataclass(frozen=True)
class Sample:
    """One image of a dataset, checked when the dataset was opened; `read` loads its pixels."""

    name: str
    group: str
    """Images of one group show the same place or event: no split parts them."""
    has_landslide: bool
    read: Callable[[], Labelled]
    sources: tuple[str, ...]
    """Absolute paths of the files that it is read from, the image's first."""
    footprint: Footprint | None = None


@dataclass(frozen=True)
class Dataset:
    """Images of one kind; `bands` are their channels by role; the distance is in metres."""

    name: str
    bands: tuple[str, ...]
    samples: tuple[Sample, ...]
    gsd: float | None = None


def open_dataset(text: str, whole: bool = False) -> Dataset:
    """The dataset at a path, its layout told from what lies there: every file checked, none kept.

    `RASTER::POLYGONS` is a raster with a layer of landslide outlines, anything else a published
    layout of images and masks. With `whole`, a raster comes in blocks as large as fit the
    memory, to be evaluated; training draws its views from small ones.
    Raises `DatasetError` where the data cannot be trained on.
    """
    # They rest on the types above.
    from backend.training import labelled_raster, layouts

    if labelled_raster.SEPARATOR not in text:
        return layouts.open_layout(Path(text))
    block = labelled_raster.LARGE_BLOCK if whole else labelled_raster.BLOCK
    return labelled_raster.open_labelled_raster(text, block)
