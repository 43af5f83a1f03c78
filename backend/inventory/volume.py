"""Landslide volume from area by published power laws, V = alpha A^gamma.

The interval is that of the relation: the published errors of its two parameters, propagated by the
delta method in log space. Where these are not known here it is what the relations do not agree
about: the lowest and the highest volume by any of them. Neither holds the scatter of single
landslides about a relation, which is a factor of two to three for Larsen et al. (2010); of a sum
over many landslides most of that scatter averages out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backend.errors import CalandDetError

Array = NDArray[np.float64]
# Standard deviations on either side of the middle that hold 95 %.
Z95 = 1.959964


@dataclass(frozen=True)
class Relation:
    """log10 V = log_alpha + gamma log10 A, with V in m3 and A in m2.

    Errors are one standard deviation, taken as independent, as no covariance is published; None
    where they are not known here. `valid_m2` is the range of areas the relation was fitted to;
    None where it is not known here.
    """

    name: str
    reference: str
    outline: str  # What the area is that of: the whole landslide, or its scar.
    log_alpha: float
    gamma: float
    log_alpha_error: float | None = None
    gamma_error: float | None = None
    valid_m2: tuple[float, float] | None = None

    @property
    def has_errors(self) -> bool:
        """Whether its interval is that of its own parameters."""
        return self.log_alpha_error is not None and self.gamma_error is not None

    @property
    def interval(self) -> str:
        """What the limits of a volume mean, in a sentence."""
        if self.has_errors:
            return (
                "The interval holds 95 % by the errors of the relation's parameters, not the"
                " scatter of landslides about it."
            )
        return (
            "The errors of its parameters are not known here: the interval goes from the lowest to"
            f" the highest volume by any of {len(RELATIONS)} published relations."
        )

    def describe(self) -> str:
        """The relation with its numbers, for a table or a log."""
        formula = f"V = {10**self.log_alpha:.3g} A^{self.gamma:g}"
        if self.has_errors:
            formula += (
                f" (log10 alpha {self.log_alpha:g} ± {self.log_alpha_error:g},"
                f" gamma ± {self.gamma_error:g})"
            )
        return f"{formula}, {self.outline}, {self.reference}"


# Parameters and errors are as later papers quote them; where the errors are None, none could be
# traced to the paper itself (docs/inventory.md).
_LARSEN = "Larsen, Montgomery & Korup 2010, Nature Geoscience 3, 247–251, doi:10.1038/ngeo776"
RELATIONS = {
    relation.name: relation
    for relation in (
        Relation(
            "guzzetti_2009",
            "Guzzetti et al. 2009, Earth and Planetary Science Letters 279, 222–229,"
            " doi:10.1016/j.epsl.2009.01.005",
            "slides, whole landslide",
            float(np.log10(0.074)),
            1.450,
            valid_m2=(2.0, 1e9),
        ),
        Relation(
            "larsen_2010_all", _LARSEN, "all landslides", -0.836, 1.332, 0.015, 0.005
        ),
        Relation(
            "larsen_2010_soil", _LARSEN, "soil landslides, scar", -0.649, 1.262, 0.021, 0.009
        ),
        Relation(
            "larsen_2010_bedrock", _LARSEN, "bedrock landslides, scar", -0.63, 1.41, 0.06, 0.02
        ),
    )
}  # fmt: skip
DEFAULT_RELATION = "larsen_2010_all"


@dataclass(frozen=True)
class Volumes:
    """Volumes [m3] with their limits; see `Relation.interval` for what these are."""

    volume: Array
    low: Array
    high: Array


def relation(name: str) -> Relation:
    """The relation of a name. Raises `CalandDetError` for an unknown one."""
    if name not in RELATIONS:
        raise CalandDetError(
            f"There is no area-to-volume relation {name!r}.", f"Choose {', '.join(RELATIONS)}."
        )
    return RELATIONS[name]


def volumes(areas: Array, law: Relation) -> Volumes:
    """The volume of each landslide of area (n,) [m2]; NaN stays NaN."""
    if not law.has_errors:
        return _among_all(lambda each: _single(areas, each), law)
    return _limits(np.log10(_single(areas, law)), np.log10(areas), law)


def total_volume(areas: Array, law: Relation) -> Volumes:
    """The volume of all landslides together, as arrays of one.

    The errors are those of the parameters, which all landslides share: they do not average out. To
    first order the sum moves with gamma like one landslide whose log10 A is the mean over all,
    weighted by volume.
    """
    if not law.has_errors:
        return _among_all(lambda each: _single(areas, each).sum(keepdims=True), law)
    single = _single(areas, law)
    total = single.sum()
    mean_log_area = (single * np.log10(areas)).sum() / total
    return _limits(np.array([np.log10(total)]), np.array([mean_log_area]), law)


def outside_range(areas: Array, law: Relation) -> int:
    """How many areas lie beyond what the relation was fitted to, as far as that is known."""
    if law.valid_m2 is None:
        return 0
    low, high = law.valid_m2
    return int(((areas < low) | (areas > high)).sum())


def _single(areas: Array, law: Relation) -> Array:
    return np.asarray(10 ** (law.log_alpha + law.gamma * np.log10(areas)))


def _limits(log_volume: Array, log_area: Array, law: Relation) -> Volumes:
    error = Z95 * np.hypot(law.log_alpha_error or 0, (law.gamma_error or 0) * log_area)
    limits = (10 ** (log_volume + side * error) for side in (-1, 1))
    return Volumes(10**log_volume, *limits)


def _among_all(volume_by: Callable[[Relation], Array], law: Relation) -> Volumes:
    """A relation's volumes between the lowest and the highest by any."""
    every = np.array([volume_by(each) for each in RELATIONS.values()])
    return Volumes(volume_by(law), every.min(axis=0), every.max(axis=0))
