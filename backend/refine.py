"""Another threshold for a run: mask and polygons made anew from its probability raster.

No network runs. What a person has reviewed is kept as it is, and new polygons that touch it are
left out.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.windows import Window

from backend.errors import AreaError, InventoryError, OutputError, RasterError
from backend.events import Log, Meter, OnEvent, Result, Start
from backend.files import put_in_place
from backend.inventory.store import add_columns, snapshot
from backend.raster.grid import Grid
from backend.raster.sink import add_overviews, create_mask, mask_of
from backend.terrain import TerrainBands
from backend.vectorize import PolygonStream, VectorSettings, bands, level, open_probability
from backend.vectors.reviewed import count, fingerprint, read_reviewed, renew, strip
from backend.workspace import Workspace, refused

# A preview of more pixels than this is made from an overview.
PREVIEW_PIXELS = 24 << 20
# A preview looks this often whether it is still wanted [rows].
PREVIEW_ROWS = 512
# In the order of publishing: the one that another program may hold open goes first.
RENEWED = ("landslides.gpkg", "mask.tif", "run.json")

Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class RefineRequest:
    """A run's folder and the new settings; None leaves one as it is."""

    run: Path
    threshold: float | None = None
    min_area_m2: float | None = None
    simplify_px: float | None = None


@dataclass(frozen=True)
class Run:
    """A finished run: its folder, its `run.json`, and the settings that its files have now."""

    folder: Path
    record: dict[str, Any]
    settings: VectorSettings

    @property
    def probability(self) -> Path:
        """What all else follows from."""
        return self.folder / "probability.tif"

    @property
    def polygons(self) -> Path:
        """The inventory."""
        return self.folder / "landslides.gpkg"

    @property
    def source(self) -> str:
        """What the polygons say they come from."""
        checkpoint = self.record["checkpoint"]
        raster = Path(self.record["parameters"]["raster"]).name
        return f"{raster}, {checkpoint['name']} {checkpoint['sha256'][:12]}"

    def refined(self, request: RefineRequest) -> VectorSettings:
        """The settings with what is asked for."""
        given = {name: getattr(request, name) for name in asdict(self.settings)}
        chosen = {name: value for name, value in given.items() if value is not None}
        return VectorSettings(**asdict(self.settings) | chosen)


def open_run(folder: Path) -> Run:
    """The run that a detection has left in a folder; `InventoryError` where there is none."""
    folder = folder.absolute()
    for name in ("probability.tif", *RENEWED):
        if not (folder / name).is_file():
            raise InventoryError(
                f"The folder {folder} holds no {name}.",
                "Choose a folder as a detection has left it.",
            )
    try:
        record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        parameters = record["parameters"]
        # Floats as the run had them: they are part of the polygons' identity.
        settings = VectorSettings(
            float(parameters["threshold"]),
            float(parameters["min_area_m2"]),
            float(parameters.get("simplify_px", VectorSettings.simplify_px)),
        )
        run = Run(folder, record, settings)
        _ = run.source
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InventoryError(
            f"{folder / 'run.json'} is not what a detection writes ({error!r}).",
            "Choose a folder as a detection has left it.",
        ) from error
    return run


def refine(request: RefineRequest, on_event: OnEvent) -> Result:
    """Rewrite mask, polygons and `run.json` of a run so that they agree with other settings.

    Raises a `CalandDetError` for anything wrong with the input, and whatever `on_event` raises
    (`Cancelled`); either way all three are left as they were.
    """
    run = open_run(request.run)
    with prepare(run, run.refined(request), on_event) as prepared:
        prepared.publish()
    names = {"polygons": run.polygons, "mask": run.folder / "mask.tif"}
    result = Result({role: str(path) for role, path in names.items()}, prepared.counts)
    on_event(result)
    return result


@dataclass(frozen=True)
class Prepared:
    """Files that wait to be moved over the run's own."""

    run: Run
    workspace: Workspace
    reviewed: bytes
    counts: dict[str, Any]

    def publish(self) -> None:
        """Replace the run's files, all or none. Raises `OutputError` where that cannot be."""
        if fingerprint(self.run.polygons) != self.reviewed:
            raise OutputError(
                f"{self.run.polygons} was edited meanwhile.", "Apply again to keep these edits."
            )
        with _all_or_none(self.workspace):
            self.workspace.publish(list(RENEWED))


