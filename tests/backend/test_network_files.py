"""Published files of the field's other networks: each opens as what it is, or says why not."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from backend import models
from backend.checkpoint import load, save
from backend.errors import CheckpointError
from backend.published import TWO_CLASSES
from tests.backend.golden import (
    seeded_card,
    seeded_input,
)
from tests.backend.networks import (
    SMALL,
    output,
    seeded,
)


def card_for(name, network):
    bands = tuple(f"band{index}" for index in range(network.config.in_channels))
    classes = TWO_CLASSES if network.config.classes == 2 else ("landslide",)
    scaling = replace(seeded_card().scaling, mean=(0.5,) * len(bands), std=(0.25,) * len(bands))
    return replace(
        seeded_card(),
        architecture=name,
        config=models.config_of(network),
        bands=bands,
        scaling=scaling,
        classes=classes,
    )


@pytest.mark.parametrize("name", SMALL)
def test_a_saved_network_answers_as_before(tmp_path, name):
    config, stride = SMALL[name]
    network = seeded(name, **config)
    card = card_for(name, network)
    save(tmp_path / "a.safetensors", network, card)
    opened = load(tmp_path / "a.safetensors")
    assert opened.card == card
    assert opened.network.config == network.config
    x = seeded_input(1, network.config.in_channels, stride, 2 * stride)
    assert torch.equal(output(opened.network, x), output(network, x))


def parallel(state):
    return {f"module.{key}": value for key, value in state.items()}


def wrapped(state):
    optimizer = {"state": {}, "param_groups": [{"lr": 0.007}]}
    return {"epoch": 7, "state_dict": state, "optimizer": optimizer, "best_pred": np.float64(0.81)}


WRITERS = {
    "bare": dict,
    "of DataParallel": parallel,
    "in a dict": wrapped,
    "of DataParallel in a dict": lambda state: wrapped(parallel(state)),
}


def published_state(name, network):
    """The seeded weights of a network, with the published file's dead layers."""
    state = dict(network.state_dict())
    if name == "eca_resnet50":
        for layer in ("CustomModel.fc", "fc"):
            state |= {f"{layer}.weight": torch.ones(2, 4), f"{layer}.bias": torch.ones(2)}
    return state


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("name", ["landslide4sense_unet", "eca_resnet50"])
def test_a_published_file_opens_with_its_preprocessing(tmp_path, name, writer):
    network = seeded(name, width=8)
    path = tmp_path / "batch3500_F1_7396.pth"
    torch.save(WRITERS[writer](published_state(name, network)), path)
    opened = load(path, name)
    assert opened.card.name == "batch3500_F1_7396"
    assert opened.card.classes == TWO_CLASSES
    assert len(opened.card.bands) == network.config.in_channels
    x = seeded_input(1, network.config.in_channels, 32, 64)
    assert torch.equal(output(opened.network, x), output(network, x))


@pytest.mark.parametrize("writer", WRITERS)
def test_a_published_mffenet_opens(tmp_path, writer):
    # One number stands for all weights of a layer, which keeps the file small.
    state = {
        key: torch.ones((), dtype=value.dtype).expand(value.shape)
        for key, value in models.sketch("mffenet").state_dict().items()
    }
    path = tmp_path / "model_best.pth.tar"
    torch.save(WRITERS[writer](state), path)
    opened = load(path)
    assert opened.card.name == "model_best"
    assert opened.card.architecture == "mffenet"
    assert opened.card.classes == TWO_CLASSES
    assert opened.card.bands == ("red", "green", "blue")
    assert opened.card.tile_size == 512


def test_landslide4sense_is_normalised_as_its_loader_does(tmp_path):
    torch.save(seeded("landslide4sense_unet", width=8).state_dict(), tmp_path / "a.pth")
    card = load(tmp_path / "a.pth").card
    assert card.tile_size == 128
    assert card.gsd.nominal == 10
    # Values are not stretched: (value - mean) / std, band by band.
    assert card.scaling.range == (0, 1)
    statistics = dict(
        zip(card.bands, zip(card.scaling.mean, card.scaling.std, strict=True), strict=True)
    )
    assert list(statistics)[:4] == ["coastal", "blue", "green", "red"]
    assert statistics["coastal"] == (-0.4914, 0.9325)
    assert statistics["nir"] == (0.0802, 0.8491)
    assert statistics["slope"] == (0.3338, 0.9018)
    assert statistics["dem"] == (0.7819, 1.2913)


def test_eca_resnet50_takes_its_dem_as_a_grey_image(tmp_path):
    torch.save(seeded("eca_resnet50", width=8).state_dict(), tmp_path / "a.pth")
    card = load(tmp_path / "a.pth").card
    assert card.bands == ("red", "green", "blue", "dem")
    assert card.scaling.mean == (0.485, 0.456, 0.406, 0.5)
    assert card.scaling.std == (0.229, 0.224, 0.225, 0.5)
    assert card.scaling.range == (0, 255)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("landslide4sense_unet", "takes 3 bands.*names 14"),
        ("eca_resnet50", "takes 3 bands.*names 4"),
    ],
)
def test_a_published_network_for_other_bands_is_refused(tmp_path, name, words):
    path = tmp_path / "rgb.pth"
    torch.save(seeded(name, width=8, in_channels=3).state_dict(), path)
    with pytest.raises(CheckpointError, match=words):
        load(path)


def test_a_published_network_of_one_class_is_refused(tmp_path):
    path = tmp_path / "one.pth"
    torch.save(seeded("landslide4sense_unet", width=8, classes=1).state_dict(), path)
    with pytest.raises(
        CheckpointError, match=r"outc\.conv\.weight.*\[1, 8, 1, 1\].*\[2, 8, 1, 1\]"
    ):
        load(path)


def test_a_variant_of_a_published_network_names_what_is_strange(tmp_path):
    state = seeded("eca_resnet50", width=8).state_dict()
    torch.save({**state, "conv6.0.weight": torch.zeros(1)}, tmp_path / "variant.pth")
    with pytest.raises(CheckpointError, match=r"close to eca_resnet50, but has conv6\.0\.weight"):
        load(tmp_path / "variant.pth")
