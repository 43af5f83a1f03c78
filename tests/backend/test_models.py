"""The networks: equal to the published ones, at any width, on any size they take."""

import json
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
import torch

from backend import models
from backend.errors import CalandDetError
from backend.models.swin import SwinConfig, WindowAttention, cached_windows, cut_windows, heads
from tests.backend.golden import GOLDEN, seeded_input, seeded_network, seeded_state

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def small():
    return seeded_network("calanddet", embed_dim=24)


def outputs(network, x):
    with torch.inference_mode():
        result = network(x)
    return result if isinstance(result, tuple) else (result,)


@pytest.mark.skipif(not GOLDEN.is_dir(), reason="the golden outputs are not beside the repository")
@pytest.mark.parametrize("name", ["calanddet", "swin_seg", "swin_seg_cls"])
def test_equals_the_published_network(name):
    published = json.loads((GOLDEN / f"{name}.json").read_text())
    network = models.create(name).eval()
    network.load_state_dict(seeded_state(network), strict=True)
    shapes = {key: list(value.shape) for key, value in network.state_dict().items()}
    expected = dict(published["state_dict"])
    assert list(shapes.items()) == list(expected.items())
    count = sum(parameter.numel() for parameter in network.parameters())
    assert count == published["parameters"]
    with np.load(GOLDEN / f"{name}.npz") as golden:
        results = outputs(network, seeded_input(2, 3, 224, 224))
        assert len(results) == len(golden.files)
        for key, result in zip(sorted(golden.files), results, strict=True):
            tolerance = 2e-4 * max(1, np.abs(golden[key]).max())
            np.testing.assert_allclose(result, golden[key], rtol=0, atol=tolerance)


def test_calanddet_has_the_published_number_of_parameters():
    network = models.sketch("calanddet")
    assert sum(parameter.numel() for parameter in network.parameters()) == 35_113_891


@pytest.mark.parametrize("size", [(32, 32), (96, 96), (256, 256), (160, 352)])
@pytest.mark.parametrize("name", ["calanddet", "swin_seg", "swin_seg_cls"])
def test_logits_come_out_at_the_input_size(name, size):
    network = seeded_network(name, embed_dim=24)
    mask, *presence = outputs(network, seeded_input(2, 3, *size))
    assert mask.shape == (2, 1, *size)
    assert torch.isfinite(mask).all()
    assert [tuple(logit.shape) for logit in presence] == [(2, 1)] * (name != "swin_seg")


@pytest.mark.parametrize("size", [(224, 200), (31, 32), (0, 32)])
def test_other_sizes_are_refused_with_the_size(small, size):
    with pytest.raises(ValueError, match=f"{size[0]} x {size[1]} px.*multiples of 32"):
        small(torch.zeros(1, 3, *size))


def test_another_number_of_bands_is_refused(small):
    with pytest.raises(ValueError, match=r"takes \(B, 3, H, W\).*\(1, 4, 32, 32\)"):
        small(torch.zeros(1, 4, 32, 32))


def test_takes_more_bands():
    network = seeded_network("calanddet", embed_dim=24, in_channels=5)
    assert outputs(network, seeded_input(1, 5, 32, 32))[0].shape == (1, 1, 32, 32)


@pytest.mark.parametrize("width", [24, 32, 40, 48, 72, 96])
def test_any_width_has_heads_that_fit(width):
    network = models.sketch("calanddet", embed_dim=width)
    attention = [part for part in network.modules() if isinstance(part, WindowAttention)]
    assert all(part.qkv.in_features % part.head_count == 0 for part in attention)


def test_heads_are_the_published_ones_at_the_published_width():
    assert [heads(channels, 32) for channels in (96, 192, 384, 768)] == [3, 6, 12, 24]
    assert [heads(channels, 16) for channels in (384, 192, 96, 48)] == [24, 12, 6, 3]


def test_the_fast_path_on_cpu_equals_the_plain_matrix_product(small, monkeypatch):
    x = seeded_input(2, 3, 64, 64)
    fast = outputs(small, x)[0]
    monkeypatch.setattr("backend.models.layers._convolves_faster", lambda x: False)
    torch.testing.assert_close(fast, outputs(small, x)[0], atol=1e-4, rtol=0)


def test_only_published_keys_are_saved_after_a_forward_pass():
    network = seeded_network("swin_seg", embed_dim=24)
    before = list(network.state_dict())
    outputs(network, seeded_input(1, 3, 96, 96))
    assert list(network.state_dict()) == before


def test_masks_and_tables_are_made_once(small):
    x = seeded_input(1, 3, 96, 96)
    outputs(small, x)
    made = cached_windows.cache_info().misses
    outputs(small, x)
    assert cached_windows.cache_info().misses == made


@pytest.mark.parametrize(("height", "width"), [(14, 21), (15, 9), (7, 14), (1, 5)])
@pytest.mark.parametrize("shift", [0, 3])
def test_windows_put_every_token_back(height, width, shift):
    windows = cut_windows(height, width, 7, shift, CPU)
    padded = height + windows.pad_bottom, width + windows.pad_right
    assert windows.order.sort().values.tolist() == list(range(padded[0] * padded[1]))
    back = windows.order[windows.inverse].view(height, width)
    grid = torch.arange(padded[0] * padded[1]).view(padded)[:height, :width]
    assert torch.equal(back, grid)


