"""The third table: what overlap and flips cost, and how far their results are from `reference`."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from rasterio.windows import Window

from backend.benchmark.images import ROWS, open_quietly
from backend.benchmark.rounds import Measured, Turn, rehearse, take_turns
from backend.benchmark.scenario import PRESET, Scenario
from backend.engines.gate import Comparison, difference
from backend.events import Meter, OnEvent
from backend.raster.grid import NODATA, OVERLAPS, PROBABILITY_SCALE
from backend.vectorize import level


@dataclass(frozen=True)
class OverlapRow:
    """A preset's cost, and its tile mismatch: the mean |difference| of probability, mask IoU."""

    name: str
    seconds: float
    tiles: int
    mean_difference: float
    mask_iou: float


@dataclass(frozen=True)
class OverlapTable:
    """The rows, and what they were found on."""

    scenario: Scenario
    repeats: int
    measured: dict[str, Measured]
    rows: list[OverlapRow]

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return {"rows": [asdict(row) for row in self.rows]}


def compare_overlaps(scenario: Scenario, repeats: int, on_event: OnEvent) -> OverlapTable:
    """Detect with each preset, plain and with flips, in turns."""
    turns = [_turn(scenario, name, flips) for flips in (False, True) for name in OVERLAPS]
    # What the others are compared with comes first.
    turns.sort(key=lambda turn: turn.name != PRESET)
    turns = rehearse(turns, on_event)
    meter = Meter(on_event, "runs", len(turns) * repeats, "runs")
    measured = take_turns(turns, repeats, meter, on_event)
    rows = [
        _row(turns[0].scenario, turn, measured[turn.name])
        for turn in turns
        if turn.name in measured
    ]
    return OverlapTable(scenario, repeats, measured, rows)


def _turn(scenario: Scenario, overlap: str, flips: bool) -> Turn:
    name = f"{overlap} with flips" if flips else overlap
    folder = str(Path(scenario.folder) / f"{overlap}{'-flips' * flips}")
    return Turn(name, "detect", replace(scenario, overlap=overlap, flips=flips, folder=folder))


def _row(reference: Scenario, turn: Turn, run: Measured) -> OverlapRow:
    mean, iou = mismatch(reference, turn.scenario)
    return OverlapRow(turn.name, run.seconds, run.tiles, mean, iou)


def mismatch(one: Scenario, other: Scenario) -> tuple[float, float]:
    """Mean absolute difference of two runs' probabilities, and the IoU of their masks."""
    counts, total = Comparison(level(one.threshold)), 0
    paths = (run.detected / "probability.tif" for run in (one, other))
    with open_quietly(next(paths)) as left, open_quietly(next(paths)) as right:
        for row in range(0, one.height, ROWS):
            window = Window(0, row, one.width, min(ROWS, one.height - row))
            values = [data.read(1, window=window) for data in (left, right)]
            valid = values[0] != NODATA
            pair = values[0][valid][None], values[1][valid][None]
            total += int(difference(*pair).sum())
            counts.add((pair[0], None), (pair[1], None))
    verdict = counts.verdict("", "", "")
    return total / max(counts.pixels, 1) / PROBABILITY_SCALE, verdict.mask_iou
