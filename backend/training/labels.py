"""The labels of a raster: outlines of landslides, a raster of labels, or none at all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import shapely
from affine import Affine
from numpy.typing import NDArray
from rasterio.enums import ColorInterp, Resampling
from rasterio.errors import RasterioError
from rasterio.features import rasterize
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

from backend.errors import DatasetError, InventoryError, RasterError
from backend.inventory.layer import Layer, read_layer, reprojected
from backend.raster.grid import Grid
from backend.raster.quiet import quiet
from backend.raster.source import open_raster
from backend.training.image_files import (
    BACKGROUND,
    LANDSLIDE,
    WHITE,
    distinct_values,
    reading,
    require_mask_values,
)

# The landslides in a window of the grid (H, W), and where that is known (H, W).
Mask = tuple[NDArray[np.bool_], NDArray[np.bool_]]
# Rows of labels that are looked through at a time.
BAND_ROWS = 1024


@dataclass(frozen=True)
class Unlabelled:
    """Of a raster that nobody has mapped: where a landslide is, is known nowhere."""

    path: str = ""

    def near(self, window: Window) -> Unlabelled:
        """The same."""
        return self

    def __call__(self, window: Window) -> Mask:
        """No landslide, and nothing that speaks against a pixel."""
        shape = (window.height, window.width)
        return np.zeros(shape, bool), np.ones(shape, bool)


@dataclass(frozen=True)
class Outlines:
    """Polygons in the coordinates of a grid, whose transform is `transform`."""

    path: str
    transform: Affine
    polygons: tuple[shapely.Polygon, ...]

    def near(self, window: Window) -> Outlines:
        """Those that touch the window."""
        touching = self._tree.query(frame_of(self.transform, window))
        kept = tuple(self.polygons[index] for index in np.sort(touching))
        return Outlines(self.path, self.transform, kept)

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.polygons)

    def __call__(self, window: Window) -> Mask:
        """A pixel is landslide where its centre is."""
        shape = (window.height, window.width)
        known = np.ones(shape, bool)
        if not self.polygons:
            return ~known, known
        place = self.transform @ Affine.translation(window.col_off, window.row_off)
        with quiet:
            return rasterize(self.polygons, shape, transform=place, dtype="uint8") > 0, known


@dataclass(frozen=True)
class MaskRaster:
    """A raster of labels, laid on the grid by nearest neighbours."""

    path: str
    width: int
    height: int
    transform: Affine
    crs: str | None
    """Of the grid, as WKT; None where neither raster has one: then both have the same pixels."""
    white_is_landslide: bool = True

    def near(self, window: Window) -> MaskRaster:
        """The same."""
        return self

    def __call__(self, window: Window) -> Mask:
        """Landslide is 1 or 255; beside 1, 255 is what is not known, like nodata."""
        values, known = self.values(window)
        if not self.white_is_landslide:
            known &= values != WHITE
        return known & (values != BACKGROUND), known

    def values(self, window: Window) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """The values (H, W) of a window, and where there are any. Raises `RasterError`."""
        try:
            with open_raster(self.path) as data, self._laid(data) as labels:
                return labels.read(1, window=window), labels.read_masks(1, window=window) > 0
        except RasterioError as error:
            raise RasterError(
                f"{self.path} is damaged or truncated.", "Get the file again."
            ) from error

    def _laid(self, data: rasterio.DatasetReader) -> WarpedVRT | rasterio.DatasetReader:
        if self.crs is None:
            return data
        # 0 and 1 are labels, even where a file calls one of them nodata.
        nodata = None if data.nodata in (BACKGROUND, LANDSLIDE) else data.nodata
        has_alpha = ColorInterp.alpha in data.colorinterp
        return WarpedVRT(
            data,
            crs=self.crs,
            transform=self.transform,
            width=self.width,
            height=self.height,
            resampling=Resampling.nearest,
            src_nodata=nodata,
            nodata=nodata,
            add_alpha=nodata is None and not has_alpha,
        )


# What is known of landslides on a grid.
Labels = Outlines | MaskRaster | Unlabelled


def open_labels(source: str, raster: str, grid: Grid) -> Labels:
    """Outlines in a polygon layer, or a raster of labels.

    Raises `DatasetError` where they cannot be used, or do not touch the raster.
    """
    if _is_raster(source):
        with reading():
            return _open_mask(source, raster, grid)
    path, outlines = _outlines(source, raster, grid)
    return Outlines(path, grid.transform, tuple(outlines))


def _is_raster(source: str) -> bool:
    try:
        with open_raster(source):
            return True
    except RasterError:
        return False


def _open_mask(path: str, raster: str, grid: Grid) -> MaskRaster:
    """The raster of labels, all its values checked."""
    with open_raster(path) as data:
        _check_place(data, raster, grid)
    path = str(Path(path).absolute()) if Path(path).exists() else path
    crs = grid.crs.to_wkt() if grid.crs else None
    labels = MaskRaster(path, grid.width, grid.height, grid.transform, crs)
    found: set[float] = set()
    for first in range(0, grid.height, BAND_ROWS):
        rows = min(BAND_ROWS, grid.height - first)
        values, known = labels.values(Window(0, first, grid.width, rows))
        found |= distinct_values(values[known])
    require_mask_values(found, path)
    if not found:
        raise DatasetError(
            f"The labels {path} do not reach the raster {raster}, or are nodata there.",
            "Choose the labels of this raster, and check both CRS.",
        )
    is_white = not {LANDSLIDE, WHITE} <= found
    return MaskRaster(path, grid.width, grid.height, grid.transform, crs, is_white)


def _check_place(data: rasterio.DatasetReader, raster: str, grid: Grid) -> None:
    if (data.crs is None) != (grid.crs is None):
        lacking = data.name if data.crs is None else raster
        raise DatasetError(
            f"The labels {data.name} cannot be laid on the raster {raster}: {lacking} has no CRS.",
            "Assign its CRS.",
        )
    if data.crs is None and data.shape != (grid.height, grid.width):
        raise DatasetError(
            f"The labels {data.name} have {data.width} x {data.height} px, the raster {raster}"
            f" {grid.width} x {grid.height} px.",
            "Without a CRS, both have to be of one size.",
        )


def _outlines(source: str, raster: str, grid: Grid) -> tuple[str, NDArray[np.object_]]:
    """The absolute path of a layer and its polygons, one by one, in the coordinates of the grid.

    Where the raster has no CRS the polygons are taken to be in its coordinates. Polygons whose
    field `status` says that a reviewer rejected them are left out.
    """
    try:
        layer = read_layer(source).without_rejected()
        shapes = _placed(layer, raster, grid)
    except InventoryError as error:
        raise DatasetError(error.message, error.remedy) from error
    frame = frame_of(grid.transform, Window(0, 0, grid.width, grid.height))
    if not shapely.intersects(shapes, frame).any():
        raise DatasetError(
            f"The polygons of {layer.path} do not touch the raster {raster}: they cover"
            f" {_extent(shapes)}, the raster {_extent(np.array([frame]))}.",
            "Choose the polygons of this raster, and check both CRS.",
        )
    path = layer.path if layer.path.startswith("/vsi") else str(Path(layer.path).absolute())
    return path, shapely.get_parts(shapes)


def _placed(layer: Layer, raster: str, grid: Grid) -> NDArray[np.object_]:
    if grid.crs is None:
        return layer.polygons
    if layer.crs is None:
        raise DatasetError(
            f"The polygons of {layer.path} have no CRS, but the raster {raster} has"
            f" {grid.crs.name}.",
            "Assign the CRS of the polygon layer.",
        )
    return reprojected(layer.polygons, layer.crs, grid.crs, f"The polygon layer {layer.path}")


def frame_of(transform: Affine, window: Window) -> shapely.Polygon:
    """A window of a grid [px] on the map."""
    (top, bottom), (left, right) = window.toranges()
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    return shapely.Polygon([transform @ corner for corner in corners])


def _extent(shapes: NDArray[np.object_]) -> str:
    left, bottom, right, top = shapely.total_bounds(shapes)
    return f"x {left:.6g} to {right:.6g}, y {bottom:.6g} to {top:.6g}"
