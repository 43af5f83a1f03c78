"""The job: detect landslides in many rasters, and make one result of all of them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from backend.checkpoint import Checkpoint, load
from backend.detect import DISK_BYTES_PER_PIXEL, DISK_FLOOR, DetectRequest
from backend.engines.ensemble import load_members, shared_threshold
from backend.errors import RasterError
from backend.events import Log, Meter, OnEvent, Result
from backend.kept import Kept
from backend.provenance import flat, versions
from backend.raster.grid import Grid
from backend.resume import facts_of_request
from backend.scenes.assemble import Assembly, assemble, grids_of
from backend.scenes.detecting import Crew, Team
from backend.scenes.layout import Group, Scene, group, look_at
from backend.scenes.listing import find
from backend.scenes.outcome import Outcome, State
from backend.scenes.plan import Planner, folder_names
from backend.scenes.store import Store
from backend.vectorize import VectorSettings, smallest_area
from backend.vectors.reviewed import require_unreviewed
from backend.workspace import Workspace

# Of a single run in the same folder: they would not belong to what is there now.
OF_SINGLE = ("probability.tif", "mask.tif", "mask.tif.aux.xml")
# So many names stand in a run's title.
MOST_NAMED = 3


@dataclass(frozen=True)
class ScenesRequest:
    """Rasters, folders, patterns or tile indices, and what to do with each of them.

    `detect` names no raster of its own. With a `scheduler` its workers do the work.
    """

    rasters: tuple[str, ...]
    detect: DetectRequest
    scheduler: str | None = None


@dataclass(frozen=True)
class Finding:
    """The rasters that can be opened, in groups, and what became of the others."""

    groups: tuple[Group, ...]
    failed: tuple[Outcome, ...]
    names: dict[str, str]
    """Of each raster's folder, by its path."""


@dataclass(frozen=True)
class Setting:
    """What holds for all rasters: the request without one, with its threshold, and checkpoints."""

    began: datetime
    template: DetectRequest
    members: tuple[Checkpoint, ...]
    polygons: VectorSettings
    kept: Kept

    def on(self, grids: Iterable[Grid]) -> Setting:
        """The same with the minimum area that results on these grids get."""
        smallest = smallest_area(self.template.min_area_m2, grids)
        return replace(
            self,
            template=replace(self.template, min_area_m2=smallest),
            polygons=replace(self.polygons, min_area_m2=smallest),
        )


def detect_many(request: ScenesRequest, on_event: OnEvent) -> bool:
    """Detect in all rasters and write mosaics, polygons and `run.json` into the output folder.

    Returns whether all rasters could be done: one that is broken is skipped. Raises a
    `CalandDetError` for anything else that is wrong, or where no raster is left, and whatever
    `on_event` raises; the results in the folder are then as they were, and what is done waits in a
    hidden folder for a resume.
    """
    clock = time.monotonic()
    setting = _settle(request.detect)
    finding = _look(request.rasters, on_event)
    with ExitStack() as stack:
        workspace = stack.enter_context(Workspace(setting.template.out))
        require_unreviewed(workspace.folder / "landslides.gpkg")
        workspace.require_free(["landslides.gpkg"])
        workspace.require_space(DISK_FLOOR + int(DISK_BYTES_PER_PIXEL * _pixels(finding.groups)))
        facts, goes_on = _facts(setting), setting.template.resume
        store = stack.enter_context(Store(workspace.folder, facts, goes_on))
        planner = Planner(setting.template, setting.members[0], store)
        team = Team(planner, finding.groups, finding.names, on_event)
        crew = Crew(team, store, setting.kept, request.scheduler, on_event)
        order = list(finding.names)
        outcomes = sorted(
            (*finding.failed, *crew.work()), key=lambda outcome: order.index(outcome.path)
        )
        _check_any(outcomes)
        groups = team.folders(outcomes)
        setting = setting.on(grids_of(store, groups))
        record = _record(request, setting, outcomes)
        assembly = Assembly(
            workspace.partial,
            store,
            setting.polygons,
            setting.template.dem,
            _source(setting.members[0]),
        )
        found = assemble(assembly, groups, flat(record), on_event)
        counts = _counts(outcomes) | found
        counts["seconds"] = round(time.monotonic() - clock, 3)
        _write_record(workspace.partial / "run.json", record | {"counts": counts})
        paths = _publish(workspace, store, outcomes)
    skipped = _skipped(outcomes)
    if not skipped:
        store.remove()
    on_event(Result(paths, counts | {"skipped": skipped}))
    return not skipped


def _settle(request: DetectRequest) -> Setting:
    """Open the checkpoints and check what is asked for."""
    kept = Kept()
    first = kept.once("checkpoint", lambda: load(request.checkpoint))
    members = kept.once("members", lambda: load_members(first, request.more_checkpoints))
    threshold = shared_threshold(members) if request.threshold is None else request.threshold
    polygons = VectorSettings(threshold, request.min_area_m2 or 0.0)
    polygons.check()
    template = replace(request, raster="", threshold=threshold)
    return Setting(datetime.now(UTC), template, members, polygons, kept)


