"""From what is chosen to what will be done: checked, and with what it will take."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from qgis.core import QgsGeometry, QgsRasterLayer, QgsRectangle

from . import area as areas
from . import estimate, export_layer
from .area import ChosenArea
from .card import TERRAIN_ROLES, Card
from .estimate import Estimate, Lattice
from .export_layer import ExportGrid, export_grid
from .memory import free_memory
from .messages import Failure, data_size, number, role_names, tr
from .raster_facts import RasterFacts, facts_of, ground_size, is_paletted
from .request import (
    DetectRequest,
    check_checkpoint,
    check_fresh,
    default_folder,
    raster_source,
)
from .speeds import speed_of

RGB = ("red", "green", "blue")
# Side of a tile where the checkpoint is not known yet [px].
UNKNOWN_TILE = 512


@dataclass(frozen=True)
class Choice:
    """What is chosen; None or empty leaves the choice to the backend or to the checkpoint."""

    layer: QgsRasterLayer | None
    checkpoint: str
    card: Card | None = None  # None: not known
    bands: dict[str, int] = field(default_factory=dict)  # by role; 0: none chosen
    dem: QgsRasterLayer | None = None
    area: ChosenArea | None = None  # None: the whole layer
    gsd: str = "auto"
    overlap: str = next(iter(estimate.OVERLAPS))
    threshold: float | None = None
    min_area_m2: float = 0.0
    out: str = ""
    device: str = "auto"


@dataclass(frozen=True)
class Plan:
    """A run that can be started; `notes` are sentences about what the user may not expect."""

    name: str
    request: DetectRequest
    facts: RasterFacts
    area: QgsGeometry | None
    export: ExportGrid | None
    lattice: Lattice
    estimate: Estimate
    notes: tuple[str, ...]


def make_plan(choice: Choice, now: datetime, taken: Collection[str] = ()) -> Plan:
    """The plan of a run that starts now; `taken` are the folders of runs that are not over.

    Raises `Failure`, whose kind names the field, where it cannot work.
    """
    layer = _checked_layer(choice.layer)
    checkpoint = check_checkpoint(choice.checkpoint)
    facts, card = facts_of(layer), choice.card
    bands = _checked_bands(choice, facts)
    dem = _checked_dem(choice)
    _check_distance(choice.gsd, facts)
    inside = areas.in_raster(choice.area, facts) if choice.area else None
    extent = inside.boundingBox() if inside else facts.extent
    grid = None if facts.is_file else export_grid(facts, extent, _wanted_distance(choice))
    lattice = _lattice(choice, facts, grid, extent)
    told = _estimate(choice, facts, inside, extent if grid else facts.extent, lattice)
    out = _checked_folder(choice, layer, now, taken, told.disk)
    _check_no_file_in_the_way(out)
    request = DetectRequest(
        raster=str(Path(out, export_layer.FILE_NAME)) if grid else raster_source(layer),
        checkpoint=checkpoint,
        out=out,
        threshold=choice.threshold,
        min_area_m2=choice.min_area_m2,
        overlap=choice.overlap,
        gsd=choice.gsd,
        dem=dem,
        aoi=str(Path(out, areas.FILE_NAME)) if inside else None,
        bands=bands,
        device=choice.device,
        preview=True,
    )
    notes = tuple(filter(None, (_no_crs(facts), _far_off(choice, lattice, card), _tight(told))))
    return Plan(layer.name(), request, facts, inside, grid, lattice, told, notes)


def seconds_by_overlap(choice: Choice, plan: Plan) -> dict[str, float | None]:
    """How long the plan would take with each overlap preset [s]; None where that is not known."""
    speed = speed_of(choice.checkpoint, choice.device)
    counts = {
        name: _tile_count(replace(choice, overlap=name), plan.facts, plan.area, plan.lattice)
        for name in estimate.OVERLAPS
    }
    return {name: estimate.seconds(count, speed) for name, count in counts.items()}


def _checked_layer(layer: QgsRasterLayer | None) -> QgsRasterLayer:
    if layer is None:
        message = tr("There is no raster layer to search.")
        raise Failure("raster", message, tr("Add an orthophoto to the project and choose it."))
    if not layer.isValid() or layer.dataProvider() is None:
        message = tr("The layer {} cannot be opened.").format(layer.name())
        raise Failure("raster", message, tr("Repair its data source, or choose another layer."))
    return layer


def _checked_bands(choice: Choice, facts: RasterFacts) -> tuple[int, ...] | None:
    """The bands in the order of the roles; None leaves them to the worker."""
    if choice.card is None or not choice.bands or not facts.has_pixels:
        return None
    # Without an elevation model the image has to have all of them.
    roles = choice.card.image_roles if choice.dem else choice.card.bands
    if roles == RGB and is_paletted(choice.layer):
        return None
    missing = [role for role in roles if not choice.bands.get(role)]
    if missing and set(missing) <= set(TERRAIN_ROLES):
        message = tr("The checkpoint needs {}, and no elevation model is chosen.")
        remedy = tr("Choose one, or the band of the image that has it, under More options.")
        raise Failure("dem", message.format(role_names(missing)), remedy)
    if missing:
        message = tr("The image has {} band(s), and none is chosen for {}.")
        remedy = tr("Choose a band for each, or a checkpoint that needs fewer.")
        raise Failure("bands", message.format(facts.bands, role_names(missing)), remedy)
    return tuple(choice.bands[role] for role in roles)


def _checked_dem(choice: Choice) -> str | None:
    if choice.dem is None:
        return None
    try:
        return raster_source(choice.dem)
    except Failure as failure:
        raise Failure("dem", str(failure)) from None


def _check_distance(gsd: str, facts: RasterFacts) -> None:
    if gsd in ("auto", "native"):
        return
    if not float(gsd) > 0:
        message = tr("The ground sampling distance {} m is not above 0.").format(gsd)
        raise Failure("gsd", message, tr("Give metres a pixel."))
    if not facts.crs.isValid():
        message = tr("The image has no CRS, so that it cannot be resampled to {} m.").format(gsd)
        raise Failure("gsd", message, tr("Assign its CRS, or choose the image's own distance."))


def _wanted_distance(choice: Choice) -> float | None:
    """The distance at which a layer without pixels of its own is exported [m]."""
    if choice.gsd not in ("auto", "native"):
        return float(choice.gsd)
    return choice.card.gsd_nominal if choice.card and choice.gsd == "auto" else None


def _lattice(
    choice: Choice, facts: RasterFacts, grid: ExportGrid | None, extent: QgsRectangle
) -> Lattice:
    """The result's pixels: those of the raster or of its export, or resampled."""
    card = choice.card
    limits = (card.gsd_nominal, card.gsd_range) if card else (None, None)
    if grid is None:
        return estimate.lattice(facts.width, facts.height, facts.gsd, choice.gsd, *limits)
    distance = ground_size(extent, grid.crs, grid.columns, grid.rows)
    if not facts.has_pixels:
        # Exported at the distance that is wanted.
        return Lattice(grid.columns, grid.rows, distance)
    return estimate.lattice(grid.columns, grid.rows, distance, choice.gsd, *limits)


