"""Datasets, views, the loop and the evaluation: what a training run rests on."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from backend.checkpoint import load
from backend.engines.devices import choose_device
from backend.engines.torch_engine import TorchEngine
from backend.errors import DatasetError
from backend.metrics import Counts
from backend.training.augment import Augmentation, random_view
from backend.training.datasets import Sample, read_list_file
from backend.training.evaluate import (
    best_level,
    calibration_error,
    counts_at,
    histogram,
    predict,
    summary,
)
from backend.training.loop import Recipe, fit, rate_at
from tests.backend.golden import write_seeded_checkpoint
from tests.backend.rasters import image, write_raster

BIJIE = Path(__file__).parents[3] / "shared" / "data" / "bijie"


@pytest.fixture
def listed(tmp_path):
    """Two images with masks in the layout of the published trainer."""
    for folder in ("image", "mask"):
        (tmp_path / folder).mkdir()
    for name, value in (("a", 255), ("b", 0)):
        write_raster(tmp_path / "image" / f"{name}.tif", image(40, 60), crs=None, transform=None)
        mask = np.zeros((1, 40, 60), np.uint8)
        mask[:, 10:20, 10:30] = value
        write_raster(tmp_path / "mask" / f"{name}.tif", mask, crs=None, transform=None)
    (tmp_path / "train.txt").write_text("image/a.tif\nimage/b.tif\n")
    return tmp_path


def test_list_file(listed):
    with_landslide, without = read_list_file(listed / "train.txt")
    assert with_landslide.image.shape == (3, 40, 60) and with_landslide.mask.sum() == 200
    assert with_landslide.has_landslide and not without.has_landslide


def test_a_mask_of_another_size_is_refused(listed):
    small = np.zeros((1, 9, 9), np.uint8)
    write_raster(listed / "mask" / "a.tif", small, crs=None, transform=None)
    with pytest.raises(DatasetError, match=r"has 60 x 40 px, its mask .* 9 x 9"):
        read_list_file(listed / "train.txt")


def test_a_mask_with_other_values_is_refused(listed):
    strange = np.full((1, 40, 60), 7, np.uint8)
    write_raster(listed / "mask" / "b.tif", strange, crs=None, transform=None)
    with pytest.raises(DatasetError, match="holds the value 7"):
        read_list_file(listed / "train.txt")


def test_a_missing_mask_and_an_empty_list_are_refused(listed):
    (listed / "mask" / "b.tif").unlink()
    with pytest.raises(DatasetError, match="has no mask"):
        read_list_file(listed / "train.txt")
    (listed / "none.txt").write_text("\n")
    with pytest.raises(DatasetError, match="names no image"):
        read_list_file(listed / "none.txt")


@pytest.mark.skipif(not BIJIE.exists(), reason=f"the real imagery is not there: {BIJIE}")
def test_the_bijie_validation_set():
    samples = read_list_file(BIJIE / "val" / "val.txt")
    assert len(samples) == 277
    assert sum(sample.has_landslide for sample in samples) == 77


def test_a_view_moves_image_and_mask_together():
    picture = torch.zeros(3, 90, 120)
    picture[:, 30:60, 40:80] = 200
    mask = (picture[:1] > 0).float()
    plain = Augmentation(brightness=0, contrast=0, colour=0, blur_share=0)
    for seed in range(20):
        view, seen = random_view(picture, mask, 64, plain, np.random.default_rng(seed))
        assert view.shape == (3, 64, 64) and set(seen.unique().tolist()) <= {0.0, 1.0}
        assert ((view[0] > 100) == (seen[0] > 0)).float().mean() > 0.99


def test_the_rate_warms_up_and_falls_to_nothing():
    recipe = Recipe(steps=100, batch_size=256, learning_rate=1e-3, warmup=0.1)
    rates = [rate_at(step, recipe) for step in range(100)]
    assert rates[0] == pytest.approx(1e-4) and max(rates) == pytest.approx(1e-3)
    assert np.argmax(rates) in (9, 10) and rates[-1] < 1e-6


def tiny_fit(folder, steps, stop_at=None):
    """Train a small network with dropout; `stop_at` breaks off as a kill would."""

    class Killed(Exception):
        pass

    def watch(event):
        if stop_at and event.done == stop_at:
            raise Killed

    def draw(rng):
        x = torch.from_numpy(rng.normal(size=(8, 4)).astype(np.float32))
        return x, x.sum(dim=1, keepdim=True)

    def loss_of(network, batch):
        return (network(batch[0]) - batch[1]).square().mean()

    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(4, 16), nn.Dropout(0.3), nn.Linear(16, 1))
    recipe = Recipe(steps=steps, batch_size=8, learning_rate=0.3, save_every_s=0)
    try:
        return fit(network, draw, loss_of, recipe, folder, watch)
    except Killed:
        return None


def test_a_killed_run_goes_on_exactly(tmp_path):
    unbroken = tiny_fit(tmp_path / "a", 30)
    assert tiny_fit(tmp_path / "b", 30, stop_at=13) is None
    resumed = tiny_fit(tmp_path / "b", 30)
    for one, other in zip(
        unbroken.state_dict().values(), resumed.state_dict().values(), strict=True
    ):
        assert torch.equal(one, other)
    curves = [(tmp_path / name / "loss.csv").read_text() for name in "ab"]
    assert curves[0] == curves[1] and len(curves[0].splitlines()) == 31


def test_one_histogram_answers_for_every_threshold():
    rng = np.random.default_rng(0)
    probability = rng.integers(0, 251, (50, 70)).astype(np.uint8)
    truth = rng.random((50, 70)) < probability / 250
    levels = histogram(probability, truth)
    for level in (1, 100, 250):
        assert counts_at(levels, level) == Counts.of(probability >= level, truth)
    chosen = best_level(levels[None])
    everywhere = [counts_at(levels, level).f1 for level in range(1, 251)]
    assert counts_at(levels, chosen).f1 == max(everywhere)
    assert calibration_error(levels) < 0.05


def test_means_over_images_leave_out_the_empty_ones():
    full = histogram(np.array([[250, 0]], np.uint8), np.array([[True, False]]))
    empty = histogram(np.array([[0, 0]], np.uint8), np.array([[False, False]]))
    result = summary(np.stack([full, empty]), 125)
    assert result["images"] == 2 and result["images_with_landslide"] == 1
    assert result["mean_iou_over_images_with_landslide"] == 1
    assert result["f1_all_pixels"] == 1


def test_prediction_covers_whole_images_of_any_size(tmp_path):
    path = tmp_path / "seeded.safetensors"
    write_seeded_checkpoint(path, "calanddet", embed_dim=24, depths=(2, 2, 2, 2))
    engine = TorchEngine(load(path), 28, choose_device("cpu"), "fp32", str)
    samples = [
        Sample("a", image(61, 90), np.zeros((61, 90), bool)),
        Sample("b", image(230, 200), np.zeros((230, 200), bool)),
    ]
    for sample, probability in predict(samples, engine, 224, "balanced"):
        assert probability.shape == sample.mask.shape and probability.max() <= 250
