"""From rasters to one request each: what it sees around it, and which pixels are its own."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from backend.checkpoint import Checkpoint
from backend.detect import DetectRequest, source_request
from backend.errors import RasterError
from backend.raster.grid import Grid, Tiling
from backend.raster.ground import choose_grid
from backend.raster.part import Box, Part, Placed
from backend.resume import facts_of_request, state_of
from backend.scenes.coverage import edges_of
from backend.scenes.layout import Group, Scene, around, overlapping
from backend.scenes.store import Store
from backend.scenes.stretch import common_stretch

NOT_IN_FILE_NAMES = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
MAX_NAME = 60


@dataclass(frozen=True)
class Task:
    """One raster to be detected; `facts` are what its result depends on beside the run's own.

    `crop` is its own place on the grid of the request's raster; None where it is all of it.
    """

    name: str
    scene: Scene
    request: DetectRequest
    facts: dict[str, Any]
    tiles: int
    crop: Box | None = None


@dataclass(frozen=True)
class Settled:
    """A group on the grid that it is read at, and what becomes 0 and 255 where it is stretched."""

    group: Group
    grid: Grid | None = None
    stretch: tuple[float, float] | None = None
    notes: tuple[str, ...] = ()


class Planner:
    """Makes the tasks of a run from a request that names no raster, for a checkpoint."""

    def __init__(self, request: DetectRequest, checkpoint: Checkpoint, store: Store) -> None:
        self._request, self._store = request, store
        self._source = source_request(request, checkpoint)
        self._size = checkpoint.card.tile_size

    def settle(self, group: Group) -> Settled:
        """What all rasters of a group share. Raises `RasterError` where the distance is wrong."""
        if group.is_alone or group.native is None:
            return Settled(group)
        notes: list[str] = []
        name = f"The mosaic around {group.scenes[0].path}"
        grid = choose_grid(group.native, name, self._source, notes)[0]
        return Settled(group, grid, common_stretch(group, self._source), tuple(notes))

    def task(self, settled: Settled, index: int, name: str, names: Sequence[str]) -> Task:
        """The task of a group's raster; `names` are those of all of the group."""
        scene = settled.group.scenes[index]
        # Workers elsewhere have other working directories.
        raster = str(Path(scene.path).absolute()) if Path(scene.path).exists() else scene.path
        request = replace(self._request, raster=raster, out=self._store.work(name))
        if settled.grid is None:
            facts = facts_of_request(request)
            return Task(name, scene, request, facts, self._tiles(scene.grid))
        part, crop = self._part(settled, index, names)
        text = part.text()
        path, facts = self._store.part(name, text), {"part": text}
        tiles = self._tiles(part.window_grid)
        return Task(name, scene, replace(request, raster=str(path)), facts, tiles, crop)

    def _part(self, settled: Settled, index: int, names: Sequence[str]) -> tuple[Part, Box]:
        group, grid = settled.group, settled.grid
        assert group.native is not None and grid is not None  # nosec B101 # for mypy
        tiling = Tiling.of(grid.width, grid.height, self._size, self._request.overlap)
        across, down = group.native.width / grid.width, group.native.height / grid.height
        own = resampled_box(group.boxes[index], across, down, grid)
        window = visible(own, tiling)
        reach = math.ceil((tiling.stride + tiling.size) * max(across, down)) + 1
        rivals = overlapping(group, index)
        # Ranks among these only: rasters elsewhere in the list change nothing.
        placed = {
            each: Placed(
                str(Path(group.scenes[each].path).absolute()),
                group.boxes[each],
                rank,
                _state(group.scenes[each].path),
                self._edges(group.scenes[each], names[each]) if rivals else None,
            )
            for rank, each in enumerate(sorted([index, *around(group, index, reach)]))
        }
        first = placed.pop(index)
        part = Part(first, tuple(placed.values()), group.native, grid, window, settled.stretch)
        crop = (own[0] - window[0], own[1] - window[1], own[2], own[3])
        return part, crop

    def _edges(self, scene: Scene, name: str) -> str | None:
        """The file of a raster's edges, made where it is not there; None for one that is broken."""
        path = self._store.edges(name, _state(scene.path))
        if not path.exists():
            try:
                edges_of(scene.path).write(path)
            except RasterError:
                return None
        return str(path)

    def _tiles(self, grid: Grid | None) -> int:
        if grid is None:
            return 0
        tiling = Tiling.of(grid.width, grid.height, self._size, self._request.overlap)
        return tiling.rows * tiling.columns


def visible(own: Box, tiling: Tiling) -> Box:
    """The window of a raster at `own` in which its tiles are those of the whole mosaic.

    It begins with a tile of the mosaic's lattice, and ends where no tile of the raster's reaches
    beyond, or at the mosaic's border, where both are padded alike.
    """
    reach = tiling.stride + tiling.margin
    starts = [max(0, (at - reach) // tiling.stride * tiling.stride) for at in own[:2]]
    ends = [
        min(size, at + length + reach)
        for at, length, size in zip(own[:2], own[2:], (tiling.width, tiling.height), strict=True)
    ]
    return starts[0], starts[1], ends[0] - starts[0], ends[1] - starts[1]


def resampled_box(box: Box, across: float, down: float, grid: Grid) -> Box:
    """A box of native pixels as the pixels of a grid that touch it."""
    left, top = math.floor(box[0] / across), math.floor(box[1] / down)
    right = min(grid.width, math.ceil((box[0] + box[2]) / across))
    bottom = min(grid.height, math.ceil((box[1] + box[3]) / down))
    return left, top, right - left, bottom - top


def folder_names(paths: Sequence[str]) -> list[str]:
    """A name for each raster's folder, after its file."""
    taken: set[str] = set()
    names = []
    for path in paths:
        stem = NOT_IN_FILE_NAMES.sub("_", Path(path).stem)[:MAX_NAME].strip(" .") or "raster"
        name = next(name for name in _numbered(stem) if name.lower() not in taken)
        taken.add(name.lower())
        names.append(name)
    return names


def _numbered(stem: str) -> Iterator[str]:
    yield stem
    number = 2
    while True:
        yield f"{stem}-{number}"
        number += 1


def _state(path: str) -> str:
    """What changes where a raster does; empty for what is no single file."""
    return state_of(Path(path)) if Path(path).is_file() else ""
