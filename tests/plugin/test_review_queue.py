"""The order in which polygons are looked at."""

import pytest

from calanddet_qgis.review.queue import Candidate, ReviewQueue

#                 id  area probability x  y
SIZES = [(1, 100, 0.95, 0, 0), (2, 30, 0.50, 50, 0), (3, 10, 0.60, 9, 0), (4, 90, 0.90, 8, 9)]


@pytest.fixture
def queue():
    queue = ReviewQueue()
    for row in SIZES:
        queue.put(Candidate(*row, is_decided=False))
    return queue


def decided(queue, identifier):
    row = next(row for row in SIZES if row[0] == identifier)
    queue.put(Candidate(*row, is_decided=True))


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("gain", [2, 4, 1, 3]),
        ("largest", [1, 4, 2, 3]),
        ("uncertain", [2, 3, 4, 1]),
        ("nearest", [1, 3, 4, 2]),
    ],
)
def test_each_order_leads_to_every_polygon_once(queue, order, expected):
    queue.order = order
    visited = []
    for _ in SIZES:
        visited.append(queue.next())
        decided(queue, queue.current)
    assert visited == expected
    assert queue.next() is None
    assert queue.progress() == (4, 4)


def test_what_is_skipped_comes_again_when_the_others_are_through(queue):
    assert [queue.next() for _ in range(6)] == [2, 4, 1, 3, 2, 4]
    assert queue.progress() == (0, 4)


def test_a_polygon_of_unknown_probability_is_as_uncertain_as_can_be():
    assert Candidate(1, 1, None, 0, 0, False).uncertainty == 1


def test_how_far_mirrorings_lie_apart_counts_more_than_the_distance_from_one_half(queue):
    queue.put(Candidate(1, 100, 0.95, 0, 0, False, deviation=0.2))
    queue.put(Candidate(2, 30, 0.50, 50, 0, False, deviation=0.01))
    assert queue.next() == 1
    assert Candidate(1, 1, 0.5, 0, 0, False, deviation=0.0).uncertainty == 0


def test_previous_leads_back_and_forgets_what_was_removed(queue):
    visited = [queue.next() for _ in range(3)]
    queue.remove(visited[1])
    assert queue.previous() == visited[0]
    assert queue.previous() is None


def test_the_last_undecided_polygon_stays_current_when_it_is_skipped(queue):
    for identifier in (1, 3, 4):
        decided(queue, identifier)
    assert [queue.next(), queue.next()] == [2, 2]
