"""Landslides counted one by one, and outlines compared, against brute force and by hand."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from backend.training.boundary import BoundaryCounts, boundary, compare_boundaries
from backend.training.objects import by_size, match_objects
from backend.vectorize import SMALLEST_PX

EVERYWHERE = np.ones((24, 24), bool)
# Blocks of 3 x 3 px make components on both sides of the smallest size that counts.
blocks = arrays(bool, (6, 6)).map(lambda small: np.kron(small, np.ones((3, 3), bool)))
# A prediction that is the truth but for some blocks, so that there is something to match.
pairs = st.tuples(blocks, arrays(bool, (6, 6), elements=st.sampled_from([False] * 5 + [True]))).map(
    lambda pair: (pair[0] ^ np.kron(pair[1], np.ones((3, 3), bool)), pair[0])
)


def square(top, left, side, shape=(24, 24)):
    mask = np.zeros(shape, bool)
    mask[top : top + side, left : left + side] = True
    return mask


def components(mask):
    """Sets of pixels by flood fill over eight neighbours, the small ones left out."""
    left = set(map(tuple, np.argwhere(mask).tolist()))
    found = []
    while left:
        waiting, component = [left.pop()], set()
        while waiting:
            row, column = waiting.pop()
            component.add((row, column))
            for step in product((-1, 0, 1), repeat=2):
                neighbour = (row + step[0], column + step[1])
                if neighbour in left:
                    left.remove(neighbour)
                    waiting.append(neighbour)
        found.append(component)
    return [component for component in found if len(component) >= SMALLEST_PX]


@settings(max_examples=150, deadline=None)
@given(pairs)
def test_matching_equals_brute_force(pair):
    predicted, truth = map(components, pair)
    expected = sum(
        any(len(theirs & ours) >= 0.5 * len(theirs | ours) for ours in predicted)
        for theirs in truth
    )
    partners = sum(
        any(len(theirs & ours) >= 0.5 * len(theirs | ours) for theirs in truth)
        for ours in predicted
    )
    result = match_objects(*pair)
    assert sorted(result.sizes.tolist()) == sorted(map(len, truth))
    assert result.predicted == len(predicted)
    assert result.matched == expected == partners  # one to one


def test_a_landslide_is_found_down_to_an_iou_of_one_half():
    truth = square(2, 2, 12)
    assert match_objects(square(2, 6, 12), truth).matched == 1  # 96 of 192 px
    assert match_objects(square(2, 7, 12), truth).matched == 0  # 84 of 204 px


def test_areas_that_touch_at_a_corner_are_one_landslide():
    assert match_objects(EVERYWHERE, square(0, 0, 5) | square(5, 5, 5)).sizes.tolist() == [50]


def test_one_prediction_over_two_landslides_finds_one_at_most():
    truth = square(0, 0, 10) | square(0, 11, 6)
    predicted = square(0, 0, 10) | square(0, 10, 6) | square(0, 11, 6)
    result = match_objects(predicted, truth)
    assert (len(result.sizes), result.predicted, result.matched) == (2, 1, 1)


def test_a_few_pixels_are_no_landslide_on_either_side():
    speck = square(0, 0, 3)  # 9 px
    result = match_objects(speck, speck)
    assert len(result.sizes) == 0 and result.predicted == 0
    speck[3, 0] = True
    assert match_objects(speck, speck).matched == 1


def test_recall_by_size_counts_each_landslide_once():
    areas = np.array([99.0, 100.0, 999.0, 1_000.0, 5e6])
    found = np.array([False, True, False, True, True])
    classes = by_size(areas, found, in_metres=True)
    assert [(part.low, part.high) for part in classes] == [
        (0, 100), (100, 1_000), (1_000, 10_000), (10_000, None),
    ]  # fmt: skip
    assert [(part.landslides, part.found) for part in classes] == [(1, 0), (2, 1), (1, 1), (1, 1)]
    assert [part.recall for part in classes] == [0, 0.5, 1, 1]
    assert by_size(areas[:1], found[:1], in_metres=False)[1].recall is None
    assert {part.unit for part in by_size(areas, found, in_metres=False)} == {"px"}


def brute_boundary(mask, valid):
    """Pixels with one of four neighbours that is valid and outside the mask."""
    result = np.zeros_like(mask)
    for row, column in np.argwhere(mask & valid).tolist():
        for down, right in ((-1, 0), (1, 0), (0, -1), (0, 1)):
            y, x = row + down, column + right
            if 0 <= y < mask.shape[0] and 0 <= x < mask.shape[1] and valid[y, x] and not mask[y, x]:
                result[row, column] = True
    return result


@settings(max_examples=60, deadline=None)
@given(
    arrays(bool, (9, 11)),
    arrays(bool, (9, 11)),
    arrays(bool, (9, 11), elements=st.sampled_from([True] * 4 + [False])),
    st.sampled_from([1.0, 1.5, 3.0]),
)
def test_boundaries_equal_brute_force(predicted, truth, valid, tolerance):
    ours, theirs = brute_boundary(predicted, valid), brute_boundary(truth, valid)

    def near(pixels, others):
        return sum(
            any(math.dist(pixel, other) <= tolerance for other in np.argwhere(others).tolist())
            for pixel in np.argwhere(pixels).tolist()
        )

    assert compare_boundaries(predicted, truth, valid, tolerance) == BoundaryCounts(
        int(ours.sum()), near(ours, theirs), int(theirs.sum()), near(theirs, ours)
    )


def test_an_outline_shifted_within_the_tolerance_is_right():
    truth = square(6, 6, 12)
    assert compare_boundaries(square(6, 9, 12), truth, EVERYWHERE).f_score == 1
    assert compare_boundaries(square(6, 6, 12), truth, EVERYWHERE, 0).f_score == 1
    assert 0.4 < compare_boundaries(square(6, 10, 12), truth, EVERYWHERE).f_score < 1


def test_where_a_landslide_is_cut_off_it_has_no_outline():
    mask = square(0, 0, 10)
    assert boundary(mask, EVERYWHERE).sum() == 19  # its lower and its right side only
    assert boundary(EVERYWHERE, EVERYWHERE).sum() == 0
    valid = EVERYWHERE.copy()
    valid[:, 10:] = False
    assert boundary(mask, valid).sum() == 10


def test_a_missing_outline_scores_nothing_and_two_missing_are_not_defined():
    nothing = np.zeros_like(EVERYWHERE)
    assert compare_boundaries(nothing, square(6, 6, 9), EVERYWHERE).f_score == 0
    assert compare_boundaries(square(6, 6, 9), nothing, EVERYWHERE).f_score == 0
    assert compare_boundaries(nothing, nothing, EVERYWHERE).f_score is None


def test_boundaries_of_images_add_up():
    one = compare_boundaries(square(6, 10, 12), square(6, 6, 12), EVERYWHERE)
    two = compare_boundaries(square(1, 1, 5), square(9, 9, 9), EVERYWHERE)
    pooled = one + two
    precision = (one.predicted_near + two.predicted_near) / (one.predicted + two.predicted)
    recall = (one.truth_near + two.truth_near) / (one.truth + two.truth)
    assert pooled.f_score == pytest.approx(2 * precision * recall / (precision + recall))
