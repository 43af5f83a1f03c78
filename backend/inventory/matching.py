"""Which detected polygons are which reference polygons: matched, missed, false, split, merged.

Two polygons match one to one where their intersection over union is at least a threshold. A
reference is split, or a detection merged, where several polygons of the other layer, each with most
of its area inside, would match it together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

Array = NDArray[np.float64]
Index = NDArray[np.int64]

MATCHED, MISSED, FALSE, SPLIT, MERGED = "matched", "missed", "false", "split", "merged"
IOU_THRESHOLD = 0.5
# A polygon belongs to another one that holds more than this share of its area.
INSIDE = 0.5
# Pairs whose intersections are computed together.
CHUNK = 4096
# Points along each outline from which the distance to the other one is taken.
OUTLINE_POINTS = 64


@dataclass(frozen=True)
class Overlaps:
    """All k pairs that share area: which detection and reference, and the area they share [m2]."""

    detection: Index
    reference: Index
    area: Array


@dataclass(frozen=True)
class Relations:
    """What became of n polygons of one layer: relation, IoU with the partner, partner's index.

    The partner of a polygon that has no match of its own is the one it overlaps most by IoU; -1 and
    an IoU of 0 where it overlaps none.
    """

    relation: NDArray[np.object_]
    iou: Array
    partner: Index


@dataclass(frozen=True)
class Matching:
    """The comparison of m detections with n references; areas (m,) and (n,) [m2]."""

    detections: Relations
    references: Relations
    overlaps: Overlaps
    detection_area: Array
    reference_area: Array

    @property
    def pairs(self) -> tuple[Index, Index]:
        """Detections and references of the matched pairs (k,)."""
        detection = np.flatnonzero(self.detections.relation == MATCHED)
        return detection, self.detections.partner[detection]


def match(
    detections: NDArray[np.object_],
    references: NDArray[np.object_],
    threshold: float = IOU_THRESHOLD,
) -> Matching:
    """Compare polygons (m,) with references (n,), both valid and in one equal-area plane [m]."""
    found, truth = shapely.area(detections), shapely.area(references)
    overlaps = intersections(detections, references)
    one, other, shared = overlaps.detection, overlaps.reference, overlaps.area
    iou = shared / (found[one] + truth[other] - shared)
    partner_of, reference_of = _one_to_one(one, other, iou, threshold, len(found), len(truth))
    split, of_split = _joined(other, truth, one, found, shared, threshold)
    merged, of_merged = _joined(one, found, other, truth, shared, threshold)
    return Matching(
        _relations(one, other, iou, partner_of, of_split, merged, FALSE),
        _relations(other, one, iou, reference_of, split, of_merged, MISSED),
        overlaps,
        found,
        truth,
    )


def intersections(detections: NDArray[np.object_], references: NDArray[np.object_]) -> Overlaps:
    """All pairs of polygons (m,) and (n,) that share area."""
    tree = shapely.STRtree(references)
    one, other = tree.query(detections, predicate="intersects")
    area = np.concatenate(
        [
            shapely.area(
                shapely.intersection(
                    detections[one[at : at + CHUNK]], references[other[at : at + CHUNK]]
                )
            )
            for at in range(0, len(one), CHUNK)
        ]
        or [np.empty(0)]
    )
    kept = area > 0
    return Overlaps(one[kept], other[kept], area[kept])


def boundary_distances(
    ones: NDArray[np.object_], others: NDArray[np.object_], points: int = OUTLINE_POINTS
) -> Array:
    """Distances (k, 2 * points) [m] between the outlines of pairs of polygons (k,).

    From points evenly spaced along each outline to the nearest point of the other outline.
    """
    outlines = shapely.boundary(ones), shapely.boundary(others)
    at = (np.arange(points) + 0.5) / points
    sides = []
    for here, there in (outlines, outlines[::-1]):
        distances = np.empty((len(here), points))
        for first in range(0, len(here), CHUNK):
            part = slice(first, first + CHUNK)
            samples = _along(here[part], at)
            distances[part] = shapely.distance(samples, there[part, None])
        sides.append(distances)
    return np.concatenate(sides, axis=1)


def _along(lines: NDArray[np.object_], at: Array) -> NDArray[np.object_]:
    """Points (k, p) at shares `at` (p,) of lines' lengths (k,), over all parts of each."""
    parts, owner = shapely.get_parts(lines, return_index=True)
    length = shapely.length(parts)
    ends = np.cumsum(length)
    total = np.bincount(owner, length, len(lines))
    begins = np.cumsum(total) - total
    wanted = begins[:, None] + at * total[:, None]
    # Where on which part; rounding must not lead into the next line.
    part = np.searchsorted(ends, wanted, "right")
    first = np.searchsorted(owner, np.arange(len(lines)))
    last = np.searchsorted(owner, np.arange(len(lines)), "right") - 1
    part = np.clip(part, first[:, None], last[:, None])
    return shapely.line_interpolate_point(parts[part], wanted - (ends - length)[part])


def _one_to_one(
    one: Index, other: Index, iou: Array, threshold: float, m: int, n: int
) -> tuple[Index, Index]:
    """The reference of each detection (m,) and the detection of each reference (n,), or -1.

    The best pairs come first; above an IoU of one half there is no choice where polygons of one
    layer do not overlap.
    """
    of_one, of_other = np.full(m, -1), np.full(n, -1)
    near = np.flatnonzero(iou >= threshold)
    for pair in near[np.argsort(-iou[near], kind="stable")].tolist():
        if of_one[one[pair]] < 0 and of_other[other[pair]] < 0:
            of_one[one[pair]], of_other[other[pair]] = other[pair], one[pair]
    return of_one, of_other


def _joined(
    whole: Index,
    whole_area: Array,
    part: Index,
    part_area: Array,
    shared: Array,
    threshold: float,
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which wholes their parts match together, and which parts these are.

    Of one part alone that is a match, unless one of both has a better one.
    """
    inside = shared > INSIDE * part_area[part]
    whole, part, shared = whole[inside], part[inside], shared[inside]
    # Parts that overlap one another cover no more than there is.
    covered = np.minimum(np.bincount(whole, shared, len(whole_area)), whole_area)
    of_parts = np.bincount(whole, part_area[part], len(whole_area))
    joint = covered / (whole_area + of_parts - covered)
    is_whole = joint >= threshold
    is_part = np.zeros(len(part_area), bool)
    is_part[part[is_whole[whole]]] = True
    return is_whole, is_part


def _relations(
    mine: Index,
    theirs: Index,
    iou: Array,
    matched: Index,
    split: NDArray[np.bool_],
    merged: NDArray[np.bool_],
    otherwise: str,
) -> Relations:
    """Relations of one layer; a match comes before a split, and that before a merger."""
    count = len(matched)
    best, partner = np.zeros(count), np.full(count, -1)
    # Of several writes to one place the last, here the largest IoU, stays.
    order = np.argsort(iou, kind="stable")
    partner[mine[order]], best[mine[order]] = theirs[order], iou[order]
    is_matched = matched >= 0
    of_match = np.zeros(count)
    pairs = matched[mine] == theirs
    of_match[mine[pairs]] = iou[pairs]
    relation = np.full(count, otherwise, object)
    relation[merged], relation[split], relation[is_matched] = MERGED, SPLIT, MATCHED
    return Relations(
        relation, np.where(is_matched, of_match, best), np.where(is_matched, matched, partner)
    )
