"""The one result of all rasters: mosaics over their files, and their polygons."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.events import Meter, OnEvent
from backend.raster.grid import Grid
from backend.scenes.inventory import Bulk, write_inventory
from backend.scenes.mosaic import Tile, place, union, warp, write_mosaic
from backend.scenes.outcome import Outcome
from backend.scenes.store import SCENES, Store
from backend.vectorize import VectorSettings

PROBABILITY = "probability.tif"


@dataclass(frozen=True)
class Assembly:
    """Where results are and go, and what the polygons depend on; `checkpoint` is its name."""

    target: Path
    store: Store
    settings: VectorSettings
    dem: str | None
    checkpoint: str


def grids_of(store: Store, groups: Sequence[Sequence[Outcome]]) -> list[Grid]:
    """The grids that the rasters were read on."""
    return [
        Tile.of(store.results(outcome.folder) / PROBABILITY).grid
        for group in groups
        for outcome in group
    ]


def assemble(
    assembly: Assembly, groups: Sequence[Sequence[Outcome]], run: dict[str, Any], on_event: OnEvent
) -> dict[str, Any]:
    """Write mosaics and polygons of the rasters that are done, by groups, into the target.

    `run` is the polygons' row of provenance; returns their counts.
    """
    bulks, lattice = _ordered([_bulk(assembly, group) for group in groups])
    results = assembly.store.results(groups[0][0].folder)
    for kind in sorted(name for name in os.listdir(results) if name.endswith(".tif")):
        _mosaic(assembly, groups, kind, lattice)
    rows = sum(bulk.grid.height for bulk in bulks)
    meter = Meter(on_event, "polygons", rows, "rows")
    path = assembly.target / "landslides.gpkg"
    return write_inventory(path, bulks, assembly.settings, assembly.dem, run, meter.advance)


def _bulk(assembly: Assembly, group: Sequence[Outcome]) -> Bulk:
    tiles = [Tile.of(assembly.store.results(each.folder) / PROBABILITY) for each in group]
    first = Path(group[0].path).name
    named = first if len(group) == 1 else f"{first} and {len(group) - 1} more"
    return Bulk(tuple(tiles), f"{named}, {assembly.checkpoint}")


def _ordered(bulks: Sequence[Bulk]) -> tuple[list[Bulk], Grid]:
    """The bulks on the lattice with the most pixels first, and that lattice."""
    sizes: list[tuple[Grid, int]] = []
    for bulk in bulks:
        pixels = sum(tile.grid.width * tile.grid.height for tile in bulk.tiles)
        at = next((at for at, (grid, _) in enumerate(sizes) if place(bulk.grid, grid)), None)
        if at is None:
            sizes.append((bulk.grid, pixels))
        else:
            sizes[at] = (sizes[at][0], sizes[at][1] + pixels)
    lattice = max(sizes, key=lambda size: size[1])[0]
    return sorted(bulks, key=lambda bulk: place(bulk.grid, lattice) is None), lattice


def _mosaic(
    assembly: Assembly, groups: Sequence[Sequence[Outcome]], kind: str, lattice: Grid
) -> None:
    """A virtual raster over the files of a kind; those of the lattice lie on top."""
    below, above = [], []
    for outcome in (outcome for group in groups for outcome in group):
        tile = Tile.of(assembly.store.results(outcome.folder) / kind)
        if place(tile.grid, lattice) is None:
            below.append((warp(tile, lattice), outcome.folder))
        else:
            above.append((tile, outcome.folder))
    tiles = [*below, *above]
    grid, boxes = union([tile for tile, _ in tiles], lattice)
    names = [f"{SCENES}/{folder}/{tile.path.name}" for tile, folder in tiles]
    path = (assembly.target / kind).with_suffix(".vrt")
    write_mosaic(path, grid, list(zip(names, boxes, strict=True)), kind)
