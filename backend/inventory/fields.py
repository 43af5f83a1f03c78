"""Fields of polygons from an elevation model, a probability raster and an image.

Flags are reasons to look at a polygon, never reasons to delete it: real landslides reach flat
valley floors, and real scars lie in shadow.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import rasterio
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from backend.errors import DemError, RasterError
from backend.events import Meter, OnEvent
from backend.inventory.common import warn
from backend.inventory.layer import Layer, reprojected
from backend.inventory.sweep import Sweep, read_window, scaled
from backend.inventory.zones import Array, Index, Sums
from backend.raster.heights import metres_per_unit
from backend.terrain import terrain
from backend.vectors.attributes import LEAST_RESULTANT, Fields
from backend.vectors.ground import Ground, mapped

# Below this mean slope [deg] a landslide would have to be a spread or a flow.
FLAT_SLOPE_DEG = 5.0
# What skylight alone lights is darker than this share of the image's median brightness, as a rule:
# skylight is about a fifth of all light on a clear day. Water and dense forest can be as dark.
DARK_RATIO = 0.4
# A polygon is flagged as shadow where more than this share of its pixels is dark.
DARK_SHARE = 0.5
# The image's median brightness is taken from at most this many pixels along a side.
MEDIAN_SAMPLE = 1024
DECIMALS = {
    "slope_max_deg": 2,
    "slope_length_m": 2,
    "h_over_l": 4,
    "terrain_cover": 3,
    "dark_share": 3,
}


@dataclass(frozen=True)
class Ends:
    """Highest and lowest point of n polygons: coordinates (n,) in `crs` and elevations [m].

    NaN where the elevation model has no value inside.
    """

    crs: CRS | None
    crown: tuple[Array, Array]
    toe: tuple[Array, Array]
    crown_m: Array
    toe_m: Array


def terrain_fields(
    layer: Layer, data: rasterio.DatasetReader, on_event: OnEvent
) -> tuple[Fields, Ends]:
    """Slope, elevation, aspect, length and H/L of a layer's polygons, and their highest and lowest
    points, from a DEM of one band; elevations in another unit become metres, which is told.

    Slope and aspect are Horn's (`backend.terrain`), at the DEM's own resolution. Raises `DemError`
    where the DEM has other bands or no value under any polygon.
    """
    if data.count != 1:
        raise DemError(
            f"The elevation model {data.name} has {data.count} bands.",
            "Choose a raster of one band.",
        )
    if (data.crs is None) != (layer.crs is None):
        lacking = "the elevation model" if data.crs is None else "the layer"
        raise DemError(
            f"The elevation model {data.name} cannot be placed on the layer: {lacking} has no CRS.",
            "Assign its CRS, or leave the elevation model out.",
        )
    metres, note = metres_per_unit(data, 1)
    warn(on_event, note)
    sweep = Sweep(layer, data)
    sums = Sums(int(sweep.reached.sum()))
    meter = Meter(on_event, "terrain", sweep.rows, "rows")
    ground = Ground(sweep.crs) if sweep.crs else None

    def read(rows: slice, columns: slice) -> NDArray[np.float32]:
        # One more pixel around, for the slope.
        rows = slice(rows.start - 1, rows.stop + 1)
        columns = slice(columns.start - 1, columns.stop + 1)
        elevation = metres * read_window(data, [1], rows, columns)[0]
        return terrain(elevation, _steps(data, ground, rows, columns))[:, 1:-1, 1:-1]

    for strip in sweep.strips(read, meter.advance):
        elevation, slope, east, north = strip.values.astype(np.float64)
        strip.add(sums, "pixels", np.ones(len(elevation)))
        strip.add(sums, "known", np.isfinite(elevation).astype(np.float64))
        for name, values in (("slope", slope), ("east", east), ("north", north)):
            strip.add(sums, name, values)
        strip.raise_to(sums, "slope", slope)
        strip.raise_to(sums, "crown", elevation)
        strip.raise_to(sums, "toe", -elevation)
    if not sums.sum("known").any():
        raise DemError(
            f"The elevation model {data.name} has no elevation under any of the polygons.",
            "Choose one that covers them, and check both CRS.",
        )
    ends = Ends(
        sweep.crs,
        _position(sweep, sums.place("crown")),
        _position(sweep, sums.place("toe")),
        _spread(sums.peak("crown"), sweep.reached),
        _spread(-sums.peak("toe"), sweep.reached),
    )
    fields = {name: _spread(values, sweep.reached) for name, values in _of_sums(sums).items()}
    fields["terrain_cover"] = np.nan_to_num(fields["terrain_cover"])
    return fields | _of_ends(ends, ground), ends


def probability_fields(layer: Layer, data: rasterio.DatasetReader, on_event: OnEvent) -> Fields:
    """Mean and largest probability inside a layer's polygons; NaN where there is no data.

    Raises `RasterError` where the raster holds something else than probabilities.
    """
    sweep = Sweep(layer, data)
    sums = Sums(int(sweep.reached.sum()))
    meter = Meter(on_event, "probability", sweep.rows, "rows")

    def read(rows: slice, columns: slice) -> NDArray[np.float32]:
        return read_window(data, [1], rows, columns).astype(np.float32)

    for strip in sweep.strips(read, meter.advance):
        values = strip.values[0].astype(np.float64)
        strip.add(sums, "known", np.isfinite(values).astype(np.float64))
        strip.add(sums, "probability", values)
        strip.raise_to(sums, "probability", values)
    largest = sums.peak("probability")
    if data.count != 1 or np.nanmax(largest, initial=0) > 1 + 1e-6:
        raise RasterError(
            f"{data.name} is not a probability raster: it has {data.count} band(s) and values up"
            f" to {np.nanmax(largest, initial=0):g}.",
            "Choose the probability.tif of a run.",
        )
    mean = _mean(sums, "probability")
    return {
        "probability_mean": _spread(mean, sweep.reached),
        "probability_max": _spread(largest, sweep.reached),
    }


def shadow_fields(layer: Layer, data: rasterio.DatasetReader, on_event: OnEvent) -> Fields:
    """`dark_share`: the share of a polygon's pixels that are as dark as in shadow.

    Dark is below `DARK_RATIO` of the median brightness of the whole image; brightness is the mean
    of the first three bands, or the first. One image knows neither the sun nor the ground's own
    colour, so this cannot tell shadow from water or dark rock.
    """
    sweep = Sweep(layer, data)
    sums = Sums(int(sweep.reached.sum()))
    meter = Meter(on_event, "image", sweep.rows, "rows")
    bands = [1, 2, 3] if data.count >= 3 else [1]
    dark = DARK_RATIO * median_brightness(data, bands)

    def read(rows: slice, columns: slice) -> NDArray[np.float32]:
        return read_window(data, bands, rows, columns).mean(axis=0, keepdims=True, dtype=np.float32)

    for strip in sweep.strips(read, meter.advance):
        known = np.isfinite(strip.values[0])
        strip.add(sums, "known", known.astype(np.float64))
        strip.add(sums, "dark", (known & (strip.values[0] < dark)).astype(np.float64))
    return {"dark_share": _spread(_mean(sums, "dark"), sweep.reached)}


def median_brightness(data: rasterio.DatasetReader, bands: list[int]) -> float:
    """Median over the image, read coarsely, of the mean of `bands`, scaled as `read_window` does.

    NaN where all is nodata.
    """
    step = max(1, max(data.shape) // MEDIAN_SAMPLE)
    shape = (len(bands), -(-data.height // step), -(-data.width // step))
    brightness = scaled(data, bands, data.read(bands, out_shape=shape, masked=True)).mean(axis=0)
    known = brightness[np.isfinite(brightness)]
    return float(np.median(known)) if len(known) else np.nan


def end_points(layer: Layer, ends: Ends) -> tuple[NDArray[np.object_], Fields]:
    """The crown and toe of every polygon as points in the layer's CRS, with their fields."""
    count = len(layer)
    x, y = np.concatenate([ends.crown, ends.toe], axis=1)
    known = np.isfinite(x)
    points = reprojected(shapely.points(x[known], y[known]), ends.crs, layer.crs, "The points")
    fields: Fields = {
        "polygon_fid": np.tile(layer.fids, 2),
        "kind": np.repeat(np.array(["crown", "toe"], object), count),
        "elevation_m": np.round(np.concatenate([ends.crown_m, ends.toe_m]), 2),
    }
    if "uuid" in layer.fields:
        fields["polygon_uuid"] = np.tile(layer.fields["uuid"], 2)
    return points, {name: values[known] for name, values in fields.items()}


