"""The order in which polygons are looked at; plain Python."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

# By what the next polygon is chosen; the first is the default.
ORDERS = ("gain", "nearest", "largest", "uncertain")
# Of numbers from 0 to 1: half of them are 0, and half are 1.
LARGEST_DEVIATION = 0.5


@dataclass(frozen=True)
class Candidate:
    """A polygon in the queue: its area, mean probability and middle.

    `deviation` is the mean standard deviation of the probability inside, over mirrorings of the
    image. None is unknown.
    """

    id: int
    area: float
    probability: float | None
    x: float
    y: float
    is_decided: bool
    deviation: float | None = None

    @property
    def uncertainty(self) -> float:
        """From 0, where the network is sure, to 1, where it is not or has said nothing.

        How far answers to the same ground lie apart is worth more than how far they are from one
        half, which a network that is badly calibrated says of everything.
        """
        if self.deviation is not None:
            return self.deviation / LARGEST_DEVIATION
        return 1.0 if self.probability is None else 1 - abs(2 * self.probability - 1)


class ReviewQueue:
    """Polygons by id, one of them current; every round leads to each undecided one once."""

    def __init__(self) -> None:
        self.order = ORDERS[0]
        self.current: int | None = None
        self._candidates: dict[int, Candidate] = {}
        self._seen: list[int] = []
        self._round: set[int] = set()

    def __contains__(self, identifier: int) -> bool:
        return identifier in self._candidates

    def put(self, candidate: Candidate) -> None:
        """Add a polygon, or bring it up to date."""
        self._candidates[candidate.id] = candidate

    def remove(self, identifier: int) -> None:
        """Forget a polygon."""
        self._candidates.pop(identifier, None)
        self._seen = [seen for seen in self._seen if seen != identifier]
        if self.current == identifier:
            self.current = None

    def go_to(self, identifier: int) -> None:
        """Make a polygon the current one."""
        if self.current is not None and self.current != identifier:
            self._seen.append(self.current)
        self.current = identifier
        self._round.add(identifier)

    def next(self) -> int | None:
        """Go to the best undecided polygon of this round; None where all are decided."""
        undecided = [one for one in self._candidates.values() if not one.is_decided]
        others = [one for one in undecided if one.id != self.current]
        fresh = [one for one in others if one.id not in self._round]
        if not fresh:
            self._round.clear()
        best = min(fresh or others or undecided, key=self._key(), default=None)
        if best is None:
            return None
        self.go_to(best.id)
        return best.id

    def previous(self) -> int | None:
        """Go back to the polygon before; None where there is none."""
        if not self._seen:
            return None
        self.current = self._seen.pop()
        return self.current

    def progress(self) -> tuple[int, int]:
        """How many polygons are decided, of how many."""
        return sum(one.is_decided for one in self._candidates.values()), len(self._candidates)

    def _key(self) -> Callable[[Candidate], tuple[float, int]]:
        """What is smallest for the polygon that is best; equal ones go by id."""
        here = self._candidates.get(self.current) if self.current is not None else None

        def distance(one: Candidate) -> float:
            return math.hypot(one.x - here.x, one.y - here.y) if here else -one.area

        worth = {
            "gain": lambda one: -one.area * one.uncertainty,
            "largest": lambda one: -one.area,
            "uncertain": lambda one: -one.uncertainty,
            "nearest": distance,
        }[self.order]
        return lambda one: (worth(one), one.id)
