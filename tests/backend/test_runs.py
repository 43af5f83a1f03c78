"""Tiles that are cut out of one piece, on whatever device, are the tiles that lie there."""

import numpy as np
import pytest
import torch

from backend.engines.runs import Run, cut, pack, singles, unpack
from backend.inference import infer
from backend.raster.grid import Tiling
from backend.training.predict import ArraySource
from tests.backend.rasters import image

SIZE = 32


def piece(count, stride, dtype=np.uint8):
    pixels = image(SIZE, (count - 1) * stride + SIZE, seed=count).astype(dtype)
    return Run(pixels, count, stride)


def by_hand(run):
    starts = range(0, run.count * run.stride, run.stride)
    return np.stack([run.pixels[:, :, at : at + SIZE] for at in starts])


@pytest.mark.parametrize("stride", [16, 24, 28, 32])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_what_is_packed_and_unpacked_are_the_tiles(stride, dtype):
    runs = [piece(count, stride, dtype) for count in (3, 1, 4)]
    expected = np.concatenate([by_hand(run) for run in runs])
    assert (cut(runs) == expected).all()
    kind = torch.from_numpy(expected).dtype
    tiles = torch.zeros((10, 3, SIZE, SIZE), dtype=kind)
    buffer = torch.full((tiles.numel() + 1,), 7, dtype=kind)[1:]
    assert pack(runs, buffer) == sum(run.pixels.size for run in runs) <= expected.size
    unpack(runs, buffer, tiles)
    assert (tiles[:8].numpy() == expected).all() and not tiles[8:].any()


def test_tiles_that_are_no_neighbours_are_runs_of_one():
    tiles = np.stack([image(SIZE, SIZE, seed=seed) for seed in range(3)])
    assert (cut(singles(tiles)) == tiles).all()


class Bright:
    """The mean of the bands in a tile's centre: plain, or cut where it is computed."""

    batch_size = 4

    def __init__(self, margin):
        self.margin = margin
        self.sent = 0

    def predict(self, tiles):
        inside = slice(self.margin, SIZE - self.margin)
        self.sent += tiles.size
        return (tiles[..., inside, inside].mean(axis=1) * 0.9).astype(np.uint8)


class Cutter(Bright):
    in_flight = 2

    def submit_runs(self, runs):
        buffer = torch.zeros(self.batch_size * 3 * SIZE * SIZE, dtype=torch.uint8)
        tiles = torch.zeros((sum(run.count for run in runs), 3, SIZE, SIZE), dtype=torch.uint8)
        sent = pack(runs, buffer)
        unpack(runs, buffer, tiles)
        answer = self.predict(tiles.numpy())
        self.sent += sent - tiles.numel()
        self.answers = [*getattr(self, "answers", []), answer]
        return self

    def result(self):
        return self.answers.pop(0)


@pytest.mark.parametrize("overlap", ["reference", "balanced", "fast"])
def test_an_engine_that_cuts_gives_the_same_rows_and_is_sent_less(overlap):
    valid = np.ones((150, 260), bool)
    valid[:, 60:130] = valid[70:110, 30:] = False
    source = ArraySource(image(150, 260), valid)
    tiling = Tiling.of(260, 150, SIZE, overlap)
    engines = Bright(tiling.margin), Cutter(tiling.margin)
    plain, from_runs = (
        np.concatenate(list(infer(source, tiling, None, engine, lambda *_: None)))
        for engine in engines
    )
    assert (plain == from_runs).all() and ((plain != 255) == valid).all()
    assert engines[1].sent < engines[0].sent
