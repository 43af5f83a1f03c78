"""Checkpoints: what opens, what is refused and in which words; nothing in a file ever runs."""

import hashlib
import json
import os
import pickle
import re
import zipfile
from collections import OrderedDict
from dataclasses import replace

import pytest
import torch

from backend import published as published_networks
from backend.card import Gsd, Metric, Scaling, TrainingData
from backend.checkpoint import convert, describe, load, read_card, save
from backend.errors import CheckpointError
from tests.backend.checkpoint_files import KEY, refusal, same_answers, write_ours
from tests.backend.golden import (
    seeded_card,
    seeded_input,
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


@pytest.fixture
def published(tmp_path, state):
    path = tmp_path / "calanddet_best.pt"
    torch.save(state, path)
    return path


# What opens


def test_ours_comes_back_as_it_was(tmp_path, network):
    card = replace(
        seeded_card("calanddet", Gsd(0.8, 0.4, 1.6), embed_dim=24),
        name="Erdrutsch – 滑坡",
        threshold=0.42,
        threshold_source="highest F1 on bijie/val",
        training=(TrainingData("Bijie", "research only"),),
        metrics=(Metric("f1", 0.85, "over all pixels", "bijie/val"),),
        licence="CC BY 4.0",
        created="2025-01-31",
    )
    path = tmp_path / "full.safetensors"
    save(path, network, card)
    checkpoint = load(path)
    assert checkpoint.card == card == read_card(path)
    assert same_answers(checkpoint.network, network)
    assert not checkpoint.network.training
    assert checkpoint.path == path
    assert checkpoint.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert checkpoint.card.gsd.range == (0.4, 1.6)
    assert [entry.name for entry in tmp_path.iterdir()] == ["full.safetensors"]


@pytest.mark.parametrize("architecture", ["calanddet", "swin_seg", "swin_seg_cls"])
@pytest.mark.parametrize("width", [24, 48])
def test_published_files_open_directly(tmp_path, architecture, width):
    network = seeded_network(architecture, embed_dim=width)
    path = tmp_path / "best.pt"
    torch.save(network.state_dict(), path)
    checkpoint = load(path)
    card = checkpoint.card
    assert same_answers(checkpoint.network, network)
    assert card == read_card(path, architecture)
    assert (card.architecture, card.config["embed_dim"], card.name) == (architecture, width, "best")
    assert card.bands == ("red", "green", "blue")
    assert card.scaling == Scaling((0.485, 0.456, 0.406), (0.229, 0.224, 0.225), (0.0, 255.0))
    assert (card.tile_size, card.threshold, card.gsd.range) == (224, 0.5, None)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda state: {"epoch": 3, "state_dict": state, "optimizer": {}, "best_pred": 0.5},
        lambda state: {"model_state_dict": state},
        lambda state: OrderedDict((f"module.{key}", value) for key, value in state.items()),
        lambda state: {"state_dict": {f"module.{key}": value for key, value in state.items()}},
    ],
)
def test_wrappers_and_prefixes_are_taken_off(tmp_path, state, network, wrap):
    path = tmp_path / "wrapped.pth"
    torch.save(wrap(state), path)
    assert same_answers(load(path).network, network)


def test_the_old_torch_format_opens(tmp_path, state, network):
    path = tmp_path / "old.pt"
    torch.save(state, path, _use_new_zipfile_serialization=False)
    assert same_answers(load(path).network, network)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_other_precisions_load_as_float32(tmp_path, state, dtype):
    stored = {k: v.to(dtype) if v.is_floating_point() else v for k, v in state.items()}
    torch.save(stored, tmp_path / "half.pt")
    write_ours(tmp_path / "half.safetensors", stored, seeded_card(embed_dim=24).to_json())
    for name in ("half.pt", "half.safetensors"):
        loaded = load(tmp_path / name).network
        assert {value.dtype for value in loaded.parameters()} == {torch.float32}
        assert torch.equal(loaded.state_dict()[KEY], stored[KEY].float())


def test_dead_layers_are_dropped(tmp_path, state, network, monkeypatch):
    entry = replace(published_networks._PUBLISHED["calanddet"], dead=("fc.", "CustomModel.fc."))
    monkeypatch.setitem(published_networks._PUBLISHED, "calanddet", entry)
    path = tmp_path / "dead.pth"
    torch.save({**state, "fc.weight": torch.zeros(2), "CustomModel.fc.bias": torch.ones(1)}, path)
    assert same_answers(load(path).network, network)


