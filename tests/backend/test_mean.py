"""The mean of checkpoints: its weights, its card, and what cannot be averaged."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
import torch

from backend.card import TrainingData
from backend.checkpoint import load, save
from backend.errors import CheckpointError, OutputError
from backend.events import Progress
from backend.training.mean import MeanRequest, average
from tests.backend.checkpoints import small_checkpoint, small_file
from tests.backend.image_sets import write_listed
from tests.backend.workers import backend


def shifted(path, by, threshold=0.5, source="A", **changes):
    """A checkpoint whose weights are larger by as much."""
    checkpoint = small_checkpoint("linknet")
    with torch.no_grad():
        for value in checkpoint.network.state_dict().values():
            value += by if value.is_floating_point() else 0
    training = (TrainingData(source, "free"),)
    card = replace(checkpoint.card, threshold=threshold, training=training, **changes)
    save(path, checkpoint.network, card)
    return path


@pytest.fixture
def pair(tmp_path):
    return (
        shifted(tmp_path / "a.safetensors", 0, 0.4, "A"),
        shifted(tmp_path / "b.safetensors", 0.04, 0.6, "B"),
    )


@pytest.mark.parametrize(("shares", "expected"), [((), 0.02), ((3.0, 1.0), 0.01)])
def test_weights_are_averaged_by_their_shares(pair, tmp_path, shares, expected):
    average(MeanRequest(pair, tmp_path / "mean.safetensors", shares), lambda event: None)
    mean, first = load(tmp_path / "mean.safetensors"), load(pair[0])
    assert mean.network.state_dict()
    for key, value in mean.network.state_dict().items():
        start = first.network.state_dict()[key]
        if value.is_floating_point():
            torch.testing.assert_close(value, start + expected, rtol=1e-5, atol=1e-5)
        else:
            assert (value == start).all()
    assert mean.card.name == "mean"
    assert mean.card.threshold == pytest.approx(0.5)
    assert [part.name for part in mean.card.training] == ["A", "B"]
    assert not mean.card.metrics
    assert mean.card.created == datetime.now(UTC).date().isoformat()


def test_the_command_measures_what_it_writes(pair, tmp_path):
    data = write_listed(tmp_path / "data") / "train.txt"
    out = tmp_path / "mean.safetensors"
    code, stdout, errors = backend(
        "checkpoint", "mean", *pair, "--out", out, "--data", data, "--half", "--device=cpu"
    )
    assert code == 0, errors
    card = load(out).card
    assert "f1" in stdout
    assert card.threshold_source.startswith("highest landslide F1 over all pixels of")
    assert {metric.name for metric in card.metrics} > {"landslide F1"}
    assert out.stat().st_size < 0.7 * pair[0].stat().st_size
    files = [path.name for path in tmp_path.iterdir() if path.is_file()]
    assert sorted(files) == ["a.safetensors", "b.safetensors", "mean.safetensors"]


def test_the_mean_may_have_settings_that_need_no_other_weights(tmp_path):
    first = small_file(tmp_path / "first.safetensors", "calanddet2")
    earlier, out = tmp_path / "earlier.safetensors", tmp_path / "mean.safetensors"
    # When the setting was not known yet.
    config = {name: first.card.config[name] for name in ("encoder", "channels")}
    save(earlier, first.network, replace(first.card, config=config))
    code, _, errors = backend(
        "checkpoint", "mean", first.path, earlier, "--out", out, "--set", "token_window=3"
    )
    assert code == 0, errors
    assert load(out).network.config == replace(first.network.config, token_window=3)
    code, _, errors = backend(
        "checkpoint", "mean", first.path, earlier, "--out", out, "--set", "encoder=lite1"
    )
    assert code and "do not fit encoder=lite1" in errors


def test_a_folder_that_is_not_there_is_told_before_anything_is_evaluated(pair, tmp_path):
    data = str(write_listed(tmp_path / "data") / "train.txt")
    out, heard = tmp_path / "nowhere" / "mean.safetensors", []
    with pytest.raises(OutputError, match=r"cannot be written into .*nowhere"):
        average(MeanRequest(pair, out, data=(data,), device="cpu"), heard.append)
    assert not any(isinstance(event, Progress) for event in heard)


def test_what_cannot_be_averaged_is_refused_and_nothing_written(pair, tmp_path):
    out = tmp_path / "mean.safetensors"
    other = small_file(tmp_path / "other.safetensors", "fcn").path
    bands = shifted(tmp_path / "bands.safetensors", 0, bands=("nir", "red", "green"))
    for files, shares, words in (
        ((pair[0], other), (), "a.safetensors and other.safetensors cannot be averaged.*architect"),
        ((pair[0], bands), (), "differ in bands .*'nir'"),
        (pair[:1], (), "There is one checkpoint"),
        (pair, (1.0,), "1 shares are given for 2 checkpoints"),
        (pair, (1.0, 0.0), "The shares 1, 0 are not all above 0"),
        (pair, (float("inf"), 1.0), "The shares inf, 1 are not all"),
    ):
        with pytest.raises(CheckpointError, match=words):
            average(MeanRequest(files, out, shares), lambda event: None)
    with pytest.raises(CheckpointError, match="no name for a checkpoint"):
        average(MeanRequest(pair, tmp_path / "mean.pt"), lambda event: None)
    assert not out.exists() and not list(tmp_path.glob("*.pt"))
