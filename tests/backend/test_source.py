"""Any GDAL raster becomes the same kind of rows: bands by role, 0..255, validity from GDAL."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.enums import ColorInterp

from backend.errors import RasterError
from backend.raster.bands import named_bands
from backend.raster.source import RasterSource, SourceRequest
from tests.backend.rasters import UTM, UTM_TRANSFORM, image, write_raster

RGB = ("red", "green", "blue")
GEOREFERENCED = Path(__file__).parents[3] / "shared" / "data" / "georeferenced"
FILL = (7.0, 8.0, 9.0)


def read(path, **options):
    """All rows of a raster and the source's report."""
    with RasterSource(SourceRequest(str(path), RGB, fill=FILL, **options)) as source:
        return (*source.read(0, source.grid.height), source)


def test_bands_are_found_by_colour(tmp_path):
    values = image(20, 30)
    order = (ColorInterp.blue, ColorInterp.green, ColorInterp.red)
    path = write_raster(tmp_path / "bgr.tif", values, colours=order)
    assert (read(path)[0] == values[::-1]).all()


def test_bands_are_found_by_description(tmp_path):
    values = image(20, 30, bands=4)
    path = write_raster(tmp_path / "named.tif", values, colours=(ColorInterp.undefined,) * 4)
    with rasterio.open(path, "r+") as data:
        data.descriptions = ("NIR", "Blue", "Green", "Red")
    assert (read(path)[0] == values[[3, 2, 1]]).all()


def described(path, values, names):
    """A raster whose bands are described by `names`, and coloured as GDAL colours them unasked."""
    write_raster(path, values)
    with rasterio.open(path, "r+") as data:
        data.descriptions = names
    return path


@pytest.mark.parametrize(
    ("names", "order"),
    [
        (("blue", "green", "red"), [2, 1, 0]),
        (("Band 1", "Band 2", "Band 3"), [0, 1, 2]),
        (("red", "", ""), [0, 1, 2]),
    ],
)
def test_names_tell_more_than_the_colours_of_the_first_three_bands(tmp_path, names, order):
    values = image(20, 30)
    assert (read(described(tmp_path / "a.tif", values, names))[0] == values[order]).all()


def test_a_band_of_another_name_is_no_colour(tmp_path):
    path = described(tmp_path / "cir.tif", image(20, 30), ("nir", "red", "green"))
    with rasterio.open(path) as data:
        assert named_bands(data) == {"nir": 1, "red": 2, "green": 3}
        assert named_bands(data, ("dsm",)) == {"nir": 1, "red": 2, "green": 3}
    with pytest.raises(RasterError, match="of which blue is missing"):
        read(path)
    path = described(tmp_path / "dsm.tif", image(20, 30), ("dsm", "", ""))
    with rasterio.open(path) as data:
        assert named_bands(data, ("dsm",)) == {"dsm": 1, "green": 2, "blue": 3}


def test_sentinel2s_bands_of_10_m_are_known_by_their_names(tmp_path):
    values = image(20, 30, bands=5)[:4].astype(np.uint16)
    path = described(tmp_path / "gee.tif", values, ("B2", "B3", "B4", "B8"))
    pixels, _, source = read(path, value_range=(0.0, 1.0))
    assert (pixels == values[[2, 1, 0]]).all() and not source.report.notes
    # Landsat's B8 is panchromatic, and its B5 infrared.
    path = described(tmp_path / "landsat.tif", image(20, 30, 5), ("B2", "B3", "B4", "B5", "B8"))
    with rasterio.open(path) as data:
        assert "nir" not in named_bands(data)


@pytest.mark.parametrize(
    ("bands", "names", "is_told"),
    [(3, (), False), (4, (), True), (3, ("B1", "B2", "B3"), True), (4, (*RGB, "nir"), False)],
)
def test_bands_that_are_taken_by_their_order_are_told(tmp_path, bands, names, is_told):
    path = tmp_path / "a.tif"
    write_raster(path, image(20, 30, bands).astype(np.uint16))
    if names:
        described(path, image(20, 30, bands).astype(np.uint16), names)
    notes = read(path)[2].report.notes
    assert any("their order: red 1, green 2, blue 3." in note for note in notes) == is_told
    assert not read(path, bands=(1, 2, 3))[2].report.notes


def test_named_bands_win(tmp_path):
    values = image(20, 30)
    path = write_raster(tmp_path / "a.tif", values)
    assert (read(path, bands=(2, 2, 1))[0] == values[[1, 1, 0]]).all()


