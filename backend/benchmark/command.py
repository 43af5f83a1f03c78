"""`python -m backend benchmark`: its options, and what it prints and leaves.

Nothing heavy is imported before it runs.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backend.events import OnEvent

if TYPE_CHECKING:
    from backend.benchmark.scenario import Scenario
    from backend.benchmark.setting import BenchmarkRequest


def add(parser: argparse.ArgumentParser) -> None:
    """The command's options; those of the device are the caller's."""
    parser.add_argument("raster", nargs="?", metavar="RASTER", help="8-bit RGB; else generated")
    parser.add_argument("--checkpoint", type=Path, metavar="CKPT", help="else the one shipped")
    parser.add_argument("--size", type=int, metavar="PX", help="side of the generated image")
    parser.add_argument("--repeats", type=int, metavar="N", help="measurements of each")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="rivals to compare with")
    parser.add_argument("--out", type=Path, metavar="DIR", help="for table, picture and figures")
    # One object in the end, not the lines of a job.
    parser.add_argument("--json", dest="as_json", action="store_true", help="print JSON instead")
    tables = parser.add_mutually_exclusive_group()
    for table, words in (
        ("engines", "compare engines and precisions instead"),
        ("overlaps", "compare overlaps and flips instead"),
    ):
        parser.set_defaults(table="benchmark")
        tables.add_argument(
            f"--{table}", dest="table", action="store_const", const=table, help=words
        )
    parser.set_defaults(job=run)


def run(options: dict[str, Any], on_event: OnEvent) -> None:
    """Measure, write into `out` where there is one, and print."""
    from backend.benchmark.setting import BenchmarkRequest, setting

    table, as_json = options.pop("table"), options.pop("as_json", False)
    request = BenchmarkRequest(**options | {"only": tuple(options.get("only", ()))})
    with setting(request) as scenario:
        figures, markdown = _MEASURE[table](scenario, request, on_event)
    _write(request.out, f"{table}.json", json.dumps(figures, indent=2) + "\n")
    _write(request.out, f"{table}.md", markdown)
    print(json.dumps(figures) if as_json else markdown, flush=True)


def _write(folder: Path | None, name: str, text: str) -> None:
    from backend.workspace import refused

    if folder:
        with refused(folder):
            (folder / name).write_text(text, encoding="utf-8")


Figures = tuple[dict[str, Any], str]


def _rivals(scenario: Scenario, request: BenchmarkRequest, on_event: OnEvent) -> Figures:
    from backend.benchmark.plot import write_plot
    from backend.benchmark.report import rivals_markdown
    from backend.benchmark.rivals import compare
    from backend.workspace import refused

    found = compare(scenario, request.only, request.repeats, on_event)
    if request.out:
        with refused(request.out):
            write_plot(request.out / "benchmark.png", found)
    return found.to_dict(), rivals_markdown(found)


def _engines(scenario: Scenario, request: BenchmarkRequest, on_event: OnEvent) -> Figures:
    from backend.benchmark.engines import compare_engines
    from backend.benchmark.report import engines_markdown

    table = compare_engines(scenario, request.repeats, on_event)
    return table.to_dict(), engines_markdown(table)


def _overlaps(scenario: Scenario, request: BenchmarkRequest, on_event: OnEvent) -> Figures:
    from backend.benchmark.overlaps import compare_overlaps
    from backend.benchmark.report import overlaps_markdown

    table = compare_overlaps(scenario, request.repeats, on_event)
    return table.to_dict(), overlaps_markdown(table)


_MEASURE = {"benchmark": _rivals, "engines": _engines, "overlaps": _overlaps}
