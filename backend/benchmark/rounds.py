"""Measuring: contenders in turns, each time in a fresh process, and the median of each."""

from __future__ import annotations

import json
import signal
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from backend.benchmark.contender import Outcome
from backend.benchmark.images import write_corner
from backend.benchmark.process import Ended, run_module
from backend.benchmark.scenario import Scenario
from backend.errors import DeviceError
from backend.events import Log, Meter, OnEvent


@dataclass(frozen=True)
class Measured:
    """One run: `seconds` from the process's start to its end, of them `start_s` up to tiles."""

    seconds: float
    start_s: float
    work_s: float
    """From the first tile until all is written."""
    tiles: int
    peak_bytes: int | None
    what: str
    """Device, library and precision."""


@dataclass(frozen=True)
class Turn:
    """A contender's name for the table, its key in `contender.MODULES`, and what it gets."""

    name: str
    contender: str
    scenario: Scenario


def measure(turn: Turn) -> Measured:
    """Run a contender once; raises `DeviceError` with its last words where it fails."""
    folder = Path(turn.scenario.folder)
    folder.mkdir(parents=True, exist_ok=True)
    scenario, path = folder / "scenario.json", folder / "outcome.json"
    turn.scenario.write(scenario)
    path.unlink(missing_ok=True)
    ended = run_module(
        "backend.benchmark.contender",
        *(turn.contender, str(scenario), str(path)),
        threads=turn.scenario.threads,
    )
    if ended.code or not path.exists():
        raise _failure(turn.name, ended)
    outcome = Outcome(**json.loads(path.read_text(encoding="utf-8")))
    return Measured(
        ended.seconds,
        outcome.ready - ended.began,
        outcome.done - outcome.ready,
        outcome.tiles,
        ended.peak_bytes,
        outcome.what,
    )


def _failure(name: str, ended: Ended) -> DeviceError:
    words = ended.words.rstrip(".") or f"its process ended with code {ended.code}"
    # Linux ends whoever takes the last memory in this way.
    if ended.code == -getattr(signal, "SIGKILL", 9):
        words = "the system ended its process, probably for want of memory"
    return DeviceError(f"{name} failed: {words}.", "Try a smaller raster (--size).")


def rehearse(turns: list[Turn], on_event: OnEvent) -> list[Turn]:
    """Run each once, unmeasured: what is compiled, tried or kept once for a checkpoint is then.

    The first, which has to work, runs in full, since it may try bf16 on the raster; the others on
    its corner. Returns those that can run.
    """
    on_event(Log("info", "Running each of them once, unmeasured."))
    measure(turns[0])
    return turns[:1] + [
        turn
        for turn in turns[1:]
        if attempt(replace(turn, scenario=write_corner(turn.scenario)), on_event)
    ]


def take_turns(
    turns: list[Turn], repeats: int, meter: Meter, on_event: OnEvent
) -> dict[str, Measured]:
    """Every turn `repeats` times, one after the other; the medians by name.

    The first of `turns` has to work; another one that fails is left out with a warning.
    """
    runs: dict[str, list[Measured]] = {turn.name: [] for turn in turns}
    failed: set[str] = set()
    for _ in range(repeats):
        for turn in turns:
            if turn.name not in failed:
                result = attempt(turn, on_event, is_needed=turn is turns[0])
                failed |= set() if result else {turn.name}
                runs[turn.name] += [result] if result else []
            meter.advance(1)
    return {name: _median(found) for name, found in runs.items() if name not in failed}


def attempt(turn: Turn, on_event: OnEvent, is_needed: bool = False) -> Measured | None:
    """Measure once; None, and a warning, for one that fails and is not needed."""
    try:
        result = measure(turn)
    except DeviceError as error:
        if is_needed:
            raise
        on_event(Log("warning", f"{error.message} It is left out."))
        return None
    on_event(Log("info", f"{turn.name}: {result.seconds:.1f} s"))
    return result


def _median(runs: list[Measured]) -> Measured:
    """The median of each figure."""
    peaks = [run.peak_bytes for run in runs if run.peak_bytes is not None]
    return replace(
        runs[0],
        seconds=median(run.seconds for run in runs),
        start_s=median(run.start_s for run in runs),
        work_s=median(run.work_s for run in runs),
        peak_bytes=int(median(peaks)) if peaks else None,
    )
