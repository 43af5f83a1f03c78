"""`evaluate`: a checkpoint on datasets, as figures and as a page with pictures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from backend.checkpoint import load
from backend.engines.devices import choose_device
from backend.events import OnEvent, Result, Start
from backend.raster.grid import DEFAULT_OVERLAP
from backend.training.datasets import open_dataset
from backend.training.evaluate import EvaluateOptions, evaluate
from backend.training.report import write_report


@dataclass(frozen=True)
class EvaluateRequest:
    """What to evaluate on what; the defaults are the command line's."""

    checkpoint: Path
    data: tuple[str, ...]
    out: Path | None = None
    """A folder for the page, the pictures and the tables."""
    overlap: str = DEFAULT_OVERLAP
    threshold: float | None = None
    """None: the card's."""
    device: str = "auto"
    precision: str = "auto"


def assess(request: EvaluateRequest, on_event: OnEvent) -> Result:
    """Evaluate, write the page where a folder is given, and return every figure by its key.

    Raises a `CalandDetError` for anything wrong with the input, and whatever `on_event` raises.
    """
    checkpoint = load(request.checkpoint)
    datasets = [open_dataset(text, whole=True) for text in request.data]
    images = sum(len(dataset.samples) for dataset in datasets)
    details = {"checkpoint": request.checkpoint.name, "images": images}
    on_event(Start("evaluate", choose_device(request.device).description, details))
    options = EvaluateOptions(
        device=request.device,
        precision=request.precision,
        overlap=request.overlap,
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
