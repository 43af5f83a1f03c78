"""The small raster of what is finished so far."""

import numpy as np
import pyproj
import pytest
import rasterio
from affine import Affine

from backend import preview
from backend.detect import DetectRequest, detect
from backend.events import Preview, Result
from backend.preview import PreviewRaster
from backend.raster.grid import Grid
from tests.backend.checkpoints import small_file
from tests.backend.rasters import image, write_raster


@pytest.fixture
def at_once(monkeypatch):
    monkeypatch.setattr(preview, "INTERVAL_S", 0.0)


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("rows", [7, 50, 100])
def test_it_is_the_average_of_what_is_valid(tmp_path, monkeypatch, rows):
    monkeypatch.setattr(preview, "SIDE", 25)
    values = np.random.default_rng(0).integers(0, 251, (100, 90)).astype(np.uint8)
    values[:, :10] = values[30, 30] = 255
    transform = Affine(0.3, 0.4, 500000, 0.4, -0.3, 3400000)
    raster = PreviewRaster(tmp_path / "a.tif", Grid(90, 100, transform, pyproj.CRS(32644)))
    for first in range(0, 60, rows):
        raster.add(values[first : min(60, first + rows)])
    news = raster.news()
    assert news == Preview(str(tmp_path / "a.tif"), 60, 100) and raster.news() is None
    with rasterio.open(news.path) as data:
        small = data.read(1)
        assert (
            data.transform.almost_equals(transform @ Affine.scale(4)) and data.crs == "EPSG:32644"
        )
        assert data.nodata == 255 and data.scales[0] == pytest.approx(1 / 250)
    # 90 columns are 22 squares and a half.
    padded = np.pad(values[:60], ((0, 0), (0, 2)), constant_values=255)
    squares = np.ma.masked_equal(padded, 255).reshape(15, 4, 23, 4).mean(axis=(1, 3))
    assert small.shape == (25, 23)
    np.testing.assert_array_equal(small[:15], squares.round().filled(255))
    assert (small[15:] == 255).all()
    assert [path.name for path in tmp_path.iterdir()] == ["a.tif"]


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("wanted", [True, False])
def test_a_run_tells_of_it_where_it_is_asked_to(tmp_path, wanted):
    small_file(tmp_path / "small.safetensors")
    scene = write_raster(tmp_path / "scene.tif", image(256, 200))
    shown = []

    def look(event):
        if isinstance(event, Preview):
            with rasterio.open(event.path) as data:
                shown.append((event.done, (data.read(1) != 255).sum(axis=0)))

    out = tmp_path / "out"
    request = DetectRequest(
        str(scene), tmp_path / "small.safetensors", out, device="cpu", preview=wanted
    )
    result = detect(request, look)
    assert isinstance(result, Result) and bool(shown) == wanted
    for done, valid in shown:
        # The raster may have been replaced by a later one since.
        assert 0 < done <= 256 and (valid >= done).all()
    assert not [path for path in out.iterdir() if path.name.startswith(".")]
