"""How fast checkpoints ran the last time, kept from session to session."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence

from .estimate import Speed
from .settings import SPEEDS

# Fewer tiles than this say more about the start than about the speed.
MIN_TILES = 8
# How many of the latest are kept.
MAX_KEPT = 50


def speed_of(checkpoints: Sequence[str], device: str) -> Speed | None:
    """What was measured with the checkpoints' files on a device, or None before the first run.

    An ensemble that never ran takes as long as its members did one by one.
    """
    speed = _measured(checkpoints, device)
    if speed or len(checkpoints) < 2:
        return speed
    speeds = [_measured([checkpoint], device) for checkpoint in checkpoints]
    if None in speeds:
        return None
    seconds_a_tile = sum(1 / speed.tiles_per_s for speed in speeds)
    return Speed(1 / seconds_a_tile, max(speed.other_s for speed in speeds))


def remember(
    checkpoints: Sequence[str], device: str, tiles: int, tiles_s: float, total_s: float
) -> None:
    """Keep that the network saw `tiles` tiles in `tiles_s` of a run's `total_s` [s]."""
    there = all(map(os.path.isfile, checkpoints))
    if tiles < MIN_TILES or not 0 < tiles_s <= total_s or not there:
        return
    stored, key = _stored(), _key(checkpoints, device)
    stored.pop(key, None)
    stored[key] = [round(tiles / tiles_s, 4), round(total_s - tiles_s, 1)]
    SPEEDS.set(json.dumps(dict(list(stored.items())[-MAX_KEPT:])))


def _measured(checkpoints: Sequence[str], device: str) -> Speed | None:
    try:
        tiles_per_s, other_s = map(float, _stored()[_key(checkpoints, device)])
    except (KeyError, TypeError, ValueError, OSError):
        return None
    return Speed(tiles_per_s, other_s) if tiles_per_s > 0 else None


def _key(checkpoints: Sequence[str], device: str) -> str:
    """A file that is trained anew under the same name has another size, or is as fast."""
    files = (f"{os.path.basename(path)} {os.path.getsize(path)}" for path in checkpoints)
    return " ".join([*sorted(files), device])


def _stored() -> dict[str, list[float]]:
    try:
        stored = json.loads(SPEEDS.get())
    except ValueError:
        return {}
    return stored if isinstance(stored, dict) else {}
