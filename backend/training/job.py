"""`train`: from datasets and an architecture to a checkpoint whose card says how good it is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch
from torch import nn

from backend.card import Card, today
from backend.checkpoint import Checkpoint, load, save
from backend.errors import TrainingError
from backend.events import Log, OnEvent, Result, Start
from backend.training.adaptation import Adversary, TwoDomains
from backend.training.batches import Batches
from backend.training.datasets import Dataset
from backend.training.distributed import Team, join
from backend.training.evaluate import EvaluateOptions, evaluate, validation_f1
from backend.training.loop import Draw, Loss, fit
from backend.training.loss import SegmentationLoss
from backend.training.pixels import temporary_bands
from backend.training.plan import Plan, TrainRequest, prepare
from backend.training.report import write_curves, write_report
from backend.training.scores import Evaluation
from backend.workspace import Workspace


@temporary_bands()
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
    for note in plan.notes:
        on_event(Log("warning", note))
    with ExitStack() as stack:
        if team.leads:
            stack.enter_context(Workspace(plan.folder))
            terms = _terms(replace(request, tile_size=plan.card.tile_size))
            claim(plan.folder, terms, _terms(TrainRequest(data=(), out=request.out)))
        network = _fit(plan, team, on_event)
        return _finish(plan, network, on_event) if team.leads else Result({}, {})


def _silent(event: object) -> None:
    """Only the leading process of a team speaks."""


def claim(folder: Path, terms: dict[str, Any], earlier: dict[str, Any] | None = None) -> None:
    """Say whose state a folder holds; raises `TrainingError` where it is another training's.

    `earlier` are the terms of a state that does not name them, as an earlier version wrote it.
    """
    said = folder / "request.json"
    if not said.exists():
        said.write_text(json.dumps(terms, indent=1))
        return
    theirs = (earlier or {}) | json.loads(said.read_text())
    odd = sorted(key for key in terms.keys() | theirs if terms.get(key) != theirs.get(key))
    if odd:
        key = odd[0]
        raise TrainingError(
            f"{folder} holds a training with another {key}: {theirs.get(key)}, not"
            f" {terms.get(key)}.",
            "Choose another checkpoint to write (--out), or remove that folder to start anew.",
        )


def _terms(request: TrainRequest) -> dict[str, Any]:
    """The request in JSON's types."""
    return json.loads(json.dumps(asdict(request), default=str))


def _fit(plan: Plan, team: Team, on_event: OnEvent) -> nn.Module:
    # Where float32 is asked for, float32 is computed: before the first validation, too.
    torch.backends.cudnn.allow_tf32 = False
    device = torch.device(plan.device.name)
    network = plan.network.to(device).requires_grad_(True)
    # Convolutions are faster where channels lie beside each other; on Apple GPUs batch norm gets
    # wrong gradients then (github pytorch #175189).
    if device.type != "mps":
        network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    draw: Draw = _batches(plan, plan.train, team, plan.weights)
    segmentation = SegmentationLoss(plan.request.loss)
    loss: Loss = segmentation
    adversary = None
    if plan.target:
        draw = TwoDomains(draw, _batches(plan, plan.target, team))
        weight = plan.request.adversarial_weight
        loss = adversary = Adversary(segmentation, weight, device, team)

    def validate(average: nn.Module) -> float:
        checkpoint = Checkpoint(average, plan.card, plan.request.out, "")
        score, threshold = validation_f1(checkpoint, plan.validation, _options(plan))
        on_event(
            Log("info", f"Landslide F1 over all validation pixels: {score:.3f} at {threshold:.2f}.")
        )
        return score

    # The best on the source may well be the one that is adapted least.
    chosen = validate if plan.request.validation or not adversary else None
    average = fit(network, draw, loss, plan.recipe, plan.folder, on_event, chosen, team, adversary)
    if adversary:
        on_event(Log("info", f"At the end the discriminator told {adversary.told:.0%} rightly."))
    return average


def _batches(
    plan: Plan, datasets: Sequence[Dataset], team: Team, weights: Sequence[float] = ()
) -> Batches:
    return Batches(
        [sample for dataset in datasets for sample in dataset.samples],
        plan.card.scaling,
        plan.view_size,
        max(1, plan.recipe.batch_size // team.size),
        plan.augmentation,
        weights,
        plan.card.bands,
    )


def _options(plan: Plan) -> EvaluateOptions:
    return EvaluateOptions(device=plan.device.name, choose_threshold=True)


def measured(card: Card, evaluation: Evaluation) -> Card:
    """The card of a new checkpoint, completed with what was found on validation data."""
    return replace(
        card,
        threshold=evaluation.threshold,
        threshold_source=evaluation.threshold_source,
        metrics=evaluation.card_metrics(),
        created=today(),
    )


def _finish(plan: Plan, network: nn.Module, on_event: OnEvent) -> Result:
    """Evaluate the network as it will be on the disk, and write it with its completed card."""
    out, folder = plan.request.out, plan.folder
    candidate = folder / out.name
    save(candidate, network, plan.card, half=plan.request.half)
    checkpoint = load(candidate)
    evaluation = evaluate(checkpoint, plan.validation, _options(plan), on_event)
    save(out, checkpoint.network, measured(plan.card, evaluation), half=plan.request.half)
    candidate.unlink()
    write_report(evaluation, folder)
    write_curves(folder / "curve.csv", folder / "curve.png")
    result = Result(
        {"checkpoint": str(out.absolute()), "report": str((folder / "index.html").absolute())},
        evaluation.headline(),
    )
    on_event(result)
    return result
