"""What training and evaluation take: datasets of images with masks, read one at a time."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backend.raster.source import SourceRequest

RGB = ("red", "green", "blue")
SEPARATOR = "::"
INPUT = re.compile(r"\A([A-Za-z_][A-Za-z0-9_]+)=.+\Z", re.DOTALL)
# What is wanted of rasters unless more is said; the path is the dataset's.
PICTURE = SourceRequest("", RGB)


@dataclass(frozen=True)
class Labelled:
    """An image (C, H, W), uint8 or float32; its mask (H, W), True where there is a landslide; and
    where both are known (H, W).
    """

    image: NDArray[Any]
    mask: NDArray[np.bool_]
    valid: NDArray[np.bool_]
    seen: NDArray[np.bool_] | None = None
    """Where the image is known (H, W), if that is more than `valid`."""
    as_bytes: bool = False
    """Whether colours run from 0 to 255 though the image holds floats."""

    @property
    def is_picture(self) -> bool:
        """Whether colours run from 0 to 255."""
        return self.as_bytes or self.image.dtype == np.uint8


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
    notes: tuple[str, ...] = ()
    """Sentences on how a raster was read, for the log."""


@dataclass(frozen=True)
class RasterText:
    """`RASTER::LABELS::ROLE=PATH...` in its parts; of a raster without labels there are none."""

    raster: str
    labels: str | None
    inputs: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> RasterText:
        """Parse; what has the form of an input is one, wherever it stands after the raster."""
        raster, *rest = text.split(SEPARATOR)
        inputs = tuple(part for part in rest if INPUT.match(part))
        labels = [part for part in rest if part not in inputs]
        return cls(raster, SEPARATOR.join(labels) or None, inputs)

    def request(self, wanted: SourceRequest) -> SourceRequest:
        """The raster with the bands that are wanted, and where it says that they are."""
        raster = str(Path(self.raster).absolute()) if Path(self.raster).exists() else self.raster
        dem, others = wanted.dem, []
        for text in self.inputs:
            role, _, path = text.partition("=")
            # A whole file of elevations has slopes as well; of one band among others none are made.
            if role == "dem" and Path(path).exists():
                dem = path
            else:
                others.append(text)
        return replace(wanted, path=raster, dem=dem, inputs=(*wanted.inputs, *others))


def open_dataset(text: str, whole: bool = False, wanted: SourceRequest = PICTURE) -> Dataset:
    """The dataset at a path, its layout told from what lies there: every file checked, none kept.

    `RASTER::LABELS` is a raster with a layer of landslide outlines, or with a raster of labels;
    more rasters for its bands may follow, as `::ROLE=PATH`. `FILE.json|part=NAME` is a part of what
    `learn` knows of a reviewed raster. Anything else is a published layout of images and masks,
    with bands of its own. `wanted` says which bands a raster is to give, and how. With `whole`, a
    raster comes in blocks as large as fit the memory, to be evaluated; training draws its views
    from small ones. Raises a `CalandDetError` where the data cannot be trained on.
    """
    # They rest on the types above.
    from backend.training import labelled_raster, layouts, reviewed_raster

    if reviewed_raster.PART in text:
        return reviewed_raster.open_reviewed(text)
    if SEPARATOR not in text:
        return layouts.open_layout(Path(text), wanted.roles)
    block = labelled_raster.LARGE_BLOCK if whole else None
    return labelled_raster.open_labelled_raster(text, block, wanted)
