"""Polygons from probabilities: as a stream beside the tiles, and as a job of its own."""

from __future__ import annotations

import math
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.errors import RasterioError
from rasterio.windows import Window

from backend import __version__
from backend.errors import CalandDetError, OutputError, RasterError
from backend.events import Log, Meter, OnEvent, Result, Start
from backend.raster.grid import NODATA, PROBABILITY_SCALE, Grid
from backend.raster.source import open_raster
from backend.raster.turns import gdal_turn
from backend.terrain import TerrainBands
from backend.vectors import level
from backend.vectors.attributes import (
    columns,
    describe,
    identities,
    largest_pixel_m2,
    pixel_m2,
    schema,
)
from backend.vectors.components import Terrain, concatenated
from backend.vectors.geopackage import GeoPackage
from backend.vectors.reviewed import require_unreviewed
from backend.vectors.tracer import Closed, Tracer
from backend.workspace import Workspace

__all__ = [
    "SMALLEST_PX",
    "PolygonStream",
    "VectorSettings",
    "VectorizeRequest",
    "level",
    "smallest_area",
    "vectorize",
]

# Polygons are described and written together once they have this many vertices.
BATCH_VERTICES = 1 << 18
# What is smaller than so many pixels is neither found nor missed where a checkpoint is evaluated,
# and gets no polygon where a run does not say what is to be kept.
SMALLEST_PX = 10
# Rows of a probability raster are read in bands of about this many pixels.
BAND_PIXELS = 1 << 23


@dataclass(frozen=True)
class VectorSettings:
    """How probabilities become polygons. Without a CRS `min_area_m2` counts pixels."""

    threshold: float = 0.5
    min_area_m2: float = 0.0
    simplify_px: float = 0.25

    def check(self) -> None:
        """Raise `CalandDetError` for values that mean nothing."""
        level(self.threshold)
        for name, value in (
            ("minimum area", self.min_area_m2),
            ("simplification tolerance", self.simplify_px),
        ):
            if not (math.isfinite(value) and value >= 0):
                raise CalandDetError(f"The {name} {value} is not 0 or above.", "Give a number.")


class PolygonStream:
    """Probability rows in, from top to bottom; a GeoPackage of polygons out, as they close.

    `path` is the file itself: whoever owns its folder gives a temporary name and moves it. Leaving
    the context without `close` removes the file.
    """

    def __init__(
        self,
        path: Path,
        grid: Grid,
        settings: VectorSettings,
        terrain: TerrainBands | None = None,
        source: str = "",
    ) -> None:
        settings.check()
        self._grid, self._settings, self._source = grid, settings, source
        self._has_terrain = terrain is not None
        self._namespace = uuid.uuid5(uuid.NAMESPACE_OID, f"{source} {settings} {grid}")
        self._tracer = Tracer(
            grid.width,
            level(settings.threshold),
            settings.simplify_px,
            _fewest_pixels(grid, settings.min_area_m2),
            _in_turn(terrain.values) if terrain is not None else None,
        )
        self._waiting: list[Closed] = []
        self._vertices = self._polygons = 0
        self._area_m2 = 0.0
        self._file = GeoPackage(path, grid.crs, schema(self._has_terrain))
        self._is_open = True

    def add(self, values: NDArray[np.uint8]) -> None:
        """The next rows (rows, W): value / 250 is the probability, 255 is nodata."""
        self._take(self._tracer.add(values))

    def close(self, run: dict[str, Any]) -> dict[str, Any]:
        """Write what is left and `run`, a flat row of provenance; return polygons and area_m2."""
        self._take(self._tracer.finish())
        self._flush()
        self._file.finish(run)
        self._is_open = False
        area = self._area_m2 if self._grid.crs is not None else None
        return {"polygons": self._polygons, "area_m2": area}

    def abort(self) -> None:
        """Remove the file, unless it was closed."""
        if self._is_open:
            self._file.remove()
            self._is_open = False

    def __enter__(self) -> PolygonStream:
        return self

    def __exit__(self, *exception: object) -> None:
        self.abort()

    def _take(self, closed: Iterable[Closed]) -> None:
        for batch in closed:
            self._waiting.append(batch)
            self._vertices += int(shapely.get_num_coordinates(batch.polygons).sum())
            if self._vertices >= BATCH_VERTICES:
                self._flush()

    def _flush(self) -> None:
        """Describe and write the polygons that wait, but for those that are too small."""
        if not self._waiting:
            return
        pixels = np.concatenate([batch.polygons for batch in self._waiting])
        totals = concatenated([batch.totals for batch in self._waiting])
        self._waiting, self._vertices = [], 0
        polygons, fields = describe(pixels, totals, self._grid)
        size = fields["area_px"] if self._grid.crs is None else fields["area_m2"]
        kept = size >= self._settings.min_area_m2
        fields = {name: values[kept] for name, values in fields.items()}
        identity = identities(totals.take(kept), self._namespace, self._polygons + 1)
        self._file.add(polygons[kept], columns(fields, identity, self._source, self._has_terrain))
        self._polygons += int(kept.sum())
        self._area_m2 += float(fields["area_m2"].sum())


def _in_turn(terrain: Terrain) -> Terrain:
    """The elevation model read while no other thread is at GDAL."""

    def values(rows: NDArray[np.int64], columns: NDArray[np.int64]) -> NDArray[np.float32]:
        with gdal_turn:
            return terrain(rows, columns)

    return values


