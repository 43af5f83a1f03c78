"""What is asked of learning from a review."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from backend.checkpoint import SUFFIX
from backend.errors import CalandDetError, TrainingError


@dataclass(frozen=True)
class LearnRequest:
    """Everything that learning depends on; the defaults are the command line's."""

    layer: str
    raster: str
    """What the polygons were drawn on."""
    checkpoint: Path
    """To go on from."""
    out: Path
    area: str | None = None
    """Polygons of ground that was searched all over; else only what lies around decisions."""
    whole: bool = False
    """All of the raster was searched."""
    bands: tuple[int, ...] | None = None
    gsd: str | float | None = None
    """auto, native or metres; None: as the run beside the layer, if there is one, was read."""
    minutes: float = 10.0
    """Of training; looking at the held-out part comes on top."""
    epochs: float | None = None
    """Instead of minutes: how often each window is drawn on average."""
    held_out_share: float = 0.3
    """Of the landslides, to judge by."""
    batch_size: int = 8
    learning_rate: float = 1e-2
    """For a batch of 256."""
    seed: int = 0
    device: str = "auto"
    precision: str = "auto"


def check(request: LearnRequest) -> None:
    """Raise a `CalandDetError` for what no file can make good."""
    if request.out.suffix != SUFFIX:
        raise TrainingError(
            f"{request.out.name} is no name for a checkpoint.", f"Let it end in {SUFFIX}."
        )
    if request.out.absolute() == request.checkpoint.absolute():
        raise TrainingError(
            f"{request.out} is the checkpoint to go on from.",
            "Choose another name for the new one.",
        )
    if not request.minutes > 0:
        raise TrainingError(
            f"{request.minutes:g} minutes are no time to learn in.", "Give a positive number."
        )
    if not 0.1 <= request.held_out_share <= 0.6:
        raise TrainingError(
            f"The share to judge by is {request.held_out_share:g}, not from 0.1 to 0.6.",
            "Give a share such as 0.3.",
        )
    if request.whole and request.area:
        raise CalandDetError(
            "The whole raster and an area are both named as searched.", "Name one of the two."
        )
