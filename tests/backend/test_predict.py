"""Whole images through a network, as detection tiles them, at the distance it was made for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from backend.card import Gsd
from backend.checkpoint import load
from backend.errors import DatasetError
from backend.events import Log
from backend.inference import infer
from backend.raster.grid import Tiling
from backend.raster.source import RasterSource, SourceRequest
from backend.training.datasets import Labelled
from backend.training.evaluate import evaluate
from backend.training.predict import Predictor
from backend.training.resample import resample
from tests.backend.evaluations import (
    CPU,
    dataset,
    evaluated,
    first_band,
    random_dataset,
    sample,
    square,
)
from tests.backend.golden import write_seeded_checkpoint
from tests.backend.rasters import image, write_raster

NOTHING = np.zeros((60, 80), bool)


def ignore(event):
    pass


@pytest.fixture(scope="module")
def seeded(tmp_path_factory):
    path = tmp_path_factory.mktemp("checkpoint") / "seeded.safetensors"
    write_seeded_checkpoint(path, "calanddet", embed_dim=24, depths=(2, 2, 2, 2))
    return load(path)


def test_prediction_covers_whole_images_of_any_size(seeded):
    predictor = Predictor.of(seeded, "cpu", "fp32", "balanced", ignore)
    for shape in ((61, 90), (230, 200)):
        valid = np.ones(shape, bool)
        values = predictor(Labelled(image(*shape), ~valid, valid), None, lambda *_: None)
        assert values.shape == shape and values.max() <= 250


@pytest.mark.parametrize("overlap", ["reference", "balanced"])
def test_an_image_is_tiled_as_detect_tiles_it(seeded, tmp_path, overlap):
    values = image(240, 250)
    valid = np.ones((240, 250), bool)
    valid[:, 180:] = False
    path = write_raster(tmp_path / "a.tif", values, mask=valid)
    predictor = Predictor.of(seeded, "cpu", "fp32", overlap, ignore)
    card = seeded.card
    request = SourceRequest(
        str(path), card.bands, fill=tuple(255 * mean for mean in card.scaling.mean)
    )
    with RasterSource(request) as source:
        tiling = Tiling.of(250, 240, card.tile_size, overlap)
        rows = infer(source, tiling, None, predictor.engine, lambda *_: None)
        expected = np.concatenate(list(rows))
    junk = np.where(valid, values, 7)
    result = predictor(Labelled(junk, ~valid, valid), None, lambda *_: None)
    assert (result == expected).all() and ((result == 255) == ~valid).all()


@settings(max_examples=40, deadline=None)
@given(
    st.tuples(st.integers(1, 12), st.integers(1, 12)),
    st.tuples(st.integers(1, 30), st.integers(1, 30)),
    st.randoms(use_true_random=False),
)
def test_resampling_keeps_a_constant_and_reaches_every_valid_pixel(old, new, random):
    rng = np.random.default_rng(random.randrange(2**32))
    valid = rng.random(old) < 0.6
    values, reached = resample(np.where(valid, 77, 200).astype(np.uint8)[None], valid, new)
    assert (values[0, reached] == 77).all() and (values[0, ~reached] == 0).all()
    back, known = resample(values, reached, old)
    shrinks_or_grows = np.prod(np.sign(np.subtract(new, old))) >= 0
    assert not shrinks_or_grows or known[valid].all()
    assert (back[0, known] == 77).all()


@settings(deadline=None)
@given(arrays(np.float32, (1, 6, 9), elements=st.floats(0, 1, width=32)))
def test_shrinking_averages(values):
    halves, _ = resample(values, np.ones((6, 9), bool), (3, 3))
    assert halves[0] == pytest.approx(values[0].reshape(3, 2, 3, 3).mean(axis=(1, 3)), abs=1e-5)
    # Two of three rows, and parts of columns: pixels count by what is covered of them.
    part, _ = resample(values, np.ones((6, 9), bool), (4, 6))
    down = (values[0, 0::3] + 0.5 * values[0, 1::3]) / 1.5
    assert part[0, ::2, 0] == pytest.approx((down[:, 0] + 0.5 * down[:, 1]) / 1.5, abs=1e-5)


# ---- ground sampling distance ------------------------------------------------------------------

# 2 x 2 px of which three are bright: averaged, all is landslide; one by one, three of four are.
SPECKLED = np.where(np.kron(np.ones((30, 40)), np.array([[1, 1], [1, 0]])), 1.0, 0.0)


def test_finer_images_are_averaged_for_the_network_and_scored_on_their_own_pixels():
    everywhere = np.ones((60, 80), bool)
    data = dataset(sample("a", SPECKLED, everywhere), gsd=0.5)
    near = evaluate(first_band(Gsd(1.0, 0.25, 4.0)), data, CPU, ignore)
    assert near.value("recall") == pytest.approx(0.75) and not near.provenance.notes
    logs = []
    far = evaluate(first_band(Gsd(1.0, 0.8, 1.25)), data, CPU, logs.append)
    assert far.value("recall") == 1
    assert far.to_dict()["images"][0]["pixels"] == 60 * 80
    (note,) = far.provenance.notes
    assert "0.5 m" in note and "at 1 m" in note and note in far.to_json()
    assert note in [event.text for event in logs if isinstance(event, Log)]


@pytest.mark.parametrize("gsd", [0.3, 0.45, 2.6, 7.0])
def test_resampled_images_are_scored_where_the_truth_lies(gsd):
    truth = square(17, 23, 24, (61, 83))
    valid = ~square(40, 60, 30, (61, 83))
    data = dataset(sample("a", truth, truth, valid), gsd=gsd)
    result = evaluate(first_band(Gsd(1.0, 0.8, 1.25)), data, CPU, ignore)
    # A half of a coarse pixel off would be seen: its edge is gsd-fold.
    assert result.value("iou") > (0.75 if gsd < 1 else 0.97)
    assert result.value("landslide_recall") == 1
    assert result.histogram.sum() == valid.sum()
    centre, expected = (
        np.argwhere(mask).mean(axis=0) for mask in (result.missed[0].predicted, truth & valid)
    )
    assert np.abs(centre - expected).max() < 0.75


@pytest.mark.parametrize("gsd", [0.3, 2.6])
def test_resampled_images_are_not_spoilt_at_the_edge_of_invalid_pixels(gsd):
    valid = ~square(20, 20, 21)
    checkpoint = first_band(Gsd(1.0, 0.8, 1.25))
    predictor = Predictor.of(checkpoint, "cpu", "fp32", "balanced", ignore)
    labelled = sample("a", np.where(valid, 0.2, 1), NOTHING, valid).read()
    probability = predictor(labelled, gsd, lambda *_: None)
    assert set(np.unique(probability[valid])) == {50} and (probability[~valid] == 255).all()


def test_an_unknown_distance_is_said_to_be_unknown():
    data = random_dataset()
    (note,) = evaluate(first_band(Gsd(1.0, 0.8, 1.25)), data, CPU, ignore).provenance.notes
    assert "not known" in note
    assert not evaluated(data).provenance.notes


def test_a_mistyped_distance_is_refused():
    data = dataset(sample("a", NOTHING, NOTHING), gsd=900.0)
    with pytest.raises(DatasetError, match=r"of 900 m would have 720000 x 540000 px"):
        evaluate(first_band(Gsd(0.1, 0.08, 0.125)), data, CPU, ignore)
