"""What engines try themselves on before they are used, and how near the answers have to be."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from backend.engines.gate import difference
from backend.engines.tile_network import TileNetwork
from backend.errors import DeviceError
from backend.models.outputs import centre

# Probabilities may differ by so many steps of 1/250, whatever the network.
MOST_STEPS = 3


def patterns(
    shape: tuple[int, int, int, int], span: tuple[float, float], dtype: np.dtype[Any]
) -> NDArray[Any]:
    """Tiles (B, C, size, size) with slopes, edges, texture and a colour of their own each.

    Values are from 0 to 255 where `dtype` is uint8, else within `span`.
    """
    batch, bands, height, width = shape
    generator = np.random.default_rng(0)
    down, across = np.mgrid[0:height, 0:width] / height
    colours = generator.uniform(0.2, 0.8, (batch, bands, 1, 1))
    waves = np.stack([np.sin(9 * (i + 1) * down + 7 * across) for i in range(batch)])
    edge = (down + across > 1) * generator.uniform(-0.3, 0.3, (batch, bands, 1, 1))
    texture = 0.05 * generator.standard_normal(shape)
    values = np.clip(colours + 0.15 * waves[:, None] + edge + texture, 0, 1)
    return _scaled(values, span, dtype)


def noise(
    shape: tuple[int, int, int, int], span: tuple[float, float], dtype: np.dtype[Any]
) -> NDArray[Any]:
    """Tiles (B, C, size, size) of pixels that have nothing to do with each other, as `patterns`."""
    return _scaled(np.random.default_rng(1).random(shape), span, dtype)


def _scaled(
    values: NDArray[np.float64], span: tuple[float, float], dtype: np.dtype[Any]
) -> NDArray[Any]:
    low, high = (0.0, 255.0) if dtype == np.uint8 else span
    return (low + values * (high - low)).astype(dtype)


def tolerance(batches: Sequence[NDArray[np.uint8]]) -> int:
    """Steps of 1/250 by which answers may be off those expected for different batches (B, ...).

    Less than what two of the batches differ by, so that one in another's place is noticed.
    """
    apart = min(int(difference(one, other).max()) for one, other in combinations(batches, 2))
    return max(1, min(MOST_STEPS, apart // 2))


def check_finite(network: TileNetwork, tiles: Tensor, description: str) -> None:
    """Raise `DeviceError` where logits of raw tiles (B, C, size, size) are no numbers.

    As uint8 these would pass for zeros. Some GPUs get them in float16 (github pytorch #58123).
    """
    logits, presence = centre(network.network, network.normalised(tiles.float()), network.margin)
    if not all(bool(part.isfinite().all()) for part in (logits, *presence)):
        raise DeviceError(
            f"{description} gets results that are no numbers.",
            "Compute in float32 (--precision fp32).",
        )
