"""Statistics of synthetic inventories whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import invgamma

from backend.inventory.inverse_gamma import InverseGamma, fit_inverse_gamma
from backend.inventory.power_law import fit_power_law
from backend.inventory.statistics import FEWEST_TO_FIT, FEWEST_TO_TRUST, describe, log_bins
from backend.inventory.volume import RELATIONS

# The general distribution of Malamud et al. 2004, in m2.
MALAMUD = InverseGamma(1.40, 1.28e3, -1.32e2)
EXPONENT, BOUND = 2.4, 1000.0
TRIALS = 200


def landslides(n: int, seed: int) -> np.ndarray:
    """Areas [m2] of the general distribution; those that s makes negative are drawn again."""
    areas = invgamma.rvs(
        MALAMUD.rho, loc=MALAMUD.s_m2, scale=MALAMUD.a_m2, size=2 * n, random_state=seed
    )
    return areas[areas > 0][:n]


def with_tail(n: int, seed: int) -> np.ndarray:
    """Areas of which 40 % follow a power law from `BOUND` on, and the others lie below."""
    rng = np.random.default_rng(seed)
    tail = BOUND * (1 - rng.random(int(0.4 * n))) ** (-1 / (EXPONENT - 1))
    return np.concatenate([BOUND * rng.beta(3, 1.5, n - len(tail)), tail])


def test_the_truth_lies_within_the_intervals_of_the_inverse_gamma():
    truth = {
        "rho": 1.40, "a_m2": 1.28e3, "s_m2": -1.32e2, "tail_exponent": 2.40,
        "rollover_m2": 1.28e3 / 2.40 - 1.32e2,
    }  # fmt: skip
    hits = dict.fromkeys(truth, 0)
    for trial in range(TRIALS):
        fit = fit_inverse_gamma(landslides(300, trial))
        for name, value in truth.items():
            low, high = fit.limits[name]
            hits[name] += low <= value <= high
    assert min(hits.values()) >= 0.9 * TRIALS, hits
    # Intervals that hold everything would say nothing.
    assert max(hits.values()) < TRIALS, hits


def test_the_truth_lies_within_the_interval_of_the_power_law():
    hits = 0
    for trial in range(TRIALS):
        fit = fit_power_law(with_tail(300, trial), draws=100, seed=trial)
        hits += fit.exponent_limits[0] <= EXPONENT <= fit.exponent_limits[1]
    assert 0.9 * TRIALS <= hits < TRIALS


def test_many_landslides_give_the_parameters():
    best = fit_inverse_gamma(landslides(50_000, 1)).best
    assert best.rho == pytest.approx(1.40, rel=0.03)
    assert best.a_m2 == pytest.approx(1.28e3, rel=0.05)
    assert best.s_m2 == pytest.approx(-1.32e2, rel=0.1)
    assert best.rollover_m2 == pytest.approx(401, rel=0.03)


def test_the_fit_is_the_likeliest_one():
    areas = landslides(500, 3)
    best = fit_inverse_gamma(areas).best
    reached = np.log(best.density(areas)).sum()
    assert reached > np.log(MALAMUD.density(areas)).sum()
    for name in ("rho", "a_m2", "s_m2"):
        for factor in (0.97, 1.03):
            other = InverseGamma(**vars(best) | {name: getattr(best, name) * factor})
            assert np.log(other.density(areas)).sum() < reached, (name, factor)


def test_the_density_is_one_and_peaks_at_the_rollover():
    whole = quad(lambda area: MALAMUD.density(np.array([area]))[0], MALAMUD.s_m2 + 1, np.inf)[0]
    assert whole == pytest.approx(1, abs=1e-3)
    areas = np.linspace(100, 2000, 19_001)
    peak = areas[MALAMUD.density(areas).argmax()]
    assert MALAMUD.rollover_m2 == pytest.approx(peak, abs=1)


def test_areas_without_a_power_law_give_no_inverse_gamma():
    areas = np.random.default_rng(0).normal(1000, 50, 400)
    assert fit_inverse_gamma(areas) is None
    assert "do not follow an inverse gamma" in describe(areas, draws=20).warnings[0]


def test_landslides_all_alike_have_no_distribution():
    assert fit_inverse_gamma(np.full(50, 120.0)) is None
    found = describe(120.0 + 1e-6 * np.arange(50), draws=20)
    assert found.inverse_gamma is None and found.bins.count.sum() == 50


def test_the_tail_begins_where_the_power_law_does():
    fit = fit_power_law(with_tail(20_000, 2), draws=50)
    assert fit.minimum_m2 == pytest.approx(BOUND, rel=0.15)
    assert fit.exponent == pytest.approx(EXPONENT, abs=0.05)
    assert fit.tail == pytest.approx(8000, rel=0.15)
    # The tail is a share of the whole density.
    share = quad(lambda area: fit.density(np.array([area]))[0], fit.minimum_m2, np.inf)[0]
    assert share == pytest.approx(fit.tail / fit.n, rel=1e-3)


def test_the_exponent_is_that_of_clauset():
    """Equation 3.1, for the bound that was chosen."""
    areas = with_tail(500, 5)
    fit = fit_power_law(areas, draws=10)
    tail = areas[areas >= fit.minimum_m2]
    assert fit.tail == len(tail)
    assert fit.exponent == pytest.approx(1 + len(tail) / np.log(tail / fit.minimum_m2).sum())
    empirical = np.arange(1, len(tail) + 1) / len(tail)
    model = 1 - (np.sort(tail) / fit.minimum_m2) ** (1 - fit.exponent)
    exact = max(np.abs(empirical - model).max(), np.abs(empirical - 1 / len(tail) - model).max())
    assert fit.distance == pytest.approx(exact, abs=0.01)


def test_equal_areas_count_each():
    areas = np.repeat(with_tail(200, 7), 3)
    once, thrice = fit_power_law(areas[::3], draws=10), fit_power_law(areas, draws=10)
    assert thrice.exponent == pytest.approx(once.exponent, rel=0.05)
    assert fit_power_law(np.full(500, 100.0)) is None


def test_the_same_areas_give_the_same_intervals():
    areas = with_tail(200, 1)
    assert fit_power_law(areas, draws=50) == fit_power_law(areas, draws=50)


@pytest.mark.parametrize("areas", [[5.0], [10.0, 100.0, 1000.0], [3.2, 3.3, 9000.0]])
def test_bins_hold_every_landslide(areas):
    bins = log_bins(np.array(areas))
    assert bins.count.sum() == len(areas)
    assert (bins.density * np.diff(bins.edges_m2)).sum() == pytest.approx(1)
    np.testing.assert_allclose(bins.edges_m2[1:] / bins.edges_m2[:-1], 10**0.2)


def test_numbers_of_a_small_inventory():
    found = describe(np.array([100.0, 300.0, 2000.0]), searched_km2=2.0)
    assert (found.n, found.total_m2, found.largest_m2) == (3, 2400, 2000)
    assert found.per_km2 == 1.5 and found.area_percent == pytest.approx(0.12)
    assert found.magnitude == pytest.approx(np.log10(3))
    assert found.inverse_gamma is None and found.power_law is None
    assert f"{FEWEST_TO_FIT} are needed" in found.warnings[0]


def test_without_a_searched_area_there_is_no_density():
    found = describe(np.array([100.0]))
    assert found.per_km2 is None and found.area_percent is None


@pytest.mark.parametrize(
    ("n", "warned"), [(FEWEST_TO_FIT, True), (FEWEST_TO_TRUST - 1, True), (FEWEST_TO_TRUST, False)]
)
def test_few_landslides_are_warned_of(n, warned):
    found = describe(landslides(n, 4), draws=20)
    assert found.inverse_gamma is not None
    assert any("are few for a size distribution" in text for text in found.warnings) is warned


def test_a_rollover_at_the_minimum_area_is_warned_of():
    areas = landslides(3000, 6)
    cut = describe(areas[areas > 2000], draws=20)
    assert any("comes from the mapping's resolution" in text for text in cut.warnings)
    assert not describe(areas, draws=20).warnings


def test_more_landslides_than_searched_area_is_warned_of():
    found = describe(np.full(5, 1e6), searched_km2=2.0)
    assert any("more than the 2 km² searched" in text for text in found.warnings)


def test_volume_of_the_inventory():
    found = describe(np.array([1e3, 1e4]), law=RELATIONS["larsen_2010_all"])
    assert found.volume.low_m3 < found.volume.volume_m3 < found.volume.high_m3
    other = describe(np.array([1e3, 1.0]), law=RELATIONS["guzzetti_2009"])
    assert other.volume.low_m3 < other.volume.volume_m3 < other.volume.high_m3
    assert any("1 of 2 areas lie beyond" in text for text in other.warnings)