def test_shifted_windows_let_only_neighbours_attend():
    windows = cut_windows(14, 14, 7, 3, CPU)
    assert windows.mask is not None
    rows = windows.order.div(14, rounding_mode="floor").view(4, 49)
    columns = windows.order.remainder(14).view(4, 49)
    apart = windows.mask[:, 0] < 0
    far = (rows[:, :, None] - rows[:, None, :]).abs() >= 7
    far |= (columns[:, :, None] - columns[:, None, :]).abs() >= 7
    assert torch.equal(apart, far)


def attend_densely(attention, x):
    """Shifted window attention (B, H, W, C) from its definition, as one matrix over all tokens."""
    _, height, width, channels = x.shape
    side, count = attention.window, attention.head_count
    x = torch.nn.functional.pad(x, (0, 0, 0, -width % side, 0, -height % side))
    sizes = x.shape[1:3]
    shifts = [attention.shift if size > side else 0 for size in sizes]
    places = [
        axis.flatten()
        for axis in torch.meshgrid(*(torch.arange(size) for size in sizes), indexing="ij")
    ]
    apart = torch.zeros(1, dtype=torch.bool)
    inside = torch.ones(1, dtype=torch.bool)
    offsets = []
    for place, size, shift in zip(places, sizes, shifts, strict=True):
        moved = (place - shift) % size
        window, carried = moved // side, place < shift
        inside = inside & (window[:, None] == window)
        apart = apart | (carried[:, None] != carried)
        offsets.append((moved[:, None] - moved + side - 1).clamp(0, 2 * side - 2))
    table = attention.relative_position_bias_table.view(2 * side - 1, 2 * side - 1, count)
    bias = table[offsets[0], offsets[1]].permute(2, 0, 1) - 100.0 * apart
    query, key, value = (
        attention.qkv(x.flatten(1, 2)).unflatten(-1, (3, count, -1)).permute(2, 0, 3, 1, 4)
    )
    weights = query @ key.transpose(-2, -1) / (channels // count) ** 0.5 + bias
    weights = weights.masked_fill(~inside, -torch.inf).softmax(-1)
    mixed = attention.proj((weights @ value).transpose(1, 2).flatten(2))
    return mixed.view(x.shape)[:, :height, :width]


@pytest.mark.parametrize("size", [(14, 14), (10, 17), (5, 14), (3, 6)])
@pytest.mark.parametrize("shift", [0, 3])
def test_attention_equals_its_definition(size, shift):
    torch.manual_seed(1)
    attention = WindowAttention(channels=12, head_count=3, window=7, shift=shift)
    torch.nn.init.normal_(attention.relative_position_bias_table)
    x = torch.randn(2, *size, 12)
    with torch.no_grad():
        torch.testing.assert_close(attention(x), attend_densely(attention, x))


def test_a_map_that_one_window_covers_is_not_shifted():
    assert cut_windows(7, 5, 7, 3, CPU).mask is None
    one_axis = cut_windows(7, 14, 7, 3, CPU)
    assert one_axis.mask is not None
    assert one_axis.order[:3].tolist() == [3, 4, 5]


def test_trains_in_float32_and_bfloat16_and_drops_paths():
    network = models.create("calanddet", embed_dim=24).train()
    x = torch.rand(2, 3, 64, 64)
    for reduced in (False, True):
        network.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=reduced):
            mask, presence = network(x)
        (mask.float().mean() + presence.float().mean()).backward()
        trained = {key for key, value in network.named_parameters() if value.grad is not None}
        # The published network has one layer that its forward pass never uses.
        assert {key for key, _ in network.named_parameters()} - trained == {
            "backbone.norm.weight",
            "backbone.norm.bias",
        }
    torch.manual_seed(0)
    assert not torch.equal(network(x)[0], network(x)[0])
    network.eval()
    assert torch.equal(network(x)[0], network(x)[0])


def test_trains_after_an_inference_pass_at_the_same_size(small):
    x = seeded_input(1, 3, 32, 96)
    outputs(small, x)
    mask, _ = small(x)
    mask.mean().backward()
    small.zero_grad()


def test_exports_as_a_graph():
    shallow = {"depths": (2, 1, 1, 1), "neck_depths": (1, 1, 1, 1)}
    network = seeded_network("calanddet", embed_dim=24, **shallow)
    x = seeded_input(1, 3, 64, 64)
    graph = torch.export.export(network, (x,)).module()
    torch.testing.assert_close(outputs(graph, x)[0], outputs(network, x)[0], atol=1e-4, rtol=0)


def test_the_card_s_settings_make_the_same_network():
    config = json.loads(json.dumps(models.config_of(models.sketch("calanddet", embed_dim=48))))
    network = models.sketch("calanddet", **config)
    assert network.config == models.sketch("calanddet", embed_dim=48).config
    with pytest.raises(FrozenInstanceError):
        network.config.embed_dim = 96


def test_unknown_names_and_settings_are_refused():
    with pytest.raises(CalandDetError, match=r"'unet3'.*calanddet, swin_seg, swin_seg_cls"):
        models.create("unet3")
    with pytest.raises(ValueError, match="calanddet has no setting dephts"):
        models.create("calanddet", dephts=[2])


@pytest.mark.parametrize(
    "setting",
    [
        {"embed_dim": 0},
        {"embed_dim": 25},
        {"embed_dim": "96"},
        {"embed_dim": True},
        {"depths": (2, 2)},
        {"neck_depths": (2, 2, 10**9, 2)},
        {"stochastic_depth": 1.5},
    ],
)
def test_impossible_settings_are_refused_by_name(setting):
    with pytest.raises(ValueError, match=next(iter(setting))):
        SwinConfig(**setting)
