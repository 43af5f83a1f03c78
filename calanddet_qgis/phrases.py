"""Sentences about plans and runs, for the panel."""

from __future__ import annotations

import platform

from qgis.core import Qgis

from .messages import area, data_size, duration, headline, number, progress, summary, tr
from .plan import Plan
from .runs import Run, State


def plan_line(plan: Plan) -> str:
    """`3,000 × 2,000 px at 0.8 m · 3.84 km² · 24 tiles · about 1.2 GB of memory` and so on."""
    told, lattice = plan.estimate, plan.lattice
    size = tr("{} × {} px").format(number(lattice.width), number(lattice.height))
    if plan.rasters > 1:
        size = tr("{} px in {} rasters").format(number(told.pixels), number(plan.rasters))
    if lattice.gsd:
        size = tr("{} at {} m").format(size, number(max(lattice.gsd), 3))
    if plan.area and plan.rasters == 1:
        size = tr("{} px of {}").format(number(told.pixels), size)
    parts = [size]
    if told.area_m2 is not None:
        parts.append(area(told.area_m2))
    if told.tiles is not None:
        parts.append(tr("1 tile") if told.tiles == 1 else tr("{} tiles").format(number(told.tiles)))
    parts.append(tr("about {} of memory").format(data_size(told.memory)))
    parts.append(tr("{} of disk").format(data_size(told.disk)))
    return tr("{}. {}").format(" · ".join(parts), _time(plan))


def _time(plan: Plan) -> str:
    if plan.estimate.seconds is not None:
        return tr("It will take about {}.").format(duration(plan.estimate.seconds))
    return tr("How long it takes is known after the first run with this checkpoint.")


def export_line(plan: Plan) -> str:
    """What is exported first; empty where nothing is."""
    if plan.export is None:
        return ""
    return tr("The worker cannot read this layer: {} × {} px are exported first.").format(
        number(plan.export.columns), number(plan.export.rows)
    )


def distance_line(plan: Plan) -> str:
    """What the raster's distance is and what becomes of it."""
    native, seen = plan.facts.gsd, plan.lattice
    if not plan.facts.has_pixels:
        return tr("Exported at {} m.").format(number(max(seen.gsd), 3)) if seen.gsd else ""
    if native is None:
        return tr("The image has no CRS, and so none is known; it is read as it is.")
    own = number(max(native), 3)
    if seen.resampled:
        return tr("The image has {} m; it is read at {} m.").format(own, number(max(seen.gsd), 3))
    return tr("The image has {} m, and is read as it is.").format(own)


def state_label(run: Run) -> str:
    """Where a run stands, in a word or two."""
    labels = {
        State.WAITING: tr("Waiting"),
        State.EXPORTING: tr("Exporting"),
        State.RUNNING: tr("Running"),
        State.CANCELLING: tr("Cancelling"),
        State.FAILED: tr("Failed"),
        State.CANCELLED: tr("Cancelled"),
        State.CUT_OFF: tr("Cut off"),
    }
    if run.state is State.DONE:
        return tr("{} found").format(number(run.result["counts"].get("polygons", 0)))
    percent = _percent(run)
    return f"{labels[run.state]}{percent}"


def _percent(run: Run) -> str:
    total = run.progress.get("total")
    if run.state not in (State.EXPORTING, State.RUNNING) or not total:
        return ""
    return f" {number(100 * run.progress['done'] / total)} %"


def progress_line(run: Run) -> str:
    """`12 of 80 tiles · 2 min left`, and on the next line `1.2 Mpx/s · 2.8 km²/h`."""
    if run.state is State.EXPORTING:
        percent = number(run.progress.get("done", 0))
        return tr("Exporting the layer for the worker: {} %").format(percent)
    return progress(run.progress)


def rate_line(run: Run) -> str:
    """Pixels and square kilometres in a time; empty until they are known."""
    rate, details = run.progress.get("rate"), run.details
    known = all(details.get(name) for name in ("tiles", "width", "height"))
    if not rate or run.progress.get("unit") != "tiles" or not known:
        return ""
    pixels = rate * details["width"] * details["height"] / details["tiles"]
    parts = [tr("{} Mpx/s").format(number(pixels / 1e6, 2))]
    if details.get("gsd_m"):
        along, down = details["gsd_m"]
        parts.append(tr("{} km²/h").format(number(pixels * along * down * 3600 / 1e6, 2)))
    return " · ".join(parts)


def device_line(run: Run) -> str:
    """What computes, and the memory that is in use: on the GPU, and by the worker.

    Empty until the work begins.
    """
    if not run.device or run.is_over:
        return run.device
    parts, told = [run.device], run.progress
    if told.get("gpu_memory"):
        used, whole = map(data_size, told["gpu_memory"])
        parts.append(tr("{} of its {} in use").format(used, whole))
    if told.get("memory"):
        parts.append(tr("{} of memory").format(data_size(told["memory"])))
    return " · ".join(parts)


def ending(run: Run) -> tuple[str, str]:
    """How a run ended: a title and a sentence or two."""
    if run.state is State.CANCELLED:
        kept = tr("What was done is kept, and can be gone on with.")
        text = kept if run.can_resume else tr("Nothing was written.")
        return tr("The run was cancelled."), text
    if run.state is State.CUT_OFF:
        text = tr("What was done over {} is kept, and can be gone on with.").format(run.plan.name)
        return tr("QGIS ended before the run did."), text
    if run.failure:
        return headline(run.failure.kind), str(run.failure)
    text = tr("Finished in {}.").format(duration(run.result["counts"]["seconds"]))
    if run.project_is_gone:
        text = tr("The project was closed meanwhile, so no layers were added.")
    skipped = skipped_line(run)
    return summary(run.result["counts"]), f"{text} {skipped}".strip()


def skipped_line(run: Run) -> str:
    """How many rasters could not be searched; empty where all could, or there was only one."""
    counts, skipped = run.result.get("counts", {}), _skipped(run)
    if len(skipped) == 1:
        return tr("1 of {} rasters was skipped.").format(number(counts["rasters"]))
    text = tr("{} of {} rasters were skipped.")
    return text.format(number(len(skipped)), number(counts["rasters"])) if skipped else ""


def _skipped(run: Run) -> list[dict[str, str]]:
    """Path and reason of each raster that could not be searched."""
    return run.result.get("counts", {}).get("skipped") or []


def report(run: Run) -> str:
    """All that somebody needs who is to help with a run that failed, or skipped rasters."""
    lines = [
        *ending(run),
        "",
        f"QGIS {Qgis.version()}, {platform.platform()}",
        tr("Device: {}").format(run.device or "–"),
        tr("Asked for: {}").format(" ".join(run.plan.request.arguments())),
        "",
        *(f"{each['path']}: {each['reason']}" for each in _skipped(run)),
        *run.log,
        run.failure.details if run.failure else "",
    ]
    return "\n".join(lines).strip()
