"""The main job: read rows, run tiles through the network, write rasters and polygons.

Rows stream from the source through the engine to the sinks; no stage holds the whole raster.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from backend.checkpoint import Checkpoint, load
from backend.engines import Engine
from backend.engines.choose import Imagery, choose_engine
from backend.engines.devices import choose_device, gpu_memory
from backend.engines.ensemble import Ensemble, load_members, shared_threshold
from backend.engines.flips import Flipped
from backend.events import GpuMemory, Log, Meter, OnEvent, Result, Start
from backend.heap import return_large_arrays
from backend.inference import Row, infer_rows, sample_tiles
from backend.kept import Kept
from backend.preview import PreviewRaster
from backend.provenance import Clock, details, flat, provenance
from backend.raster.area import Area
from backend.raster.grid import DEFAULT_OVERLAP, Tiling
from backend.raster.inputs import open_source
from backend.raster.sink import RasterSink
from backend.raster.source import BandSource, SourceRequest, all_nodata
from backend.raster.spread import DISAGREEMENT, ROLES, UNCERTAINTY, SpreadSink
from backend.resume import Leftovers, facts_of
from backend.spool import Record
from backend.terrain import TerrainBands
from backend.vectorize import PolygonStream, VectorSettings, level, smallest_area
from backend.vectors.reviewed import require_unreviewed
from backend.workspace import Workspace
from backend.writers import Writers

# Least disk space for a run: bytes a pixel after compression, and a floor [bytes].
DISK_BYTES_PER_PIXEL = 0.2
DISK_FLOOR = 16 << 20
# From here on a row of tiles is many megabytes [px].
WIDE = 1 << 15
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
    more_checkpoints: tuple[Path, ...] = ()  # an ensemble with `checkpoint`
    bands: tuple[int, ...] | None = None
    inputs: tuple[str, ...] = ()  # ROLE=PATH[:BAND], or a file or folder with named bands
    dem: str | None = None
    aoi: str | None = None
    gsd: str | float = "auto"
    overlap: str = DEFAULT_OVERLAP
    threshold: float | None = None  # None: the checkpoint's own
    min_area_m2: float | None = None  # None: what `smallest_area` says
    device: str = "auto"
    precision: str = "auto"
    flips: bool = False  # the median over four mirrorings of each tile
    uncertainty: bool = False  # also a raster of how far these lie apart; flips are implied
    resume: bool = False  # go on from what a run that was cut off has left in `out`
    preview: bool = False  # tell now and then of a small raster of what is finished


@dataclass(frozen=True)
class Plan:
    """A request checked against its files: all that is known before the first tile."""

    began: datetime
    request: DetectRequest
    checkpoint: Checkpoint
    members: tuple[Checkpoint, ...]  # of the ensemble, or the checkpoint alone
    threshold: float
    source: BandSource
    area: Area | None
    terrain: TerrainBands | None
    tiling: Tiling
    engine: Engine


OnTiles = Callable[[int, int], None]


class Means(Protocol):
    """Who computes the rows of a run."""

    def choose(
        self,
        request: DetectRequest,
        members: Sequence[Checkpoint],
        tiling: Tiling,
        imagery: Imagery,
        on_event: OnEvent,
    ) -> Engine:
        """What runs the tiles: the checkpoint, or all of an ensemble."""
        ...

    def rows(
        self, plan: Plan, on_tiles: OnTiles, known: Sequence[int]
    ) -> Generator[Row, None, None]:
        """The rows after the `known` ones, as `infer_rows` gives them."""
        ...

    def memory(self, request: DetectRequest) -> GpuMemory:
        """What tells of the memory of the GPU in use."""
        ...


class Here:
    """This process does it itself."""

    def choose(
        self,
        request: DetectRequest,
        members: Sequence[Checkpoint],
        tiling: Tiling,
        imagery: Imagery,
        on_event: OnEvent,
    ) -> Engine:
        """The best engine of this computer, mirrored where that is asked."""
        return choose_for(request, members, tiling, imagery, on_event)

    def rows(
        self, plan: Plan, on_tiles: OnTiles, known: Sequence[int]
    ) -> Generator[Row, None, None]:
        """Tiles cut and computed as their rows are read."""
        return infer_rows(plan.source, plan.tiling, plan.area, plan.engine, on_tiles, known)

    def memory(self, request: DetectRequest) -> GpuMemory:
        """That of the request's device."""
        return partial(gpu_memory, choose_device(request.device))


