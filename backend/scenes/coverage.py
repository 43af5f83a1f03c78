"""Who decides a place that several rasters show: the one whose end is farthest from there.

"End" is where a raster's valid pixels end, by its border or by nodata, seen in cells of at most
1/512 of its longer side. Where two are as far, the one that was named first wins. At each pixel
only the rasters that are valid there compete.
"""

from __future__ import annotations

import math

import numpy as np
from rasterio.errors import RasterioError
from scipy import ndimage

from backend.raster.part import Edges
from backend.raster.source import damaged, open_raster

# Cells along the longer side of a raster at most.
CELLS = 512


def edges_of(path: str) -> Edges:
    """How far the end of a raster's valid pixels is, all over it.

    Raises `RasterError` where it cannot be read.
    """
    with open_raster(path) as data:
        cell = math.ceil(max(data.width, data.height) / CELLS)
        shape = (math.ceil(data.height / cell), math.ceil(data.width / cell))
        try:
            valid = data.dataset_mask(out_shape=shape) > 0
        except RasterioError as error:
            raise damaged(path, "", error) from error
    distance = ndimage.distance_transform_edt(np.pad(valid, 1))[1:-1, 1:-1]
    return Edges(distance.astype(np.float32) * cell, cell)
