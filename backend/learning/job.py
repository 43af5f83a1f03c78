"""`learn`: from a reviewed layer and a checkpoint to a better one, and to proof that it is."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from backend.card import Card, Gsd, Metric, Parent, today
from backend.checkpoint import Checkpoint, load, save
from backend.errors import TrainingError
from backend.events import Event, Log, OnEvent, Result, Start
from backend.files import put_in_place
from backend.learning.plan import GROUND, Plan, prepare
from backend.learning.request import LearnRequest
from backend.training.datasets import Dataset, open_dataset
from backend.training.evaluate import EvaluateOptions, Evaluation, evaluate
from backend.training.job import train
from backend.training.report import write_report
from backend.training.reviewed_raster import HELD_OUT, name_of
from backend.training.scores import HEADLINE
from backend.workspace import Workspace

# By so much F1 has to rise for the new checkpoint to be recommended.
LEAST_GAIN = 0.01


def learn(request: LearnRequest, on_event: OnEvent) -> Result:
    """Go on from a checkpoint with what a review decided; write `request.out` with its card.

    Both checkpoints are evaluated on a part of the raster that neither the weights nor the
    threshold were chosen by. Beside the new one a folder that ends in `.learning` holds the state,
    from which the same request goes on, and the report. Raises a `CalandDetError` for anything
    wrong with the input, and whatever `on_event` raises (`Cancelled`), after saving the state.
    """
    plan = prepare(request)
    on_event(Start("learn", plan.device.description, plan.details))
    for note in (*plan.decisions.notes, *_warnings(plan)):
        on_event(Log("warning", note))
    with ExitStack() as stack:
        stack.enter_context(Workspace(plan.folder))
        _write_ground(plan)
        held_out = open_dataset(plan.dataset(HELD_OUT))
        # Both see the very same pixels: those at the distance that is learned at.
        old = _judge(
            replace(plan.parent, card=replace(plan.parent.card, gsd=Gsd())),
            held_out,
            plan,
            on_event,
        )
        train(plan.training, _only_news(on_event))
        fitted = load(plan.training.out)
        new = _judge(fitted, held_out, plan, on_event)
        return _finish(plan, fitted, old, new, on_event)


def _warnings(plan: Plan) -> list[str]:
    """What makes the figures doubtful."""
    name = name_of(plan.ground.raster)
    if any(part.name.startswith(name) for part in plan.parent.card.training):
        return [
            f"{plan.parent.card.name} has learned from a {name} before: it may know some of the"
            " ground that it is judged by, which flatters its figures."
        ]
    return []


def _write_ground(plan: Plan) -> None:
    """Write what is known; raises `TrainingError` where the folder holds another review."""
    path, text = plan.folder / GROUND, plan.ground.to_json()
    if path.exists() and path.read_text(encoding="utf-8") != text:
        raise TrainingError(
            f"{plan.folder} holds what was learned from other decisions.",
            "Choose another name for the new checkpoint, or remove that folder to start anew.",
        )
    partial = path.with_suffix(".partial")
    partial.write_text(text, encoding="utf-8")
    put_in_place(partial, path)


def _only_news(on_event: OnEvent) -> OnEvent:
    """Passes on how the training goes, but not that it begins and ends: that is not the job's."""

    def hear(event: Event) -> None:
        if not isinstance(event, Start | Result):
            on_event(event)

    return hear


def _judge(checkpoint: Checkpoint, held_out: Dataset, plan: Plan, on_event: OnEvent) -> Evaluation:
    """A checkpoint on the held-out part, at the threshold of its card."""
    options = EvaluateOptions(device=plan.request.device, precision=plan.request.precision)
    evaluation = evaluate(checkpoint, held_out, options, on_event)
    f1, name = evaluation.value("f1") or 0.0, checkpoint.path.name
    on_event(Log("info", f"{name} on the held-out part: landslide F1 {f1:.3f}."))
    return evaluation


def _finish(
    plan: Plan, fitted: Checkpoint, old: Evaluation, new: Evaluation, on_event: OnEvent
) -> Result:
    """Write the new checkpoint with its card, the report, and say which of both is better."""
    out = plan.request.out
    save(out, fitted.network, _card(plan, fitted.card, old, new), half=True)
    report = write_report(new, plan.folder / "held-out")
    counts = plan.decisions.counts | {
        "old": _figures(old),
        "new": _figures(new),
        "is_better": is_better(old, new),
        "gsd_m": plan.gsd,
    }
    paths = {"checkpoint": str(out.absolute()), "report": str(report["page"])}
    result = Result(paths, counts)
    on_event(result)
    return result


def is_better(old: Evaluation, new: Evaluation) -> bool:
    """Whether the new checkpoint's F1 is higher by more than nothing."""
    before, after = old.value("f1"), new.value("f1")
    return after is not None and after >= (before or 0.0) + LEAST_GAIN


def _figures(evaluation: Evaluation) -> dict[str, Any]:
    """What the table says of a checkpoint; null where the held-out part cannot tell."""
    values = {key: evaluation.value(key) for key in HEADLINE}
    return {"threshold": evaluation.threshold} | {
        key: None if value is None else round(value, 4) for key, value in values.items()
    }


def _card(plan: Plan, fitted: Card, old: Evaluation, new: Evaluation) -> Card:
    """The new checkpoint's card: whose child it is, and how both did on the held-out part."""
    parent = plan.parent
    return replace(
        fitted,
        name=plan.request.out.stem,
        parent=Parent(parent.path.name, parent.sha256),
        training=(*parent.card.training, *fitted.training),
        metrics=(*new.card_metrics(), *_of_parent(old)),
        licence=parent.card.licence,
        created=today(),
    )


def _of_parent(old: Evaluation) -> list[Metric]:
    return [
        Metric(f"{score.name}, of the parent", score.value, score.averaging, score.data)
        for score in old.scores
        if score.key in HEADLINE and score.value is not None
    ]
