"""How well outlines agree: the boundary F-score of Csurka et al. (2013), "What is a good evaluation
measure for semantic segmentation?", with its tolerance in pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

# A boundary pixel is right where the other mask's boundary is no farther away than this [px].
TOLERANCE_PX = 3.0


@dataclass(frozen=True)
class BoundaryCounts:
    """Boundary pixels of prediction and truth, and those of each near the other's boundary."""

    predicted: int = 0
    predicted_near: int = 0
    truth: int = 0
    truth_near: int = 0

    def __add__(self, other: BoundaryCounts) -> BoundaryCounts:
        return BoundaryCounts(
            self.predicted + other.predicted,
            self.predicted_near + other.predicted_near,
            self.truth + other.truth,
            self.truth_near + other.truth_near,
        )

    @property
    def f_score(self) -> float | None:
        """Harmonic mean of the shares of predicted and of true boundary that are near the other.

        None where neither mask has a boundary, 0 where one of them has none.
        """
        if not self.predicted + self.truth:
            return None
        precision = self.predicted_near / max(self.predicted, 1)
        recall = self.truth_near / max(self.truth, 1)
        return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def boundary(mask: NDArray[np.bool_], valid: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The pixels of a mask (H, W) with a side to valid background.

    Where a landslide is cut off by the image's edge or by invalid pixels, its outline is not known.
    """
    return mask & valid & ~ndimage.binary_erosion(mask | ~valid, border_value=1)


def compare_boundaries(
    predicted: NDArray[np.bool_],
    truth: NDArray[np.bool_],
    valid: NDArray[np.bool_],
    tolerance: float = TOLERANCE_PX,
) -> BoundaryCounts:
    """Compare two masks (H, W); distances are between pixel centres."""
    ours, theirs = boundary(predicted, valid), boundary(truth, valid)
    return BoundaryCounts(
        int(np.count_nonzero(ours)),
        _near(ours, theirs, tolerance),
        int(np.count_nonzero(theirs)),
        _near(theirs, ours, tolerance),
    )


def _near(pixels: NDArray[np.bool_], others: NDArray[np.bool_], tolerance: float) -> int:
    """How many of `pixels` have one of `others` within the tolerance."""
    if not others.any():
        return 0
    distance = ndimage.distance_transform_edt(~others)
    return int(np.count_nonzero(distance[pixels] <= tolerance))
