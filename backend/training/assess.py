"""`evaluate`: a checkpoint on datasets, as figures and as a page with pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from backend.card import Card
from backend.checkpoint import load
from backend.engines.devices import choose_device
from backend.events import Log, OnEvent, Result, Start
from backend.raster.grid import DEFAULT_OVERLAP
from backend.training.bands import BandChoice, wanted_of
from backend.training.datasets import Dataset, open_dataset
from backend.training.evaluate import EvaluateOptions, evaluate
from backend.training.pixels import temporary_bands
from backend.training.report import write_report


@dataclass(frozen=True)
class EvaluateRequest:
    """What to evaluate on what; the defaults are the command line's."""

    checkpoint: Path
    data: tuple[str, ...]
    out: Path | None = None
    """A folder for the page, the pictures and the tables."""
    overlap: str = DEFAULT_OVERLAP
    flips: bool = False
    """The median over four mirrorings of each tile."""
    threshold: float | None = None
    """None: the card's."""
    device: str = "auto"
    precision: str = "auto"
    bands: BandChoice = field(default_factory=BandChoice)
    """Where rasters with labels have the checkpoint's bands."""


@temporary_bands()
def assess(request: EvaluateRequest, on_event: OnEvent) -> Result:
    """Evaluate, write the page where a folder is given, and return every figure by its key.

    Raises a `CalandDetError` for anything wrong with the input, and whatever `on_event` raises.
    """
    checkpoint = load(request.checkpoint)
    datasets = opened(request.data, request.bands, checkpoint.card)
    images = sum(len(dataset.samples) for dataset in datasets)
    details = {"checkpoint": request.checkpoint.name, "images": images}
    on_event(Start("evaluate", choose_device(request.device).description, details))
    for note in dict.fromkeys(note for dataset in datasets for note in dataset.notes):
        on_event(Log("warning", note))
    options = EvaluateOptions(
        device=request.device,
        precision=request.precision,
        overlap=request.overlap,
        flips=request.flips,
        fast=True,
        threshold=request.threshold,
    )
    evaluation = evaluate(checkpoint, datasets, options, on_event)
    paths = {}
    if request.out:
        request.out.mkdir(parents=True, exist_ok=True)
        paths = {role: str(path) for role, path in write_report(evaluation, request.out).items()}
    figures = {
        score.key: None if score.value is None else round(score.value, 4)
        for score in evaluation.scores
    }
    counts = {"images": images, "threshold": evaluation.threshold} | figures
    result = Result(paths, counts)
    on_event(result)
    return result


def opened(data: Sequence[str], bands: BandChoice, card: Card) -> list[Dataset]:
    """The datasets, rasters with labels whole and with the bands that a card names."""
    wanted = wanted_of(bands, card.bands, card)
    return [open_dataset(text, whole=True, wanted=wanted) for text in data]
