"""Work beside the caller's: one thread runs ahead of it, others come behind, none of them far.

What waits between two threads is bounded by its bytes. An error in a thread is raised in the caller
when it next turns to that thread. Leaving the context ends the thread; what waits is dropped.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from types import TracebackType
from typing import Generic, TypeVar

# The caller, while it waits, is called back so often [s].
PATIENCE_S = 0.2

T = TypeVar("T")
OnWait = Callable[[], None]


def _in_peace() -> None:
    """What a thread does while it waits: nothing."""


class _Channel(Generic[T]):
    """Items on their way from one thread to another: `room` [bytes] of them, or a single one."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._items: deque[tuple[T, int]] = deque()
        self._held = 0
        self._is_ended = self._is_closed = False
        self._changed = threading.Condition()

    def put(self, item: T, size: int, on_wait: OnWait = _in_peace) -> bool:
        """Wait for room and add an item of `size` [bytes]; False where nobody takes any more."""
        with self._changed:
            self._until(lambda: self._is_closed or self._has_room(size), on_wait)
            if not self._is_closed:
                self._items.append((item, size))
                self._held += size
                self._changed.notify_all()
            return not self._is_closed

    def take(self, on_wait: OnWait = _in_peace) -> Iterator[T]:
        """The items as they come, until the end."""
        while True:
            with self._changed:
                self._until(lambda: self._is_closed or self._is_ended or bool(self._items), on_wait)
                if self._is_closed or not self._items:
                    return
                item, size = self._items.popleft()
                self._held -= size
                self._changed.notify_all()
            yield item

    def end(self) -> None:
        """No item follows; those that wait are still taken."""
        with self._changed:
            self._is_ended = True
            self._changed.notify_all()

    def close(self) -> None:
        """No item is taken any more."""
        with self._changed:
            self._is_closed = True
            self._items.clear()
            self._changed.notify_all()

    def _has_room(self, size: int) -> bool:
        return not self._items or self._held + size <= self._room

    def _until(self, is_ready: Callable[[], bool], on_wait: OnWait) -> None:
        # Never without a limit: only between two waits does Windows see a Ctrl+C.
        while not self._changed.wait_for(is_ready, PATIENCE_S):
            on_wait()


class Ahead(Generic[T]):
    """Iterates over items that a thread makes, up to `room` [bytes] ahead of whoever takes them.

    `size_of` gives an item's bytes; `on_wait` is called now and then while there is none.
    """

    def __init__(
        self,
        items: Iterable[T],
        size_of: Callable[[T], int],
        room: int,
        on_wait: OnWait = _in_peace,
    ) -> None:
        self._channel: _Channel[T] = _Channel(room)
        self._on_wait = on_wait
        self._pool = ThreadPoolExecutor(1, "ahead")
        self._work = self._pool.submit(self._make, items, size_of)

    def __enter__(self) -> Ahead[T]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        self._channel.close()
        self._pool.shutdown()

    def __iter__(self) -> Iterator[T]:
        yield from self._channel.take(self._on_wait)
        self._work.result()

    def _make(self, items: Iterable[T], size_of: Callable[[T], int]) -> None:
        try:
            for item in items:
                if not self._channel.put(item, size_of(item)):
                    return
        finally:
            self._channel.end()


class Behind(Generic[T]):
    """Hands items over to `handle` in a thread, in order; `room` [bytes] of them may wait.

    `on_wait` is called now and then while the caller waits for the thread.
    """

    def __init__(self, handle: Callable[[T], None], room: int, on_wait: OnWait = _in_peace) -> None:
        self._channel: _Channel[T] = _Channel(room)
        self._on_wait = on_wait
        self._pool = ThreadPoolExecutor(1, "behind")
        self._work = self._pool.submit(self._handle, handle)

    def __enter__(self) -> Behind[T]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        self._channel.close()
        self._pool.shutdown()

    def put(self, item: T, size: int) -> None:
        """Leave an item of `size` [bytes] to the thread; raises what the thread has raised."""
        if not self._channel.put(item, size, self._on_wait):
            self._work.result()

    def finish(self) -> None:
        """Wait until all is handled; raises what the thread has raised."""
        self._channel.end()
        while not wait([self._work], PATIENCE_S).done:
            self._on_wait()
        self._work.result()

    def _handle(self, handle: Callable[[T], None]) -> None:
        try:
            for item in self._channel.take():
                handle(item)
        finally:
            self._channel.close()
