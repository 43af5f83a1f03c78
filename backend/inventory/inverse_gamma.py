"""The three-parameter inverse gamma distribution of landslide areas (Malamud et al. 2004).

Malamud, Turcotte, Guzzetti & Reichenbach 2004, "Landslide inventories and their statistical
properties", Earth Surface Processes and Landforms 29, 687-711, equation 3: the power-law tail has
the exponent rho + 1, and s shifts the exponential rollover of small landslides.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import digamma, gammaln, polygamma
from scipy.stats import chi2

Array = NDArray[np.float64]
Limits = tuple[float | None, float | None]

# Points of a grid along each parameter, over which the likelihood is scanned.
SCAN = 150
# Half the drop of twice the log-likelihood that bounds 95 % (Wilks 1938), and how far is scanned.
DROP = float(chi2.ppf(0.95, 1)) / 2
SCANNED_DROP = 6.0
# s is sought between these multiples of the median area below the smallest one. Beyond the
# farther one the distribution has no power law left.
NEAREST_SHIFT, FARTHEST_SHIFT = 1e-6, 100.0
# Areas that differ by less than this share are all alike.
LEAST_SPREAD = 0.01
NEWTON_STEPS = 8
ENDS_STEPS = 30


@dataclass(frozen=True)
class InverseGamma:
    """p(A) with `rho`, `a_m2` and `s_m2`; areas in m2."""

    rho: float
    a_m2: float
    s_m2: float

    @property
    def rollover_m2(self) -> float:
        """The most frequent area."""
        return self.a_m2 / (self.rho + 1) + self.s_m2

    @property
    def tail_exponent(self) -> float:
        """p(A) falls as A^-exponent where A is large."""
        return self.rho + 1

    def density(self, areas: Array) -> Array:
        """p [1/m2] at areas (n,) above s."""
        shifted = areas - self.s_m2
        log_density = self.rho * np.log(self.a_m2) - gammaln(self.rho)
        return np.exp(log_density - (self.rho + 1) * np.log(shifted) - self.a_m2 / shifted)


@dataclass(frozen=True)
class InverseGammaFit:
    """The most likely distribution of n areas, and 95 % limits of its figures by name.

    Limits are likelihood-ratio limits; None is no limit within what was searched.
    """

    best: InverseGamma
    limits: dict[str, Limits]
    n: int


def fit_inverse_gamma(areas: Array) -> InverseGammaFit | None:
    """The maximum-likelihood fit to areas (n,) [m2]; None where the areas have no such shape.

    For a given s the other two parameters follow from the means of log(A - s) and 1 / (A - s), so
    that only s is searched for.
    """
    smallest, median = float(areas.min()), float(np.median(areas))
    if np.log(areas).std() < LEAST_SPREAD:
        return None

    def least(gap: Array) -> Array:
        return _profile(*_means(areas, smallest - np.exp(gap)))

    # s lies below the smallest area by `gap` on a log scale.
    scan = np.linspace(np.log(NEAREST_SHIFT * median), np.log(FARTHEST_SHIFT * median), SCAN)
    costs = least(scan)
    at = int(np.argmin(costs))
    if at in (0, SCAN - 1):
        return None
    found = minimize_scalar(
        lambda gap: least(np.array([gap]))[0],
        bounds=(scan[at - 1], scan[at + 1]),
        method="bounded",
    )
    shift = smallest - np.exp(np.array([found.x]))
    mean_log, mean_inverse = _means(areas, shift)
    rho = _likeliest(mean_log, mean_inverse)
    best = InverseGamma(float(rho[0]), float(rho[0] / mean_inverse[0]), float(shift[0]))
    near = scan[costs - found.fun < SCANNED_DROP / len(areas)]
    step = scan[1] - scan[0]
    gaps = np.linspace(near.min(initial=found.x) - step, near.max(initial=found.x) + step, SCAN)
    # From the lowest s to the highest.
    limits = _limits(areas, smallest - np.exp(gaps[::-1]), found.fun + DROP / len(areas))
    return InverseGammaFit(best, limits, len(areas))


def _means(areas: Array, shifts: Array) -> tuple[Array, Array]:
    """Mean of log(A - s) and of 1 / (A - s) at each of the shifts s (k,)."""
    logs, inverses = np.empty(len(shifts)), np.empty(len(shifts))
    for index, shift in enumerate(shifts):
        shifted = areas - shift
        logs[index], inverses[index] = np.log(shifted).mean(), (1 / shifted).mean()
    return logs, inverses


def _likeliest(mean_log: Array, mean_inverse: Array) -> Array:
    """The most likely rho (k,), where log rho - digamma(rho) = z; steps of Minka (2002)."""
    z = np.log(mean_inverse) + mean_log
    rho = (3 - z + np.sqrt((z - 3) ** 2 + 24 * z)) / (12 * z)
    for _ in range(NEWTON_STEPS):
        slope = 1 / rho - polygamma(1, rho)
        rho = 1 / (1 / rho + (np.log(rho) - digamma(rho) - z) / (rho**2 * slope))
    return rho


def _profile(mean_log: Array, mean_inverse: Array) -> Array:
    """The least cost (k,) that any rho and a have."""
    rho = _likeliest(mean_log, mean_inverse)
    return cost(rho, rho / mean_inverse, mean_log, mean_inverse)


def cost(rho: Array, a: Array, mean_log: Array, mean_inverse: Array) -> Array:
    """Minus the mean log-likelihood of areas whose A - s has these means."""
    return -rho * np.log(a) + gammaln(rho) + (rho + 1) * mean_log + a * mean_inverse


def _limits(areas: Array, shifts: Array, bar: float) -> dict[str, Limits]:
    """The extremes of all figures over the parameters that cost less than `bar` (Wilks 1938)."""
    means = _means(areas, shifts)
    likeliest = _likeliest(*means)
    mean_log, mean_inverse = (part[:, None] for part in means)
    spread = 4 / np.sqrt(len(areas) * (polygamma(1, likeliest) - 1 / likeliest))
    rho = np.geomspace(
        (likeliest * np.exp(-spread / likeliest)).min(), (likeliest + spread).max(), SCAN
    )
    costs = cost(rho, rho / mean_inverse, mean_log, mean_inverse)
    of_rho = _crossings(rho, costs.min(axis=0), bar)
    of_shift = _crossings(shifts, _profile(*means), bar)
    row, column = np.nonzero(costs < bar)
    # With rho and s given, cost rises from its least as rho (e^t - t - 1), a being e^t times its
    # likeliest value.
    room = (bar - costs[row, column]) / rho[column]
    likeliest_a = rho[column] / mean_inverse[row, 0]
    low, high = (likeliest_a * np.exp(part) for part in _ends(room))
    of_a = _extremes(low, high, of_shift)
    modes = [a / (rho[column] + 1) + shifts[row] for a in (low, high)]
    exponent = tuple(None if limit is None else limit + 1 for limit in of_rho)
    return {
        "rho": of_rho,
        "a_m2": of_a,
        "s_m2": of_shift,
        "tail_exponent": (exponent[0], exponent[1]),
        "rollover_m2": _extremes(modes[0], modes[1], of_shift),
    }


def _ends(room: Array) -> tuple[Array, Array]:
    """Both solutions t (k,) of e^t - t - 1 = room, by Newton's steps from beyond."""
    low, high = -(room + 1), np.sqrt(2 * room)
    for _ in range(ENDS_STEPS):
        low, high = (
            t - np.divide(np.exp(t) - t - 1 - room, np.expm1(t), out=np.zeros_like(t), where=t != 0)
            for t in (low, high)
        )
    return low, high


def _extremes(low: Array, high: Array, of_shift: Limits) -> Limits:
    """The least and the largest; no upper limit where s has no lower one."""
    if not len(low):
        return None, None
    return float(low.min()), None if of_shift[0] is None else float(high.max())


def _crossings(values: Array, costs: Array, bar: float) -> Limits:
    """Where the cost, along rising values, falls below `bar` and rises above it again."""
    below = np.flatnonzero(costs < bar)
    if not len(below):
        return None, None

    def between(inside: int, outside: int) -> float | None:
        if not 0 <= outside < len(values):
            return None
        part = (bar - costs[inside]) / (costs[outside] - costs[inside])
        return float(values[inside] + part * (values[outside] - values[inside]))

    return between(below[0], below[0] - 1), between(below[-1], below[-1] + 1)
