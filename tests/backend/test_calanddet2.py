"""CALandDet2: tokens that do not depend on where the tiles lie."""

import pytest
import torch

from backend import models

SMALL = {"encoder": "lite0", "channels": (96, 64, 32, 32)}


def network(**config):
    torch.manual_seed(0)
    made = models.create("calanddet2", **SMALL | config).eval()
    for stage in made.neck:
        # Attention as strong as training makes it.
        stage.attention.gain.data.fill_(1.0)
    return made


def mismatch(made, scene, shift=160):
    """Mean absolute difference of logits where the centres of two tiles of a scene overlap."""
    side = scene.shape[-1] - shift
    with torch.no_grad():
        left, right = (made(scene[..., x : x + side])[0] for x in (0, shift))
    # The middle of what both show.
    first, last = (side + shift) // 2 - 32, (side + shift) // 2 + 32
    rows = slice(side // 2 - 32, side // 2 + 32)
    ours, theirs = left[..., rows, first:last], right[..., rows, first - shift : last - shift]
    return float((ours - theirs).abs().mean())


def test_two_tiles_agree_where_they_meet():
    # One side of the scene is bright, the other dark: the tiles' own tokens differ.
    scene = torch.randn(1, 3, 480, 640, generator=torch.Generator().manual_seed(1))
    scene += torch.linspace(-3, 3, 640)
    assert mismatch(network(token_window=3), scene) < 0.5 * mismatch(network(token_window=0), scene)


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
