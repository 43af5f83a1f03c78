"""How good detections are against a reference, by object and by area, with intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from backend.inventory.matching import MATCHED, Matching
from backend.metrics import BOOTSTRAP_DRAWS, BOOTSTRAP_LIMITS

Array = NDArray[np.float64]
# Columns of a cluster's row.
PAIRS, FOUND, TRUTH, FOUND_SHARED, FOUND_AREA, TRUTH_SHARED, TRUTH_AREA = range(7)
FIGURES = (
    "object_precision",
    "object_recall",
    "object_f1",
    "area_precision",
    "area_recall",
    "area_f1",
)
Z95 = 1.959964


@dataclass(frozen=True)
class Score:
    """A figure with its 95 % limits; NaN where it is not defined."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class SizeClass:
    """Recall of the references of an area in [from_m2, to_m2), with Wilson's 95 % limits."""

    from_m2: float
    to_m2: float
    references: int
    matched: int
    recall: Score


def scores(matching: Matching, draws: int = BOOTSTRAP_DRAWS, seed: int = 0) -> dict[str, Score]:
    """Precision, recall and F1 by object and by area.

    By object a match counts, nothing else. By area all that is shared counts, whatever it belongs
    to. The intervals are percentiles over draws, with replacement, of clusters: polygons of both
    layers that touch one another stay together, as they are not independent.
    """
    table = _clusters(matching)
    rng = np.random.default_rng(seed)
    drawn = np.empty((draws, table.shape[1]))
    for draw in range(draws):
        weights = np.bincount(rng.integers(len(table), size=len(table)), minlength=len(table))
        drawn[draw] = weights @ table
    values = _figures(table.sum(axis=0, keepdims=True))[0]
    spread = _figures(drawn)
    limits = [
        np.quantile(column[np.isfinite(column)], BOOTSTRAP_LIMITS)
        if np.isfinite(column).any()
        else np.full(2, np.nan)
        for column in spread.T
    ]
    return {
        name: Score(float(value), float(low), float(high))
        for name, value, (low, high) in zip(FIGURES, values, limits, strict=True)
    }


def recall_by_size(matching: Matching) -> list[SizeClass]:
    """Recall of the references by decades of their area, from the smallest to the largest."""
    areas = matching.reference_area
    if not len(areas):
        return []
    is_found = matching.references.relation == MATCHED
    decades = np.arange(np.floor(np.log10(areas.min())), np.floor(np.log10(areas.max())) + 2)
    which = np.clip(np.searchsorted(10**decades, areas, "right") - 1, 0, len(decades) - 2)
    count = np.bincount(which, minlength=len(decades) - 1)
    found = np.bincount(which, is_found, len(decades) - 1).astype(int)
    return [
        SizeClass(10**low, 10 ** (low + 1), n, hits, wilson(hits, n))
        for low, n, hits in zip(decades[:-1].tolist(), count.tolist(), found.tolist(), strict=True)
    ]


def wilson(hits: int, count: int) -> Score:
    """The share of hits with the interval of Wilson (1927); NaN of none."""
    if not count:
        return Score(np.nan, np.nan, np.nan)
    share, z2 = hits / count, Z95**2
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    reach = Z95 / (1 + z2 / count) * np.sqrt(share * (1 - share) / count + z2 / (4 * count**2))
    return Score(share, float(middle - reach), float(middle + reach))


def _clusters(matching: Matching) -> Array:
    """Sums (clusters, 7) over polygons of both layers that are connected by shared area."""
    overlaps, m = matching.overlaps, len(matching.detection_area)
    n = len(matching.reference_area)
    ends = overlaps.detection, m + overlaps.reference
    graph = coo_array((np.ones(len(ends[0]), np.int8), ends), shape=(m + n, m + n))
    count, cluster = connected_components(graph.tocsr(), directed=False)
    of_found, of_truth = cluster[:m], cluster[m:]
    # Where polygons of one layer overlap, no area is counted twice.
    found_shared, truth_shared = (
        np.minimum(np.bincount(mine, overlaps.area, len(area)), area)
        for mine, area in (
            (overlaps.detection, matching.detection_area),
            (overlaps.reference, matching.reference_area),
        )
    )
    is_matched = (matching.references.relation == MATCHED).astype(float)
    columns = {
        PAIRS: (of_truth, is_matched),
        FOUND: (of_found, None),
        TRUTH: (of_truth, None),
        FOUND_SHARED: (of_found, found_shared),
        FOUND_AREA: (of_found, matching.detection_area),
        TRUTH_SHARED: (of_truth, truth_shared),
        TRUTH_AREA: (of_truth, matching.reference_area),
    }
    return np.column_stack(
        [np.bincount(of, weights, count) for of, weights in columns.values()]
    ).astype(float)


def _figures(sums: Array) -> Array:
    """The figures (k, 6) of sums (k, 7)."""
    pairs, found, truth, found_shared, found_area, truth_shared, truth_area = sums.T
    precision, recall = _ratio(found_shared, found_area), _ratio(truth_shared, truth_area)
    return np.column_stack(
        [
            _ratio(pairs, found),
            _ratio(pairs, truth),
            _ratio(2 * pairs, found + truth),
            precision,
            recall,
            _ratio(2 * precision * recall, precision + recall),
        ]
    )


def _ratio(above: Array, below: Array) -> Array:
    return np.divide(above, below, out=np.full(len(above), np.nan), where=below > 0)
