"""`compare`: networks trained alike, on the same data for the same budget, in one table.

Network by network: what is finished is not done again, and a network that was cut off goes on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from backend import models
from backend.checkpoint import SUFFIX, load
from backend.engines.devices import choose_device
from backend.errors import TrainingError
from backend.events import Event, Log, OnEvent, Progress, Result, Start
from backend.models.efficientnet import EfficientNetLite
from backend.training.assess import opened
from backend.training.bands import BandChoice, roles_of, wanted_of
from backend.training.comparison import COLUMNS, Comparison, Row
from backend.training.cost import cost_of
from backend.training.datasets import open_dataset
from backend.training.evaluate import EvaluateOptions, evaluate
from backend.training.job import claim, train
from backend.training.pixels import temporary_bands
from backend.training.plan import TrainRequest
from backend.training.splits import check_leaks
from backend.workspace import Workspace, refused

# As many as there are, and the smaller one of those that come in two sizes.
NETWORKS = (*models.names(), "segformer:encoder=mit_b0")
# What parts settings, but not the numbers of a list; and what no file's name has.
_COMMA = re.compile(r",(?=\w+=)")
_NOT_IN_NAMES = re.compile(r"[^\w.]+")
# The file of a network's row ends like this.
ROW = ".row.json"
# Of the training data, kept back to choose each network's threshold by.
THRESHOLD_SHARE = 0.1


@dataclass(frozen=True)
class CompareRequest:
    """What to compare, on what and for how long; the defaults are the command line's."""

    data: tuple[str, ...]
    validation: tuple[str, ...]
    """What the table is about: nothing is trained or chosen on it."""
    out: Path
    networks: tuple[str, ...] = NETWORKS
    """NAME or NAME:SETTING=VALUE,..."""
    minutes: float | None = None
    cpu_minutes: float | None = None
    views: int | None = None
    """One of the three says when each network stops."""
    bands: BandChoice = field(default_factory=BandChoice)
    batch_size: int = 16
    learning_rate: float = 8e-3
    """For a batch of 256."""
    loss: str = "even"
    tile_size: int = 224
    seed: int = 0
    encoder_weights: Path | None = None
    """A published EfficientNet-Lite classifier for the encoders that it fits."""
    page: Path | None = None
    """A Markdown page whose marked rows are brought up to date."""
    device: str = "auto"
    precision: str = "auto"


@dataclass(frozen=True)
class Contender:
    """An architecture with what differs from its defaults."""

    text: str
    name: str
    settings: dict[str, Any]

    @classmethod
    def of(cls, text: str) -> Contender:
        """Parse NAME:SETTING=VALUE,...; raises `TrainingError` for what is none."""
        name, _, rest = text.partition(":")
        pairs = [part.partition("=") for part in _COMMA.split(rest) if part]
        if not all(key and equals and value for key, equals, value in pairs):
            raise TrainingError(f"{text!r} is no network.", "Give NAME or NAME:SETTING=VALUE,...")
        return cls(text, name, {key: _value(value) for key, _, value in pairs})

    @property
    def stem(self) -> str:
        """What its files are called."""
        parts = [self.name, *(str(value) for value in self.settings.values())]
        return _NOT_IN_NAMES.sub("-", "-".join(parts)).strip("-")


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


@temporary_bands()
def compare(request: CompareRequest, on_event: OnEvent) -> Result:
    """Train and measure every network that fits, and write `compare.md`, `.csv` and `.json`.

    The checkpoints and their reports lie beside them. The table is written anew after each network.
    Raises a `CalandDetError` for anything wrong with the input, and whatever `on_event` raises
    (`Cancelled`): the same request goes on from there.
    """
    contenders = [Contender.of(text) for text in request.networks]
    device = choose_device(request.device)
    fitting, left_out = _fitting(contenders, request)
    names = _data(request)
    on_event(Start("compare", device.description, {"networks": [one.text for one in fitting]}))
    for reason in left_out:
        on_event(Log("warning", reason))
    with Workspace(request.out):
        claim(request.out, _terms(request))
        for number, contender in enumerate(fitting, 1):
            on_event(Log("info", f"Network {number} of {len(fitting)}: {contender.text}."))
            _measure(contender, request, on_event)
            rows = [_read(path) for path in sorted(request.out.glob(f"*{ROW}"))]
            paths = _write(
                request, Comparison(_conditions(request, names, rows[0].data), tuple(rows))
            )
    result = Result(paths, {"networks": len(rows), "left_out": len(left_out)})
    on_event(result)
    return result


def _terms(request: CompareRequest) -> dict[str, Any]:
    """What all rows of a table have in common; networks may be added to it."""
    terms = json.loads(json.dumps(asdict(request), default=str))
    return {key: terms[key] for key in terms if key not in ("networks", "page", "out")}


