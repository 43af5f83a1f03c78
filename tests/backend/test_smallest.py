"""Landslides of a few pixels: no polygon, unless they are asked for."""

import json
from dataclasses import replace

import pyogrio
import pytest

from backend.card import Gsd
from backend.checkpoint import load, save
from backend.detect import DetectRequest, detect
from tests.backend.checkpoints import small_file
from tests.backend.rasters import image, write_raster

# Splits the seeded network's answers, into specks too.
THRESHOLD = 0.55


@pytest.fixture(scope="module")
def areas(tmp_path_factory):
    """A function from distance and minimum area to the areas found, and the recorded minimum."""
    folder = tmp_path_factory.mktemp("smallest")
    scene = write_raster(folder / "scene.tif", image(250, 200))

    def found(nominal, min_area_m2):
        path, out = folder / "small.safetensors", folder / "out"
        made = small_file(path, "landslide4sense_unet")
        gsd = Gsd(nominal, nominal / 2, nominal * 2) if nominal else Gsd()
        save(path, made.network, replace(load(path).card, gsd=gsd))
        settings = {"threshold": THRESHOLD, "device": "cpu", "precision": "fp32", "gsd": "native"}
        request = DetectRequest(str(scene), path, out, min_area_m2=min_area_m2, **settings)
        detect(request, lambda event: None)
        path = out / "landslides.gpkg"
        _, _, _, columns = pyogrio.raw.read(path, "landslides", columns=["area_m2"])
        record = json.loads((out / "run.json").read_text())
        return sorted(columns[0]), record["parameters"]["min_area_m2"]

    return found


def test_ten_pixels_of_the_checkpoints_distance_are_kept(areas):
    everything, least = areas(0.8, 0)
    assert least == 0 and everything[0] < 6.4 < everything[-1]
    kept, least = areas(0.8, None)
    assert least == pytest.approx(6.4)
    assert kept == pytest.approx([area for area in everything if area >= 6.4])


def test_what_is_asked_for_counts(areas):
    kept, least = areas(0.8, 2.5)
    assert least == 2.5 and 2.5 <= kept[0] < 6.4


def test_without_a_distance_everything_is_kept(areas):
    kept, least = areas(None, None)
    assert least == 0 and kept == areas(0.8, 0)[0]
