"""The first table as a picture: time and memory beside ours."""

from __future__ import annotations

from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from backend.benchmark.rivals import OURS, Comparison

LABELS = {
    "detect": "CALandDet",
    "published": "published\nprocedure",
    "monai": "MONAI",
    "onnxruntime": "ONNX Runtime,\ntile by tile",
    "forward": "our forward\npass alone",
}
COLOUR, OTHERS = "#b2182b", "#9a9a9a"


def write_plot(path: Path, found: Comparison) -> None:
    """Horizontal bars, as PNG."""
    scenario = found.scenario
    figure = Figure(figsize=(9, 1.6 + 0.55 * len(found.rows)), layout="constrained")
    time, memory = figure.subplots(1, 2, sharey=True)
    labels = [LABELS[row.name] for row in found.rows]
    colours = [COLOUR if row.name == OURS else OTHERS for row in found.rows]
    ours = found.measured[OURS].seconds
    seconds = [row.seconds for row in found.rows]
    _bars(
        time, labels, seconds, colours, [f"{value:.1f} s ({value / ours:.2f})" for value in seconds]
    )
    time.set_title("time (and over ours)")
    peaks = [row.peak_mb or 0 for row in found.rows]
    _bars(memory, labels, peaks, colours, [f"{peak:.0f} MB" if peak else "–" for peak in peaks])
    memory.set_title("peak memory")
    time.invert_yaxis()
    figure.suptitle(
        f"{scenario.width} x {scenario.height} px, {Path(scenario.checkpoint).stem},"
        f" {scenario.threads} thread{'s' * (scenario.threads > 1)}",
        fontsize="medium",
    )
    figure.savefig(path, dpi=150)


def _bars(
    axes: Axes, labels: list[str], values: list[float], colours: list[str], texts: list[str]
) -> None:
    bars = axes.barh(labels, values, color=colours)
    axes.bar_label(bars, texts, padding=4)
    # Room for the words beside the longest bar.
    axes.set_xlim(0, 1.4 * max(*values, 1e-9))
    axes.spines[["top", "right"]].set_visible(False)
