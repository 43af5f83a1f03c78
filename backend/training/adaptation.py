"""Adaptation to imagery without labels: the network's answers there shall look as at home.

Output-space adversarial adaptation as in ADANet (Xu et al. 2022, doi 10.1007/s10346-022-01847-1,
github xupine/LandslideNet), after Tsai et al. 2018 (arXiv 1802.10349). A discriminator learns to
tell probability maps of the target from those of the source, for which there are labels; the
network learns from the labels and, beside that, to have its maps of the target taken for the
source's. Their turns alternate, step by step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from backend.models.discriminator import Discriminator, both_classes
from backend.models.outputs import landslide_logit
from backend.training.distributed import Team
from backend.training.loop import Batch, Draw
from backend.training.loss import SegmentationLoss

# As published: the discriminator's optimizer, and how far its labels (source 0, target 1) are
# drawn towards each other at random, lest it become too sure.
LEARNING_RATE = 1e-4
BETAS = (0.9, 0.99)
NOISE = 0.3

# Mask logits, or these and a presence logit.
Output = Tensor | tuple[Tensor, Tensor]


@dataclass(frozen=True)
class TwoDomains:
    """Batches of labelled views of the source, with as many views of the target."""

    source: Draw
    target: Draw

    def __call__(self, rng: np.random.Generator) -> Batch:
        """Images, masks and validity of the source, and images of the target."""
        return (*self.source(rng), self.target(rng)[0])


class Adversary:
    """The network's loss of a batch of two domains, and the discriminator's own turn after it."""

    def __init__(
        self, loss: SegmentationLoss, weight: float, device: torch.device, team: Team
    ) -> None:
        """`weight` is that of deceiving the discriminator beside the loss on labelled data."""
        self.discriminator = Discriminator().to(device)
        self.told = 0.5
        """Share of what the discriminator last saw that it told rightly."""
        self._loss, self._weight = loss, weight
        self._shared = team.wrap(self.discriminator)
        self._optimizer = torch.optim.Adam(
            self.discriminator.parameters(), LEARNING_RATE, betas=BETAS
        )
        self._seen: tuple[Tensor, Tensor] | None = None

    def __call__(self, network: nn.Module, batch: Batch) -> Tensor:
        """The loss on labelled data, and beside it that of being told from it.

        Both domains go through the network as one batch: it is normalised over both, as its running
        statistics are, and processes of a team wait for one another once.
        """
        images, masks, valid, foreign = batch
        output = network(torch.cat([images, foreign]))
        count = len(images)
        loss = self._loss.of_output(_first(output, count), masks, valid)
        maps = both_classes(landslide_logit(output))
        self._seen = maps[:count].detach(), maps[count:].detach()
        # Not its turn: it hands the gradient on and keeps none.
        answers = self.discriminator.requires_grad_(False)(maps[count:])
        return loss + self._weight * F.binary_cross_entropy_with_logits(
            answers, torch.zeros_like(answers)
        )

    def step(self, pace: float) -> None:
        """The discriminator learns from the maps of the network's last turn."""
        assert self._seen is not None  # nosec B101 # for mypy: the network has had its turn
        source, target = self._seen
        self.discriminator.requires_grad_(True)
        answers = self._shared(torch.cat([source, target]))
        truth = torch.zeros_like(answers)
        truth[len(source) :] = 1
        self.told = ((answers > 0) == (truth > 0)).float().mean().item()
        softened = truth + (1 - 2 * truth) * NOISE * torch.rand_like(truth)
        loss = F.binary_cross_entropy_with_logits(answers, softened)
        for group in self._optimizer.param_groups:
            group["lr"] = LEARNING_RATE * pace
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self._optimizer.step()

    def state_dict(self) -> dict[str, Any]:
        """All that it needs to go on."""
        return {
            "discriminator": self.discriminator.state_dict(),
            "optimizer": self._optimizer.state_dict(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from there."""
        self.discriminator.load_state_dict(state["discriminator"])
        self._optimizer.load_state_dict(state["optimizer"])


def _first(output: Output, count: int) -> Output:
    """The part of a network's output that is of the first `count` images."""
    if isinstance(output, tuple):
        return output[0][:count], output[1][:count]
    return output[:count]
