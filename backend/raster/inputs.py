"""All bands that a checkpoint asks for: the image's own, those of other rasters and of a DEM.

`open_source` gives rows of them on the image's grid, as `RasterSource` does for a single raster.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray

from backend.errors import RasterError
from backend.raster.bands import RELIEF, are_missing, listed, named_bands, otherwise
from backend.raster.heights import metres_per_unit
from backend.raster.part import is_part
from backend.raster.part_source import PartSource
from backend.raster.sentinel2 import (
    Encoding,
    baseline_of,
    encoding_of,
    files_of,
    is_product,
    one_type,
)
from backend.raster.source import (
    BYTE_RANGE,
    BandSource,
    Conversion,
    Image,
    RasterSource,
    SourceReport,
    SourceRequest,
    cache_bytes,
    open_raster,
    range_of_values,
)
from backend.raster.warped import TERRAIN, Layer, TerrainLayer, WarpedBands

_ROLE = re.compile(r"\A([A-Za-z_][A-Za-z0-9_]+)=(.+)\Z", re.DOTALL)
_BAND = re.compile(r"\A(.+):(\d+)\Z", re.DOTALL)

MakeImage = Callable[[SourceRequest], Image]


@dataclass(frozen=True)
class Place:
    """A band of a raster file."""

    path: str
    band: int = 1

    def __str__(self) -> str:
        return f"{self.path}, band {self.band}"


def open_source(request: SourceRequest) -> BandSource:
    """The rows that a checkpoint is to see; the caller closes the source.

    Raises `RasterError` or `DemError` that names the bands that are not there, or cannot be used.
    """
    if is_part(request.path):
        return PartSource.open(request, _open)
    return _open(request, RasterSource)


def _open(request: SourceRequest, make_image: MakeImage) -> BandSource:
    """All bands on the grid of an image, which `make_image` opens."""
    request, places = _located(request)
    on_dem = [role for role in request.roles if role in TERRAIN and role not in places]
    elsewhere = bool(places) or bool(request.dem and on_dem)
    # The image's own elevations may be in feet.
    is_plain = not request.units and not set(request.roles) & set(RELIEF)
    if is_plain and not elsewhere and np.isfinite(request.fill).all():
        return make_image(request)
    return InputSource(request, places, make_image)


def _located(request: SourceRequest) -> tuple[SourceRequest, dict[str, Place]]:
    """Where the roles are that have a file of their own; a folder becomes its finest raster."""
    given: dict[str, Place] = {}
    for text in request.inputs:
        given |= dict(_parsed(text, request.roles))
    if not is_product(Path(request.path)):
        return request, given
    found = files_of(Path(request.path))
    places = {role: Place(str(path)) for role, path in found.items() if role in request.roles}
    there = {*places, *given, *(TERRAIN if request.dem else ())}
    missing = [role for role in request.roles if role not in there]
    if missing or not places:
        raise RasterError(
            f"The folder {request.path} holds {listed(list(found))}; of what the checkpoint needs,"
            f" {are_missing(missing or request.roles)}.",
            f"Choose another folder or raster{otherwise(missing)}.",
        )
    finest = min(places.values(), key=lambda place: _pixel_area(place.path))
    return replace(request, path=finest.path, bands=None), places | given


def _pixel_area(path: str) -> float:
    with open_raster(path) as data:
        return abs(data.transform.determinant)


def _parsed(text: str, roles: tuple[str, ...]) -> Iterator[tuple[str, Place]]:
    """The roles that one `--input` gives, and where they are."""
    named = _ROLE.match(text)
    if named is None:
        yield from _by_name(text, roles)
        return
    role, rest = named.groups()
    if role not in roles:
        raise RasterError(
            f"The checkpoint takes no band {role}: it takes {listed(roles)}.",
            f"Leave {text} out, or name one of these.",
        )
    numbered = None if Path(rest).exists() else _BAND.match(rest)
    if numbered:
        yield role, Place(numbered[1], max(1, int(numbered[2])))
    elif Path(rest).is_dir():
        yield role, Place(_only(files_of(Path(rest)), role, rest))
    else:
        yield role, Place(rest)


def _only(files: dict[str, Path], role: str, folder: str) -> str:
    if role not in files:
        raise RasterError(
            f"The folder {folder} holds {listed(list(files))}, but not {role}.",
            "Choose another folder.",
        )
    return str(files[role])


def _by_name(path: str, roles: tuple[str, ...]) -> Iterator[tuple[str, Place]]:
    """All roles that the files of a folder, or the bands of a raster, are named by."""
    if Path(path).is_dir():
        places = {role: Place(str(file)) for role, file in files_of(Path(path)).items()}
    else:
        with open_raster(path) as data:
            places = {role: Place(path, band) for role, band in named_bands(data, roles).items()}
    found = [(role, place) for role, place in places.items() if role in roles]
    if not found:
        raise RasterError(
            f"{path} has no band that is named as one that the checkpoint takes: {listed(roles)}.",
            f"Say which band it is (for example --input {roles[-1]}={path}).",
        )
    yield from found


class InputSource:
    """Rows of bands from several rasters on the grid of one of them, the image.

    Values (C, rows, W) are float32. A pixel is valid where the image is; where another raster has
    no value there, `request.fill` stands for it. Where `request.units` say what 1 stands for,
    reflectances, degrees and metres are divided by them. All of it holds no more than the rows
    that it is asked for.
    """

    dtype = np.dtype("float32")

    def __init__(
        self, request: SourceRequest, places: dict[str, Place], make_image: MakeImage = RasterSource
    ) -> None:
        self._request, self._make_image = request, make_image
        with ExitStack() as stack:
            self._set_up(places, stack)
            self._stack = stack.pop_all()

    def __enter__(self) -> InputSource:
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    def _set_up(self, places: dict[str, Place], stack: ExitStack) -> None:
        roles, dem = self._request.roles, self._request.dem
        relief = [role for role in roles if dem and role in TERRAIN and role not in places]
        own = tuple(role for role in roles if role not in places and role not in relief)
        self._own = [roles.index(role) for role in own]
        self._image = stack.enter_context(self._make_image(_image_request(self._request, own)))
        self.grid = self._image.grid
        self._bands = {role: (self._image.dataset, band) for role, band in self._own_bands(own)}
        self._layers: list[tuple[list[int], Layer]] = []
        warped = self._open_warped(places, stack)
        if dem and relief:
            layer = TerrainLayer(dem, tuple(relief), self.grid, stack)
            self._layers.append(([roles.index(role) for role in relief], layer))
        room = cache_bytes(self._image.dataset) + sum(layer.cache_bytes for layer in warped)
        stack.enter_context(rasterio.Env(GDAL_CACHEMAX=room))
        self._notes = [layer.note for _, layer in self._layers]
        self._convert()
        where = {role: str(place) for role, place in places.items()}
        where |= dict.fromkeys(relief, str(dem))
        self.report = self._report(where)

    def _own_bands(self, own: tuple[str, ...]) -> Iterator[tuple[str, int]]:
        bands = self._image.report.bands
        # A picture with a palette has all colours in its one band.
        yield from zip(own, bands * len(own) if len(bands) == 1 else bands, strict=False)

    def _open_warped(self, places: dict[str, Place], stack: ExitStack) -> list[WarpedBands]:
        """A layer for each file, with all that is taken from it."""
        roles = self._request.roles
        files: dict[str, list[str]] = {}
        for role, place in places.items():
            files.setdefault(place.path, []).append(role)
        layers = []
        for path, of_file in files.items():
            bands = tuple(places[role].band for role in of_file)
            layer = WarpedBands(path, bands, self.grid, stack)
            self._layers.append(([roles.index(role) for role in of_file], layer))
            layers.append(layer)
            self._bands |= {
                role: (layer.dataset, band) for role, band in zip(of_file, bands, strict=True)
            }
        return layers

    def _convert(self) -> None:
        """Find gain and offset of every band, and the ends that values are cut off at (C, 1, 1)."""
        roles, known = self._request.roles, self._request.conversion
        self._fill = np.array(self._request.fill or (0.0,) * len(roles))
        if known is not None:
            self._gain, self._offset, self._ends = known.gain, known.offset, known.ends
            self._is_integer = known.is_integer
            return
        self._gain, self._offset = np.ones(len(roles)), np.zeros(len(roles))
        self._ends = np.tile([[-np.inf], [np.inf]], len(roles))
        self._is_integer = False
        if self._request.units:
            self._convert_units()
        else:
            if self._request.value_range == BYTE_RANGE:
                self._stretch()
            for role in set(RELIEF) & set(self._bands):
                at = roles.index(role)
                self._gain[at], self._offset[at] = self._relief(role)

    @property
    def conversion(self) -> Conversion:
        """What was found, for whoever opens the same source again."""
        return Conversion(self._gain, self._offset, self._ends, self._is_integer)

    def _stretch(self) -> None:
        """Other rasters become 8-bit as the image does: by one range for the files of a folder."""
        folders: dict[Path, dict[int, NDArray[np.float64]]] = {}
        for places, layer in self._layers:
            if isinstance(layer, WarpedBands) and set(layer.dataset.dtypes) != {"uint8"}:
                of_folder = folders.setdefault(Path(layer.dataset.name).parent, {})
                of_folder |= {
                    index: values.ravel().astype(np.float64)
                    for index, values in zip(places, layer.sample(), strict=True)
                    if self._request.roles[index] not in RELIEF
                }
        for samples in folders.values():
            ends = range_of_values(np.concatenate([*samples.values(), np.empty(0)]))
            if ends:
                low, high = ends
                seen = list(samples)
                self._gain[seen], self._offset[seen] = 255 / (high - low), -255 * low / (high - low)
                self._ends[:, seen] = np.array([BYTE_RANGE]).T

    def _convert_units(self) -> None:
        """From reflectances in any encoding, degrees and metres to what 1 stands for."""
        encoding = self._encoding()
        self._notes.append(encoding.note)
        self._is_integer = encoding.is_integer
        own = {self._request.roles[index] for index in self._own}
        for index, role in enumerate(self._request.roles):
            # What the image holds beside the training data's own values is in those, too.
            if encoding.is_final and (role in own or role not in RELIEF):
                continue
            gain, offset = self._physical(role, encoding)
            unit = self._request.units[index]
            self._gain[index], self._offset[index] = gain / unit, offset / unit

    def _physical(self, role: str, encoding: Encoding) -> tuple[float, float]:
        """Gain and offset from raw values to a reflectance, degrees or metres."""
        if role not in self._bands:
            return 1.0, 0.0  # of the DEM, in degrees and metres already
        return self._relief(role) if role in RELIEF else _told(*self._bands[role], encoding)

    def _relief(self, role: str) -> tuple[float, float]:
        """Gain and offset from raw values to degrees or metres."""
        data, band = self._bands[role]
        unit = 1.0
        if role == "dem":
            unit, note = metres_per_unit(data, band)
            self._notes.append(note)
        return data.scales[band - 1] * unit, data.offsets[band - 1] * unit

    def _encoding(self) -> Encoding:
        """How all reflectances are encoded, by their values all over the raster."""
        roles = self._request.roles
        seen = {role: at for role, at in self._bands.items() if role not in RELIEF}
        one_type([(data.name, data.dtypes[band - 1]) for data, band in seen.values()])
        samples = {}
        if any(roles[index] in seen for index in self._own):
            own = self._image.sample()
            samples = {roles[index]: values for index, values in zip(self._own, own, strict=True)}
        for places, layer in self._layers:
            if isinstance(layer, WarpedBands):
                samples |= {
                    roles[index]: values.ravel().astype(np.float64)
                    for index, values in zip(places, layer.sample(), strict=True)
                }
        values = []
        for role, (data, band) in seen.items():
            gain, offset = _told(data, band, Encoding(1.0, 0.0, ""))
            values.append(samples[role] * gain + offset)
        baselines = [baseline_of(data) for data, _ in seen.values()]
        return encoding_of(values, next((told for told in baselines if told is not None), None))

    def _report(self, where: dict[str, str]) -> SourceReport:
        image = self._image.report
        bands = image.bands if self._own else ()
        notes = [*image.notes, *filter(None, self._notes)]
        return replace(image, bands=bands, notes=notes, inputs=where)

    def read(self, first: int, last: int) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Rows [first, last) of the grid: values (C, rows, W) and validity (rows, W).

        Raises `RasterError` where a file is damaged.
        """
        image, valid = self._image.read(first, last)
        if self._is_integer:
            valid &= image.any(axis=0)
        values = np.empty((len(self._request.roles), *valid.shape), np.float32)
        if self._own:
            values[self._own] = image
        for places, layer in self._layers:
            values[places] = layer.read(first, last)
        values *= _per_band(self._gain)
        values += _per_band(self._offset)
        np.clip(values, *map(_per_band, self._ends), out=values)
        return np.where(valid & np.isfinite(values), values, _per_band(self._fill)), valid


def _image_request(request: SourceRequest, own: tuple[str, ...]) -> SourceRequest:
    """The image's part of a request; where nothing is taken from it, it still is the grid."""
    if own:
        return replace(request, roles=own, fill=(), units=(), inputs=(), dem=None)
    # As elevations, which may be 0 anywhere: whatever it holds, none of it is looked at.
    only = replace(request, roles=RELIEF[:1], bands=(1,), value_range=(0.0, 1.0))
    return replace(only, fill=(), units=(), inputs=(), dem=None)


def _per_band(values: NDArray[np.float64]) -> NDArray[np.float32]:
    """Numbers (C,) as (C, 1, 1)."""
    return values.astype(np.float32)[:, None, None]


def _told(data: rasterio.DatasetReader, band: int, encoding: Encoding) -> tuple[float, float]:
    """Gain and offset to reflectance: the file's own scale and offset where it has them."""
    scale, offset = data.scales[band - 1], data.offsets[band - 1]
    if (scale, offset) != (1.0, 0.0):
        return scale, offset
    return encoding.gain, encoding.offset
