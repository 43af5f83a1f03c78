"""Draws where the default checkpoint is wrong on the synthetic valley.

`python -m tests.demo.failures SCENE RUN PNG`: the folder that `tests.demo.scene` wrote, what
`detect` left for its orthophoto, and the picture to write. Three places: the largest false alarm
and the two landslides with the most pixels missed.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.vrt import WarpedVRT
from scipy import ndimage

Mask = NDArray[np.bool_]
Place = tuple[str, tuple[slice, ...]]

SIDE = 256  # of a picture [px]


def read(path: Path, like: Path) -> NDArray[Any]:
    """All bands (C, H, W), on the grid of another raster."""
    with rasterio.open(like) as grid, rasterio.open(path) as file:
        shape = (grid.height, grid.width)
        with WarpedVRT(
            file, crs=grid.crs, transform=grid.transform, height=shape[0], width=shape[1]
        ) as warped:
            return warped.read()


def places(truth: Mask, found: Mask) -> list[Place]:
    """What went wrong, worst of each kind, with the rows and columns it covers."""
    return [*false_alarms(truth, found)[:1], *missed_most(truth, found)]


def false_alarms(truth: Mask, found: Mask) -> list[Place]:
    """Areas of the mask without a landslide in them, largest first."""
    labels, count = ndimage.label(found, np.ones((3, 3)))
    alone = set(range(1, count + 1)) - set(np.unique(labels[truth]).tolist())
    boxes = ndimage.find_objects(labels)
    sizes = np.bincount(labels.ravel())
    ordered = sorted(alone, key=lambda label: -sizes[label])
    return [(f"False alarm, {sizes[label]} px", boxes[label - 1]) for label in ordered]


def missed_most(truth: Mask, found: Mask) -> list[Place]:
    """The two landslides with the most pixels not found."""
    labels, _ = ndimage.label(truth, np.ones((3, 3)))
    sizes = np.bincount(labels.ravel())
    hits = np.bincount(labels[found], minlength=len(sizes))
    boxes = ndimage.find_objects(labels)
    worst = 1 + np.argsort((hits - sizes)[1:])[:2]
    return [
        (f"{hits[label] / sizes[label]:.0%} of a landslide found", boxes[label - 1])
        for label in worst
    ]


def draw(scene: Path, run: Path, out: Path) -> None:
    """Write the picture: the truth outlined in white, what was found in red."""
    mask = run / "mask.tif"
    image = read(next(scene.glob("*_valley.tif")), mask)[:3].transpose(1, 2, 0)
    truth, found = (read(path, mask)[0] == 1 for path in (next(scene.glob("*_mask.tif")), mask))
    wrong = places(truth, found)
    figure, axes = plt.subplots(1, len(wrong), figsize=(4 * len(wrong), 4.3), squeeze=False)
    for axis, (title, box) in zip(axes[0], wrong, strict=True):
        rows, columns = (around(part, side) for part, side in zip(box, truth.shape, strict=True))
        axis.imshow(image[rows, columns])
        axis.contour(truth[rows, columns], [0.5], colors="white", linewidths=1.5)
        axis.contour(found[rows, columns], [0.5], colors="#ff2d00", linewidths=1.5)
        axis.set_title(title, fontsize=10)
        axis.set_axis_off()
    figure.tight_layout()
    figure.savefig(out, dpi=80)


def around(part: slice, length: int) -> slice:
    """`SIDE` pixels about the middle of a range, inside 0..length."""
    first = min(max((part.start + part.stop - SIDE) // 2, 0), length - SIDE)
    return slice(first, first + SIDE)


if __name__ == "__main__":
    draw(*map(Path, sys.argv[1:4]))
