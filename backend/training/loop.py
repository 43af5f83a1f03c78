"""One readable training loop: draw a batch, step, average, validate, save; goes on after a kill.

All randomness of a step comes from the seed and the step's number, so an unbroken run and a
resumed one see the same batches and the same dropout.
"""

from __future__ import annotations

import csv
import math
import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from backend.errors import Cancelled, OutputError, TrainingError
from backend.events import OnEvent, Progress
from backend.files import put_in_place
from backend.training.distributed import Team

Batch = tuple[Tensor, ...]
# Draws a batch with the generator of its step.
Draw = Callable[[np.random.Generator], Batch]
# The loss of a batch under a network.
Loss = Callable[[nn.Module, Batch], Tensor]
# A figure of merit of a network, the higher the better.
Validate = Callable[[nn.Module], float]

COLUMNS = ("step", "loss", "learning_rate", "validation_f1")


@dataclass(frozen=True)
class Recipe:
    """How to train; the defaults are the published ones where one was published."""

    steps: int | None = None
    minutes: float | None = None
    cpu_minutes: float | None = None
    """One of the three says when to stop; the learning rate falls to 0 until then. Minutes of the
    processor are the same however much else it has to do."""
    batch_size: int = 32
    """Over all processes."""
    learning_rate: float = 1e-3
    """For a batch of 256; scaled with the batch."""
    weight_decay: float = 0.05
    """Not on 1-D weights."""
    warmup: float = 0.1
    """Share of the run in which the rate rises."""
    clip: float = 1.0
    """Largest norm of a step's gradients."""
    ema: float = 0.999
    """Decay of the moving average of the weights."""
    validations: int = 10
    """How often the average is tried on the validation data."""
    bf16: bool = False
    seed: int = 0
    loaders: int = 0
    """Processes that prepare batches beside the one that trains."""
    save_every_s: float = 120.0


class Rival(Protocol):
    """Something else that learns: it takes its turn after each step of the network."""

    def step(self, pace: float) -> None:
        """Learn from what the network just did, at this part (0 to 1) of the highest rate."""
        ...

    def state_dict(self) -> dict[str, Any]:
        """All that it needs to go on."""
        ...

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from there."""
        ...


def pace_at(share: float, recipe: Recipe) -> float:
    """Part of the highest rate when `share` of a run is done: up along a line, down a cosine."""
    if share < recipe.warmup:
        return share / recipe.warmup
    return 0.5 * (1 + math.cos(math.pi * (share - recipe.warmup) / (1 - recipe.warmup)))


def rate_at(share: float, recipe: Recipe) -> float:
    """Learning rate when `share` of a run is done."""
    return recipe.learning_rate * recipe.batch_size / 256 * pace_at(share, recipe)


@dataclass
class _Run:
    """Where a run stands; what `state.pt` holds besides the weights."""

    step: int = 0
    elapsed_s: float = 0.0
    """By the clock that the recipe goes by."""
    validated: int = 0
    score: float = -math.inf
    best: dict[str, Tensor] | None = None
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    """Lines of the curve that are not on the disk yet."""


def fit(
    network: nn.Module,
    draw: Draw,
    loss_of: Loss,
    recipe: Recipe,
    folder: Path,
    on_event: OnEvent,
    validate: Validate | None = None,
    team: Team | None = None,
    rival: Rival | None = None,
) -> nn.Module:
    """Train `network`; returns the moving average of its weights as it validated best.

    A `rival` takes turns with it. `folder` holds the state and the curve (`curve.csv`); a run that
    finds its state there goes on. Raises `TrainingError` where the loss is no number, `OutputError`
    where the state cannot be written; the state before is kept.
    """
    team = team or Team()
    device = next(network.parameters()).device
    optimizer = torch.optim.AdamW(_groups(network, recipe.weight_decay), lr=0.0)
    average = deepcopy(network).eval().requires_grad_(False)
    learning = {"network": network, "average": average, "optimizer": optimizer}
    files = _Files(folder, team.leads, learning | ({"rival": rival} if rival else {}))
    run = files.restore()
    shared = team.wrap(network.train())
    clock = time.process_time if recipe.cpu_minutes else time.monotonic
    began, saved = clock() - run.elapsed_s, time.monotonic()
    first, first_s = run.step, run.elapsed_s
    batches = _batches(draw, recipe, run.step, team.rank)
    # Each process has a clock of its own: what one does, all do.
    share = team.agree(_share(run, recipe))
    try:
        while share < 1:
            rate = rate_at(share, recipe)
            torch.manual_seed((recipe.seed * 1_000_003 + run.step) * 1_009 + team.rank)
            batch = tuple(part.to(device) for part in next(batches))
            loss = _step(shared, batch, loss_of, optimizer, rate, recipe)
            _check_loss(loss, run.step)
            if rival:
                rival.step(pace_at(share, recipe))
            _update_average(average, network, min(recipe.ema, (1 + run.step) / (10 + run.step)))
            run.rows.append((run.step, loss, rate, ""))
            run.step += 1
            run.elapsed_s = clock() - began
            share = team.agree(_share(run, recipe))
            if validate and run.validated < int(share * recipe.validations + 1e-9):
                _validate(run, average, validate, team)
                run.elapsed_s = clock() - began
                share = team.agree(_share(run, recipe))
                saved = -math.inf
            if time.monotonic() - saved > recipe.save_every_s:
                files.save(run)
                saved = time.monotonic()
            speed = (run.step - first) / (run.elapsed_s - first_s)
            on_event(_progress(run, share, speed))
    except Cancelled:
        files.save(run)
        raise
    if validate and run.validated < recipe.validations:
        _validate(run, average, validate, team)
    files.save(run)
    if run.best is not None:
        average.load_state_dict(run.best)
    return average


def _share(run: _Run, recipe: Recipe) -> float:
    """How much of the run is done, 0 to 1."""
    if recipe.steps is not None:
        return run.step / recipe.steps
    minutes = recipe.cpu_minutes or recipe.minutes
    assert minutes is not None  # nosec B101 # for mypy: one of the three is set
    return run.elapsed_s / (60 * minutes)


def _progress(run: _Run, share: float, rate: float) -> Progress:
    total = max(run.step, round(run.step / max(share, 1e-9)))
    return Progress("training", run.step, total, "steps", rate, (total - run.step) / rate)


def _step(
    network: nn.Module,
    batch: Batch,
    loss_of: Loss,
    optimizer: torch.optim.Optimizer,
    rate: float,
    recipe: Recipe,
) -> float:
    """One step of the optimizer; returns the loss before it."""
    for group in optimizer.param_groups:
        group["lr"] = rate
    with torch.autocast(batch[0].device.type, torch.bfloat16, enabled=recipe.bf16):
        loss = loss_of(network, batch)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(network.parameters(), recipe.clip)
    optimizer.step()
    return loss.item()


def _check_loss(loss: float, step: int) -> None:
    if not math.isfinite(loss):
        raise TrainingError(
            f"The loss at step {step + 1} is {loss}, no number.",
            "Start again from the last state with a smaller learning rate (--learning-rate), or in"
            " float32 (--precision fp32).",
        )


def _validate(run: _Run, average: nn.Module, validate: Validate, team: Team) -> None:
    """Try the average on the validation data and keep it where it is the best so far."""
    run.validated += 1
    score = team.agree(validate(average) if team.leads else 0.0)
    step, loss, rate, _ = run.rows.pop() if run.rows else (run.step, "", "", "")
    run.rows.append((step, loss, rate, score))
    if score > run.score:
        run.score = score
        run.best = {key: value.clone() for key, value in average.state_dict().items()}


@dataclass(frozen=True)
class _Steps:
    """The batches of a run by step; a `DataLoader` may draw them in other processes."""

    draw: Draw
    seed: int
    rank: int

    def __getitem__(self, step: int) -> Batch:
        return self.draw(np.random.default_rng((self.seed, step, self.rank)))


def _batches(draw: Draw, recipe: Recipe, first: int, rank: int) -> Iterator[Batch]:
    """The run's batches from step `first` on, without end."""
    steps = _Steps(draw, recipe.seed, rank)
    if not recipe.loaders:
        return (steps[step] for step in range(first, 2**62))
    return iter(
        DataLoader(
            steps,  # type: ignore[arg-type]
            batch_size=None,
            sampler=range(first, 2**62),
            num_workers=recipe.loaders,
            pin_memory=torch.cuda.is_available(),
        )
    )


