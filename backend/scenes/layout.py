"""How rasters lie beside each other: families share a lattice of pixels, groups also touch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from affine import Affine

from backend.errors import RasterError
from backend.raster.grid import Grid
from backend.raster.ground import native_grid
from backend.raster.part import Box
from backend.raster.sentinel2 import is_product
from backend.raster.source import open_raster

# Pixels of two rasters count as one lattice where none is off by more than this [px].
ALIGNED_PX = 0.01


@dataclass(frozen=True)
class Scene:
    """A raster that can be opened. `rank` is its place in the list, from 0.

    `grid` and `kind`, what has to agree within a family, are None for what is read by files of
    its own, such as a folder of bands.
    """

    path: str
    rank: int
    grid: Grid | None = None
    kind: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Group:
    """Scenes that touch or overlap on one lattice, `native`: the grid of their mosaic.

    `boxes` [px] are theirs on it. One that is alone is read as any single raster.
    """

    scenes: tuple[Scene, ...]
    boxes: tuple[Box, ...] = ()
    native: Grid | None = None

    @property
    def is_alone(self) -> bool:
        """Whether nothing touches its only scene."""
        return len(self.scenes) == 1


def look_at(path: str, rank: int) -> Scene:
    """Open a raster as far as its lattice. Raises `RasterError` where it cannot be used."""
    if is_product(Path(path)):
        return Scene(path, rank)
    with open_raster(path) as data:
        grid = native_grid(data)
        if grid.crs is None and data.transform == Affine.identity():
            raise RasterError(
                f"{path} has no place on the map, so that it cannot lie beside others.",
                "Georeference it, or detect it by itself.",
            )
        kind = (grid.crs.to_wkt() if grid.crs else "", *map(str, data.dtypes))
    return Scene(path, rank, grid, kind)


def group(scenes: Sequence[Scene]) -> list[Group]:
    """The groups that scenes fall into, in the order of their first scenes."""
    groups = [Group((scene,)) for scene in scenes if scene.grid is None]
    families: list[tuple[Scene, list[Scene], list[Box]]] = []
    for scene in scenes:
        if scene.grid is None:
            continue
        for first, members, boxes in families:
            box = _box_on(first, scene)
            if box is not None:
                members.append(scene)
                boxes.append(box)
                break
        else:
            families.append((scene, [scene], [(0, 0, scene.grid.width, scene.grid.height)]))
    for first, members, boxes in families:
        assert first.grid is not None  # nosec B101 # for mypy: only such scenes found families
        for indices in _touching(boxes):
            chosen = [boxes[index] for index in indices]
            groups.append(_grouped([members[index] for index in indices], chosen, first.grid))
    return sorted(groups, key=lambda each: each.scenes[0].rank)


def _box_on(first: Scene, scene: Scene) -> Box | None:
    """The place of a scene on the lattice of another [px]; None where it does not fit."""
    if first.kind != scene.kind or first.grid is None or scene.grid is None:
        return None
    inverse, grid = ~first.grid.transform, scene.grid
    corners = [(0, 0), (grid.width, 0), (0, grid.height), (grid.width, grid.height)]
    at = np.array([inverse @ (grid.transform @ corner) for corner in corners])
    origin = at[0].round()
    if np.abs(at - origin - np.array(corners)).max() > ALIGNED_PX:
        return None
    return int(origin[0]), int(origin[1]), grid.width, grid.height


def _touching(boxes: Sequence[Box]) -> list[list[int]]:
    """Which boxes hang together, corners included, each list in order."""
    sides = np.array(boxes)
    low, high = sides[:, :2], sides[:, :2] + sides[:, 2:]
    left, found = set(range(len(boxes))), []
    while left:
        reached = fresh = {min(left)}
        while fresh:
            left -= fresh
            near: set[int] = set()
            for index in fresh:
                touches = (low <= high[index]).all(axis=1) & (high >= low[index]).all(axis=1)
                near |= set(np.flatnonzero(touches).tolist())
            fresh = near & left
            reached = reached | fresh
        found.append(sorted(reached))
    return found


def _grouped(scenes: Sequence[Scene], boxes: Sequence[Box], lattice: Grid) -> Group:
    """Scenes on a lattice as a group on a grid of their own, which begins where they do."""
    sides = np.array(boxes)
    left, top = sides[:, :2].min(axis=0).tolist()
    right, bottom = (sides[:, :2] + sides[:, 2:]).max(axis=0).tolist()
    transform = lattice.transform @ Affine.translation(left, top)
    native = replace(lattice, width=right - left, height=bottom - top, transform=transform)
    moved = tuple((box[0] - left, box[1] - top, box[2], box[3]) for box in boxes)
    return Group(tuple(scenes), moved, native)


def overlapping(group: Group, index: int) -> list[int]:
    """The scenes of a group that share ground with one of them."""
    return [other for other in _near(group, index, 0) if other != index]


def around(group: Group, index: int, reach: int) -> list[int]:
    """The scenes of a group that come within `reach` native pixels of one of them."""
    return [other for other in _near(group, index, reach) if other != index]


def _near(group: Group, index: int, reach: int) -> list[int]:
    sides = np.array(group.boxes)
    low, high = sides[:, :2], sides[:, :2] + sides[:, 2:]
    touches = (low < high[index] + reach).all(axis=1) & (high > low[index] - reach).all(axis=1)
    found: list[int] = np.flatnonzero(touches).tolist()
    return found
