"""Honest evaluation: whole images, tiled as `detect` tiles them, counted on their own pixels."""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from backend.card import Card
from backend.checkpoint import Checkpoint
from backend.errors import CalandDetError, DatasetError, OutputError
from backend.events import Log, Meter, OnEvent
from backend.raster.grid import DEFAULT_OVERLAP, PROBABILITY_SCALE
from backend.training.datasets import Dataset, Labelled, Sample
from backend.training.gallery import Cell, Worst, cell
from backend.training.histogram import Histogram, best_level, counts_at, histogram
from backend.training.predict import Predictor, resampling_distance
from backend.training.scores import Evaluation, ImageResult, Provenance, measure, summarise
from backend.vectors import level

__all__ = ["EvaluateOptions", "Evaluation", "evaluate", "validation_f1"]

# Images on the sheets, with a landslide and without.
WORST_MISSED = 24
WORST_FALSE_ALARMS = 12


@dataclass(frozen=True)
class EvaluateOptions:
    """How to evaluate; the defaults are the command line's."""

    device: str = "auto"
    precision: str = "auto"
    overlap: str = DEFAULT_OVERLAP
    flips: bool = False
    """The median over four mirrorings of each tile."""
    fast: bool = False
    """With the engine that `detect` takes, which has to be made for the checkpoint first."""
    threshold: float | None = None
    """None: the card's."""
    choose_threshold: bool = False
    """Take the threshold with the highest F1 over all pixels of the data; for validation only."""


@dataclass(frozen=True)
class _Predicted:
    """One image of a dataset with its probability (H, W) in 1/250, 255 where it is not valid."""

    dataset: Dataset
    sample: Sample
    labelled: Labelled
    probability: NDArray[np.uint8]


@dataclass(frozen=True)
class _Choice:
    """A threshold, how it was chosen, and whether on the very data that is evaluated."""

    threshold: float
    source: str
    here: bool = False


def evaluate(
    checkpoint: Checkpoint,
    data: Dataset | Sequence[Dataset],
    options: EvaluateOptions,
    on_event: OnEvent,
) -> Evaluation:
    """Evaluate a checkpoint on one dataset, or on several as if they were one.

    Raises `DatasetError` where the data does not fit the checkpoint, `DeviceError` where the device
    is not there, and whatever `on_event` raises (`Cancelled`).
    """
    datasets = _checked(checkpoint.card, data, options)
    predictor = _predictor(checkpoint, options, on_event)
    images = _predict(predictor, datasets, on_event)

    def collect(images: Iterable[_Predicted], choice: _Choice) -> Evaluation:
        return _collect(images, _provenance(checkpoint, datasets, predictor, choice, on_event))

    if not options.choose_threshold:
        return collect(images, _given(checkpoint.card, options.threshold))
    with _Store() as store:
        levels = _no_pixels()
        for image in images:
            levels += histogram(image.probability, image.labelled.mask)
            store.add(image.probability)
        choice = _best(levels, datasets) or _given(checkpoint.card, None)
        return collect(_replay(store, datasets, on_event), choice)


def validation_f1(
    checkpoint: Checkpoint,
    data: Dataset | Sequence[Dataset],
    options: EvaluateOptions,
    on_event: OnEvent = lambda event: None,
) -> tuple[float, float]:
    """The highest landslide F1 over all pixels of the data, and the threshold that it is at.

    Raises as `evaluate` does.
    """
    datasets = _checked(checkpoint.card, data, options)
    levels = _no_pixels()
    for image in _predict(_predictor(checkpoint, options, on_event), datasets, on_event):
        levels += histogram(image.probability, image.labelled.mask)
    best = best_level(levels)
    return counts_at(levels, best).f1, best / PROBABILITY_SCALE


def _checked(
    card: Card, data: Dataset | Sequence[Dataset], options: EvaluateOptions
) -> tuple[Dataset, ...]:
    datasets = (data,) if isinstance(data, Dataset) else tuple(data)
    for dataset in datasets:
        if dataset.bands != card.bands:
            raise DatasetError(
                f"{dataset.name} has the bands {', '.join(dataset.bands)}; the checkpoint"
                f" {card.name} takes {', '.join(card.bands)}.",
                "Choose data and a checkpoint of the same bands in the same order.",
            )
    if not any(dataset.samples for dataset in datasets):
        raise DatasetError(f"{_name(datasets)} has no image.", "Choose data with images.")
    if options.threshold is not None and options.choose_threshold:
        raise CalandDetError(
            f"The threshold {options.threshold} is given, and one is to be chosen as well.",
            "Give a threshold, or have it chosen.",
        )
    return datasets


def _name(datasets: Sequence[Dataset]) -> str:
    return " + ".join(dataset.name for dataset in datasets) or "The data"


def _predictor(checkpoint: Checkpoint, options: EvaluateOptions, on_event: OnEvent) -> Predictor:
    return Predictor.of(
        checkpoint,
        options.device,
        options.precision,
        options.overlap,
        on_event,
        fast=options.fast,
        flips=options.flips,
    )


def _no_pixels() -> Histogram:
    return np.zeros((2, PROBABILITY_SCALE + 1), np.int64)


def _given(card: Card, threshold: float | None) -> _Choice:
    if threshold is not None:
        return _Choice(threshold, "as asked for")
    return _Choice(card.threshold, f"the checkpoint's own ({card.threshold_source})")


def _best(levels: Histogram, datasets: Sequence[Dataset]) -> _Choice | None:
    """The choice with the highest F1; None where there is no landslide to choose by."""
    if not levels[1].any():
        return None
    source = f"highest landslide F1 over all pixels of {_name(datasets)}"
    return _Choice(best_level(levels) / PROBABILITY_SCALE, source, here=True)


