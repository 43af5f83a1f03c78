"""Factories of small rasters for the tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from rasterio.enums import ColorInterp

from backend.raster.quiet import quiet

UTM = "EPSG:32644"
UTM_TRANSFORM = Affine(0.5, 0, 500000, 0, -0.5, 3400000)


def image(height: int, width: int, bands: int = 3, seed: int = 0) -> NDArray[np.uint8]:
    """A smooth, textured image (bands, height, width)."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[0:height, 0:width]
    waves = [
        120 + 60 * np.sin(rows / rng.uniform(5, 40)) + 50 * np.cos(columns / rng.uniform(5, 40))
        for _ in range(bands)
    ]
    noise = rng.normal(0, 12, (bands, height, width))
    return np.clip(np.stack(waves) + noise, 1, 254).astype(np.uint8)


def write_raster(
    path: Path,
    values: NDArray,
    crs: str | None = UTM,
    transform: Affine | None = UTM_TRANSFORM,
    mask: NDArray[np.bool_] | None = None,
    colours: tuple[ColorInterp, ...] | None = None,
    colormap: dict[int, tuple[int, int, int, int]] | None = None,
    **options: Any,
) -> Path:
    """Write values (bands, H, W) as a GeoTIFF; `mask` becomes an internal mask."""
    with quiet, rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(
        path, "w", driver="GTiff", count=len(values), height=values.shape[1],
        width=values.shape[2], dtype=values.dtype, crs=crs, transform=transform, **options,
    ) as data:  # fmt: skip
        data.write(values)
        if mask is not None:
            data.write_mask(mask)
        if colours:
            data.colorinterp = colours
        if colormap:
            data.write_colormap(1, colormap)
    return path
