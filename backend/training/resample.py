"""Images in memory at another resolution: averaged when shrinking, bilinear when enlarging.

Invalid pixels have no weight: what is averaged or interpolated are the valid ones.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array


def resample(
    values: NDArray[Any], valid: NDArray[np.bool_], shape: tuple[int, int]
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Values (C, H, W) and validity (H, W) over the same ground in `shape` (rows, columns).

    Keeps the type of the values; integers are rounded. A pixel is valid where any valid one adds
    to it; the others hold 0.
    """
    down = _weights(values.shape[1], shape[0])
    across = _weights(values.shape[2], shape[1])
    weight = _apply(down, across, valid.astype(np.float32))
    is_valid = weight > 0
    result = np.zeros((len(values), *shape), values.dtype)
    for band, target in zip(values, result, strict=True):
        sums = _apply(down, across, np.where(valid, band, 0).astype(np.float32))
        means = sums[is_valid] / weight[is_valid]
        target[is_valid] = means.round() if result.dtype.kind in "iu" else means
    return result, is_valid


def _apply(down: csr_array, across: csr_array, band: NDArray[np.float32]) -> NDArray[np.float32]:
    return (across @ (down @ band).T).T


def _weights(old: int, new: int) -> csr_array:
    """Matrix (new, old), rows adding up to 1, from `old` pixels along an axis to `new` ones."""
    return _averaging(old, new) if new <= old else _bilinear(old, new)


def _averaging(old: int, new: int) -> csr_array:
    """Each new pixel is the mean of what it covers, parts of pixels counting in part."""
    edges = np.arange(new + 1) * (old / new)
    first = np.floor(edges[:-1]).astype(int)
    reach = np.arange(int(np.ceil(old / new)) + 1)
    columns = first[:, None] + reach
    covered = np.minimum(columns + 1, edges[1:, None]) - np.maximum(columns, edges[:-1, None])
    return _matrix(columns, np.clip(covered, 0, None) * (new / old), old, new)


def _bilinear(old: int, new: int) -> csr_array:
    """Each new pixel lies between the centres of two old ones; beyond the outermost, at them."""
    centres = np.clip((np.arange(new) + 0.5) * (old / new) - 0.5, 0, old - 1)
    first = np.floor(centres).astype(int)
    share = centres - first
    columns = np.stack([first, np.minimum(first + 1, old - 1)], axis=1)
    return _matrix(columns, np.stack([1 - share, share], axis=1), old, new)


def _matrix(
    columns: NDArray[np.int64], weights: NDArray[np.float64], old: int, new: int
) -> csr_array:
    rows = np.repeat(np.arange(new), columns.shape[1])
    kept = (weights.ravel() > 1e-9) & (columns.ravel() < old)
    entries = (weights.ravel()[kept].astype(np.float32), (rows[kept], columns.ravel()[kept]))
    return csr_array(entries, shape=(new, old))