HERE = Here()


def detect(
    request: DetectRequest, on_event: OnEvent, kept: Kept | None = None, means: Means = HERE
) -> Result:
    """Find landslides: write the four outputs into `request.out` and return their paths.

    Runs over several rasters hand on what they have `kept` of checkpoints and engines; `means`
    computes the rows.
    Raises a `CalandDetError` for anything wrong with the input, and whatever `on_event` raises
    (`Cancelled`); either way the folder is left as it was, but for a hidden one with the rows that
    are finished where a resume can go on from them.
    """
    clock = Clock()
    with ExitStack() as stack:
        plan = prepare(request, on_event, stack, kept or Kept(), means)
        workspace = stack.enter_context(Workspace(request.out))
        require_unreviewed(workspace.folder / "landslides.gpkg")
        leftovers = stack.enter_context(_leftovers(plan, workspace))
        resumed = len(leftovers.tiles) * plan.tiling.columns
        on_event(Start("detect", plan.engine.description, details(plan, resumed)))
        workspace.require_space(
            DISK_FLOOR + int(DISK_BYTES_PER_PIXEL * plan.tiling.width * plan.tiling.height)
        )
        if plan.tiling.width > WIDE:
            return_large_arrays()
        workspace.require_free(OUTPUTS)
        clock.lap("setup")
        counts = _write(plan, means, workspace, leftovers, clock, on_event)
        run = provenance(plan) | {"resumed_tiles": resumed}
        run |= {"counts": counts, "seconds": clock.seconds}
        (workspace.partial / "run.json").write_text(json.dumps(run, indent=2) + "\n")
        spreads = spreads_of(plan.request)
        outputs = OUTPUTS | {name: ROLES[name] for name in spreads}
        workspace.publish(list(outputs))
        # They would be another run's.
        workspace.remove(set(ROLES) - set(spreads))
    paths = {role: str(workspace.folder / name) for name, role in outputs.items() if role}
    result = Result(paths, counts)
    on_event(result)
    return result


def prepare(
    request: DetectRequest,
    on_event: OnEvent,
    stack: ExitStack,
    kept: Kept,
    means: Means = HERE,
) -> Plan:
    """Open and check everything that the run reads, before anything is written."""
    checkpoint = kept.once("checkpoint", lambda: load(request.checkpoint))
    members = kept.once("members", lambda: load_members(checkpoint, request.more_checkpoints))
    threshold = shared_threshold(members) if request.threshold is None else request.threshold
    level(threshold)
    source = stack.enter_context(open_source(source_request(request, checkpoint)))
    grid = source.grid
    request = replace(request, min_area_m2=smallest_area(request.min_area_m2, [grid]))
    tiling = Tiling.of(grid.width, grid.height, checkpoint.card.tile_size, request.overlap)
    area = Area(request.aoi, grid) if request.aoi else None
    terrain = stack.enter_context(TerrainBands(request.dem, grid)) if request.dem else None
    imagery = Imagery(
        source.dtype,
        kept.tiles or tiling.rows * tiling.columns,
        partial(sample_tiles, source, tiling, area),
        level(threshold),
    )
    engine = kept.once(
        (tiling.margin, source.dtype),
        lambda: means.choose(request, members, tiling, imagery, on_event),
    )
    for note in (*source.report.notes, *([terrain.warning] if terrain else [])):
        if note:
            on_event(Log("warning", note))
    return Plan(
        datetime.now(UTC),
        request,
        checkpoint,
        members,
        threshold,
        source,
        area,
        terrain,
        tiling,
        engine,
    )


def choose_for(
    request: DetectRequest,
    members: Sequence[Checkpoint],
    tiling: Tiling,
    imagery: Imagery,
    on_event: OnEvent,
) -> Engine:
    """What runs the tiles: the checkpoint, or all of an ensemble, mirrored where that is asked."""
    device = choose_device(request.device)
    engines = [
        choose_engine(
            member,
            tiling.margin,
            device,
            request.precision,
            lambda severity, text: on_event(Log(severity, text)),
            imagery,
        )
        for member in members
    ]
    engine = Ensemble(engines) if len(engines) > 1 else engines[0]
    is_mirrored = request.flips or request.uncertainty
    return Flipped(engine, request.uncertainty) if is_mirrored else engine


