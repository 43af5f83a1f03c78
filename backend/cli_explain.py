"""The `explain` command: what in the image spoke for a polygon."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from backend.events import OnEvent


def add(
    parser: argparse.ArgumentParser, gsd: Callable[[str], Any], bands: Callable[[str], Any]
) -> None:
    """The command's options; those of the device are the caller's."""
    parser.add_argument("raster", metavar="RASTER")
    parser.add_argument("--checkpoint", type=Path, required=True, metavar="CKPT")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    target = parser.add_mutually_exclusive_group(required=True)
    target.add_argument(
        "--at", type=_place, metavar="X,Y", help="a place in the raster's CRS: what is found there"
    )
    target.add_argument("--polygons", metavar="VECTOR", help="all polygons of a layer, as one")
    parser.add_argument("--stage", metavar="NAME", help="of the network; an unknown one lists all")
    # The same files, bands and distance that the run had.
    parser.add_argument("--bands", type=bands, metavar="R,G,B", help="band numbers, from 1")
    parser.add_argument(
        "--input", dest="inputs", action="append", metavar="ROLE=PATH[:BAND]", help="as of detect"
    )
    parser.add_argument("--dem", metavar="DEM", help="elevation model [m], where it is a band")
    parser.add_argument("--gsd", type=gsd, metavar="auto|native|METRES")
    parser.set_defaults(job=_explain)


def _place(text: str) -> tuple[float, float]:
    try:
        x, y = map(float, text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a place such as 500010,3399970"
        ) from None
    return x, y


def _explain(options: dict[str, Any], on_event: OnEvent) -> object:
    from backend.explain import ExplainRequest, explain

    return explain(
        ExplainRequest(**options | {"inputs": tuple(options.get("inputs", ()))}), on_event
    )
