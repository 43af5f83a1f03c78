"""Small ones of the field's other networks, and what was published of them."""

import json

import numpy as np
import pytest
import torch

from backend import models
from tests.backend.golden import (
    GOLDEN,
    seeded_state,
)

ON_ENCODERS = ("unet", "deeplabv3plus", "fcn", "linknet")
PUBLISHED = ("landslide4sense_unet", "eca_resnet50", "mffenet")
# Of each network a small one, and the multiple that its sides are of.
SMALL = {
    "unet": ({"encoder": "lite0"}, 32),
    "deeplabv3plus": ({"encoder": "resnet18", "channels": 32}, 16),
    "fcn": ({"encoder": "resnet18", "channels": 32}, 32),
    "linknet": ({}, 32),
    "segformer": ({"encoder": "mit_b0"}, 32),
    "landslide4sense_unet": ({"width": 8}, 16),
    "eca_resnet50": ({"width": 8}, 32),
    "mffenet": ({"encoder": "resnet18", "channels": 32, "widths": (12, 6, 3)}, 16),
}
DEAD = {"eca_resnet50": ("fc.", "CustomModel.fc.")}
SIZE = {"landslide4sense_unet": 128, "eca_resnet50": 224, "mffenet": 256}

needs_golden = pytest.mark.skipif(
    not GOLDEN.is_dir(), reason="the golden outputs are not beside the repository"
)


def golden(name):
    """(published entries by key without dead layers, their number of parameters)."""
    published = json.loads((GOLDEN / f"{name}.json").read_text())
    entries = published["state_dict"]
    dead = {key for key in entries if key.startswith(DEAD.get(name, ()))}
    unused = sum(int(np.prod(entries[key])) for key in dead)
    alive = {key: shape for key, shape in entries.items() if key not in dead}
    return alive, published["parameters"] - unused


def seeded(name, **config):
    """A network with seeded weights, in evaluation mode; counters of batches are its own."""
    network = models.create(name, **config)
    network.load_state_dict(seeded_state(network))
    return network.eval()


def parameters(network):
    return sum(parameter.numel() for parameter in network.parameters())


def output(network, x):
    with torch.inference_mode():
        return network(x)