def _fitting(
    contenders: Sequence[Contender], request: CompareRequest
) -> tuple[list[Contender], list[str]]:
    """The networks that can see tiles of this size, and a sentence on each of the others.

    Raises `TrainingError` for a network that cannot be made at all.
    """
    fitting, left_out = [], []
    for contender in contenders:
        config = _sketch(contender).config
        if request.tile_size % config.stride:
            left_out.append(
                f"{contender.text} is left out: {request.tile_size} px is no multiple of its"
                f" {config.stride}."
            )
        else:
            fitting.append(contender)
    if not fitting:
        raise TrainingError(
            f"None of the networks takes tiles of {request.tile_size} px.",
            "Choose others (--networks), or another tile size (--tile-size).",
        )
    return fitting, left_out


def _data(request: CompareRequest) -> str:
    """What is trained on, by name.

    Raises `DatasetError` where what is measured on shows the same.
    """
    roles = roles_of(request.bands, (*request.data, *request.validation), None)
    wanted = wanted_of(request.bands, roles, None)
    train, validation = (
        [open_dataset(text, wanted=wanted) for text in side]
        for side in (request.data, request.validation)
    )
    check_leaks(train, validation)
    return " and ".join(dataset.name for dataset in train)


def _sketch(contender: Contender) -> Any:
    try:
        return models.sketch(contender.name, **contender.settings)
    except (TypeError, ValueError) as error:
        raise TrainingError(
            f"{contender.text} cannot be made: {error}", "Check its settings."
        ) from None


def _read(path: Path) -> Row:
    return Row(**json.loads(path.read_text(encoding="utf-8")))


def _measure(contender: Contender, request: CompareRequest, on_event: OnEvent) -> None:
    """Train, evaluate and measure a network, unless its row is there."""
    done = request.out / f"{contender.stem}{ROW}"
    if done.exists():
        return
    asked = _training(contender, request)
    if not asked.out.exists():
        train(asked, _quietly(on_event))
    checkpoint = load(asked.out)
    options = EvaluateOptions(device=request.device, precision=request.precision)
    data = opened(request.validation, request.bands, checkpoint.card)
    evaluation = evaluate(checkpoint, data, options, _quietly(on_event))
    cost = cost_of(checkpoint, choose_device(request.device))
    curve = asked.out.with_suffix(".training") / "curve.csv"
    figures: dict[str, Any] = {key: evaluation.value(key) for key in COLUMNS}
    row = Row(
        network=contender.text,
        data=evaluation.provenance.data,
        start="an encoder learned on ImageNet" if asked.encoder_weights else "random weights",
        views=(len(curve.read_text().splitlines()) - 1) * request.batch_size,
        threshold=evaluation.threshold,
        **figures | asdict(cost),
    )
    with refused(request.out):
        partial = done.with_suffix(".partial")
        partial.write_text(json.dumps(asdict(row), indent=1), encoding="utf-8")
        partial.replace(done)


def _training(contender: Contender, request: CompareRequest) -> TrainRequest:
    has_lite = isinstance(getattr(_sketch(contender), "encoder", None), EfficientNetLite)
    return TrainRequest(
        data=request.data,
        out=request.out / f"{contender.stem}{SUFFIX}",
        validation_share=THRESHOLD_SHARE,
        bands=request.bands,
        architecture=contender.name,
        config=contender.settings,
        encoder_weights=request.encoder_weights if has_lite else None,
        minutes=request.minutes,
        cpu_minutes=request.cpu_minutes,
        views=request.views,
        loss=request.loss,
        batch_size=request.batch_size,
        learning_rate=request.learning_rate,
        # The last average is what counts: nothing is chosen on the way.
        validations=0,
        seed=request.seed,
        tile_size=request.tile_size,
        device=request.device,
        precision=request.precision,
    )


def _quietly(on_event: OnEvent) -> Callable[[Event], None]:
    """Beginnings and ends within the job are not the job's own."""

    def pass_on(event: Event) -> None:
        if isinstance(event, Progress | Log):
            on_event(event)

    return pass_on


def _conditions(request: CompareRequest, trained: str, measured: str) -> str:
    """In a sentence or two, what the rows have in common."""
    amounts = {
        "minutes": (request.minutes, "minutes"),
        "cpu_minutes": (request.cpu_minutes, "minutes of processor time"),
        "views": (request.views, "views"),
    }
    budget = next(f"{amount:g} {unit}" for amount, unit in amounts.values() if amount is not None)
    return (
        f"Trained on {trained} for {budget} each (batches of {request.batch_size}, tiles of"
        f" {request.tile_size} px, loss `{request.loss}`, seed {request.seed}), measured on"
        f" {measured}. The threshold is that of the highest F1 on the"
        f" {100 * THRESHOLD_SHARE:g} % of the training images that were kept back for it."
    )


def _write(request: CompareRequest, comparison: Comparison) -> dict[str, str]:
    with refused(request.out):
        paths = comparison.write(request.out)
        if request.page:
            text = request.page.read_text(encoding="utf-8")
            page = comparison.entered(text, request.out.name)
            request.page.write_text(page, encoding="utf-8")
    return {role: str(path.absolute()) for role, path in paths.items()}
