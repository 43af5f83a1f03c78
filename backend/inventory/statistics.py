"""Numbers of an inventory: how many, how large, how dense, and how sizes are distributed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backend.inventory.inverse_gamma import InverseGammaFit, fit_inverse_gamma
from backend.inventory.power_law import DRAWS, PowerLaw, fit_power_law
from backend.inventory.volume import Relation, outside_range, total_volume

Array = NDArray[np.float64]

# Below this number nothing is fitted: the exponent would be known to ±0.5 at best.
FEWEST_TO_FIT = 30
# Below this number a fit comes with a warning. With N landslides in the tail the standard error of
# an exponent of 2.4 is 1.4 / sqrt(N) (Clauset et al. 2009, equation 3.2): 0.14 for 100. Li, Lan &
# Wu 2016 (doi:10.1186/s40677-016-0052-y) find erosion rates wrong by up to 100 % there.
FEWEST_TO_TRUST = 100
BINS_PER_DECADE = 5
# A rollover nearer than this factor to the smallest landslide is likely that of the mapping.
CLEAR_OF_SMALLEST = 1.5


@dataclass(frozen=True)
class Bins:
    """Probability density in bins of equal width on a log scale.

    `edges_m2` (k + 1,), `count` (k,) and `density` (k,) [1/m2]: count / (n width).
    """

    edges_m2: Array
    count: NDArray[np.int64]
    density: Array

    @property
    def middles_m2(self) -> Array:
        """Geometric middles (k,)."""
        return np.sqrt(self.edges_m2[:-1] * self.edges_m2[1:])


@dataclass(frozen=True)
class TotalVolume:
    """The volume of all landslides by a published relation, and its limits."""

    relation: str
    volume_m3: float
    low_m3: float
    high_m3: float


@dataclass(frozen=True)
class Statistics:
    """What an inventory says as a whole; `warnings` say what not to read into it.

    Densities are None where the searched area is not known, fits where they are not to be had.
    """

    n: int
    total_m2: float
    largest_m2: float
    smallest_m2: float
    median_m2: float
    mean_m2: float
    magnitude: float
    searched_km2: float | None
    per_km2: float | None
    area_percent: float | None
    volume: TotalVolume | None
    bins: Bins
    inverse_gamma: InverseGammaFit | None
    power_law: PowerLaw | None
    warnings: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        row = asdict(self)
        row["bins"] = {name: values.tolist() for name, values in row["bins"].items()}
        if self.inverse_gamma is not None:
            best = self.inverse_gamma.best
            row["inverse_gamma"]["best"] |= {
                "rollover_m2": best.rollover_m2,
                "tail_exponent": best.tail_exponent,
            }
        return row


def describe(
    areas: Array,
    searched_km2: float | None = None,
    law: Relation | None = None,
    draws: int = DRAWS,
) -> Statistics:
    """The statistics of landslides of area (n,) [m2], one at least, all above 0."""
    n, total = len(areas), float(areas.sum())
    fitted = n >= FEWEST_TO_FIT
    gamma = fit_inverse_gamma(areas) if fitted else None
    tail = fit_power_law(areas, draws) if fitted else None
    return Statistics(
        n=n,
        total_m2=total,
        largest_m2=float(areas.max()),
        smallest_m2=float(areas.min()),
        median_m2=float(np.median(areas)),
        mean_m2=total / n,
        magnitude=float(np.log10(n)),
        searched_km2=searched_km2,
        per_km2=n / searched_km2 if searched_km2 else None,
        area_percent=total / searched_km2 / 1e4 if searched_km2 else None,
        volume=_total(areas, law) if law else None,
        bins=log_bins(areas),
        inverse_gamma=gamma,
        power_law=tail,
        warnings=tuple(_warnings(areas, searched_km2, gamma, tail, law)),
    )


def log_bins(areas: Array, per_decade: int = BINS_PER_DECADE) -> Bins:
    """The probability density of areas (n,) [m2] in bins that begin at whole decades' parts."""
    first = np.floor(np.log10(areas.min()) * per_decade)
    last = np.floor(np.log10(areas.max()) * per_decade) + 1
    edges = 10 ** (np.arange(first, last + 1) / per_decade)
    # Rounding must not lose the smallest or the largest.
    edges[0], edges[-1] = min(edges[0], areas.min()), max(edges[-1], areas.max())
    count = np.histogram(areas, edges)[0]
    return Bins(edges, count, count / (len(areas) * np.diff(edges)))


def _total(areas: Array, law: Relation) -> TotalVolume:
    found = total_volume(areas, law)
    volume, low, high = (float(part[0]) for part in (found.volume, found.low, found.high))
    return TotalVolume(law.name, volume, low, high)


def _warnings(
    areas: Array,
    searched_km2: float | None,
    gamma: InverseGammaFit | None,
    tail: PowerLaw | None,
    law: Relation | None,
) -> list[str]:
    n = len(areas)
    notes = []
    if n < FEWEST_TO_FIT:
        notes.append(
            f"With {n} landslides no size distribution is fitted; {FEWEST_TO_FIT} are needed, as"
            " the exponent's standard error is about 1.4 divided by the root of their number."
        )
    elif n < FEWEST_TO_TRUST:
        notes.append(
            f"{n} landslides are few for a size distribution: below {FEWEST_TO_TRUST} the"
            " exponent's standard error is above 0.14, and rates derived from it can be wrong by"
            " 100 % (Li et al. 2016). Read the intervals, not the values."
        )
    if n >= FEWEST_TO_FIT and gamma is None:
        notes.append(
            "The sizes do not follow an inverse gamma distribution: no likeliest one was found."
        )
    if gamma is not None and gamma.best.rollover_m2 < CLEAR_OF_SMALLEST * areas.min():
        notes.append(
            f"The rollover at {gamma.best.rollover_m2:.3g} m² lies at the smallest landslide of"
            f" {areas.min():.3g} m²: it comes from the mapping's resolution or minimum area, not"
            " from the landslides."
        )
    if tail is not None and tail.tail < n / 2 and tail.tail < FEWEST_TO_TRUST / 2:
        notes.append(
            f"The power-law tail holds only {tail.tail} landslides; its exponent is uncertain."
        )
    if searched_km2 is not None and areas.sum() > searched_km2 * 1e6:
        notes.append(
            f"The landslides cover {areas.sum() / 1e6:.3g} km², more than the {searched_km2:.3g}"
            " km² searched: check the searched area."
        )
    if law is not None and (beyond := outside_range(areas, law)):
        notes.append(
            f"{beyond} of {n} areas lie beyond the range that {law.name} was fitted to; their"
            " volumes are extrapolated."
        )
    return notes
