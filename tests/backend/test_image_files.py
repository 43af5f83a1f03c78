"""Images and masks of a dataset: what is read, what is not known, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from PIL import Image
from rasterio.enums import ColorInterp

from backend.errors import DatasetError
from backend.training.datasets import open_dataset
from backend.training.image_files import PairReader
from tests.backend.image_sets import (
    HEIGHT,
    RGBA,
    WIDTH,
    drawn,
    only,
    refused,
    write_image,
    write_listed,
    write_mask,
)
from tests.backend.rasters import UTM, UTM_TRANSFORM, image, write_raster


@pytest.fixture
def listed(tmp_path):
    return write_listed(tmp_path)


@pytest.fixture
def pair(tmp_path):
    """Opens one image with the mask that is written to `mask/a.tif`."""
    write_image(tmp_path / "image" / "a.tif")
    (tmp_path / "train.txt").write_text("image/a.tif\n")
    return tmp_path / "mask" / "a.tif", tmp_path / "train.txt"


def test_a_mask_of_another_size_is_refused(pair):
    mask, listing = pair
    write_mask(mask, np.zeros((1, 9, 8), np.uint8))
    refused(listing, r"has 60 x 40 px, its mask .* 8 x 9")


@pytest.mark.parametrize("values", [np.uint8(7), np.uint16(256), np.int16(-1), np.float32(0.5)])
def test_a_mask_with_other_values_is_refused(pair, values):
    mask, listing = pair
    write_mask(mask, np.full((1, HEIGHT, WIDTH), values))
    refused(listing, f"a.tif holds the value {values:g}")


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("landslide", [1, 255])
def test_landslide_is_1_or_255(pair, kind, landslide):
    mask, listing = pair
    write_mask(mask, drawn(landslide).astype(kind))
    labelled = only(listing).read()
    assert labelled.mask.sum() == 200 and labelled.valid.all()


def test_beside_1_the_value_255_is_not_known_in_all_masks(listed):
    mask = drawn(1)
    mask[:, 30:] = 255
    write_mask(listed / "mask" / "a.tif", mask)
    write_mask(listed / "mask" / "b.tif", drawn(255))
    first, second = open_dataset(str(listed / "train.txt")).samples
    labelled = first.read()
    assert labelled.mask.sum() == 200 and (labelled.valid == (mask[0] != 255)).all()
    assert not second.has_landslide
    labelled = second.read()
    assert not labelled.mask.any() and (~labelled.valid).sum() == 200


def test_nodata_of_a_mask_is_not_known_unless_it_is_the_background(pair):
    mask, listing = pair
    write_mask(mask, drawn(255), nodata=255)
    sample = only(listing)
    assert not sample.has_landslide and (~sample.read().valid).sum() == 200
    write_mask(mask, drawn(1), nodata=0)
    assert only(listing).has_landslide and only(listing).read().valid.all()


def test_nan_in_a_mask_is_not_known(pair):
    mask, listing = pair
    values = drawn(1).astype(np.float32)
    values[:, 0] = np.nan
    write_mask(mask, values)
    labelled = only(listing).read()
    assert labelled.mask.sum() == 200 and (~labelled.valid).sum() == WIDTH


@pytest.mark.parametrize("mode", ["1", "P", "L", "LA", "RGB", "RGBA"])
def test_pictures_of_masks(pair, mode):
    mask, listing = pair
    mask.parent.mkdir()
    picture = Image.fromarray(drawn(255)[0])
    if mode == "P":
        picture = Image.fromarray(drawn(1)[0], "L")
        picture.putpalette([0, 0, 0, 128, 0, 0])
    else:
        picture = picture.convert(mode)
    assert picture.mode == mode
    picture.save(mask.with_suffix(".png"))
    labelled = only(listing).read()
    assert labelled.mask.sum() == 200 and labelled.valid.all()


def test_a_coloured_picture_is_no_mask(pair):
    mask, listing = pair
    write_mask(mask, np.concatenate([drawn(255), drawn(0), drawn(0)]))
    refused(listing, "coloured picture of 3 bands")


def test_a_truncated_mask_is_refused(pair):
    mask, listing = pair
    write_mask(mask, drawn(1, height=HEIGHT), compress=None)
    mask.write_bytes(mask.read_bytes()[:-1000])
    refused(listing, "a.tif is damaged or truncated")
    mask.write_bytes(b"no mask")
    refused(listing, "a.tif is not a raster that GDAL can read")


# Images.


@pytest.fixture
def picture(tmp_path):
    """Where an image has to be written; its mask and list are there."""
    write_mask(tmp_path / "mask" / "a.tif")
    (tmp_path / "train.txt").write_text("image/a.tif\n")
    return tmp_path / "image" / "a.tif", tmp_path / "train.txt"


@pytest.mark.parametrize("bands", [1, 2])
def test_images_of_too_few_bands_are_refused(picture, bands):
    path, listing = picture
    write_image(path, image(HEIGHT, WIDTH, bands))
    refused(listing, rf"has {bands} image band\(s\); red, green and blue are needed")


def test_gray_with_alpha_is_refused(picture):
    path, listing = picture
    colours = (ColorInterp.gray, ColorInterp.undefined, ColorInterp.alpha)
    write_image(path, image(HEIGHT, WIDTH, 3), colours=colours)
    refused(listing, r"has 2 image band\(s\)")


def test_16_bit_images_are_refused(picture):
    path, listing = picture
    write_image(path, image(HEIGHT, WIDTH).astype(np.uint16))
    refused(listing, "holds uint16 values")


def test_an_unreadable_image_is_refused(picture):
    path, listing = picture
    path.parent.mkdir()
    path.write_bytes(b"no image")
    refused(listing, "a.tif is not a raster that GDAL can read")


def test_an_image_that_is_damaged_later_is_an_error_of_the_dataset(picture):
    path, listing = picture
    write_image(path)
    sample = only(listing)
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(DatasetError, match="damaged or truncated"):
        sample.read()


def test_alpha_says_what_is_valid(picture):
    path, listing = picture
    values = image(HEIGHT, WIDTH, 4)
    values[3] = 255
    values[3, :15] = 0
    write_image(path, values, colours=RGBA)
    sample = only(listing)
    labelled = sample.read()
    assert sample.has_landslide and labelled.mask.sum() == 100
    assert not labelled.valid[:15].any() and labelled.valid[15:].all()
    assert labelled.image.shape == (3, HEIGHT, WIDTH) and not labelled.image[:, :15].any()


def test_a_landslide_where_the_image_is_not_valid_does_not_count(picture):
    path, listing = picture
    values = image(HEIGHT, WIDTH, 4)
    values[3] = 255 - drawn(255)[0]
    write_image(path, values, colours=RGBA)
    assert not only(listing).has_landslide


def test_nan_is_not_valid_and_becomes_0(picture):
    path, listing = picture
    values = image(HEIGHT, WIDTH).astype(np.float32)
    values[1, 12] = np.nan
    write_image(path, values)
    labelled = only(listing).read()
    assert labelled.image.dtype == np.float32 and np.isfinite(labelled.image).all()
    assert not labelled.valid[12].any() and not labelled.image[:, 12].any()
    assert (labelled.image[:, 13:] == values[:, 13:]).all() and labelled.mask.sum() == 180


def test_paletted_images_have_their_colours(picture):
    path, listing = picture
    colours = {0: (9, 8, 7, 255), 1: (200, 100, 50, 255)}
    write_image(path, drawn(1), colormap=colours)
    labelled = only(listing).read()
    assert (labelled.image[:, 15, 15] == (200, 100, 50)).all()
    assert (labelled.image[:, 0, 0] == (9, 8, 7)).all()


def test_images_on_the_map_know_where_they_lie(picture):
    path, listing = picture
    assert write_image(path) and only(listing).footprint is None
    write_image(path, crs=UTM, transform=UTM_TRANSFORM)
    footprint = only(listing).footprint
    assert footprint.bounds == (500000, 3399980, 500030, 3400000)
    assert "UTM zone 44N" in footprint.crs


def test_elevations_beside_an_image_are_metres(tmp_path):
    picture, dem = tmp_path / "image.tif", tmp_path / "dem.tif"
    write_image(picture)
    write_raster(dem, np.full((1, HEIGHT, WIDTH), 5000, np.int16), nodata=-1)
    with rasterio.open(dem, "r+") as data:
        data.scales, data.offsets, data.units = (0.01,), (1000.0,), ("ft",)
    labelled = PairReader(picture, None, dem=dem)()
    np.testing.assert_allclose(labelled.image[3], 1050 * 0.3048, rtol=1e-6)