@contextmanager
def prepare(run: Run, settings: VectorSettings, on_event: OnEvent) -> Iterator[Prepared]:
    """Make the new files beside the old ones; they vanish at the end unless published."""
    settings.check()
    with ExitStack() as stack:
        data = stack.enter_context(open_probability(str(run.probability)))
        grid = _grid(data)
        workspace = stack.enter_context(Workspace(run.folder))
        before = fingerprint(run.polygons)
        on_event(Start("refine", "CPU", {"width": grid.width, "height": grid.height}))
        terrain = _terrain(run, grid, stack, on_event)
        found = workspace.partial / "found.gpkg"
        stream = stack.enter_context(PolygonStream(found, grid, settings, terrain, run.source))
        counts = _write_mask(data, grid, workspace.partial, settings, stream, on_event)
        stream.close({"job": "refine"})
        target = workspace.partial / run.polygons.name
        snapshot(str(run.polygons), target)
        counts |= _renewed(found, target, grid.crs)
        _record(run, settings, counts, workspace.partial)
        yield Prepared(run, workspace, before, counts)


def read_window(path: Path, box: Box | None) -> tuple[NDArray[np.uint8], Grid]:
    """Values (H, W) of a probability raster and their grid, in a box (column, row, width, height).

    None is all of it. What is larger than `PREVIEW_PIXELS` is read with larger pixels.
    """
    with open_probability(str(path)) as data:
        left, top, width, height = _clipped(box or (0, 0, data.width, data.height), data)
        factor = 1
        while -(-width // factor) * -(-height // factor) > PREVIEW_PIXELS:
            factor *= 2
        shape = (-(-height // factor), -(-width // factor))
        window = Window(left, top, width, height)
        try:
            values = data.read(1, window=window, out_shape=shape)
        except RasterioError as error:
            raise RasterError(
                f"{path} cannot be read: it is damaged or truncated.", "Run the detection again."
            ) from error
        grid = _grid(data)
    scale = Affine.scale(width / shape[1], height / shape[0])
    transform = grid.transform @ Affine.translation(left, top) @ scale
    return values, Grid(shape[1], shape[0], transform, grid.crs)


class Reviewed:
    """A copy of a run's inventory with what is reviewed only, from which previews are made.

    An inventory may hold a million predicted polygons: they are taken out once.
    """

    def __init__(self, run: Run, path: Path) -> None:
        self._inventory, self._path = run.polygons, path
        self._stamp: list[tuple[int, int]] = []

    def copy(self, target: Path) -> None:
        """Put a copy of what is reviewed at this moment at `target`."""
        stamp = [
            _stamp(self._inventory.with_name(self._inventory.name + end)) for end in ("", "-wal")
        ]
        if stamp != self._stamp:
            self._path.unlink(missing_ok=True)
            snapshot(str(self._inventory), self._path)
            strip(self._path)
            self._stamp = stamp
        shutil.copyfile(self._path, target)


def _stamp(path: Path) -> tuple[int, int]:
    """What changes where a file does."""
    with suppress(OSError):
        state = path.stat()
        return state.st_mtime_ns, state.st_size
    return 0, 0


def preview(
    source: str,
    settings: VectorSettings,
    values: NDArray[np.uint8],
    grid: Grid,
    out: Path,
    on_event: OnEvent,
) -> dict[str, Any]:
    """Add to `out`, a copy of what is reviewed, what else other settings find; without terrain.

    `values` (H, W) on their `grid` are what the polygons are made from, `source` is what they say
    they come from. Returns the counts.
    """
    settings.check()
    found = out.with_name(f"found-{out.name}")
    meter = Meter(on_event, "polygons", grid.height, "rows")
    try:
        with PolygonStream(found, grid, settings, source=source) as stream:
            for first in range(0, grid.height, PREVIEW_ROWS):
                rows = values[first : first + PREVIEW_ROWS]
                stream.add(rows)
                meter.advance(len(rows))
            stream.close({"job": "preview"})
        return _renewed(found, out, grid.crs)
    finally:
        found.unlink(missing_ok=True)


def _clipped(box: Box, data: rasterio.DatasetReader) -> Box:
    left, top = max(box[0], 0), max(box[1], 0)
    right, bottom = min(box[0] + box[2], data.width), min(box[1] + box[3], data.height)
    if right <= left or bottom <= top:
        raise AreaError(
            f"The window {box} lies outside of {data.name}, {data.width} x {data.height} pixels.",
            "Move the map to the result.",
        )
    return left, top, right - left, bottom - top


def _grid(data: rasterio.DatasetReader) -> Grid:
    crs = CRS.from_wkt(data.crs.to_wkt()) if data.crs else None
    return Grid(data.width, data.height, data.transform, crs)


def _terrain(run: Run, grid: Grid, stack: ExitStack, on_event: OnEvent) -> TerrainBands | None:
    """The run's elevation model; none, with a warning, where it has moved away since."""
    dem = run.record["parameters"].get("dem")
    if not dem:
        return None
    if not Path(dem).exists():
        text = f"The elevation model {dem} is gone: new polygons have no slope and no elevation."
        on_event(Log("warning", text))
        return None
    return stack.enter_context(TerrainBands(dem, grid))


def _write_mask(
    data: rasterio.DatasetReader,
    grid: Grid,
    folder: Path,
    settings: VectorSettings,
    stream: PolygonStream,
    on_event: OnEvent,
) -> dict[str, Any]:
    """All rows into the mask and into the stream of polygons; returns the landslide pixels."""
    path, lowest, row, landslide = folder / "mask.tif", level(settings.threshold), 0, 0
    meter = Meter(on_event, "polygons", grid.height, "rows")
    with refused(folder, RasterioError), create_mask(path, grid) as mask:
        for rows in bands(data):
            values = mask_of(rows, lowest)
            mask.write(values, 1, window=Window(0, row, grid.width, len(rows)))
            stream.add(rows)
            row += len(rows)
            landslide += int((values == 1).sum())
            meter.advance(len(rows))
    with refused(folder, RasterioError):
        add_overviews(path, Resampling.nearest)
    return {"landslide_pixels": landslide}


def _renewed(found: Path, target: Path, crs: CRS | None) -> dict[str, Any]:
    """Put the `found` polygons into a copy of the inventory at `target`; returns the counts."""
    reviewed = read_reviewed(target)
    renewal = renew(target, found, reviewed, crs)
    counts = count(target) | {"kept": renewal.kept, "left_out": renewal.left_out}
    return counts | ({} if crs else {"area_m2": None})


def _record(run: Run, settings: VectorSettings, counts: dict[str, Any], folder: Path) -> None:
    """Write down in `run.json` and in the inventory's table `run` what the files come from now."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    original = run.record.get("refined", {}).get("original", asdict(run.settings))
    refined = {"at": now, "kept": counts["kept"], "original": original}
    numbers = {name: counts[name] for name in ("landslide_pixels", "polygons", "area_m2")}
    record = run.record | {
        "parameters": run.record["parameters"] | asdict(settings),
        "counts": run.record.get("counts", {}) | numbers,
        "refined": refined,
    }
    (folder / "run.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    columns: dict[str, Any] = {
        f"parameters_{name}": value for name, value in asdict(settings).items()
    }
    columns |= {"counts_landslide_pixels": counts["landslide_pixels"], "refined_at": now}
    fields = {name: np.array([value]) for name, value in columns.items()}
    add_columns(folder / run.polygons.name, "run", np.array([1]), fields)


@contextmanager
def _all_or_none(workspace: Workspace) -> Iterator[None]:
    """Put the old files back where not all of the new ones could be moved in."""
    # Of another name each time: Windows keeps one in which a file is open.
    kept = Path(tempfile.mkdtemp(dir=workspace.partial))
    for name in RENEWED:
        _keep(workspace.folder / name, kept / name)
    try:
        yield
    except OutputError:
        for name in RENEWED:
            with suppress(OSError):
                put_in_place(kept / name, workspace.folder / name)
        raise


def _keep(path: Path, kept: Path) -> None:
    """A second name for a file; a copy on disks that have no such thing."""
    try:
        os.link(path, kept)
    except OSError:
        shutil.copy2(path, kept)
