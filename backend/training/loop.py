"""One readable training loop: draw a batch, step, average, save; resumes exactly after a kill.

All randomness of a step comes from the seed and the step's number, so an unbroken run and a
resumed one see the same batches and the same dropout.
"""

from __future__ import annotations

import csv
import math
import os
import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from backend.events import OnEvent, Progress

# Draws a batch with the generator of its step.
Draw = Callable[[np.random.Generator], tuple[Tensor, ...]]
# The loss of a batch under a network.
Loss = Callable[[nn.Module, tuple[Tensor, ...]], Tensor]


@dataclass(frozen=True)
class Recipe:
    """How to train; the defaults are the published ones where one was published."""

    steps: int
    batch_size: int = 32
    learning_rate: float = 1e-3  # for a batch of 256; scaled with the batch
    weight_decay: float = 0.05  # not on 1-D weights
    warmup: float = 0.1  # share of the steps
    clip: float = 1.0
    ema: float = 0.999
    bf16: bool = False
    seed: int = 0
    save_every_s: float = 120.0


def rate_at(step: int, recipe: Recipe) -> float:
    """Learning rate of a step: linear warm-up, then half a cosine down to 0."""
    peak = recipe.learning_rate * recipe.batch_size / 256
    warmup = max(1, round(recipe.warmup * recipe.steps))
    if step < warmup:
        return peak * (step + 1) / warmup
    share = (step - warmup) / max(1, recipe.steps - warmup)
    return peak * 0.5 * (1 + math.cos(math.pi * share))


def fit(
    network: nn.Module, draw: Draw, loss_of: Loss, recipe: Recipe, folder: Path, on_event: OnEvent
) -> nn.Module:
    """Train `network` and return the moving average of its weights, in evaluation mode.

    `folder` holds the state and the curve (`loss.csv`); a run that finds its state there goes on.
    """
    folder.mkdir(parents=True, exist_ok=True)
    optimizer = torch.optim.AdamW(_groups(network, recipe.weight_decay), lr=0.0)
    average = deepcopy(network).eval().requires_grad_(False)
    state = folder / "state.pt"
    first = _restore(state, network, average, optimizer)
    network.train()
    began = saved = time.monotonic()
    curve: list[tuple[int, float, float]] = []
    for step in range(first, recipe.steps):
        rng = np.random.default_rng((recipe.seed, step))
        torch.manual_seed(recipe.seed * 1_000_003 + step)
        batch = draw(rng)
        for group in optimizer.param_groups:
            group["lr"] = rate_at(step, recipe)
        with torch.autocast("cpu", torch.bfloat16, enabled=recipe.bf16):
            loss = loss_of(network, batch)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), recipe.clip)
        optimizer.step()
        _update_average(average, network, min(recipe.ema, (1 + step) / (10 + step)))
        curve.append((step, loss.item(), rate_at(step, recipe)))
        done = step + 1
        rate = (done - first) / (time.monotonic() - began)
        on_event(
            Progress("training", done, recipe.steps, "steps", rate, (recipe.steps - done) / rate)
        )
        if time.monotonic() - saved > recipe.save_every_s or done == recipe.steps:
            _save(state, done, network, average, optimizer)
            _append(folder / "loss.csv", curve)
            curve.clear()
            saved = time.monotonic()
    return average


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


def _save(
    path: Path,
    step: int,
    network: nn.Module,
    average: nn.Module,
    optimizer: torch.optim.Optimizer,
) -> None:
    """Whole or not at all: a full disk or a kill leaves the last state as it was."""
    partial = path.with_suffix(".partial")
    state = {
        "step": step,
        "network": network.state_dict(),
        "average": average.state_dict(),
        "optimizer": optimizer.state_dict(),
    }
    torch.save(state, partial)
    os.replace(partial, path)


def _restore(
    path: Path, network: nn.Module, average: nn.Module, optimizer: torch.optim.Optimizer
) -> int:
    """Load the state where there is one; returns the first step to do."""
    if not path.exists():
        return 0
    state = torch.load(path, weights_only=True)
    network.load_state_dict(state["network"])
    average.load_state_dict(state["average"])
    optimizer.load_state_dict(state["optimizer"])
    return int(state["step"])


def _append(path: Path, rows: list[tuple[int, float, float]]) -> None:
    new = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.writer(file)
        if new:
            writer.writerow(["step", "loss", "learning_rate"])
        writer.writerows(rows)
