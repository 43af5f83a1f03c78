"""Metrics, always named with what they average over.

`published` are the definitions of CALandDet's trainer, for comparison with its paper only: its IoU
is a mean over images in which an empty image without a prediction counts 1. `Counts` are over all
pixels, the ones to trust.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray

TINY = 1e-8
# The published definitions predict a landslide above this probability.
PUBLISHED_THRESHOLD = 0.5

BOOTSTRAP_DRAWS = 1000
# Shares of the draws between which 95 % of them lie.
BOOTSTRAP_LIMITS = (0.025, 0.975)


@dataclass(frozen=True)
class Counts:
    """Pixels by prediction and truth; add those of several images to pool them."""

    true_positive: int = 0
    false_positive: int = 0
    false_negative: int = 0
    true_negative: int = 0

    @classmethod
    def of(cls, predicted: NDArray[np.bool_], truth: NDArray[np.bool_]) -> Counts:
        """Counts over two boolean arrays of one shape."""
        both = int(np.count_nonzero(predicted & truth))
        positive, present = int(np.count_nonzero(predicted)), int(np.count_nonzero(truth))
        return cls(both, positive - both, present - both, truth.size - positive - present + both)

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.true_positive + other.true_positive,
            self.false_positive + other.false_positive,
            self.false_negative + other.false_negative,
            self.true_negative + other.true_negative,
        )

    @property
    def precision(self) -> float:
        """Share of the predicted pixels that are landslide."""
        return self.true_positive / max(self.true_positive + self.false_positive, TINY)

    @property
    def recall(self) -> float:
        """Share of the landslide pixels that were found."""
        return self.true_positive / max(self.true_positive + self.false_negative, TINY)

    @property
    def f1(self) -> float:
        """F1 of the landslide class."""
        return _f1(self.true_positive, self.false_positive, self.false_negative)

    @property
    def iou(self) -> float:
        """Intersection over union of the landslide class."""
        return _iou(self.true_positive, self.false_positive, self.false_negative)

    @property
    def mean_f1(self) -> float:
        """Mean of the F1 of both classes."""
        background = _f1(self.true_negative, self.false_negative, self.false_positive)
        return (self.f1 + background) / 2

    @property
    def mean_iou(self) -> float:
        """Mean of the IoU of both classes."""
        background = _iou(self.true_negative, self.false_negative, self.false_positive)
        return (self.iou + background) / 2

    @property
    def overall_accuracy(self) -> float:
        """Share of all pixels that are right."""
        right = self.true_positive + self.true_negative
        return right / max(right + self.false_positive + self.false_negative, TINY)


def published(probability: NDArray[np.float32], truth: NDArray[np.bool_]) -> dict[str, float]:
    """The published definitions over one batch: probability and truth (B, 1, H, W).

    The IoU is averaged over images, empty against empty counting 1; the others are over all pixels
    of the batch. The published tables average them over batches.
    """
    predicted = probability > PUBLISHED_THRESHOLD
    return published_of([Counts.of(*pair) for pair in zip(predicted, truth, strict=True)])


def published_of(images: Sequence[Counts]) -> dict[str, float]:
    """The published definitions from the counts of each image at a probability above 0.5."""
    pooled = sum(images, Counts())
    return {
        "iou": float(np.mean([_iou_or_one(counts) for counts in images])),
        "f1": pooled.f1,
        "precision": pooled.precision,
        "recall": pooled.recall,
        "overall_accuracy": pooled.overall_accuracy,
    }


def _iou_or_one(counts: Counts) -> float:
    union = counts.true_positive + counts.false_positive + counts.false_negative
    return counts.true_positive / union if union else 1.0


def _f1(hits: int, extra: int, missed: int) -> float:
    return 2 * hits / max(2 * hits + extra + missed, TINY)


def _iou(hits: int, extra: int, missed: int) -> float:
    return hits / max(hits + extra + missed, TINY)


@dataclass(frozen=True)
class Interval:
    """Limits between which 95 % of the draws lie."""

    low: float
    high: float


def bootstrap(
    images: Sequence[Counts], draws: int = BOOTSTRAP_DRAWS, seed: int = 0
) -> dict[str, Interval]:
    """95 % intervals of `f1` and `iou` over all pixels, by drawing images with replacement.

    The percentile method of Efron (1979). A figure is left out where no draw defines it.
    """
    table = np.array([astuple(counts)[:3] for counts in images], np.int64).reshape(-1, 3)
    rng = np.random.default_rng(seed)

    def draw() -> NDArray[np.int64]:
        return table[rng.integers(len(table), size=len(table))].sum(axis=0)

    sums = np.array([draw() for _ in range(draws if len(table) else 0)]).reshape(-1, 3)
    hits, extra, missed = sums.T
    found = {
        "f1": (2 * hits, 2 * hits + extra + missed),
        "iou": (hits, hits + extra + missed),
    }
    return {
        name: Interval(*np.quantile(above[below > 0] / below[below > 0], BOOTSTRAP_LIMITS).tolist())
        for name, (above, below) in found.items()
        if (below > 0).any()
    }
