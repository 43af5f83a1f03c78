"""Factories for tests of evaluation: a network that is known by heart, and data for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from backend.card import Gsd, Scaling
from backend.checkpoint import Checkpoint
from backend.training.datasets import RGB, Dataset, Labelled, Sample
from backend.training.evaluate import EvaluateOptions, Evaluation, evaluate
from tests.backend.golden import seeded_card

CPU = EvaluateOptions(device="cpu", precision="fp32")


class FirstBand(nn.Module):
    """Takes the first band for the probability: (B, C, H, W) in 0..1 to its logit."""

    def forward(self, batch: torch.Tensor) -> torch.Tensor:
        return torch.logit(batch[:, :1].clamp(0.001, 0.999))


def first_band(
    gsd: Gsd | None = None, bands: Sequence[str] = RGB, value_range: tuple[float, float] = (0, 255)
) -> Checkpoint:
    """A checkpoint whose probability is the first band, scaled to 0..1."""
    zeros, ones = (0.0,) * len(bands), (1.0,) * len(bands)
    card = replace(
        seeded_card("calanddet", gsd, embed_dim=24, depths=(2, 2, 2, 2)),
        name="first-band",
        bands=tuple(bands),
        scaling=Scaling(zeros, ones, value_range),
        tile_size=56,
    )
    return Checkpoint(FirstBand(), card, Path("first-band.safetensors"), "ab" * 32)


def sample(
    name: str,
    probability: NDArray[Any],
    truth: NDArray[np.bool_],
    valid: NDArray[np.bool_] | None = None,
    bands: int = 3,
) -> Sample:
    """An image that makes `first_band` predict `probability` (H, W), 0..1, to 8 bits."""
    image = np.full((bands, *truth.shape), 90, np.uint8)
    image[0] = np.round(np.asarray(probability) * 255)
    labelled = Labelled(image, truth, np.ones_like(truth) if valid is None else valid)
    return Sample(name, name, bool(truth.any()), lambda: labelled, ())


def dataset(*samples: Sample, name: str = "made up", gsd: float | None = None) -> Dataset:
    return Dataset(name, RGB, samples, gsd)


def square(top: int, left: int, side: int, shape: tuple[int, int] = (60, 80)) -> NDArray[np.bool_]:
    mask = np.zeros(shape, bool)
    mask[top : top + side, left : left + side] = True
    return mask


def random_dataset(count: int = 6, gsd: float | None = None) -> Dataset:
    """Images of several sizes with squares found more or less; every third has no landslide."""
    rng = np.random.default_rng(1)
    samples = []
    for index in range(count):
        shape = (int(rng.integers(40, 90)), int(rng.integers(40, 130)))
        truth = square(5, 8, 25, shape) if index % 3 else np.zeros(shape, bool)
        hint = np.where(square(5 + index, 9, 24, shape), 0.6, 0.15)
        probability = np.clip(hint + rng.normal(0, 0.12, shape), 0, 1)
        samples.append(sample(f"image/{index}.png", probability, truth))
    return dataset(*samples, name="random", gsd=gsd)


def evaluated(data: Dataset | Sequence[Dataset], **options: Any) -> Evaluation:
    """The evaluation of `first_band`, at 0.5 unless said otherwise."""
    return evaluate(first_band(), data, replace(CPU, **options), lambda event: None)
