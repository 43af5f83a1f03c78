"""Balanced batches of random views out of datasets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from backend.card import Scaling
from backend.training.augment import Augmentation, random_view
from backend.training.datasets import Dataset, Sample


@dataclass(frozen=True)
class Batches:
    """Half of a batch's views are of images with landslides, half of images without.

    Where all images have landslides, or none has, all are drawn alike.
    """

    samples: Sequence[Sample]
    scaling: Scaling
    size: int
    """Side of a view [px]."""
    batch_size: int
    ranges: Augmentation

    def __call__(self, rng: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """Images (B, C, size, size), normalised; masks and validity (B, 1, size, size), 0 or 1."""
        groups = self._groups()
        views = [self._view(groups[index % len(groups)], rng) for index in range(self.batch_size)]
        images, masks = (torch.stack(part) for part in zip(*views, strict=True))
        _mix(images, masks, self.ranges.mix_share, rng)
        return normalised(images, self.scaling), masks[:, :1], masks[:, 1:]

    def _groups(self) -> list[list[Sample]]:
        parts: tuple[list[Sample], list[Sample]] = ([], [])
        for sample in self.samples:
            parts[not sample.has_landslide].append(sample)
        return [part for part in parts if part]

    def _view(self, group: list[Sample], rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        labelled = group[rng.integers(len(group))].read()
        masks = np.stack([labelled.mask, labelled.valid])
        return random_view(
            torch.from_numpy(labelled.image), torch.from_numpy(masks), self.size, self.ranges, rng
        )


def _mix(images: Tensor, masks: Tensor, share: float, rng: np.random.Generator) -> None:
    """Give a share of the views a rectangle of another view with its masks, in place.

    CutMix: Yun et al. 2019, arXiv 1905.04899; for masks, French et al. 2020, arXiv 1906.01916.
    """
    count, _, height, width = images.shape
    others = rng.permutation(count)
    pictures, truths = images.clone(), masks.clone()
    for index in np.flatnonzero(rng.random(count) < share):
        tall, wide = (round(side * rng.uniform(0.3, 0.7)) for side in (height, width))
        top, left = rng.integers(height - tall + 1), rng.integers(width - wide + 1)
        part = (..., slice(top, top + tall), slice(left, left + wide))
        images[index][part] = pictures[others[index]][part]
        masks[index][part] = truths[others[index]][part]


def normalised(images: Tensor, scaling: Scaling) -> Tensor:
    """Images (B, C, H, W) of raw values as the network takes them."""
    low, high = scaling.range
    mean, std = (torch.tensor(part).view(1, -1, 1, 1) for part in (scaling.mean, scaling.std))
    return ((images - low) / (high - low) - mean) / std


def measured_scaling(datasets: Sequence[Dataset], most: int = 200) -> Scaling:
    """Mean and standard deviation of each band over the valid pixels of up to `most` images."""
    samples = [sample for dataset in datasets for sample in dataset.samples]
    chosen = [samples[index] for index in np.linspace(0, len(samples) - 1, most).astype(int)]
    count, total, squares = 0, 0.0, 0.0
    for sample in dict.fromkeys(chosen):
        labelled = sample.read()
        values = labelled.image[:, labelled.valid].astype(np.float64)
        count += values.shape[1]
        total, squares = total + values.sum(axis=1), squares + (values**2).sum(axis=1)
    mean = np.asarray(total) / max(count, 1)
    std = np.sqrt(np.maximum(np.asarray(squares) / max(count, 1) - mean**2, 1e-12))
    return Scaling(tuple(mean.tolist()), tuple(std.tolist()), (0.0, 1.0))
