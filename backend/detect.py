"""The main job: read rows, run tiles through the network, write rasters and polygons.

Rows stream from the source through the engine to the sinks; no stage holds the whole raster.
"""

from __future__ import annotations

import json
import platform
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import rasterio
import torch

from backend import __version__
from backend.checkpoint import Checkpoint, load
from backend.engines import Engine
from backend.engines.choose import Imagery, choose_engine
from backend.engines.devices import choose_device
from backend.events import Log, Meter, OnEvent, Result, Start
from backend.inference import infer, sample_tiles
from backend.raster.area import Area
from backend.raster.grid import DEFAULT_OVERLAP, Tiling
from backend.raster.sink import RasterSink
from backend.raster.source import RasterSource, SourceRequest, all_nodata
from backend.terrain import TerrainBands
from backend.vectorize import PolygonStream, VectorSettings, level
from backend.workspace import Workspace

# Least disk space for a run: bytes a pixel after compression, and a floor [bytes].
DISK_BYTES_PER_PIXEL = 0.1
DISK_FLOOR = 16 << 20
# What a run leaves, in the order of publishing, and the role of each file in the result event.
OUTPUTS = {
    "probability.tif": "probability",
    "mask.tif.aux.xml": "",
    "mask.tif": "mask",
    "landslides.gpkg": "polygons",
    "run.json": "run",
}


@dataclass(frozen=True)
class DetectRequest:
    """Everything a run depends on; the defaults are the command line's and the panel's."""

    raster: str
    checkpoint: Path
    out: Path
    bands: tuple[int, ...] | None = None
    dem: str | None = None
    aoi: str | None = None
    gsd: str | float = "auto"
    overlap: str = DEFAULT_OVERLAP
    threshold: float | None = None  # None: the checkpoint's own
    min_area_m2: float = 0.0
    device: str = "auto"
    precision: str = "auto"


@dataclass
class Clock:
    """Seconds by stage, for `run.json`."""

    began: float = field(default_factory=time.perf_counter)
    seconds: dict[str, float] = field(default_factory=dict)

    def lap(self, stage: str) -> None:
        """Book the time since the last lap on `stage`."""
        now = time.perf_counter()
        self.seconds[stage] = round(now - self.began, 3)
        self.began = now

    @property
    def total(self) -> float:
        """All laps together [s]."""
        return round(sum(self.seconds.values()), 3)


@dataclass(frozen=True)
class _Plan:
    """A request checked against its files: all that is known before the first tile."""

    began: datetime
    request: DetectRequest
    checkpoint: Checkpoint
    threshold: float
    source: RasterSource
    area: Area | None
    terrain: TerrainBands | None
    tiling: Tiling
    engine: Engine


def detect(request: DetectRequest, on_event: OnEvent) -> Result:
    """Find landslides: write the four outputs into `request.out` and return their paths.

    Raises a `CalandDetError` for anything wrong with the input, and whatever `on_event` raises
    (`Cancelled`); either way the folder is left as it was.
    """
    clock = Clock()
    with ExitStack() as stack:
        plan = _prepare(request, on_event, stack)
        workspace = stack.enter_context(Workspace(request.out))
        workspace.require_space(
            DISK_FLOOR + int(DISK_BYTES_PER_PIXEL * plan.tiling.width * plan.tiling.height)
        )
        clock.lap("setup")
        counts = _write(plan, workspace, clock, on_event)
        run = _provenance(plan) | {"counts": counts, "seconds": clock.seconds}
        (workspace.partial / "run.json").write_text(json.dumps(run, indent=2) + "\n")
        workspace.publish(list(OUTPUTS))
    paths = {role: str(workspace.folder / name) for name, role in OUTPUTS.items() if role}
    result = Result(paths, counts)
    on_event(result)
    return result


def _prepare(request: DetectRequest, on_event: OnEvent, stack: ExitStack) -> _Plan:
    """Open and check everything that the run reads, before anything is written."""
    checkpoint = load(request.checkpoint)
    threshold = checkpoint.card.threshold if request.threshold is None else request.threshold
    level(threshold)
    source = stack.enter_context(RasterSource(_source_request(request, checkpoint)))
    grid = source.grid
    tiling = Tiling.of(grid.width, grid.height, checkpoint.card.tile_size, request.overlap)
    area = Area(request.aoi, grid) if request.aoi else None
    terrain = stack.enter_context(TerrainBands(request.dem, grid)) if request.dem else None
    engine = choose_engine(
        checkpoint,
        tiling.margin,
        choose_device(request.device),
        request.precision,
        lambda severity, text: on_event(Log(severity, text)),
        Imagery(
            source.dtype,
            tiling.rows * tiling.columns,
            partial(sample_tiles, source, tiling, area),
            level(threshold),
        ),
    )
    for note in (*source.report.notes, *([terrain.warning] if terrain else [])):
        if note:
            on_event(Log("warning", note))
    plan = _Plan(
        datetime.now(UTC), request, checkpoint, threshold, source, area, terrain, tiling, engine
    )
    on_event(Start("detect", engine.description, _details(plan)))
    return plan