def spreads_of(request: DetectRequest) -> list[str]:
    """The rasters of spread that a run writes, in the order of the engine's planes."""
    wanted = {DISAGREEMENT: bool(request.more_checkpoints), UNCERTAINTY: request.uncertainty}
    return [name for name, is_wanted in wanted.items() if is_wanted]


def _leftovers(plan: Plan, workspace: Workspace) -> Leftovers:
    return Leftovers(workspace.folder, plan.source.grid.width, facts_of(plan), plan.request.resume)


def source_request(request: DetectRequest, checkpoint: Checkpoint) -> SourceRequest:
    """Which bands of which files a checkpoint is to see."""
    card = checkpoint.card
    return SourceRequest(
        path=request.raster,
        roles=card.bands,
        value_range=card.scaling.range,
        fill=card.neutral,
        units=card.scaling.units,
        bands=request.bands,
        inputs=request.inputs,
        dem=request.dem,
        gsd=request.gsd,
        gsd_nominal=card.gsd.nominal,
        gsd_range=card.gsd.range,
    )


def _write(
    plan: Plan,
    means: Means,
    workspace: Workspace,
    leftovers: Leftovers,
    clock: Clock,
    on_event: OnEvent,
) -> dict[str, Any]:
    """Stream the tiles into rasters and polygons; returns the counts of the result event."""
    grid, known, folder = plan.source.grid, leftovers.tiles, workspace.partial
    counts: dict[str, Any] = {"tiles": sum(known)}
    with ExitStack() as stack:
        preview = PreviewRaster(folder / "preview.tif", grid) if plan.request.preview else None
        teller = _Teller(plan, len(known), preview, on_event, means.memory(plan.request))
        rows = stack.enter_context(closing(means.rows(plan, teller.advance, known)))
        # Tiles are under way while the outputs are opened.
        first = list(islice(rows, 1))
        sink = stack.enter_context(RasterSink(folder, grid, level(plan.threshold)))
        polygons = stack.enter_context(_polygon_stream(plan, workspace))
        spreads = [
            stack.enter_context(SpreadSink(folder, grid, name)) for name in spreads_of(plan.request)
        ]
        writers = stack.enter_context(
            Writers(leftovers, sink, polygons, preview, teller.wait, spreads)
        )
        for record in leftovers:
            writers.put(record, is_new=False)
        teller.meter.restart()
        for row in chain(first, rows):
            values = np.broadcast_to(row.values, (1 + len(spreads), *row.valid.shape))
            writers.put(Record(values.reshape(-1, grid.width), row.tiles), is_new=True)
        writers.finish()
        clock.lap("tiles")
        if not sink.valid_pixels:
            raise all_nodata(plan.request.raster)
        counts["tiles"] += teller.computed
        counts |= {"pixels": sink.valid_pixels, "landslide_pixels": sink.landslide_pixels}
        with ThreadPoolExecutor(1, "polygons") as beside:
            closed = beside.submit(polygons.close, flat(provenance(plan) | {"counts": counts}))
            sink.close()
            for spread in spreads:
                spread.close()
            clock.lap("rasters")
            counts |= closed.result()
        clock.lap("polygons")
    return counts | {"seconds": clock.total}


class _Teller:
    """What the caller hears while tiles run, always from its own thread."""

    def __init__(
        self,
        plan: Plan,
        known: int,
        preview: PreviewRaster | None,
        on_event: OnEvent,
        memory: GpuMemory,
    ) -> None:
        """The first `known` rows of tiles are from the run before."""
        columns, rows = plan.tiling.columns, plan.tiling.rows
        self.meter = Meter(on_event, "tiles", rows * columns, "tiles", known * columns, memory)
        self.computed = 0
        self._preview, self._on_event = preview, on_event

    def advance(self, passed: int, computed: int) -> None:
        """So many tiles are passed, and so many of them the engine has computed."""
        self.computed += computed
        self.meter.advance(passed)
        if self._preview is not None and (news := self._preview.news()):
            self._on_event(news)

    def wait(self) -> None:
        """Nothing is new but the time."""
        self.advance(0, 0)


def _polygon_stream(plan: Plan, workspace: Workspace) -> PolygonStream:
    return PolygonStream(
        workspace.partial / "landslides.gpkg",
        plan.source.grid,
        VectorSettings(plan.threshold, plan.request.min_area_m2 or 0.0),
        plan.terrain,
        source=f"{Path(plan.request.raster).name}, {plan.checkpoint.path.name}"
        f" {plan.checkpoint.sha256[:12]}",
    )
