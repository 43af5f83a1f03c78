"""Bands by role from wherever they are: other rasters, a DEM, the files of a Sentinel-2 product."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.enums import ColorInterp

from backend.errors import DemError, RasterError
from backend.published import LANDSLIDE4SENSE, LANDSLIDE4SENSE_BANDS
from backend.raster.inputs import open_source
from backend.raster.source import SourceRequest
from tests.backend.rasters import UTM, image, write_raster
from tests.backend.scenes import (
    PRODUCT,
    places,
    reflectance,
    utm_transform,
    write_hill,
    write_product,
    write_stack,
)

RGB = ("red", "green", "blue")
RGBD = (*RGB, "dem")
UNITS = dict(zip(LANDSLIDE4SENSE_BANDS, LANDSLIDE4SENSE.units, strict=True))
SEEN = LANDSLIDE4SENSE_BANDS[:12]


def read(path, roles, **options):
    """All rows of the source by role, validity, and the report; the same when read in parts."""
    options.setdefault("value_range", (0.0, 255.0))
    with open_source(SourceRequest(str(path), roles, **options)) as source:
        values, valid = source.read(0, source.grid.height)
        edges = [*range(0, source.grid.height, 37), source.grid.height]
        parts = [source.read(*ends)[0] for ends in pairwise(edges)]
        np.testing.assert_array_equal(np.concatenate(parts, axis=1), values)
        assert values.dtype == source.dtype
        return dict(zip(roles, values, strict=True)), valid, source.report


def landslide4sense(path, **options):
    return read(
        path,
        LANDSLIDE4SENSE_BANDS,
        value_range=LANDSLIDE4SENSE.range,
        units=LANDSLIDE4SENSE.units,
        fill=LANDSLIDE4SENSE.mean,
        **options,
    )


@pytest.fixture
def photo(tmp_path):
    """An orthophoto of 5 m, with its top rows masked."""
    mask = np.ones((256, 256), bool)
    mask[:9] = False
    values = image(256, 256)
    return write_raster(tmp_path / "photo.tif", values, transform=utm_transform(5), mask=mask)


# Elevation and slope


@pytest.mark.parametrize(("crs", "metres"), [(UTM, 20.0), (UTM, 2.0), ("EPSG:4326", 20.0)])
def test_elevation_and_slope_of_a_dem_in_metres_and_degrees(tmp_path, photo, crs, metres):
    dem = write_hill(tmp_path / "hill.tif", metres, crs)
    roles = (*RGBD, "slope")
    found, valid, report = read(photo, roles, dem=str(dem), fill=(0.0,) * 5)
    right, _ = places(UTM, utm_transform(5), 256, 256)
    expected = 1000 + np.tan(np.radians(30)) * right
    np.testing.assert_allclose(found["dem"][valid], expected[valid], atol=0.3)
    np.testing.assert_allclose(found["slope"][valid], 30, atol=0.3)
    assert not valid[:9].any() and valid[9:].all()
    assert (found["red"][valid] == image(256, 256)[0][valid]).all()
    assert report.inputs == {"dem": str(dem), "slope": str(dem)}


@pytest.mark.parametrize("unit", ["ft", "US survey foot"])
def test_a_dem_in_feet_becomes_metres_and_says_so(tmp_path, photo, unit):
    dem = write_hill(tmp_path / "feet.tif", factor=1 / 0.3048)
    with rasterio.open(dem, "r+") as data:
        data.units = (unit,)
    for given in ({"dem": str(dem)}, {"inputs": (f"dem={dem}",)}):
        found, valid, report = read(photo, RGBD, **given)
        assert found["dem"][valid].min() == pytest.approx(1000, abs=3)
        assert found["dem"][valid].max() == pytest.approx(1739, abs=3)
    assert any("converted to metres" in note for note in report.notes)


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_the_image_s_own_elevations_in_feet_become_metres(tmp_path, dtype):
    values = image(64, 48, 4).astype(dtype)
    stack = write_raster(tmp_path / "stack.tif", values, transform=utm_transform(5))
    with rasterio.open(stack, "r+") as data:
        data.descriptions, data.units = RGBD, (None, None, None, "ft")
    found, valid, report = read(stack, RGBD, value_range=(0.0, 1.0))
    assert valid.all()
    np.testing.assert_allclose(found["dem"], values[3] * 0.3048, rtol=1e-5)
    np.testing.assert_array_equal(found["red"], values[0])
    assert any("converted to metres" in note for note in report.notes)


def test_elevations_in_hundredths_above_a_level_become_metres(tmp_path):
    photo = tmp_path / "photo.tif"
    write_raster(photo, image(256, 256) / np.float32(1000), transform=utm_transform(5))
    values = np.full((1, 256, 256), 5000, np.int16)
    values[:, :, 128:] = 9000
    dem = write_raster(tmp_path / "cm.tif", values, transform=utm_transform(5))
    with rasterio.open(dem, "r+") as data:
        data.scales, data.offsets, data.units = (0.01,), (1000.0,), ("ft",)
    for given in ({"dem": str(dem)}, {"inputs": (f"dem={dem}",)}):
        found, _, _ = read(photo, RGBD, **given)
        np.testing.assert_allclose(found["dem"][20:, :120], 1050 * 0.3048, rtol=1e-5)
        np.testing.assert_allclose(found["dem"][20:, 136:], 1090 * 0.3048, rtol=1e-5)
        physical, _, _ = read(photo, RGBD, **given, units=(1.0, 1.0, 1.0, 100.0))
        np.testing.assert_allclose(physical["dem"], found["dem"] / 100, rtol=1e-5)


def test_slopes_have_their_scale(tmp_path, photo):
    values = np.full((1, 256, 256), 3000, np.int16)
    slope = write_raster(tmp_path / "slope.tif", values, transform=utm_transform(5))
    with rasterio.open(slope, "r+") as data:
        data.scales = (0.01,)
    found, _, _ = read(photo, (*RGB, "slope"), inputs=(f"slope={slope}",))
    np.testing.assert_allclose(found["slope"][20:], 30, rtol=1e-5)


def test_a_dem_that_may_be_in_feet_is_asked_about(tmp_path):
    feet = "EPSG:2264"
    transform = Affine(10, 0, 2_000_000, 0, -10, 700_000)
    photo = write_raster(tmp_path / "a.tif", image(64, 64), crs=feet, transform=transform)
    dem = write_raster(
        tmp_path / "dem.tif", image(64, 64, 1).astype("f4"), crs=feet, transform=transform
    )
    notes = read(photo, RGBD, inputs=(f"dem={dem}",))[2].notes
    assert any("are in feet, and it does not say" in note for note in notes)


def test_holes_of_a_dem_are_neutral_and_told_once(tmp_path, photo):
    dem = write_hill(tmp_path / "hill.tif")
    with rasterio.open(dem, "r+") as data:
        values = data.read()
        values[:, 20:30] = -9999
        data.write(values)
        data.nodata = -9999
    for given in ({"dem": str(dem)}, {"inputs": (f"dem={dem}",)}):
        found, valid, report = read(photo, RGBD, fill=(1.0, 2.0, 3.0, 77.0), **given)
        assert valid[9:].all()
        assert (found["dem"][80] == 77).all() and (found["dem"][200] != 77).all()
        assert sum("neutral value" in note for note in report.notes) == 1


def test_a_dem_elsewhere_is_refused(tmp_path, photo):
    far = Affine(20, 0, 700_000, 0, -20, 3_000_000)
    dem = write_raster(tmp_path / "far.tif", image(20, 20, 1).astype("f4"), transform=far)
    with pytest.raises(DemError, match="does not reach the raster"):
        read(photo, RGBD, dem=str(dem))
    with pytest.raises(RasterError, match="no values over the raster"):
        read(photo, RGBD, inputs=(f"dem={dem}",))


# Other rasters


def test_a_raster_of_which_nothing_is_taken_may_hold_0(tmp_path, photo):
    sea = np.zeros((1, 64, 64), np.int16)
    grid = write_raster(tmp_path / "sea.tif", sea, transform=utm_transform(20))
    assert read(grid, ("red",), inputs=(f"red={photo}:1",))[1].all()


@pytest.mark.parametrize("metres", [5.0, 1.25, 20.0])
def test_another_raster_is_warped_averaged_or_interpolated(tmp_path, photo, metres):
    side = int(1280 / metres)
    right, down = places(UTM, utm_transform(metres), side, side)
    smooth = 100 + 50 * np.sin(right / 150) * np.cos(down / 200)
    # A pattern finer than the image's pixels, which averaging takes away.
    noise = 40 * (-1.0) ** np.indices((side, side)).sum(axis=0) if metres < 5 else 0
    values = np.stack([np.zeros((side, side)), smooth + noise]).astype(np.uint8)
    other = write_raster(tmp_path / "other.tif", values, transform=utm_transform(metres))
    found, valid, report = read(photo, (*RGB, "nir"), inputs=(f"nir={other}:2",))
    right, down = places(UTM, utm_transform(5), 256, 256)
    expected = 100 + 50 * np.sin(right / 150) * np.cos(down / 200)
    inner = valid & (right > 20) & (right < 1260) & (down > 20) & (down < 1260)
    np.testing.assert_allclose(found["nir"][inner], expected[inner], atol=2)
    assert report.inputs == {"nir": f"{other}, band 2"}


def test_just_the_pixels_within_one_of_the_image_are_averaged(tmp_path, photo):
    blocks = np.random.default_rng(0).integers(60, 200, (256, 256))
    fine = blocks.repeat(4, axis=0).repeat(4, axis=1) + 50 * (-1) ** np.indices((1024,) * 2).sum(0)
    other = write_raster(
        tmp_path / "fine.tif", fine[None].astype(np.uint8), transform=utm_transform(1.25)
    )
    found, valid, _ = read(photo, (*RGB, "nir"), inputs=(f"nir={other}",))
    np.testing.assert_allclose(found["nir"][valid], blocks[valid], atol=1)


def test_other_rasters_are_stretched_as_the_image_is(tmp_path, photo):
    deep = image(256, 256, 1).astype(np.uint16) * 40
    other = write_raster(tmp_path / "deep.tif", deep, transform=utm_transform(5))
    nir = read(photo, (*RGB, "nir"), inputs=(f"nir={other}",))[0]["nir"]
    assert nir[9:].min() == 0 and nir.max() == 255
    assert abs(np.corrcoef(nir[9:].ravel(), deep[0, 9:].ravel())[0, 1]) > 0.99


def test_bands_of_another_raster_are_found_by_their_names(tmp_path, photo):
    values = image(256, 256, 3)
    other = write_raster(tmp_path / "more.tif", values, transform=utm_transform(5))
    with rasterio.open(other, "r+") as data:
        data.colorinterp = (ColorInterp.undefined,) * 3
        data.descriptions = ("thermal", "Near Infrared", "swir1")
    found, valid, _ = read(photo, (*RGB, "nir"), inputs=(str(other),))
    assert (found["nir"][valid] == values[1][valid]).all()


def test_pictures_without_a_place_lie_on_each_other(tmp_path):
    photo = write_raster(tmp_path / "a.tif", image(60, 80), crs=None, transform=None)
    grey = image(60, 80, 1, seed=3)
    dem = write_raster(tmp_path / "dem.tif", grey, crs=None, transform=None)
    found, _, _ = read(photo, RGBD, inputs=(f"dem={dem}",))
    assert (found["dem"] == grey[0]).all()


def test_a_band_stretched_by_tile_knows_where_it_is_unknown(tmp_path, photo):
    dem = write_hill(tmp_path / "hill.tif")
    found, valid, _ = read(photo, RGBD, dem=str(dem), fill=(1.0, 2.0, 3.0, np.nan))
    assert np.isnan(found["dem"][~valid]).all() and np.isfinite(found["dem"][valid]).all()
    assert (found["red"][~valid] == 1).all()


# Sentinel-2


def check_reflectances(found, valid, atol=0.003):
    right, down = places(UTM, utm_transform(10), 128, 128)
    # Bands of 60 m have no value beyond the centres of their outermost pixels but the same again.
    inner = valid & (right > 60) & (right < 1220) & (down > 60) & (down < 1220)
    assert inner.mean() > 0.8
    for role in SEEN:
        expected = reflectance(role, right, down)
        np.testing.assert_allclose(
            found[role][inner] * UNITS[role], expected[inner], atol=atol, err_msg=role
        )


@pytest.mark.parametrize(
    ("name", "offset", "sentence"),
    [
        (PRODUCT, 1000.0, "10000 + 1000"),
        (PRODUCT.replace("N0510", "N0208"), 0.0, "without an offset"),
        ("unpacked", 1000.0, "10000 + 1000"),
        ("unpacked", 0.0, "without an offset"),
    ],
)  # fmt: skip
def test_a_product_in_files_of_10_20_and_60_m(tmp_path, name, offset, sentence):
    product = write_product(tmp_path, offset, name)
    dem = write_hill(tmp_path / "hill.tif")
    found, valid, report = landslide4sense(product, dem=str(dem))
    assert valid.shape == (128, 128) and valid.all()
    check_reflectances(found, valid)
    np.testing.assert_allclose(found["slope"] * UNITS["slope"], 30, atol=0.2)
    assert found["dem"][:, 0] * UNITS["dem"] == pytest.approx(1003, abs=2)
    assert any(sentence in note for note in report.notes)
    assert set(report.inputs) == set(LANDSLIDE4SENSE_BANDS)


@pytest.mark.parametrize("encoding", ["reflectance", "x 10000", "offset", "own values", "scaled"])
def test_a_stack_in_any_encoding(tmp_path, encoding):
    at = places(UTM, utm_transform(10), 128, 128)
    truth = np.stack([reflectance(role, *at) for role in SEEN])
    values = {
        "reflectance": truth.astype(np.float32),
        "x 10000": np.round(truth * 10_000).astype(np.uint16),
        "offset": np.round(truth * 10_000 + 1000).astype(np.uint16),
        "own values": (truth / np.array(LANDSLIDE4SENSE.units)[:12, None, None]).astype("f4"),
        "scaled": np.round(truth * 10_000 + 1000).astype(np.uint16),
    }[encoding]
    stack = write_stack(tmp_path / "stack.tif", SEEN, values)
    if encoding == "scaled":
        with rasterio.open(stack, "r+") as data:
            data.scales, data.offsets = (0.0001,) * 12, (-0.1,) * 12
    found, valid, report = landslide4sense(stack, dem=str(write_hill(tmp_path / "hill.tif")))
    check_reflectances(found, valid, atol=2e-4)
    assert found["dem"][:, 0] * UNITS["dem"] == pytest.approx(1003, abs=2)
    told = {"own values": "not scaled", "offset": "04.00", "scaled": "(0 to 1)"}
    assert any(told.get(encoding, "taken as reflectances") in note for note in report.notes)


def test_zero_is_nodata_in_a_stack_of_integers(tmp_path):
    values = np.full((12, 128, 128), 900, np.uint16)
    values[:, :, :40] = 0
    values[3] += 1500
    values[3, :, :40] = 0
    stack = write_stack(tmp_path / "stack.tif", SEEN, values)
    _, valid, _ = landslide4sense(stack, dem=str(write_hill(tmp_path / "hill.tif")))
    assert not valid[:, :40].any() and valid[:, 40:].all()


def test_bands_by_sentinel2s_names_and_by_order(tmp_path):
    at = places(UTM, utm_transform(10), 128, 128)
    truth = np.stack([reflectance(role, *at) for role in SEEN]).astype(np.float32)
    dem = str(write_hill(tmp_path / "hill.tif"))
    names = ("B12", "B11", "B10", "B9", "B8", "B7", "B6", "B5", "B4", "B3", "B2", "B1")
    found, valid, report = landslide4sense(
        write_stack(tmp_path / "backwards.tif", names, truth[::-1]), dem=dem
    )
    check_reflectances(found, valid, atol=1e-5)
    assert not any("their order" in note for note in report.notes)
    # Thirteen bands without a name are Sentinel-2's, 8A among them.
    all_bands = np.insert(truth, 8, 9.0, axis=0)
    found, valid, report = landslide4sense(
        write_stack(tmp_path / "bare.tif", (), all_bands, named=False), dem=dem
    )
    check_reflectances(found, valid, atol=1e-5)
    assert any("their order: coastal 1, blue 2" in note for note in report.notes)


# Bad input


def refused(sentence, remedy, path, roles, **options):
    with pytest.raises(RasterError, match=sentence) as caught:
        read(path, roles, **options)
    assert remedy in caught.value.remedy, caught.value.remedy


def test_missing_bands_are_named_with_what_to_do(tmp_path, photo):
    roles = (*RGB, "nir", "dem")
    refused("3 image band.*nir and dem are missing", "(--dem DEM)", photo, roles)
    refused("nir and dem are missing", "--input nir=FILE", photo, roles)
    options = {"transform": utm_transform(5), "photometric": "MINISBLACK"}
    four = write_raster(tmp_path / "four.tif", image(64, 64, 4), **options)
    # The fourth band may be infrared: nobody takes it for elevations.
    refused("4 image band.*of which dem is missing", "--dem", four, RGBD)
    dem = write_hill(tmp_path / "hill.tif")
    assert set(read(four, (*RGB, "nir", "dem"), dem=str(dem))[0]) == {*RGB, "nir", "dem"}
    refused(r"2 band\(s\) were named \(1,2\); the checkpoint needs 3", "one band", four, RGBD,
            bands=(1, 2), dem=str(dem))  # fmt: skip


def test_level_2a_has_no_cirrus(tmp_path):
    product = write_product(tmp_path)
    next(product.rglob("*_B10.tif")).unlink()
    dem = str(write_hill(tmp_path / "hill.tif"))
    with pytest.raises(RasterError, match="cirrus is missing") as caught:
        landslide4sense(product, dem=dem)
    assert "Level-1C" in caught.value.remedy


def test_inputs_that_cannot_be(tmp_path, photo):
    dem = write_hill(tmp_path / "hill.tif")
    refused("takes no band nir: it takes red, green and blue", "Leave", photo, RGB,
            inputs=(f"nir={dem}",))  # fmt: skip
    refused("no band 3: it has 1", "exists", photo, RGBD, inputs=(f"dem={dem}:3",))
    refused("There is no raster file", "path", photo, RGBD, inputs=("dem=none.tif",))
    refused("no band that is named", "--input dem=", photo, RGBD, inputs=(str(dem),))
    refused("is not a raster", "Choose", tmp_path, RGB)
    refused("holds no bands of Sentinel-2", "Choose", photo, RGBD, inputs=(f"dem={tmp_path}",))
    bare = write_raster(tmp_path / "bare.tif", image(64, 64, 1), crs=None, transform=None)
    refused("has no CRS", "Assign", photo, RGBD, inputs=(f"dem={bare}",))


def test_reflectances_that_cannot_be(tmp_path):
    dem = str(write_hill(tmp_path / "hill.tif"))
    picture = write_stack(tmp_path / "picture.tif", SEEN, image(128, 128, 12))
    with pytest.raises(RasterError, match="8-bit values, but the checkpoint needs reflectances"):
        landslide4sense(picture, dem=dem)
    product = write_product(tmp_path)
    again = next(Path(product).rglob("*_B02.tif"))
    again.with_name(f"OTHER_{again.name}").write_bytes(again.read_bytes())
    with pytest.raises(RasterError, match="holds band B02 twice"):
        landslide4sense(product, dem=dem)
