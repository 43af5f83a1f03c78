"""The power-law tail of landslide areas, by maximum likelihood, with its lower bound.

Clauset, Shalizi & Newman 2009, "Power-law distributions in empirical data", SIAM Review 51,
661-703: the exponent by equation 3.1, the bound where the Kolmogorov-Smirnov distance between the
areas above it and the power law is smallest (section 3.3), the intervals by bootstrap of all areas.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

DRAWS = 500
# A tail holds at least this many areas.
SMALLEST_TAIL = 20
# Bounds that are tried, and areas at which the distance is taken, evenly spaced on a log scale of
# the number of areas above.
BOUNDS, POINTS = 80, 300
# Elements of an array while draws are evaluated together.
MOST_ELEMENTS = 1 << 22


@dataclass(frozen=True)
class PowerLaw:
    """p(A) ~ A^-exponent for areas from `minimum_m2` on, which `tail` of n areas are.

    The 95 % limits come from a bootstrap; `distance` is the Kolmogorov-Smirnov distance.
    """

    exponent: float
    exponent_limits: tuple[float, float]
    minimum_m2: float
    minimum_limits_m2: tuple[float, float]
    tail: int
    n: int
    distance: float

    def density(self, areas: Array) -> Array:
        """p [1/m2] at areas (k,) in the tail, as a share of all n areas."""
        scale = (self.exponent - 1) / self.minimum_m2 * self.tail / self.n
        return scale * (areas / self.minimum_m2) ** -self.exponent


def fit_power_law(areas: Array, draws: int = DRAWS, seed: int = 0) -> PowerLaw | None:
    """The tail of areas (n,) [m2]; None where fewer than `SMALLEST_TAIL` differ."""
    values, counts = np.unique(areas, return_counts=True)
    if len(values) <= SMALLEST_TAIL:
        return None
    exponent, bound, distance = (part[0] for part in _fits(values, counts[None]))
    rng = np.random.default_rng(seed)
    per_chunk = max(1, MOST_ELEMENTS // max(len(values), BOUNDS * POINTS))
    exponents, bounds = [], []
    for first in range(0, draws, per_chunk):
        size = min(per_chunk, draws - first)
        drawn = rng.multinomial(len(areas), counts / len(areas), size)
        exponents_of, bounds_of, _ = _fits(values, drawn)
        exponents.append(exponents_of)
        bounds.append(values[bounds_of])
    return PowerLaw(
        float(exponent),
        _percentiles(np.concatenate(exponents)),
        float(values[bound]),
        _percentiles(np.concatenate(bounds)),
        int(counts[bound:].sum()),
        len(areas),
        float(distance),
    )


def _fits(values: Array, counts: NDArray[np.int64]) -> tuple[Array, NDArray[np.int64], Array]:
    """Exponent, index of the bound and distance (d,) for rising values (n,) with counts (d, n)."""
    draws, n = counts.shape
    # Sums from each value to the end, and nothing after it.
    above = np.zeros((draws, n + 1))
    log_above = np.zeros((draws, n + 1))
    logs = np.log(values)
    above[:, :n] = np.cumsum(counts[:, ::-1], axis=1)[:, ::-1]
    log_above[:, :n] = np.cumsum((counts * logs)[:, ::-1], axis=1)[:, ::-1]
    bounds = _spaced(n, SMALLEST_TAIL, BOUNDS)
    points = _spaced(n, 1, POINTS)
    excess = log_above[:, bounds] - above[:, bounds] * logs[bounds]
    slopes = above[:, bounds] / np.maximum(excess, np.finfo(float).tiny)
    # (draws, bounds, points): the share of the tail at and beyond each point, and just beyond it.
    model = np.exp(-slopes[..., None] * np.maximum(logs[points] - logs[bounds, None], 0))
    tail = np.maximum(above[:, bounds, None], 1)
    distance = np.maximum(
        np.abs(above[:, None, points] / tail - model),
        np.abs(above[:, None, points + 1] / tail - model),
    )
    distance[:, points < bounds[:, None]] = 0
    furthest = distance.max(axis=2)
    furthest[above[:, bounds] < SMALLEST_TAIL / 2] = np.inf
    best = furthest.argmin(axis=1)
    each = np.arange(draws)
    return 1 + slopes[each, best], bounds[best], furthest[each, best]


def _spaced(n: int, fewest: int, count: int) -> NDArray[np.int64]:
    """Rising indices of n values, evenly spaced in the logarithm of how many lie above."""
    above = np.unique(np.round(np.geomspace(fewest, n, count)).astype(np.int64))
    return n - above[::-1]


def _percentiles(values: Array) -> tuple[float, float]:
    low, high = np.quantile(values, (0.025, 0.975))
    return float(low), float(high)
