"""The published procedure's patches: where they lie, and how they are cut.

Written anew from design section 7. A patch of 2688 px holds 23 x 23 tiles of 224 px at stride 112;
for tiles of another size it is as large as whole strides allow. No torch here: cutting has none.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from rasterio.windows import Window

from backend.benchmark.images import open_quietly
from backend.benchmark.scenario import Scenario

# Side of a patch for tiles of 224 px, and the most for others [px].
SIDE = 2688


@dataclass(frozen=True)
class Patch:
    """Tiles of `size` px at half that stride, `rows` by `columns` of them, from (`top`, `left`)."""

    top: int
    left: int
    rows: int
    columns: int
    size: int

    @property
    def height(self) -> int:
        """Of the image [px]; it may reach beyond the raster."""
        return (self.rows + 1) * (self.size // 2)

    @property
    def width(self) -> int:
        """Of the image [px]; it may reach beyond the raster."""
        return (self.columns + 1) * (self.size // 2)

    def file(self, scenario: Scenario, suffix: str) -> Path:
        """Its name in the scenario's folder."""
        return Path(scenario.folder) / f"patch_{self.top}_{self.left}{suffix}"


def patches(scenario: Scenario) -> Iterator[Patch]:
    """All patches, row by row; neighbours overlap by a stride."""
    for top, rows in _along(scenario.height, scenario.size):
        for left, columns in _along(scenario.width, scenario.size):
            yield Patch(top, left, rows, columns, scenario.size)


def _along(length: int, size: int) -> Iterator[tuple[int, int]]:
    """Start [px] and number of tiles of each patch along an axis."""
    stride = size // 2
    most = max(SIDE // stride - 1, 1)
    tiles = math.ceil((length - size) / stride) + 1
    for first in range(0, tiles, most):
        yield first * stride, min(most, tiles - first)


def cut(scenario: Scenario, patch: Patch) -> Patch:
    """Save a patch as PNG."""
    with open_quietly(scenario.raster) as data:
        inside = Window(
            patch.left,
            patch.top,
            min(patch.width, data.width - patch.left),
            min(patch.height, data.height - patch.top),
        )
        values = data.read(scenario.bands, window=inside)
    beyond = patch.height - values.shape[1], patch.width - values.shape[2]
    # What lies beyond the raster is black.
    image = np.pad(values, ((0, 0), (0, beyond[0]), (0, beyond[1])))
    Image.fromarray(image.transpose(1, 2, 0)).save(patch.file(scenario, ".png"))
    return patch