def test_a_loaded_network_trains(published):
    loaded = load(published).network.train()
    loaded(seeded_input(1, 3, 32, 32))[0].mean().backward()
    assert loaded.head.final.weight.grad is not None


def test_convert_writes_a_file_of_ours(tmp_path, published, network):
    out = tmp_path / "converted.safetensors"
    card = convert(published, out)
    checkpoint = load(out, "calanddet")
    assert checkpoint.card == card
    assert same_answers(checkpoint.network, network)


def test_convert_does_not_overwrite_the_published_file(published):
    before = published.read_bytes()
    with pytest.raises(CheckpointError, match=r"calanddet_best\.pt .*\.safetensors"):
        convert(published, published)
    assert published.read_bytes() == before


def test_describe_is_json_and_counts_parameters(tmp_path):
    shown = json.loads(json.dumps(describe(write_seeded_checkpoint(tmp_path / "a.safetensors"))))
    assert shown["architecture"] == "calanddet"
    assert shown["parameters"] == 35_113_891
    assert shown["scaling"]["range"] == [0, 255]
    assert len(shown["sha256"]) == 64


# What is refused: the file


def test_missing_file_and_folder(tmp_path):
    assert "does not exist" in refusal(tmp_path / "absent.pt")
    folder = tmp_path / "folder.pt"
    folder.mkdir()
    assert "is a folder" in refusal(folder)


@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
@pytest.mark.parametrize(
    "content", [b"", b"hello, I am a text\n" * 9, bytes(range(256)) * 40, b"PK\x03\x04", b"\x80"]
)
def test_files_that_are_no_checkpoint(tmp_path, suffix, content):
    path = tmp_path / f"other{suffix}"
    path.write_bytes(content)
    sentence = refusal(path)
    assert "empty" in sentence if not content else "checkpoint" in sentence or "damaged" in sentence


@pytest.mark.parametrize("part", [0.001, 0.1, 0.5, 0.999])
def test_truncated_files(tmp_path, ours, published, part):
    for whole in (ours, published):
        path = tmp_path / f"cut{whole.suffix}"
        content = whole.read_bytes()
        path.write_bytes(content[: int(len(content) * part)])
        assert re.search("damaged|cut off", refusal(path))


def test_old_torch_format_cut_off(tmp_path, state):
    path = tmp_path / "old.pt"
    torch.save(state, path, _use_new_zipfile_serialization=False)
    path.write_bytes(path.read_bytes()[:-1000])
    refusal(path, "damaged")


def test_a_zip_of_something_else(tmp_path):
    path = tmp_path / "images.pt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("images/a.txt", "a")
    refusal(path, "archive without weights")


def test_a_torchscript_program(tmp_path):
    path = tmp_path / "scripted.pt"
    with zipfile.ZipFile(path, "w") as archive:
        for member in ("data.pkl", "constants.pkl", "code/__torch__.py"):
            archive.writestr(f"scripted/{member}", "")
    refusal(path, "TorchScript", "state_dict")


@pytest.mark.parametrize("content", [[1, 2], {"epoch": 3}, {}, {"state_dict": {"a": "b"}}])
def test_a_torch_file_without_weights(tmp_path, content):
    path = tmp_path / "log.pt"
    torch.save(content, path)
    refusal(path, "holds no network's weights")


# What is refused: code


class Malicious:
    """A pickle of it creates the file at `target` when it is opened by a full unpickle."""

    def __init__(self, target):
        self.target = target

    def __reduce__(self):
        return os.mkdir, (str(self.target),)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_raw_pickle_is_not_executed(tmp_path, protocol):
    target, path = tmp_path / "owned", tmp_path / "evil.pt"
    path.write_bytes(pickle.dumps(Malicious(target), protocol))
    refusal(path)
    assert not target.exists()
    pickle.loads(path.read_bytes())
    assert target.exists(), "the pickle is harmless, the test proves nothing"


