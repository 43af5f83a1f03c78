"""`train`: from datasets and an architecture to a checkpoint whose card says how good it is."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

import torch
from torch import Tensor, nn

from backend.checkpoint import Checkpoint, load, save
from backend.errors import TrainingError
from backend.events import Log, OnEvent, Result, Start
from backend.models.outputs import landslide_logit
from backend.training.batches import Batches
from backend.training.distributed import Team, join
from backend.training.evaluate import EvaluateOptions, evaluate, validation_f1
from backend.training.loop import fit
from backend.training.loss import LOSSES
from backend.training.plan import Plan, TrainRequest, prepare
from backend.training.report import write_curves, write_report
from backend.workspace import Workspace


def train(request: TrainRequest, on_event: OnEvent) -> Result:
    """Train a network and write `request.out` with its card; returns the paths and figures.

    Beside it a folder, named like it and ending in `.training`, holds state, curve and report: the
    same request started again goes on from there. Raises a `CalandDetError` for anything wrong
    with the input, and whatever `on_event` raises (`Cancelled`), after saving the state.
    """
    team = join()
    if not team.leads:
        on_event = _silent
    plan = prepare(request)
    on_event(Start("train", plan.device.description, plan.details))
    with ExitStack() as stack:
        if team.leads:
            stack.enter_context(Workspace(plan.folder))
            _claim(plan)
        network = _fit(plan, team, on_event)
        return _finish(plan, network, on_event) if team.leads else Result({}, {})


def _silent(event: object) -> None:
    """Only the leading process of a team speaks."""


def _claim(plan: Plan) -> None:
    """Say whose state the folder holds; raises `TrainingError` where it is another training's."""
    said = plan.folder / "request.json"
    ours = json.loads(json.dumps(asdict(plan.request), default=str))
    if not said.exists():
        said.write_text(json.dumps(ours, indent=1))
        return
    theirs = json.loads(said.read_text())
    odd = sorted(key for key in ours.keys() | theirs if ours.get(key) != theirs.get(key))
    if odd:
        key = odd[0]
        raise TrainingError(
            f"{plan.folder} holds a training with another {key}: {theirs.get(key)}, not"
            f" {ours.get(key)}.",
            "Choose another --out, or remove that folder to start anew.",
        )


def _fit(plan: Plan, team: Team, on_event: OnEvent) -> nn.Module:
    device = torch.device(plan.device.name)
    network = plan.network.to(device).requires_grad_(True)
    # Convolutions are faster where channels lie beside each other.
    network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    samples = [sample for dataset in plan.train for sample in dataset.samples]
    draw = Batches(
        samples,
        plan.card.scaling,
        plan.view_size,
        max(1, plan.recipe.batch_size // team.size),
        plan.augmentation,
    )

    def validate(average: nn.Module) -> float:
        checkpoint = Checkpoint(average, plan.card, plan.request.out, "")
        score, threshold = validation_f1(checkpoint, plan.validation, _options(plan))
        on_event(
            Log("info", f"Landslide F1 over all validation pixels: {score:.3f} at {threshold:.2f}.")
        )
        return score

    return fit(
        network, draw, _Loss(plan.request.loss), plan.recipe, plan.folder, on_event, validate, team
    )


@dataclass(frozen=True)
class _Loss:
    """The loss of that name, of a batch of images, masks and validity."""

    name: str

    def __call__(self, network: nn.Module, batch: tuple[Tensor, ...]) -> Tensor:
        images, masks, valid = batch
        output = network(images)
        logits = landslide_logit(output).float()
        presence = output[1].float() if isinstance(output, tuple) else None
        return LOSSES[self.name](logits, presence, masks, valid)


def _options(plan: Plan) -> EvaluateOptions:
    return EvaluateOptions(device=plan.device.name, choose_threshold=True)


def _finish(plan: Plan, network: nn.Module, on_event: OnEvent) -> Result:
    """Evaluate the network as it will be on the disk, and write it with its completed card."""
    out, folder = plan.request.out, plan.folder
    candidate = folder / out.name
    save(candidate, network, plan.card, half=plan.request.half)
    checkpoint = load(candidate)
    evaluation = evaluate(checkpoint, plan.validation, _options(plan), on_event)
    card = replace(
        plan.card,
        threshold=evaluation.threshold,
        threshold_source=evaluation.threshold_source,
        metrics=evaluation.card_metrics(),
        created=datetime.now(UTC).date().isoformat(),
    )
    save(out, checkpoint.network, card, half=plan.request.half)
    candidate.unlink()
    write_report(evaluation, folder)
    write_curves(folder / "curve.csv", folder / "curve.png")
    result = Result(
        {"checkpoint": str(out.absolute()), "report": str((folder / "index.html").absolute())},
        evaluation.headline(),
    )
    on_event(result)
    return result
