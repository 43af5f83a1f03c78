"""`checkpoint mean`: one checkpoint with the mean weights of several that come of the same start.

Wortsman et al. 2022, "Model soups", arXiv 2203.05482: what went on from the same weights with other
seeds or data can be averaged, and the mean is often better than each of them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import ExitStack
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from torch import nn

from backend import models
from backend.card import Card, today
from backend.checkpoint import SUFFIX, Checkpoint, load, save
from backend.engines.ensemble import shared_threshold
from backend.errors import CheckpointError
from backend.events import OnEvent, Result, Start
from backend.training.assess import opened
from backend.training.bands import BandChoice
from backend.training.evaluate import EvaluateOptions, evaluate
from backend.training.job import measured
from backend.training.pretrained import with_settings
from backend.training.scores import Evaluation
from backend.workspace import refused

# What the weights of two networks need to have in common for a mean to mean anything.
SHARED = ("architecture", "bands", "scaling", "tile_size", "classes")


@dataclass(frozen=True)
class MeanRequest:
    """Which checkpoints to average; the defaults are the command line's."""

    files: tuple[Path, ...]
    out: Path
    shares: tuple[float, ...] = ()
    """How much each counts; none: all alike."""
    data: tuple[str, ...] = ()
    """Datasets to choose the threshold by and to measure on; none: the mean of the thresholds."""
    config: dict[str, Any] = field(default_factory=dict)
    """Settings to give the mean, of those that need no other weights."""
    half: bool = False
    """Store matrices and kernels in half precision."""
    device: str = "auto"


def average(request: MeanRequest, on_event: OnEvent) -> Result:
    """Write `request.out` with the mean weights, and a card that says how good it is.

    Raises a `CalandDetError` for anything wrong with the input, and whatever `on_event` raises
    (`Cancelled`); a file that is there already stays then.
    """
    shares = _shares(request)
    members = [load(path) for path in request.files]
    first = members[0]
    for member in members[1:]:
        _check(first, member)
    on_event(Start("mean", "CPU", {"checkpoints": [member.path.name for member in members]}))
    network = with_settings(
        first.path.name,
        first.card.architecture,
        mean_network([member.network for member in members], shares),
        request.config,
    )
    card = replace(_card(members, request.out), config=models.config_of(network))
    figures = {}
    if request.data:
        evaluation = _evaluated(network, card, request, on_event)
        card, figures = measured(card, evaluation), evaluation.headline()
    save(request.out, network, card, half=request.half)
    result = Result({"checkpoint": str(request.out.absolute())}, figures)
    on_event(result)
    return result


def _evaluated(
    network: nn.Module, card: Card, request: MeanRequest, on_event: OnEvent
) -> Evaluation:
    """The network as it will be on the disk, on the request's data."""
    # Where the checkpoint will lie: a folder that takes none is refused before the evaluation.
    beside = request.out.absolute().parent
    with ExitStack() as stack:
        with refused(beside):
            folder = stack.enter_context(TemporaryDirectory(prefix=".", dir=beside))
        candidate = Path(folder) / request.out.name
        save(candidate, network, card, half=request.half)
        data = opened(request.data, BandChoice(), card)
        options = EvaluateOptions(device=request.device, choose_threshold=True)
        return evaluate(load(candidate), data, options, on_event)


def mean_network(networks: Sequence[nn.Module], shares: Sequence[float]) -> nn.Module:
    """A network with the weighted mean of the others' weights; counters are the first one's."""
    mean = deepcopy(networks[0])
    states = [network.state_dict() for network in networks]
    with torch.no_grad():
        for key, value in mean.state_dict().items():
            if value.is_floating_point():
                parts = zip(states, shares, strict=True)
                total = sum(state[key].double() * share for state, share in parts)
                value.copy_(torch.as_tensor(total) / sum(shares))
    return mean


def _shares(request: MeanRequest) -> tuple[float, ...]:
    if request.out.suffix != SUFFIX:
        raise CheckpointError(
            f"{request.out.name} is no name for a checkpoint.", f"Let it end in {SUFFIX}."
        )
    if len(request.files) < 2:
        raise CheckpointError("There is one checkpoint to average.", "Name two or more.")
    shares = request.shares or (1.0,) * len(request.files)
    if len(shares) != len(request.files):
        raise CheckpointError(
            f"{len(shares)} shares are given for {len(request.files)} checkpoints.",
            "Give one share for each checkpoint.",
        )
    if not all(0 < share < math.inf for share in shares):
        raise CheckpointError(
            f"The shares {', '.join(f'{share:g}' for share in shares)} are not all above 0.",
            "Give positive numbers, such as 2 1 1.",
        )
    return shares


def _check(first: Checkpoint, member: Checkpoint) -> None:
    pairs = {name: (getattr(first.card, name), getattr(member.card, name)) for name in SHARED}
    # As the networks have them: an older card does not name settings that came later.
    pairs["config"] = models.config_of(first.network), models.config_of(member.network)
    for name, (ours, theirs) in pairs.items():
        if ours != theirs:
            raise CheckpointError(
                f"{first.path.name} and {member.path.name} cannot be averaged: they differ in"
                f" {name.replace('_', ' ')} ({ours} and {theirs}).",
                "Choose checkpoints that were trained from the same start.",
            )


def _card(members: Sequence[Checkpoint], out: Path) -> Card:
    """The first one's, with the training data of all and nothing that was measured on one."""
    cards = [member.card for member in members]
    return replace(
        cards[0],
        name=out.stem,
        threshold=shared_threshold(members),
        threshold_source="mean of the averaged checkpoints' thresholds",
        training=tuple(dict.fromkeys(part for card in cards for part in card.training)),
        metrics=(),
        created=today(),
        licence=cards[0].licence if len({card.licence for card in cards}) == 1 else None,
        parent=None,
    )
