"""`train` and `evaluate` as a user runs them: data in, a checkpoint with an honest card out."""

import csv
import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from backend.checkpoint import load
from backend.engines.devices import DeviceInfo
from backend.errors import CalandDetError, CheckpointError, DatasetError, TrainingError
from backend.events import Progress
from backend.training.assess import EvaluateRequest, assess
from backend.training.job import train
from backend.training.plan import TrainRequest, loaders_for
from tests.backend.checkpoints import small_file
from tests.backend.rasters import write_raster
from tests.backend.workers import finish, start

SMALL = {"embed_dim": 16, "depths": [1, 1, 1, 1], "neck_depths": [1, 1, 1, 1]}


def write_images(folder: Path, names: str, seed: int, value=255, size=(64, 72)):
    """Grey images with a bright square that is the landslide, in every second image."""
    rng = np.random.default_rng(seed)
    (folder / "image").mkdir(parents=True, exist_ok=True)
    (folder / "mask").mkdir(exist_ok=True)
    for index, name in enumerate(names):
        picture = rng.integers(60, 90, (3, *size)).astype(np.uint8)
        mask = np.zeros((1, *size), np.uint8)
        if index % 2 == 0:
            top, left = rng.integers(4, 30, 2)
            picture[:, top : top + 24, left : left + 24] = 220
            mask[:, top : top + 24, left : left + 24] = value
        write_raster(folder / "image" / f"{name}.tif", picture, crs=None, transform=None)
        write_raster(folder / "mask" / f"{name}.tif", mask, crs=None, transform=None)
    listing = folder / f"{folder.name}.txt"
    listing.write_text("".join(f"image/{name}.tif\n" for name in names))
    return str(listing)


@pytest.fixture
def data(tmp_path):
    """(train, validation) list files."""
    train_files = write_images(tmp_path / "made" / "train", "abcdefgh", seed=1)
    return train_files, write_images(tmp_path / "made" / "val", "stuv", seed=2)


def request(data, out, **others):
    settings = {
        "data": (data[0],),
        "validation": (data[1],),
        "out": out,
        "config": SMALL,
        "epochs": 3,
        "batch_size": 4,
        "learning_rate": 0.05,
        "tile_size": 64,
        "validations": 2,
        "precision": "fp32",
        "device": "cpu",
    }
    return TrainRequest(**settings | others)


def worker(*arguments):
    return finish(start("-m", "backend", *arguments, "--json"))


def silent(event):
    """Nobody listens."""


def test_training_ends_in_a_checkpoint_that_says_how_good_it_is(data, tmp_path):
    out = tmp_path / "mine.safetensors"
    result = train(request(data, out, gsd=0.5, terms="made here", half=True, seed=1), silent)
    checkpoint = load(out)
    card = checkpoint.card
    assert card.architecture == "calanddet" and card.config["embed_dim"] == 16
    assert card.threshold == result.counts["threshold"]
    assert "highest landslide F1" in card.threshold_source and "made/val" in card.threshold_source
    assert [(part.name, part.terms) for part in card.training] == [("made/train", "made here")]
    assert card.gsd.minimum < 0.5 == card.gsd.nominal < card.gsd.maximum
    assert all(metric.averaging and metric.data == "made/val" for metric in card.metrics)
    again = assess(EvaluateRequest(out, (data[1],), device="cpu"), silent)
    assert again.counts["f1"] == pytest.approx(result.counts["f1"])
    stored = [metric.value for metric in card.metrics if metric.name == "landslide F1"]
    assert again.counts["f1"] == pytest.approx(stored[0], abs=1e-4)


def test_a_network_learns_bright_squares(data, tmp_path):
    out = tmp_path / "mine.safetensors"
    result = train(
        request(
            data,
            out,
            architecture="unet",
            config={"encoder": "resnet18"},
            epochs=20,
            loss="even",
            ema=0.9,
        ),
        silent,
    )
    assert result.counts["f1"] > 0.8


