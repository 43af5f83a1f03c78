"""Factories of small vector files for the tests."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pyogrio
import shapely

from tests.backend.rasters import UTM


def write_polygons(
    path: Path,
    boxes: list[tuple[float, float, float, float]],
    crs: str | None = UTM,
    layer: str = "area",
) -> Path:
    """A layer of boxes (left, bottom, right, top), added to those that the GeoPackage has."""
    shapes = np.array([shapely.box(*box) for box in boxes])
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="'crs' was not provided")
        pyogrio.raw.write(
            path, shapely.to_wkb(shapes), [], [], layer=layer, driver="GPKG", crs=crs,
            geometry_type="Polygon",
        )  # fmt: skip
    return path
