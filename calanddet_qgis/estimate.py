"""What a run will take, told beforehand: grid, tiles, time, memory, disk. Pure arithmetic.

Grid and tiles repeat what `backend.raster` decides, so that the panel can say it without torch; a
test holds the two together.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

# Stride and first tile origin as fractions of the tile size; the first preset is the default.
OVERLAPS = {
    "balanced": (3 / 4, -1 / 8),
    "reference": (1 / 2, -1 / 2),
    "fast": (7 / 8, -1 / 16),
}
# Least disk space that the worker asks for: bytes a pixel, and a floor [bytes].
DISK_BYTES_PER_PIXEL = 0.2
DISK_FLOOR = 16 << 20
# What the worker holds whatever the raster's size [bytes], and copies of the rows under a row of
# tiles: calanddet2-rgb on the CPU took 0.68 GB for 1,000 px of width and 0.76 GB for 12,000 px.
WORKER_BYTES = 800_000_000
ROW_COPIES = 3
# Each further network of an ensemble, and a value that is not a byte [bytes].
MEMBER_BYTES = 250_000_000
FLOAT_BYTES = 4
# How often the network sees a tile with its mirrorings.
FLIP_PASSES = 4


@dataclass(frozen=True)
class Lattice:
    """The pixels of a result: `gsd` is the length of a pixel's sides on the ground [m], or None."""

    width: int
    height: int
    gsd: tuple[float, float] | None
    resampled: bool = False

    @property
    def pixel_area(self) -> float | None:
        """Area of a pixel on the ground [m2]."""
        return self.gsd[0] * self.gsd[1] if self.gsd else None


@dataclass(frozen=True)
class Tiles:
    """Tiles of `size` px over a lattice; each decides a square of `stride` px."""

    size: int
    stride: int
    columns: int
    rows: int
    first: int
    """Where the first decided square begins on both axes [px]; negative before the edge."""


@dataclass(frozen=True)
class Speed:
    """What a device was measured to do with a checkpoint: tiles a second, and what comes on top."""

    tiles_per_s: float
    other_s: float


@dataclass(frozen=True)
class Estimate:
    """What a run will take: pixels to search, tiles, seconds (None: unknown) and bytes."""

    pixels: int
    area_m2: float | None
    tiles: int | None
    seconds: float | None
    memory: int
    disk: int


def lattice(
    width: int,
    height: int,
    distance: tuple[float, float] | None,
    choice: str,
    nominal: float | None,
    span: tuple[float, float] | None,
) -> Lattice:
    """The lattice of a raster of width x height [px] whose pixels measure `distance` [m].

    `choice` is auto, native or metres; `nominal` and `span` [m] are the checkpoint's.
    """
    native = Lattice(width, height, distance)
    target = target_distance(distance, choice, nominal, span)
    if distance is None or target is None:
        return native
    columns = max(1, round(width * distance[0] / target))
    rows = max(1, round(height * distance[1] / target))
    sides = (distance[0] * width / columns, distance[1] * height / rows)
    return Lattice(columns, rows, sides, resampled=True)


def target_distance(
    distance: tuple[float, float] | None,
    choice: str,
    nominal: float | None,
    span: tuple[float, float] | None,
) -> float | None:
    """The distance to resample to [m], or None where the raster is taken as it is."""
    if choice not in ("auto", "native"):
        return float(choice)
    if choice == "native" or nominal is None or span is None or distance is None:
        return None
    return None if all(span[0] <= side <= span[1] for side in distance) else nominal


def tiles(width: int, height: int, size: int, overlap: str) -> Tiles:
    """The tiles of a preset over width x height [px]."""
    stride, origin = (round(size * part) for part in OVERLAPS[overlap])
    margin = (size - stride) // 2
    columns, rows = (math.ceil((side - origin - margin) / stride) for side in (width, height))
    return Tiles(size, stride, columns, rows, origin + margin)


def memory(width: int, size: int, bands: int, value_bytes: int, networks: int = 1) -> int:
    """About what the worker holds [bytes]: the rows under a row of tiles, several times over."""
    program = WORKER_BYTES + (networks - 1) * MEMBER_BYTES
    return program + ROW_COPIES * width * size * (bands * value_bytes + 2)


def disk(pixels: int) -> int:
    """What the worker wants to have free for a result of that many pixels [bytes]."""
    return DISK_FLOOR + int(DISK_BYTES_PER_PIXEL * pixels)


def passes(flips: bool) -> int:
    """How often each network sees a tile."""
    return FLIP_PASSES if flips else 1


def seconds(count: int | None, speed: Speed | None, flips: bool = False) -> float | None:
    """How long that many tiles will take [s], where both are known."""
    if count is None or speed is None or not speed.tiles_per_s:
        return None
    return speed.other_s + passes(flips) * count / speed.tiles_per_s