def test_beside_it_lie_the_curve_and_the_worst_images(data, tmp_path):
    out = tmp_path / "mine.safetensors"
    train(request(data, out), silent)
    folder = tmp_path / "mine.training"
    with (folder / "curve.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 6 and sum(bool(row["validation_f1"]) for row in rows) == 2
    for name in ("curve.png", "index.html", "metrics.json", "missed.png"):
        assert (folder / name).stat().st_size > 500, name
    assert not list(folder.glob("*.partial")) and not (folder / "mine.safetensors").exists()


def test_a_killed_training_ends_as_an_unbroken_one(data, tmp_path):
    class Killed(Exception):
        pass

    def kill(event):
        if isinstance(event, Progress) and event.stage == "training" and event.done == 4:
            raise Killed

    unbroken, killed = tmp_path / "a" / "net.safetensors", tmp_path / "b" / "net.safetensors"
    for path in (unbroken, killed):
        path.parent.mkdir()
    train(request(data, unbroken), silent)
    with pytest.raises(Killed):
        train(request(data, killed), kill)
    assert not killed.exists()
    train(request(data, killed), silent)
    one, other = load(unbroken).network.state_dict(), load(killed).network.state_dict()
    assert all(torch.equal(one[key], other[key]) for key in one)
    curves = [
        (path.parent / "net.training" / "curve.csv").read_text() for path in (unbroken, killed)
    ]
    assert curves[0] == curves[1]


def test_another_training_does_not_go_on_in_its_folder(data, tmp_path):
    out = tmp_path / "mine.safetensors"
    train(request(data, out, epochs=1), silent)
    with pytest.raises(TrainingError, match=r"another learning_rate: 0\.05, not 0\.01"):
        train(request(data, out, epochs=1, learning_rate=0.01), silent)


def test_going_on_from_a_checkpoint_keeps_what_it_takes(data, tmp_path):
    first, second = tmp_path / "first.safetensors", tmp_path / "second.safetensors"
    train(request(data, first), silent)
    train(request(data, second, start=first, config={}, epochs=1), silent)
    one, other = load(first), load(second)
    assert one.card.scaling == other.card.scaling and one.card.config == other.card.config


def test_going_on_with_settings_that_need_no_other_weights(data, tmp_path):
    start, out = tmp_path / "first.safetensors", tmp_path / "second.safetensors"
    before = small_file(start, "calanddet2").network.config
    once = {"start": start, "epochs": 1, "validations": 1}
    train(request(data, out, **once, config={"token_window": 3}), silent)
    assert load(out).network.config == replace(before, token_window=3)
    assert load(out).card.config["token_window"] == 3
    with pytest.raises(TrainingError, match=r"first\.safetensors is a calanddet2, not a unet"):
        train(request(data, out, **once, architecture="unet"), silent)
    with pytest.raises(CheckpointError, match=r"weights of first\.safetensors do not fit encoder="):
        train(request(data, out, **once, config={"encoder": "lite1"}), silent)
    with pytest.raises(CheckpointError, match="other settings: calanddet2 has no setting gate"):
        train(request(data, out, **once, config={"gate": True}), silent)


@pytest.mark.parametrize(("given", "expected"), [(None, 64), (32, 32)])
def test_going_on_keeps_the_starts_tiles_unless_others_are_asked_for(
    data, tmp_path, given, expected
):
    start, out = tmp_path / "first.safetensors", tmp_path / "second.safetensors"
    assert small_file(start).card.tile_size == 64
    once = {"start": start, "config": {}, "epochs": 1, "validations": 1}
    train(request(data, out, **once, tile_size=given), silent)
    assert load(out).card.tile_size == expected
    # Whoever says what was taken goes on in the same folder.
    train(request(data, out, **once, tile_size=expected), silent)


@pytest.mark.parametrize(
    ("device", "system", "count"),
    [("cpu", "linux", 0), ("cpu", "win32", 0), ("cuda", "linux", 8), ("cuda:1", "win32", 2)],
)
def test_a_gpu_is_fed_by_as_many_processes_as_the_system_bears(device, system, count, monkeypatch):
    monkeypatch.setattr(sys, "platform", system)
    assert loaders_for(DeviceInfo(device, True, "")) == count


def test_without_validation_data_some_images_are_kept_back(data, tmp_path):
    out = tmp_path / "mine.safetensors"
    seen = []
    train(request(data, out, validation=(), validation_share=0.25, epochs=1), seen.append)
    details = seen[0].details
    assert details["images"] == 6 and details["validation_images"] == 2


def test_a_leak_is_refused(data, tmp_path):
    with pytest.raises(DatasetError, match=r"a\.tif"):
        train(request((data[0], data[0]), tmp_path / "mine.safetensors"), silent)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"out": Path("net.pt")}, "net.pt is no name for a checkpoint"),
        ({"epochs": 1, "minutes": 1}, "both given"),
        ({"epochs": -1}, "epochs is -1, not above 0"),
        ({"tile_size": 100}, "100 px is no multiple"),
        ({"validation_share": 1.5, "validation": ()}, "1.5, not between 0 and 1"),
        ({"config": {"embed_dim": 7}}, "embed_dim is 7"),
        ({"architecture": "nonet"}, "'nonet' is no architecture"),
        ({"encoder_weights": Path(__file__)}, "no EfficientNet-Lite encoder"),
        ({"shares": (1, 2)}, "2 shares are given for 1 datasets"),
        ({"shares": (0,)}, "0 are not all above 0"),
    ],
)
def test_bad_requests_are_refused_before_anything_is_written(data, tmp_path, wrong, sentence):
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(CalandDetError, match=sentence):
        train(request(data, **{"out": tmp_path / "mine.safetensors"} | wrong), silent)
    assert sorted(tmp_path.rglob("*")) == before


def test_one_class_only_is_refused(tmp_path, data):
    write_images(tmp_path / "none", "ab", seed=3, value=0)
    with pytest.raises(DatasetError, match="landslide"):
        train(
            request((str(tmp_path / "none" / "none.txt"), data[1]), tmp_path / "m.safetensors"),
            silent,
        )


def test_encoder_weights_of_another_network_are_refused(tmp_path, data):
    weights = tmp_path / "resnet.pth"
    torch.save({"conv1.weight": torch.zeros(64, 3, 7, 7)}, weights)
    wrong = request(
        data,
        tmp_path / "m.safetensors",
        architecture="calanddet2",
        config={"encoder": "lite0"},
        encoder_weights=weights,
    )
    with pytest.raises(CheckpointError, match="does not hold the weights"):
        train(wrong, silent)


def test_the_command_line_trains_and_evaluates(data, tmp_path):
    out = tmp_path / "mine.safetensors"
    arguments = ["--data", data[0], "--validation", data[1], "--out", str(out), "--epochs", "1"]
    arguments += ["--batch-size", "4", "--tile-size", "64", "--validations", "1", "--set"]
    arguments += [f"{name}={json.dumps(value)}" for name, value in SMALL.items()]
    code, events, _ = worker("train", *arguments)
    assert code == 0 and events[-1]["paths"]["checkpoint"] == str(out)
    report = tmp_path / "report"
    code, events, _ = worker("evaluate", out, data[1], "--out", report)
    assert code == 0 and 0 <= events[-1]["counts"]["f1"] <= 1
    assert (report / "index.html").exists()
    code, events, errors = worker("evaluate", out, tmp_path / "nowhere.txt")
    assert code == 2 and "nowhere.txt" in events[-1]["message"] and errors.count("\n") == 1
