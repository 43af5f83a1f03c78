"""Virtual mosaics over rasters of bytes: one file that shows all, and holds none of the pixels."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr  # nosec B406 # writes XML, reads none

import numpy as np
import rasterio
import rasterio.shutil
from affine import Affine
from rasterio.enums import Resampling
from rasterio.vrt import WarpedVRT

from backend.raster.grid import NODATA, PROBABILITY_SCALE, Grid
from backend.raster.ground import native_grid
from backend.raster.part import Box
from backend.raster.sink import MASK_CATEGORIES, MASK_COLOURS
from backend.raster.source import open_raster
from backend.scenes.layout import ALIGNED_PX

MASK = "mask.tif"


@dataclass(frozen=True)
class Tile:
    """A raster of bytes in the mosaic: its file, and its own pixels."""

    path: Path
    grid: Grid

    @classmethod
    def of(cls, path: Path) -> Tile:
        """Raises `RasterError` where the file is gone."""
        with open_raster(str(path)) as data:
            return cls(path, native_grid(data))


def union(tiles: Sequence[Tile], lattice: Grid) -> tuple[Grid, list[Box]]:
    """The grid around tiles that lie on a lattice, and their places on it [px]."""
    boxes = [place(tile.grid, lattice) for tile in tiles]
    sides = np.array([box for box in boxes if box is not None])
    left, top = sides[:, :2].min(axis=0).tolist()
    right, bottom = (sides[:, :2] + sides[:, 2:]).max(axis=0).tolist()
    transform = lattice.transform @ Affine.translation(left, top)
    grid = Grid(right - left, bottom - top, transform, lattice.crs)
    return grid, [(box[0] - left, box[1] - top, box[2], box[3]) for box in boxes if box]


def place(grid: Grid, lattice: Grid) -> Box | None:
    """Where a grid lies on a lattice [px]; None where their pixels do not coincide."""
    if grid.crs != lattice.crs:
        return None
    corners = np.array([(0, 0), (grid.width, 0), (0, grid.height), (grid.width, grid.height)])
    inverse = ~lattice.transform
    at = np.array([inverse @ (grid.transform @ tuple(corner)) for corner in corners.tolist()])
    origin = at[0].round()
    if np.abs(at - origin - corners).max() > ALIGNED_PX:
        return None
    return int(origin[0]), int(origin[1]), grid.width, grid.height


def write_mosaic(path: Path, grid: Grid, tiles: Sequence[tuple[str, Box]], kind: str) -> None:
    """A virtual raster on a grid over files (names as they are to stand in it) at their places.

    `kind` is the name of the files, which tells a mask from probabilities. Later ones lie on top;
    nodata covers nothing. A name that is not absolute counts from the mosaic's own folder.
    """
    sources = "\n".join(_source(name, box) for name, box in tiles)
    crs = f"<SRS>{escape(grid.crs.to_wkt())}</SRS>" if grid.crs else ""
    transform = ", ".join(repr(value) for value in grid.transform.to_gdal())
    path.write_text(
        f'<VRTDataset rasterXSize="{grid.width}" rasterYSize="{grid.height}">{crs}\n'
        f"<GeoTransform>{transform}</GeoTransform>\n"
        f'<VRTRasterBand dataType="Byte" band="1"><NoDataValue>{NODATA}</NoDataValue>\n'
        f"{_mask_band() if kind == MASK else _scaled_band(kind)}\n{sources}\n"
        "</VRTRasterBand>\n</VRTDataset>\n",
        "utf-8",
    )


def _source(name: str, box: Box) -> str:
    column, row, width, height = box
    relative = int(not os.path.isabs(name))
    size = f'xSize="{width}" ySize="{height}"'
    return (
        f"<ComplexSource><SourceFilename relativeToVRT={quoteattr(str(relative))}>{escape(name)}"
        "</SourceFilename><SourceBand>1</SourceBand>"
        f'<SrcRect xOff="0" yOff="0" {size}/><DstRect xOff="{column}" yOff="{row}" {size}/>'
        f"<NODATA>{NODATA}</NODATA></ComplexSource>"
    )


def _scaled_band(kind: str) -> str:
    names = {"probability.tif": "landslide probability"}
    text = names.get(kind, Path(kind).stem)
    scale = f"<Scale>{1 / PROBABILITY_SCALE!r}</Scale><Offset>0</Offset>"
    return f"<Description>{text}</Description>{scale}<ColorInterp>Gray</ColorInterp>"


def _mask_band() -> str:
    entries = "".join(
        '<Entry c1="{}" c2="{}" c3="{}" c4="{}"/>'.format(*MASK_COLOURS.get(value, (0, 0, 0, 255)))
        for value in range(256)
    )
    names = MASK_CATEGORIES.partition("<CategoryNames>")[2].partition("</CategoryNames>")[0]
    return (
        "<Description>landslide</Description><ColorInterp>Palette</ColorInterp>"
        f"<ColorTable>{entries}</ColorTable><CategoryNames>{names.strip()}</CategoryNames>"
    )


def warp(tile: Tile, lattice: Grid) -> Tile:
    """A virtual raster beside a tile that shows it on a lattice, by its nearest pixels."""
    path = tile.path.with_suffix(".warped.vrt")
    grid = _footprint(tile, lattice)
    crs = grid.crs.to_wkt() if grid.crs else None
    with (
        rasterio.open(tile.path) as data,
        WarpedVRT(
            data, crs=crs, transform=grid.transform, width=grid.width, height=grid.height,
            resampling=Resampling.nearest, nodata=NODATA, src_nodata=NODATA,
        ) as view,
    ):  # fmt: skip
        rasterio.shutil.copy(view, str(path), driver="VRT")
    text = path.read_text("utf-8")
    named = f'<SourceDataset relativeToVRT="1">{escape(tile.path.name)}</SourceDataset>'
    head, _, rest = text.partition("<SourceDataset")
    path.write_text(head + named + rest.partition("</SourceDataset>")[2], "utf-8")
    return Tile(path, grid)


def _footprint(tile: Tile, lattice: Grid) -> Grid:
    """The part of a lattice that a tile covers."""
    with rasterio.open(tile.path) as data:
        crs = lattice.crs.to_wkt() if lattice.crs else None
        bounds = rasterio.warp.transform_bounds(data.crs, crs, *data.bounds) if crs else data.bounds
    left, bottom, right, top = bounds
    inverse = ~lattice.transform
    corners = [(left, top), (right, top), (left, bottom), (right, bottom)]
    at = np.array([inverse @ corner for corner in corners])
    first, last = np.floor(at.min(axis=0)), np.ceil(at.max(axis=0))
    width, height = (math.ceil(side) for side in last - first)
    transform = lattice.transform @ Affine.translation(*first.tolist())
    return replace(lattice, width=width, height=height, transform=transform)
