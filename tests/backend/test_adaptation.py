"""Adaptation to a raster without labels: who tells what, what changes, and what is refused."""

from __future__ import annotations

import csv
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from backend.checkpoint import load, save
from backend.errors import CalandDetError, DatasetError, TrainingError
from backend.events import Log
from backend.models.discriminator import Discriminator, both_classes
from backend.training.adaptation import Adversary, TwoDomains
from backend.training.distributed import Team
from backend.training.job import train
from backend.training.loop import Recipe, fit
from backend.training.loss import SegmentationLoss
from backend.training.plan import TrainRequest
from tests.backend.checkpoints import small_checkpoint
from tests.backend.rasters import image, write_raster

CPU = torch.device("cpu")
RECIPE = Recipe(steps=40, batch_size=256, learning_rate=0.2, ema=0.0, warmup=0.01, weight_decay=0)


def test_a_discriminator_halves_maps_five_times():
    network = Discriminator()
    maps = both_classes(torch.randn(2, 1, 64, 96))
    assert torch.allclose(maps.sum(dim=1), torch.ones(2, 64, 96))
    assert network(maps).shape == (2, 1, 2, 3)
    # Five kernels of 4 x 4 with biases: 2 to 64, 128, 256, 512 maps and 1.
    assert sum(weight.numel() for weight in network.parameters()) == 2_763_713


class Told(nn.Module):
    """A network of two channels: what is to be seen, and whether it is the target."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 1, 1)
        with torch.no_grad():
            self.conv.weight[0, :, 0, 0] = torch.tensor([4.0, -8.0])
            self.conv.bias.fill_(-2.0)

    def forward(self, x):
        return self.conv(x)


def draw_domain(is_target):
    """Views of both domains show the same: squares that are 1 on 0; the target says what it is."""

    def draw(rng):
        mask = np.zeros((2, 1, 32, 32), np.float32)
        for part in mask:
            top, left = rng.integers(0, 16, 2)
            part[:, top : top + 14, left : left + 14] = 1
        masks = torch.from_numpy(mask)
        domain = torch.full_like(masks, float(is_target))
        return torch.cat([masks, domain], dim=1), masks, torch.ones_like(masks)

    return draw


def adapted(folder, weight, stop_at=None, recipe=RECIPE):
    class Killed(Exception):
        pass

    def watch(event):
        if event.done == stop_at:
            raise Killed

    torch.manual_seed(0)
    folder.mkdir(exist_ok=True)
    network = Told()
    adversary = Adversary(SegmentationLoss("even"), weight, CPU, Team())
    draw = TwoDomains(draw_domain(False), draw_domain(True))
    try:
        return fit(network, draw, adversary, recipe, folder, watch, rival=adversary), adversary
    except Killed:
        return None


def share_found(network):
    """Of the target's squares, what the network finds."""
    x, masks, _ = draw_domain(True)(np.random.default_rng(7))
    with torch.no_grad():
        return (network(x).sigmoid()[masks > 0]).mean().item()


def test_the_discriminator_learns_to_tell_the_domains(tmp_path):
    _, adversary = adapted(tmp_path, 0.0)
    assert adversary.told > 0.95


def test_the_target_is_answered_as_the_source_is_only_with_the_adversary(tmp_path):
    alone, _ = adapted(tmp_path / "alone", 0.0)
    assert share_found(Told()) < 0.05 and share_found(alone) < 0.05
    network, adversary = adapted(tmp_path / "both", 1.0)
    assert share_found(network) > 0.5
    assert adversary.told < 0.95


def test_labels_of_the_source_are_still_learned(tmp_path):
    with (tmp_path / "curve.csv").open("w"):
        pass
    adapted(tmp_path, 0.01)
    with (tmp_path / "curve.csv").open() as file:
        losses = [float(row["loss"]) for row in csv.DictReader(file)]
    assert np.mean(losses[-5:]) < 0.7 * losses[0]


