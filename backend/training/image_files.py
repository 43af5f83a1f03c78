"""Pairs of an image file and its mask's, checked once and read when they are needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.enums import ColorInterp, MaskFlags

from backend.errors import DatasetError, RasterError
from backend.raster.heights import metres_per_unit
from backend.raster.quiet import quiet
from backend.raster.source import RasterSource, SourceRequest, open_raster
from backend.training.datasets import RGB, Footprint, Labelled, Sample

H5_SUFFIX = ".h5"
# Any range but that of bytes keeps `RasterSource` from stretching values.
UNSTRETCHED = (0.0, 1.0)
IMAGE_TYPES = frozenset(("uint8", "float32", "float64"))
THREADS = 8

# Landslide is drawn as 1 or as 255; beside 1, 255 is where it is not known.
BACKGROUND, LANDSLIDE, WHITE = 0, 1, 255
MASK_VALUES = frozenset((BACKGROUND, LANDSLIDE, WHITE))


@dataclass(frozen=True)
class Pair:
    """An image file and its mask's; without a mask all of it is background."""

    name: str
    group: str
    image: Path
    mask: Path | None
    dem: Path | None = None
    """A picture of elevations, of the image's size; it becomes the last band."""


@dataclass(frozen=True)
class PairReader:
    """Reads a pair; where 255 is no landslide in the masks of its dataset, it is not known."""

    image: Path
    mask: Path | None
    white_is_landslide: bool = True
    dem: Path | None = None

    def __call__(self) -> Labelled:
        """Raises `DatasetError` where a file is damaged."""
        image, valid = read_image(self.image)
        as_bytes = image.dtype == np.uint8
        if self.dem is not None:
            image = np.concatenate([image, _read_dem(self.dem)[None]], dtype=np.float32)
        if self.mask is None:
            return Labelled(image, np.zeros(valid.shape, bool), valid, as_bytes=as_bytes)
        values, known = read_mask(self.mask)
        if not self.white_is_landslide:
            known &= values != WHITE
        valid &= known
        return Labelled(image, valid & (values != BACKGROUND), valid, as_bytes=as_bytes)


@dataclass(frozen=True)
class _Header:
    """What is known of an image without its pixels; `complete` where none can be invalid."""

    shape: tuple[int, int]
    complete: bool = True
    footprint: Footprint | None = None


@dataclass(frozen=True)
class _Scan:
    header: _Header
    mask_values: frozenset[float]


def samples_of(pairs: Sequence[Pair], bands: tuple[str, ...]) -> tuple[Sample, ...]:
    """Every pair as a sample; raises `DatasetError` for the first that cannot be used.

    In a dataset with a mask that holds both 1 and 255, 255 stands for "not known" everywhere.
    """
    with quiet, ThreadPoolExecutor(THREADS) as threads:
        scans = list(threads.map(partial(_scan, bands), pairs))
        white_is_landslide = not any({LANDSLIDE, WHITE} <= scan.mask_values for scan in scans)
        return tuple(threads.map(partial(_sample, white_is_landslide), pairs, scans))


def _sample(white_is_landslide: bool, pair: Pair, scan: _Scan) -> Sample:
    read = PairReader(pair.image, pair.mask, white_is_landslide, pair.dem)
    landslide = {LANDSLIDE, WHITE} if white_is_landslide else {LANDSLIDE}
    has_landslide = bool(scan.mask_values & landslide)
    if has_landslide and not scan.header.complete:
        has_landslide = bool(read().mask.any())
    sources = tuple(str(path) for path in (pair.image, pair.mask) if path)
    return Sample(pair.name, pair.group, has_landslide, read, sources, scan.header.footprint)


def _scan(bands: tuple[str, ...], pair: Pair) -> _Scan:
    is_h5 = _is_h5(pair.image)
    header = _h5_header(pair.image, len(bands)) if is_h5 else _raster_header(pair.image)
    if pair.dem is not None:
        _check_dem(pair.dem, pair.image, header)
    if pair.mask is None:
        return _Scan(header, frozenset((BACKGROUND,)))
    values, known = read_mask(pair.mask)
    if values.shape != header.shape:
        raise DatasetError(
            f"{pair.image} has {_size(header.shape)} px, its mask {pair.mask}"
            f" {_size(values.shape)}.",
            "Image and mask have to be of one size.",
        )
    distinct = distinct_values(values[known])
    require_mask_values(distinct, str(pair.mask))
    return _Scan(header, distinct)


def require_mask_values(distinct: Set[float], mask: str) -> None:
    """Raise `DatasetError` that names the least value of a mask that no mask has."""
    strange = distinct - MASK_VALUES
    if strange:
        raise DatasetError(
            f"The mask {mask} holds the value {min(strange):g}.",
            "A mask holds 0, and 1 or 255 for landslide; beside 1, 255 is for what is not known.",
        )


def distinct_values(values: NDArray[Any]) -> frozenset[float]:
    """The values that occur in an array."""
    if values.dtype == np.uint8:
        return frozenset(np.flatnonzero(np.bincount(values)).tolist())
    return frozenset(np.unique(values).tolist())


def _size(shape: tuple[int, ...]) -> str:
    return f"{shape[1]} x {shape[0]}"


@contextmanager
def reading() -> Iterator[None]:
    """An image that cannot be read is an error of the dataset."""
    try:
        yield
    except RasterError as error:
        raise DatasetError(error.message, error.remedy) from error


