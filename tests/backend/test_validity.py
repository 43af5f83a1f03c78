"""Integers wider than a byte, of a file that does not tell its nodata: 0 in all bands is none."""

import numpy as np
import pytest
from rasterio.windows import Window

from backend.raster.source import RasterSource, SourceRequest
from backend.training.datasets import RGB
from backend.training.pixels import open_image
from tests.backend.rasters import image, write_raster

COLLAR = 60


def values(collar=COLLAR, dtype=np.uint16):
    """A picture (3, 200, 250) behind columns of zeros; one of its bands is 0 elsewhere, too."""
    pixels = image(200, 250).astype(dtype) * 7
    pixels[0, 30:40] = 0
    pixels[:, :, :collar] = 0
    return pixels


def read(path, **options):
    with RasterSource(SourceRequest(str(path), RGB, **options)) as source:
        return (*source.read(0, source.grid.height), source.report)


@pytest.mark.parametrize("dtype", [np.uint16, np.int16, np.uint32])
def test_a_collar_of_zeros_is_neither_searched_nor_stretched_by(tmp_path, dtype):
    silent = write_raster(tmp_path / "silent.tif", values(dtype=dtype))
    telling = write_raster(tmp_path / "telling.tif", values(dtype=dtype), nodata=0)
    pixels, valid, report = read(silent)
    assert not valid[:, :COLLAR].any() and valid[:, COLLAR:].all()
    expected, known, told = read(telling)
    assert report.stretch == told.stretch and not told.notes
    assert (pixels == expected).all() and (valid == known).all()
    assert "0 in all bands, 24 % of it, are taken as nodata." in report.notes[0]


@pytest.mark.parametrize("gsd", [1.3, 0.3])
def test_the_collar_is_the_same_at_another_resolution(tmp_path, gsd):
    silent = write_raster(tmp_path / "silent.tif", values())
    telling = write_raster(tmp_path / "telling.tif", values(), nodata=0)
    assert (read(silent, gsd=gsd)[1] == read(telling, gsd=gsd)[1]).all()


def test_windows_have_the_collar_that_the_whole_has(tmp_path):
    path = write_raster(tmp_path / "a.tif", values())
    pixels, valid, _ = read(path)
    seen, known = open_image(SourceRequest(str(path), RGB)).pixels(Window(40, 20, 50, 60))
    assert (seen == pixels[:, 20:80, 40:90]).all() and (known == valid[20:80, 40:90]).all()


def test_pixels_of_all_over_leave_the_collar_out(tmp_path):
    path = write_raster(tmp_path / "a.tif", values())
    with RasterSource(SourceRequest(str(path), RGB)) as source:
        sample = source.sample_at(np.arange(0, 200, 9), np.arange(0, 250, 7))
    assert sample.any(axis=0).all() and sample.shape == (3, 23 * 27)


def test_a_black_pixel_or_two_are_not_told(tmp_path):
    pixels = values(collar=0)
    pixels[:, 5, 5] = 0
    _, valid, report = read(write_raster(tmp_path / "a.tif", pixels))
    assert (~valid).sum() == 1 and not report.notes


def test_bytes_and_elevations_may_be_0(tmp_path):
    path = write_raster(tmp_path / "bytes.tif", values(dtype=np.uint8))
    assert read(path)[1].all()
    path = write_raster(tmp_path / "sea.tif", values(dtype=np.int16)[:1])
    with RasterSource(SourceRequest(str(path), ("dem",), (0.0, 1.0), bands=(1,))) as source:
        assert source.read(0, 200)[1].all()
