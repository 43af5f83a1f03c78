"""Test-time flips: a tile is seen in four mirrorings, and the answers are averaged."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from backend.engines import Engine

# The axes of (B, ..., H, W) that are turned around: as it is, left to right, top to bottom, both.
MIRRORINGS: tuple[tuple[int, ...], ...] = ((), (-1,), (-2,), (-2, -1))


class Flipped:
    """An engine that runs another one four times over each batch.

    With `spread` it also tells how far the four probabilities lie apart: a network that knows a
    landslide knows it in a mirror too.
    """

    def __init__(self, engine: Engine, spread: bool = False) -> None:
        self._engine, self._spread = engine, spread
        self.batch_size = engine.batch_size
        self.precision = engine.precision
        self.description = f"{engine.description}, {len(MIRRORINGS)} mirrorings"

    def predict(self, tiles: NDArray[Any]) -> NDArray[np.uint8]:
        """Probabilities (B, stride, stride) in 1/250 of the tiles' (B, C, size, size) centres.

        With a spread planes (B, planes, stride, stride): the engine's own, and at last the standard
        deviation of the first of them over the mirrorings.
        """
        answers = [self._seen(tiles, axes) for axes in MIRRORINGS]
        total = np.asarray(sum(answer.astype(np.uint16) for answer in answers))
        mean: NDArray[np.uint8] = ((total + len(answers) // 2) // len(answers)).astype(np.uint8)
        if not self._spread:
            return mean
        # An ensemble has planes already, the mean over its members first.
        planes = mean if mean.ndim == tiles.ndim else mean[:, None]
        first = [answer.reshape(planes.shape)[:, 0] for answer in answers]
        deviation = np.std(first, axis=0, dtype=np.float32).round().astype(np.uint8)
        return np.concatenate([planes, deviation[:, None]], axis=1)

    def _seen(self, tiles: NDArray[Any], axes: tuple[int, ...]) -> NDArray[np.uint8]:
        """The answer to mirrored tiles, mirrored back."""
        answer = self._engine.predict(np.ascontiguousarray(np.flip(tiles, axes)))
        return np.flip(answer, axes)
