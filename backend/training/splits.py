"""Which images train and which judge: by place, so that no image shows both the same ground."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from backend.errors import DatasetError
from backend.training.datasets import Dataset, Footprint, Sample

# Orders of the places that are tried for a split.
TRIALS = 32
# Of the smaller image's area: what two images may share by rounding where they only touch.
TOUCHING = 1e-4
# Points along each side of a footprint that is warped to another CRS.
POINTS = 20
# Length of the piece from the middle that two files have to share before they are read whole [B].
PIECE = 4096

_OTHER_DATA = "Name other data to choose by (--validation)."


def split(dataset: Dataset, share: float, seed: int) -> tuple[Dataset, Dataset]:
    """(training part, validation part) of a dataset; `share` of its images are to validate.

    Images of one group, and images that overlap on the map, stay together. Where all have a place
    on one map, the validation part is all that lies on one side of a line, so that only neighbours
    along it touch. Landslides are shared out likewise, and there are some on both sides. The same
    seed gives the same parts. Raises `DatasetError` where there is nothing to part.
    """
    places = _Places.of(dataset)
    _require_two(dataset, places)
    rng = np.random.default_rng(seed)
    if places.centres is None:
        orders = _shuffled(places.landslides, rng)
    else:
        orders = _along_lines(places.centres, rng)
    best = min((_cut(places, order, share) for order in orders), key=lambda cut: cut.error)
    chosen = np.isin(places.of_sample, best.places)
    return _part(dataset, "training part", ~chosen), _part(dataset, "validation part", chosen)


def _part(dataset: Dataset, what: str, kept: NDArray[np.bool_]) -> Dataset:
    samples = tuple(dataset.samples[index] for index in np.flatnonzero(kept))
    return replace(dataset, name=f"{dataset.name} ({what})", samples=samples)


@dataclass(frozen=True)
class _Places:
    """What a split cannot part: P places, the images of each and those with a landslide."""

    of_sample: NDArray[np.int64]
    images: NDArray[np.int64]
    landslides: NDArray[np.int64]
    centres: NDArray[np.float64] | None
    """(P, 2) on the one map that all images lie on, or None."""

    @classmethod
    def of(cls, dataset: Dataset) -> _Places:
        samples = dataset.samples
        count, of_sample = _components(samples)
        has_landslide = np.array([sample.has_landslide for sample in samples], float)
        images = np.bincount(of_sample, minlength=count)
        landslides = np.bincount(of_sample, has_landslide, minlength=count).astype(int)
        footprints = [sample.footprint for sample in samples if sample.footprint]
        on_one_map = len({footprint.crs for footprint in footprints}) == 1
        if not on_one_map or len(footprints) < len(samples):
            return cls(of_sample, images, landslides, None)
        corners = np.array([footprint.bounds for footprint in footprints])
        middles = (corners[:, :2] + corners[:, 2:]) / 2
        sums = [np.bincount(of_sample, axis, minlength=count) for axis in middles.T]
        return cls(of_sample, images, landslides, np.stack(sums, axis=1) / images[:, None])


def _components(samples: Sequence[Sample]) -> tuple[int, NDArray[np.int64]]:
    """How many places there are, and the place of each sample."""
    first: dict[str, int] = {}
    by_group = [(first.setdefault(sample.group, i), i) for i, sample in enumerate(samples)]
    one, other = np.array([*by_group, *_overlaps(samples, samples)], int).reshape(-1, 2).T
    links = csr_array((np.ones(len(one)), (one, other)), shape=(len(samples),) * 2)
    return connected_components(links, directed=False)


def _require_two(dataset: Dataset, places: _Places) -> None:
    if len(places.images) < 2:
        groups = {sample.group for sample in dataset.samples}
        why = f"show one place, {groups.pop()}" if len(groups) == 1 else "overlap on the map"
        raise DatasetError(
            f"None of the {len(dataset.samples)} image(s) of {dataset.name} can be kept back to"
            f" validate: they {why}.",
            _OTHER_DATA,
        )
    if np.count_nonzero(places.landslides) == 1:
        raise DatasetError(
            f"All landslides of {dataset.name} lie in one of its {len(places.images)} places, so"
            " training and validation cannot both have some.",
            _OTHER_DATA,
        )


def _along_lines(
    centres: NDArray[np.float64], rng: np.random.Generator
) -> Iterator[NDArray[np.int64]]:
    """Places in the order in which they lie along random directions."""
    for angle in rng.uniform(0, 2 * np.pi, TRIALS):
        yield np.argsort(centres @ (np.cos(angle), np.sin(angle)), kind="stable")


def _shuffled(
    landslides: NDArray[np.int64], rng: np.random.Generator
) -> Iterator[NDArray[np.int64]]:
    """Random orders with landslides spread evenly, so that any beginning holds its share."""
    kinds = [kind for kind in (landslides > 0, landslides == 0) if kind.any()]
    for _ in range(TRIALS):
        position = np.empty(len(landslides))
        for kind in kinds:
            count = np.count_nonzero(kind)
            position[kind] = (rng.permutation(count) + rng.random()) / count
        yield np.argsort(position, kind="stable")


@dataclass(frozen=True)
class _Cut:
    places: NDArray[np.int64]
    error: float
    """How far the shares of images and of landslides are from what was asked for, added up."""


def _cut(places: _Places, order: NDArray[np.int64], share: float) -> _Cut:
    """The beginning of an order that is nearest to the share; landslides are on both sides."""
    images = np.cumsum(places.images[order])[:-1] / places.images.sum()
    errors = np.abs(images - share)
    total = places.landslides.sum()
    if total:
        landslides = np.cumsum(places.landslides[order])[:-1]
        errors += np.abs(landslides / total - share)
        errors[(landslides == 0) | (landslides == total)] = np.inf
    best = int(np.argmin(errors))
    return _Cut(order[: best + 1], float(errors[best]))


def require_both_classes(datasets: Sequence[Dataset]) -> None:
    """Raise `DatasetError` where there is no landslide, or nothing else, in all images together."""
    samples = [sample for dataset in datasets for sample in dataset.samples]
    name = " + ".join(dataset.name for dataset in datasets)
    if not any(sample.has_landslide for sample in samples):
        raise DatasetError(
            f"None of the {len(samples)} image(s) of {name} shows a landslide.",
            "Add images with landslides, and check that their masks hold 1 or 255.",
        )
    if all(sample.has_landslide for sample in samples) and not any(map(_has_background, samples)):
        raise DatasetError(
            f"All {len(samples)} image(s) of {name} are landslide in every pixel.",
            "Add images with ground that did not slide, and check the masks.",
        )


def _has_background(sample: Sample) -> bool:
    labelled = sample.read()
    return bool((labelled.valid & ~labelled.mask).any())


def check_leaks(train: Sequence[Dataset], validation: Sequence[Dataset]) -> None:
    """Raise `DatasetError` that names two images, one on each side, that show the same.

    These are image files of the same path or content, images that overlap on the map, and images of
    one group, whose name holds for all datasets. Two images with a place on one map are told apart
    by their places alone, as the blocks of one raster are.
    """
    ours, theirs = (
        [sample for dataset in side for sample in dataset.samples] for side in (train, validation)
    )
    for one, other, why in _leaks(ours, theirs):
        raise DatasetError(
            f"The image {one.name} ({one.sources[0]}) is for training and {other.name}"
            f" ({other.sources[0]}) for validation, but {why}.",
            "Take one of them out, so that the figures tell of ground that training has not seen.",
        )


def _leaks(
    ours: Sequence[Sample], theirs: Sequence[Sample]
) -> Iterator[tuple[Sample, Sample, str]]:
    for one, other in _same_files(_by_path(ours), _by_path(theirs)):
        if not _comparable(one.footprint, other.footprint):
            yield one, other, "both are the same picture"
    for i, j in _overlaps(ours, theirs):
        yield ours[i], theirs[j], "they overlap on the map"
    groups = {sample.group: sample for sample in ours}
    for sample in theirs:
        if sample.group in groups:
            yield groups[sample.group], sample, f"both show one place, {sample.group}"


def _by_path(samples: Sequence[Sample]) -> dict[str, Sample]:
    """A sample of each image file, links resolved."""
    return {os.path.realpath(sample.sources[0]): sample for sample in samples}


def _same_files(
    left: dict[str, Sample], right: dict[str, Sample]
) -> Iterator[tuple[Sample, Sample]]:
    """Samples of one path, and of one content unless both have a place on the map."""
    yield from ((left[path], right[path]) for path in left if path in right)
    left, right = _without(left, right), _without(right, left)
    placed = {path: sample for path, sample in left.items() if _is_placed(sample)}
    unplaced = {path: sample for path, sample in right.items() if not _is_placed(sample)}
    looks = (_size, _piece, _digest)
    yield from _same_contents(placed, unplaced, looks)
    yield from _same_contents(_without(left, placed), right, looks)


def _without(samples: dict[str, Sample], others: dict[str, Sample]) -> dict[str, Sample]:
    return {path: sample for path, sample in samples.items() if path not in others}


def _is_placed(sample: Sample) -> bool:
    return sample.footprint is not None and _crs(sample.footprint.crs) is not None


def _same_contents(
    left: dict[str, Sample], right: dict[str, Sample], looks: Sequence[Callable[[str], object]]
) -> Iterator[tuple[Sample, Sample]]:
    """Samples of files that look the same; each look, dearer than the last, is at those left."""
    look, *further = looks
    alike_left, alike_right = _by_look(left, look), _by_look(right, look)
    for key in alike_left:
        if key in alike_right and further:
            yield from _same_contents(alike_left[key], alike_right[key], further)
        elif key in alike_right:
            yield from product(alike_left[key].values(), alike_right[key].values())


def _by_look(
    samples: dict[str, Sample], look: Callable[[str], object]
) -> dict[object, dict[str, Sample]]:
    found: dict[object, dict[str, Sample]] = {}
    for path, sample in samples.items():
        # A raster may also be a name that only GDAL knows.
        if os.path.isfile(path):
            found.setdefault(look(path), {})[path] = sample
    return found


def _size(path: str) -> int:
    return os.path.getsize(path)


def _piece(path: str) -> bytes:
    with open(path, "rb") as file:
        file.seek(os.path.getsize(path) // 2)
        return file.read(PIECE)


def _digest(path: str) -> bytes:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _comparable(one: Footprint | None, other: Footprint | None) -> bool:
    if one is None or other is None:
        return False
    return one.crs == other.crs or bool(_crs(one.crs) and _crs(other.crs))


@lru_cache
def _crs(text: str) -> CRS | None:
    """The CRS of a footprint; None where it is the path of a file without one."""
    try:
        return CRS.from_wkt(text)
    except CRSError:
        return None


def _overlaps(ours: Sequence[Sample], theirs: Sequence[Sample]) -> Iterator[tuple[int, int]]:
    """Pairs of indices of samples whose footprints have area in common."""
    right = _by_crs(theirs)
    for crs, (indices, frames) in _by_crs(ours).items():
        tree = shapely.STRtree(frames)
        for other_crs, (other_indices, other_frames) in right.items():
            moved = _moved(other_frames, other_crs, crs)
            j, i = tree.query(moved, "intersects")
            common = shapely.area(shapely.intersection(moved[j], frames[i]))
            smaller = np.minimum(shapely.area(moved[j]), shapely.area(frames[i]))
            for hit in np.flatnonzero(common > TOUCHING * smaller):
                yield indices[i[hit]], other_indices[j[hit]]


def _by_crs(samples: Sequence[Sample]) -> dict[str, tuple[list[int], NDArray[np.object_]]]:
    """Indices and footprints of the samples that have one, by CRS."""
    found: dict[str, dict[int, Footprint]] = {}
    for index, sample in enumerate(samples):
        if sample.footprint:
            found.setdefault(sample.footprint.crs, {})[index] = sample.footprint
    return {
        crs: (list(of_crs), np.array([shapely.box(*place.bounds) for place in of_crs.values()]))
        for crs, of_crs in found.items()
    }


def _moved(frames: NDArray[np.object_], crs: str, target: str) -> NDArray[np.object_]:
    """Footprints in another CRS; empty where they have no place in it."""
    if crs == target:
        return frames
    nowhere = np.full(len(frames), shapely.Polygon())
    here, there = _crs(crs), _crs(target)
    if here is None or there is None:
        return nowhere
    try:
        move = Transformer.from_crs(here, there, always_xy=True)
    except ProjError:
        return nowhere
    left, bottom, right, top = shapely.bounds(frames).T
    moved = shapely.transform(
        shapely.segmentize(frames, np.maximum(right - left, top - bottom) / POINTS),
        lambda at: np.column_stack(move.transform(at[:, 0], at[:, 1])),
    )
    return np.where(np.isfinite(shapely.area(moved)), moved, nowhere)
