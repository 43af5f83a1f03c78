"""Honest evaluation: whole images, tiled as `detect` tiles them, over all thresholds at once.

An image's result is kept as a histogram (2, 251): background and landslide pixels by predicted
probability in 1/250. Every pixel metric at every threshold follows from these.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backend.engines import Engine
from backend.inference import infer
from backend.metrics import Counts
from backend.raster.grid import PROBABILITY_SCALE, Tiling
from backend.training.datasets import Sample


@dataclass(frozen=True)
class ArraySource:
    """An image (C, H, W) in memory, read like a raster."""

    image: NDArray[np.uint8]

    def read(self, first: int, last: int) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
        """Rows [first, last): values (C, rows, W), all of them valid."""
        rows = self.image[:, first:last]
        return rows, np.ones(rows.shape[1:], bool)


def predict(
    samples: Iterable[Sample], engine: Engine, size: int, overlap: str
) -> Iterator[tuple[Sample, NDArray[np.uint8]]]:
    """Each sample with its probability (H, W) in 1/250."""
    for sample in samples:
        height, width = sample.mask.shape
        tiling = Tiling.of(width, height, size, overlap)
        rows = infer(ArraySource(sample.image), tiling, None, engine, lambda *_: None)
        yield sample, np.concatenate(list(rows))


def histogram(probability: NDArray[np.uint8], truth: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Pixels (2, 251) by truth and predicted level."""
    bins = PROBABILITY_SCALE + 1
    joint = np.bincount(truth.ravel() * bins + probability.ravel(), minlength=2 * bins)
    return joint.reshape(2, bins)


def counts_at(levels: NDArray[np.int64], level: int) -> Counts:
    """Counts of a histogram (2, 251) where values from `level` up are predicted landslide."""
    missed, hits = levels[1, :level].sum(), levels[1, level:].sum()
    right, extra = levels[0, :level].sum(), levels[0, level:].sum()
    return Counts(int(hits), int(extra), int(missed), int(right))


def best_level(levels: NDArray[np.int64]) -> int:
    """The level with the highest F1 over all pixels of the histograms (N, 2, 251)."""
    pooled = levels.sum(axis=0)
    return max(range(1, PROBABILITY_SCALE + 1), key=lambda at: counts_at(pooled, at).f1)


def calibration_error(levels: NDArray[np.int64], bins: int = 10) -> float:
    """Expected calibration error over all pixels, in `bins` bins of equal width."""
    value = np.arange(PROBABILITY_SCALE + 1) / PROBABILITY_SCALE
    which = np.minimum((value * bins).astype(int), bins - 1)
    total = np.bincount(which, levels.sum(axis=0), bins)
    landslide = np.bincount(which, levels[1], bins)
    predicted = np.bincount(which, levels.sum(axis=0) * value, bins)
    return float(np.abs(landslide - predicted).sum() / max(total.sum(), 1))


def summary(levels: NDArray[np.int64], level: int) -> dict[str, Any]:
    """Metrics of histograms (N, 2, 251) at a level, each named with what it averages over."""
    pooled = counts_at(levels.sum(axis=0), level)
    with_landslide = levels[levels[:, 1].sum(axis=1) > 0]
    ious = [counts_at(image, level).iou for image in with_landslide]
    return {
        "images": len(levels),
        "images_with_landslide": len(with_landslide),
        "threshold": level / PROBABILITY_SCALE,
        "f1_all_pixels": pooled.f1,
        "precision_all_pixels": pooled.precision,
        "recall_all_pixels": pooled.recall,
        "iou_all_pixels": pooled.iou,
        "mean_iou_both_classes_all_pixels": pooled.mean_iou,
        "mean_f1_both_classes_all_pixels": pooled.mean_f1,
        "overall_accuracy_all_pixels": pooled.overall_accuracy,
        "mean_iou_over_images_with_landslide": float(np.mean(ious)) if ious else None,
        "expected_calibration_error_all_pixels": calibration_error(levels.sum(axis=0)),
    }
