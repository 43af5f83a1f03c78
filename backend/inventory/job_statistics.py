"""The job that counts an inventory and writes its report."""

from __future__ import annotations

import json
import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely

from backend.errors import CalandDetError, InventoryError
from backend.events import Meter, OnEvent, Result
from backend.inventory import common, figures, report, store
from backend.inventory.layer import Layer, read_layer, reprojected
from backend.inventory.power_law import DRAWS
from backend.inventory.relief import hillshade
from backend.inventory.shapes import measure, plane_of
from backend.inventory.statistics import Statistics, describe
from backend.inventory.volume import DEFAULT_RELATION, relation
from backend.inventory.zones import Array
from backend.raster.source import open_raster
from backend.workspace import Workspace

# What is left in the folder, in the order of publishing, and the role of each file.
OUTPUTS = {
    "size_frequency.png": "plot_png",
    "size_frequency.svg": "plot_svg",
    "report.pdf": "report_pdf",
    "report.html": "report",
    "statistics.json": "statistics",
}


# Outlines on the map are drawn to this part of its longest side.
DRAWN_STEPS = 4000


@dataclass(frozen=True)
class StatisticsRequest:
    """Which layer, and what it is set against; `dem` is drawn as hillshade under the map.

    The searched area is `area_km2`, else that of the polygons `area`, else what the layer's own
    run has recorded. `relation` is a name of `volume.RELATIONS`, or None for no volume.
    """

    layer: str
    out: Path
    area_km2: float | None = None
    area: str | None = None
    dem: str | None = None
    relation: str | None = DEFAULT_RELATION
    title: str = ""
    draws: int = DRAWS


def statistics(request: StatisticsRequest, on_event: OnEvent) -> Result:
    """Write plots, report and numbers of an inventory into the folder `request.out`.

    Rejected polygons do not count. Raises a `CalandDetError` for anything wrong with the input, and
    whatever `on_event` raises; either way the folder is left as it was.
    """
    began = time.monotonic()
    law = relation(request.relation) if request.relation else None
    layer = common.opened(request.layer, "statistics", on_event)
    counted = layer.without_rejected()
    run = store.read_run(layer.path)
    meter = Meter(on_event, "statistics", 3, "steps")
    found = describe(_areas(counted), _searched_km2(request, counted, run), law, request.draws)
    for warning in found.warnings:
        common.warn(on_event, warning)
    meter.advance(1)
    view = _view(request, counted)
    meter.advance(1)
    own = common.provenance(request, "statistics") | {
        "polygons_rejected": len(layer) - len(counted)
    }
    title = request.title or f"Landslide inventory {Path(layer.path).stem}"
    with Workspace(request.out) as workspace:
        _write(workspace.partial, title, view, found, own | run)
        meter.advance(1)
        workspace.publish(list(OUTPUTS))
    paths = {role: workspace.folder / name for name, role in OUTPUTS.items()}
    return common.done(on_event, paths, _counts(found), began)


def _areas(layer: Layer) -> Array:
    if layer.crs is None:
        raise InventoryError(
            f"{layer.path} has no CRS, so that its areas are not known.", "Assign its CRS."
        )
    return measure(layer.polygons, layer.crs)["area_m2"]


def _searched_km2(request: StatisticsRequest, layer: Layer, run: dict[str, Any]) -> float | None:
    """The area that was searched, where it is known."""
    if request.area_km2 is not None:
        if not (math.isfinite(request.area_km2) and request.area_km2 > 0):
            raise CalandDetError(
                f"The searched area {request.area_km2} km² is not above 0.",
                "Give it in square kilometres, or leave it out.",
            )
        return request.area_km2
    if request.area is not None:
        area = read_layer(request.area)
        polygons = reprojected(area.polygons, area.crs, layer.crs, f"The area {area.path}")
        joined = shapely.union_all(polygons, axis=None)
        return float(measure(shapely.get_parts(joined), layer.crs)["area_m2"].sum()) / 1e6
    return recorded_km2(run)


def recorded_km2(run: dict[str, Any]) -> float | None:
    """The valid pixels of a detection by the size of one on the ground, as its run has them."""
    try:
        across, down = json.loads(run["raster_gsd"])
        return float(run["counts_pixels"]) * across * down / 1e6
    except (KeyError, TypeError, ValueError):
        return None


def _view(request: StatisticsRequest, layer: Layer) -> figures.MapView:
    plane = plane_of(layer.polygons, layer.crs)
    polygons = reprojected(layer.polygons, layer.crs, plane, "The layer")
    shade = None
    if request.dem and plane is not None:
        with open_raster(request.dem) as data:
            shade = hillshade(data, polygons, plane)
    left, bottom, right, top = shapely.total_bounds(polygons)
    # Finer than a printed dot nothing is drawn.
    drawn = shapely.simplify(polygons, max(right - left, top - bottom) / DRAWN_STEPS)
    return figures.MapView(drawn, shade)


def _write(
    folder: Path,
    title: str,
    view: figures.MapView,
    found: Statistics,
    sources: dict[str, Any],
) -> None:
    sizes = figures.size_figure(found)
    drawing = figures.svg(sizes)
    (folder / "size_frequency.png").write_bytes(figures.png(sizes))
    (folder / "size_frequency.svg").write_text(drawing, encoding="utf-8")
    notes = report.wrapped_notes(found)
    sheet = figures.page_figure(
        title, view, found, report.rows(found), notes, report.wrapped_sources(sources, notes)
    )
    figures.write_pdf(sheet, folder / "report.pdf", title)
    plan = figures.png(figures.map_figure(view))
    html = report.page(title, found, plan, drawing, sources)
    (folder / "report.html").write_text(html, encoding="utf-8")
    text = json.dumps(found.to_dict() | {"provenance": sources}, indent=2, default=str)
    (folder / "statistics.json").write_text(text + "\n", encoding="utf-8")


def _counts(found: Statistics) -> dict[str, Any]:
    """The main numbers, for the result event."""
    gamma, tail, volume = found.inverse_gamma, found.power_law, found.volume
    return {
        "polygons": found.n,
        "area_m2": found.total_m2,
        "largest_m2": found.largest_m2,
        "searched_km2": found.searched_km2,
        "per_km2": found.per_km2,
        "magnitude": found.magnitude,
        "rollover_m2": gamma.best.rollover_m2 if gamma else None,
        "tail_exponent": tail.exponent if tail else None,
        "tail_exponent_limits": list(tail.exponent_limits) if tail else None,
        "volume_m3": volume.volume_m3 if volume else None,
        "warnings": list(found.warnings),
    }
