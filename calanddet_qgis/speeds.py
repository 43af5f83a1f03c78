"""How fast a checkpoint ran the last time, kept from session to session."""

from __future__ import annotations

import json
import os

from .estimate import Speed
from .settings import SPEEDS

# Fewer tiles than this say more about the start than about the speed.
MIN_TILES = 8
# How many of the latest are kept.
MAX_KEPT = 50


def speed_of(checkpoint: str, device: str) -> Speed | None:
    """What was measured with a checkpoint's file on a device, or None before the first run."""
    try:
        tiles_per_s, other_s = _stored()[_key(checkpoint, device)]
        return Speed(float(tiles_per_s), float(other_s))
    except (KeyError, TypeError, ValueError, OSError):
        return None


def remember(checkpoint: str, device: str, tiles: int, tiles_s: float, total_s: float) -> None:
    """Keep that `tiles` tiles took `tiles_s` of a run's `total_s` [s]."""
    if tiles < MIN_TILES or not 0 < tiles_s <= total_s or not os.path.isfile(checkpoint):
        return
    stored, key = _stored(), _key(checkpoint, device)
    stored.pop(key, None)
    stored[key] = [round(tiles / tiles_s, 4), round(total_s - tiles_s, 1)]
    SPEEDS.set(json.dumps(dict(list(stored.items())[-MAX_KEPT:])))


def _key(checkpoint: str, device: str) -> str:
    """A file that is trained anew under the same name has another size, or is as fast."""
    return f"{os.path.basename(checkpoint)} {os.path.getsize(checkpoint)} {device}"


def _stored() -> dict[str, list[float]]:
    try:
        stored = json.loads(SPEEDS.get())
    except ValueError:
        return {}
    return stored if isinstance(stored, dict) else {}