def _look(names: Sequence[str], on_event: OnEvent) -> Finding:
    """Open all rasters for a moment, and see how they lie."""
    listing = find(names)
    for note in listing.notes:
        on_event(Log("warning", note))
    scenes: list[Scene] = []
    failed = []
    meter = Meter(on_event, "comparing", len(listing.paths), "rasters")
    for rank, path in enumerate(listing.paths):
        try:
            scenes.append(look_at(path, rank))
        except RasterError as error:
            failed.append(Outcome(path, State.FAILED, error.message))
            on_event(Log("info", f"{path} is skipped: {error.message}"))
        meter.advance(1)
    folders = dict(zip(listing.paths, folder_names(listing.paths), strict=True))
    return Finding(tuple(group(scenes)), tuple(failed), folders)


def _facts(setting: Setting) -> dict[str, Any]:
    """All that the results of every raster depend on, by names for people."""
    template, members = setting.template, setting.members
    facts = facts_of_request(template) | {
        "checkpoint": ", ".join(f"{one.path.name} {one.sha256}" for one in members),
        "threshold": template.threshold,
        "device": template.device,
        "precision": template.precision,
    }
    told = flat({"version of": versions()})
    return facts | {name.replace("_", " "): value for name, value in told.items()}


def _pixels(groups: Sequence[Group]) -> int:
    grids = [scene.grid for each in groups for scene in each.scenes]
    return sum(grid.width * grid.height for grid in grids if grid)


def _check_any(outcomes: Sequence[Outcome]) -> None:
    """Raise `RasterError` where no raster is done: there is nothing to make a result of."""
    if any(outcome.state is State.DONE for outcome in outcomes):
        return
    count = len(outcomes)
    raise RasterError(
        f"None of the {count} rasters could be searched; the first one: {outcomes[0].reason}",
        "Check the files, the area of interest and the checkpoint's bands.",
    )


def _record(
    request: ScenesRequest, setting: Setting, outcomes: Sequence[Outcome]
) -> dict[str, Any]:
    """What `run.json` says, but for the counts."""
    template, members = setting.template, setting.members
    parameters = {
        name: str(value) if isinstance(value, Path) else value
        for name, value in asdict(template).items()
    }
    more = [str(path) for path in template.more_checkpoints]
    done = [outcome.counts for outcome in outcomes if outcome.state is State.DONE]
    first = members[0]
    return {
        "began": setting.began.isoformat(timespec="seconds"),
        "parameters": parameters
        | {"raster": _title(request.rasters), "rasters": list(request.rasters)}
        | {"more_checkpoints": more, "scheduler": request.scheduler},
        "checkpoint": {
            "name": first.path.name,
            "sha256": first.sha256,
            "architecture": first.card.architecture,
            "with": [f"{member.path.name} {member.sha256}" for member in members[1:]],
        },
        "device": " and ".join(dict.fromkeys(counts["device"] for counts in done)),
        "precision": " and ".join(dict.fromkeys(counts["precision"] for counts in done)),
        "rasters": [outcome.row() for outcome in outcomes],
        "versions": versions(),
    }


def _title(names: Sequence[str]) -> str:
    named = ", ".join(names[:MOST_NAMED])
    more = len(names) - MOST_NAMED
    return f"{named} and {more} more" if more > 0 else named


def _source(checkpoint: Checkpoint) -> str:
    return f"{checkpoint.path.name} {checkpoint.sha256[:12]}"


def _counts(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    done = [outcome for outcome in outcomes if outcome.state is State.DONE]
    counts: dict[str, Any] = {"rasters": len(outcomes), "rasters_done": len(done)}
    for name in ("tiles", "pixels", "landslide_pixels"):
        counts[name] = sum(outcome.counts[name] for outcome in done)
    return counts


def _skipped(outcomes: Sequence[Outcome]) -> list[dict[str, str]]:
    """The rasters that could not be done, and why."""
    return [
        {"path": outcome.path, "reason": outcome.reason}
        for outcome in outcomes
        if outcome.state is State.FAILED
    ]


def _write_record(path: Path, record: dict[str, Any]) -> None:
    path.write_text(json.dumps(record, indent=2) + "\n", "utf-8")


def _publish(workspace: Workspace, store: Store, outcomes: Sequence[Outcome]) -> dict[str, str]:
    """Move everything into place, the rasters' own files first; returns the paths by role."""
    mosaics = sorted(path.name for path in workspace.partial.glob("*.vrt"))
    store.publish([outcome.folder for outcome in outcomes if outcome.folder])
    workspace.publish([*mosaics, "landslides.gpkg", "run.json"])
    workspace.remove(OF_SINGLE)
    paths = {Path(name).stem: name for name in mosaics}
    paths |= {"polygons": "landslides.gpkg", "run": "run.json"}
    return {role: str(workspace.folder / name) for role, name in paths.items()}
