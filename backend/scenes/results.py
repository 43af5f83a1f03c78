"""The results of one raster: cut to its own pixels, and put where the run collects them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from affine import Affine
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.windows import Window

from backend.files import put_in_place
from backend.raster.grid import PROBABILITY_SCALE, Grid
from backend.raster.ground import native_grid
from backend.raster.part import Box
from backend.raster.sink import (
    BLOCK,
    MASK_CATEGORIES,
    add_overviews,
    create_byte_raster,
    create_mask,
)
from backend.raster.source import open_raster
from backend.scenes.mosaic import MASK
from backend.workspace import refused

# What a run over one raster leaves and the run over many has no use for, or makes for all.
OF_ONE = ("landslides.gpkg", "run.json")
# Of a raster's counts, those that a row tells.
COUNTS = ("tiles", "pixels", "landslide_pixels")


def collect(work: Path, target: Path, crop: Box | None) -> dict[str, Any]:
    """Move what a run has left in `work` to `target`; returns the raster's counts and device.

    Of a raster that saw its neighbours only `crop`, its own pixels, is kept. Raises `OutputError`
    where the disk refuses.
    """
    record = json.loads((work / "run.json").read_text("utf-8"))
    with refused(target, RasterioError):
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        for path in sorted(work.glob("*.tif")):
            if crop is None:
                put_in_place(path, target / path.name)
            else:
                _cut(path, target / path.name, crop)
        (target / f"{MASK}.aux.xml").write_text(MASK_CATEGORIES)
    counts = {name: record["counts"][name] for name in COUNTS}
    return counts | {name: record[name] for name in ("device", "precision")}


def _cut(path: Path, target: Path, crop: Box) -> None:
    """A raster of bytes cut to a box of it."""
    column, row, width, height = crop
    with open_raster(str(path)) as data:
        whole = native_grid(data)
        transform = whole.transform @ Affine.translation(column, row)
        grid = Grid(width, height, transform, whole.crs)
        is_mask = path.name == MASK
        with create_mask(target, grid) if is_mask else create_byte_raster(target, grid) as cut:
            if not is_mask:
                cut.scales = (1 / PROBABILITY_SCALE,)
                cut.set_band_description(1, data.descriptions[0])
            for first in range(0, height, BLOCK):
                rows = min(BLOCK, height - first)
                values = data.read(1, window=Window(column, row + first, width, rows))
                cut.write(values, 1, window=Window(0, first, width, rows))
    add_overviews(target, Resampling.nearest if is_mask else Resampling.average)
