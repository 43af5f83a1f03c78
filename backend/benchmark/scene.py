"""A generated image where none is named: wooded slopes with bare scars, of no real place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.transform import from_origin

SEED = 4
# Metres a pixel, which any checkpoint for very high resolution takes as they are.
PIXEL = 0.8
CRS = "EPSG:32644"
CORNER = (500_000.0, 3_400_000.0)
# Share of the image that is scars, and colours in full light (red, green, blue).
SCARS = 0.05
WOOD = (62, 84, 50)
MEADOW = (128, 136, 86)
EARTH = (196, 164, 126)

Field = NDArray[np.float32]


def write_scene(path: Path, size: int) -> None:
    """Write an RGB image of `size` x `size` px; the same size gives the same image."""
    image = make_scene(size)
    with rasterio.open(
        path, "w", driver="GTiff", width=size, height=size, count=3, dtype="uint8", crs=CRS,
        transform=from_origin(*CORNER, PIXEL, PIXEL), tiled=True, compress="deflate",
        photometric="RGB",
    ) as data:  # fmt: skip
        data.write(image)


def make_scene(size: int) -> NDArray[np.uint8]:
    """The image (3, size, size)."""
    rng = np.random.default_rng(SEED)
    slope = _noise(size, 400, rng)
    cover = _noise(size, 120, rng) + 0.5 * _noise(size, 25, rng)
    # Scars run downhill, here from top to bottom.
    shape = _noise(size, 90, rng, long=3.0) + 0.25 * _noise(size, 12, rng)
    scars = _ramp(shape, float(np.quantile(shape[::4, ::4], 1 - SCARS)), 0.15)
    crowns = _noise(size, 8, rng) + 0.6 * _noise(size, 3, rng)
    wood = _ramp(cover, -0.3, 0.4) * (1 - scars)
    light = 1 + 0.15 * slope + 0.22 * wood * crowns + 0.06 * _noise(size, 2, rng)
    image = np.empty((3, size, size), np.uint8)
    for band, (of_wood, of_meadow, of_earth) in enumerate(zip(WOOD, MEADOW, EARTH, strict=True)):
        ground = of_meadow + wood * (of_wood - of_meadow)
        ground += scars * (of_earth - ground)
        image[band] = np.clip(ground * light, 1, 254)
    return image


def _noise(size: int, grain: float, rng: np.random.Generator, long: float = 1.0) -> Field:
    """Smooth noise (size, size) about 0, with details of `grain` px, `long` times that in height.

    Normal on a lattice, and interpolated between its points.
    """
    rows, columns = (int(size / (grain * stretch)) + 3 for stretch in (long, 1.0))
    lattice = rng.standard_normal((rows, columns), np.float32)
    down = np.arange(size, dtype=np.float32) / (grain * long)
    across = np.arange(size, dtype=np.float32) / grain
    return _between(_between(lattice, down).T, across).T


def _between(values: Field, at: Field) -> Field:
    """Rows of `values` (n, m) at fractional indices (k,), with a smooth step: (k, m)."""
    whole = at.astype(np.int64)
    part = (at - whole)[:, None]
    part = part * part * (3 - 2 * part)
    return values[whole] * (1 - part) + values[whole + 1] * part


def _ramp(values: Field, low: float, width: float) -> Field:
    """0 up to `low`, 1 from `width` above it, and a line between."""
    return np.clip((values - low) / width, 0, 1)
