"""The first table: our detection beside the published procedure, MONAI and ONNX Runtime."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from importlib.util import find_spec
from typing import Any

from backend.benchmark.images import agreement
from backend.benchmark.rounds import Measured, Turn, attempt, rehearse, take_turns
from backend.benchmark.scenario import Scenario
from backend.errors import CalandDetError
from backend.events import Event, Log, Meter, OnEvent

OURS = "detect"
# What they need besides what the worker has, and how pip is to be asked for it.
PACKAGES: dict[str, tuple[str, ...]] = {
    "published": (),
    "monai": ("monai",),
    "onnxruntime": ("onnxruntime", "onnx"),
    "forward": (),
}
INSTALL = {
    "monai": "monai",
    "onnxruntime": "onnxruntime flatbuffers protobuf",
    "onnx": "onnx protobuf ml_dtypes",
}
MEGABYTE = 1e6


@dataclass(frozen=True)
class Row:
    """A line of the table; `mask_iou` is None where there is no mask, or nothing in any."""

    name: str
    seconds: float
    mpx_per_s: float
    tiles_per_s: float
    peak_mb: float | None
    mask_iou: float | None


@dataclass(frozen=True)
class Comparison:
    """The rows with what stands behind them, and their times over ours."""

    scenario: Scenario
    repeats: int
    measured: dict[str, Measured]
    rows: list[Row]
    left_out: list[str]

    @property
    def ratios(self) -> dict[str, float | None]:
        """Seconds of each over ours; None for those that were left out."""
        ours = self.measured[OURS].seconds
        return {
            name: self.measured[name].seconds / ours if name in self.measured else None
            for name in PACKAGES
        }

    @property
    def forward_without_start(self) -> float | None:
        """The forward pass's seconds over ours, both from the first tile on."""
        forward = self.measured.get("forward")
        return forward.work_s / self.measured[OURS].work_s if forward else None

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return {"rows": [asdict(row) for row in self.rows], "ratios": self.ratios}


def compare(
    scenario: Scenario, only: tuple[str, ...], repeats: int, on_event: OnEvent
) -> Comparison:
    """Run ours and the rivals in turns; those that cannot run are left out, with a sentence."""
    left_out: list[str] = []

    def hear(event: Event) -> None:
        if isinstance(event, Log) and event.level == "warning":
            left_out.append(event.text)
        on_event(event)

    for name in only:
        if name not in PACKAGES:
            raise CalandDetError(f"There is no rival {name}.", f"Known are {', '.join(PACKAGES)}.")
    names = [name for name in PACKAGES if not only or name in only]
    names = [name for name in names if _can_run(name, scenario, hear)]
    turns = [Turn(name, name, scenario) for name in (OURS, *names)]
    if "onnxruntime" in names and not attempt(Turn("export", "export", scenario), hear):
        turns = [turn for turn in turns if turn.name != "onnxruntime"]
    turns = rehearse(turns, hear)
    measured = take_turns(turns, repeats, Meter(hear, "runs", len(turns) * repeats, "runs"), hear)
    rows = [_row(scenario, name, found) for name, found in measured.items()]
    return Comparison(scenario, repeats, measured, rows, left_out)


def _can_run(name: str, scenario: Scenario, on_event: OnEvent) -> bool:
    missing = next((package for package in PACKAGES[name] if find_spec(package) is None), None)
    if missing:
        on_event(
            Log(
                "warning",
                f"{name} is left out, because the package {missing} is missing:"
                f" python -m pip install --no-deps {INSTALL[missing]}",
            )
        )
    elif name == "onnxruntime" and scenario.device != "cpu":
        on_event(
            Log(
                "warning",
                f"onnxruntime is left out, because its package computes on the CPU and the others"
                f" on {scenario.device}: python -m backend benchmark --device cpu",
            )
        )
        return False
    return not missing


def _row(scenario: Scenario, name: str, run: Measured) -> Row:
    mask, ours = scenario.mask(name), scenario.mask(OURS)
    return Row(
        name,
        run.seconds,
        scenario.width * scenario.height / 1e6 / run.seconds,
        run.tiles / run.seconds,
        None if run.peak_bytes is None else run.peak_bytes / MEGABYTE,
        agreement(scenario, mask, ours) if mask.exists() else None,
    )