def _estimate(
    choice: Choice,
    facts: RasterFacts,
    inside: QgsGeometry | None,
    extent: QgsRectangle,
    lattice: Lattice,
) -> Estimate:
    whole = lattice.width * lattice.height
    pixels, size = whole, whole * lattice.pixel_area if lattice.pixel_area else None
    if inside:
        share = inside.area() / (extent.width() * extent.height())
        pixels, size = max(1, round(whole * share)), areas.size_m2(inside, facts.crs)
    count = _tile_count(choice, facts, inside, lattice)
    speed = speed_of(choice.checkpoint, choice.device)
    exported = 0 if facts.is_file else export_layer.BYTES_PER_PIXEL * whole
    return Estimate(
        pixels=pixels,
        area_m2=size,
        tiles=count,
        seconds=estimate.seconds(count, speed),
        memory=_memory(lattice, choice.card, facts),
        disk=estimate.disk(whole) + exported,
    )


def _tile_count(
    choice: Choice, facts: RasterFacts, inside: QgsGeometry | None, lattice: Lattice
) -> int | None:
    """Tiles that the network will see; None where the checkpoint is not known."""
    if choice.card is None:
        return None
    size = choice.card.tile_size
    tiles = estimate.tiles(lattice.width, lattice.height, size, choice.overlap)
    if inside is None:
        return tiles.columns * tiles.rows
    extent = facts.extent if facts.is_file else inside.boundingBox()
    return areas.tiles_in(inside, extent, lattice, tiles)