@pytest.mark.parametrize("new_format", [True, False])
@pytest.mark.parametrize("where", ["alone", "beside the weights", "as a weight"])
def test_code_inside_a_torch_file_is_not_executed(tmp_path, state, new_format, where):
    target, path = tmp_path / "owned", tmp_path / "evil.pt"
    evil = Malicious(target)
    content = {
        "alone": evil,
        "beside the weights": {"state_dict": state, "config": evil},
        "as a weight": {**state, KEY: evil},
    }[where]
    torch.save(content, path, _use_new_zipfile_serialization=new_format)
    refusal(path, "would run code", "posix.mkdir" if os.name == "posix" else "nt.mkdir")
    assert not target.exists()
    torch.load(path, weights_only=False)
    assert target.exists(), "the file is harmless, the test proves nothing"


def test_a_whole_network_is_refused_with_its_class(tmp_path, network):
    path = tmp_path / "module.pt"
    torch.save(network, path)
    refusal(path, "backend.models.calanddet.CALandDet", "state_dict")


# What is refused: the weights


def test_another_architecture_than_asked_for(ours, published):
    for path in (ours, published):
        refusal(path, "calanddet", "swin_seg", architecture="swin_seg")


def test_an_unknown_architecture_names_some_keys(tmp_path):
    path = tmp_path / "unet.pth"
    torch.save({f"conv{index}.weight": torch.zeros(3, 3) for index in range(9)}, path)
    refusal(path, "conv0.weight", "and 6 more", "calanddet, swin_seg, swin_seg_cls")


def test_a_variant_names_what_is_missing_and_what_is_strange(tmp_path, state):
    path = tmp_path / "variant.pt"
    del state[KEY]
    torch.save({**state, "head.extra.weight": torch.zeros(1)}, path)
    refusal(path, "close to calanddet", f"lacks {KEY}", "has head.extra.weight")


def test_a_file_that_resembles_two_networks_names_both(tmp_path):
    # One ablation has the presence head, the other has not; here half of it is left.
    state = seeded_network("swin_seg_cls", embed_dim=24).state_dict()
    heads = sorted(key for key in state if key.startswith("cls_head"))
    path = tmp_path / "half.pt"
    torch.save({key: value for key, value in state.items() if key != heads[0]}, path)
    refusal(path, "resembles", "swin_seg", "swin_seg_cls", heads[0], "Known architectures are")


def test_bands_that_a_bare_file_cannot_name(tmp_path):
    path = tmp_path / "four.pt"
    torch.save(seeded_network("swin_seg", embed_dim=24, in_channels=4).state_dict(), path)
    refusal(path, "takes 4 bands", "names 3")


def bad_weights():
    def other_shape(state):
        state[KEY] = torch.zeros(24, 25)

    def nan(state):
        state[KEY] = state[KEY].clone()
        state[KEY][3, 4] = torch.nan

    def infinite(state):
        state[KEY] = state[KEY].double()
        state[KEY][0, 0] = 1e300

    def whole_numbers(state):
        state[KEY] = state[KEY].to(torch.int8)

    def other_table(state):
        key = KEY.replace("proj.weight", "relative_position_index")
        state[key] = state[key] + 1000

    return {
        other_shape: (KEY, "[24, 25]", "[24, 24]"),
        nan: (KEY, "not a number"),
        infinite: (KEY, "infinite"),
        whole_numbers: (KEY, "int8"),
        other_table: ("relative_position_index", "another table"),
    }


@pytest.mark.parametrize(("damage", "words"), bad_weights().items())
def test_weights_that_cannot_be_used(tmp_path, state, damage, words):
    damage(state)
    torch.save(state, tmp_path / "bad.pt")
    write_ours(tmp_path / "bad.safetensors", state, seeded_card(embed_dim=24).to_json())
    for name in ("bad.pt", "bad.safetensors"):
        with pytest.raises(CheckpointError) as caught:
            load(tmp_path / name)
        assert all(word in str(caught.value) for word in (name, *words))
        assert caught.value.remedy


def test_weights_that_do_not_fit_the_card(tmp_path, state):
    card = seeded_card("swin_seg", embed_dim=24).to_json()
    path = write_ours(tmp_path / "mixed.safetensors", state, card)
    with pytest.raises(
        CheckpointError, match=r"mixed\.safetensors does not fit its card.*cls_head"
    ):
        load(path)
