"""Factories of small polygon layers for the inventory's tests."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray

from backend.events import Event, Log
from tests.backend.rasters import UTM

# Lower left corner of the squares: near the central meridian of UTM zone 44.
EAST, NORTH = 500_000.0, 3_400_000.0


def square(x: float, y: float, side: float = 10.0, height: float | None = None) -> shapely.Polygon:
    """A square or rectangle whose lower left corner lies `x`, `y` [m] from the corner above."""
    return shapely.box(EAST + x, NORTH + y, EAST + x + side, NORTH + y + (height or side))


def write_inventory(
    path: Path,
    shapes: list[shapely.Geometry] | NDArray[np.object_],
    crs: str | None = UTM,
    layer: str = "landslides",
    driver: str = "GPKG",
    **fields: Any,
) -> Path:
    """A vector file with one layer of the shapes and their fields."""
    kinds = {shape.geom_type for shape in shapes if shape is not None}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="'crs' was not provided")
        pyogrio.raw.write(
            path, shapely.to_wkb(np.array(shapes, object)),
            [np.asarray(values) for values in fields.values()], list(fields), layer=layer,
            driver=driver, crs=crs, geometry_type=kinds.pop() if len(kinds) == 1 else "Unknown",
        )  # fmt: skip
    return path


def read(path: Path, layer: str | None = None) -> tuple[NDArray[np.object_], dict[str, Any]]:
    """Geometries and columns of a layer."""
    meta, _, wkb, columns = pyogrio.raw.read(path, layer=layer)
    shapes = shapely.from_wkb(wkb) if wkb is not None else np.empty(0, object)
    return shapes, dict(zip(meta["fields"], columns, strict=True))


def warnings_of(events: list[Event]) -> list[str]:
    """The warnings that a job has told."""
    return [event.text for event in events if isinstance(event, Log) and event.level == "warning"]
