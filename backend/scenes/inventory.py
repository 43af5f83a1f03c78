"""One GeoPackage of all rasters: the polygons of each group's mosaic, joined where groups meet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from backend.raster.grid import Grid
from backend.scenes.merge import merge
from backend.scenes.mosaic import Tile, union, write_mosaic
from backend.terrain import TerrainBands
from backend.vectorize import PolygonStream, VectorSettings, bands, open_probability

OnRows = Callable[[int], None]


@dataclass(frozen=True)
class Bulk:
    """Probability rasters on one lattice that touch, and what their polygons say they come from."""

    tiles: tuple[Tile, ...]
    source: str

    @property
    def grid(self) -> Grid:
        """The pixels around all of them."""
        return union(self.tiles, self.tiles[0].grid)[0]


def write_inventory(
    path: Path,
    bulks: Sequence[Bulk],
    settings: VectorSettings,
    dem: str | None,
    run: dict[str, Any],
    on_rows: OnRows,
) -> dict[str, Any]:
    """The polygons of all bulks at `path`, with `run`, a row of provenance; returns their counts.

    Where there are several, the first one's CRS is that of the file.
    """
    if len(bulks) == 1:
        return _polygons(path, bulks[0], settings, dem, run, on_rows)
    parts = []
    for number, bulk in enumerate(bulks):
        part = path.with_name(f"group-{number}.gpkg")
        # A landslide may be small on one side of a border and large on both.
        everything = replace(settings, min_area_m2=0.0)
        _polygons(part, bulk, everything, dem, {"job": "group"}, on_rows)
        parts.append((part, bulk.grid))
    return merge(path, parts, bool(dem), settings.min_area_m2, run)


def _polygons(
    path: Path,
    bulk: Bulk,
    settings: VectorSettings,
    dem: str | None,
    run: dict[str, Any],
    on_rows: OnRows,
) -> dict[str, Any]:
    """The polygons of one bulk, in a file of their own."""
    grid, boxes = union(bulk.tiles, bulk.tiles[0].grid)
    mosaic = path.with_suffix(".vrt")
    tiles = [(str(tile.path), box) for tile, box in zip(bulk.tiles, boxes, strict=True)]
    write_mosaic(mosaic, grid, tiles, "probability.tif")
    with ExitStack() as stack:
        data = stack.enter_context(open_probability(str(mosaic)))
        terrain = stack.enter_context(TerrainBands(dem, grid)) if dem else None
        stream = stack.enter_context(PolygonStream(path, grid, settings, terrain, bulk.source))
        for rows in bands(data):
            stream.add(rows)
            on_rows(len(rows))
        counts = stream.close(run)
    mosaic.unlink()
    return counts