def smallest_area(asked: float | None, grids: Iterable[Grid]) -> float:
    """The minimum area of a run's polygons [m2, px without a CRS]: as asked, or that of
    `SMALLEST_PX` pixels of the finest grid that was read, to three digits."""
    if asked is not None:
        return asked
    return float(f"{SMALLEST_PX * min(map(pixel_m2, grids)):.3g}")


def _fewest_pixels(grid: Grid, min_area_m2: float) -> float:
    """Components of fewer pixels are below the minimum area, whatever their outline."""
    if grid.crs is None:
        return min_area_m2
    # An outline reaches less than a pixel beyond each centre: at most twice the pixels' area.
    return min_area_m2 / (2 * largest_pixel_m2(grid))


@dataclass(frozen=True)
class VectorizeRequest:
    """Everything the polygons of a probability raster depend on."""

    probability: Path
    out: Path
    threshold: float = VectorSettings.threshold
    min_area_m2: float = VectorSettings.min_area_m2
    simplify_px: float = VectorSettings.simplify_px
    dem: str | None = None


def vectorize(request: VectorizeRequest, on_event: OnEvent) -> Result:
    """Write the polygons of a probability raster to `request.out` and return its path.

    Raises a `CalandDetError` for anything wrong with the input, and whatever `on_event` raises
    (`Cancelled`); either way a file at `request.out` is left as it was.
    """
    began = time.monotonic()
    settings = VectorSettings(request.threshold, request.min_area_m2, request.simplify_px)
    settings.check()
    if request.out.suffix.lower() != ".gpkg":
        raise OutputError(f"{request.out} is not named as a GeoPackage.", "End it in .gpkg.")
    with ExitStack() as stack:
        data = stack.enter_context(open_probability(str(request.probability)))
        crs = CRS.from_wkt(data.crs.to_wkt()) if data.crs else None
        grid = Grid(data.width, data.height, data.transform, crs)
        terrain = stack.enter_context(TerrainBands(request.dem, grid)) if request.dem else None
        on_event(Start("vectorize", "CPU", {"width": grid.width, "height": grid.height}))
        if terrain is not None and terrain.warning:
            on_event(Log("warning", terrain.warning))
        workspace = stack.enter_context(Workspace(request.out.parent))
        require_unreviewed(request.out)
        path = workspace.partial / request.out.name
        source = f"{request.probability.name}, threshold {settings.threshold:g}"
        stream = stack.enter_context(PolygonStream(path, grid, settings, terrain, source))
        counts = _feed(stream, data, level(settings.threshold), on_event)
        counts |= stream.close(_provenance(request) | counts)
        workspace.publish([request.out.name])
    counts["seconds"] = round(time.monotonic() - began, 3)
    result = Result({"polygons": str(request.out.absolute())}, counts)
    on_event(result)
    return result


def _feed(
    stream: PolygonStream, data: rasterio.DatasetReader, lowest: int, on_event: OnEvent
) -> dict[str, Any]:
    """Pass all rows on to the stream; returns the numbers of valid and of landslide pixels."""
    meter = Meter(on_event, "polygons", data.height, "rows")
    valid = landslide = 0
    for rows in bands(data):
        stream.add(rows)
        is_valid = rows != NODATA
        valid += int(is_valid.sum())
        landslide += int((is_valid & (rows >= lowest)).sum())
        meter.advance(len(rows))
    return {"pixels": valid, "landslide_pixels": landslide}


def bands(data: rasterio.DatasetReader) -> Iterator[NDArray[np.uint8]]:
    """All rows (rows, W) in bands of whole blocks. Raises `RasterError` for a damaged file."""
    block = data.block_shapes[0][0]
    step = max(1, BAND_PIXELS // data.width // block) * block
    for first in range(0, data.height, step):
        rows = min(step, data.height - first)
        try:
            yield data.read(1, window=Window(0, first, data.width, rows))
        except RasterioError as error:
            raise RasterError(
                f"{data.name} cannot be read at rows {first} to {first + rows}: it is damaged"
                " or truncated.",
                "Run the detection again.",
            ) from error


def open_probability(path: str) -> rasterio.DatasetReader:
    """The dataset, which has to be a probability raster as `detect` writes it.

    Raises `RasterError` for any other.
    """
    data = open_raster(path)
    is_ours = data.count == 1 and data.dtypes[0] == "uint8" and data.nodata == NODATA
    if not (is_ours and math.isclose(data.scales[0] * PROBABILITY_SCALE, 1, rel_tol=1e-6)):
        found = f"{data.count} band(s) of {data.dtypes[0]}, nodata {data.nodata}"
        data.close()
        raise RasterError(
            f"{path} is not a probability raster: it has {found}; one Byte band with nodata"
            f" {NODATA} and scale 1/{PROBABILITY_SCALE} is needed.",
            "Choose the probability.tif of a run.",
        )
    return data


def _provenance(request: VectorizeRequest) -> dict[str, Any]:
    return {
        "job": "vectorize",
        "version": __version__,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "probability": str(request.probability),
        "threshold": request.threshold,
        "min_area_m2": request.min_area_m2,
        "simplify_px": request.simplify_px,
        "dem": request.dem,
    }
