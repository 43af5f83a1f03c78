"""Generated scenes of several bands whose every value is known from its place on the map."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyproj
import rasterio
from affine import Affine
from numpy.typing import NDArray

from backend.raster.bands import SENTINEL2
from tests.backend.rasters import UTM, write_raster

# Corner of all scenes in UTM 44N [m].
LEFT, TOP = 500_000.0, 3_400_000.0
SIDE = 1280.0
PRODUCT = "S2A_MSIL1C_20240101T050219_N0510_R119_T44RNU_20240101T063321.SAFE"


def places(crs: str, transform: Affine, height: int, width: int) -> tuple[NDArray, NDArray]:
    """Metres to the right and down of the scene's corner (H, W), in UTM, of pixel centres."""
    columns, rows = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    x, y = transform @ (columns, rows)
    if crs != UTM:
        x, y = pyproj.Transformer.from_crs(crs, UTM, always_xy=True).transform(x, y)
    return x - LEFT, TOP - y


def utm_transform(metres: float, beyond: float = 0.0) -> Affine:
    """Pixels of `metres`, from `beyond` metres outside the scene's corner on."""
    return Affine(metres, 0, LEFT - beyond, 0, -metres, TOP + beyond)


def write_hill(path: Path, metres: float = 20.0, crs: str = UTM, factor: float = 1.0) -> Path:
    """A DEM that rises by 30 degrees to the right, over the scene and 100 m around it.

    Elevations are 1000 m and more, times `factor`. In degrees (EPSG:4326), pixels are of about
    `metres`.
    """
    transform, side = utm_transform(metres, 100), int((SIDE + 200) / metres)
    if crs == "EPSG:4326":
        move = pyproj.Transformer.from_crs(UTM, crs, always_xy=True)
        left, top = move.transform(LEFT - 100, TOP + 100)
        transform = Affine(metres / 96_000, 0, left, 0, -metres / 111_000, top)
        side = int((SIDE + 260) / metres)
    right, _ = places(crs, transform, side, side)
    elevation = (1000 + np.tan(np.radians(30)) * right) * factor
    return write_raster(path, elevation[None].astype(np.float32), crs=crs, transform=transform)


def reflectance(role: str, right: NDArray, down: NDArray) -> NDArray:
    """A smooth pattern of its own for each band, between 0.02 and 0.3; cirrus nearly none."""
    if role == "cirrus":
        return 0.001 + 0.0005 * np.sin(right / 300)
    number = list(SENTINEL2.values()).index(role)
    return 0.16 + 0.14 * np.sin(right / (200 + 20 * number)) * np.cos(down / (300 + 10 * number))


def write_product(folder: Path, offset: float = 1000.0, name: str = PRODUCT) -> Path:
    """The files of a Sentinel-2 product at 10, 20 and 60 m, reflectance x 10000 + `offset`."""
    images = folder / name / "GRANULE" / "L1C_T44RNU" / "IMG_DATA"
    images.mkdir(parents=True)
    for band, role in SENTINEL2.items():
        fine = role in ("red", "green", "blue", "nir")
        metres = 10 if fine else 60 if role in ("coastal", "watervapour", "cirrus") else 20
        transform, side = utm_transform(metres), int(np.ceil(SIDE / metres))
        pattern = reflectance(role, *places(UTM, transform, side, side))
        values = np.round(pattern * 10_000 + offset).astype(np.uint16)
        path = images / f"T44RNU_20240101T050219_{band}.tif"
        write_raster(path, values[None], transform=transform)
    return folder / name


def write_stack(path: Path, roles: tuple[str, ...], values: NDArray, named: bool = True) -> Path:
    """Bands (C, 128, 128) at 10 m in one file, named by their roles or not at all."""
    write_raster(path, values, transform=utm_transform(10))
    if named:
        with rasterio.open(path, "r+") as data:
            data.descriptions = roles
    return path
