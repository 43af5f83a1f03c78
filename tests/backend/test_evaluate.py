"""Evaluation as somebody who relies on its figures sees it."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from backend.card import Card
from backend.checkpoint import load
from backend.errors import CalandDetError, Cancelled, DatasetError
from backend.events import Progress
from backend.metrics import published
from backend.training.datasets import Dataset, Labelled, Sample
from backend.training.evaluate import EvaluateOptions, evaluate, validation_f1
from backend.training.histogram import (
    counts_at,
)
from tests.backend.evaluations import (
    CPU,
    FirstBand,
    dataset,
    evaluated,
    first_band,
    random_dataset,
    sample,
    square,
)
from tests.backend.golden import write_seeded_checkpoint

BIJIE = Path(__file__).parents[3] / "shared" / "data" / "bijie" / "val"
NOTHING = np.zeros((60, 80), bool)


def ignore(event):
    pass


@pytest.fixture(scope="module")
def seeded(tmp_path_factory):
    path = tmp_path_factory.mktemp("checkpoint") / "seeded.safetensors"
    write_seeded_checkpoint(path, "calanddet", embed_dim=24, depths=(2, 2, 2, 2))
    return load(path)


# ---- the figures -------------------------------------------------------------------------------


def test_a_perfect_prediction_has_perfect_figures():
    truth = square(10, 10, 20)
    result = evaluated(dataset(sample("a", truth, truth), sample("b", NOTHING, NOTHING)))
    values = {score.key: score.value for score in result.scores}
    assert values.pop("calibration_error") < 0.005
    assert values == pytest.approx(dict.fromkeys(values, 1.0))


def test_a_shifted_square_by_hand():
    # 20 x 20 px, shifted by 5: 300 px of 500 in common.
    result = evaluated(dataset(sample("a", square(10, 15, 20), square(10, 10, 20))))
    assert result.value("iou") == pytest.approx(0.6) and result.value("f1") == pytest.approx(0.75)
    assert result.value("precision") == result.value("recall") == pytest.approx(0.75)
    background = (4800 - 500) / (4800 - 300)
    assert result.value("mean_iou") == pytest.approx((0.6 + background) / 2)
    assert result.value("overall_accuracy") == pytest.approx(1 - 200 / 4800)
    assert result.value("landslide_recall") == result.value("landslide_precision") == 1
    # The shorter sides are 5 px off, the others right; near the corners within 3 px.
    assert 0.4 < result.value("boundary_f") < 0.8


def test_every_figure_says_what_it_averages_over():
    truth = square(10, 10, 20)
    result = evaluated(
        dataset(
            sample("hit", truth, truth),
            sample("missed", NOTHING, truth),
            sample("empty", NOTHING, NOTHING),
            sample("false", square(30, 30, 10), NOTHING),
        )
    )
    scores = {score.key: score for score in result.scores}
    assert scores["iou"].value == pytest.approx(400 / 900)
    assert scores["iou"].averaging == "over all pixels" and scores["iou"].count == 4 * 4800
    # Images with a landslide: 1 and 0. As published: the empty one counts 1, the false one 0.
    assert scores["iou_over_images"].value == pytest.approx(1 / 2)
    assert scores["iou_over_images"].count == 2
    assert scores["published_iou"].value == pytest.approx((1 + 0 + 1 + 0) / 4)
    assert "counting 1" in scores["published_iou"].averaging
    assert scores["landslide_recall"].value == 1 / 2
    assert (scores["landslide_precision"].value, scores["landslide_precision"].count) == (1 / 2, 2)
    assert len({(score.name, score.averaging) for score in result.scores}) == len(result.scores)
    assert all(score.data == "made up" for score in result.scores)


def test_boundaries_count_in_images_with_a_landslide_only():
    data = dataset(sample("a", square(10, 12, 20), square(10, 10, 20)))
    false = sample("false", square(10, 12, 20), NOTHING)
    both = evaluated(replace(data, samples=(*data.samples, false)))
    assert both.value("boundary_f") == evaluated(data).value("boundary_f") > 0


def test_published_figures_equal_the_published_definitions():
    data = [part.read() for part in random_dataset(3).samples]
    data = [Labelled(part.image[:, :40, :40], part.mask[:40, :40], part.valid[:40, :40])
            for part in data]  # fmt: skip
    samples = [
        Sample(str(i), str(i), True, lambda part=part: part, ()) for i, part in enumerate(data)
    ]
    result = evaluated(dataset(*samples), threshold=0.3)
    # As the engine gives them: in 1/250.
    probability = np.stack([(part.image[:1] / 255 * 250).round() / 250 for part in data])
    expected = published(
        probability.astype(np.float32), np.stack([part.mask[None] for part in data])
    )
    for name, value in expected.items():
        assert result.value(f"published_{name}") == pytest.approx(value, abs=1e-6), name


def test_anyone_can_compute_the_figures_again():
    result = evaluated(random_dataset())
    told = json.loads(result.to_json())
    hits = sum(row["overlap_pixels"] for row in told["images"])
    truth = sum(row["landslide_pixels"] for row in told["images"])
    predicted = sum(row["predicted_pixels"] for row in told["images"])
    figures = {row["key"]: row["value"] for row in told["metrics"]}
    assert figures["f1"] == pytest.approx(2 * hits / (truth + predicted))
    assert 0 < figures["f1"] < 1
    found = sum(row["landslides_found"] for row in told["images"])
    landslides = sum(row["landslides"] for row in told["images"])
    assert figures["landslide_recall"] == pytest.approx(found / landslides)
    levels = np.array([told["histogram"]["background"], told["histogram"]["landslide"]])
    assert counts_at(levels, 125).f1 == pytest.approx(figures["f1"])
    assert told["threshold"] == 0.5 and told["sha256"] == "ab" * 32


def test_figures_that_the_data_cannot_define_are_left_out():
    result = evaluated(dataset(sample("a", NOTHING, NOTHING)))
    values = {score.key: score.value for score in result.scores}
    assert values["overall_accuracy"] == 1
    for key in ("f1", "recall", "precision", "mean_iou", "iou_over_images", "landslide_recall"):
        assert values[key] is None, key
    assert "f1" not in [metric.name for metric in result.card_metrics()]
    assert result.headline()["f1"] is None


def test_the_card_takes_the_figures():
    result = evaluated(random_dataset())
    card = replace(first_band().card, metrics=result.card_metrics())
    metrics = Card.from_json(card.to_json()).metrics
    assert len(metrics) == len(result.scores)
    assert (metrics[0].name, metrics[0].averaging, metrics[0].data) == (
        "landslide F1", "over all pixels", "random",
    )  # fmt: skip


def test_recall_by_size_is_in_square_metres_where_the_distance_is_known():
    truth = square(10, 10, 20)  # 400 px
    data = dataset(sample("a", truth, truth))
    assert [part.landslides for part in evaluated(data).sizes] == [0, 1, 0, 0]
    in_metres = evaluated(replace(data, gsd=2.0)).sizes
    assert [part.landslides for part in in_metres] == [0, 0, 1, 0]
    assert in_metres[0].unit == "m²" and in_metres[2].recall == 1
    mixed = evaluated([data, replace(data, gsd=2.0)]).sizes
    assert mixed[0].unit == "px" and mixed[1].landslides == 2


def test_several_datasets_are_evaluated_as_one():
    data = random_dataset()
    parts = [replace(data, samples=data.samples[:2], name="a"),
             replace(data, samples=data.samples[2:], name="b")]  # fmt: skip
    whole, pooled = evaluated(data), evaluated(parts)
    assert pooled.provenance.data == "a + b"
    assert [score.value for score in pooled.scores] == [score.value for score in whole.scores]


# ---- what is not valid -------------------------------------------------------------------------


def test_invalid_pixels_never_count():
    rng = np.random.default_rng(3)
    truth, valid = square(10, 10, 20), np.ones((60, 80), bool)
    valid[:, 50:] = valid[:13] = False

    def with_junk(seed):
        junk = np.random.default_rng(seed)
        probability = np.where(valid, hint, junk.random((60, 80)))
        mask = np.where(valid, truth, junk.random((60, 80)) < 0.5)
        return evaluated(dataset(sample("a", probability, mask, valid)))

    hint = np.clip(0.8 * square(10, 13, 20) + rng.normal(0, 0.05, (60, 80)), 0, 1)
    one, other = with_junk(1), with_junk(2)
    assert one.to_dict() == other.to_dict()
    assert one.histogram.sum() == valid.sum() == one.to_dict()["images"][0]["pixels"]
    assert one.to_dict()["images"][0]["landslide_pixels"] == (truth & valid).sum()
    assert one.missed[0].predicted.any() and not one.missed[0].predicted[~valid].any()
    assert (one.missed[0].truth == (truth & valid)).all()


def test_an_image_without_a_valid_pixel_changes_nothing():
    data = random_dataset()
    nowhere = sample("blank", np.ones((60, 80)), square(1, 1, 30), np.zeros((60, 80), bool))
    with_blank = evaluated(replace(data, samples=(*data.samples, nowhere)))
    plain = {score.key: score.value for score in evaluated(data).scores}
    scores = {score.key: score.value for score in with_blank.scores}
    assert scores.pop("published_iou") > plain.pop("published_iou")  # it is empty, and counts 1
    assert scores == plain


def test_images_of_floats_with_gaps_and_of_other_bands():
    bands, shape = ("nir", "red", "slope", "dem"), (60, 80)
    truth, valid = square(10, 10, 20), ~square(50, 0, 10)
    values = np.zeros((4, *shape), np.float32)
    values[0] = np.where(truth, 3000.0, 1000.0)
    values[:, ~valid] = np.nan
    labelled = Labelled(values, truth, valid)
    data = Dataset("floats", bands, (Sample("a", "a", True, lambda: labelled, ()),))
    checkpoint = first_band(bands=bands, value_range=(0.0, 4000.0))
    result = evaluate(checkpoint, data, CPU, ignore)
    assert result.value("f1") == 1
    assert result.missed[0].image.shape == (*shape, 3) and result.missed[0].image.dtype == np.uint8


# ---- the threshold -----------------------------------------------------------------------------


def test_a_chosen_threshold_is_the_best_and_says_that_it_was_chosen_here():
    data = random_dataset()
    chosen = evaluated(data, choose_threshold=True)
    assert chosen.provenance.chosen_here and "random" in chosen.threshold_source
    for threshold in (0.2, 0.35, 0.5, 0.65):
        other = evaluated(data, threshold=threshold)
        assert not other.provenance.chosen_here
        assert other.value("f1") <= chosen.value("f1")
    # The second pass counts what one pass at that threshold counts.
    again = evaluated(data, threshold=chosen.threshold)
    assert again.scores == chosen.scores and again.to_dict()["images"] == chosen.to_dict()["images"]
    f1, threshold = validation_f1(first_band(), data, CPU)
    assert (f1, threshold) == (chosen.value("f1"), chosen.threshold)


def test_the_cards_threshold_is_the_default():
    checkpoint = first_band()
    card = replace(checkpoint.card, threshold=0.3, threshold_source="highest F1 elsewhere")
    data = random_dataset()
    result = evaluate(replace(checkpoint, card=card), data, CPU, ignore)
    assert result.threshold == 0.3 and "highest F1 elsewhere" in result.threshold_source
    assert result.scores == evaluated(data, threshold=0.3).scores


def test_without_a_landslide_the_threshold_stays_the_cards():
    result = evaluated(dataset(sample("a", np.full((60, 80), 0.7), NOTHING)), choose_threshold=True)
    assert result.threshold == 0.5 and not result.provenance.chosen_here
    assert "checkpoint's own" in result.threshold_source


def test_a_threshold_cannot_be_given_and_chosen():
    with pytest.raises(CalandDetError, match=r"0\.4 is given, and one is to be chosen"):
        evaluated(random_dataset(), threshold=0.4, choose_threshold=True)
    with pytest.raises(CalandDetError, match=r"threshold 1\.5 is not a probability"):
        evaluated(random_dataset(), threshold=1.5)


# ---- what is refused, and what is told ---------------------------------------------------------


@pytest.mark.parametrize(
    "bands", [("blue", "green", "red"), ("red", "green"), ("nir", "red", "dem")]
)
def test_other_bands_are_refused_by_name(bands):
    data = replace(random_dataset(), bands=bands)
    with pytest.raises(DatasetError) as refused:
        evaluated(data)
    assert ", ".join(bands) in str(refused.value) and "red, green, blue" in str(refused.value)


def test_a_dataset_without_images_is_refused():
    with pytest.raises(DatasetError, match="made up has no image"):
        evaluated(dataset())


@pytest.mark.parametrize("chooses", [False, True])
def test_progress_counts_images(chooses):
    events = []
    options = replace(CPU, choose_threshold=chooses)
    evaluate(first_band(), random_dataset(), options, events.append)
    progress = [event for event in events if isinstance(event, Progress)]
    stages = ["evaluating"] + ["measuring"] * chooses
    assert list(dict.fromkeys(event.stage for event in progress)) == stages
    for stage in stages:
        last = [event for event in progress if event.stage == stage][-1]
        assert (last.done, last.total, last.unit) == (6, 6, "images")


def test_a_cancel_arrives_within_an_image():
    class Slow(FirstBand):
        calls = 0

        def forward(self, batch):
            Slow.calls += 1
            time.sleep(0.02)
            return super().forward(batch)

    def cancel(event):
        if Slow.calls:
            raise Cancelled

    large = dataset(sample("large", np.zeros((600, 600)), np.zeros((600, 600), bool)))
    with pytest.raises(Cancelled):
        evaluate(replace(first_band(), network=Slow()), large, CPU, cancel)
    assert 0 < Slow.calls < 30  # of 57


# ---- the images to look at ---------------------------------------------------------------------


def test_the_worst_images_come_first():
    truth = square(10, 10, 20)
    result = evaluated(
        dataset(
            sample("good", square(10, 11, 20), truth),
            sample("missed small", NOTHING, square(10, 10, 5)),
            sample("bad", square(10, 24, 20), truth),
            sample("missed large", NOTHING, truth),
            sample("false small", square(3, 3, 4), NOTHING),
            sample("right", NOTHING, NOTHING),
            sample("false large", square(3, 3, 30), NOTHING),
        )
    )
    assert [cell.name for cell in result.missed] == ["missed large", "missed small", "bad", "good"]
    assert [cell.name for cell in result.false_alarms] == ["false large", "false small"]
    assert result.missed[0].caption.startswith("80 × 60 px · IoU 0.00")
    assert "nothing predicted" in result.missed[0].caption
    assert result.false_alarms[1].caption.endswith("no landslide, 16 px (0.3 %) predicted")
    assert (result.missed[2].truth == truth).all()
    assert (result.missed[2].predicted == square(10, 24, 20)).all()


def test_only_so_many_images_are_kept():
    truth = square(10, 10, 20)
    hits = [sample(str(shift), square(10, 10 + shift, 20), truth) for shift in range(19)]
    result = evaluated(dataset(*hits, *hits))
    names = [int(cell.name) for cell in result.missed]
    assert names == sorted([*range(19)] * 2, reverse=True)[:24]


def test_large_images_are_kept_small():
    shape = (300, 1500)
    truth = square(100, 400, 150, shape)
    (kept,) = evaluated(dataset(sample("wide", truth, truth))).missed
    assert kept.image.shape == (128, 640, 3) and kept.truth.shape == (128, 640)
    assert kept.truth.sum() == pytest.approx(truth.sum() * (640 / 1500) ** 2, rel=0.03)
    assert kept.image[60, 200, 0] == 255 and kept.image[60, 20, 0] == 0


@pytest.mark.skipif(not BIJIE.exists(), reason=f"the real imagery is not there: {BIJIE}")
def test_real_images_with_a_network_that_has_learned_nothing(seeded):
    def read(name):
        values = np.asarray(Image.open(BIJIE / "image" / f"{name}.jpg"))
        mask = np.asarray(Image.open(BIJIE / "mask" / f"{name}.png")) > 0
        return Labelled(np.moveaxis(values, -1, 0), mask, np.ones(mask.shape, bool))

    names = ("ls_0002", "nls_0884")
    data = dataset(*(Sample(name, name, True, lambda name=name: read(name), ()) for name in names))
    result = evaluate(seeded, data, EvaluateOptions("cpu", "fp32", "fast"), ignore)
    assert [row["name"] for row in result.to_dict()["images"]] == list(names)
    assert result.histogram.sum() == sum(part.read().mask.size for part in data.samples)
    assert 0 < result.to_dict()["images"][0]["landslide_pixels"] < 61 * 61
