"""Engines run a network over batches of tiles; `torch_engine` is the first of them.

All share one small interface, `Engine`: uint8 (or float32) tiles in, uint8 probabilities out.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

DEVICES = ("auto", "cuda", "mps", "cpu")
PRECISIONS = ("auto", "fp32", "bf16")


class Engine(Protocol):
    """What the pipeline needs of an engine."""

    batch_size: int
    description: str
    precision: str

    def predict(self, tiles: NDArray[Any]) -> NDArray[np.uint8]:
        """Probabilities (B, stride, stride) in 1/250 of the tiles' (B, C, size, size) centres."""
        ...
