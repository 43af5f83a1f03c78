"""What an evaluation found: every figure with what it averages over, and the images it rests on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backend.card import Metric
from backend.metrics import PUBLISHED_THRESHOLD, Counts, Interval, bootstrap, published_of
from backend.raster.grid import NODATA, PROBABILITY_SCALE
from backend.training.boundary import TOLERANCE_PX, BoundaryCounts, compare_boundaries
from backend.training.datasets import Labelled
from backend.training.gallery import Cell
from backend.training.histogram import (
    CALIBRATION_BINS,
    Bin,
    Histogram,
    calibration_error,
    reliability,
)
from backend.training.objects import (
    MATCH_IOU,
    Objects,
    SizeClass,
    by_size,
    match_objects,
)
from backend.vectorize import SMALLEST_PX

OVER_PIXELS = "over all pixels"
OVER_CLASSES = "mean of landslide and background, each over all pixels"
OVER_IMAGES = "mean over the images with a landslide"
OVER_LANDSLIDES = (
    f"over single landslides: 8-connected areas of {SMALLEST_PX} px or more, matched one to one"
    f" at IoU ≥ {MATCH_IOU}"
)
OVER_BOUNDARIES = (
    "over the outlines' pixels in images with a landslide; right is what lies within"
    f" {TOLERANCE_PX:g} px"
)
IN_BINS = f"over all pixels, in {CALIBRATION_BINS} bins of probability"
AS_PUBLISHED = f"as published, at probability > {PUBLISHED_THRESHOLD}: "
PUBLISHED_AVERAGING = {
    "iou": AS_PUBLISHED + "mean over all images, one without landslide and prediction counting 1"
}
PUBLISHED_NAMES = {
    "iou": "landslide IoU",
    "f1": "landslide F1",
    "precision": "landslide precision",
    "recall": "landslide recall",
    "overall_accuracy": "overall accuracy",
}
# What a result says first.
HEADLINE = ("f1", "iou", "precision", "recall", "landslide_recall", "landslide_precision")
# The lowest probability [1/250] above which the published definitions predict a landslide.
PUBLISHED_LEVEL = int(PUBLISHED_THRESHOLD * PROBABILITY_SCALE) + 1


@dataclass(frozen=True)
class Score:
    """A figure, what it averages over, and how many of what (`count`, `counted`) it rests on.

    The value is None where the data cannot define it, such as a recall without landslides.
    """

    key: str
    name: str
    value: float | None
    averaging: str
    data: str
    count: int
    counted: str
    interval: Interval | None = None


@dataclass(frozen=True)
class ImageResult:
    """What was counted in one image, at the threshold unless said otherwise."""

    name: str
    counts: Counts
    published: Counts
    """Above the published threshold."""
    objects: Objects
    boundary: BoundaryCounts
    """Nothing where the image has no landslide."""
    gsd: float | None = None
    """Ground sampling distance [m]."""

    @property
    def truth(self) -> int:
        """Pixels of landslide."""
        return self.counts.true_positive + self.counts.false_negative

    @property
    def predicted(self) -> int:
        """Pixels of predicted landslide."""
        return self.counts.true_positive + self.counts.false_positive

    @property
    def wrong(self) -> int:
        """Pixels that are missed or falsely predicted."""
        return self.counts.false_positive + self.counts.false_negative

    @property
    def iou(self) -> float | None:
        """None where there is neither landslide nor prediction."""
        return self.counts.iou if self.truth + self.predicted else None

    @property
    def f1(self) -> float | None:
        """None where there is neither landslide nor prediction."""
        return self.counts.f1 if self.truth + self.predicted else None

    def to_dict(self) -> dict[str, Any]:
        """One row of JSON types; pixels and landslides are counts."""
        return {
            "name": self.name,
            "f1": self.f1,
            "iou": self.iou,
            "pixels": sum(astuple(self.counts)),
            "landslide_pixels": self.truth,
            "predicted_pixels": self.predicted,
            "overlap_pixels": self.counts.true_positive,
            "landslides": len(self.objects.sizes),
            "landslides_predicted": self.objects.predicted,
            "landslides_found": self.objects.matched,
        }


def measure(
    name: str,
    labelled: Labelled,
    probability: NDArray[np.uint8],
    level: int,
    gsd: float | None = None,
) -> ImageResult:
    """Count one image at a level [1/250]; what is not valid is neither landslide nor background."""
    valid = labelled.valid & (probability != NODATA)
    truth = labelled.mask & valid
    predicted = (probability >= level) & valid
    published = (probability >= PUBLISHED_LEVEL) & valid
    nothing = BoundaryCounts()
    return ImageResult(
        name,
        Counts.of(predicted[valid], truth[valid]),
        Counts.of(published[valid], truth[valid]),
        match_objects(predicted, truth),
        compare_boundaries(predicted, truth, valid) if truth.any() else nothing,
        gsd,
    )


@dataclass(frozen=True)
class Provenance:
    """What an evaluation was made of and how."""

    data: str
    """Names of the datasets."""
    checkpoint: str
    sha256: str
    architecture: str
    device: str
    overlap: str
    threshold: float
    threshold_source: str
    chosen_here: bool
    """Whether the threshold was chosen on this very data, which flatters every figure at it."""
    notes: tuple[str, ...] = ()
    """Sentences on what was done to the images, or could not be done."""


@dataclass(frozen=True)
class Evaluation:
    """The figures of a checkpoint on data, with all that anyone needs to compute them again."""

    provenance: Provenance
    scores: tuple[Score, ...]
    sizes: tuple[SizeClass, ...]
    """Recall of single landslides by size."""
    reliability: tuple[Bin, ...]
    images: tuple[ImageResult, ...] = field(repr=False)
    histogram: Histogram = field(repr=False, compare=False)
    """Pixels (2, 251) of background and landslide by predicted probability in 1/250."""
    missed: tuple[Cell, ...] = field(default=(), repr=False, compare=False)
    """Images with a landslide, lowest IoU first."""
    false_alarms: tuple[Cell, ...] = field(default=(), repr=False, compare=False)
    """Images without a landslide but with a prediction, largest first."""

    @property
    def threshold(self) -> float:
        """Least probability of a predicted landslide."""
        return self.provenance.threshold

    @property
    def threshold_source(self) -> str:
        """How the threshold was chosen."""
        return self.provenance.threshold_source

    def value(self, key: str) -> float | None:
        """The figure of that key; raises `KeyError` where there is none."""
        return {score.key: score.value for score in self.scores}[key]

    def headline(self) -> dict[str, Any]:
        """The few figures that a result says, rounded."""
        values = {key: self.value(key) for key in HEADLINE}
        return {"images": len(self.images), "threshold": self.threshold} | {
            key: None if value is None else round(value, 4) for key, value in values.items()
        }

    def card_metrics(self) -> tuple[Metric, ...]:
        """The figures that the data defines, for a checkpoint's card."""
        return tuple(
            Metric(score.name, score.value, score.averaging, score.data)
            for score in self.scores
            if score.value is not None
        )

    def to_dict(self) -> dict[str, Any]:
        """All but the pictures, as JSON types."""
        return {
            **asdict(self.provenance),
            "metrics": [asdict(score) for score in self.scores],
            "recall_by_size": [asdict(part) | {"recall": part.recall} for part in self.sizes],
            "reliability": [asdict(part) for part in self.reliability],
            "histogram": {
                "levels_per_unit": PROBABILITY_SCALE,
                "background": self.histogram[0].tolist(),
                "landslide": self.histogram[1].tolist(),
            },
            "images": [image.to_dict() for image in self.images],
        }

    def to_json(self) -> str:
        """`to_dict` as text."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=1)


def score_all(images: Sequence[ImageResult], levels: Histogram, data: str) -> tuple[Score, ...]:
    """Every figure, the ones to trust first; `levels` is the histogram over all images."""
    return (
        *_pixel_scores(images, data),
        *_landslide_scores(images, data),
        _boundary_score(images, data),
        _calibration_score(levels, data),
        *_published_scores(images, data),
    )


def size_classes(images: Sequence[ImageResult]) -> tuple[SizeClass, ...]:
    """Recall of single landslides by area [m2], or by pixels where a distance is not known."""
    in_metres = all(image.gsd is not None for image in images)
    areas = [
        image.objects.sizes * ((image.gsd or 1.0) ** 2 if in_metres else 1.0) for image in images
    ]
    found = [image.objects.found for image in images]
    return by_size(np.concatenate(areas), np.concatenate(found), in_metres)


def _pixel_scores(images: Sequence[ImageResult], data: str) -> list[Score]:
    pooled = sum((image.counts for image in images), Counts())
    intervals = bootstrap([image.counts for image in images])
    pixels = sum(astuple(pooled))
    truth = pooled.true_positive + pooled.false_negative
    predicted = pooled.true_positive + pooled.false_positive
    # A class is there where a pixel is of it or taken for it.
    landslide = pixels if pooled.true_negative < pixels else 0
    both = landslide if pooled.true_positive < pixels else 0
    ious = [image.counts.iou for image in images if image.truth]
    rows = (
        ("f1", "landslide F1", pooled.f1, OVER_PIXELS, landslide, "pixels"),
        ("iou", "landslide IoU", pooled.iou, OVER_PIXELS, landslide, "pixels"),
        ("precision", "landslide precision", pooled.precision, OVER_PIXELS, predicted,
         "predicted pixels"),
        ("recall", "landslide recall", pooled.recall, OVER_PIXELS, truth, "landslide pixels"),
        ("mean_iou", "mean IoU", pooled.mean_iou, OVER_CLASSES, both, "pixels"),
        ("mean_f1", "mean F1", pooled.mean_f1, OVER_CLASSES, both, "pixels"),
        ("overall_accuracy", "overall accuracy", pooled.overall_accuracy, OVER_PIXELS, pixels,
         "pixels"),
        ("iou_over_images", "landslide IoU", sum(ious) / max(len(ious), 1), OVER_IMAGES, len(ious),
         "images"),
    )  # fmt: skip
    return [
        Score(key, name, value if count else None, over, data, count, counted, intervals.get(key))
        for key, name, value, over, count, counted in rows
    ]


def _landslide_scores(images: Sequence[ImageResult], data: str) -> list[Score]:
    landslides = sum(len(image.objects.sizes) for image in images)
    predicted = sum(image.objects.predicted for image in images)
    matched = sum(image.objects.matched for image in images)
    parts = (
        ("landslide_recall", "landslides found (recall)", landslides, "landslides"),
        (
            "landslide_precision", "predictions that are landslides (precision)", predicted,
            "predictions",
        ),
    )  # fmt: skip
    return [
        Score(key, name, matched / count if count else None, OVER_LANDSLIDES, data, count, counted)
        for key, name, count, counted in parts
    ]


def _boundary_score(images: Sequence[ImageResult], data: str) -> Score:
    pooled = sum((image.boundary for image in images), BoundaryCounts())
    count = pooled.predicted + pooled.truth
    return Score(
        "boundary_f", "boundary F-score", pooled.f_score, OVER_BOUNDARIES, data, count,
        "outline pixels",
    )  # fmt: skip


def _calibration_score(levels: Histogram, data: str) -> Score:
    pixels = int(levels.sum())
    value = calibration_error(levels) if pixels else None
    return Score(
        "calibration_error", "expected calibration error", value, IN_BINS, data, pixels, "pixels"
    )


def _published_scores(images: Sequence[ImageResult], data: str) -> list[Score]:
    """The published definitions; over pixels the whole data is one batch."""
    pixels = sum(sum(astuple(image.published)) for image in images)
    scores = []
    for key, value in published_of([image.published for image in images]).items():
        over = PUBLISHED_AVERAGING.get(key, AS_PUBLISHED + OVER_PIXELS)
        count, counted = (len(images), "images") if key == "iou" else (pixels, "pixels")
        scores.append(
            Score(f"published_{key}", PUBLISHED_NAMES[key], value, over, data, count, counted)
        )
    return scores


def summarise(
    provenance: Provenance,
    images: Sequence[ImageResult],
    levels: Histogram,
    missed: Sequence[Cell] = (),
    false_alarms: Sequence[Cell] = (),
) -> Evaluation:
    """All figures of the counted images; `levels` is the histogram over all of them."""
    return Evaluation(
        provenance,
        score_all(images, levels, provenance.data),
        size_classes(images),
        reliability(levels),
        tuple(images),
        levels,
        tuple(missed),
        tuple(false_alarms),
    )
