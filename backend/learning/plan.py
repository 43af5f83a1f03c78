"""What learning from a review needs to know before its first step: request and files checked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.card import Card
from backend.checkpoint import SUFFIX, Checkpoint, load
from backend.engines.devices import DeviceInfo, choose_device
from backend.errors import TrainingError
from backend.learning.decisions import Decisions
from backend.learning.request import LearnRequest, check
from backend.learning.survey import survey
from backend.raster.bands import RELIEF
from backend.training.plan import TrainRequest
from backend.training.reviewed_raster import (
    LANDSLIDES,
    PART,
    REJECTED,
    SEARCHED,
    VALIDATION,
    ReviewedGround,
)

# Largest side of the views to learn from [px].
VIEW = 320
# How often each kind of ground is drawn: half of the views show landslides anyhow, and of the
# others what was rejected tells more than what nobody ever took for a landslide.
SHARES = {LANDSLIDES: 1.0, REJECTED: 3.0, SEARCHED: 1.0}
GROUND = "review.json"


@dataclass(frozen=True)
class Plan:
    """A request checked against its files: all that is known before anything is written."""

    request: LearnRequest
    parent: Checkpoint
    decisions: Decisions
    ground: ReviewedGround
    gsd: float | None
    """The distance at which the network sees the raster [m]."""
    device: DeviceInfo

    @property
    def folder(self) -> Path:
        """Where state, ground and report lie."""
        return self.request.out.with_suffix(".learning")

    @property
    def view_size(self) -> int:
        """Side of the views that are learned from [px]."""
        return view_size(self.parent)

    def dataset(self, name: str) -> str:
        """How a part of the ground is named as a dataset."""
        return f"{self.folder / GROUND}{PART}{name}"

    @property
    def training(self) -> TrainRequest:
        """The training, which goes on from the parent."""
        kinds = [kind for kind in SHARES if kind in self.ground.parts]
        return TrainRequest(
            data=tuple(map(self.dataset, kinds)),
            shares=tuple(SHARES[kind] for kind in kinds),
            validation=(self.dataset(VALIDATION),),
            out=self.folder / f"fitted{SUFFIX}",
            start=self.request.checkpoint,
            epochs=self.request.epochs,
            minutes=self.request.minutes if self.request.epochs is None else None,
            loss="even",
            batch_size=self.request.batch_size,
            learning_rate=self.request.learning_rate,
            ema=0.99,
            validations=5,
            seed=self.request.seed,
            tile_size=self.parent.card.tile_size,
            view_size=self.view_size,
            scale=(0.7, 1.4),
            terms="the reviewer's own",
            half=True,
            device=self.request.device,
            precision=self.request.precision,
        )

    @property
    def details(self) -> dict[str, Any]:
        """What the start event tells."""
        return self.decisions.counts | {
            "parent": self.parent.card.name,
            "gsd_m": self.gsd,
            "minutes": self.request.minutes,
        }


def prepare(request: LearnRequest) -> Plan:
    """Open and check everything. Raises a `CalandDetError` for all that can be wrong with it."""
    check(request)
    device = choose_device(request.device)
    parent = load(request.checkpoint)
    _check_bands(parent.card)
    found = survey(request, parent.card, view_size(parent))
    return Plan(request, parent, found.decisions, found.ground, found.gsd, device)


def view_size(parent: Checkpoint) -> int:
    """The largest that the network takes, up to `VIEW` and its tiles' [px]."""
    settings: Any = parent.network.config
    stride = int(settings.stride)
    return min(parent.card.tile_size, max(stride, VIEW // stride * stride))


def _check_bands(card: Card) -> None:
    """Raise for a checkpoint that takes values which do not stand in the image itself."""
    if card.scaling.units or card.scaling.by_tile or set(card.bands) & set(RELIEF):
        raise TrainingError(
            f"{card.name} takes {', '.join(card.bands)}, which are put together from several"
            " rasters; from a review of one image it cannot learn.",
            "Choose a checkpoint that takes the bands of an image.",
        )
