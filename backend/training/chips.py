"""Chips: square pieces of datasets, written as images and masks in CALandDet's own layout."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, groupby
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from rasterio.errors import RasterioError

from backend.errors import CalandDetError, DatasetError, OutputError
from backend.events import Log, Meter, OnEvent, Result, Start
from backend.raster.quiet import quiet
from backend.raster.source import open_raster
from backend.training import labelled_raster
from backend.training.datasets import RGB, Dataset, Labelled, Sample, open_dataset
from backend.training.labelled_raster import BlockReader
from backend.training.splits import check_leaks, split
from backend.workspace import Workspace, refused

# Where a mask is not known, in the images nothing is shown.
UNKNOWN = 255
# A raster is parted in blocks of whole chips; of a small one they are made smaller, down to a chip,
# until there are this many to choose from.
FEWEST_BLOCKS = 16
# What GDAL calls each format, and how it is to be written.
FORMATS: dict[str, dict[str, Any]] = {
    "tif": {"driver": "GTiff", "compress": "deflate"},
    "png": {"driver": "PNG"},
}
KINDS = ("image", "mask")
LISTS = {"train": "train.txt", "validation": "val.txt"}
NOT_IN_NAMES = re.compile(r"[^\w.-]+")


@dataclass(frozen=True)
class ChipsRequest:
    """What to cut into chips, and how; the defaults are the command line's."""

    data: tuple[str, ...]
    out: Path
    """A folder that holds no chips yet."""
    size: int = 256
    """Side of a chip [px]."""
    overlap_share: float = 0.0
    """Part of its side that a chip shares with the next."""
    negatives: float = 0.5
    """The largest share of the chips of a list that may show no landslide."""
    validation_share: float = 0.2
    """Of the places, for `val.txt`; 0: none."""
    format: str = "tif"
    """One of `FORMATS`."""
    seed: int = 0


@dataclass(frozen=True)
class Chip:
    """A window of a sample, from (column, row) of its own [px]."""

    sample: Sample
    name: str
    column: int
    row: int
    has_landslide: bool


def chips(request: ChipsRequest, on_event: OnEvent) -> Result:
    """Write `image/`, `mask/`, `train.txt` and `val.txt` into `request.out`.

    No chip of `val.txt` overlaps one of `train.txt`: whole blocks of a raster, and whole images of
    other datasets, go to one of both. Raises a `CalandDetError` for anything wrong with the input,
    and whatever `on_event` raises; either way the folder is left as it was.
    """
    _check(request)
    sides = _sides(request)
    samples = sum(len(part.samples) for parts in sides.values() for part in parts)
    on_event(Start("chips", "CPU", {"datasets": len(request.data), "images": samples}))
    meter = Meter(on_event, "looking", samples, "images")
    numbers = count(1)
    found = {side: _found(parts, request, numbers, meter) for side, parts in sides.items()}
    if not any(chip.has_landslide for side in found.values() for chip in side):
        raise DatasetError(
            f"No chip of {' + '.join(request.data)} shows a landslide.",
            "Choose data with landslides, or larger chips.",
        )
    rng = np.random.default_rng(request.seed)
    chosen = {side: _chosen(all_of_it, request, rng) for side, all_of_it in found.items()}
    with Workspace(request.out) as workspace:
        meter = Meter(on_event, "writing", sum(map(len, chosen.values())), "chips")
        _write(workspace.partial, chosen, request, meter)
        _publish(workspace)
    return _done(request, found, chosen, on_event)


def _publish(workspace: Workspace) -> None:
    """Move all files into the folder, the lists last: what they name is there."""
    with refused(workspace.folder):
        for name in KINDS:
            (workspace.folder / name).mkdir(exist_ok=True)
    made = (path for path in workspace.partial.rglob("*") if path.is_file())
    names = sorted(path.relative_to(workspace.partial).as_posix() for path in made)
    workspace.publish(sorted(names, key=lambda name: "/" not in name))


