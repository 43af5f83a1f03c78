"""A raster of labels beside an image: what is landslide, what is not known, what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from affine import Affine

from backend.errors import DatasetError
from backend.training.datasets import open_dataset
from tests.backend.rasters import image, write_raster
from tests.backend.scenes import utm_transform

SIDE = 256


@pytest.fixture
def photo(tmp_path):
    return write_raster(tmp_path / "photo.tif", image(SIDE, SIDE), transform=utm_transform(5))


def whole(dataset):
    (sample,) = dataset.samples
    return sample.read()


def with_labels(photo, path, values, **options):
    options = {"transform": utm_transform(5)} | options
    labels = write_raster(path, values[None].astype(np.uint8), **options)
    return open_dataset(f"{photo}::{labels}", True)


def test_labels_are_0_and_1_and_beside_these_255_is_not_known(tmp_path, photo):
    values = np.zeros((SIDE, SIDE))
    values[:50], values[200:] = 1, 255
    labelled = whole(with_labels(photo, tmp_path / "l.tif", values))
    assert labelled.mask[:50].all() and labelled.mask.sum() == 50 * SIDE
    assert labelled.valid[:200].all() and not labelled.valid[200:].any()
    labelled = whole(with_labels(photo, tmp_path / "w.tif", np.where(values == 1, 255, 0)))
    assert labelled.mask[:50].all() and labelled.mask.sum() == 50 * SIDE and labelled.valid.all()
    labelled = whole(with_labels(photo, tmp_path / "n.tif", values, nodata=255))
    assert not labelled.valid[200:].any() and labelled.valid[:200].all()
    labelled = whole(with_labels(photo, tmp_path / "z.tif", values, nodata=0))
    assert labelled.valid[:200].all() and labelled.mask.sum() == 50 * SIDE


def test_labels_of_another_grid_are_laid_on_the_raster(tmp_path, photo):
    values = np.zeros((64, 32))
    values[16:32] = 1
    labelled = whole(with_labels(photo, tmp_path / "l.tif", values, transform=utm_transform(20)))
    assert labelled.mask[64:128, :128].all() and labelled.mask.sum() == 64 * 128
    # Where no label reaches, nothing is known.
    assert labelled.valid[:, :128].all() and not labelled.valid[:, 128:].any()


def test_labels_without_a_place_lie_on_a_picture_without_one(tmp_path):
    place = {"crs": None, "transform": None}
    photo = write_raster(tmp_path / "photo.tif", image(60, 80), **place)
    values = np.zeros((60, 80))
    values[:20] = 1
    labelled = whole(with_labels(photo, tmp_path / "l.tif", values, **place))
    assert labelled.mask[:20].all() and not labelled.mask[20:].any() and labelled.valid.all()
    with pytest.raises(DatasetError, match=r"80 x 50 px, the raster .*80 x 60"):
        with_labels(photo, tmp_path / "small.tif", values[:50], **place)
    with pytest.raises(DatasetError, match=r"cannot be laid on the raster.*photo.tif has no CRS"):
        with_labels(photo, tmp_path / "placed.tif", values)


def test_labels_that_cannot_be_are_refused(tmp_path, photo):
    with pytest.raises(DatasetError, match="holds the value 7"):
        with_labels(photo, tmp_path / "seven.tif", np.full((SIDE, SIDE), 7))
    far = Affine(5, 0, 700_000, 0, -5, 3_000_000)
    with pytest.raises(DatasetError, match="do not reach the raster"):
        with_labels(photo, tmp_path / "far.tif", np.ones((SIDE, SIDE)), transform=far)
    with pytest.raises(DatasetError, match="names no polygons or labels"):
        open_dataset(f"{photo}::dem={photo}")
    labels = write_raster(
        tmp_path / "cut.tif", image(SIDE, SIDE, 1) % 2, transform=utm_transform(5)
    )
    labels.write_bytes(labels.read_bytes()[:-20000])
    with pytest.raises(DatasetError, match="damaged or truncated"):
        open_dataset(f"{photo}::{labels}")