def _predict(
    predictor: Predictor, datasets: Sequence[Dataset], on_event: OnEvent
) -> Iterator[_Predicted]:
    """Every image with its probabilities; `on_event` hears, and may cancel, between tiles too."""
    meter = _meter("evaluating", datasets, on_event)
    for dataset in datasets:
        for sample in dataset.samples:
            labelled = sample.read()
            probability = predictor(labelled, dataset.gsd, lambda *_: meter.advance(0))
            yield _Predicted(dataset, sample, labelled, probability)
            meter.advance(1)


def _meter(stage: str, datasets: Sequence[Dataset], on_event: OnEvent) -> Meter:
    return Meter(on_event, stage, sum(len(dataset.samples) for dataset in datasets), "images")


class _Store:
    """Probabilities of many images, compressed, in a temporary file that no end leaves behind."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 (it is a context of its own)
        self._parts: list[tuple[int, tuple[int, ...]]] = []

    def __enter__(self) -> _Store:
        return self

    def __exit__(self, *exception: object) -> None:
        # What a full disk kept from being written is of no use any more.
        with suppress(OSError):
            self._file.close()

    def add(self, probability: NDArray[np.uint8]) -> None:
        """Keep one more array; raises `OutputError` where the disk is full."""
        packed = zlib.compress(probability.tobytes(), level=1)
        self._parts.append((len(packed), probability.shape))
        try:
            self._file.write(packed)
        except OSError as error:
            raise OutputError(
                f"The folder for temporary files, {tempfile.gettempdir()}, cannot take the"
                f" probabilities: {error.strerror}.",
                "Free space there, or evaluate at a given threshold.",
            ) from error

    def __iter__(self) -> Iterator[NDArray[np.uint8]]:
        """The arrays in the order in which they came."""
        self._file.seek(0)
        for size, shape in self._parts:
            yield np.frombuffer(zlib.decompress(self._file.read(size)), np.uint8).reshape(shape)


def _replay(store: _Store, datasets: Sequence[Dataset], on_event: OnEvent) -> Iterator[_Predicted]:
    """What `_predict` gave, from the store."""
    meter = _meter("measuring", datasets, on_event)
    probabilities = iter(store)
    for dataset in datasets:
        for sample in dataset.samples:
            yield _Predicted(dataset, sample, sample.read(), next(probabilities))
            meter.advance(1)


def _collect(images: Iterable[_Predicted], provenance: Provenance) -> Evaluation:
    """Count every image at the threshold, and keep the worst to be looked at."""
    at = level(provenance.threshold)
    levels = _no_pixels()
    results: list[ImageResult] = []
    missed, false_alarms = Worst(WORST_MISSED), Worst(WORST_FALSE_ALARMS)
    for image in images:
        levels += histogram(image.probability, image.labelled.mask)
        result = measure(
            image.sample.name, image.labelled, image.probability, at, image.dataset.gsd
        )
        results.append(result)
        make = partial(_cell, image, result, at)
        if result.truth:
            missed.offer((1 - result.counts.iou, result.wrong), make)
        elif result.predicted:
            false_alarms.offer((result.predicted,), make)
    return summarise(provenance, results, levels, missed.cells(), false_alarms.cells())


def _cell(image: _Predicted, result: ImageResult, at: int) -> Cell:
    predicted = image.probability >= at
    height, width = predicted.shape
    caption = f"{width} × {height} px · {_figures(result)}"
    return cell(result.name, caption, image.labelled, predicted, image.dataset.bands)


def _figures(result: ImageResult) -> str:
    """What the caption of an image says of it."""
    counts = result.counts
    pixels = sum(astuple(counts))
    if not result.truth:
        share = 100 * result.predicted / pixels
        return f"no landslide, {result.predicted:,} px ({share:.1f} %) predicted"
    landslide = f"landslide {100 * result.truth / pixels:.1f} %"
    if not result.predicted:
        return f"IoU 0.00 · {landslide}, nothing predicted"
    return (
        f"IoU {counts.iou:.2f} · recall {counts.recall:.2f} · precision {counts.precision:.2f}"
        f" · {landslide}"
    )


def _provenance(
    checkpoint: Checkpoint,
    datasets: Sequence[Dataset],
    predictor: Predictor,
    choice: _Choice,
    on_event: OnEvent,
) -> Provenance:
    """What the figures depend on; what was done to the images is also said to `on_event`."""
    notes = tuple(_notes(checkpoint.card, datasets))
    for note in notes:
        on_event(Log("info", note))
    return Provenance(
        data=_name(datasets),
        checkpoint=checkpoint.path.name,
        sha256=checkpoint.sha256,
        architecture=checkpoint.card.architecture,
        device=predictor.engine.description,
        overlap=predictor.overlap,
        threshold=choice.threshold,
        threshold_source=choice.source,
        chosen_here=choice.here,
        notes=notes,
    )


def _notes(card: Card, datasets: Sequence[Dataset]) -> Iterator[str]:
    for dataset in datasets:
        nominal = resampling_distance(dataset.gsd, card.gsd)
        if nominal is not None:
            yield (
                f"The images of {dataset.name}, of {dataset.gsd:g} m a pixel, went through the"
                f" network at {nominal:g} m, what it was trained for; they are scored on their own"
                " pixels."
            )
        elif dataset.gsd is None and card.gsd.range is not None:
            yield (
                f"The ground sampling distance of {dataset.name} is not known: its images are used"
                " at their own resolution."
            )
