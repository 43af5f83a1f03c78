"""Small sets of images with masks, in the layouts that datasets are published in."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
from PIL import Image
from rasterio.enums import ColorInterp

from backend.errors import DatasetError
from backend.training.datasets import open_dataset
from tests.backend.rasters import image, write_raster

DATA = Path(__file__).parents[3] / "shared" / "data"
NOWHERE = {"crs": None, "transform": None}
HEIGHT, WIDTH = 40, 60
RGBA = (ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha)


def needs(name):
    return pytest.mark.skipif(
        not (DATA / name).exists(), reason=f"the real imagery is not there: {DATA / name}"
    )


def drawn(landslide=255, background=0, height=HEIGHT, width=WIDTH):
    """A mask (1, height, width) with a landslide of 200 px."""
    mask = np.full((1, height, width), background, np.uint8)
    mask[:, 10:20, 10:30] = landslide
    return mask


def write_image(path, values=None, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    values = image(HEIGHT, WIDTH) if values is None else values
    return write_raster(path, values, **(NOWHERE | options))


def write_mask(path, values=None, **options):
    return write_image(path, drawn() if values is None else values, **options)


def write_picture(path, values):
    """Values (bands, H, W) in the format of the suffix."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.moveaxis(values, 0, -1).squeeze()).save(path)


def write_patch(path, key, values):
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w") as file:
        file[key] = values
    return path


def write_listed(tmp_path):
    """Two images with masks in CALandDet's layout, the second without a landslide."""
    for name, value in (("a", 255), ("b", 0)):
        write_image(tmp_path / "image" / f"{name}.tif")
        write_mask(tmp_path / "mask" / f"{name}.tif", drawn(value))
    (tmp_path / "train.txt").write_text("image/a.tif\nimage/b.tif\n")
    return tmp_path


def only(path):
    (sample,) = open_dataset(str(path)).samples
    return sample


def refused(path, match):
    with pytest.raises(DatasetError, match=match) as caught:
        open_dataset(str(path))
    assert caught.value.remedy
