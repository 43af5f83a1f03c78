"""Which pixels of a raster have values: those that it says, or else those that are not all 0."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.enums import MaskFlags
from rasterio.windows import Window


def declared(
    data: rasterio.DatasetReader, bands: Sequence[int], window: Window, shape: tuple[int, int]
) -> NDArray[np.bool_]:
    """A window's pixels (H, W) where any of the bands is valid, as GDAL's dataset mask has it."""
    flags = [data.mask_flag_enums[band - 1] for band in bands]
    if all(MaskFlags.all_valid in flag for flag in flags):
        return np.ones(shape, bool)
    shared = any(MaskFlags.per_dataset in flag for flag in flags)
    bands = [bands[0]] if shared else list(bands)
    masks = data.read_masks(bands, window=window, out_shape=(len(bands), *shape))
    return np.asarray((masks > 0).any(axis=0))


def is_silent(data: rasterio.DatasetReader, bands: Sequence[int]) -> bool:
    """Whether these hold integers wider than a byte, and have no nodata value, mask or alpha.

    Where nothing was measured they hold 0, as bytes do; but no camera's darkest pixel is all 0.
    """
    types = [np.dtype(data.dtypes[band - 1]) for band in bands]
    flags = [data.mask_flag_enums[band - 1] for band in bands]
    are_wide = all(dtype.kind in "iu" and dtype.itemsize > 1 for dtype in types)
    return bool(types) and are_wide and all(MaskFlags.all_valid in flag for flag in flags)
