"""Figures from one histogram: every threshold, calibration, and intervals."""

from __future__ import annotations

from dataclasses import astuple

import numpy as np
import pytest

from backend.metrics import Counts, bootstrap
from backend.training.histogram import (
    best_level,
    calibration_error,
    counts_at,
    histogram,
    reliability,
)


def test_one_histogram_answers_for_every_threshold():
    rng = np.random.default_rng(0)
    probability = rng.integers(0, 251, (50, 70)).astype(np.uint8)
    truth = rng.random((50, 70)) < probability / 250
    levels = histogram(probability, truth)
    for level in (1, 100, 250):
        assert counts_at(levels, level) == Counts.of(probability >= level, truth)
    everywhere = [counts_at(levels, level).f1 for level in range(1, 250)]
    assert counts_at(levels, best_level(levels)).f1 == max(everywhere)
    assert calibration_error(levels) < 0.05


def test_nodata_is_in_no_histogram():
    probability = np.array([[0, 250, 255, 255]], np.uint8)
    levels = histogram(probability, np.array([[False, True, True, False]]))
    assert levels.sum() == 2 and levels[0, 0] == levels[1, 250] == 1


def test_a_chosen_threshold_is_one_that_a_card_can_hold():
    # Only a threshold of 1 would part the two, or one of 0 find the lower.
    high = histogram(np.array([[250, 249]], np.uint8), np.array([[True, False]]))
    low = histogram(np.array([[0, 0]], np.uint8), np.array([[True, True]]))
    assert 0 < best_level(high) < 250 and 0 < best_level(low) < 250


def test_reliability_and_calibration_error_by_hand():
    # 4 pixels at 0.1 of which 1 is landslide, 2 at 0.9 of which 2 are.
    levels = np.zeros((2, 251), np.int64)
    levels[0, 25], levels[1, 25], levels[1, 225] = 3, 1, 2
    bins = reliability(levels)
    assert [part.pixels for part in bins] == [0, 4, 0, 0, 0, 0, 0, 0, 0, 2]
    assert (bins[1].predicted, bins[1].observed) == pytest.approx((0.1, 0.25))
    assert bins[0].predicted is None
    assert calibration_error(levels) == pytest.approx((4 * 0.15 + 2 * 0.1) / 6)


def test_intervals_are_the_same_every_time_and_hold_the_figure():
    rng = np.random.default_rng(0)
    images = [Counts(*rng.integers(1, 500, 4).tolist()) for _ in range(40)]
    first, again, other = bootstrap(images), bootstrap(images), bootstrap(images, seed=1)
    assert first == again != other
    pooled = sum(images, Counts())
    assert first["f1"].low < pooled.f1 < first["f1"].high
    assert first["iou"].low < pooled.iou < first["iou"].high
    assert first["f1"].high - first["f1"].low == pytest.approx(
        other["f1"].high - other["f1"].low, rel=0.2
    )


def test_intervals_hold_95_percent():
    # One pixel an image, right in half of them: the IoU is a mean, its error known.
    images = [Counts(1, 0, 0, 0), Counts(0, 1, 0, 0)] * 200
    interval = bootstrap(images)["iou"]
    error = 1.96 * (0.5 * 0.5 / 400) ** 0.5
    assert (interval.low, interval.high) == pytest.approx((0.5 - error, 0.5 + error), abs=0.01)


def test_intervals_of_one_image_and_of_none():
    only = Counts(30, 10, 20, 100)
    assert astuple(bootstrap([only])["f1"]) == pytest.approx((only.f1, only.f1))
    assert bootstrap([]) == {} and bootstrap([Counts(0, 0, 0, 9)]) == {}