def flags(fields: Fields) -> NDArray[np.object_]:
    """`flat`, `shadow`, both or None (n,), from what is there of slope and dark share."""
    count = len(next(iter(fields.values())))
    none = np.full(count, np.nan)
    is_flat = fields.get("slope_mean_deg", none) < FLAT_SLOPE_DEG
    is_dark = fields.get("dark_share", none) > DARK_SHARE
    names = np.where(is_flat, "flat", "").astype(object)
    names += np.where(is_flat & is_dark, ", ", "") + np.where(is_dark, "shadow", "").astype(object)
    names[names == ""] = None
    return names


def _of_sums(sums: Sums) -> Fields:
    """Fields of the polygons reached (n,)."""
    east, north = _mean(sums, "east"), _mean(sums, "north")
    aspect = np.degrees(np.arctan2(east, north)) % 360
    highest, lowest = sums.peak("crown"), -sums.peak("toe")
    pixels = sums.sum("pixels")
    return {
        "slope_mean_deg": _mean(sums, "slope"),
        "slope_max_deg": sums.peak("slope"),
        "elevation_min_m": lowest,
        "elevation_max_m": highest,
        "relief_m": highest - lowest,
        "aspect_deg": np.where(np.hypot(east, north) > LEAST_RESULTANT, aspect, np.nan),
        "terrain_cover": sums.sum("known") / np.maximum(pixels, 1),
    }


