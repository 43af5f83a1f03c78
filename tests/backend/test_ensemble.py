"""Several checkpoints in one run: mean probability, disagreement, and members that do not fit."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import rasterio

from backend.card import Gsd
from backend.checkpoint import load, save
from backend.detect import DetectRequest, detect
from backend.errors import Cancelled, CheckpointError
from backend.events import Progress
from tests.backend.checkpoints import small_checkpoint
from tests.backend.rasters import image, write_raster
from tests.backend.workers import backend


def member(folder, name, architecture="linknet", shift=0.0, **card):
    """A small checkpoint; `shift` is added to its logits, parts of its card may be replaced."""
    checkpoint = small_checkpoint(architecture)
    network = checkpoint.network
    *_, bias = (weight for key, weight in network.named_parameters() if key.endswith("bias"))
    bias.data += shift
    path = folder / f"{name}.safetensors"
    save(path, network, replace(checkpoint.card, **card))
    return path


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    folder = tmp_path_factory.mktemp("members")
    return (
        member(folder, "one"),
        member(folder, "two", shift=1.0, threshold=0.4),
        member(folder, "three", "unet"),
    )


@pytest.fixture
def scene(tmp_path):
    mask = np.ones((150, 200), bool)
    mask[:70, :120] = False
    return write_raster(tmp_path / "scene.tif", image(150, 200), mask=mask)


def read(folder, name="probability.tif"):
    with rasterio.open(folder / name) as data:
        return data.read(1), data.scales[0], data.nodata


def run(scene, out, *checkpoints, **options):
    first, *more = checkpoints
    events = []
    request = DetectRequest(
        str(scene), first, out, more_checkpoints=tuple(more), device="cpu", **options
    )
    return detect(request, events.append), events


def test_mean_and_disagreement_of_three_networks(tmp_path, scene, three):
    result, _ = run(scene, tmp_path / "all", *three)
    alone = []
    for index, path in enumerate(three):
        run(scene, tmp_path / str(index), path)
        alone.append(read(tmp_path / str(index))[0])
    valid = alone[0] != 255
    answers = np.stack(alone).astype(float)
    mean, scale, _ = read(tmp_path / "all")
    spread, spread_scale, nodata = read(tmp_path / "all", "disagreement.tif")
    assert np.abs(mean - answers.mean(axis=0))[valid].max() <= 0.5
    assert np.abs(spread - answers.std(axis=0))[valid].max() <= 0.51
    assert spread[valid].max() > 10 and (spread_scale, nodata) == (scale, 255)
    assert ((mean == 255) == ~valid).all() and ((spread == 255) == ~valid).all()
    assert result.paths["disagreement"] == str(tmp_path / "all" / "disagreement.tif")
    record = json.loads((tmp_path / "all" / "run.json").read_text())
    assert record["parameters"]["threshold"] == pytest.approx(np.mean([0.5, 0.4, 0.5]))
    named = record["checkpoint"]["with"]
    assert [text.split()[0] for text in named] == ["two.safetensors", "three.safetensors"]
    assert load(three[1]).sha256 in named[0]
    # The disagreement of another run does not stay beside the results of one checkpoint.
    run(scene, tmp_path / "all", three[0])
    assert not (tmp_path / "all" / "disagreement.tif").exists()


def test_an_ensemble_that_was_cut_off_goes_on(tmp_path, scene, three):
    run(scene, tmp_path / "whole", *three[:2])
    computed = []

    def stop_late(event):
        if isinstance(event, Progress) and event.stage == "tiles" and event.done >= 15:
            raise Cancelled

    def count(event):
        if isinstance(event, Progress) and event.stage == "tiles":
            computed.append(event.done)

    request = DetectRequest(
        str(scene), three[0], tmp_path / "cut", more_checkpoints=three[1:2], device="cpu"
    )
    with pytest.raises(Cancelled):
        detect(request, stop_late)
    detect(replace(request, resume=True), count)
    assert computed[0] > 0
    for name in ("probability.tif", "disagreement.tif"):
        assert (read(tmp_path / "cut", name)[0] == read(tmp_path / "whole", name)[0]).all()


def test_one_network_twice_agrees_with_itself(tmp_path, scene, three):
    run(scene, tmp_path / "one", three[0])
    run(scene, tmp_path / "twice", three[0], three[0], flips=False)
    assert (read(tmp_path / "one")[0] == read(tmp_path / "twice")[0]).all()
    spread, _, _ = read(tmp_path / "twice", "disagreement.tif")
    assert set(np.unique(spread)) == {0, 255}


@pytest.mark.parametrize(
    ("card", "sentence"),
    [
        ({"tile_size": 96}, r"tile size \(64 and 96\)"),
        ({"bands": ("red", "green", "nir")}, r"bands \(red, green, blue and red, green, nir\)"),
        ({"gsd": Gsd(10.0, 8.0, 12.0)}, None),
    ],
)
def test_members_that_see_something_else_are_refused(tmp_path, scene, three, card, sentence):
    other = member(tmp_path, "other", **card)
    if sentence is None:
        near = member(tmp_path, "near", gsd=Gsd(0.5, 0.3, 0.8))
        with pytest.raises(CheckpointError, match=r"one is for 0\.5 m a pixel, the other for 8 to"):
            run(scene, tmp_path / "out", near, other)
        return
    with pytest.raises(CheckpointError, match=sentence) as caught:
        run(scene, tmp_path / "out", three[0], other)
    assert "one.safetensors and other.safetensors" in caught.value.message and caught.value.remedy


def test_other_values_are_refused_but_another_mean_is_not(tmp_path, scene, three):
    scaling = small_checkpoint("linknet").card.scaling
    raw = member(tmp_path, "raw", scaling=replace(scaling, range=(0.0, 1.0)))
    with pytest.raises(CheckpointError, match="range of values"):
        run(scene, tmp_path / "out", three[0], raw)
    brighter = member(tmp_path, "brighter", scaling=replace(scaling, mean=(0.3, 0.3, 0.3)))
    run(scene, tmp_path / "out", three[0], brighter)
    assert read(tmp_path / "out", "disagreement.tif")[0].min() < 255


def test_from_the_command_line(tmp_path, scene, three):
    out = tmp_path / "out"
    code, stdout, errors = backend("detect", scene, "--checkpoint", *three[:2], "--out", out)
    assert code == 0, errors
    assert (out / "disagreement.tif").exists() and "disagreement" in stdout
