"""Test-time flips: what is averaged, how far the answers lie apart, and what a mirror changes."""

from dataclasses import replace

import numpy as np
import pytest
import rasterio

from backend.checkpoint import save
from backend.detect import DetectRequest, detect
from backend.engines.devices import choose_device
from backend.engines.ensemble import Ensemble
from backend.engines.flips import Flipped
from backend.engines.torch_engine import TorchEngine
from backend.errors import Cancelled
from backend.events import Progress
from tests.backend.checkpoints import SIZE, small_checkpoint
from tests.backend.rasters import image, write_raster
from tests.backend.workers import backend


@pytest.fixture(scope="module")
def engine():
    return TorchEngine(small_checkpoint(), 8, choose_device("cpu"), "fp32", print)


@pytest.fixture(scope="module")
def tiles():
    return np.stack([image(SIZE, SIZE, seed=seed) for seed in range(3)])


def test_the_median_of_four_mirrorings_counts(engine, tiles):
    seen = [
        engine.predict(tiles),
        engine.predict(tiles[..., ::-1].copy())[..., ::-1],
        engine.predict(tiles[..., ::-1, :].copy())[..., ::-1, :],
        engine.predict(tiles[..., ::-1, ::-1].copy())[..., ::-1, ::-1],
    ]
    median = np.median(seen, axis=0)
    result = Flipped(engine).predict(tiles)
    assert np.abs(result - median).max() <= 0.5
    assert result.dtype == np.uint8 and np.abs(seen[0] - median).max() > 0.5


class Asked:
    """An engine that says of each view what stands in its upper left corner."""

    batch_size, precision, description = 1, "fp32", "asked"

    def predict(self, tiles):
        return np.broadcast_to(tiles[:, 0, :1, :1], tiles[:, 0].shape)


@pytest.mark.parametrize(
    ("corners", "median"),
    [
        # A threshold of 0.86 still finds what one mirroring misses, and not what one alone sees.
        ((240, 240, 240, 0), 240),
        ((0, 0, 250, 0), 0),
        ((250, 0, 240, 230), 235),
        ((250, 250, 250, 250), 250),
        ((1, 2, 3, 9), 3),
    ],
)
def test_one_odd_mirroring_does_not_count(corners, median):
    tile = np.zeros((1, 1, 4, 4), np.uint8)
    tile[0, 0, [0, 0, -1, -1], [0, -1, 0, -1]] = corners
    assert (Flipped(Asked()).predict(tile) == median).all()


@pytest.mark.parametrize("axes", [(-1,), (-2,), (-2, -1)])
def test_a_mirrored_scene_gives_the_mirrored_answer(engine, tiles, axes):
    flipped = Flipped(engine)
    mirrored = flipped.predict(np.flip(tiles, axes).copy())
    np.testing.assert_array_equal(mirrored, np.flip(flipped.predict(tiles), axes))


def test_it_says_so(engine):
    flipped = Flipped(engine)
    assert flipped.description == f"{engine.description}, median of 4 mirrorings"
    assert (flipped.batch_size, flipped.precision) == (engine.batch_size, "fp32")


def test_the_spread_is_that_of_the_four_answers(engine, tiles):
    seen = np.stack(
        [
            np.flip(engine.predict(np.flip(tiles, axes).copy()), axes)
            for axes in ((), (-1,), (-2,), (-2, -1))
        ]
    )
    mean, spread = Flipped(engine, spread=True).predict(tiles).transpose(1, 0, 2, 3)
    np.testing.assert_array_equal(mean, Flipped(engine).predict(tiles))
    assert np.abs(spread - seen.std(axis=0)).max() <= 0.51 and spread.max() > 0


def test_of_an_ensemble_it_is_that_of_the_mean_probability(engine, tiles):
    ensemble = Ensemble([engine, engine])
    mean, disagreement, spread = Flipped(ensemble, spread=True).predict(tiles).transpose(1, 0, 2, 3)
    alone = Flipped(engine, spread=True).predict(tiles).transpose(1, 0, 2, 3)
    np.testing.assert_array_equal([mean, spread], alone)
    assert not disagreement.any()


@pytest.fixture
def scene(tmp_path):
    mask = np.ones((150, 200), bool)
    mask[:70, :120] = False
    return write_raster(tmp_path / "scene.tif", image(150, 200), mask=mask)


@pytest.fixture
def saved(tmp_path):
    checkpoint = small_checkpoint("linknet")
    path = tmp_path / "linknet.safetensors"
    save(path, checkpoint.network, checkpoint.card)
    return path


def read(path):
    with rasterio.open(path) as data:
        return data.read(1), data.scales[0], data.nodata


def test_a_run_leaves_the_raster_of_uncertainty(tmp_path, scene, saved):
    out = tmp_path / "out"
    code, stdout, errors = backend(
        "detect", scene, "--checkpoint", saved, "--out", out, "--uncertainty", "--device=cpu"
    )
    assert code == 0 and "uncertainty.tif" in stdout, errors
    probability, scale, _ = read(out / "probability.tif")
    spread, spread_scale, nodata = read(out / "uncertainty.tif")
    assert (spread_scale, nodata) == (scale, 255)
    assert ((spread == 255) == (probability == 255)).all()
    assert 0 < spread[spread != 255].max() <= 125  # of probabilities from 0 to 250
    request = DetectRequest(str(scene), saved, out, flips=True, device="cpu")
    detect(request, lambda event: None)
    np.testing.assert_array_equal(read(out / "probability.tif")[0], probability)
    assert not (out / "uncertainty.tif").exists()  # It would be another run's.


def test_a_run_with_uncertainty_and_an_ensemble_goes_on(tmp_path, scene, saved):
    request = DetectRequest(
        str(scene), saved, tmp_path / "whole", more_checkpoints=(saved,), uncertainty=True,
        device="cpu",
    )  # fmt: skip
    detect(request, lambda event: None)

    def stop_late(event):
        if isinstance(event, Progress) and event.stage == "tiles" and event.done >= 15:
            raise Cancelled

    cut = replace(request, out=tmp_path / "cut")
    with pytest.raises(Cancelled):
        detect(cut, stop_late)
    detect(replace(cut, resume=True), lambda event: None)
    for name in ("probability.tif", "disagreement.tif", "uncertainty.tif"):
        assert (read(tmp_path / "cut" / name)[0] == read(tmp_path / "whole" / name)[0]).all()
