"""The fields of the polygon layer, from polygons and what was counted inside them."""

from __future__ import annotations

import uuid
from typing import Any

import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS

from backend.raster.grid import PROBABILITY_SCALE, Grid
from backend.vectors.components import (
    EAST,
    ELEVATION_MAX,
    FIXED_POINT,
    MINUS_ELEVATION_MIN,
    MINUS_FIRST,
    NORTH,
    PIXELS,
    PROBABILITY,
    PROBABILITY_MAX,
    SLOPE,
    TERRAIN_PIXELS,
    Totals,
)
from backend.vectors.ground import Ground, Outlines, elongation_and_orientation, mapped

Fields = dict[str, NDArray[Any]]
STATUS = "predicted"
MEASURED = {
    "id": np.int64,
    "uuid": object,
    "area_m2": np.float64,
    "perimeter_m": np.float64,
    "area_px": np.int64,
    "probability_mean": np.float64,
    "probability_max": np.float64,
    "elongation": np.float64,
    "orientation_deg": np.float64,
}
FROM_TERRAIN = {
    "slope_mean_deg": np.float64,
    "elevation_min_m": np.float64,
    "elevation_max_m": np.float64,
    "relief_m": np.float64,
    "aspect_deg": np.float64,
}
REVIEWED = {
    "status": object,
    "class": object,
    "event": object,
    "notes": object,
    "editor": object,
    "edited_at": "datetime64[ms]",
    "source": object,
}
# As many as mean something.
DECIMALS = {
    "area_m2": 3,
    "perimeter_m": 3,
    "probability_mean": 4,
    "probability_max": 4,
    "elongation": 3,
    "orientation_deg": 1,
    "slope_mean_deg": 2,
    "elevation_min_m": 2,
    "elevation_max_m": 2,
    "relief_m": 2,
    "aspect_deg": 1,
}
# Below this mean length the downslope directions cancel out, and their mean says nothing.
LEAST_RESULTANT = 1e-3


def describe(
    pixels: NDArray[np.object_], totals: Totals, grid: Grid
) -> tuple[NDArray[np.object_], Fields]:
    """Polygons (n,) [px] moved to map coordinates, and all fields that measuring gives (n,)."""
    outlines = to_map(Outlines.of(pixels), grid.transform)
    if grid.crs is None:
        area = perimeter = np.full(len(pixels), np.nan)
        local = outlines
    else:
        area, perimeter, local = Ground(grid.crs).measure(outlines)
    elongation, orientation = elongation_and_orientation(local)
    count = totals.sums[:, PIXELS]
    fields = {
        "area_m2": area,
        "perimeter_m": perimeter,
        "area_px": count,
        "probability_mean": totals.sums[:, PROBABILITY] / count / PROBABILITY_SCALE,
        "probability_max": totals.peaks[:, PROBABILITY_MAX] / PROBABILITY_SCALE,
        "elongation": elongation,
        "orientation_deg": orientation,
    }
    return outlines.shapes(), fields | _terrain(totals)


def to_map(outlines: Outlines, transform: Affine) -> Outlines:
    """Outlines in pixels as map coordinates."""
    x, y = mapped(transform, outlines.x, outlines.y)
    return outlines.at(x, y)


def pixel_m2(grid: Grid) -> float:
    """A usual pixel's area on the ground [m2]; 1 [px] without a CRS, 0 where it cannot be told."""
    if grid.crs is None:
        return 1.0
    area = float(np.median(_pixels_m2(grid, grid.crs)))
    return area if np.isfinite(area) else 0.0


def largest_pixel_m2(grid: Grid) -> float:
    """An upper bound of a pixel's area on the ground [m2]; infinite where it cannot be told."""
    if grid.crs is None:
        return np.inf
    area = _pixels_m2(grid, grid.crs)
    # Between the samples a pixel may be a little larger.
    return 1.1 * float(area.max()) if np.isfinite(area).all() else np.inf


def _pixels_m2(grid: Grid, crs: CRS) -> NDArray[np.float64]:
    """Areas on the ground of some pixels all over a grid (n,) [m2]."""
    column, row = (np.linspace(0, size - 1, 9) for size in (grid.width, grid.height))
    column, row = (axis.ravel() for axis in np.meshgrid(column, row))
    pixels = Outlines.of(shapely.box(column, row, column + 1, row + 1))
    return Ground(crs).measure(to_map(pixels, grid.transform))[0]


def _terrain(totals: Totals) -> Fields:
    """The fields that need a DEM; NaN where it has no value inside the polygon."""
    count = totals.sums[:, TERRAIN_PIXELS].astype(np.float64)
    known = count > 0
    count[~known] = np.nan
    slope, east, north = (
        totals.sums[:, column] / (FIXED_POINT * count) for column in (SLOPE, EAST, NORTH)
    )
    highest = np.where(known, totals.peaks[:, ELEVATION_MAX], np.nan)
    lowest = np.where(known, -totals.peaks[:, MINUS_ELEVATION_MIN], np.nan)
    aspect = np.degrees(np.arctan2(east, north)) % 360
    return {
        "slope_mean_deg": slope,
        "elevation_min_m": lowest,
        "elevation_max_m": highest,
        "relief_m": highest - lowest,
        "aspect_deg": np.where(np.hypot(east, north) > LEAST_RESULTANT, aspect, np.nan),
    }


def columns(fields: Fields, identity: Fields, source: str, with_terrain: bool) -> Fields:
    """All fields of the layer in order, `fields` rounded; what people fill in is null."""
    count = len(identity["id"])
    everything = {
        name: np.round(values, DECIMALS[name]) if name in DECIMALS else values
        for name, values in fields.items()
    }
    everything |= identity
    everything |= {"status": np.full(count, STATUS, object)}
    everything |= {"source": np.full(count, source, object)}
    return {
        name: everything[name] if name in everything else _nulls(count, kind)
        for name, kind in schema(with_terrain).items()
    }


def _nulls(count: int, kind: Any) -> NDArray[Any]:
    return np.full(count, None if kind is object else np.datetime64("NaT"), kind)


def schema(with_terrain: bool) -> dict[str, Any]:
    """Names and types of the layer's fields, in order."""
    return MEASURED | (FROM_TERRAIN if with_terrain else {}) | REVIEWED


def identities(totals: Totals, namespace: uuid.UUID, first: int) -> Fields:
    """`id` from `first` on, and a `uuid` that the same run would give again."""
    starts = -totals.peaks[:, MINUS_FIRST].astype(np.int64)
    texts = [str(uuid.uuid5(namespace, str(start))) for start in starts.tolist()]
    return {
        "id": np.arange(first, first + len(totals)),
        "uuid": np.array(texts, object),
    }
