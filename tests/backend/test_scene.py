"""The synthetic scene is what it says: georeferenced, the same every time, with true outlines."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
from rasterio.features import rasterize

from tests.demo.scene import CRS, PIXEL, Scene, make_scene, write_scene

SIZE = 1024


@pytest.fixture(scope="module")
def scene() -> Scene:
    return make_scene(SIZE)


@pytest.fixture(scope="module")
def files(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return write_scene(scene, tmp_path_factory.mktemp("scene"))


def test_same_seed_same_scene() -> None:
    first, second, other = make_scene(512, 1), make_scene(512, 1), make_scene(512, 2)
    assert np.array_equal(first.image, second.image)
    assert np.array_equal(first.dem, second.dem)
    assert not np.array_equal(first.image, other.image)


def test_image_is_georeferenced_and_says_that_it_is_synthetic(files: dict[str, Path]) -> None:
    with rasterio.open(files["image"]) as image:
        assert (image.count, image.height, image.width) == (3, SIZE, SIZE)
        assert image.crs == CRS
        assert image.res == (PIXEL, PIXEL)
        assert "synthetic" in image.tags()["TIFFTAG_IMAGEDESCRIPTION"].lower()
    assert all("synthetic" in path.name for path in files.values())


def test_dem_covers_the_image(files: dict[str, Path]) -> None:
    with rasterio.open(files["image"]) as image, rasterio.open(files["dem"]) as dem:
        assert dem.bounds == image.bounds
        assert dem.crs == image.crs


def test_outlines_are_the_mask(files: dict[str, Path]) -> None:
    _, _, geometry, _ = pyogrio.raw.read(files["outlines"], layer="outlines")
    polygons = shapely.from_wkb(geometry)
    assert len(polygons) >= 3
    assert shapely.is_valid(polygons).all()
    with rasterio.open(files["mask"]) as mask:
        drawn = rasterize(polygons, out_shape=mask.shape, transform=mask.transform)
        assert np.array_equal(drawn, mask.read(1))


def test_landslides_run_downhill(scene: Scene) -> None:
    height = scene.dem.repeat(4, axis=0).repeat(4, axis=1)
    for number in range(1, scene.slides.label.max() + 1):
        inside = scene.slides.label == number
        crown = height[inside & (scene.slides.along < 0.1)].mean()
        toe = height[inside & (scene.slides.along > 0.9)].mean()
        assert crown > toe + 5


def test_landslides_are_brighter_than_what_is_around(scene: Scene) -> None:
    brightness = scene.image.mean(axis=0)
    assert (
        brightness[scene.slides.label > 0].mean() > 1.3 * brightness[scene.slides.label == 0].mean()
    )
