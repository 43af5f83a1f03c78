"""Weights rounded for bfloat16 are those of float32, and change as little as can be."""

from __future__ import annotations

import copy

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from backend import models
from backend.checkpoint import load, save
from backend.models.folding import fit_for_bf16, folded, is_bf16, rounded
from tests.backend.checkpoints import checkpoint_of
from tests.backend.golden import seeded_card

SIDE = 64


def network(name: str = "calanddet2", **settings: object) -> nn.Module:
    """One whose normalisations have learned statistics, some of negative weight."""
    torch.manual_seed(0)
    made = models.create(name, encoder="lite0", **settings)
    for module in made.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.running_mean)
            nn.init.uniform_(module.running_var, 0.1, 4)
            nn.init.uniform_(module.weight, -0.2, 1)
            nn.init.normal_(module.bias)
    return made.eval()


def answer(made: nn.Module) -> torch.Tensor:
    with torch.inference_mode():
        result = made(torch.linspace(-2, 2, 3 * SIDE * SIDE).view(1, 3, SIDE, SIDE))
    return result[0] if isinstance(result, tuple) else result


def convolutions(made: nn.Module) -> dict[str, nn.Conv2d]:
    return {name: one for name, one in made.named_modules() if isinstance(one, nn.Conv2d)}


@pytest.mark.parametrize("name", ["calanddet2", "unet"])
def test_folding_changes_nothing_but_the_number_of_layers(name):
    plain = network(name)
    before = {key: value.clone() for key, value in plain.state_dict().items()}
    twin = folded(plain)
    torch.testing.assert_close(answer(twin), answer(plain), rtol=1e-3, atol=1e-3)
    assert not any(isinstance(one, nn.BatchNorm2d) for one in twin.modules())
    after = plain.state_dict()
    assert all(torch.equal(after[key], value) for key, value in before.items())


def test_fitted_weights_are_held_by_bfloat16_once_they_are_folded():
    fitted = network()
    fit_for_bf16(fitted)
    in_full = [f"encoder.{part}." for part in fitted.encoder.in_full]
    for name, one in convolutions(folded(fitted)).items():
        if name.startswith(tuple(in_full)):
            continue
        # To the last bits of float32, which rounding to bfloat16 takes away again.
        near = one.weight.bfloat16().float()
        torch.testing.assert_close(one.weight, near, rtol=1e-6, atol=1e-12)
        torch.testing.assert_close(one.bias, one.bias.bfloat16().float(), rtol=1e-5, atol=1e-6)


def test_rounded_weights_are_a_copys():
    plain = network()
    twin = rounded(plain)
    in_full = tuple(f"encoder.{part}." for part in plain.encoder.in_full)
    for name, one in convolutions(twin).items():
        own = convolutions(plain)[name].weight
        assert is_bf16(one.weight) != name.startswith(in_full)
        assert (one.weight is own) == name.startswith(in_full)
        torch.testing.assert_close(one.weight, own, rtol=2**-8, atol=0)


def test_what_is_computed_in_float32_keeps_its_weights():
    plain = network()
    fitted = copy.deepcopy(plain)
    fit_for_bf16(fitted)
    same = {
        name
        for name, one in convolutions(fitted).items()
        if torch.equal(one.weight, convolutions(plain)[name].weight)
    }
    in_full = tuple(f"encoder.{part}." for part in plain.encoder.in_full)
    assert same == {name for name in convolutions(plain) if name.startswith(in_full)}


def test_fitting_moves_answers_by_no_more_than_rounding_does():
    plain = network()
    fitted = copy.deepcopy(plain)
    fit_for_bf16(fitted)
    change = answer(fitted) - answer(plain)
    assert 0 < change.abs().mean() < 0.02 * answer(plain).std()


def test_a_fitted_network_goes_on_learning_from_the_same_statistics():
    """In training a normalisation takes its batch's statistics: it has to give the same."""
    plain = network().train()
    fitted = copy.deepcopy(plain)
    fit_for_bf16(fitted)
    for made in (plain, fitted):
        made.drop = nn.Identity()
    difference = (answer(fitted) - answer(plain)).abs().mean()
    assert difference < 0.05 * answer(plain).std()


def test_half_is_stored_in_16_bits_and_stored_again_the_same(tmp_path):
    checkpoint = checkpoint_of(network(), seeded_card("calanddet2", encoder="lite0"))
    first, second, full = (tmp_path / f"{name}.safetensors" for name in "abc")
    save(full, checkpoint.network, checkpoint.card)
    save(first, checkpoint.network, checkpoint.card, half=True)
    save(second, load(first).network, checkpoint.card, half=True)
    once, twice = load_file(first), load_file(second)
    assert all(value.equal(twice[key]) for key, value in once.items())
    assert first.stat().st_size < 0.55 * full.stat().st_size


def test_bfloat16_holds_eight_bits():
    assert is_bf16(torch.tensor([1.0, -0.5, 255.0]))
    assert not is_bf16(torch.tensor([257.0]))
    assert not is_bf16(torch.tensor([1]))
