"""Pictures of an inventory: size distribution, map, and the page that holds all.

Figures are made as objects, without pyplot's global state.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.path import Path as Outline
from numpy.typing import NDArray

from backend.inventory.statistics import Statistics

DPI = 150
A4 = (8.27, 11.69)  # inches
# Drawn as an image beyond this many vertices: a page must open at once.
MOST_VERTICES = 100_000
POINTS = "#1f4e79"
CURVE = "#c0392b"
TAIL = "#117a65"
FILL, EDGE = "#e4572e", "#8c1c13"
# Of the curve's height on its log scale, what the legend takes above it.
LEGEND_SHARE = 0.42
# Behind letters on the map.
PLATE = {"facecolor": "white", "alpha": 0.7, "edgecolor": "none", "pad": 1}
Rows = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Shade:
    """A hillshade (rows, columns) in 0 to 1, NaN where unknown, over left, right, bottom, top."""

    values: NDArray[np.float32]
    extent: tuple[float, float, float, float]


@dataclass(frozen=True)
class MapView:
    """What a map shows: polygons (n,) in a plane [m] with north up, over a hillshade if any."""

    polygons: NDArray[np.object_]
    shade: Shade | None


def draw_sizes(axes: Axes, figures: Statistics) -> None:
    """The size distribution: binned densities, the inverse gamma, the power-law tail."""
    bins, gamma, tail = figures.bins, figures.inverse_gamma, figures.power_law
    filled = bins.count > 0
    middles, density = bins.middles_m2[filled], bins.density[filled]
    spread = density / np.sqrt(bins.count[filled])
    axes.errorbar(
        middles, density, yerr=np.minimum(spread, 0.9 * density), fmt="o", markersize=4,
        color=POINTS, linewidth=0.8, label=f"{figures.n:,} landslides, ± 1 s.e.", zorder=3,
    )  # fmt: skip
    if gamma is not None:
        areas = np.geomspace(figures.smallest_m2, figures.largest_m2, 300)
        label = f"inverse gamma, tail exponent {gamma.best.tail_exponent:.2f}"
        axes.plot(areas, gamma.best.density(areas), color=CURVE, linewidth=1.6, label=label)
        mode = gamma.best.rollover_m2
        if figures.smallest_m2 < mode < figures.largest_m2:
            axes.axvline(
                mode, color=CURVE, linewidth=0.8, linestyle=":", label=f"rollover {area(mode)}"
            )
    if tail is not None:
        areas = np.geomspace(tail.minimum_m2, figures.largest_m2, 50)
        label = f"power law from {area(tail.minimum_m2)}, exponent {tail.exponent:.2f}"
        axes.plot(
            areas, tail.density(areas), color=TAIL, linewidth=1.6, linestyle="--", label=label
        )
    axes.set_xscale("log")
    axes.set_yscale("log")
    # Above the curve there is room for the legend, whatever the range.
    lowest = density.min() / 5
    axes.set_ylim(lowest, density.max() * (density.max() / lowest) ** LEGEND_SHARE)
    axes.set_xlabel("landslide area [m²]")
    axes.set_ylabel("probability density [1/m²]")
    axes.grid(which="major", alpha=0.3)
    axes.legend(loc="upper right", fontsize=7.5, framealpha=0.9)


def draw_map(axes: Axes, view: MapView) -> None:
    """All polygons over the hillshade, with a scale bar; north is up."""
    if view.shade is not None:
        axes.imshow(
            np.ma.masked_invalid(view.shade.values), extent=view.shade.extent, cmap="gray", vmin=0,
            vmax=1.15, interpolation="bilinear", zorder=0,
        )  # fmt: skip
    vertices = int(shapely.get_num_coordinates(view.polygons).sum())
    outlines = PathCollection(
        [_outline(polygon) for polygon in view.polygons], facecolor=FILL, edgecolor=EDGE,
        linewidth=0.5, alpha=0.85, rasterized=vertices > MOST_VERTICES, zorder=1,
    )  # fmt: skip
    axes.add_collection(outlines)
    left, bottom, right, top = shapely.total_bounds(view.polygons)
    margin = 0.04 * max(right - left, top - bottom)
    axes.set_xlim(left - margin, right + margin)
    axes.set_ylim(bottom - margin, top + margin)
    axes.set_aspect("equal", adjustable="box")
    axes.set_xticks([])
    axes.set_yticks([])
    _draw_scale(axes)


def draw_rows(axes: Axes, rows: Rows, title: str, size: float = 8.0) -> None:
    """Labels and values under a title, in two columns from the top."""
    axes.set_axis_off()
    height = 1 / max(len(rows) + 1.5, 12)
    axes.text(0, 1, title, fontsize=size + 1.5, weight="bold", va="top", parse_math=False)
    for index, (label, value) in enumerate(rows):
        at = 1 - (index + 1.6) * height
        axes.text(0, at, label, fontsize=size, va="top", color="#444444", parse_math=False)
        axes.text(1, at, value, fontsize=size, va="top", ha="right", parse_math=False)


def size_figure(figures: Statistics) -> Figure:
    """The size distribution alone."""
    with _look():
        figure = Figure((6.4, 4.6), dpi=DPI, layout="constrained")
        draw_sizes(figure.subplots(), figures)
    return figure


def map_figure(view: MapView) -> Figure:
    """The map alone."""
    with _look():
        figure = Figure((6.4, 5.2), dpi=DPI, layout="constrained")
        draw_map(figure.subplots(), view)
    return figure


def page_figure(
    title: str, view: MapView, figures: Statistics, rows: Rows, notes: str, sources: str
) -> Figure:
    """A page of A4 with map, table, size distribution, notes, and where it all comes from.

    `notes` and `sources` are broken into lines already.
    """
    with _look():
        figure = Figure(A4, dpi=DPI)
        figure.text(0.07, 0.965, title, fontsize=16, weight="bold", va="top", parse_math=False)
        draw_map(figure.add_axes((0.07, 0.575, 0.86, 0.35)), view)
        draw_rows(figure.add_axes((0.07, 0.235, 0.38, 0.32)), rows, "Inventory")
        draw_sizes(figure.add_axes((0.57, 0.28, 0.36, 0.265)), figures)
        figure.text(
            0.07, 0.225, notes, fontsize=7.5, va="top", linespacing=1.3,
            parse_math=False,
        )  # fmt: skip
        figure.text(
            0.07, 0.02, sources, fontsize=6, va="bottom", color="#444444", linespacing=1.3,
            parse_math=False,
        )  # fmt: skip
    return figure


def png(figure: Figure) -> bytes:
    """A figure as PNG."""
    buffer = io.BytesIO()
    # Printing as SVG or PDF before leaves 72 behind.
    figure.set_dpi(DPI)
    FigureCanvasAgg(figure).print_png(buffer, metadata={"Software": None})
    return buffer.getvalue()


def svg(figure: Figure) -> str:
    """A figure as SVG; letters are outlines, so that it looks the same everywhere."""
    buffer = io.BytesIO()
    with _look():
        FigureCanvasSVG(figure).print_svg(buffer, metadata={"Date": None})
    return buffer.getvalue().decode()


def write_pdf(figure: Figure, path: Path, title: str) -> None:
    """Write a figure as a PDF of one page."""
    FigureCanvasPdf(figure).print_pdf(str(path), metadata={"Title": title, "CreationDate": None})


def area(square_metres: float) -> str:
    """An area in m², ha or km², whichever reads best."""
    size, unit = area_unit(square_metres)
    value = square_metres / size
    return f"{value:,.0f} {unit}" if value >= 1000 else f"{value:.3g} {unit}"


def area_unit(square_metres: float) -> tuple[float, str]:
    """The unit in which an area reads best: its size [m2] and sign."""
    units = ((1e6, "km²"), (1e4, "ha"))
    return next((unit for unit in units if abs(square_metres) >= unit[0]), (1.0, "m²"))


def _look() -> AbstractContextManager[None]:
    # The salt makes the same inventory give the same bytes.
    return matplotlib.rc_context({"font.size": 9.0, "svg.hashsalt": "inventory"})


def _outline(polygon: shapely.Geometry) -> Outline:
    """All rings of a Polygon or MultiPolygon as one path, holes left open."""
    rings = shapely.get_rings(shapely.get_parts(polygon))
    return Outline.make_compound_path(
        *(Outline(shapely.get_coordinates(ring), closed=True) for ring in rings)
    )


def _draw_scale(axes: Axes) -> None:
    """A bar of a round length, about a quarter of the map, and an arrow to the north."""
    width = axes.get_xlim()[1] - axes.get_xlim()[0]
    power = 10 ** np.floor(np.log10(width / 4))
    length = max(factor * power for factor in (1, 2, 5) if factor * power <= width / 4)
    text = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
    at = axes.transAxes
    share = length / width
    axes.plot([0.03, 0.03 + share], [0.035, 0.035], color="black", linewidth=3, transform=at)
    axes.text(
        0.03 + share / 2, 0.05, text, transform=at, ha="center", va="bottom", fontsize=8,
        bbox=PLATE,
    )  # fmt: skip
    axes.annotate(
        "N", (0.965, 0.985), (0.965, 0.9), xycoords=at, textcoords=at, ha="center", fontsize=9,
        arrowprops={"arrowstyle": "-|>", "color": "black", "shrinkA": 0, "shrinkB": 0}, bbox=PLATE,
    )  # fmt: skip
