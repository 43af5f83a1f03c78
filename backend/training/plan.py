"""What a training needs to know before its first step: the request, checked against its files."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import Any

import torch
from torch import nn

from backend import models
from backend.card import Card, Gsd, Scaling, TrainingData
from backend.checkpoint import SUFFIX, Checkpoint, load
from backend.engines.devices import DeviceInfo, choose_device, prefers_bf16
from backend.errors import DatasetError, TrainingError
from backend.models.inflate import inflated
from backend.raster.source import SourceRequest
from backend.training.augment import Augmentation
from backend.training.bands import BandChoice, roles_of, scaling_of, wanted_of
from backend.training.datasets import Dataset, Sample, open_dataset
from backend.training.labelled_raster import open_raw
from backend.training.loop import Recipe
from backend.training.pretrained import start_encoder, with_settings
from backend.training.splits import check_leaks, require_both_classes, split

# What says when to stop, and what does where nothing is given.
LENGTHS = ("epochs", "minutes", "cpu_minutes", "views")
DEFAULT_EPOCHS = 100.0
# Side of CALandDet's tiles [px].
DEFAULT_TILE = 224
# As in ADANet's trainer, for its main output (github xupine/LandslideNet).
ADVERSARIAL_WEIGHT = 0.01
# What a card says of the terms of a raster that only was adapted to.
ADAPTED = "without labels: adapted to"


@dataclass(frozen=True)
class TrainRequest:
    """Everything a training depends on; the defaults are the command line's."""

    data: tuple[str, ...]
    out: Path
    shares: tuple[float, ...] = ()
    """What part of the views comes from each dataset of `data`; none: all images are alike."""
    validation: tuple[str, ...] = ()
    """Datasets to choose by; none: a share of the groups of `data` is kept back."""
    validation_share: float = 0.2
    bands: BandChoice = field(default_factory=BandChoice)
    """Which bands rasters with labels are to give, and where they are."""
    adapt_to: tuple[str, ...] = ()
    """Rasters without labels that `start` is to be adapted to."""
    adversarial_weight: float = ADVERSARIAL_WEIGHT
    """Of deceiving the discriminator, beside the loss on labelled data."""
    architecture: str | None = None
    """None: that of `start`, or CALandDet."""
    config: dict[str, Any] = field(default_factory=dict)
    start: Path | None = None
    """A checkpoint to go on from."""
    encoder_weights: Path | None = None
    """A published EfficientNet-Lite classifier for the encoder to start from."""
    epochs: float | None = None
    minutes: float | None = None
    cpu_minutes: float | None = None
    views: int | None = None
    """One of the four says when to stop."""
    loss: str = "published"
    """One of `backend.training.loss.LOSSES`."""
    batch_size: int = Recipe.batch_size
    learning_rate: float = Recipe.learning_rate
    ema: float = Recipe.ema
    validations: int = Recipe.validations
    seed: int = 0
    tile_size: int | None = None
    """Side of the tiles that the network will see in `detect` [px]; None: that of `start`, or
    CALandDet's."""
    view_size: int | None = None
    """Side of the views that it learns from [px]; None: that of the tiles."""
    scale: tuple[float, float] = Augmentation.scale
    mix_share: float = Augmentation.mix_share
    gsd: float | None = None
    """Ground sampling distance of data that does not know its own [m]."""
    terms: str = "not stated"
    """On what terms the data is to be had, for the card."""
    half: bool = False
    """Store matrices and kernels in half precision."""
    device: str = "auto"
    precision: str = "auto"


