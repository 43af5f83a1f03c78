"""Volumes by published relations, against hand-worked and sampled values."""

from __future__ import annotations

import numpy as np
import pytest

from backend.inventory.volume import RELATIONS, outside_range, relation, total_volume, volumes

LARSEN = RELATIONS["larsen_2010_all"]


@pytest.mark.parametrize(
    ("name", "area", "volume"),
    [
        ("guzzetti_2009", 1000.0, 0.074 * 1000**1.45),
        ("guzzetti_2009", 1.0, 0.074),
        ("larsen_2010_all", 1e4, 10 ** (-0.836 + 1.332 * 4)),
        ("larsen_2010_soil", 1e3, 10 ** (-0.649 + 1.262 * 3)),
        # A worked example in use: half a square kilometre of bedrock scar is 25.4 million m3.
        ("larsen_2010_bedrock", 5e5, 25.4e6),
    ],
)
def test_volume_of_one_landslide(name, area, volume):
    assert volumes(np.array([area]), relation(name)).volume[0] == pytest.approx(volume, rel=2e-3)


def sampled(areas: np.ndarray, draws: int = 40_000) -> np.ndarray:
    """Total volumes with parameters drawn from their published errors."""
    rng = np.random.default_rng(0)
    log_alpha = rng.normal(LARSEN.log_alpha, LARSEN.log_alpha_error, draws)
    gamma = rng.normal(LARSEN.gamma, LARSEN.gamma_error, draws)
    return 10**log_alpha * (areas[:, None] ** gamma).sum(axis=0)


@pytest.mark.parametrize("areas", [[1e4], [30.0, 500.0, 8e3, 2e5], [1e2] * 50])
def test_the_interval_of_a_sum_is_that_of_drawn_parameters(areas):
    found = total_volume(np.array(areas), LARSEN)
    low, high = np.quantile(sampled(np.array(areas)), (0.025, 0.975))
    assert (found.low[0], found.high[0]) == pytest.approx((low, high), rel=0.01)


def test_without_errors_of_its_own_the_interval_is_that_of_all_relations():
    law, areas = RELATIONS["guzzetti_2009"], np.array([10.0, 1e3, 1e6, np.nan])
    found = volumes(areas, law)
    every = np.array([volumes(areas, each).volume for each in RELATIONS.values()])
    np.testing.assert_allclose(found.low, every.min(axis=0))
    np.testing.assert_allclose(found.high, every.max(axis=0))
    # Of 1000 m2 the relations say 1370 to 3980 m3.
    assert (found.low[1], found.high[1]) == pytest.approx((1371, 3981), rel=1e-3)
    total = total_volume(areas[:3], law)
    assert total.volume[0] == pytest.approx(found.volume[:3].sum())
    assert total.low[0] == pytest.approx(every[:, :3].sum(axis=1).min())
    assert "from the lowest to the highest volume by any of 4" in law.interval
    assert "95 %" in LARSEN.interval


@pytest.mark.parametrize("name", RELATIONS)
def test_a_sum_of_one_is_that_landslide(name):
    areas, law = np.array([4321.0]), relation(name)
    one, total = volumes(areas, law), total_volume(areas, law)
    for part in ("volume", "low", "high"):
        assert getattr(one, part)[0] == pytest.approx(getattr(total, part)[0])


def test_errors_of_shared_parameters_do_not_average_out():
    one = volumes(np.array([1000.0]), LARSEN)
    many = total_volume(np.full(10_000, 1000.0), LARSEN)
    assert many.high[0] / many.volume[0] == pytest.approx(one.high[0] / one.volume[0])


def test_areas_beyond_the_range_are_counted():
    assert outside_range(np.array([1.0, 10.0, 2e9]), RELATIONS["guzzetti_2009"]) == 2


def test_every_relation_says_where_it_comes_from():
    for law in RELATIONS.values():
        assert "20" in law.reference and "doi" in law.reference
        assert f"{law.gamma:g}" in law.describe()
