"""Test-time flips: a tile is seen in four mirrorings, and the median answer counts."""

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
        self.description = f"{engine.description}, median of {len(MIRRORINGS)} mirrorings"

    def predict(self, tiles: NDArray[Any]) -> NDArray[np.uint8]:
        """Probabilities (B, stride, stride) in 1/250 of the tiles' (B, C, size, size) centres.

        With a spread planes (B, planes, stride, stride): the engine's own, and at last the standard
        deviation of the first of them over the mirrorings.
        """
        answers = np.stack([self._seen(tiles, axes) for axes in MIRRORINGS])
        middle = _median(answers)
        if not self._spread:
            return middle
        # An ensemble has planes already, the mean over its members first.
        planes = middle if middle.ndim == tiles.ndim else middle[:, None]
        first = [answer.reshape(planes.shape)[:, 0] for answer in answers]
        deviation = np.std(first, axis=0, dtype=np.float32).round().astype(np.uint8)
        return np.concatenate([planes, deviation[:, None]], axis=1)

    def _seen(self, tiles: NDArray[Any], axes: tuple[int, ...]) -> NDArray[np.uint8]:
        """The answer to mirrored tiles, mirrored back."""
        answer = self._engine.predict(np.ascontiguousarray(np.flip(tiles, axes)))
        return np.flip(answer, axes)


def _median(answers: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Of four answers (4, ...): the mean of the middle two, halves up.

    A threshold means the same for it as for one answer. For the mean of all four it does not: one
    mirroring that sees nothing takes a quarter off, which a high threshold does not forgive.
    """
    middle = answers.sum(axis=0, dtype=np.uint16) - answers.min(axis=0) - answers.max(axis=0)
    return ((middle + 1) // 2).astype(np.uint8)
