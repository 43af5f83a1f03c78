"""Pictures and a page of an evaluation, and the curves of a training.

Only this module imports matplotlib; figures are made as objects, without pyplot's global state.
"""

from __future__ import annotations

import base64
import csv
import io
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patheffects import AbstractPathEffect, withStroke
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray

from backend.errors import CalandDetError, OutputError
from backend.files import put_in_place
from backend.training.gallery import Cell
from backend.training.histogram import Bin
from backend.training.objects import SizeClass
from backend.training.page import page
from backend.training.scores import Evaluation

# Told apart by all eyes and on vegetation, soil and water: light blue and yellow, rimmed in black.
TRUTH_COLOUR = "#4cc3ff"
PREDICTION_COLOUR = "#ffd400"
TRUTH_WIDTH, PREDICTION_WIDTH, RIM = 2.4, 1.6, 1.1  # points
# A sheet, in pixels: it fits a 1366 px wide screen as it is.
DPI = 100
SHEET_WIDTH = 1280
CELLS_ABREAST = 2
MARGIN, GAP = 12, 6
HEADER, CAPTION = 36, 42
PANEL = ((SHEET_WIDTH - MARGIN * (CELLS_ABREAST + 1)) // CELLS_ABREAST - GAP) // 2
NAME_LENGTH = 72  # characters
# The line through a curve is the mean over this share of its steps.
SMOOTHING = 0.02

_BLUE, _ORANGE, _GREY = "#0072b2", "#d55e00", "#888888"


def write_report(evaluation: Evaluation, folder: Path) -> dict[str, Path]:
    """Write `index.html` and what belongs to it into a folder; returns the files by role.

    Each file is whole or not there, the page is the last. Raises `OutputError` where one cannot be
    written.
    """
    folder = folder.absolute()
    paths = {"metrics": folder / "metrics.json", "images": folder / "images.csv"}
    _write_text(paths["metrics"], evaluation.to_json())
    _write_text(paths["images"], _table([image.to_dict() for image in evaluation.images]))
    sheets = {"missed": evaluation.missed, "false_alarms": evaluation.false_alarms}
    for role, cells in sheets.items():
        path = folder / f"{role}.png"
        if cells:
            write_sheet(cells, path)
            paths[role] = path
        else:
            # Of an evaluation before this one.
            path.unlink(missing_ok=True)
    diagrams = {
        "Share of landslide among pixels by predicted probability": _embedded(
            _reliability_figure(evaluation.reliability)
        ),
        "Recall of landslides by size": _embedded(_size_figure(evaluation.sizes)),
    }
    names = {role: paths[role].name for role in sheets if role in paths}
    paths["page"] = folder / "index.html"
    _write_text(paths["page"], page(evaluation, diagrams, names))
    return paths


def write_sheet(cells: Sequence[Cell], path: Path) -> None:
    """A PNG of images, each beside itself with the outlines of truth and prediction.

    Raises `OutputError` where it cannot be written.
    """
    rows = [cells[at : at + CELLS_ABREAST] for at in range(0, len(cells), CELLS_ABREAST)]
    heights = [CAPTION + max(map(_panel_height, row)) + MARGIN for row in rows]
    figure = Figure((SHEET_WIDTH / DPI, (HEADER + sum(heights)) / DPI), dpi=DPI)
    greyed = not all(cell.valid.all() for cell in cells)
    _draw_legend(_axes(figure, MARGIN, 0, SHEET_WIDTH - 2 * MARGIN, HEADER), greyed)
    top = HEADER
    for row, height in zip(rows, heights, strict=True):
        for column, cell in enumerate(row):
            _draw_cell(figure, cell, MARGIN + column * (2 * PANEL + GAP + MARGIN), top)
        top += height
    _write_png(figure, path)


def write_curves(csv_path: Path, png_path: Path) -> None:
    """Curves of a training from a table with the columns step, loss and learning_rate.

    Further columns, which may be empty in most rows, are drawn between the two. Raises
    `CalandDetError` where the table cannot be read, `OutputError` where the picture cannot be
    written.
    """
    columns = _read_columns(csv_path)
    steps = columns.pop("step")
    loss, rate = columns.pop("loss"), columns.pop("learning_rate")
    figure = Figure((11, 8 if columns else 6), dpi=DPI, layout="constrained")
    ratios = [3, 2, 1] if columns else [3, 1]
    axes = figure.subplots(len(ratios), 1, sharex=True, height_ratios=ratios, squeeze=False)[:, 0]
    axes[0].plot(steps, loss, color=_GREY, alpha=0.5, linewidth=0.7)
    axes[0].plot(*_smoothed(steps, loss), color=_BLUE, linewidth=1.8)
    axes[0].set_ylabel("loss")
    axes[0].set_ylim(bottom=0)
    for name, values in columns.items():
        known = np.isfinite(values)
        axes[1].plot(steps[known], values[known], marker="o", markersize=3, label=name)
    if columns:
        axes[1].legend(loc="best")
    axes[-1].plot(steps, rate, color=_ORANGE)
    axes[-1].set_ylabel("learning rate")
    axes[-1].set_xlabel("step")
    for part in axes:
        part.grid(alpha=0.3)
    _write_png(figure, png_path)


def _axes(figure: Figure, left: int, top: int, width: int, height: int) -> Axes:
    """Axes without frame at a place in pixels from the figure's top left."""
    whole_width, whole_height = figure.get_size_inches() * DPI
    bottom = whole_height - top - height
    axes = figure.add_axes(
        (left / whole_width, bottom / whole_height, width / whole_width, height / whole_height)
    )
    axes.set_axis_off()
    return axes


def _panel_height(cell: Cell) -> int:
    """Of an image that fills a panel's width or height [px]."""
    height, width = cell.truth.shape
    return max(1, round(PANEL * min(1, height / width)))


def _draw_cell(figure: Figure, cell: Cell, left: int, top: int) -> None:
    _draw_caption(_axes(figure, left, top, 2 * PANEL + GAP, CAPTION), cell)
    height = _panel_height(cell)
    plain = _axes(figure, left, top + CAPTION, PANEL, height)
    outlined = _axes(figure, left + PANEL + GAP, top + CAPTION, PANEL, height)
    _draw_image(plain, cell)
    _draw_image(outlined, cell)
    _draw_outline(outlined, cell.truth, TRUTH_COLOUR, TRUTH_WIDTH)
    _draw_outline(outlined, cell.predicted, PREDICTION_COLOUR, PREDICTION_WIDTH)


def _draw_legend(axes: Axes, greyed: bool) -> None:
    axes.set_xlim(0, SHEET_WIDTH - 2 * MARGIN)
    axes.set_ylim(0, HEADER)
    place = 0
    for text, colour, width in (
        ("outline in the data (truth)", TRUTH_COLOUR, TRUTH_WIDTH),
        ("predicted outline", PREDICTION_COLOUR, PREDICTION_WIDTH),
    ):
        axes.plot(
            [place, place + 34],
            [HEADER / 2] * 2,
            color=colour,
            linewidth=width,
            path_effects=_rim(width),
        )
        axes.text(place + 42, HEADER / 2, text, fontsize=10, va="center")
        place += 260
    if greyed:
        axes.text(place, HEADER / 2, "greyed: not counted", fontsize=10, va="center", color=_GREY)


def _draw_caption(axes: Axes, cell: Cell) -> None:
    """The name over the figures, cut off at the cell's edge."""
    for height, text, weight in (
        (0.62, _elided(cell.name), "bold"),
        (0.14, cell.caption, "normal"),
    ):
        axes.text(0, height, text, fontsize=9, weight=weight, clip_on=True, parse_math=False)


def _elided(name: str) -> str:
    """A long name without its middle: list files differ at the end, folders at the beginning."""
    if len(name) <= NAME_LENGTH:
        return name
    head = NAME_LENGTH // 4
    return f"{name[:head]}…{name[head + 1 - NAME_LENGTH :]}"


def _draw_image(axes: Axes, cell: Cell) -> None:
    picture = np.where(cell.valid[..., None], cell.image, cell.image // 4 + 160)
    axes.imshow(picture.astype(np.uint8))
    axes.set_anchor("NW")


def _draw_outline(axes: Axes, mask: NDArray[np.bool_], colour: str, width: float) -> None:
    """The outline of a mask (H, W), along the image's edge too where the mask reaches it."""
    if not mask.any():
        return
    framed = np.pad(mask, 1).astype(np.float32)
    rows, columns = (np.arange(-1, side + 1) for side in mask.shape)
    lines = axes.contour(columns, rows, framed, [0.5], colors=[colour], linewidths=width)
    lines.set_path_effects(_rim(width))
    axes.set_xlim(-0.5, mask.shape[1] - 0.5)
    axes.set_ylim(mask.shape[0] - 0.5, -0.5)


def _rim(width: float) -> list[AbstractPathEffect]:
    return [withStroke(linewidth=width + RIM, foreground="black")]


def _reliability_figure(bins: Sequence[Bin]) -> Figure:
    figure = Figure((5.4, 5.2), dpi=DPI, layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
    known = [part for part in bins if part.predicted is not None and part.observed is not None]
    upper.plot([0, 1], [0, 1], color=_GREY, linestyle="--", label="well calibrated")
    upper.plot(
        [part.predicted for part in known], [part.observed for part in known], color=_BLUE,
        marker="o", label="this checkpoint",
    )  # fmt: skip
    upper.set_ylabel("share that is landslide")
    upper.set_title("Calibration: is a probability what it says?")
    upper.set_ylim(-0.02, 1.02)
    upper.legend(loc="upper left")
    pixels = [part.pixels for part in bins]
    centres = (np.arange(len(bins)) + 0.5) / len(bins)
    lower.bar(centres, pixels, 0.9 / len(bins), color=_GREY, log=any(pixels))
    lower.set_ylabel("pixels")
    lower.set_xlabel("predicted probability")
    upper.grid(alpha=0.3)
    return figure


def _size_figure(sizes: Sequence[SizeClass]) -> Figure:
    figure = Figure((6.2, 5.2), dpi=DPI, layout="constrained")
    axes = figure.subplots()
    places = range(len(sizes))
    axes.bar(places, [part.recall or 0 for part in sizes], 0.7, color=_BLUE)
    for place, part in enumerate(sizes):
        text = f"{part.found} of {part.landslides}" if part.landslides else "none in\nthe data"
        axes.text(place, (part.recall or 0) + 0.015, text, ha="center", va="bottom")
    axes.set_xticks(places, [_range(part) for part in sizes])
    axes.set_ylim(0, 1.12)
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.set_axisbelow(True)
    axes.set_title("Recall of single landslides by their size")
    axes.set_ylabel("landslides found")
    axes.set_xlabel(f"size of the landslide [{sizes[0].unit}]")
    axes.grid(axis="y", alpha=0.3)
    return figure


def _range(part: SizeClass) -> str:
    if part.high is None:
        return f"{part.low:,g} and more"
    return f"{part.low:,g} to {part.high:,g}" if part.low else f"under {part.high:,g}"


def _smoothed(
    steps: NDArray[np.float64], values: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Running mean over a window centred on each step; what is not finite is left out."""
    known = np.isfinite(values)
    steps, values = steps[known], values[known]
    reach = int(len(values) * SMOOTHING / 2)
    sums = np.concatenate([[0.0], np.cumsum(values)])
    at = np.arange(len(values))
    first, last = np.maximum(at - reach, 0), np.minimum(at + reach + 1, len(values))
    return steps, (sums[last] - sums[first]) / (last - first)


def _read_columns(path: Path) -> dict[str, NDArray[np.float64]]:
    """The columns of a table of numbers; NaN where a field is empty or no number."""
    try:
        with path.open(newline="") as file:
            rows = list(csv.DictReader(file))
            names = list(rows[0]) if rows else []
    except OSError as error:
        raise CalandDetError(
            f"The curve {path} cannot be read: {error.strerror}.", "Check the path."
        ) from error
    missing = [name for name in ("step", "loss", "learning_rate") if name not in names]
    if missing:
        raise CalandDetError(
            f"The curve {path} has no values of {', '.join(missing)}.",
            "Choose the table that a training has written.",
        )
    return {name: np.array([_number(row[name]) for row in rows]) for name in names}


def _number(text: str | None) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        return float("nan")


def _table(rows: Sequence[dict[str, object]]) -> str:
    """Rows of one kind as comma-separated text; None is an empty field."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _embedded(figure: Figure) -> str:
    """A figure as an address that holds the picture itself."""
    buffer = io.BytesIO()
    _print(figure, buffer)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def _print(figure: Figure, target: io.BytesIO) -> None:
    with warnings.catch_warnings():
        # Names in scripts that the font lacks show as boxes; the page and the table have them.
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        FigureCanvasAgg(figure).print_png(target)


def _write_png(figure: Figure, path: Path) -> None:
    buffer = io.BytesIO()
    _print(figure, buffer)
    with _replacing(path) as partial:
        partial.write_bytes(buffer.getvalue())


def _write_text(path: Path, text: str) -> None:
    with _replacing(path) as partial:
        partial.write_text(text, encoding="utf-8", newline="\n")


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """A name beside `path` to write to; what is there is moved to `path` as a whole."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield partial
        put_in_place(partial, path)
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written: {error.strerror}.", "Choose another place or make room."
        ) from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