def require_colours(data: rasterio.DatasetReader) -> None:
    """Raise `DatasetError` unless there are red, green and blue: three bands, or a palette."""
    bands = sum(kind != ColorInterp.alpha for kind in data.colorinterp)
    if bands < len(RGB) and data.colorinterp[0] != ColorInterp.palette:
        raise DatasetError(
            f"{data.name} has {bands} image band(s); red, green and blue are needed.",
            "Choose images with three bands.",
        )


def read_image(path: Path) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """An image (C, H, W), uint8 or float32, 0 where it is not valid, and its validity (H, W).

    Red, green and blue, read as `detect` reads them, or all bands of an HDF5 patch. Raises
    `DatasetError` where the file is damaged.
    """
    if _is_h5(path):
        values = np.moveaxis(_read_h5(path, "img"), -1, 0).astype(np.float32)
        valid = np.asarray(np.isfinite(values).all(axis=0))
        return np.where(valid, values, np.float32(0)), valid
    request = SourceRequest(str(path), RGB, value_range=UNSTRETCHED)
    with reading(), RasterSource(request) as source:
        return source.read(0, source.grid.height)


def _raster_header(path: Path) -> _Header:
    with reading(), open_raster(str(path)) as data:
        require_colours(data)
        strange = set(data.dtypes) - IMAGE_TYPES
        if strange:
            raise DatasetError(
                f"{path} holds {min(strange)} values; images of a dataset hold bytes or floats.",
                "Convert all images to 8 bits by one range, or give the whole scene as"
                " RASTER::POLYGONS.",
            )
        flags = [MaskFlags.all_valid in flag for flag in data.mask_flag_enums]
        complete = all(flags) and set(data.dtypes) == {"uint8"}
        return _Header(data.shape, complete, _footprint(data))


def _footprint(data: rasterio.DatasetReader) -> Footprint | None:
    """Where an image lies; None where it has no place on the map, or is turned on it."""
    if data.crs is None or data.transform.b or data.transform.d:
        return None
    left, right = sorted((data.bounds.left, data.bounds.right))
    bottom, top = sorted((data.bounds.bottom, data.bounds.top))
    return Footprint((left, bottom, right, top), CRS.from_wkt(data.crs.to_wkt()).to_wkt())


def read_mask(path: Path) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """The values of a mask (H, W), and where they are known: not NaN, not nodata unless that is 0.

    Of a paletted mask these are the indices. Raises `DatasetError` where the file is damaged, or
    its bands differ.
    """
    values, nodata = _mask_bands(path)
    if len(values) > 1 and (values != values[0]).any():
        raise DatasetError(
            f"The mask {path} is a coloured picture of {len(values)} bands.",
            "Save it with one band that holds 0, and 1 or 255 for landslide.",
        )
    known = np.isfinite(values[0]) if values.dtype.kind == "f" else np.ones(values[0].shape, bool)
    if nodata is not None and nodata not in (BACKGROUND, LANDSLIDE):
        known &= values[0] != nodata
    return values[0], known


def _check_dem(path: Path, image: Path, header: _Header) -> None:
    with reading(), open_raster(str(path)) as data:
        if data.shape != header.shape:
            raise DatasetError(
                f"{image} has {_size(header.shape)} px, its elevations {path} {_size(data.shape)}.",
                "Image and elevations have to be of one size.",
            )


def _read_dem(path: Path) -> NDArray[np.float32]:
    """Elevations (H, W) [m], the first band of a file; NaN where there are none."""
    try:
        with reading(), open_raster(str(path)) as data:
            values = data.read(1, masked=True).astype(np.float32).filled(np.nan)
            unit, _ = metres_per_unit(data, 1)
            return (values * data.scales[0] + data.offsets[0]) * unit
    except rasterio.errors.RasterioError as error:
        raise _damaged(path) from error


def _mask_bands(path: Path) -> tuple[NDArray[Any], float | None]:
    """The bands of a mask (C, H, W) but for an alpha band, and its nodata value."""
    if _is_h5(path):
        return _read_h5(path, "mask").squeeze()[None], None
    with reading(), open_raster(str(path)) as data:
        bands = [i for i, kind in enumerate(data.colorinterp, 1) if kind != ColorInterp.alpha]
        try:
            return data.read(bands), data.nodata
        except rasterio.errors.RasterioError as error:
            raise _damaged(path) from error


def _damaged(path: Path) -> DatasetError:
    return DatasetError(f"{path} is damaged or truncated.", "Get the file again.")


def _is_h5(path: Path) -> bool:
    return path.suffix.lower() == H5_SUFFIX


def _h5_header(path: Path, bands: int) -> _Header:
    with _h5_dataset(path, "img") as data:
        shape = data.shape
    if len(shape) != 3 or shape[2] != bands:
        raise DatasetError(
            f"The patch {path} is an array of {' x '.join(map(str, shape))}.",
            f"A patch has rows, columns and {bands} bands.",
        )
    return _Header(shape[:2])


def _read_h5(path: Path, key: str) -> NDArray[Any]:
    with _h5_dataset(path, key) as data:
        return np.asarray(data)


@contextmanager
def _h5_dataset(path: Path, key: str) -> Iterator[Any]:
    """An array of an HDF5 file; raises `DatasetError` where it is damaged or has none such."""
    # Only Landslide4Sense needs it; it comes without types.
    import h5py  # type: ignore[import-untyped]

    try:
        with h5py.File(path, "r") as file:
            if key not in file:
                raise DatasetError(
                    f"{path} has no array `{key}`, only {', '.join(file) or 'none'}.",
                    "Choose a file as Landslide4Sense was published.",
                )
            yield file[key]
    except OSError as error:
        raise _damaged(path) from error
