"""One raster after the other, or all of them on a cluster; a broken one is left out and told."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

from backend.detect import detect
from backend.errors import AreaError, CalandDetError, DemError, NoDataError, RasterError
from backend.events import Event, Log, Meter, OnEvent, Preview, Progress, Start
from backend.kept import Kept
from backend.scenes.layout import Group, overlapping
from backend.scenes.outcome import Outcome, State
from backend.scenes.plan import Planner, Settled, Task
from backend.scenes.results import collect
from backend.scenes.store import Store

# What may be wrong with one raster and right with the next one.
OF_ONE_RASTER = (RasterError, AreaError, DemError)
# Sentences that may be warnings; hundreds of rasters could fill a window with them.
MOST_WARNINGS = 5


class Team:
    """The rasters of a run in their groups; those that have failed are left out of theirs."""

    def __init__(
        self, planner: Planner, groups: Sequence[Group], names: dict[str, str], on_event: OnEvent
    ) -> None:
        self._planner, self._names = planner, names
        self._settled: list[Settled] = []
        self._of: dict[str, int] = {}
        meter = Meter(on_event, "comparing", len(groups), "rasters")
        for number, group in enumerate(groups):
            meter.advance(1)
            self._settled.append(planner.settle(group))
            self._of |= {scene.path: number for scene in group.scenes}
            for note in self._settled[-1].notes:
                on_event(Log("info", note))

    @property
    def paths(self) -> list[str]:
        """All that have not failed, by their ranks."""
        scenes = [scene for settled in self._settled for scene in settled.group.scenes]
        return [scene.path for scene in sorted(scenes, key=lambda scene: scene.rank)]

    def task(self, path: str) -> Task:
        """What is to be done for a raster."""
        settled = self._settled[self._of[path]]
        paths = [scene.path for scene in settled.group.scenes]
        names = [self._names[each] for each in paths]
        return self._planner.task(settled, paths.index(path), self._names[path], names)

    def leave_out(self, path: str) -> list[str]:
        """Forget a raster; returns those that may now show what it was to show."""
        number = self._of.pop(path)
        settled = self._settled[number]
        group = settled.group
        index = [scene.path for scene in group.scenes].index(path)
        heirs = [] if group.is_alone else overlapping(group, index)
        scenes = [scene for scene in group.scenes if scene.path != path]
        boxes = [box for at, box in enumerate(group.boxes) if at != index]
        left = replace(group, scenes=tuple(scenes), boxes=tuple(boxes))
        self._settled[number] = replace(settled, group=left)
        return [group.scenes[each].path for each in heirs]

    def folders(self, outcomes: Iterable[Outcome]) -> list[list[Outcome]]:
        """The rasters that are done, by groups."""
        groups: dict[int, list[Outcome]] = {}
        for outcome in outcomes:
            if outcome.state is State.DONE:
                groups.setdefault(self._of[outcome.path], []).append(outcome)
        return list(groups.values())


class Crew:
    """Does the tasks of a team, and tells about them as about one job."""

    def __init__(
        self, team: Team, store: Store, kept: Kept, scheduler: str | None, on_event: OnEvent
    ) -> None:
        self._team, self._store, self._kept = team, store, kept
        self._scheduler, self._on_event = scheduler, on_event
        self._told: set[str] = set()
        self._has_started = False
        self._resumed = self._done_tiles = 0

    def work(self) -> list[Outcome]:
        """Do all that is not done yet. Raises what is wrong with more than one raster."""
        outcomes: dict[str, Outcome] = {}
        waiting, later = self._in_order()
        while waiting or later:
            if not waiting:
                waiting, later = [path for path in later if path not in outcomes], []
            tasks = self._plan(waiting, outcomes)
            self._tell_start(tasks, outcomes)
            found = self._on_cluster(tasks) if self._scheduler else self._here(tasks)
            outcomes |= {outcome.path: outcome for outcome in found}
            waiting = self._heirs([outcomes[path] for path in waiting])
        return list(outcomes.values())

    def _in_order(self) -> tuple[list[str], list[str]]:
        """What an earlier run has begun, and the rest: others depend on whether that is broken."""
        first: list[str] = []
        later: list[str] = []
        meter = Meter(self._on_event, "comparing", len(self._team.paths), "rasters")
        for path in self._team.paths:
            task = self._team.task(path)
            self._kept.tiles += task.tiles
            if self._store.known(task.name, task.facts) is not None:
                self._resumed += task.tiles
            (first if self._store.is_open(task.name) else later).append(path)
            meter.advance(1)
        self._done_tiles = self._resumed
        return first, later

    def _plan(self, paths: Sequence[str], outcomes: dict[str, Outcome]) -> list[Task]:
        """The tasks of rasters that are not done yet; `outcomes` gets the others."""
        tasks = []
        for path in paths:
            task = self._team.task(path)
            counts = self._store.known(task.name, task.facts)
            if counts is None:
                tasks.append(task)
            else:
                outcomes[path] = Outcome(path, State.DONE, "", task.name, 0.0, counts)
        return tasks

    def _tell_start(self, tasks: Sequence[Task], outcomes: dict[str, Outcome]) -> None:
        """Of a run in which nothing is left to do, as no device is chosen for it."""
        done = [outcome for outcome in outcomes.values() if outcome.state is State.DONE]
        if not tasks and done:
            self._start(done[0].counts["device"])

    def _heirs(self, outcomes: Sequence[Outcome]) -> list[str]:
        """The rasters that have to be done (again), as one that overlaps with them has failed."""
        failed = {each.path for each in outcomes if each.state is State.FAILED}
        heirs = {heir for path in failed for heir in self._team.leave_out(path)} - failed
        return [path for path in self._team.paths if path in heirs]

    def _here(self, tasks: Sequence[Task]) -> list[Outcome]:
        if not tasks:
            return []
        meter = Meter(self._on_event, "tiles", self._kept.tiles, "tiles", self._done_tiles)
        return [self._one(task, meter) for task in tasks]

    def _one(self, task: Task, meter: Meter) -> Outcome:
        """Detect in one raster."""
        began = time.monotonic()
        self._store.begin(task.name, task.facts)
        listener = _Listener(self, meter)
        try:
            detect(task.request, listener, self._kept)
            outcome = self._done(task, time.monotonic() - began)
        except OF_ONE_RASTER as error:
            outcome = self._failed(task.scene.path, error)
        meter.advance(max(0, task.tiles - listener.done))
        self._done_tiles += task.tiles
        return outcome

    def _on_cluster(self, tasks: Sequence[Task]) -> list[Outcome]:
        """All at once: the cluster finds an order, and tells its progress itself."""
        from backend.cluster.run import detect_on

        for task in tasks:
            self._store.begin(task.name, task.facts)
        requests = [task.request for task in tasks]
        ended = detect_on(str(self._scheduler), requests, self.hear) if tasks else []
        outcomes, errors = [], []
        for task, end in zip(tasks, ended, strict=True):
            if end.error is None:
                outcomes.append(self._done(task, end.seconds))
            elif isinstance(end.error, OF_ONE_RASTER):
                outcomes.append(self._failed(task.scene.path, end.error))
            else:
                errors.append(end.error)
        # Not before, so that a resume finds all that is done.
        for error in errors:
            raise error
        return outcomes

    def _done(self, task: Task, seconds: float) -> Outcome:
        counts = collect(task.request.out, self._store.fresh(task.name), task.crop)
        self._store.keep(task.name, task.facts, counts)
        return Outcome(task.scene.path, State.DONE, "", task.name, round(seconds, 3), counts)

    def _failed(self, path: str, error: CalandDetError) -> Outcome:
        """What became of a raster that cannot be done."""
        if isinstance(error, NoDataError):
            reason = "No pixel of it counts: all is nodata, or better shown by another raster."
            return Outcome(path, State.EMPTY, reason)
        if isinstance(error, AreaError):
            return Outcome(path, State.OUTSIDE, error.message)
        self._on_event(Log("info", f"{path} is skipped: {error.message}"))
        return Outcome(path, State.FAILED, error.message)

    def hear(self, event: Event) -> None:
        """Pass on what a run over some of the rasters tells, as far as it is news of all."""
        if isinstance(event, Start):
            self._start(event.device)
        elif isinstance(event, Log):
            self._pass_on(event)
        elif isinstance(event, Preview | Progress):
            self._on_event(event)

    def _pass_on(self, log: Log) -> None:
        """Each sentence once; of many warnings about rasters the later ones are only logged."""
        if log.text in self._told:
            return
        self._told.add(log.text)
        is_many = len(self._told) > MOST_WARNINGS
        self._on_event(replace(log, level="info") if is_many else log)

    def _start(self, device: str) -> None:
        if not self._has_started:
            self._has_started = True
            details = {"rasters": len(self._team.paths), "tiles": self._kept.tiles}
            self._on_event(Start("detect", device, details | {"resumed_tiles": self._resumed}))


class _Listener:
    """Hears the run over one raster; `done` of its tiles count in the whole."""

    def __init__(self, crew: Crew, meter: Meter) -> None:
        self.done = 0
        self._crew, self._meter = crew, meter

    def __call__(self, event: Event) -> None:
        if not isinstance(event, Progress):
            self._crew.hear(event)
        more = 0
        if isinstance(event, Progress) and event.stage == "tiles":
            more = event.done - self.done
        self.done += more
        self._meter.advance(more)
