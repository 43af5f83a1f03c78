"""Orthophotos cut into rasters, and what a run over many of them has left."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import rasterio
import shapely
from affine import Affine
from numpy.typing import NDArray

from backend.detect import DetectRequest, detect
from backend.events import Event
from backend.scenes.run import ScenesRequest, detect_many
from tests.backend.rasters import UTM_TRANSFORM, write_raster

# Left, top, right, bottom [px].
Cut = tuple[int, int, int, int]
QUARTERS: tuple[Cut, ...] = (
    (0, 0, 100, 140), (100, 0, 256, 140), (0, 140, 100, 256), (100, 140, 256, 256),
)  # fmt: skip


def cut(folder: Path, values: NDArray, cuts: tuple[Cut, ...] = QUARTERS, **options: Any) -> Path:
    """Parts of values (bands, H, W) as rasters tile-0.tif, ... where they lie; the folder."""
    folder.mkdir(exist_ok=True)
    mask = options.pop("mask", None)
    transform = options.pop("transform", UTM_TRANSFORM)
    for number, (left, top, right, bottom) in enumerate(cuts):
        write_raster(
            folder / f"tile-{number}.tif",
            values[:, top:bottom, left:right],
            transform=transform @ Affine.translation(left, top),
            mask=None if mask is None else mask[top:bottom, left:right],
            **options,
        )
    return folder


def single(raster: Path, checkpoint: Path, out: Path, **options: Any) -> Path:
    """A run over one raster; the output folder."""
    detect(DetectRequest(str(raster), checkpoint, out, device="cpu", **options), lambda event: None)
    return out


def many(rasters: Any, checkpoint: Path, out: Path, **options: Any) -> tuple[bool, list[Event]]:
    """A run over many; whether it was complete, and what it told."""
    names = rasters if isinstance(rasters, list | tuple) else [rasters]
    events: list[Event] = []
    hear, scheduler = options.pop("on_event", events.append), options.pop("scheduler", None)
    request = DetectRequest("", checkpoint, out, device="cpu", **options)
    scenes = ScenesRequest(tuple(map(str, names)), request, scheduler)
    return detect_many(scenes, hear), events


def pixels(path: Path) -> NDArray[np.uint8]:
    """The only band of a raster."""
    with rasterio.open(path) as data:
        return data.read(1)


def inventory(path: Path) -> tuple[NDArray[Any], dict[str, NDArray[Any]]]:
    """Polygons (n,) of a GeoPackage by their places, and their fields."""
    meta, _, wkb, columns = pyogrio.raw.read(path, layer="landslides")
    polygons = shapely.from_wkb(wkb)
    order = np.lexsort(shapely.bounds(polygons).T) if len(polygons) else np.empty(0, int)
    return polygons[order], {
        str(name): values[order] for name, values in zip(meta["fields"], columns, strict=True)
    }
