"""`chips`: what is written can be trained on, and no ground is on both lists."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from rasterio.features import rasterize

from backend.errors import CalandDetError, DatasetError, OutputError
from backend.raster.quiet import quiet
from backend.training.chips import ChipsRequest, chips, starts
from backend.training.datasets import open_dataset
from backend.training.splits import check_leaks
from tests.backend.rasters import UTM, UTM_TRANSFORM, image, write_raster
from tests.backend.test_train import write_images
from tests.backend.vectors import write_polygons
from tests.backend.workers import backend

HEIGHT, WIDTH = 200, 256
# In the four corners, so that both sides of any split have some.
BOXES = [
    (500005, 3399905, 500035, 3399935), (500090, 3399905, 500120, 3399935),
    (500005, 3399965, 500035, 3399995), (500090, 3399965, 500120, 3399995),
]  # fmt: skip


@pytest.fixture
def scene(tmp_path):
    """`RASTER::POLYGONS`, 0.5 m a pixel."""
    raster = write_raster(tmp_path / "scene.tif", image(HEIGHT, WIDTH))
    return f"{raster}::{write_polygons(tmp_path / 'outlines.gpkg', BOXES)}"


def cut(data, out, **others):
    request = ChipsRequest(**{"data": (data,), "out": out, "size": 32, "negatives": 1.0} | others)
    return chips(request, lambda event: None)


def lists(out):
    return open_dataset(str(out / "train.txt")), open_dataset(str(out / "val.txt"))


def files(out: Path, kind="image"):
    return sorted(path for path in (out / kind).iterdir() if path.suffix != ".xml")


@pytest.mark.parametrize("overlap", [0.0, 0.5])
@pytest.mark.parametrize("kind", ["tif", "png"])
def test_no_chip_of_one_list_overlaps_one_of_the_other(scene, tmp_path, kind, overlap):
    result = cut(scene, tmp_path / "out", overlap_share=overlap, format=kind)
    train, validation = lists(tmp_path / "out")
    assert len(train.samples) == result.counts["train_chips"]
    assert len(validation.samples) == result.counts["validation_chips"]
    frames = [
        shapely.union_all([shapely.box(*sample.footprint.bounds) for sample in part.samples])
        for part in (train, validation)
    ]
    assert shapely.intersection(*frames).area == 0
    # Together they show all of the raster.
    whole = shapely.box(*rasterio.transform.array_bounds(HEIGHT, WIDTH, UTM_TRANSFORM))
    assert shapely.union_all(frames).equals(whole)
    check_leaks([train], [validation])


@pytest.mark.parametrize("kind", ["tif", "png"])
def test_chips_hold_the_pixels_of_their_place(scene, tmp_path, kind):
    cut(scene, tmp_path / "out", overlap_share=0.25, format=kind)
    pixels = image(HEIGHT, WIDTH)
    mask = rasterize([shapely.box(*box) for box in BOXES], (HEIGHT, WIDTH), transform=UTM_TRANSFORM)
    for path in files(tmp_path / "out"):
        with (
            rasterio.open(path) as data,
            rasterio.open(path.parent.parent / "mask" / path.name) as m,
        ):
            assert data.crs == UTM
            left, top = map(round, ~UTM_TRANSFORM @ (data.transform @ (0, 0)))
            window = (slice(top, top + 32), slice(left, left + 32))
            shape = pixels[0][window].shape
            assert (data.read()[:, : shape[0], : shape[1]] == pixels[:, *window]).all()
            written = m.read(1)
            assert (written[: shape[0], : shape[1]] == mask[window]).all()
            # Beyond the raster nothing is known.
            assert (written != 255).sum() == np.prod(shape)


def test_what_is_not_valid_is_not_learned(tmp_path):
    valid = np.ones((HEIGHT, 250), bool)
    valid[:, 100:130] = False
    raster = write_raster(tmp_path / "scene.tif", image(HEIGHT, 250), mask=valid)
    data = f"{raster}::{write_polygons(tmp_path / 'outlines.gpkg', BOXES)}"
    cut(data, tmp_path / "out", size=50, validation_share=0)
    known = sum(
        sample.read().valid.sum() for sample in open_dataset(f"{tmp_path}/out/train.txt").samples
    )
    assert known == valid.sum()
    assert not (tmp_path / "out" / "val.txt").exists()


def test_sixteen_bits_become_bytes_by_one_range(tmp_path):
    values = image(HEIGHT, WIDTH).astype(np.uint16) * 40
    raster = write_raster(tmp_path / "scene.tif", values)
    cut(f"{raster}::{write_polygons(tmp_path / 'outlines.gpkg', BOXES)}", tmp_path / "out")
    with rasterio.open(files(tmp_path / "out")[0]) as data:
        assert set(data.dtypes) == {"uint8"}
        assert data.read().std() > 20


@pytest.mark.parametrize("share", [0.0, 0.2, 1.0])
def test_chips_without_a_landslide_are_held_to_their_share(scene, tmp_path, share):
    result = cut(scene, tmp_path / "out", negatives=share)
    for part in lists(tmp_path / "out"):
        without = sum(not sample.has_landslide for sample in part.samples)
        assert without <= share * len(part.samples)
    kept, shown = result.counts["landslide_chips"], result.counts["chips"]
    assert kept > 0
    if share < 1:
        assert result.counts["left_out"] > 0
        assert shown == len(files(tmp_path / "out"))
    else:
        assert result.counts["left_out"] == 0


def test_images_without_a_place_stay_whole(tmp_path):
    listing = write_images(tmp_path / "made", "abcdefgh", seed=1)
    cut(listing, tmp_path / "out", size=24, validation_share=0.25)
    # 6 and 2 images, each of 3 x 3 chips.
    assert [len(lined(tmp_path / "out", part)) for part in ("train", "val")] == [54, 18]
    with quiet, rasterio.open(files(tmp_path / "out")[0]) as data:
        assert data.crs is None
        assert data.shape == (24, 24)


def lined(out, part):
    return [out / line for line in (out / f"{part}.txt").read_text().splitlines()]


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"size": 0}, CalandDetError, "0 px a side"),
        ({"overlap_share": 1.0}, CalandDetError, "share of overlap is 1, not from 0 to 0.9"),
        ({"negatives": -0.1}, CalandDetError, "share of chips without a landslide is -0.1"),
        ({"format": "jpg"}, CalandDetError, "cannot be written as 'jpg'"),
        ({"size": 400}, DatasetError, "can be kept back to validate"),
    ],
)
def test_what_cannot_be_cut_is_refused(scene, tmp_path, change, error, message):
    with pytest.raises(error, match=message) as caught:
        cut(scene, tmp_path / "out", **change)
    assert caught.value.remedy
    assert "--" not in caught.value.remedy
    assert not (tmp_path / "out").exists()


def test_data_without_landslides_is_refused(scene, tmp_path):
    listing = write_images(tmp_path / "made", "a", seed=1)
    for path in (tmp_path / "made" / "mask").iterdir():
        write_raster(path, np.zeros((1, 64, 72), np.uint8), crs=None, transform=None)
    with pytest.raises(DatasetError, match=r"No chip of .*made\.txt shows a landslide"):
        cut(listing, tmp_path / "out", validation_share=0)


def test_chips_that_are_there_are_kept(scene, tmp_path):
    cut(scene, tmp_path / "out")
    before = {path: path.read_bytes() for path in files(tmp_path / "out")}
    with pytest.raises(OutputError, match="already holds chips"):
        cut(scene, tmp_path / "out", size=64)
    assert {path: path.read_bytes() for path in files(tmp_path / "out")} == before


def test_the_same_seed_gives_the_same_chips(scene, tmp_path):
    for name in ("a", "b"):
        cut(scene, tmp_path / name, negatives=0.3, seed=5)
    assert (tmp_path / "a/train.txt").read_text() == (tmp_path / "b/train.txt").read_text()
    assert (tmp_path / "a/val.txt").read_text() == (tmp_path / "b/val.txt").read_text()


@pytest.mark.parametrize("length", [1, 31, 32, 33, 100, 128])
@pytest.mark.parametrize("overlap", [0.0, 0.3, 0.9])
def test_every_pixel_of_a_side_is_in_a_chip(length, overlap):
    begins = starts(length, 32, overlap)
    covered = {pixel for begin in begins for pixel in range(begin, begin + 32)}
    assert covered >= set(range(length))
    assert len(begins) == len(set(begins))
    assert max(begins) + 32 <= max(length, 32)


def test_from_the_command_line(scene, tmp_path):
    out = tmp_path / "out"
    options = ["--size", 64, "--overlap-share", 0.5, "--negatives", 0.2, "--format", "png"]
    code, said, errors = backend("chips", "--data", scene, "--out", out, *options)
    assert code == 0, errors
    assert str(out / "train.txt") in said
    assert len(lined(out, "train") + lined(out, "val")) == len(files(out, "mask")) > 0
