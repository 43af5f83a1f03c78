"""From what is chosen to what will be done: checked, and with what it will take."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from qgis.core import QgsGeometry, QgsRasterLayer, QgsRectangle

from . import area as areas
from . import estimate, export_layer
from .card import Card
from .choice import (
    Choice,
    check_distance,
    checked_bands,
    checked_dem,
    checked_ensemble,
    checked_inputs,
    checked_layer,
    wanted_distance,
)
from .estimate import Estimate, Lattice
from .export_layer import ExportGrid, export_grid
from .files import can_write
from .memory import free_memory
from .messages import Failure, data_size, number, tr
from .raster_facts import RasterFacts, facts_of, ground_size
from .request import (
    DetectRequest,
    check_checkpoint,
    check_fresh,
    default_folder,
    raster_source,
)
from .settings import SCHEDULER
from .speeds import speed_of

# Side of a tile where the checkpoint is not known yet [px].
UNKNOWN_TILE = 512


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
    rasters: int = 1


def make_plan(choice: Choice, now: datetime, taken: Collection[str] = ()) -> Plan:
    """The plan of a run that starts now; `taken` are the folders of runs that are not over.

    Raises `Failure`, whose kind names the field, where it cannot work.
    """
    layer = checked_layer(choice.layer)
    checkpoint = check_checkpoint(choice.checkpoint)
    more_checkpoints = checked_ensemble(choice)
    facts, card = choice.scenes.facts if choice.scenes else facts_of(layer), choice.card
    bands, inputs = checked_bands(choice, facts), checked_inputs(choice)
    dem = checked_dem(choice.dem)
    check_distance(choice.gsd, facts)
    inside = areas.in_raster(choice.area, facts) if choice.area else None
    extent = inside.boundingBox() if inside else facts.extent
    grid = None if facts.is_file else export_grid(facts, extent, wanted_distance(choice))
    lattice = _lattice(choice, facts, grid, extent)
    told = _estimate(choice, facts, inside, extent if grid else facts.extent, lattice)
    if choice.scenes:
        told = choice.scenes.filled(told, facts)
    named = choice.scenes.names if choice.scenes else ()
    out = _checked_folder(choice, layer, now, taken, told.disk)
    _check_no_file_in_the_way(out)
    request = DetectRequest(
        raster=_raster(choice, out, grid),
        more_rasters=named[1:],
        checkpoint=checkpoint,
        more_checkpoints=more_checkpoints,
        out=out,
        threshold=choice.threshold,
        min_area_m2=choice.min_area_m2,
        overlap=choice.overlap,
        flips=choice.flips,
        gsd=choice.gsd,
        dem=dem,
        aoi=str(Path(out, areas.FILE_NAME)) if inside else None,
        bands=bands,
        inputs=inputs,
        device=choice.device,
        scheduler=SCHEDULER.get(),
        preview=True,
    )
    skipped = choice.scenes.note if choice.scenes else ""
    told_of = (_no_crs(facts), _far_off(choice, lattice, card), _tight(told), skipped)
    name = choice.scenes.title if choice.scenes else layer.name()
    notes = tuple(filter(None, told_of))
    rasters = choice.scenes.count if choice.scenes else 1
    return Plan(name, request, facts, inside, grid, lattice, told, notes, rasters)


def seconds_by_overlap(choice: Choice, plan: Plan) -> dict[str, float | None]:
    """How long the plan would take with each overlap preset [s]; None where that is not known."""
    speed = _speed(choice)
    counts = {
        name: _tile_count(replace(choice, overlap=name), plan.facts, plan.area, plan.lattice)
        for name in estimate.OVERLAPS
    }
    return {name: estimate.seconds(count, speed, choice.flips) for name, count in counts.items()}


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
    speed = _speed(choice)
    exported = 0 if facts.is_file else export_layer.BYTES_PER_PIXEL * whole
    return Estimate(
        pixels=pixels,
        area_m2=size,
        tiles=count,
        seconds=estimate.seconds(count, speed, choice.flips),
        memory=_memory(lattice, choice, facts),
        disk=estimate.disk(whole) + exported,
    )


def _speed(choice: Choice) -> estimate.Speed | None:
    """How fast it will be; what was measured here says nothing about a cluster."""
    return None if SCHEDULER.get() else speed_of(choice.checkpoints, choice.device)


def _tile_count(
    choice: Choice, facts: RasterFacts, inside: QgsGeometry | None, lattice: Lattice
) -> int | None:
    """Tiles that the network will see; None where the checkpoint is not known."""
    if choice.card is None:
        return None
    size = choice.card.tile_size
    tiles = estimate.tiles(lattice.width, lattice.height, size, choice.overlap)
    count = tiles.columns * tiles.rows
    if inside is not None:
        extent = facts.extent if facts.is_file else inside.boundingBox()
        count = areas.tiles_in(inside, extent, lattice, tiles)
    return choice.scenes.part_of(count, facts) if choice.scenes else count


def _memory(lattice: Lattice, choice: Choice, facts: RasterFacts) -> int:
    card = choice.card
    size, bands = (card.tile_size, len(card.bands)) if card else (UNKNOWN_TILE, facts.bands)
    # What several rasters give is put together as floating-point numbers.
    several = choice.dem or choice.inputs or choice.more_inputs
    value_bytes = estimate.FLOAT_BYTES if several else facts.value_bytes
    width = lattice.width
    if choice.scenes:
        width = min(width, round(choice.scenes.widest * width / facts.width))
    return estimate.memory(width, size, bands, value_bytes, len(choice.checkpoints))


def _raster(choice: Choice, out: str, grid: ExportGrid | None) -> str:
    """What the worker reads first: a raster, its export, or a folder of rasters."""
    if choice.scenes:
        return choice.scenes.names[0]
    return str(Path(out, export_layer.FILE_NAME)) if grid else raster_source(choice.layer)


def _checked_folder(
    choice: Choice, layer: QgsRasterLayer, now: datetime, taken: Collection[str], needed: int
) -> str:
    """The folder of the results, new where none is chosen."""
    if choice.out:
        out = check_fresh(choice.out)
    else:
        source = raster_source(layer) if facts_of(layer).is_file else layer.name()
        source = choice.scenes.place if choice.scenes else source
        out = _unused(default_folder(source, now), taken)
    if out in taken:
        message = tr("The folder {} is that of another run that is not over.").format(out)
        raise Failure("output", message, tr("Choose another folder, or clear the field."))
    parent = _existing(Path(out))
    if not parent.is_dir() or not can_write(parent):
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
    # `Path.exists` fails where a folder may not be entered, and Windows' drives may not be there.
    return next((each for each in (folder, *folder.parents) if os.path.exists(each)), Path.home())


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
