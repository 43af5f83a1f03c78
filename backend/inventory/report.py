"""The one-page report of an inventory: what stands in it, and its HTML."""

from __future__ import annotations

import base64
import textwrap
from html import escape
from pathlib import PurePath
from typing import Any

from backend.inventory.figures import Rows, area, area_unit
from backend.inventory.inverse_gamma import Limits
from backend.inventory.statistics import Statistics
from backend.inventory.volume import RELATIONS

# Characters in a line of the PDF's small print, its height, and that of the room for all [points].
NOTE_WIDTH, SOURCE_WIDTH = 118, 150
NOTE_POINTS, SOURCE_POINTS, ROOM_POINTS = 9.75, 7.8, 165.0
# What a reader asks for first.
FIRST_SOURCES = (
    "statistics_layer", "statistics_created", "polygons_rejected", "parameters_raster", "began",
    "checkpoint_name", "checkpoint_sha256", "parameters_threshold", "parameters_min_area_m2",
    "raster_gsd", "device", "versions_calanddet",
)  # fmt: skip

_STYLE = """
@page { size: A4; margin: 12mm; }
body { font: 14px/1.4 sans-serif; color: #222; background: #fff; max-width: 1000px;
  margin: 0 auto; padding: 12px 20px; }
h1 { font-size: 22px; margin: 4px 0 10px; overflow-wrap: anywhere; }
h2 { font-size: 16px; margin: 16px 0 4px; }
.pair { display: flex; gap: 24px; align-items: flex-start; flex-wrap: wrap; }
.pair > * { flex: 1 1 380px; min-width: 0; }
img, svg { width: 100%; height: auto; }
table { border-collapse: collapse; width: 100%; }
td { padding: 2px 8px 2px 0; border-bottom: 1px solid #ddd; vertical-align: top;
  overflow-wrap: anywhere; }
td + td { text-align: right; }
table.sources { font-size: 12px; table-layout: fixed; }
table.sources td + td { text-align: left; }
p.warning { border-left: 4px solid #d55e00; padding-left: 10px; margin: 6px 0; }
"""


def rows(figures: Statistics) -> Rows:
    """The table of the report: labels and values."""
    table = [
        ("Landslides", f"{figures.n:,}"),
        ("Magnitude mL = log10 N", f"{figures.magnitude:.2f}"),
        ("Total area", area(figures.total_m2)),
        ("Largest", area(figures.largest_m2)),
        ("Median, mean", f"{area(figures.median_m2)}, {area(figures.mean_m2)}"),
        ("Smallest", area(figures.smallest_m2)),
    ]
    if figures.searched_km2 and figures.per_km2 and figures.area_percent:
        table += [
            ("Area searched", f"{figures.searched_km2:,.4g} km²"),
            ("Density", f"{figures.per_km2:,.3g} per km²"),
            ("Share of the area searched", f"{figures.area_percent:.3g} %"),
        ]
    else:
        table.append(("Area searched", "not known"))
    return table + _fits(figures) + _volume(figures)


def methods(figures: Statistics) -> list[str]:
    """What the intervals and the volume mean."""
    texts = []
    if figures.inverse_gamma or figures.power_law:
        texts.append(
            "Intervals hold 95 %: likelihood ratio for the inverse gamma (Malamud et al. 2004),"
            " bootstrap for the power law (Clauset et al. 2009)."
        )
    if figures.volume:
        law = RELATIONS[figures.volume.relation]
        texts.append(f"Volume by {law.describe()}. {law.interval}")
    return texts


def wrapped_notes(figures: Statistics) -> str:
    """Warnings and methods as lines of the PDF."""
    texts = [f"Warning: {text}" for text in figures.warnings] + methods(figures)
    lines = [textwrap.wrap(text, NOTE_WIDTH, subsequent_indent="   ") for text in texts]
    return "\n".join(line for text in lines for line in text)


def wrapped_sources(sources: dict[str, Any], notes: str) -> str:
    """Parameters and provenance as lines of the PDF, below its `notes`.

    What does not fit stands in the HTML; files are named without their folders.
    """
    parts = [f"{label}: {_file_name(value)}" for label, value in _said(sources)]
    lines = textwrap.wrap("; ".join(parts), SOURCE_WIDTH)
    most = int((ROOM_POINTS - NOTE_POINTS * (notes.count("\n") + 1)) / SOURCE_POINTS)
    if len(lines) > most:
        lines = [*lines[: most - 1], "… more in the HTML report and in statistics.json"]
    return "\n".join(lines)


