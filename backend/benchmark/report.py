"""The tables in Markdown, between marks, so that they can take a document's old ones' place."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from backend import __version__
from backend.benchmark.engines import EngineTable
from backend.benchmark.overlaps import OverlapTable
from backend.benchmark.rivals import Comparison, Row
from backend.benchmark.rounds import Measured
from backend.benchmark.scenario import Scenario

NAMES = {
    "detect": "**CALandDet `detect`**",
    "published": "published procedure",
    "monai": "MONAI SlidingWindowInferer",
    "onnxruntime": "ONNX Runtime, tile by tile",
    "forward": "our forward pass alone",
}
NONE = "–"
_GATE = {True: "yes", False: "no", None: "too few tiles"}


def rivals_markdown(found: Comparison) -> str:
    """The first table."""
    head = [
        "", "time [s]", "of which start [s]", "tiles", "tiles/s", "Mpx/s", "peak memory [MB]",
        "mask IoU with ours", "time / ours",
    ]  # fmt: skip
    lines = [_conditions(found.scenario, found.repeats), "", *_head(head)]
    lines += [_line(_rival(found, row)) for row in found.rows]
    share = found.forward_without_start
    if share is not None:
        lines += ["", f"Forward pass alone / `detect`, both without start: {share:.3f}."]
    return _block("rivals", [*lines, *_devices(found.measured), *_left_out(found.left_out)])


def _rival(found: Comparison, row: Row) -> list[str]:
    run = found.measured[row.name]
    return [
        NAMES[row.name],
        f"{row.seconds:.1f}",
        f"{run.start_s:.1f}",
        f"{run.tiles}",
        f"{row.tiles_per_s:.1f}",
        f"{row.mpx_per_s:.3f}",
        NONE if row.peak_mb is None else f"{row.peak_mb:.0f}",
        NONE if row.mask_iou is None else f"{row.mask_iou:.4f}",
        f"{found.ratios.get(row.name) or 1:.2f}",
    ]


def engines_markdown(table: EngineTable) -> str:
    """The second table."""
    base = table.rows[0].tiles_per_s
    head = [
        "", "tiles/s", "times torch fp32", "pixels within 0.02", "mask IoU", "presence changed",
        "passes the gate",
    ]  # fmt: skip
    lines = [_conditions(table.scenario, table.repeats), "", *_head(head)]
    for row in table.rows:
        lines.append(
            _line(
                [
                    row.name,
                    f"{row.tiles_per_s:.1f}",
                    f"{row.tiles_per_s / base:.2f}",
                    f"{row.within:.3%}",
                    f"{row.mask_iou:.4f}",
                    f"{row.presence_flips}",
                    _GATE[row.passes],
                ]
            )
        )
    tiles = max(run.tiles for run in table.measured.values())
    lines += ["", f"On {tiles} tiles with {table.landslide_pixels} pixels of landslide."]
    return _block("engines", lines)


def overlaps_markdown(table: OverlapTable) -> str:
    """The third table."""
    base = table.rows[0].seconds
    head = ["", "time [s]", "time / reference", "tiles", "mean difference", "mask IoU"]
    lines = [_conditions(table.scenario, table.repeats), "", *_head(head)]
    lines += [
        _line(
            [
                row.name,
                f"{row.seconds:.1f}",
                f"{row.seconds / base:.2f}",
                f"{row.tiles}",
                f"{row.mean_difference:.4f}",
                f"{row.mask_iou:.4f}",
            ]
        )
        for row in table.rows
    ]
    return _block("overlaps", [*lines, *_devices(table.measured)])


def _conditions(scenario: Scenario, repeats: int) -> str:
    threads = f"{scenario.threads} thread{'s' * (scenario.threads > 1)} each"
    runs = f"medians of {repeats} runs in turns" if repeats > 1 else "one run"
    return (
        f"{Path(scenario.raster).name}, {scenario.width} x {scenario.height} px;"
        f" weights of {Path(scenario.checkpoint).name}, tiles of {scenario.size} px,"
        f" threshold {scenario.threshold:g}; {threads}; {runs}, every run a fresh process;"
        f" version {__version__}, {datetime.now(UTC):%Y-%m-%d}."
    )


def _devices(measured: dict[str, Measured]) -> list[str]:
    """What ran what, once each."""
    kinds: dict[str, list[str]] = {}
    for name, run in measured.items():
        kinds.setdefault(run.what, []).append(name)
    return ["", *(f"- {', '.join(names)}: {what}" for what, names in kinds.items())]


def _left_out(sentences: list[str]) -> list[str]:
    return [f"- {sentence}" for sentence in sentences]


def _head(cells: list[str]) -> list[str]:
    return [_line(cells), "|---" + "|--:" * (len(cells) - 1) + "|"]


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _block(name: str, lines: list[str]) -> str:
    return "\n".join([f"<!-- {name} -->", *lines, f"<!-- end of {name} -->", ""])
