"""The reviewed ground of a raster as datasets: what was decided counts, all else is not known.

`FILE.json|part=NAME` names one of the parts that a `ReviewedGround` is written with. All places in
it are in pixels of the raster, (column, row) of corners, whatever the raster's CRS.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from rasterio.features import rasterize

from backend.errors import DatasetError
from backend.raster.quiet import quiet
from backend.raster.source import RasterSource, SourceRequest, open_raster
from backend.training.datasets import Dataset, Footprint, Labelled, Sample
from backend.training.image_files import THREADS, reading

PART = "|part="
# Where views are drawn from: around landslides, around what was rejected, and elsewhere on ground
# that was searched. Then what chooses weights and threshold, and what judges.
LANDSLIDES, REJECTED, SEARCHED = "landslides", "rejected", "searched"
VALIDATION, HELD_OUT = "validation", "held-out"
WITHOUT_LANDSLIDE = (REJECTED, SEARCHED)
SHAPES = ("landslides", "undecided", "known")
# Of the windows of a part, kept in memory [bytes]; the others are read whenever they are drawn.
KEPT_BYTES = 512 << 20

Shapes = NDArray[np.object_]


class Box(NamedTuple):
    """A window of a raster: its first column and row, and those behind its last [px]."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True)
class ReviewedGround:
    """A raster, how it is read, and what is known about which part of it."""

    raster: str
    width: int
    height: int
    """Of the raster [px]."""
    roles: tuple[str, ...]
    bands: tuple[int, ...] | None
    """Their numbers from 1; None: as the raster tells."""
    value_range: tuple[float, float]
    """Of the values that the checkpoint takes; other types are stretched to that of bytes."""
    gsd: float | None
    """The distance to read it at [m]; None for its own."""
    landslides: Shapes
    undecided: Shapes
    """Outlines that nobody has decided on, where nothing is known."""
    known: Shapes
    """Where all else is background."""
    parts: dict[str, tuple[Box, ...]]
    """Windows by part; those of training overlap none of the others'."""

    def to_json(self) -> str:
        """The text that `from_json` reads."""
        shapes = {name: shapely.to_wkb(getattr(self, name), hex=True).tolist() for name in SHAPES}
        plain = {key: value for key, value in vars(self).items() if key not in SHAPES}
        return json.dumps(plain | shapes)

    @classmethod
    def from_json(cls, text: str) -> ReviewedGround:
        """Raises `ValueError`, `TypeError` or `KeyError` for what is none."""
        data = json.loads(text)
        data |= {name: shapely.from_wkb(np.array(data[name], object)) for name in SHAPES}
        data["parts"] = {
            name: tuple(Box(*box) for box in boxes) for name, boxes in data["parts"].items()
        }
        for name in ("roles", "bands", "value_range"):
            data[name] = None if data[name] is None else tuple(data[name])
        return cls(**data)

    def source(self, path: str = "", stretch: tuple[float, float] | None = None) -> SourceRequest:
        """How the raster is opened, or a part of it that `path` names."""
        distance = "native" if self.gsd is None else self.gsd
        return SourceRequest(
            path or self.raster,
            self.roles,
            self.value_range,
            bands=self.bands,
            gsd=distance,
            stretch=stretch,
        )


@dataclass(frozen=True)
class WindowReader:
    """Reads a window as `detect` would, and draws what is known of it.

    `ground` holds the shapes that touch the window only.
    """

    ground: ReviewedGround
    box: Box
    stretch: tuple[float, float] | None
    """Values that become 0 and 255, the same for the whole raster; None to leave them."""

    def __call__(self) -> Labelled:
        """A pixel is in an outline where its centre is. Raises `DatasetError`: damaged raster."""
        left, top, right, bottom = self.box
        size = right - left, bottom - top
        # The window as a raster of its own, by GDAL's own notation.
        part = f"vrt://{self.ground.raster}?srcwin={left},{top},{size[0]},{size[1]}"
        with reading(), RasterSource(self.ground.source(part, self.stretch)) as source:
            image, seen = source.read(0, source.grid.height)
        height, width = seen.shape
        to_raster = Affine.translation(left, top) @ Affine.scale(size[0] / width, size[1] / height)
        draw = partial(_drawn, shape=seen.shape, transform=to_raster)
        mask = draw(self.ground.landslides)
        valid = seen & (mask | (draw(self.ground.known) & ~draw(self.ground.undecided)))
        return Labelled(image, mask & valid, valid, seen)


