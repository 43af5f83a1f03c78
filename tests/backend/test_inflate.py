"""An RGB checkpoint as the start of a network for more bands, and training on these."""

from __future__ import annotations

import h5py
import numpy as np
import pytest
import torch

from backend import models
from backend.checkpoint import load, save
from backend.models.inflate import inflated
from backend.published import LANDSLIDE4SENSE, LANDSLIDE4SENSE_BANDS
from backend.training.job import train
from backend.training.plan import TrainRequest
from tests.backend.checkpoints import SIZES, small_checkpoint
from tests.backend.golden import seeded_input

RGB = ("red", "green", "blue")
RGB_IN = [LANDSLIDE4SENSE_BANDS.index(band) for band in RGB]


def landslide_logits(output):
    return output[0] if isinstance(output, tuple) else output


@pytest.mark.parametrize("architecture", models.names())
def test_the_first_answers_are_the_old_networks_and_new_bands_can_be_learned(architecture):
    old = small_checkpoint(architecture).network
    wider = inflated(architecture, old, RGB, ("nir", "blue", "dem", "red", "green")).eval()
    size = SIZES.get(architecture, 64)
    x = seeded_input(2, 5, size, size)
    with torch.inference_mode():
        expected = landslide_logits(old(x[:, [3, 4, 1]]))
        torch.testing.assert_close(landslide_logits(wider(x)), expected, rtol=1e-4, atol=1e-4)
    landslide_logits(wider(x)).square().sum().backward()
    first = next(
        weight for weight in wider.parameters() if weight.ndim == 4 and weight.shape[1] == 5
    )
    assert not first[:, [0, 2]].any() and first[:, [1, 3, 4]].any()
    assert first.grad[:, 0].any() and first.grad[:, 2].any()


def test_a_band_that_is_gone_cannot_be_inflated():
    with pytest.raises(ValueError, match="green are missing"):
        inflated("linknet", small_checkpoint("linknet").network, RGB, ("red", "blue", "dem"))


@pytest.fixture(scope="module")
def patches(tmp_path_factory):
    """Eight patches in Landslide4Sense's layout; a landslide is bright in red and steep."""
    folder, rng = tmp_path_factory.mktemp("l4s"), np.random.default_rng(0)
    for part in ("img", "mask"):
        (folder / part).mkdir()
    for number in range(1, 9):
        values = rng.normal(1, 0.1, (64, 64, 14))
        mask = np.zeros((64, 64), np.uint8)
        if number % 2:
            mask[16:48, 20:44] = 1
            values[mask == 1, 3] += 3
            values[mask == 1, 12] += 1
        for part, key, content in (("img", "img", values), ("mask", "mask", mask)):
            name = "image" if part == "img" else "mask"
            with h5py.File(folder / part / f"{name}_{number}.h5", "w") as file:
                file[key] = content
    return folder


@pytest.mark.parametrize("architecture", ["calanddet", "unet"])
def test_training_goes_on_from_rgb_with_fourteen_bands(tmp_path, patches, architecture):
    start = small_checkpoint(architecture)
    save(tmp_path / "rgb.safetensors", start.network, start.card)
    request = TrainRequest(
        data=(str(patches),), out=tmp_path / "more.safetensors", start=tmp_path / "rgb.safetensors",
        epochs=1, batch_size=2, tile_size=64, validations=1, validation_share=0.5, device="cpu",
        precision="fp32", learning_rate=1e-5, ema=0.0,
    )  # fmt: skip
    train(request, lambda event: None)
    more = load(request.out)
    assert more.card.bands == LANDSLIDE4SENSE_BANDS and more.card.architecture == architecture
    assert more.card.scaling.units == LANDSLIDE4SENSE.units
    assert more.card.scaling.mean == pytest.approx([1.0] * 14, abs=0.5)
    old, new = start.network.state_dict(), more.network.state_dict()
    key = next(key for key in old if old[key].shape != new[key].shape)
    assert torch.allclose(new[key][:, RGB_IN], old[key], atol=1e-2)
    others = [index for index in range(14) if index not in RGB_IN]
    assert 0 < new[key][:, others].abs().max() < 1e-2