@dataclass(frozen=True)
class Plan:
    """A request checked against its files: all that is known before the first step."""

    request: TrainRequest
    train: tuple[Dataset, ...]
    validation: tuple[Dataset, ...]
    target: tuple[Dataset, ...]
    """What has no labels and is to be adapted to."""
    network: nn.Module
    card: Card
    """As far as it is known before the training."""
    device: DeviceInfo
    recipe: Recipe
    folder: Path

    @property
    def view_size(self) -> int:
        """Side of the views that the network learns from [px]."""
        return self.request.view_size or self.card.tile_size

    @property
    def augmentation(self) -> Augmentation:
        """The ranges that views are drawn from."""
        return Augmentation(scale=self.request.scale, mix_share=self.request.mix_share)

    @property
    def weights(self) -> tuple[float, ...]:
        """How often each training sample is drawn; none: all alike."""
        if not self.request.shares:
            return ()
        pairs = zip(self.train, self.request.shares, strict=True)
        return tuple(
            weight for dataset, share in pairs for weight in _weights(dataset.samples, share)
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be said of how the data was read, each sentence once."""
        datasets = (*self.train, *self.validation, *self.target)
        return tuple(dict.fromkeys(note for dataset in datasets for note in dataset.notes))

    @property
    def details(self) -> dict[str, Any]:
        """What the start event tells about the training."""
        return {
            "architecture": self.card.architecture,
            "parameters": sum(weight.numel() for weight in self.network.parameters()),
            "images": sum(len(dataset.samples) for dataset in self.train),
            "validation_images": sum(len(dataset.samples) for dataset in self.validation),
            "precision": "bf16" if self.recipe.bf16 else "fp32",
        }


def _weights(samples: Sequence[Sample], share: float) -> list[float]:
    """Of each sample, so that the share holds among those with a landslide and those without."""
    counts = Counter(sample.has_landslide for sample in samples)
    return [share / counts[sample.has_landslide] for sample in samples]


def prepare(request: TrainRequest) -> Plan:
    """Open and check everything that the training reads, before anything is written."""
    _check(request)
    device = choose_device(request.device)
    start = load(request.start) if request.start else None
    train, validation = _datasets(request, start)
    target = _target(request, start)
    torch.manual_seed(request.seed)
    network, card = _network(request, start, train)
    recipe = Recipe(
        steps=_steps(request, train),
        minutes=request.minutes,
        cpu_minutes=request.cpu_minutes,
        batch_size=request.batch_size,
        learning_rate=request.learning_rate,
        ema=request.ema,
        validations=request.validations,
        bf16=_is_bf16(request.precision, device),
        seed=request.seed,
        loaders=loaders_for(device),
    )
    folder = request.out.with_suffix(".training")
    return Plan(request, train, validation, target, network, card, device, recipe, folder)


def loaders_for(device: DeviceInfo) -> int:
    """Processes that prepare batches; on Windows each takes gigabytes of the page file for CUDA."""
    return 0 if device.kind == "cpu" else 2 if sys.platform == "win32" else 8


def _is_bf16(precision: str, device: DeviceInfo) -> bool:
    return precision == "bf16" or (precision == "auto" and prefers_bf16(device.kind))


def _check(request: TrainRequest) -> None:
    if request.out.suffix != SUFFIX:
        raise TrainingError(
            f"{request.out.name} is no name for a checkpoint.", f"Let it end in {SUFFIX}."
        )
    lengths = [name for name in LENGTHS if getattr(request, name) is not None]
    if len(lengths) > 1:
        told = " and ".join(lengths).replace("_", " ")
        raise TrainingError(f"{told.capitalize()} are both given.", "Give one of the two.")
    if request.adapt_to and not request.start:
        raise TrainingError(
            f"There is no checkpoint to adapt to {', '.join(request.adapt_to)}.",
            "Name one that was trained on data like --data (--from).",
        )
    for name in (*LENGTHS, "batch_size", "learning_rate", "tile_size", "view_size"):
        value = getattr(request, name)
        if value is not None and not value > 0:
            raise TrainingError(f"{name} is {value}, not above 0.", "Give a positive number.")
    if not request.adversarial_weight >= 0:
        raise TrainingError(
            f"The adversarial weight is {request.adversarial_weight}, below 0.",
            f"Give a small number, such as {ADVERSARIAL_WEIGHT}.",
        )
    if request.shares and len(request.shares) != len(request.data):
        raise TrainingError(
            f"{len(request.shares)} shares are given for {len(request.data)} datasets.",
            "Give one share for each dataset.",
        )
    if not all(share > 0 for share in request.shares):
        listed = ", ".join(f"{share:g}" for share in request.shares)
        raise TrainingError(
            f"The shares {listed} are not all above 0.",
            "Give positive numbers, such as 8 1 1.",
        )
    if not 0 < request.validation_share < 1:
        raise TrainingError(
            f"The share for validation is {request.validation_share}, not between 0 and 1.",
            "Give a share such as 0.2.",
        )


def _datasets(
    request: TrainRequest, start: Checkpoint | None
) -> tuple[tuple[Dataset, ...], tuple[Dataset, ...]]:
    """(train, validation), checked: same bands, both classes, no image or place on both sides."""
    wanted = _wanted(request, start)
    opened = tuple(open_dataset(text, wanted=wanted) for text in request.data)
    if request.validation:
        train, validation = (
            opened,
            tuple(open_dataset(text, whole=True, wanted=wanted) for text in request.validation),
        )
    else:
        pairs = [split(part, request.validation_share, request.seed) for part in opened]
        train, validation = (tuple(side) for side in zip(*pairs, strict=True))
    if request.bands.is_given and train[0].bands != wanted.roles:
        raise DatasetError(
            f"{train[0].name} has the bands {', '.join(train[0].bands)}, and other bands cannot be"
            f" chosen: {', '.join(wanted.roles)}.",
            "Leave the choice of bands to rasters with labels (--roles, --bands, --input, --dem).",
        )
    first, *others = train + validation
    for dataset in others:
        if dataset.bands != first.bands:
            raise DatasetError(
                f"{dataset.name} has the bands {', '.join(dataset.bands)}, but {first.name} has"
                f" {', '.join(first.bands)}.",
                "Train on data of the same bands.",
            )
    require_both_classes(train)
    check_leaks(train, validation)
    return train, validation


def _wanted(request: TrainRequest, start: Checkpoint | None) -> SourceRequest:
    """What rasters with labels, and those to adapt to, are to give."""
    card = start.card if start else None
    texts = (*request.data, *request.validation, *request.adapt_to)
    return wanted_of(request.bands, roles_of(request.bands, texts, card), card)


def _target(request: TrainRequest, start: Checkpoint | None) -> tuple[Dataset, ...]:
    """The rasters to adapt to, read at the checkpoint's ground sampling distance as by `detect`."""
    if start is None or not request.adapt_to:
        return ()
    gsd = start.card.gsd
    wanted = replace(_wanted(request, start), gsd_nominal=gsd.nominal, gsd_range=gsd.range)
    return tuple(open_raw(text, wanted) for text in request.adapt_to)


def _steps(request: TrainRequest, train: Sequence[Dataset]) -> int | None:
    if request.minutes is not None or request.cpu_minutes is not None:
        return None
    if request.views is not None:
        return max(1, round(request.views / request.batch_size))
    images = sum(len(dataset.samples) for dataset in train)
    epochs = DEFAULT_EPOCHS if request.epochs is None else request.epochs
    return max(1, round(epochs * images / request.batch_size))


def _network(
    request: TrainRequest, start: Checkpoint | None, train: Sequence[Dataset]
) -> tuple[nn.Module, Card]:
    """The network to train and its card; raises a `CalandDetError` where they do not fit."""
    bands = train[0].bands
    if start is None:
        architecture = request.architecture or "calanddet"
        try:
            network = models.create(architecture, **{"in_channels": len(bands)} | request.config)
        except (TypeError, ValueError) as error:
            raise TrainingError(f"{architecture} cannot be made: {error}", "Check --set.") from None
        if request.encoder_weights:
            start_encoder(network, request.encoder_weights)
        scaling = scaling_of(train, None)
    else:
        architecture, network, scaling = _going_on(request, start, train)
    card = _card(request, start, architecture, network, scaling, train)
    _check_sizes(card, request.view_size, network)
    if start and card.gsd == Gsd():
        card = replace(card, gsd=start.card.gsd)
    return network, card


def _check_sizes(card: Card, view_size: int | None, network: nn.Module) -> None:
    settings: Any = network.config
    if settings.in_channels != len(card.bands):
        raise TrainingError(
            f"{card.architecture} takes {settings.in_channels} bands (--set in_channels); the data"
            f" has {len(card.bands)}: {', '.join(card.bands)}.",
            "Leave in_channels out, or name the bands to take (--roles).",
        )
    for size in (card.tile_size, view_size or card.tile_size):
        if size % settings.stride:
            raise TrainingError(
                f"{size} px is no multiple of {card.architecture}'s {settings.stride}.",
                f"Give {max(1, round(size / settings.stride)) * settings.stride}.",
            )


def _going_on(
    request: TrainRequest, start: Checkpoint, train: Sequence[Dataset]
) -> tuple[str, nn.Module, Scaling]:
    """The start's network and scaling; where the data has more bands, the network is inflated."""
    card, bands = start.card, train[0].bands
    if request.architecture not in (None, card.architecture):
        raise TrainingError(
            f"{start.path.name} is a {card.architecture}, not a {request.architecture}.",
            "Leave the architecture out when going on from a checkpoint (--arch).",
        )
    network = with_settings(start.path.name, card.architecture, start.network, request.config)
    if card.bands == bands:
        return card.architecture, network, card.scaling
    if not set(card.bands) <= set(bands):
        raise DatasetError(
            f"{start.path.name} takes the bands {', '.join(card.bands)}; the data has"
            f" {', '.join(bands)}.",
            "Train on data that has the checkpoint's bands, or start a new network.",
        )
    wider = inflated(card.architecture, network, card.bands, bands)
    return card.architecture, wider, scaling_of(train, card)


def _card(
    request: TrainRequest,
    start: Checkpoint | None,
    architecture: str,
    network: nn.Module,
    scaling: Scaling,
    train: Sequence[Dataset],
) -> Card:
    labelled = [TrainingData(dataset.name, request.terms) for dataset in train]
    foreign = [TrainingData(Path(text).name, ADAPTED) for text in request.adapt_to]
    return Card(
        name=request.out.stem,
        architecture=architecture,
        config=models.config_of(network),
        bands=train[0].bands,
        scaling=scaling,
        tile_size=request.tile_size or (start.card.tile_size if start else DEFAULT_TILE),
        gsd=_gsd(request, train),
        classes=("background", "landslide") if _classes(network) == 2 else ("landslide",),
        training=(*labelled, *foreign),
    )


def _classes(network: nn.Module) -> int:
    return int(getattr(network.config, "classes", 1))


def _gsd(request: TrainRequest, train: Sequence[Dataset]) -> Gsd:
    """What the views show: the data's distances, widened by the augmentation in scale."""
    known = [dataset.gsd or request.gsd for dataset in train]
    distances = [distance for distance in known if distance]
    if not distances:
        return Gsd()
    smallest, largest = request.scale
    return Gsd(median(distances), min(distances) / largest, max(distances) / smallest)
