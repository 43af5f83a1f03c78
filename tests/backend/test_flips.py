"""Test-time flips: what is averaged, and what it means for a mirrored scene."""

import numpy as np
import pytest

from backend.engines.devices import choose_device
from backend.engines.flips import Flipped
from backend.engines.torch_engine import TorchEngine
from tests.backend.checkpoints import SIZE, small_checkpoint
from tests.backend.rasters import image


@pytest.fixture(scope="module")
def engine():
    return TorchEngine(small_checkpoint(), 8, choose_device("cpu"), "fp32", print)


@pytest.fixture(scope="module")
def tiles():
    return np.stack([image(SIZE, SIZE, seed=seed) for seed in range(3)])


def test_four_mirrorings_are_averaged(engine, tiles):
    seen = [
        engine.predict(tiles),
        engine.predict(tiles[..., ::-1].copy())[..., ::-1],
        engine.predict(tiles[..., ::-1, :].copy())[..., ::-1, :],
        engine.predict(tiles[..., ::-1, ::-1].copy())[..., ::-1, ::-1],
    ]
    mean = np.stack(seen).mean(axis=0)
    result = Flipped(engine).predict(tiles)
    assert np.abs(result - mean).max() <= 0.5
    assert result.dtype == np.uint8 and np.abs(seen[0] - mean).max() > 0.5


@pytest.mark.parametrize("axes", [(-1,), (-2,), (-2, -1)])
def test_a_mirrored_scene_gives_the_mirrored_answer(engine, tiles, axes):
    flipped = Flipped(engine)
    mirrored = flipped.predict(np.flip(tiles, axes).copy())
    np.testing.assert_array_equal(mirrored, np.flip(flipped.predict(tiles), axes))


def test_it_says_so(engine):
    flipped = Flipped(engine)
    assert flipped.description == f"{engine.description}, 4 mirrorings"
    assert (flipped.batch_size, flipped.precision) == (engine.batch_size, "fp32")