def test_alpha_is_validity_not_a_band(tmp_path):
    values = image(20, 30, bands=4)
    values[3] = 255
    values[3, :5] = 0
    colours = (ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha)
    pixels, valid, _ = read(write_raster(tmp_path / "rgba.tif", values, colours=colours))
    assert not valid[:5].any() and valid[5:].all()
    assert (pixels[:, 5:] == values[:3, 5:]).all()
    assert (pixels[:, :5] == np.array(FILL)[:, None, None]).all()


def test_internal_mask(tmp_path):
    mask = np.ones((20, 30), bool)
    mask[:, 7] = False
    _, valid, _ = read(write_raster(tmp_path / "mask.tif", image(20, 30), mask=mask))
    assert (valid == mask).all()


def test_nodata_counts_only_where_every_band_has_it(tmp_path):
    values = image(20, 30)
    values[:, 3, :] = 0
    values[0, 9, :] = 0
    _, valid, _ = read(write_raster(tmp_path / "nodata.tif", values, nodata=0))
    assert not valid[3].any() and valid[9].all() and valid.mean() == 19 / 20


def test_nan_and_infinity_are_nodata(tmp_path):
    values = image(20, 30).astype(np.float32)
    values[1, 4, 4], values[2, 5, 5] = np.nan, np.inf
    pixels, valid, _ = read(write_raster(tmp_path / "nan.tif", values))
    assert not valid[4, 4] and not valid[5, 5] and valid.sum() == 598
    assert np.isfinite(pixels).all()


@pytest.mark.parametrize("dtype", ["uint16", "int16", "float32", "float64"])
def test_other_types_are_stretched_by_one_range_for_the_raster(tmp_path, dtype):
    values = image(200, 300).astype(dtype) * 7
    path = write_raster(tmp_path / "deep.tif", values)
    pixels, _, source = read(path)
    low, high = np.percentile(values, (2, 98))
    assert source.report.stretch == pytest.approx((low, high), rel=0.02)
    expected = np.clip((values - low) * 255 / (high - low), 0, 255)
    assert pixels.dtype == np.float32
    assert np.abs(pixels - expected).max() < 3
    with RasterSource(SourceRequest(str(path), RGB)) as source:
        assert (source.read(40, 60)[0] == pixels[:, 40:60]).all()


def test_a_constant_deep_raster_does_not_divide_by_zero(tmp_path):
    values = np.full((3, 10, 10), 500, np.uint16)
    pixels, valid, _ = read(write_raster(tmp_path / "flat.tif", values))
    assert np.isfinite(pixels).all() and valid.all()


def test_a_checkpoint_for_raw_values_gets_raw_values(tmp_path):
    values = image(20, 30).astype(np.uint16) * 30
    pixels, _, source = read(write_raster(tmp_path / "raw.tif", values), value_range=(0.0, 10000.0))
    assert source.report.stretch is None and (pixels == values).all()


def test_palette_becomes_colours(tmp_path):
    colormap = {0: (10, 20, 30, 255), 1: (200, 100, 50, 255)}
    values = np.array([[[0, 1, 1]]], np.uint8)
    pixels, valid, _ = read(write_raster(tmp_path / "palette.tif", values, colormap=colormap))
    assert pixels[:, 0, 1].tolist() == [200, 100, 50]
    assert valid.all()


def test_resampling_is_the_same_by_bands_and_at_once(tmp_path):
    values = image(301, 403)
    mask = np.ones((301, 403), bool)
    mask[:40, :90] = False
    path = write_raster(tmp_path / "a.tif", values, mask=mask)
    for gsd in (1.3, 0.31):
        whole, valid, source = read(path, gsd=gsd)
        assert source.report.gsd == pytest.approx((gsd, gsd), rel=0.01)
        with RasterSource(SourceRequest(str(path), RGB, fill=FILL, gsd=gsd)) as again:
            height = again.grid.height
            parts = [again.read(a, min(a + 37, height)) for a in range(0, height, 37)]
        assert (np.concatenate([part[0] for part in parts], axis=1) == whole).all()
        assert (np.concatenate([part[1] for part in parts]) == valid).all()


