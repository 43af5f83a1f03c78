"""The card of a checkpoint: what is refused, and how a file is saved."""

import json
import re
from dataclasses import replace

import pytest
import torch

from backend.checkpoint import load, read_card, save
from backend.errors import CheckpointError, OutputError
from tests.backend.checkpoint_files import KEY, refusal, write_ours
from tests.backend.golden import (
    seeded_card,
    seeded_network,
    write_seeded_checkpoint,
)


@pytest.fixture(scope="module")
def network():
    return seeded_network("calanddet", embed_dim=24)


@pytest.fixture
def state(network):
    return dict(network.state_dict())


@pytest.fixture
def ours(tmp_path):
    return write_seeded_checkpoint(tmp_path / "ours.safetensors", embed_dim=24)


# What is refused: the card


def test_a_file_without_a_card(tmp_path, state):
    refusal(write_ours(tmp_path / "bare.safetensors", state, None), "has no card", "convert")


SCALING = {"mean": [0, 0, 0], "std": [1, 1, 1], "range": [0, 1]}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format": 7}, ("format 7", "up to 1", "Update")),
        ({"format": "1"}, ("format", "'1'")),
        ({"format": 0}, ("format", "0")),
        ({"architecture": "unet9"}, ("'unet9'", "calanddet, swin_seg")),
        ({"config": {"embed_dim": 25}}, ("embed_dim is 25",)),
        ({"config": {"depths": 5}}, ("depths is 5",)),
        ({"config": {"width": 5}}, ("no setting width",)),
        ({"config": {"embed_dim": 24, "in_channels": 4}}, ("takes 4 bands", "names 3")),
        ({"bands": []}, ("bands", "[]")),
        ({"bands": ["red", "red", "blue"]}, ("bands", "'red', 'red'")),
        ({"bands": "red"}, ("bands", "'red'")),
        ({"scaling": 3}, ("scaling", "3")),
        ({"scaling": {"mean": [0, 0], "std": [1, 1, 1], "range": [0, 1]}}, ("scaling.mean",)),
        ({"scaling": {"mean": [0, 0, "x"], "std": [1, 1, 1], "range": [0, 1]}}, ("mean", "'x'")),
        ({"scaling": {"mean": [0, 0, 0], "std": [1, 0, 1], "range": [0, 1]}}, ("std", "above 0")),
        ({"scaling": {"mean": [0, 0, 0], "std": [1, 1, 1], "range": [1, 1]}}, ("range", "1.0")),
        ({"scaling": {"mean": [0, 0, 0], "std": [1, 1, 1], "range": [1]}}, ("range", "[1.0]")),
        ({"scaling": {"mean": [0, 0, 0], "std": [1, 1, 1]}}, ("no scaling.range",)),
        ({"scaling": SCALING | {"units": [1, 1]}}, ("scaling.units", "3 numbers above 0")),
        ({"scaling": SCALING | {"units": [1, 0, 1]}}, ("scaling.units", "0.0")),
        ({"scaling": SCALING | {"by_tile": ["dem"]}}, ("scaling.by_tile", "'dem'")),
        ({"threshold": 1.5}, ("threshold", "1.5")),
        ({"threshold": float("nan")}, ("threshold", "nan")),
        ({"threshold": True}, ("threshold", "True")),
        ({"tile_size": 0}, ("tile_size", "0")),
        ({"tile_size": 100}, ("tile_size is 100", "multiple of 32")),
        ({"tile_size": 224.5}, ("tile_size", "224.5")),
        ({"gsd": {"nominal": 0.8, "minimum": 2, "maximum": 1}}, ("gsd", "ascending")),
        ({"gsd": {"nominal": 0.8, "minimum": None, "maximum": 1}}, ("gsd", "None")),
        ({"training": [3]}, ("training", "3")),
        ({"metrics": [{"name": "f1", "value": 0.8}]}, ("no metrics.averaging",)),
        ({"name": ""}, ("name",)),
        ({"licence": 3}, ("licence", "3")),
    ],
)
def test_cards_that_cannot_be(tmp_path, state, change, words):
    card = json.loads(seeded_card(embed_dim=24).to_json()) | change
    refusal(write_ours(tmp_path / "odd.safetensors", state, json.dumps(card)), *words)


def test_every_field_of_the_card_is_needed(tmp_path, state):
    whole = json.loads(seeded_card(embed_dim=24).to_json())
    # Networks that began anew, and older cards, name no parent.
    for key in whole.keys() - {"parent"}:
        part = {name: value for name, value in whole.items() if name != key}
        path = write_ours(tmp_path / "part.safetensors", state, json.dumps(part))
        refusal(path, f"no {key}")


@pytest.mark.parametrize("text", ["", "{", "[]", "[" * 100_000])
def test_a_card_that_is_no_json(tmp_path, state, text):
    refusal(write_ours(tmp_path / "odd.safetensors", state, text), "JSON")


def test_unknown_fields_of_a_card_do_no_harm(tmp_path, state):
    card = seeded_card(embed_dim=24)
    text = json.dumps({**json.loads(card.to_json()), "colour": "brown"})
    assert load(write_ours(tmp_path / "more.safetensors", state, text)).card == card


# Saving


def test_a_card_of_another_network_is_not_saved(tmp_path, network):
    path = tmp_path / "wrong.safetensors"
    with pytest.raises(CheckpointError, match=r"\[48, 3, 4, 4\]|does not fit"):
        save(path, network, seeded_card(embed_dim=48))
    assert not list(tmp_path.iterdir())


def test_nan_weights_are_not_saved_over_good_ones(ours, network):
    before = ours.read_bytes()
    broken = seeded_network("calanddet", embed_dim=24)
    broken.state_dict()[KEY][0, 0] = torch.nan
    with pytest.raises(CheckpointError, match=re.escape(KEY)):
        save(ours, broken, seeded_card(embed_dim=24))
    assert ours.read_bytes() == before


def test_a_failed_write_keeps_the_old_file(ours, network, monkeypatch):
    before = ours.read_bytes()

    def fill_the_disk(path, content):
        path.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", fill_the_disk)
    with pytest.raises(OutputError, match="No space left on device"):
        save(ours, network, seeded_card(embed_dim=24))
    assert ours.read_bytes() == before
    assert [entry.name for entry in ours.parent.iterdir()] == [ours.name]


def test_a_file_is_replaced_as_a_whole(ours, network):
    before = ours.read_bytes()
    with ours.open("rb") as reader:
        save(ours, network, replace(seeded_card(embed_dim=24), threshold=0.25))
        assert reader.read() == before
    assert read_card(ours).threshold == 0.25


def test_a_missing_folder_is_named(tmp_path, network):
    path = tmp_path / "nowhere" / "a.safetensors"
    with pytest.raises(OutputError, match="nowhere"):
        save(path, network, seeded_card(embed_dim=24))
