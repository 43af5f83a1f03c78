"""One raster of several on a common lattice of pixels, described so that any process can read it.

A part is a raster together with those around it. The network sees over the raster's border into
its neighbours, and the raster decides only the pixels that no other one has a better right to.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS

from backend.raster.grid import Grid

# How the file of a part ends; it is named where a raster is asked for.
SUFFIX = ".part.json"

# Column, row, width, height [px].
Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Placed:
    """A raster on the native lattice: its `box`, and its `rank` among all (the lower one wins).

    `edges` is the file of an `Edges`, where it shares ground with another; `state` changes where
    the file does.
    """

    path: str
    box: Box
    rank: int
    state: str = ""
    edges: str | None = None


@dataclass(frozen=True)
class Edges:
    """How far the end of a raster's valid pixels is [px] (H, W), in cells of `cell` px a side."""

    distance: NDArray[np.float32]
    cell: int

    @classmethod
    def read(cls, path: str) -> Edges:
        """From a file that `write` has made."""
        with np.load(path) as stored:
            return cls(stored["distance"], int(stored["cell"]))

    def write(self, path: Path) -> None:
        """Into a file."""
        np.savez_compressed(path, distance=self.distance, cell=self.cell)

    def at(self, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> NDArray[np.float32]:
        """At pixels of the raster: rows (h,) by columns (w,) give (h, w)."""
        return self.distance[np.ix_(rows // self.cell, columns // self.cell)]


@dataclass(frozen=True)
class Part:
    """`own` among `others` on the `native` grid of the whole mosaic, which is read at `grid`.

    `window` is the part of `grid` that the network may see for this raster. `stretch` is what
    becomes 0 and 255 in all of them, where values are stretched.
    """

    own: Placed
    others: tuple[Placed, ...]
    native: Grid
    grid: Grid
    window: Box
    stretch: tuple[float, float] | None = None

    @property
    def window_grid(self) -> Grid:
        """The pixels of the window."""
        column, row, width, height = self.window
        transform = self.grid.transform @ Affine.translation(column, row)
        return Grid(width, height, transform, self.grid.crs)

    def text(self) -> str:
        """What `read` reads."""
        told = {
            "own": asdict(self.own),
            "others": [asdict(other) for other in self.others],
            "native": _told(self.native),
            "grid": _told(self.grid),
            "window": self.window,
            "stretch": self.stretch,
        }
        return json.dumps(told)

    @classmethod
    def read(cls, path: str) -> Part:
        """From a file with the `text` of one."""
        told = json.loads(Path(path).read_text("utf-8"))
        return cls(
            _placed(told["own"]),
            tuple(map(_placed, told["others"])),
            _grid(told["native"]),
            _grid(told["grid"]),
            _box(told["window"]),
            tuple(told["stretch"]) if told["stretch"] else None,
        )


def is_part(path: str) -> bool:
    """Whether a name is that of a part's file."""
    return path.endswith(SUFFIX)


def _told(grid: Grid) -> dict[str, Any]:
    crs = grid.crs.to_wkt() if grid.crs else None
    size = {"width": grid.width, "height": grid.height}
    return size | {"transform": grid.transform[:6], "crs": crs}


def _grid(told: dict[str, Any]) -> Grid:
    crs = CRS.from_wkt(told["crs"]) if told["crs"] else None
    return Grid(told["width"], told["height"], Affine(*told["transform"]), crs)


def _placed(told: dict[str, Any]) -> Placed:
    return Placed(**told | {"box": _box(told["box"])})


def _box(told: list[int]) -> Box:
    column, row, width, height = told
    return column, row, width, height
