"""The card in a checkpoint: what the network is, what it takes and how good it was.

Read with the standard library from the header of a `.safetensors` file; of a published file the
worker has to be asked.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qgis.PyQt.QtCore import QLocale

from .messages import Failure, number, role_names, tr

SUFFIX = ".safetensors"
# The longest header of a file that is no nonsense [bytes].
MAX_HEADER = 100 << 20
# The one figure that is told of a checkpoint.
HEADLINE_METRICS = ("landslide F1", "F1")
# More bands than these are counted where a line has to tell them.
NAMED_BANDS = 5
# Roles that an elevation model gives.
TERRAIN_ROLES = ("dem", "slope")


@dataclass(frozen=True)
class Card:
    """What the panel needs to know of a checkpoint; ground sampling distances in metres."""

    name: str
    architecture: str
    bands: tuple[str, ...]
    tile_size: int
    threshold: float
    gsd_nominal: float | None
    gsd_range: tuple[float, float] | None
    f1: float | None
    f1_data: str


def read_card(path: str) -> Card:
    """The card in a `.safetensors` file. Raises `Failure` where there is none or it is damaged."""
    name = Path(path).name
    try:
        with open(path, "rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            header = json.loads(file.read(min(length, MAX_HEADER)))
        return card_from(json.loads(header["__metadata__"]["card"]))
    except OSError as error:
        message = tr("{} cannot be read ({}).").format(name, error.strerror)
    except (struct.error, ValueError, KeyError, TypeError, RecursionError):
        message = tr("{} has no card that can be read.").format(name)
    raise Failure("checkpoint", message, tr("Get the file again, or choose another one."))


def known_card(path: str) -> Card | None:
    """The card in a file, None where it has none: of a published file only the worker knows."""
    with suppress(Failure):
        return read_card(path)
    return None


def card_from(data: Mapping[str, Any]) -> Card:
    """A card from its JSON object. Raises KeyError, TypeError or ValueError where it is none."""
    gsd = data["gsd"]
    limits = (gsd["minimum"], gsd["maximum"])
    f1, f1_data = _headline(data["metrics"])
    return Card(
        name=str(data["name"]),
        architecture=str(data["architecture"]),
        bands=tuple(map(str, data["bands"])),
        tile_size=int(data["tile_size"]),
        threshold=float(data["threshold"]),
        gsd_nominal=gsd["nominal"],
        gsd_range=None if None in limits else (float(limits[0]), float(limits[1])),
        f1=f1,
        f1_data=f1_data,
    )


def _headline(metrics: list[Mapping[str, Any]]) -> tuple[float | None, str]:
    for name in HEADLINE_METRICS:
        for metric in metrics:
            if metric["name"] == name:
                return float(metric["value"]), str(metric["data"])
    return None, ""


def card_line(card: Card) -> str:
    """`calanddet2 · red, green, blue · 0.53 to 1.33 m/px · F1 0.80 on bijie/val`."""
    count = len(card.bands)
    bands = role_names(card.bands) if count <= NAMED_BANDS else tr("{} bands").format(count)
    parts = [card.architecture, bands]
    if card.gsd_range:
        low, high = (number(side, 2) for side in card.gsd_range)
        parts.append(tr("{} to {} m/px").format(low, high))
    else:
        parts.append(tr("any m/px"))
    if card.f1 is None:
        parts.append(tr("F1 not told"))
    else:
        parts.append(tr("F1 {} on {}").format(QLocale().toString(card.f1, "f", 2), card.f1_data))
    return " · ".join(parts)
