"""The published loss and metrics, against the answers of the published trainer."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from backend.metrics import Counts, published
from backend.training.loss import dice_loss, even_loss, hardest, published_loss

GOLDEN = Path(__file__).parents[3] / "shared" / "golden" / "loss_and_metrics.json"


@pytest.fixture(scope="module")
def batch():
    random = np.random.RandomState(7)
    logits = (2 * random.standard_normal((6, 1, 32, 32))).astype(np.float32)
    presence = random.standard_normal((6, 1)).astype(np.float32)
    mask = (random.uniform(size=(6, 1, 32, 32)) > 0.7).astype(np.float32)
    mask[4:], logits[5] = 0, -5
    return tuple(map(torch.from_numpy, (logits, presence, mask)))


@pytest.fixture(scope="module")
def golden():
    if not GOLDEN.exists():
        pytest.skip(f"the published answers are not there: {GOLDEN}")
    return json.loads(GOLDEN.read_text())


def test_loss_equals_the_published(batch, golden):
    logits, presence, mask = batch
    dice = dice_loss(logits, mask, torch.ones_like(mask))
    assert dice.tolist() == pytest.approx(golden["loss_dice_per_image"])
    total = golden["loss_cls_segmentation_ohem_keep0.7_bce0.5"]
    loss = published_loss(logits, presence, mask, torch.ones_like(mask))
    assert loss.item() == pytest.approx(total, rel=1e-6)


@pytest.mark.parametrize("loss", [published_loss, even_loss])
def test_pixels_that_are_not_valid_count_for_nothing(batch, loss):
    logits, presence, mask = batch
    valid = torch.ones_like(mask)
    valid[:, :, :9] = 0
    other, wrong = torch.where(valid > 0, logits, 50.0), torch.where(valid > 0, mask, 1.0)
    expected = loss(logits, presence, mask, valid).item()
    assert loss(other, presence, wrong, valid).item() == pytest.approx(expected)
    assert loss(logits, None, mask, torch.zeros_like(mask)).isfinite()


def test_the_even_loss_asks_no_dice_of_images_without_landslide(batch):
    _, _, mask = batch
    valid = torch.ones_like(mask)
    right = 40 * (mask - 0.5)
    assert even_loss(right, None, mask, valid).item() == pytest.approx(0, abs=1e-3)
    assert published_loss(right, None, mask, valid).item() > 0.2


def test_metrics_equal_the_published(batch, golden):
    logits, _, mask = batch
    result = published(logits.sigmoid().numpy(), mask.numpy() > 0)
    for name, value in result.items():
        assert value == pytest.approx(golden[f"metric_{name}"], abs=1e-6), name


def test_hardest_keeps_the_largest():
    assert hardest(torch.tensor([1.0, 5.0, 3.0, 9.0]), 0.5).item() == 7


def test_pooled_counts_are_not_means_over_images():
    truth = np.zeros((2, 8, 8), bool)
    truth[0, :4] = True
    predicted = np.zeros_like(truth)
    predicted[0, 2:6] = True
    counts = Counts.of(predicted, truth)
    assert counts == Counts(16, 16, 16, 80)
    assert counts.iou == pytest.approx(1 / 3) and counts.f1 == pytest.approx(0.5)
    assert counts.f1 / (2 - counts.f1) == pytest.approx(counts.iou)
    assert counts == Counts.of(predicted[0], truth[0]) + Counts.of(predicted[1], truth[1])