def _of_ends(ends: Ends, ground: Ground | None) -> Fields:
    """Length along the slope [m] and H/L from the highest to the lowest point.

    H/L is the Fahrböschung (Heim 1932): drop over horizontal distance, both from pixel centres.
    """
    if ground is None:
        across = np.subtract(ends.toe, ends.crown)
    else:
        across = np.array(ground.steps(*ends.crown, *ends.toe))
    horizontal, drop = np.hypot(*across), ends.crown_m - ends.toe_m
    ratio = np.divide(drop, horizontal, out=np.full_like(drop, np.nan), where=horizontal > 0)
    return {"slope_length_m": np.hypot(horizontal, drop), "h_over_l": ratio}


def _steps(
    data: rasterio.DatasetReader, ground: Ground | None, rows: slice, columns: slice
) -> Array:
    """Metres east and north (2, n, 2) of one step right and one down, at each of n rows."""
    row = np.arange(rows.start, rows.stop) + 0.5
    column = np.full(len(row), (columns.start + columns.stop) / 2)
    here, right, down = (
        mapped(data.transform, column + across, row + below)
        for across, below in ((0, 0), (1, 0), (0, 1))
    )
    if ground is None:
        return np.array([np.subtract(to, here).T for to in (right, down)])
    return np.array([np.transpose(ground.steps(*here, *to)) for to in (right, down)])


def _mean(sums: Sums, name: str) -> Array:
    known = sums.sum("known")
    return np.divide(sums.sum(name), known, out=np.full(len(known), np.nan), where=known > 0)


def _position(sweep: Sweep, places: Index) -> tuple[Array, Array]:
    x, y = sweep.position(places)
    return _spread(x, sweep.reached), _spread(y, sweep.reached)


def _spread(values: Array, reached: NDArray[np.bool_]) -> Array:
    """Values of the polygons reached as values of all (n,); NaN for the others."""
    result = np.full(len(reached), np.nan)
    result[reached] = values
    return result