def _source_request(request: DetectRequest, checkpoint: Checkpoint) -> SourceRequest:
    card = checkpoint.card
    low, high = card.scaling.range
    return SourceRequest(
        path=request.raster,
        roles=card.bands,
        value_range=(low, high),
        # The training mean is what a network takes as "nothing here".
        fill=tuple(low + mean * (high - low) for mean in card.scaling.mean),
        bands=request.bands,
        gsd=request.gsd,
        gsd_nominal=card.gsd.nominal,
        gsd_range=card.gsd.range,
    )


def _write(plan: _Plan, workspace: Workspace, clock: Clock, on_event: OnEvent) -> dict[str, Any]:
    """Stream the tiles into rasters and polygons; returns the counts of the result event."""
    meter = Meter(on_event, "tiles", plan.tiling.rows * plan.tiling.columns, "tiles")
    counts: dict[str, Any] = {"tiles": 0}

    def on_tiles(passed: int, computed: int) -> None:
        counts["tiles"] += computed
        meter.advance(passed)

    with ExitStack() as stack:
        sink = stack.enter_context(
            RasterSink(workspace.partial, plan.source.grid, level(plan.threshold))
        )
        polygons = stack.enter_context(_polygon_stream(plan, workspace))
        for values in infer(plan.source, plan.tiling, plan.area, plan.engine, on_tiles):
            sink.write(values)
            polygons.add(values)
        clock.lap("tiles")
        if not sink.valid_pixels:
            raise all_nodata(plan.request.raster)
        sink.close()
        clock.lap("rasters")
        counts |= {"pixels": sink.valid_pixels, "landslide_pixels": sink.landslide_pixels}
        counts |= polygons.close(_flat(_provenance(plan) | {"counts": counts}))
        clock.lap("polygons")
    return counts | {"seconds": clock.total}


def _polygon_stream(plan: _Plan, workspace: Workspace) -> PolygonStream:
    return PolygonStream(
        workspace.partial / "landslides.gpkg",
        plan.source.grid,
        VectorSettings(threshold=plan.threshold, min_area_m2=plan.request.min_area_m2),
        plan.terrain,
        source=f"{Path(plan.request.raster).name}, {plan.checkpoint.path.name}"
        f" {plan.checkpoint.sha256[:12]}",
    )


def _details(plan: _Plan) -> dict[str, Any]:
    """What the start event tells about the run."""
    return {
        "width": plan.tiling.width,
        "height": plan.tiling.height,
        "tiles": plan.tiling.rows * plan.tiling.columns,
        "gsd_m": plan.source.report.gsd,
        "checkpoint": plan.checkpoint.path.name,
        "architecture": plan.checkpoint.card.architecture,
        "threshold": plan.threshold,
    }


def _provenance(plan: _Plan) -> dict[str, Any]:
    """All that a result depends on, for `run.json`."""
    request = {
        name: str(value) if isinstance(value, Path) else value
        for name, value in asdict(plan.request).items()
    }
    tiling = asdict(plan.tiling) | {
        "overlap": plan.request.overlap,
        "margin": plan.tiling.margin,
        "columns": plan.tiling.columns,
        "rows": plan.tiling.rows,
    }
    return {
        "began": plan.began.isoformat(timespec="seconds"),
        "parameters": request | {"threshold": plan.threshold},
        "checkpoint": {
            "name": plan.checkpoint.path.name,
            "sha256": plan.checkpoint.sha256,
            "architecture": plan.checkpoint.card.architecture,
        },
        "device": plan.engine.description,
        "precision": plan.engine.precision,
        "raster": asdict(plan.source.report),
        "tiling": tiling,
        "versions": {
            "calanddet": __version__,
            "python": platform.python_version(),
            "torch": torch.__version__,
            "gdal": rasterio.__gdal_version__,
        },
    }


def _flat(run: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested provenance as one row: keys joined by `_`, lists as text."""
    row: dict[str, Any] = {}
    for key, value in run.items():
        if isinstance(value, dict):
            row |= _flat(value, f"{prefix}{key}_")
        else:
            row[prefix + key] = json.dumps(value) if isinstance(value, list | tuple) else value
    return row
