"""What engines try themselves on: tiles that differ, and answers that are numbers."""

import numpy as np
import pytest
import torch

from backend.engines.self_test import MOST_STEPS, check_finite, noise, patterns, tolerance
from backend.engines.tile_network import TileNetwork
from backend.errors import DeviceError
from tests.backend.checkpoints import checkpoint_of

SHAPE = (4, 3, 32, 32)


@pytest.mark.parametrize("made", [patterns, noise])
def test_tiles_differ_and_are_within_their_range(made):
    tiles = made(SHAPE, (-1.0, 3.0), np.dtype("float32"))
    assert tiles.shape == SHAPE and tiles.dtype == np.float32
    assert -1 <= tiles.min() < 0 and 2 < tiles.max() <= 3
    for index in range(len(tiles)):
        others = np.delete(tiles, index, axis=0)
        assert (np.abs(others - tiles[index]).max((1, 2, 3)) > 0.5).all()
    grey = made(SHAPE, (0.0, 1.0), np.dtype("uint8"))
    assert grey.dtype == np.uint8 and grey.max() > 200


@pytest.mark.parametrize(("apart", "steps"), [(0, 1), (2, 1), (4, 2), (6, 3), (100, MOST_STEPS)])
def test_a_batch_in_anothers_place_is_beyond_what_answers_may_be_off(apart, steps):
    batches = [np.zeros((2, 8, 8), np.uint8) for _ in range(3)]
    for number, batch in enumerate(batches):
        batch[0, 0, 0] = number * apart
        batch[1] = 7
    assert tolerance(batches) == steps
    assert steps < apart or apart < 2


class Broken(torch.nn.Module):
    """A mask and a presence logit, one of them no number in the second tile."""

    def __init__(self, mask, presence):
        super().__init__()
        self.values = mask, presence

    def forward(self, x):
        mask, presence = x[:, :1].clone(), x.mean((1, 2, 3))[:, None].clone()
        mask[1, 0, 16, 16], presence[1] = self.values
        return mask, presence


def check(mask, presence):
    network = TileNetwork(checkpoint_of(Broken(mask, presence)), 8)
    tiles = patterns(SHAPE, (0.0, 255.0), np.dtype("uint8"))
    with torch.inference_mode():
        check_finite(network, torch.from_numpy(tiles), "GTX 1660")


@pytest.mark.parametrize("values", [(np.nan, 0.0), (np.inf, 0.0), (0.0, np.nan)])
def test_logits_that_are_no_numbers_are_refused(values):
    with pytest.raises(DeviceError, match="GTX 1660 gets results that are no numbers") as caught:
        check(*values)
    assert "--precision fp32" in caught.value.remedy


def test_logits_that_are_numbers_pass():
    check(-80.0, 80.0)
