"""Polygons of groups with lattices of their own in one file: those that meet become one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from backend.raster.grid import Grid
from backend.scenes.unite import Shapes, united
from backend.vectors.attributes import schema
from backend.vectors.geopackage import LAYER, GeoPackage

# Polygons are read and written in batches of so many.
BATCH = 20_000

Polygons = NDArray[np.object_]


@dataclass
class _Inventory:
    """The file that all polygons go into, with what was counted."""

    file: GeoPackage
    min_area_m2: float
    crs: CRS | None
    polygons: int = 0
    area_m2: float = 0.0

    def add(self, shapes: Shapes) -> None:
        """Append polygons, numbered on, but for those that are too small."""
        size = shapes.fields["area_px" if self.crs is None else "area_m2"]
        shapes = shapes.take(size >= self.min_area_m2)
        count = len(shapes.polygons)
        first = self.polygons + 1
        fields = shapes.fields | {"id": np.arange(first, first + count)}
        self.file.add(shapes.polygons, fields)
        self.polygons += count
        self.area_m2 += float(shapes.fields["area_m2"].sum())


@dataclass(frozen=True)
class _Part:
    """A group's polygons, their lattice in the target's CRS, and where they lie there."""

    path: Path
    move: Transformer | None
    bounds: NDArray[np.float64]
    pixel: float
    met: list[Shapes] = field(default_factory=list)
    """Polygons that may meet another group's."""


def merge(
    path: Path,
    parts: Sequence[tuple[Path, Grid]],
    with_terrain: bool,
    min_area_m2: float,
    run: dict[str, Any],
) -> dict[str, Any]:
    """All polygons of the `parts`, files with their grids, at `path` in the first one's CRS.

    Polygons of different groups that overlap, or are no more than a pixel of the coarser lattice
    apart, become one. Only those that may do so are held in memory.
    """
    crs = parts[0][1].crs
    opened = [_opened(part, grid, crs) for part, grid in parts]
    inventory = _Inventory(GeoPackage(path, crs, schema(with_terrain)), min_area_m2, crs)
    for part in opened:
        others = [other.bounds for other in opened if other is not part]
        for shapes in _read(part):
            near = _meet(shapely.bounds(shapes.polygons).reshape(-1, 4), others)
            inventory.add(shapes.take(~near))
            part.met.append(shapes.take(near))
    for shapes in _joined(opened, crs):
        inventory.add(shapes)
    inventory.file.finish(run)
    area = inventory.area_m2 if crs is not None else None
    return {"polygons": inventory.polygons, "area_m2": area}


def _opened(path: Path, grid: Grid, crs: CRS | None) -> _Part:
    is_moved = crs is not None and grid.crs is not None and grid.crs != crs
    move = Transformer.from_crs(grid.crs, crs, always_xy=True) if is_moved else None
    corners = [(0, 0), (grid.width, 0), (0, grid.height), (grid.width, grid.height)]
    at = np.array([grid.transform @ corner for corner in corners])
    low, high = at.min(axis=0), at.max(axis=0)
    middle = grid.transform @ (grid.width / 2, grid.height / 2)
    beside = grid.transform @ (grid.width / 2 + 1, grid.height / 2 + 1)
    bounds = np.array([*low, *high])
    if move is not None:
        bounds = np.array(move.transform_bounds(*bounds))
        middle, beside = move.transform(*middle), move.transform(*beside)
    # A pixel's diagonal is the square root of two of its sides.
    pixel = float(np.hypot(*np.subtract(beside, middle)) / np.sqrt(2))
    return _Part(path, move, bounds + pixel * np.array([-1, -1, 1, 1]), pixel)


def _read(part: _Part) -> Iterator[Shapes]:
    """The polygons of a part in batches, moved to the target's CRS."""
    total = pyogrio.read_info(part.path, layer=LAYER)["features"]
    for first in range(0, total, BATCH):
        meta, _, wkb, columns = pyogrio.raw.read(
            part.path, layer=LAYER, skip_features=first, max_features=BATCH
        )
        fields = dict(zip(map(str, meta["fields"]), columns, strict=True))
        yield Shapes(_moved(_single(shapely.from_wkb(wkb)), part.move), fields)


def _single(polygons: Polygons) -> Polygons:
    """The file holds multipolygons of one polygon each."""
    return np.asarray(shapely.get_geometry(polygons, 0), object)


def _moved(polygons: Polygons, move: Transformer | None) -> Polygons:
    if move is None:
        return polygons
    moved = shapely.transform(
        polygons, lambda at: np.column_stack(move.transform(at[:, 0], at[:, 1]))
    )
    return np.asarray(shapely.make_valid(moved), object)


def _meet(bounds: NDArray[np.float64], others: Sequence[NDArray[np.float64]]) -> NDArray[np.bool_]:
    """Which boxes (n, 4) reach into one of the others."""
    near = np.zeros(len(bounds), bool)
    for left, bottom, right, top in others:
        near |= (
            (bounds[:, 0] <= right)
            & (bounds[:, 2] >= left)
            & (bounds[:, 1] <= top)
            & (bounds[:, 3] >= bottom)
        )
    return near


def _joined(parts: Sequence[_Part], crs: CRS | None) -> Iterator[Shapes]:
    """The polygons near other groups, those that meet joined."""
    met = [(number, shapes) for number, part in enumerate(parts) for shapes in part.met]
    if not met:
        return
    everything = Shapes.joined([shapes for _, shapes in met])
    owner = np.concatenate([np.full(len(shapes.polygons), number) for number, shapes in met])
    pixel = np.array([part.pixel for part in parts])[owner]
    labels = _clusters(everything.polygons, owner, pixel)
    size = np.bincount(labels)
    alone = size[labels] == 1
    yield everything.take(alone)
    order = np.flatnonzero(~alone)[np.argsort(labels[~alone], kind="stable")]
    begins = np.flatnonzero(np.diff(labels[order])) + 1
    clusters = [everything.take(index) for index in np.split(order, begins) if len(index)]
    gaps = [float(pixel[index].max()) for index in np.split(order, begins) if len(index)]
    if clusters:
        yield Shapes.joined(
            [united(cluster, gap, crs) for cluster, gap in zip(clusters, gaps, strict=True)]
        )


def _clusters(
    polygons: Polygons, owner: NDArray[np.int64], pixel: NDArray[np.float64]
) -> NDArray[np.int32]:
    """Labels (n,): polygons of different groups within a pixel of each other share one."""
    if not len(polygons):
        return np.empty(0, np.int32)
    tree = shapely.STRtree(polygons)
    one, other = tree.query(polygons, predicate="dwithin", distance=float(pixel.max()))
    apart = shapely.distance(polygons[one], polygons[other])
    linked = (owner[one] != owner[other]) & (apart <= np.maximum(pixel[one], pixel[other]))
    one, other = one[linked], other[linked]
    graph = coo_array((np.ones(len(one), np.int8), (one, other)), shape=(len(polygons),) * 2)
    labels: NDArray[np.int32] = connected_components(graph.tocsr(), directed=False)[1]
    return labels
