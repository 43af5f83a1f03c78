"""Several polygons as one, with its fields measured anew."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from backend.vectors.attributes import DECIMALS, LEAST_RESULTANT
from backend.vectors.ground import Ground, Outlines, elongation_and_orientation

# Fields that are means over a polygon's area.
MEANS = ("probability_mean", "slope_mean_deg")


@dataclass(frozen=True)
class Shapes:
    """Polygons (n,) with their fields (n,) by name."""

    polygons: NDArray[np.object_]
    fields: dict[str, NDArray[Any]]

    @classmethod
    def joined(cls, parts: Sequence[Shapes]) -> Shapes:
        """All of them, in order."""
        names = parts[0].fields
        return cls(
            np.concatenate([part.polygons for part in parts]),
            {name: np.concatenate([part.fields[name] for part in parts]) for name in names},
        )

    def take(self, index: NDArray[Any]) -> Shapes:
        """Those at `index`."""
        fields = {name: values[index] for name, values in self.fields.items()}
        return Shapes(self.polygons[index], fields)


def united(shapes: Shapes, gap: float, crs: CRS | None) -> Shapes:
    """One polygon of several that overlap or are at most `gap` apart, in units of their CRS."""
    whole = _union(shapes.polygons, gap)
    fields = shapes.fields
    new: dict[str, Any] = _measured(whole, crs) | _summarised(fields, crs)
    new["uuid"] = str(uuid.uuid5(uuid.NAMESPACE_OID, " ".join(sorted(fields["uuid"]))))
    new["source"] = "; ".join(dict.fromkeys(fields["source"]))
    rounded = {
        name: round(value, DECIMALS[name]) if name in DECIMALS else value
        for name, value in new.items()
    }
    # What people fill in, and all that is not named above, is as in the first one.
    columns = {
        name: np.array([rounded[name]], values.dtype) if name in rounded else values[:1]
        for name, values in fields.items()
    }
    polygons = np.empty(1, object)
    polygons[0] = whole
    return Shapes(polygons, columns)


def _union(polygons: NDArray[np.object_], gap: float) -> Any:
    """Their union; where it is in pieces, gaps between them are closed."""
    whole = shapely.union_all(polygons)
    if shapely.get_num_geometries(whole) == 1:
        return shapely.get_geometry(whole, 0)
    # A little more than half, as two that are `gap` apart would only touch.
    reach = 0.51 * gap
    closed = shapely.buffer(whole, reach, join_style="mitre")
    closed = shapely.buffer(closed, -reach, join_style="mitre")
    whole = shapely.union_all([closed, whole])
    return shapely.get_geometry(whole, 0) if shapely.get_num_geometries(whole) == 1 else whole


def _measured(whole: Any, crs: CRS | None) -> dict[str, float]:
    """Area, perimeter and shape; the shape is that of its largest piece."""
    pieces = shapely.get_parts(whole)
    largest = np.argmax(shapely.area(pieces))
    outlines = Outlines.of(pieces)
    if crs is None:
        area = perimeter = np.full(len(pieces), np.nan)
        local = outlines
    else:
        area, perimeter, local = Ground(crs).measure(outlines)
    elongation, orientation = elongation_and_orientation(local)
    return {
        "area_m2": float(area.sum()),
        "perimeter_m": float(perimeter.sum()),
        "elongation": float(elongation[largest]),
        "orientation_deg": float(orientation[largest]),
    }


def _summarised(fields: dict[str, NDArray[Any]], crs: CRS | None) -> dict[str, float]:
    """What the polygons said of their pixels, weighted by their areas."""
    weights = fields["area_px" if crs is None else "area_m2"].astype(np.float64)
    new: dict[str, float] = {
        "area_px": int(fields["area_px"].sum()),
        "probability_max": float(fields["probability_max"].max()),
    }
    new |= {name: _mean(fields[name], weights) for name in MEANS if name in fields}
    if "elevation_min_m" in fields:
        low, high = _least(fields["elevation_min_m"]), -_least(-fields["elevation_max_m"])
        new |= {"elevation_min_m": low, "elevation_max_m": high, "relief_m": high - low}
        new["aspect_deg"] = _mean_direction(fields["aspect_deg"], weights)
    return new


def _least(values: NDArray[np.float64]) -> float:
    known = values[np.isfinite(values)]
    return float(known.min()) if len(known) else float("nan")


def _mean(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    known = np.isfinite(values)
    total = weights[known].sum()
    return float((values[known] * weights[known]).sum() / total) if total else float("nan")


def _mean_direction(azimuths: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """The mean of azimuths [deg], NaN where they cancel out."""
    angles = np.radians(azimuths)
    east, north = _mean(np.sin(angles), weights), _mean(np.cos(angles), weights)
    is_told = np.hypot(east, north) > LEAST_RESULTANT
    return float(np.degrees(np.arctan2(east, north)) % 360) if is_told else float("nan")
