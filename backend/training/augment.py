"""Random views of an image and its mask: one affine warp, then colour, blur and compression."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

# The largest value of an 8-bit band.
WHITE = 255


@dataclass(frozen=True)
class Augmentation:
    """Ranges that views are drawn from; scale is of the image, so 2 shows it twice as large."""

    scale: tuple[float, float] = (0.7, 1.5)
    rotate: bool = True
    brightness: float = 0.15
    contrast: float = 0.2
    colour: float = 0.08
    blur_share: float = 0.15
    jpeg_share: float = 0.2
    jpeg_quality: tuple[int, int] = (40, 90)
    mix_share: float = 0.0
    """Of the views that get a rectangle of another one."""


def random_view(
    image: Tensor,
    mask: Tensor,
    size: int,
    ranges: Augmentation,
    rng: np.random.Generator,
    pictures: Sequence[int] | None = None,
) -> tuple[Tensor, Tensor]:
    """A view (C, size, size) and its masks (M, size, size) of an image (C, H, W).

    `mask` is (M, H, W), each 0 or 1. What lies outside the image is reflected. Only the bands
    `pictures`, which hold values from 0 to 255, are recoloured and compressed: others are
    measurements. Without them these are all of an 8-bit image, and none of another.
    """
    height, width = image.shape[1:]
    grid = _random_grid(height, width, size, ranges, rng)
    stacked = torch.cat([image.float(), mask.float()])[None]
    view = F.grid_sample(stacked, grid, padding_mode="reflection", align_corners=False)[0]
    bands = len(image)
    picture, masks = view[:bands], (view[bands:] > 0.5).float()
    if pictures is None:
        pictures = range(bands) if image.dtype == torch.uint8 else ()
    if pictures:
        chosen = list(pictures)
        seen = _recolour(picture[chosen], ranges, rng)
        if rng.random() < ranges.jpeg_share:
            seen = _compress(seen, int(rng.integers(*ranges.jpeg_quality)))
        picture[chosen] = seen
    return picture, masks


def _random_grid(
    height: int, width: int, size: int, ranges: Augmentation, rng: np.random.Generator
) -> Tensor:
    """Sampling positions (1, size, size, 2) of a random scale, turn, mirroring and place."""
    low, high = np.log(ranges.scale)
    step = 1 / math.exp(rng.uniform(low, high))
    turn = rng.uniform(0, 2 * math.pi) if ranges.rotate else 0.0
    flip = rng.choice((-1.0, 1.0))
    cos, sin = math.cos(turn) * step, math.sin(turn) * step
    # The view's half side on the image.
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
    """Anywhere on an image that is smaller than the view: so tiles lie over it in detection, and
    what the image was taken for is mostly in its middle. Of a large one, where there is image.
    """
    low = max(0.0, min(0.8 * reach, length / 2 - reach))
    return rng.uniform(low, length - low)


def _recolour(view: Tensor, ranges: Augmentation, rng: np.random.Generator) -> Tensor:
    """Brightness, contrast, a gain for each band, and now and then a blur."""
    gain = 1 + rng.uniform(-ranges.colour, ranges.colour, len(view))
    contrast = 1 + rng.uniform(-ranges.contrast, ranges.contrast)
    shift = WHITE * rng.uniform(-ranges.brightness, ranges.brightness)
    factor = torch.from_numpy(gain * contrast).float()[:, None, None]
    mean = view.mean(dim=(1, 2), keepdim=True)
    view = ((view - mean) * factor + mean + shift).clamp(0, WHITE)
    if rng.random() < ranges.blur_share:
        view = F.avg_pool2d(view, 3, stride=1, padding=1, count_include_pad=False)
    return view


def _compress(view: Tensor, quality: int) -> Tensor:
    """What JPEG of that quality makes of a view (C, H, W): colour where C is 3, else by band."""
    if len(view) != 3:
        return torch.cat([_through_jpeg(band[None], quality) for band in view])
    return _through_jpeg(view, quality)


def _through_jpeg(view: Tensor, quality: int) -> Tensor:
    """(3 or 1, H, W) to the same."""
    pixels = view.round().byte().permute(1, 2, 0).numpy().squeeze()
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality)
    decoded = torch.from_numpy(np.array(Image.open(file), np.float32))
    return decoded.view(*pixels.shape[:2], -1).permute(2, 0, 1)
