"""Threads beside the caller's: order, bounds, errors, and that none of them stays."""

import threading
import time

import pytest

from backend.errors import Cancelled
from backend.threads import Ahead, Behind


@pytest.fixture(autouse=True)
def _none_stays():
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


def size(item):
    return 10


def test_ahead_keeps_the_order_and_ends():
    with Ahead(range(1000), size, 50) as ahead:
        assert list(ahead) == list(range(1000))


def test_ahead_stops_where_the_room_is_full():
    made = []

    def make():
        for item in range(100):
            made.append(item)
            yield item

    with Ahead(make(), size, 50) as ahead:
        assert next(iter(ahead)) == 0
        time.sleep(0.3)
        # One taken, five that wait, one that finds no room.
        assert len(made) == 7
    assert len(made) == 7


def test_an_item_larger_than_the_room_still_passes():
    with Ahead(range(3), size, 1) as ahead:
        assert list(ahead) == [0, 1, 2]


def test_an_error_ahead_reaches_the_caller_after_what_was_made():
    def make():
        yield 1
        raise ValueError("at the second")

    taken = []
    with pytest.raises(ValueError, match="at the second"), Ahead(make(), size, 50) as ahead:
        for item in ahead:
            taken.append(item)
    assert taken == [1]


def test_whoever_waits_is_called_back_and_may_give_up():
    gate = threading.Event()

    def make():
        gate.wait(10)
        yield 1

    def give_up():
        gate.set()
        raise Cancelled

    with pytest.raises(Cancelled), Ahead(make(), size, 50, give_up) as ahead:
        list(ahead)


def test_behind_handles_all_in_order():
    done = []
    with Behind(done.append, 30) as behind:
        for item in range(1000):
            behind.put(item, 10)
        behind.finish()
    assert done == list(range(1000))


def test_behind_holds_the_caller_where_the_room_is_full():
    gate, waited = threading.Event(), []

    def wait():
        waited.append(True)
        gate.set()

    with Behind(lambda item: gate.wait(10), 30, wait) as behind:
        for item in range(4):
            behind.put(item, 10)
        assert not waited
        behind.put(4, 10)
        assert waited
        behind.finish()


def test_an_error_behind_reaches_the_caller():
    def handle(item):
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"), Behind(handle, 30) as behind:
        for item in range(1000):
            behind.put(item, 10)
    with pytest.raises(OSError, match="full"), Behind(handle, 30) as behind:
        behind.put(0, 10)
        behind.finish()


def test_leaving_drops_what_waits():
    done = []

    def handle(item):
        time.sleep(0.05)
        done.append(item)

    with pytest.raises(Cancelled), Behind(handle, 1000) as behind:
        for item in range(50):
            behind.put(item, 10)
        raise Cancelled
    assert len(done) < 10