def test_a_killed_adaptation_goes_on_exactly(tmp_path):
    short = replace(RECIPE, steps=8, save_every_s=0)
    unbroken, one = adapted(tmp_path / "a", 0.5, recipe=short)
    assert adapted(tmp_path / "b", 0.5, stop_at=4, recipe=short) is None
    resumed, other = adapted(tmp_path / "b", 0.5, recipe=short)
    assert torch.equal(unbroken.conv.weight, resumed.conv.weight)
    pairs = zip(one.discriminator.parameters(), other.discriminator.parameters(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)


# As a user runs it


@pytest.fixture
def source(tmp_path):
    """(labelled raster, checkpoint that was trained on its like, raster without labels)."""
    values = image(128, 128)
    labels = np.zeros((1, 128, 128), np.uint8)
    for top, left in ((10, 10), (80, 20), (30, 80), (90, 90)):
        labels[:, top : top + 24, left : left + 24] = 1
    values = np.where(labels, 230, values // 2).astype(np.uint8)
    scene = write_raster(tmp_path / "scene.tif", values)
    mask = write_raster(tmp_path / "labels.tif", labels)
    start = small_checkpoint("linknet")
    save(tmp_path / "start.safetensors", start.network, start.card)
    target = write_raster(tmp_path / "target.tif", 255 - values[::-1])
    return f"{scene}::{mask}", tmp_path / "start.safetensors", target


def asked(source, out, **others):
    data, start, target = source
    settings = {
        "data": (data,), "validation": (), "validation_share": 0.5, "out": out, "start": start,
        "adapt_to": (str(target),), "views": 24, "batch_size": 4, "learning_rate": 0.05,
        "tile_size": 64, "device": "cpu", "precision": "fp32", "loss": "even", "ema": 0.0,
    }  # fmt: skip
    return TrainRequest(**settings | others)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr("backend.training.labelled_raster.BLOCK", 64)


def test_a_checkpoint_is_adapted_to_a_raster(source, tmp_path):
    plain, out = tmp_path / "plain.safetensors", tmp_path / "adapted.safetensors"
    train(asked(source, plain, adversarial_weight=0.0), lambda event: None)
    said = []
    train(asked(source, out, adversarial_weight=1.0), said.append)
    one, other = load(plain).network, load(out).network
    x = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        assert (one(x) - other(x)).abs().max() > 1e-3
    assert any("told" in event.text for event in said if isinstance(event, Log))
    training = {part.name: part.terms for part in load(out).card.training}
    assert training["target.tif"] == "without labels: adapted to"


def test_the_target_is_read_at_the_distance_of_the_checkpoint(source, tmp_path):
    start = load(source[1])
    card = replace(start.card, gsd=type(start.card.gsd)(2.0, 1.5, 2.5))
    save(source[1], start.network, card)
    from backend.training.plan import prepare

    plan = prepare(asked(source, tmp_path / "m.safetensors"))
    assert {sample.read.width for sample in plan.target[0].samples} == {32}
    assert plan.card.gsd.nominal is not None


def test_targets_that_cannot_be_are_refused_before_anything_is_written(source, tmp_path):
    two = write_raster(tmp_path / "two.tif", image(64, 64, 2))
    before = sorted(tmp_path.rglob("*"))
    cases = [
        ({"adapt_to": (str(two),)}, DatasetError, r"two.tif has 2 image band\(s\)"),
        ({"adapt_to": (str(tmp_path / "none.tif"),)}, CalandDetError, "no raster file"),
        ({"start": None, "architecture": "linknet"}, TrainingError, "no checkpoint to adapt"),
        ({"adapt_to": (f"{source[2]}::dem={source[2]}",)}, CalandDetError, "dem"),
    ]
    for wrong, kind, sentence in cases:
        with pytest.raises(kind, match=sentence):
            train(asked(source, tmp_path / "m.safetensors", **wrong), lambda event: None)
    assert sorted(tmp_path.rglob("*")) == before
