"""Pixel metrics at every threshold at once, from one histogram.

A histogram is (2, 251): background and landslide pixels by predicted probability in 1/250.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backend.metrics import Counts
from backend.raster.grid import PROBABILITY_SCALE

Histogram = NDArray[np.int64]

CALIBRATION_BINS = 10


def histogram(probability: NDArray[np.uint8], truth: NDArray[np.bool_]) -> Histogram:
    """Pixels (2, 251) by truth and predicted level; nodata (255) is not counted."""
    bins = PROBABILITY_SCALE + 1
    known = probability <= PROBABILITY_SCALE
    joint = np.bincount(truth[known] * bins + probability[known], minlength=2 * bins)
    return joint.reshape(2, bins)


def counts_at(levels: Histogram, level: int) -> Counts:
    """Counts of a histogram where values from `level` up are predicted landslide."""
    missed, hits = levels[1, :level].sum(), levels[1, level:].sum()
    right, extra = levels[0, :level].sum(), levels[0, level:].sum()
    return Counts(int(hits), int(extra), int(missed), int(right))


def best_level(levels: Histogram) -> int:
    """The level, above 0 and below 250, with the highest F1 over all pixels of a histogram."""
    return max(range(1, PROBABILITY_SCALE), key=lambda at: counts_at(levels, at).f1)


@dataclass(frozen=True)
class Bin:
    """Pixels of similar probability: their mean probability, and the share that is landslide.

    Both are None where there is no pixel.
    """

    pixels: int
    predicted: float | None
    observed: float | None


def reliability(levels: Histogram, bins: int = CALIBRATION_BINS) -> tuple[Bin, ...]:
    """A histogram's pixels in `bins` bins of probability of equal width, from 0 to 1."""
    steps = np.arange(PROBABILITY_SCALE + 1)
    which = np.minimum(steps * bins // PROBABILITY_SCALE, bins - 1)
    pixels = np.bincount(which, levels.sum(axis=0), bins)
    landslide = np.bincount(which, levels[1], bins)
    predicted = np.bincount(which, levels.sum(axis=0) * (steps / PROBABILITY_SCALE), bins)
    return tuple(
        Bin(int(count), expected / count if count else None, found / count if count else None)
        for count, expected, found in zip(
            pixels.tolist(), predicted.tolist(), landslide.tolist(), strict=True
        )
    )


def calibration_error(levels: Histogram, bins: int = CALIBRATION_BINS) -> float:
    """Expected calibration error over all pixels of a histogram (Guo et al. 2017)."""
    gaps = [
        part.pixels * abs(part.predicted - part.observed)
        for part in reliability(levels, bins)
        if part.predicted is not None and part.observed is not None
    ]
    return sum(gaps) / max(int(levels.sum()), 1)