def _check(request: ChipsRequest) -> None:
    if request.size < 1:
        raise CalandDetError(f"A chip cannot have {request.size} px a side.", "Give 256, or so.")
    if request.format not in FORMATS:
        raise CalandDetError(
            f"Chips cannot be written as {request.format!r}.", f"Choose {', '.join(FORMATS)}."
        )
    shares = {
        "overlap": (request.overlap_share, 0.9),
        "chips without a landslide": (request.negatives, 1.0),
        "validation": (request.validation_share, 0.9),
    }
    for name, (share, most) in shares.items():
        if not 0 <= share <= most:
            raise CalandDetError(
                f"The share of {name} is {share:g}, not from 0 to {most:g}.",
                "Give a share such as 0.2.",
            )
    for name in (*KINDS, *LISTS.values()):
        path = request.out / name
        if path.exists() and (path.is_file() or any(path.iterdir())):
            raise OutputError(
                f"The folder {request.out} already holds chips ({name}).", "Choose a new folder."
            )


def _sides(request: ChipsRequest) -> dict[str, tuple[Dataset, ...]]:
    """The datasets of each list, parted by place and checked for leaks."""
    opened = [_opened(text, request.size) for text in request.data]
    for dataset in opened:
        if dataset.bands != RGB:
            raise DatasetError(
                f"{dataset.name} has {len(dataset.bands)} bands; chips are written of red, green"
                " and blue.",
                "Train on it directly.",
            )
    if not request.validation_share:
        return {"train": tuple(opened)}
    train, validation = zip(*(_parted(dataset, request) for dataset in opened), strict=True)
    check_leaks(train, validation)
    return {"train": train, "validation": validation}


def _parted(dataset: Dataset, request: ChipsRequest) -> tuple[Dataset, Dataset]:
    try:
        return split(dataset, request.validation_share, request.seed)
    except DatasetError as error:
        remedy = "Choose smaller chips or more data, or no share for validation."
        raise DatasetError(error.message, remedy) from error