def _drawn(shapes: Shapes, shape: tuple[int, int], transform: Affine) -> NDArray[np.bool_]:
    if not len(shapes):
        return np.zeros(shape, bool)
    with quiet:
        return rasterize(shapes, shape, transform=transform, dtype="uint8") > 0


def open_reviewed(text: str) -> Dataset:
    """The part of a reviewed raster that `FILE.json|part=NAME` names.

    Raises `DatasetError` where the file, or the raster that it names, cannot be used any more.
    """
    path, _, part = text.partition(PART)
    ground = _read(path)
    if part not in ground.parts:
        raise DatasetError(
            f"{path} has no part {part!r}.", f"Name one of {', '.join(ground.parts)}."
        )
    with quiet, reading():
        _check_size(ground)
        with RasterSource(ground.source()) as source:
            report = source.report
    readers = _readers(ground, ground.parts[part], report.stretch)
    with quiet, ThreadPoolExecutor(THREADS) as threads:
        samples = _samples(ground, path, part, readers, list(threads.map(_call, readers)))
    distance = math.sqrt(math.prod(report.gsd)) if report.gsd else None
    return Dataset(f"{name_of(ground.raster)} ({part})", ground.roles, samples, distance)


def name_of(raster: str) -> str:
    """What a dataset made of a review of a raster is called, on cards too."""
    return f"review of {Path(raster).stem}"


def _read(path: str) -> ReviewedGround:
    try:
        return ReviewedGround.from_json(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise DatasetError(
            f"{path} cannot be read ({error.strerror}).", "Check the path."
        ) from None
    except (ValueError, TypeError, KeyError, shapely.errors.ShapelyError):
        raise DatasetError(
            f"{path} is no reviewed ground.", "Learn from the review anew."
        ) from None


def _check_size(ground: ReviewedGround) -> None:
    with open_raster(ground.raster) as data:
        size = (data.width, data.height)
    if size != (ground.width, ground.height):
        raise DatasetError(
            f"{ground.raster} has {size[0]} x {size[1]} px now, not {ground.width} x"
            f" {ground.height} as when it was reviewed.",
            "Bring the raster back, or learn from the review anew.",
        )


def _readers(
    ground: ReviewedGround, boxes: Sequence[Box], stretch: tuple[float, float] | None
) -> list[WindowReader]:
    trees = {name: shapely.STRtree(getattr(ground, name)) for name in SHAPES}
    readers = []
    for box in boxes:
        frame = shapely.box(*box)
        near = {
            name: getattr(ground, name)[np.sort(tree.query(frame))] for name, tree in trees.items()
        }
        readers.append(WindowReader(replace(ground, **near, parts={}), box, stretch))
    return readers


def _call(reader: WindowReader) -> Labelled:
    return reader()


def _samples(
    ground: ReviewedGround,
    path: str,
    part: str,
    readers: Sequence[WindowReader],
    labelled: Sequence[Labelled],
) -> tuple[Sample, ...]:
    """A sample of each window in which something is known."""
    samples, room = [], KEPT_BYTES
    for reader, content in zip(readers, labelled, strict=True):
        if not content.valid.any():
            continue
        room -= content.image.nbytes + 3 * content.mask.nbytes
        left, top, right, bottom = reader.box
        name = f"{Path(ground.raster).stem}, columns {left} to {right}, rows {top} to {bottom}"
        samples.append(
            Sample(
                name,
                f"{path}, {part}, {name}",
                bool(content.mask.any()) and part not in WITHOUT_LANDSLIDE,
                partial(_same, content) if room >= 0 else reader,
                (ground.raster, path),
                # Of its own raster, in which rows count downwards.
                Footprint((left, -bottom, right, -top), str(Path(ground.raster).resolve())),
            )
        )
    return tuple(samples)


def _same(labelled: Labelled) -> Labelled:
    return labelled
