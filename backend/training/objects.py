"""Landslides counted one by one: components of mask and prediction, matched one to one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from backend.vectorize import SMALLEST_PX

# A prediction is a landslide found where their intersection over union is this or more.
MATCH_IOU = 0.5
# Limits between the size classes of landslides: areas [m2], or pixels where no area is known.
SIZE_LIMITS_M2 = (100, 1_000, 10_000)
SIZE_LIMITS_PX = (100, 1_000, 10_000)

_NEIGHBOURS = np.ones((3, 3), bool)


@dataclass(frozen=True)
class Objects:
    """The landslides of one image: sizes [px] of the truth's, which of them were found, and how
    many were predicted.
    """

    sizes: NDArray[np.int64]
    found: NDArray[np.bool_]
    predicted: int

    @property
    def matched(self) -> int:
        """Landslides found, which is also the number of predictions that are right."""
        return int(np.count_nonzero(self.found))


def match_objects(predicted: NDArray[np.bool_], truth: NDArray[np.bool_]) -> Objects:
    """Match the 8-connected components of two masks (H, W) one to one."""
    truth_labels, truth_sizes = _components(truth)
    labels, sizes = _components(predicted)
    both = (truth_labels > 0) & (labels > 0)
    pairs, overlaps = np.unique(
        np.stack([truth_labels[both], labels[both]]) - 1, axis=1, return_counts=True
    )
    unions = truth_sizes[pairs[0]] + sizes[pairs[1]] - overlaps
    # Nothing has two partners: both would hold half of it, touch there, and so be one component.
    found = np.zeros(len(truth_sizes), bool)
    found[pairs[0, overlaps >= MATCH_IOU * unions]] = True
    return Objects(truth_sizes, found, len(sizes))


def _components(mask: NDArray[np.bool_]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Labels (H, W) from 1, 0 outside; and the sizes [px] of the components, large enough only."""
    labels, count = ndimage.label(mask, _NEIGHBOURS)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    sizes[0] = 0
    kept = sizes >= SMALLEST_PX
    renumbered = np.where(kept, np.cumsum(kept), 0).astype(np.int32)
    return renumbered[labels], sizes[kept]


@dataclass(frozen=True)
class SizeClass:
    """Landslides of `low` to below `high` (None: without limit) in `unit`, and how many of them
    were found.
    """

    low: float
    high: float | None
    unit: str
    landslides: int
    found: int

    @property
    def recall(self) -> float | None:
        """Share of the landslides that were found; None where there are none."""
        return self.found / self.landslides if self.landslides else None


def by_size(
    areas: NDArray[np.float64], found: NDArray[np.bool_], in_metres: bool
) -> tuple[SizeClass, ...]:
    """Landslides by area: [m2], or [px] where not `in_metres`."""
    limits = SIZE_LIMITS_M2 if in_metres else SIZE_LIMITS_PX
    unit = "m²" if in_metres else "px"
    which = np.digitize(areas, limits)
    lows, highs = (0, *limits), (*limits, None)
    return tuple(
        SizeClass(low, high, unit, int((which == index).sum()), int(found[which == index].sum()))
        for index, (low, high) in enumerate(zip(lows, highs, strict=True))
    )
