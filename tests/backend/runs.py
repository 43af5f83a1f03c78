"""Finished runs without a network: the files of a detection from given probabilities."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyproj
from affine import Affine
from numpy.typing import NDArray
from scipy import ndimage

from backend.raster.grid import Grid
from backend.raster.sink import RasterSink
from backend.vectorize import PolygonStream, VectorSettings
from backend.vectors import level

UTM = pyproj.CRS(32644)
TRANSFORM = Affine(0.5, 0, 500_000, 0, -0.5, 3_400_000)
SOURCE = "ortho.tif, tiny.safetensors abababababab"


def blobs(height: int, width: int, seed: int = 0, sigma: float = 6.0) -> NDArray[np.uint8]:
    """Probabilities (H, W) of seeded, soft blobs that cover about 8 % at one half."""
    noise = np.random.default_rng(seed).standard_normal((height, width))
    field = ndimage.gaussian_filter(noise, sigma)
    return np.rint(250 / (1 + np.exp(-4 * (field / field.std() - 1.4)))).astype(np.uint8)


def write_run(
    folder: Path,
    values: NDArray[np.uint8],
    threshold: float = 0.5,
    min_area_m2: float = 0.0,
    crs: pyproj.CRS | None = UTM,
    dem: str | None = None,
) -> Path:
    """What `detect` would leave in a folder for these probabilities (H, W)."""
    folder.mkdir(parents=True)
    grid = Grid(values.shape[1], values.shape[0], TRANSFORM, crs)
    settings = VectorSettings(threshold, min_area_m2)
    with RasterSink(folder, grid, level(threshold)) as sink:
        sink.write(values)
        sink.close()
    with PolygonStream(folder / "landslides.gpkg", grid, settings, source=SOURCE) as stream:
        stream.add(values)
        row = {"parameters_threshold": threshold, "parameters_min_area_m2": min_area_m2}
        counts = stream.close(row)
    parameters = {"raster": "/data/ortho.tif", "threshold": threshold}
    record = {
        "began": "2026-05-12T10:00:00+00:00",
        "parameters": parameters | {"min_area_m2": min_area_m2, "dem": dem},
        "checkpoint": {"name": "tiny.safetensors", "sha256": "ab" * 32, "architecture": "tiny"},
        "device": "CPU",
        "versions": {"calanddet": "1"},
        "counts": counts | {"landslide_pixels": sink.landslide_pixels},
    }
    (folder / "run.json").write_text(json.dumps(record))
    return folder