def _memory(lattice: Lattice, card: Card | None, facts: RasterFacts) -> int:
    size, bands = (card.tile_size, len(card.bands)) if card else (UNKNOWN_TILE, facts.bands)
    return estimate.memory(lattice.width, size, bands, facts.value_bytes)


def _checked_folder(
    choice: Choice, layer: QgsRasterLayer, now: datetime, taken: Collection[str], needed: int
) -> str:
    """The folder of the results, new where none is chosen."""
    if choice.out:
        out = check_fresh(choice.out)
    else:
        source = raster_source(layer) if facts_of(layer).is_file else layer.name()
        out = _unused(default_folder(source, now), taken)
    if out in taken:
        message = tr("The folder {} is that of another run that is not over.").format(out)
        raise Failure("output", message, tr("Choose another folder, or clear the field."))
    parent = _existing(Path(out))
    if not os.access(parent, os.W_OK) or not parent.is_dir():
        message = tr("Nothing can be written into {}.").format(parent)
        raise Failure("output", message, tr("Choose a folder in which you may create files."))
    free = shutil.disk_usage(parent).free
    if free < needed:
        message = tr("The disk of {} has {} free; the results need about {}.")
        message = message.format(out, data_size(free), data_size(needed))
        raise Failure("output", message, tr("Free space, or choose a folder on another disk."))
    return out


def _check_no_file_in_the_way(out: str) -> None:
    for name in (areas.FILE_NAME, export_layer.FILE_NAME):
        if os.path.exists(os.path.join(out, name)):
            message = tr("The folder {} already holds {}.").format(out, name)
            remedy = tr("Choose another folder, or clear the field to get a new one.")
            raise Failure("output", message, remedy)


def _unused(folder: Path, taken: Collection[str]) -> str:
    """The folder, or with a number behind its name where it is there or promised already."""
    candidate, number_behind = folder, 2
    while str(candidate) in taken or candidate.exists():
        candidate = folder.with_name(f"{folder.name}-{number_behind}")
        number_behind += 1
    return str(candidate)


def _existing(folder: Path) -> Path:
    return next(each for each in (folder, *folder.parents) if each.exists())


def _no_crs(facts: RasterFacts) -> str:
    if facts.crs.isValid():
        return ""
    return tr("The image has no CRS: its own resolution is used, and areas are in pixels.")


def _far_off(choice: Choice, lattice: Lattice, card: Card | None) -> str:
    """A warning where the network sees what it was not trained for."""
    if not card or not card.gsd_range or not lattice.gsd:
        return ""
    low, high = card.gsd_range
    if all(0.999 * low <= side <= 1.001 * high for side in lattice.gsd):
        return ""
    seen, low, high = (number(side, 3) for side in (max(lattice.gsd), low, high))
    return tr("At {} m a pixel the network may find little: it was trained for {} to {} m.").format(
        seen, low, high
    )


def _tight(told: Estimate) -> str:
    free = free_memory()
    if free is None or free > told.memory:
        return ""
    return tr("About {} of memory are needed, and {} are free: close other programs.").format(
        data_size(told.memory), data_size(free)
    )
