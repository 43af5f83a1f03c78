"""`train`: from datasets and an architecture to a checkpoint with its card."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from backend.training.augment import Augmentation, random_view
from backend.training.datasets import Sample
from backend.training.loss import training_loss

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


class LandslideBatches:
    """Draws balanced batches: half of the views from images with landslides, half from without."""

    def __init__(
        self, samples: Sequence[Sample], size: int, batch_size: int, ranges: Augmentation
    ) -> None:
        self._groups = [
            [sample for sample in samples if sample.has_landslide],
            [sample for sample in samples if not sample.has_landslide],
        ]
        self._groups = [group for group in self._groups if group]
        self._size, self._batch_size, self._ranges = size, batch_size, ranges

    def __call__(self, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        """Images (B, C, size, size), normalised, and masks (B, 1, size, size)."""
        views = [self._view(index, rng) for index in range(self._batch_size)]
        images, masks = (torch.stack(part) for part in zip(*views, strict=True))
        return normalised(images), masks

    def _view(self, index: int, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        group = self._groups[index % len(self._groups)]
        sample = group[rng.integers(len(group))]
        image = torch.from_numpy(sample.image)
        mask = torch.from_numpy(sample.mask)[None]
        return random_view(image, mask, self._size, self._ranges, rng)


def normalised(images: Tensor) -> Tensor:
    """Images (B, 3, H, W), 0..255, as the networks take them."""
    mean = torch.tensor(IMAGENET_MEAN).view(1, 3, 1, 1)
    std = torch.tensor(IMAGENET_STD).view(1, 3, 1, 1)
    return (images / 255 - mean) / std


def landslide_loss(network: nn.Module, batch: tuple[Tensor, ...]) -> Tensor:
    """The published loss of a batch of images and masks."""
    images, masks = batch
    output = network(images)
    if isinstance(output, tuple):
        return training_loss((output[0].float(), output[1].float()), masks)
    return training_loss(output.float(), masks)


class SceneBatches:
    """Draws views of labelled scenes: folders of images, a folder a class, a head for each set."""

    def __init__(self, folders: Sequence[Path], size: int, batch_size: int) -> None:
        from backend.training.datasets import read_image

        self.sets: list[list[list[np.ndarray]]] = []
        for folder in folders:
            classes = sorted(path for path in folder.iterdir() if path.is_dir())
            self.sets.append(
                [[read_image(path) for path in sorted(kind.iterdir())] for kind in classes]
            )
        self._sizes = [sum(map(len, group)) for group in self.sets]
        self._size, self._batch_size = size, batch_size

    def __call__(self, rng: np.random.Generator) -> tuple[Tensor, ...]:
        """Images (B, 3, size, size), normalised; the set and the class of each (B,)."""
        shares = np.asarray(self._sizes) / sum(self._sizes)
        views, sets, labels = [], [], []
        for _ in range(self._batch_size):
            which = rng.choice(len(self.sets), p=shares)
            label = rng.integers(len(self.sets[which]))
            images = self.sets[which][label]
            image = torch.from_numpy(images[rng.integers(len(images))])
            mask = torch.zeros(1, *image.shape[1:])
            views.append(random_view(image, mask, self._size, Augmentation(), rng)[0])
            sets.append(which)
            labels.append(label)
        return normalised(torch.stack(views)), torch.tensor(sets), torch.tensor(labels)


class SceneClassifier(nn.Module):
    """A backbone with a linear head for each set of scenes."""

    def __init__(self, backbone: nn.Module, channels: int, classes: Sequence[int]) -> None:
        super().__init__()
        self.backbone = backbone
        self.norm = nn.LayerNorm(channels)
        self.heads = nn.ModuleList([nn.Linear(channels, count) for count in classes])

    def forward(self, images: Tensor) -> list[Tensor]:
        """Images (B, 3, H, W) to class logits (B, classes) of every set."""
        token = self.norm(self.backbone(images)[-1].mean(dim=(1, 2)))
        return [head(token) for head in self.heads]


def scene_loss(network: nn.Module, batch: tuple[Tensor, ...]) -> Tensor:
    """Cross-entropy with smoothed labels, each image under its own set's head."""
    images, sets, labels = batch
    logits = network(images)
    losses = [
        F.cross_entropy(
            logits[which][sets == which].float(),
            labels[sets == which],
            label_smoothing=0.1,
            reduction="sum",
        )
        for which in sets.unique().tolist()
    ]
    return torch.stack(losses).sum() / len(images)
