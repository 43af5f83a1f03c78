"""CALandDet2: tokens that do not depend on where the tiles lie."""

import pytest
import torch

from backend import models
from backend.models.calanddet2 import means_around
from backend.models.efficientnet import SamePadConv

SMALL = {"encoder": "lite0", "channels": (96, 64, 32, 32)}


def network(**config):
    torch.manual_seed(0)
    made = models.create("calanddet2", **SMALL | config)
    settle(made)
    for stage in made.neck:
        # Attention as strong as training makes it.
        stage.attention.gain.data.fill_(1.0)
    return made


def settle(made):
    """Let batch norms see noise once: without that, what is deep in the encoder is zero."""
    norms = [module for module in made.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    for norm in norms:
        norm.momentum = 1.0
    with torch.no_grad():
        made.train()(torch.randn(2, made.config.in_channels, 256, 256))
    made.eval()


@pytest.mark.parametrize("window", [1, 3, 7])
def test_cells_have_the_same_window_in_two_tiles(window):
    cells = torch.randn(1, 4, 16, 24, generator=torch.Generator().manual_seed(1))
    left, right = (means_around(cells[..., x : x + 16], window) for x in (0, 8))
    rows, columns = (slice(middle - window // 2, middle + window // 2 + 1) for middle in (8, 11))
    expected = cells[..., rows, columns].mean(dim=(2, 3))
    torch.testing.assert_close(left[..., 8, 11], expected)
    torch.testing.assert_close(right[..., 8, 3], expected)


def test_without_a_window_a_cell_has_the_mean_of_its_tile():
    cells = torch.randn(1, 4, 16, 24, generator=torch.Generator().manual_seed(1))
    left, right = (means_around(cells[..., x : x + 16], 0) for x in (0, 8))
    torch.testing.assert_close(left[..., 3, 3], cells[..., :16].mean(dim=(2, 3)))
    assert not torch.allclose(left[..., 11], right[..., 3])


@pytest.mark.parametrize("window", [0, 3, 9])
def test_presence_answers_for_the_whole_tile(window):
    made, tile = network(token_window=window), torch.randn(2, 3, 128, 128)
    with torch.no_grad():
        logits, presence = made(tile)
        _, whole = network(token_window=0)(tile)
    assert logits.shape == (2, 1, 128, 128) and torch.allclose(presence, whole)


@pytest.mark.parametrize("margin", [0, 3, 16, 30, 48, 64, 90, 112])
@pytest.mark.parametrize("window", [0, 3])
def test_the_centre_alone_is_the_centre_of_the_whole(window, margin):
    made, tile = network(token_window=window), torch.randn(1, 3, 256, 256)
    with torch.no_grad():
        whole, presence = made(tile)
        centre, same = made.centre(tile, margin)
    inside = slice(margin, 256 - margin)
    assert whole.std() > 0.01 and torch.equal(presence, same)
    torch.testing.assert_close(centre, whole[..., inside, inside], rtol=0, atol=1e-5)


@pytest.mark.parametrize("window", [-1, 2, 1.5, True])
def test_a_window_has_a_centre(window):
    with pytest.raises(ValueError, match=f"token_window is {window!r}"):
        models.create("calanddet2", token_window=window)


def test_after_fifty_steps_it_answers_as_it_did_while_it_learned():
    torch.manual_seed(0)
    made = models.create("calanddet2", **SMALL).train()
    made.drop.p = 0.0
    batch = torch.randn(4, 3, 128, 128)
    with torch.no_grad():
        for _ in range(50):
            learning, _ = made(batch)
        detecting, _ = made.eval()(batch)
    assert (detecting - learning).std() < 0.5 * learning.std()


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("kernel", [3, 5])
def test_depthwise_gradients_in_bfloat16_are_those_in_float32(kernel, stride):
    torch.manual_seed(0)
    made, x = SamePadConv(8, 8, kernel, stride, groups=8), torch.randn(2, 8, 24, 16)
    slope = torch.randn(made(x).shape)

    def gradients(dtype):
        made.zero_grad()
        at = x.to(dtype).requires_grad_(True)
        with torch.autocast("cpu", dtype, enabled=dtype != torch.float32):
            made(at).backward(slope.to(dtype))
        return at.grad.float(), made.weight.grad

    for quick, exact in zip(gradients(torch.bfloat16), gradients(torch.float32), strict=True):
        assert (quick - exact).abs().max() < 0.01 * exact.abs().max()