def _opened(text: str, size: int) -> Dataset:
    """The dataset; a raster in blocks of whole chips."""
    if labelled_raster.SEPARATOR not in text:
        return open_dataset(text)
    most = max(1, labelled_raster.BLOCK // size)
    while True:
        dataset = labelled_raster.open_labelled_raster(text, most * size)
        if len(dataset.samples) >= FEWEST_BLOCKS or most == 1:
            return dataset
        most = math.ceil(most / 2)


def _found(
    parts: Sequence[Dataset], request: ChipsRequest, numbers: Iterator[int], meter: Meter
) -> list[Chip]:
    """Every chip that shows a valid pixel; each sample has a number in their names."""
    found: list[Chip] = []
    for dataset in parts:
        for sample in dataset.samples:
            found.extend(_windows(sample, f"{_stem(dataset)}_{next(numbers):05d}", request))
            meter.advance(1)
    return found


def _stem(dataset: Dataset) -> str:
    """A dataset's name without the part that it is, as part of a file's name.

    Without the word that a list file replaces to find the masks.
    """
    name = dataset.name.partition(" (")[0].replace("image", "img")
    return NOT_IN_NAMES.sub("-", name)[:40]


def _windows(sample: Sample, stem: str, request: ChipsRequest) -> Iterator[Chip]:
    labelled = sample.read()
    height, width = labelled.valid.shape
    for row in starts(height, request.size, request.overlap_share):
        for column in starts(width, request.size, request.overlap_share):
            window = _window(column, row, request.size)
            if labelled.valid[window].any():
                name = f"{stem}_{column}_{row}"
                yield Chip(sample, name, column, row, bool(labelled.mask[window].any()))


def starts(length: int, size: int, overlap_share: float) -> list[int]:
    """Where chips of `size` begin along a side of `length` [px]: every pixel is in one.

    The last ends with the side, and overlaps the one before it the more for that.
    """
    stride = max(1, round(size * (1 - overlap_share)))
    last = max(0, length - size)
    return [*range(0, last, stride), last]


def _window(column: int, row: int, size: int) -> tuple[slice, slice]:
    return slice(row, row + size), slice(column, column + size)


def _chosen(found: Sequence[Chip], request: ChipsRequest, rng: np.random.Generator) -> list[Chip]:
    """All chips with a landslide, and of the others a random part, in their order."""
    positive = sum(chip.has_landslide for chip in found)
    without = [index for index, chip in enumerate(found) if not chip.has_landslide]
    share = request.negatives
    most = len(without) if share == 1 else int(positive * share / (1 - share) + 1e-9)
    kept = set(rng.permutation(without)[:most].tolist())
    return [chip for index, chip in enumerate(found) if chip.has_landslide or index in kept]


def _write(
    folder: Path, chosen: dict[str, list[Chip]], request: ChipsRequest, meter: Meter
) -> None:
    """Write images, masks and lists; each sample is read once. Raises `OutputError`."""
    with refused(request.out, RasterioError):
        for name in KINDS:
            (folder / name).mkdir()
        for side, of_side in chosen.items():
            for _, of_sample in groupby(of_side, lambda chip: id(chip.sample)):
                _write_sample(folder, list(of_sample), request, meter)
            lines = [f"image/{chip.name}.{request.format}\n" for chip in of_side]
            (folder / LISTS[side]).write_text("".join(lines), encoding="utf-8")


def _write_sample(
    folder: Path, of_sample: Sequence[Chip], request: ChipsRequest, meter: Meter
) -> None:
    sample = of_sample[0].sample
    labelled = sample.read()
    image = _bytes(sample, labelled)
    mask = np.where(labelled.valid, labelled.mask, UNKNOWN).astype(np.uint8)[None]
    place = _place(sample)
    for chip in of_sample:
        for kind, values, nodata in (("image", image, None), ("mask", mask, UNKNOWN)):
            path = folder / kind / f"{chip.name}.{request.format}"
            part = _cut(values, chip, request.size, nodata or 0)
            _write_raster(path, part, FORMATS[request.format] | place.of(chip), nodata)
        meter.advance(1)


def _bytes(sample: Sample, labelled: Labelled) -> NDArray[np.uint8]:
    """The image (3, H, W) as bytes, 0 where it is not valid."""
    if labelled.image.dtype != np.uint8 and not isinstance(sample.read, BlockReader):
        raise DatasetError(
            f"{sample.sources[0]} holds {labelled.image.dtype} values; chips hold bytes.",
            "Convert all images to 8 bits by one range.",
        )
    # What is no byte was stretched to 0 .. 255, by one range for the whole raster.
    return np.where(labelled.valid, labelled.image.round(), 0).astype(np.uint8)


def _cut(values: NDArray[np.uint8], chip: Chip, size: int, fill: int) -> NDArray[np.uint8]:
    """The chip (C, size, size) of values (C, H, W), filled up where the image ends."""
    part = values[(slice(None), *_window(chip.column, chip.row, size))]
    missing = [(0, size - side) for side in part.shape[1:]]
    return np.pad(part, [(0, 0), *missing], constant_values=fill)


@dataclass(frozen=True)
class _Place:
    """Where the pixels of a sample lie; without a transform, nowhere."""

    transform: Affine | None
    crs: rasterio.crs.CRS | None

    def of(self, chip: Chip) -> dict[str, Any]:
        """How rasterio is told where a chip of the sample lies."""
        if self.transform is None:
            return {}
        corner = self.transform @ Affine.translation(chip.column, chip.row)
        return {"transform": corner, "crs": self.crs}


def _place(sample: Sample) -> _Place:
    with quiet, open_raster(sample.sources[0]) as data:
        if data.transform == Affine.identity():
            return _Place(None, None)
        block = sample.read
        if isinstance(block, BlockReader):
            return _Place(block.transform, data.crs)
        return _Place(data.transform, data.crs)


def _write_raster(
    path: Path, values: NDArray[np.uint8], options: dict[str, Any], nodata: int | None
) -> None:
    bands, height, width = values.shape
    with quiet, rasterio.open(
        path, "w", count=bands, height=height, width=width, dtype="uint8", nodata=nodata,
        **options,
    ) as data:  # fmt: skip
        data.write(values)


def _done(
    request: ChipsRequest,
    found: dict[str, list[Chip]],
    chosen: dict[str, list[Chip]],
    on_event: OnEvent,
) -> Result:
    everything = [chip for side in chosen.values() for chip in side]
    left_out = sum(map(len, found.values())) - len(everything)
    if left_out:
        on_event(Log("info", f"{left_out} chips without a landslide were left out."))
    folder = request.out.absolute()
    paths = {side: str(folder / LISTS[side]) for side in chosen}
    counts = {
        "chips": len(everything),
        "landslide_chips": sum(chip.has_landslide for chip in everything),
        "left_out": left_out,
    }
    counts |= {f"{side}_chips": len(of_side) for side, of_side in chosen.items()}
    result = Result({"folder": str(folder), **paths}, counts)
    on_event(result)
    return result
