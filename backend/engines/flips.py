"""Test-time flips: a tile is seen in four mirrorings, and the answers are averaged."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from backend.engines import Engine

# The axes of (B, ..., H, W) that are turned around: as it is, left to right, top to bottom, both.
MIRRORINGS: tuple[tuple[int, ...], ...] = ((), (-1,), (-2,), (-2, -1))


class Flipped:
    """An engine that runs another one four times over each batch."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.batch_size = engine.batch_size
        self.precision = engine.precision
        self.description = f"{engine.description}, {len(MIRRORINGS)} mirrorings"

    def predict(self, tiles: NDArray[Any]) -> NDArray[np.uint8]:
        """Probabilities (B, stride, stride) in 1/250 of the tiles' (B, C, size, size) centres."""
        total: NDArray[np.uint16] | None = None
        for axes in MIRRORINGS:
            answer = self._engine.predict(np.ascontiguousarray(np.flip(tiles, axes)))
            seen = np.flip(answer, axes).astype(np.uint16)
            total = seen if total is None else total + seen
        assert total is not None  # nosec B101 # for mypy: there are mirrorings
        return ((total + len(MIRRORINGS) // 2) // len(MIRRORINGS)).astype(np.uint8)
