"""The image as the network wants it: bands by role, 0..255 values, validity, on one grid.

`RasterSource.read` gives whole rows of the grid; nothing here holds more than it was asked for.
"""

from __future__ import annotations

import math
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.enums import ColorInterp, Resampling
from rasterio.errors import RasterioError
from rasterio.windows import Window

from backend.errors import NoDataError, RasterError
from backend.raster.bands import RELIEF, choose_bands, order_note
from backend.raster.grid import Grid
from backend.raster.ground import choose_grid, ground_sampling_distance, native_grid
from backend.raster.quiet import quiet
from backend.raster.validity import declared, is_silent

# Side of the decimated image from which the stretch of non-8-bit rasters is taken [px].
STRETCH_SAMPLE = 1024
STRETCH_PERCENTILES = (2.0, 98.0)
BYTE_RANGE = (0.0, 255.0)
# Up to this share of a raster, pixels that are 0 where it does not tell its nodata go untold.
UNTOLD_SHARE = 0.001
# GDAL's names for what lies on servers, which give parts of files.
ON_SERVERS = ("/vsicurl", "/vsis3", "/vsigs", "/vsiaz", "/vsiadls", "/vsioss", "/vsiswift")
# Room for decoded blocks besides the one row of blocks that a band of rows touches [bytes].
CACHE_BYTES = 64 << 20
# Averages are of the raster's own pixels, not of overviews: most of these leave pixels out. GDAL's
# own threads, which it has for mosaics, would not see the first option.
OWN_PIXELS = {"GDAL_OVERVIEW_OVERSAMPLING_THRESHOLD": "0", "VRT_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Conversion:
    """Gain and offset of each band (C,), and the ends that values are cut off at (2, C).

    Where `is_integer`, a pixel of zeros in all bands is not valid.
    """

    gain: NDArray[np.float64]
    offset: NDArray[np.float64]
    ends: NDArray[np.float64]
    is_integer: bool


@dataclass(frozen=True)
class SourceRequest:
    """Which raster, which bands, and what the checkpoint expects of them."""

    path: str
    roles: tuple[str, ...]
    value_range: tuple[float, float] = BYTE_RANGE
    fill: tuple[float, ...] = ()
    """What invalid pixels hold, by role; NaN asks for values as float32."""
    units: tuple[float, ...] = ()
    """What 1 stands for, by role, where the checkpoint takes physical values; see `Scaling`."""
    bands: tuple[int, ...] | None = None
    """Band numbers for the roles that are the raster's own."""
    inputs: tuple[str, ...] = ()
    """Other rasters: ROLE=PATH[:BAND], or the path of a file or folder whose names tell."""
    dem: str | None = None
    """Elevation model for the roles dem and slope."""
    gsd: str | float = "auto"
    gsd_nominal: float | None = None
    gsd_range: tuple[float, float] | None = None
    stretch: tuple[float, float] | None = None
    """What becomes 0 and 255 where values are stretched; None: found in the raster itself."""
    conversion: Conversion | None = None
    """How the bands of several rasters become what the network takes, where that is known."""


@dataclass(frozen=True)
class SourceReport:
    """What was decided about the raster, for the log and for `run.json`."""

    bands: tuple[int, ...]
    dtype: str
    native_gsd: tuple[float, float] | None
    gsd: tuple[float, float] | None
    resampled: bool
    stretch: tuple[float, float] | None
    notes: list[str]
    inputs: dict[str, str] = field(default_factory=dict)
    """Where the roles come from that are not the raster's own."""


class BandSource(Protocol):
    """Bands by role on one grid, as context manager; what detection reads."""

    grid: Grid
    dtype: np.dtype[Any]
    report: SourceReport

    def __enter__(self) -> BandSource: ...

    def __exit__(self, *exception: object) -> None: ...

    def read(self, first: int, last: int) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """Rows [first, last) of the grid: values (C, rows, W) and validity (rows, W)."""
        ...


class Image(BandSource, Protocol):
    """A source whose bands are those of a raster."""

    def __enter__(self) -> Image: ...

    @property
    def dataset(self) -> rasterio.DatasetReader:
        """The raster as GDAL has it; its bands by role are `report.bands`."""
        ...

    def sample(self) -> NDArray[np.float64]:
        """Raw values (C, n) of valid pixels from all over the raster."""
        ...


class RasterSource:
    """Rows of a raster on its grid: values (C, rows, W) and validity (rows, W).

    Values are uint8 for 8-bit rasters and float32 otherwise; where the checkpoint expects 8-bit
    values, other types are stretched to 0..255 by one range for the whole raster, elevation and
    slope excepted. Invalid pixels (nodata value, mask, alpha, NaN; all 0 in wider integers without
    any of these) hold `request.fill`. All roles are bands of this raster; `backend.raster.inputs`
    adds those that are not.
    """

    def __init__(self, request: SourceRequest) -> None:
        with ExitStack() as stack:
            self._data = stack.enter_context(open_raster(request.path))
            stack.enter_context(rasterio.Env(GDAL_CACHEMAX=cache_bytes(self._data)))
            self._set_up(request)
            self._stack = stack.pop_all()

    def _set_up(self, request: SourceRequest) -> None:
        notes: list[str] = []
        self._palette = _palette(self._data)
        self._bands = choose_bands(self._data, request.roles, request.bands)
        if request.bands is None:
            notes += filter(None, [order_note(self._data, request.roles, self._bands)])
        self.grid, native, self._resample = choose_grid(
            native_grid(self._data), self._data.name, request, notes
        )
        types = [self._data.dtypes[band - 1] for band in self._bands]
        self.dtype = np.dtype("uint8" if set(types) == {"uint8"} else "float32")
        self._seen = np.array([role not in RELIEF for role in request.roles])
        seen = [band for band, is_seen in zip(self._bands, self._seen, strict=False) if is_seen]
        self._is_silent = is_silent(self._data, seen)
        stretches = self.dtype != np.uint8 and request.value_range == BYTE_RANGE
        self._stretch = None
        if stretches and self._seen.any():
            self._stretch = request.stretch or self._range_of_values(notes)
        fill = np.asarray(request.fill or (0.0,) * len(request.roles))
        whole = fill.round() if self.dtype == np.uint8 else fill
        self._fill = whole.astype(self.dtype)[:, None, None]
        self.report = SourceReport(
            bands=self._bands,
            dtype=types[0],
            native_gsd=native,
            gsd=ground_sampling_distance(self.grid),
            resampled=self._resample,
            stretch=self._stretch,
            notes=notes,
        )

    def __enter__(self) -> RasterSource:
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    @property
    def dataset(self) -> rasterio.DatasetReader:
        """The raster as GDAL has it; its bands by role are `report.bands`."""
        return self._data

    @property
    def fill(self) -> NDArray[Any]:
        """What invalid pixels hold (C, 1, 1)."""
        return self._fill

    def read(
        self, first: int, last: int, columns: tuple[int, int] | None = None
    ) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """Rows [first, last) of the grid: values (C, rows, W) and validity (rows, W).

        Of a grid that is the raster's own, some `columns` [first, last) may be enough. Raises
        `RasterError` where the file is damaged.
        """
        options = OWN_PIXELS if self._resample else {}
        try:
            with rasterio.Env(**options):
                values, valid = self._read(first, last, columns or (0, self.grid.width))
        except RasterioError as error:
            raise damaged(self._data.name, f" at rows {first} to {last}", error) from error
        return values if valid.all() else np.where(valid, values, self._fill), valid

    def _read(
        self, first: int, last: int, columns: tuple[int, int]
    ) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        window, shape = self._window(first, last, columns)
        resampling = self._resampling()
        raw = self._data.read(
            list(self._bands), window=window, out_shape=(len(self._bands), *shape),
            resampling=resampling,
        )  # fmt: skip
        valid = self._valid(window, shape, raw if resampling == Resampling.nearest else None)
        if self._palette is not None:
            return self._palette[:, raw[0]], valid
        if raw.dtype.kind == "f":
            finite = np.isfinite(raw).all(axis=0)
            valid &= finite
            raw = np.where(finite, raw, 0)
        return self._scaled(raw), valid

    def _window(
        self, first: int, last: int, columns: tuple[int, int]
    ) -> tuple[Window, tuple[int, int]]:
        factor, across = self._data.height / self.grid.height, self._data.width / self.grid.width
        left, width = columns[0], columns[1] - columns[0]
        window = Window(left * across, first * factor, width * across, (last - first) * factor)
        return window, (last - first, width)

    def _resampling(self) -> Resampling:
        if not self._resample:
            return Resampling.nearest
        return self.resampling(self._data.shape, (self.grid.height, self.grid.width))

    def resampling(self, native: tuple[int, int], wanted: tuple[int, int]) -> Resampling:
        """How pixels become those of another grid: both shapes are over the same ground."""
        if self._palette is not None:
            return Resampling.nearest
        shrinks = native[0] * native[1] >= wanted[0] * wanted[1]
        return Resampling.average if shrinks else Resampling.bilinear

    def _valid(
        self, window: Window, shape: tuple[int, int], nearest: NDArray[Any] | None = None
    ) -> NDArray[np.bool_]:
        """Validity (H, W); `nearest` are the bands' values (C, H, W) where nothing is averaged."""
        if not self._is_silent:
            return declared(self._data, self._bands, window, shape)
        if nearest is None:
            bands = list(self._bands)
            nearest = self._data.read(bands, window=window, out_shape=(len(bands), *shape))
        return np.asarray(nearest[self._seen].any(axis=0))

    def _scaled(self, raw: NDArray[Any]) -> NDArray[Any]:
        if self._stretch is None:
            return raw if raw.dtype == self.dtype else raw.astype(self.dtype)
        scaled = stretched(raw.astype(np.float32), self._stretch)
        return scaled if self._seen.all() else np.where(self._seen[:, None, None], scaled, raw)

    def _range_of_values(self, notes: list[str]) -> tuple[float, float]:
        """The 2nd and 98th percentile of the valid pixels of a decimated image."""
        raw, valid = self._decimated()
        found = range_of_values(raw[self._seen][:, valid].astype(np.float64))
        if found is None:
            raise all_nodata(self._data.name)
        missing = 1 - valid.mean()
        if self._is_silent and missing > UNTOLD_SHARE:
            notes.append(
                f"{self._data.name} has no nodata value, mask or alpha band: pixels that are 0 in"
                f" all bands, {100 * missing:.3g} % of it, are taken as nodata."
            )
        return found

    def sample(self) -> NDArray[np.float64]:
        """Raw values (C, n) of the valid pixels of a decimated image."""
        raw, valid = self._decimated()
        return raw[:, valid].astype(np.float64)

    def _decimated(self) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """Raw values (C, H, W) and validity (H, W) at pixels all over the raster."""
        step = max(1, math.ceil(max(self._data.shape) / STRETCH_SAMPLE))
        shape = (math.ceil(self._data.height / step), math.ceil(self._data.width / step))
        window = Window(0, 0, self._data.width, self._data.height)
        try:
            raw = self._data.read(list(self._bands), out_shape=(len(self._bands), *shape))
            return raw, self._valid(window, shape, raw)
        except RasterioError as error:
            raise damaged(self._data.name, "", error) from error

    def sample_at(self, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Raw values (bands that are stretched, n) of the valid ones of some of its own pixels.

        They are those of `rows` that lie in `columns`. Raises `RasterError` for a damaged file.
        """
        parts = [np.empty((len(self._bands), 0))]
        for row in rows.tolist():
            window = Window(0, row, self._data.width, 1)
            try:
                raw = self._data.read(list(self._bands), window=window)
                valid = self._valid(window, (1, self._data.width), raw)[0, columns]
            except RasterioError as error:
                raise damaged(self._data.name, f" at row {row}", error) from error
            parts.append(raw[:, 0, columns][:, valid].astype(np.float64))
        return np.concatenate(parts, axis=1)[self._seen]


def stretched(values: NDArray[np.float32], ends: tuple[float, float]) -> NDArray[np.float32]:
    """Values from `ends` to 0 .. 255, cut off beyond."""
    low, high = ends
    scaled = (values - low) * (255.0 / (high - low))
    return np.clip(scaled, 0, 255, out=scaled)


def range_of_values(sample: NDArray[np.float64]) -> tuple[float, float] | None:
    """The 2nd and 98th percentile of the finite values, or what else is a range; None of none."""
    sample = sample[np.isfinite(sample)]
    if sample.size == 0:
        return None
    low, high = np.percentile(sample, STRETCH_PERCENTILES)
    if high <= low:
        low, high = sample.min(), sample.max()
    return float(low), float(high if high > low else low + 1)


def open_raster(path: str) -> rasterio.DatasetReader:
    """The dataset behind `path` (a file or any name GDAL opens), or a `RasterError`."""
    plain = not path.startswith("/vsi") and ":" not in path[2:]
    if plain and not Path(path).exists():
        raise RasterError(f"There is no raster file {path}.", "Check the path.")
    try:
        with quiet:
            data = _open_remote(path) if path.startswith(ON_SERVERS) else rasterio.open(path)
    except RasterioError as error:
        raise RasterError(
            f"{path} is not a raster that GDAL can read ({_reason(error)}).",
            "Choose a GeoTIFF or another raster format.",
        ) from error
    if data.count == 0:
        data.close()
        raise RasterError(
            f"{path} has no raster bands of its own.",
            "Choose one of its subdatasets, or another raster.",
        )
    return data


def _open_remote(path: str) -> rasterio.DatasetReader:
    """A file on a server: by itself and its companions, without a list of all the others there."""
    with rasterio.Env(GDAL_DISABLE_READDIR_ON_OPEN="TRUE"):
        data = rasterio.open(path)
        # Looks for a mask of its own now, as the option does not hold in other threads.
        _ = data.mask_flag_enums
        return data


def _reason(error: Exception) -> str:
    return str(error.__cause__ or error).strip().rstrip(".")


def damaged(path: str, where: str, error: Exception) -> RasterError:
    """The error for a raster that opened but cannot be read `where`."""
    return RasterError(
        f"{path} cannot be read{where}: the file is damaged or truncated ({_reason(error)}).",
        "Copy or export the raster again.",
    )


def all_nodata(path: str) -> NoDataError:
    """The error for a raster without a single valid pixel."""
    return NoDataError(
        f"{path} has no valid pixel: everything is nodata.",
        "Check the raster's nodata value, mask and alpha band.",
    )


def cache_bytes(data: rasterio.DatasetReader) -> int:
    """Enough for GDAL to keep one row of blocks, so that none is decoded twice."""
    # GDAL reads parts of a strip that holds the whole image; it need not be kept whole.
    rows = min(1024, max(shape[0] for shape in data.block_shapes))
    pixel = sum(np.dtype(name).itemsize for name in data.dtypes)
    return CACHE_BYTES + data.width * rows * pixel


def _palette(data: rasterio.DatasetReader) -> NDArray[np.uint8] | None:
    """Colours (3, 256) of a paletted first band, or None."""
    if data.colorinterp[0] != ColorInterp.palette:
        return None
    colours = np.zeros((3, 256), np.uint8)
    for value, rgba in data.colormap(1).items():
        colours[:, value] = rgba[:3]
    return colours
