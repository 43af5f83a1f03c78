"""Random views of an image and its mask: one affine warp, then colour and blur."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor


@dataclass(frozen=True)
class Augmentation:
    """Ranges that views are drawn from; scale is of the image, so 2 shows it twice as large."""

    scale: tuple[float, float] = (0.6, 2.0)
    rotate: bool = True
    brightness: float = 0.25
    contrast: float = 0.25
    colour: float = 0.12
    blur_share: float = 0.15


def random_view(
    image: Tensor, mask: Tensor, size: int, ranges: Augmentation, rng: np.random.Generator
) -> tuple[Tensor, Tensor]:
    """A view (C, size, size), 0..255, and its mask (1, size, size) of an image (C, H, W).

    `mask` is (1, H, W), 0 or 1. What lies outside the image is reflected.
    """
    height, width = image.shape[1:]
    grid = _random_grid(height, width, size, ranges, rng)
    stacked = torch.cat([image.float(), mask.float()])[None]
    view = F.grid_sample(stacked, grid, padding_mode="reflection", align_corners=False)[0]
    return _recolour(view[:-1], ranges, rng), (view[-1:] > 0.5).float()


def _random_grid(
    height: int, width: int, size: int, ranges: Augmentation, rng: np.random.Generator
) -> Tensor:
    """Sampling positions (1, size, size, 2) of a random scale, turn, mirroring and place."""
    low, high = np.log(ranges.scale)
    step = 1 / math.exp(rng.uniform(low, high))
    turn = rng.uniform(0, 2 * math.pi) if ranges.rotate else 0.0
    flip = rng.choice((-1.0, 1.0))
    cos, sin = math.cos(turn) * step, math.sin(turn) * step
    # The view's half side on the image, so that its centre stays where the view shows image.
    reach = size * step / 2
    x = _random_centre(width, reach, rng)
    y = _random_centre(height, reach, rng)
    # From view coordinates in -1..1 to image coordinates in -1..1.
    to_x, to_y = size / width, size / height
    matrix = [
        [cos * flip * to_x, -sin * to_x, 2 * x / width - 1],
        [sin * flip * to_y, cos * to_y, 2 * y / height - 1],
    ]
    return F.affine_grid(torch.tensor([matrix]).float(), [1, 1, size, size], align_corners=False)


def _random_centre(length: int, reach: float, rng: np.random.Generator) -> float:
    if length <= 2 * reach:
        return rng.uniform(0.35, 0.65) * length
    return rng.uniform(0.8 * reach, length - 0.8 * reach)


def _recolour(view: Tensor, ranges: Augmentation, rng: np.random.Generator) -> Tensor:
    """Brightness, contrast, a gain for each band, and now and then a blur."""
    gain = 1 + rng.uniform(-ranges.colour, ranges.colour, len(view))
    contrast = 1 + rng.uniform(-ranges.contrast, ranges.contrast)
    shift = 255 * rng.uniform(-ranges.brightness, ranges.brightness)
    factor = torch.from_numpy(gain * contrast).float()[:, None, None]
    mean = view.mean(dim=(1, 2), keepdim=True)
    view = ((view - mean) * factor + mean + shift).clamp(0, 255)
    if rng.random() < ranges.blur_share:
        view = F.avg_pool2d(view, 3, stride=1, padding=1, count_include_pad=False)
    return view