def test_shrinking_averages(tmp_path):
    values = np.zeros((3, 64, 64), np.uint8)
    values[:, ::2] = 200
    pixels, _, source = read(write_raster(tmp_path / "stripes.tif", values), gsd=1.0)
    assert pixels.shape == (3, 32, 32) and (pixels == 100).all()
    assert source.grid.transform.a == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("low", "high", "width"), [(0.3, 0.8, 100), (0.1, 0.3, 200), (0.6, 1.2, 63)]
)
def test_auto_resamples_only_outside_the_checkpoints_range(tmp_path, low, high, width):
    path = write_raster(tmp_path / "a.tif", image(100, 100))
    nominal = {0.3: 0.5, 0.1: 0.25, 0.6: 0.8}[low]
    _, _, source = read(path, gsd_nominal=nominal, gsd_range=(low, high))
    assert source.grid.width == pytest.approx(width, abs=1)
    assert read(path, gsd="native", gsd_nominal=nominal, gsd_range=(low, high))[2].grid.width == 100


@pytest.mark.parametrize(
    ("crs", "transform", "metres"),
    [
        (UTM, UTM_TRANSFORM, (0.5, 0.5)),
        ("EPSG:4326", Affine(1e-5, 0, 10, 0, -1e-5, 60), (0.558, 1.114)),
        ("EPSG:3857", Affine(1, 0, 1113195, 0, -1, 8399738), (0.5, 0.5)),
        (UTM, Affine(0.3, 0.4, 500000, 0.4, -0.3, 3400000), (0.5, 0.5)),
        ("EPSG:2264", Affine(1, 0, 2000000, 0, -1, 700000), (0.3048, 0.3048)),
    ],
)
def test_ground_sampling_distance_in_metres(tmp_path, crs, transform, metres):
    path = write_raster(tmp_path / "a.tif", image(40, 40), crs=crs, transform=transform)
    assert read(path)[2].report.native_gsd == pytest.approx(metres, rel=0.01)


def test_no_crs_works_in_pixels_and_says_so(tmp_path):
    path = write_raster(tmp_path / "bare.tif", image(20, 30), crs=None, transform=None)
    _, _, source = read(path, gsd_nominal=1.0, gsd_range=(0.5, 2.0))
    assert source.report.gsd is None
    assert source.grid.transform == Affine(1, 0, 0, 0, -1, 0)  # where QGIS draws such an image
    assert "has no CRS" in source.report.notes[0]
    with pytest.raises(RasterError, match=r"has no CRS.*cannot be resampled to 0.5 m"):
        read(path, gsd=0.5)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda folder: folder / "missing.tif", "There is no raster file .*missing.tif"),
        (lambda folder: folder, "is not a raster that GDAL can read"),
        (lambda folder: _text(folder / "a.txt"), "is not a raster that GDAL can read"),
        (lambda folder: _text(folder / "empty.tif", ""), "is not a raster that GDAL can read"),
        (lambda folder: _truncated(folder / "cut.tif"), "damaged or truncated"),
        (lambda folder: write_raster(folder / "g.tif", image(9, 9, 1)), "has 1 image band"),
        (lambda folder: write_raster(folder / "g.tif", image(9, 9, 2)), "has 2 image band"),
    ],
)
def test_bad_rasters_get_one_sentence(tmp_path, make, sentence):
    with pytest.raises(RasterError, match=sentence) as caught:
        read(make(tmp_path))
    assert caught.value.remedy


def test_bad_band_numbers(tmp_path):
    path = write_raster(tmp_path / "a.tif", image(9, 9))
    with pytest.raises(RasterError, match="has no band 4: it has bands 1 to 3"):
        read(path, bands=(1, 2, 4))
    with pytest.raises(RasterError, match=r"2 band\(s\) were named \(1,2\)"):
        read(path, bands=(1, 2))


@pytest.mark.parametrize("name", sorted(path.name for path in GEOREFERENCED.glob("*.tif")))
def test_real_rasters_agree_with_gdal(name):
    with rasterio.open(GEOREFERENCED / name) as data:
        expected, mask = data.read([1, 2, 3]), data.dataset_mask() > 0
    pixels, valid, source = read(GEOREFERENCED / name)
    assert (valid == mask).all() and 0 < valid.mean() <= 1
    assert (pixels[:, valid] == expected[:, valid]).all()
    assert source.report.native_gsd


def _text(path, text="no raster"):
    path.write_text(text)
    return path


def _truncated(path):
    write_raster(path, image(300, 300))
    path.write_bytes(path.read_bytes()[:100000])
    return path
