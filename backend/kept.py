"""What the runs over several rasters share, so that each is made once."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass
class Kept:
    """Checkpoints and engines; `tiles` are those of all rasters, 0 where there is only one."""

    tiles: int = 0
    _things: dict[Hashable, Any] = field(default_factory=dict)

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` gives for `key` when it is asked for the first time."""
        if key not in self._things:
            self._things[key] = make()
        thing: T = self._things[key]
        return thing
