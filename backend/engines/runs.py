"""Neighbouring tiles of a row as one piece of image: what they share is kept, and sent, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Run:
    """`count` squares in `pixels` (C, size, (count - 1) * stride + size), `stride` [px] apart."""

    pixels: NDArray[Any]
    count: int
    stride: int

    @property
    def tiles(self) -> NDArray[Any]:
        """The squares (count, C, size, size), in no memory of their own."""
        size = self.pixels.shape[1]
        views = sliding_window_view(self.pixels, size, axis=2)[:, :, :: self.stride]
        return np.moveaxis(views, 2, 0)


def cut(runs: Sequence[Run]) -> NDArray[Any]:
    """All tiles (B, C, size, size)."""
    return np.concatenate([run.tiles for run in runs])


def singles(tiles: NDArray[Any]) -> list[Run]:
    """Tiles (B, C, size, size) of which none are known to be neighbours."""
    return [Run(tile, 1, tile.shape[-1]) for tile in tiles]


def pack(runs: Sequence[Run], buffer: Tensor) -> int:
    """Copy the pixels one run behind the other into `buffer` (n,); returns how much they fill."""
    import torch

    filled = 0
    for run in runs:
        room = buffer[filled : filled + run.pixels.size]
        room.view(run.pixels.shape).copy_(torch.from_numpy(run.pixels))
        filled += run.pixels.size
    return filled


def unpack(runs: Sequence[Run], buffer: Tensor, tiles: Tensor) -> None:
    """Cut the tiles (B, C, size, size) of runs as `pack` left them in `buffer`, wherever that is.

    Of `runs` only the shapes are asked for.
    """
    offset = done = 0
    for run in runs:
        bands, size, width = run.pixels.shape
        shape, steps = (run.count, bands, size, size), (run.stride, size * width, width, 1)
        tiles[done : done + run.count].copy_(
            buffer.as_strided(shape, steps, buffer.storage_offset() + offset)
        )
        offset += run.pixels.size
        done += run.count
