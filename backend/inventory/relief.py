"""A hillshade under the map of a report."""

from __future__ import annotations

import math

import numpy as np
import rasterio
import shapely
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.vrt import WarpedVRT

from backend.errors import DemError
from backend.inventory.figures import Shade

# Longest side of the hillshade [px], and what it shows beyond the polygons' extent.
SIDE = 900
MARGIN = 0.06
# The sun of maps: from the north-west, 45 degrees high.
AZIMUTH, ALTITUDE = 315.0, 45.0


def hillshade(
    data: rasterio.DatasetReader, polygons: NDArray[np.object_], plane: CRS
) -> Shade | None:
    """The hillshade of a DEM around polygons in a plane [m]; None where it has no value there."""
    left, bottom, right, top = shapely.total_bounds(polygons)
    margin = MARGIN * max(right - left, top - bottom)
    left, bottom, right, top = left - margin, bottom - margin, right + margin, top + margin
    cell = max(right - left, top - bottom) / SIDE
    width, height = math.ceil((right - left) / cell), math.ceil((top - bottom) / cell)
    try:
        with WarpedVRT(
            data, crs=plane.to_wkt(), transform=Affine(cell, 0, left, 0, -cell, top), width=width,
            height=height, resampling=Resampling.bilinear, dtype="float32", nodata=math.nan,
        ) as warped:  # fmt: skip
            elevation = warped.read(1).astype(np.float64)
    except RasterioError as error:
        raise DemError(
            f"The elevation model {data.name} cannot be drawn under the map.",
            "Check its CRS, or leave it out.",
        ) from error
    if not np.isfinite(elevation).any():
        return None
    extent = (left, left + width * cell, top - height * cell, top)
    return Shade(shaded(elevation, cell), extent)


def shaded(elevation: NDArray[np.float64], cell: float) -> NDArray[np.float32]:
    """How brightly the sun of maps lights each pixel (rows, columns), 0 to 1; Horn 1981."""
    down, right = np.gradient(elevation, cell)
    azimuth, altitude = math.radians(AZIMUTH), math.radians(ALTITUDE)
    # The surface's normal is (-east, -north, 1); rows run to the south.
    lit = math.sin(altitude) - math.cos(altitude) * (
        right * math.sin(azimuth) - down * math.cos(azimuth)
    )
    return np.clip(lit / np.sqrt(1 + right**2 + down**2), 0, 1).astype(np.float32)
