"""The second table: engines and precisions on the same tiles, and what each does to the results."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from backend.benchmark.rounds import Measured, Turn, take_turns
from backend.benchmark.scenario import Scenario
from backend.engines import Examined
from backend.engines.devices import prefers_bf16
from backend.engines.gate import Comparison, Verdict
from backend.events import Log, Meter, OnEvent
from backend.vectorize import level

# What detection prefers to plain torch, by device.
FAST = {"cpu": "OpenVINO", "cuda": "CUDA graphs"}


@dataclass(frozen=True)
class EngineRow:
    """An engine's rate, and its results beside torch's in fp32.

    `passes` is the gate's word; None where too little was compared.
    """

    name: str
    tiles_per_s: float
    within: float
    mask_iou: float
    presence_flips: int
    passes: bool | None


@dataclass(frozen=True)
class EngineTable:
    """The rows, and on how much they were found."""

    scenario: Scenario
    repeats: int
    measured: dict[str, Measured]
    rows: list[EngineRow]
    landslide_pixels: int

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return {"rows": [asdict(row) for row in self.rows]}


def compare_engines(scenario: Scenario, repeats: int, on_event: OnEvent) -> EngineTable:
    """Each engine in turns; torch in fp32 is what the others are held against."""
    turns = _turns(scenario, on_event)
    meter = Meter(on_event, "runs", len(turns) * repeats, "runs")
    measured = take_turns(turns, repeats, meter, on_event)
    exact = _answers(turns[0].scenario)
    rows, pixels = [], 0
    for turn in turns:
        if turn.name in measured:
            verdict = _verdict(exact, _answers(turn.scenario), level(scenario.threshold))
            rows.append(_row(turn.name, measured[turn.name], verdict))
            pixels = max(pixels, verdict.landslide_pixels)
    return EngineTable(scenario, repeats, measured, rows, pixels)


def _turns(scenario: Scenario, on_event: OnEvent) -> list[Turn]:
    precisions = ["fp32", "bf16"]
    kind = scenario.device.partition(":")[0]
    if not prefers_bf16(kind):
        precisions = ["fp32"]
        on_event(Log("warning", f"bf16 is left out: the {scenario.device} has no units for it."))
    kinds = {"torch": "torch"}
    if kind in FAST:
        kinds["fast"] = FAST[kind]
    return [
        Turn(
            f"{label} {precision}",
            "engine",
            replace(
                scenario,
                engine=kind,
                precision=precision,
                folder=str(Path(scenario.folder) / f"{kind}-{precision}"),
            ),
        )
        for kind, label in kinds.items()
        for precision in precisions
    ]


def _answers(scenario: Scenario) -> Examined:
    with np.load(scenario.answers) as stored:
        return stored["probability"], stored.get("presence")


def _verdict(exact: Examined, other: Examined, least: int) -> Verdict:
    comparison = Comparison(least)
    comparison.add(exact, other)
    return comparison.verdict("", "", "")


def _row(name: str, run: Measured, verdict: Verdict) -> EngineRow:
    return EngineRow(
        name,
        # Of the tiles alone: loading and compiling stand in the first table.
        run.tiles / run.work_s,
        verdict.within,
        verdict.mask_iou,
        verdict.presence_flips,
        verdict.passes if verdict.suffices else None,
    )