def page(
    title: str, figures: Statistics, map_png: bytes, sizes_svg: str, sources: dict[str, Any]
) -> str:
    """The report as HTML that loads nothing else."""
    picture = "data:image/png;base64," + base64.b64encode(map_png).decode()
    # What stands before the element itself is for a file of its own.
    drawing = sizes_svg[sizes_svg.index("<svg") :]
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<img src="{picture}" alt="Map of the landslides">',
        '<div class="pair">',
        f"<div><h2>Inventory</h2>{_table(rows(figures))}</div>",
        f"<div><h2>Size distribution</h2>{drawing}</div>",
        "</div>",
        *(f'<p class="warning">{escape(text)}</p>' for text in figures.warnings),
        *(f"<p>{escape(text)}</p>" for text in methods(figures)),
        "<h2>Parameters and provenance</h2>",
        _table(_said(sources), "sources"),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body>\n</html>\n"
    )


def _fits(figures: Statistics) -> list[tuple[str, str]]:
    table: list[tuple[str, str]] = []
    if figures.inverse_gamma:
        best, limits = figures.inverse_gamma.best, figures.inverse_gamma.limits
        table += [
            (
                "Rollover",
                _with(best.rollover_m2, limits["rollover_m2"], *area_unit(best.rollover_m2)),
            ),
            ("Inverse gamma, tail exponent", _with(best.tail_exponent, limits["tail_exponent"])),
            ("Inverse gamma, ρ", _with(best.rho, limits["rho"])),
            ("Inverse gamma, a", _with(best.a_m2, limits["a_m2"], *area_unit(best.a_m2))),
            ("Inverse gamma, s", _with(best.s_m2, limits["s_m2"], *area_unit(best.s_m2))),
        ]
    if figures.power_law:
        tail = figures.power_law
        unit = area_unit(tail.minimum_m2)
        table += [
            ("Power law, exponent", _with(tail.exponent, tail.exponent_limits)),
            ("Power law, from", _with(tail.minimum_m2, tail.minimum_limits_m2, *unit)),
            ("Power law, landslides in it", f"{tail.tail:,}"),
        ]
    return table


def _volume(figures: Statistics) -> list[tuple[str, str]]:
    if figures.volume is None:
        return []
    total = figures.volume
    unit = (1e6, "million m³") if total.volume_m3 >= 1e6 else (1.0, "m³")
    return [("Volume", _with(total.volume_m3, (total.low_m3, total.high_m3), *unit))]


def _with(value: float, limits: Limits, size: float = 1.0, unit: str = "") -> str:
    """A value with its limits in brackets, all in one unit; an open end is a dash."""
    text = f"{_number(value / size)} {unit}".rstrip()
    if limits == (None, None):
        return text
    low, high = ("–" if limit is None else _number(limit / size) for limit in limits)
    return f"{text} ({low} to {high})"


def _number(value: float) -> str:
    """A number to three significant digits."""
    rounded = float(f"{value:.3g}")
    return f"{rounded:,.0f}" if abs(rounded) >= 1000 else f"{rounded:#.3g}".rstrip(".")


def _table(table: Rows, kind: str = "") -> str:
    head = f'<table class="{kind}">' if kind else "<table>"
    lines = [f"<tr><td>{escape(a)}</td><td>{escape(b)}</td></tr>" for a, b in table]
    return "\n".join([head, *lines, "</table>"])


def _said(sources: dict[str, Any]) -> Rows:
    """Names for people and values of all that is known, what matters most first."""
    first = [name for name in FIRST_SOURCES if name in sources]
    names = [*first, *(name for name in sources if name not in first)]
    known = (name for name in names if sources[name] not in (None, ""))
    return [(name.replace("_", " "), str(sources[name])) for name in known]


def _file_name(value: str) -> str:
    """The last part of a path; other values as they are."""
    return PurePath(value).name if value.startswith("/") or value[1:3] in (":\\", ":/") else value
