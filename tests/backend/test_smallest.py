"""Landslides of a few pixels: no polygon, unless they are asked for."""

import json

import numpy as np
import pyogrio
import pytest
from affine import Affine

from backend.detect import DetectRequest, detect
from backend.scenes.run import ScenesRequest, detect_many
from tests.backend.checkpoints import small_file
from tests.backend.rasters import image, write_raster

# Splits the seeded network's answers, into specks too.
THRESHOLD = 0.55


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    path = tmp_path_factory.mktemp("smallest") / "small.safetensors"
    small_file(path, "landslide4sense_unet")
    return path


@pytest.fixture
def results(checkpoint, tmp_path):
    """A function from scenes and minimum area to sizes [m2, px without a CRS] and the record."""

    def found(scenes, min_area_m2, column="area_m2"):
        out = tmp_path / "out"
        settings = {"threshold": THRESHOLD, "device": "cpu", "precision": "fp32", "gsd": "native"}
        raster = str(scenes[0]) if len(scenes) == 1 else ""
        request = DetectRequest(raster, checkpoint, out, min_area_m2=min_area_m2, **settings)
        if raster:
            detect(request, lambda event: None)
        else:
            detect_many(ScenesRequest(tuple(map(str, scenes)), request), lambda event: None)
        _, _, _, columns = pyogrio.raw.read(out / "landslides.gpkg", "landslides", columns=[column])
        record = json.loads((out / "run.json").read_text())
        return np.sort(columns[0]), record["parameters"]["min_area_m2"]

    return found


def scene(folder, name, pixel, left=500_000.0, **options):
    """An image whose pixels are so many metres wide."""
    transform = Affine(pixel, 0, left, 0, -pixel, 3_500_000)
    return write_raster(folder / name, image(250, 200), transform=transform, **options)


@pytest.mark.parametrize("pixel", [0.2, 0.8])
def test_ten_pixels_of_what_is_read_are_kept(results, tmp_path, pixel):
    path = scene(tmp_path, "scene.tif", pixel)
    everything, least = results([path], 0)
    ten = 10 * pixel**2
    assert least == 0 and everything[0] < ten < everything[-1]
    kept, least = results([path], None)
    assert least == pytest.approx(ten, rel=0.005)
    assert kept == pytest.approx(everything[everything >= least])


def test_ten_pixels_without_a_crs(results, tmp_path):
    path = scene(tmp_path, "scene.tif", 0.8, crs=None)
    everything, _ = results([path], 0, "area_px")
    kept, least = results([path], None, "area_px")
    assert least == 10 and everything[0] < 10
    assert list(kept) == list(everything[everything >= 10])


def test_what_is_asked_for_counts(results, tmp_path):
    kept, least = results([scene(tmp_path, "scene.tif", 0.8)], 2.5)
    assert least == 2.5 and 2.5 <= kept[0] < 6.4


def test_the_finest_of_several_rasters_counts(results, tmp_path):
    scenes = [scene(tmp_path, "coarse.tif", 0.8), scene(tmp_path, "fine.tif", 0.4, 600_000.0)]
    kept, least = results(scenes, None)
    assert least == pytest.approx(1.6, rel=0.005)
    assert 1.6 <= kept[0] < 6.4
