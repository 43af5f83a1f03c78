"""The area of interest: polygons of a vector layer as a mask over rows of the grid."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyogrio
import shapely
from affine import Affine
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS, Transformer
from rasterio.features import geometry_mask

from backend.errors import AreaError
from backend.inventory.layer import split_source
from backend.raster.bands import listed
from backend.raster.grid import Grid
from backend.raster.quiet import quiet

UNKNOWN = "Unknown"  # pyogrio's type of layers whose features may be of any


class Area:
    """Polygons on a grid; `rows` says which pixels' centres lie inside.

    `source` is a file, or one of its layers as `path|layername=name`. Raises `AreaError` where it
    cannot be read, holds no polygon or several layers of them, or misses the grid.
    """

    def __init__(self, source: str, grid: Grid) -> None:
        self._grid = grid
        polygons = _polygons(source, grid.crs)
        corners = [(0, 0), (grid.width, 0), (grid.width, grid.height), (0, grid.height)]
        frame = shapely.Polygon([grid.transform @ corner for corner in corners])
        self._polygons = shapely.intersection(polygons, frame)
        self._polygons = self._polygons[shapely.area(self._polygons) > 0]
        if not len(self._polygons):
            raise AreaError(
                f"The area of interest {source} does not touch the raster: it covers"
                f" {_extent(polygons)}, the raster {_extent(np.array([frame]))}.",
                "Choose polygons over the raster, and check both CRS.",
            )
        # Rows that the polygons span, on the grid [px]; rotated grids included.
        pixels = shapely.transform(self._polygons, self._to_pixels)
        bounds = shapely.total_bounds(pixels)
        self._first, self._last = int(np.floor(bounds[1])), int(np.ceil(bounds[3]))

    def rows(self, first: int, last: int) -> NDArray[np.bool_]:
        """Rows [first, last) of the mask (rows, W): True inside."""
        shape = (last - first, self._grid.width)
        if last <= self._first or first >= self._last:
            return np.zeros(shape, bool)
        transform = self._grid.transform @ Affine.translation(0, first)
        with quiet:
            return geometry_mask(self._polygons, shape, transform, invert=True)

    def _to_pixels(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        inverse = ~self._grid.transform
        columns, rows = inverse @ (points[:, 0], points[:, 1])
        return np.column_stack([columns, rows])


def _polygons(source: str, crs: CRS | None) -> NDArray[np.object_]:
    """Valid polygons of all features, in `crs` (taken as they are where either has none)."""
    path, layer = split_source(source)
    if not path.startswith("/vsi") and not Path(path).exists():
        raise AreaError(f"There is no area of interest file {path}.", "Check the path.")
    try:
        layer = layer or _only_layer(path)
        meta, _, wkb, _ = pyogrio.raw.read(path, layer=layer, columns=[], force_2d=True)
    except DataLayerError as error:
        raise AreaError(
            f"{path} has no layer {layer} that GDAL can read.", "Choose a polygon layer."
        ) from error
    except DataSourceError as error:
        raise AreaError(
            f"{path} is not a vector file that GDAL can read.", "Choose a polygon layer."
        ) from error
    shapes = shapely.from_wkb(wkb) if wkb is not None else np.array([], object)
    shapes = shapes[np.isin(shapely.get_type_id(shapes), (3, 6))]
    if not len(shapes):
        raise AreaError(f"{source} holds no polygon.", "Choose a layer of polygons.")
    if crs is not None and meta["crs"]:
        move = Transformer.from_crs(CRS.from_user_input(meta["crs"]), crs, always_xy=True)
        shapes = shapely.transform(
            shapes, lambda at: np.column_stack(move.transform(at[:, 0], at[:, 1]))
        )
        shapes = shapes[np.isfinite(shapely.area(shapes))]
    return shapely.make_valid(shapes)


def _only_layer(path: str) -> str | None:
    """The layer that may hold polygons; None where none of them may.

    Formats without a type of their own, such as GeoJSON of mixed features, say Unknown.
    """
    layers = pyogrio.list_layers(path)
    names = [str(name) for name, kind in layers if kind and ("Polygon" in kind or kind == UNKNOWN)]
    if len(names) > 1:
        raise AreaError(
            f"{path} has several layers of polygons: {listed(names)}.",
            f"Name one of them, as in {path}|layername={names[0]}.",
        )
    return names[0] if names else None


def _extent(shapes: NDArray[np.object_]) -> str:
    left, bottom, right, top = shapely.total_bounds(shapes)
    return f"x {left:.6g} to {right:.6g}, y {bottom:.6g} to {top:.6g}"
