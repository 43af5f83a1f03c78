"""Balanced batches of random views out of datasets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from backend.card import Scaling
from backend.engines.tile_network import stretched
from backend.training.augment import Augmentation, random_view
from backend.training.bands import pictures_of
from backend.training.datasets import RGB, Sample


@dataclass(frozen=True)
class Batches:
    """Half of a batch's views are of images with landslides, half of images without.

    Where all images have landslides, or none has, there is no such balance.
    """

    samples: Sequence[Sample]
    scaling: Scaling
    size: int
    """Side of a view [px]."""
    batch_size: int
    ranges: Augmentation
    weights: Sequence[float] = ()
    """How often each sample is drawn beside the others of its half; none: all alike."""
    bands: Sequence[str] = RGB
    """What the channels of the images are, by role."""

    def __call__(self, rng: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """Images (B, C, size, size), normalised; masks and validity (B, 1, size, size), 0 or 1."""
        groups = self._groups()
        views = [self._view(groups[index % len(groups)], rng) for index in range(self.batch_size)]
        images, masks = (torch.stack(part) for part in zip(*views, strict=True))
        # Before they are mixed: elevations of two places have nothing in common but their relief.
        images = normalised(images, self.scaling, self.bands)
        _mix(images, masks, self.ranges.mix_share, rng)
        return images, masks[:, :1], masks[:, 1:]

    def _groups(self) -> list[list[tuple[Sample, float]]]:
        weights = self.weights or [1.0] * len(self.samples)
        parts: tuple[list[tuple[Sample, float]], ...] = ([], [])
        for sample, weight in zip(self.samples, weights, strict=True):
            parts[not sample.has_landslide].append((sample, weight))
        return [part for part in parts if part]

    def _view(
        self, group: list[tuple[Sample, float]], rng: np.random.Generator
    ) -> tuple[Tensor, Tensor]:
        samples, weights = zip(*group, strict=True)
        chances = np.asarray(weights) / sum(weights)
        labelled = samples[rng.choice(len(samples), p=chances)].read()
        masks = np.stack([labelled.mask, labelled.valid])
        pictures = pictures_of(self.bands, self.scaling) if labelled.is_picture else ()
        image = torch.from_numpy(labelled.image)
        return random_view(image, torch.from_numpy(masks), self.size, self.ranges, rng, pictures)


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


def normalised(images: Tensor, scaling: Scaling, bands: Sequence[str] = RGB) -> Tensor:
    """Images (B, C, H, W) of raw values as the network takes them; NaN becomes the mean, 0.

    Bands that the scaling names are stretched first in each view, as engines do in each tile.
    """
    low, high = scaling.range
    parts = [
        stretched(values, low, high) if band in scaling.by_tile else values
        for band, values in zip(bands, images.split(1, dim=1), strict=True)
    ]
    mean, std = (torch.tensor(part).view(1, -1, 1, 1) for part in (scaling.mean, scaling.std))
    return (((torch.cat(parts, dim=1) - low) / (high - low) - mean) / std).nan_to_num(nan=0.0)