def _groups(network: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Weights of two and more dimensions decay; biases, norms and scalars do not."""
    parameters = [weight for weight in network.parameters() if weight.requires_grad]
    return [
        {"params": [w for w in parameters if w.ndim > 1], "weight_decay": weight_decay},
        {"params": [w for w in parameters if w.ndim <= 1], "weight_decay": 0.0},
    ]


@torch.no_grad()
def _update_average(average: nn.Module, network: nn.Module, decay: float) -> None:
    for kept, new in zip(average.state_dict().values(), network.state_dict().values(), strict=True):
        if kept.is_floating_point():
            kept.lerp_(new, 1 - decay)
        else:
            kept.copy_(new)


class _Files:
    """State and curve of a run in its folder; only the leading process writes."""

    def __init__(self, folder: Path, leads: bool, learning: dict[str, Any]) -> None:
        """`learning` are the parts of the run that have a state of their own, by name."""
        self._state, self._curve = folder / "state.pt", folder / "curve.csv"
        self._leads = leads
        self._learning = learning

    def restore(self) -> _Run:
        """Load the state where there is one, and cut the curve to it."""
        if not self._state.exists():
            if self._leads:
                self._curve.unlink(missing_ok=True)
            return _Run()
        # What a GPU needs of it goes there when it is taken over; AdamW counts steps on the CPU.
        state = torch.load(self._state, weights_only=True, map_location="cpu")
        for name, part in self._learning.items():
            part.load_state_dict(state[name])
        run = _Run(**state["run"])
        if self._leads:
            self._cut_curve(run.step)
        return run

    def save(self, run: _Run) -> None:
        """Whole or not at all: a full disk or a kill leaves the last state as it was."""
        if not self._leads:
            return
        partial = self._state.with_suffix(".partial")
        stands = {key: value for key, value in vars(run).items() if key != "rows"}
        parts = {name: part.state_dict() for name, part in self._learning.items()}
        try:
            self._append(run.rows)
            run.rows.clear()
            torch.save({"run": stands, **parts}, partial)
            put_in_place(partial, self._state)
        except (OSError, RuntimeError) as error:
            raise OutputError(
                f"{self._state} cannot be written ({error}).",
                "Make room and start the same training again: it goes on from its last state.",
            ) from error
        finally:
            partial.unlink(missing_ok=True)

    def _append(self, rows: list[tuple[Any, ...]]) -> None:
        new = not self._curve.exists()
        with self._curve.open("a", newline="") as file:
            writer = csv.writer(file)
            if new:
                writer.writerow(COLUMNS)
            writer.writerows(rows)

    def _cut_curve(self, step: int) -> None:
        """Drop lines that a killed run wrote after its last state."""
        if not self._curve.exists():
            return
        header, *lines = self._curve.read_text().splitlines(keepends=True)
        kept = [line for line in lines if int(line.partition(",")[0]) < step]
        self._curve.write_text("".join([header, *kept]))
