"""The `learn` command: a reviewed layer becomes a better checkpoint."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from backend.events import OnEvent


def add(
    parser: argparse.ArgumentParser,
    gsd: Callable[[str], str | float],
    bands: Callable[[str], tuple[int, ...]],
) -> None:
    """Add the options; `gsd` and `bands` parse what `detect` takes by the same names."""
    parser.add_argument("layer", metavar="LAYER", help="polygons with the field status")
    parser.add_argument("--raster", required=True, metavar="RASTER", help="they were drawn on")
    parser.add_argument(
        "--checkpoint", type=Path, required=True, metavar="CKPT", help="to go on from"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="CKPT")
    searched = parser.add_mutually_exclusive_group()
    searched.add_argument("--area", metavar="VECTOR", help="ground that was searched all over")
    searched.add_argument("--whole", action="store_true", help="all of the raster was searched")
    parser.add_argument("--bands", type=bands, metavar="R,G,B", help="band numbers, from 1")
    parser.add_argument("--gsd", type=gsd, metavar="auto|native|METRES", help="default: the run's")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--minutes", type=float, metavar="M", help="of training")
    length.add_argument("--epochs", type=float, metavar="N", help="instead of minutes")
    parser.add_argument(
        "--held-out-share", type=float, metavar="SHARE", help="of the landslides, to judge by"
    )
    parser.add_argument("--batch-size", type=int, metavar="N")
    parser.add_argument("--learning-rate", type=float, metavar="R")
    parser.add_argument("--seed", type=int, metavar="N")
    parser.set_defaults(job=_learn)


def _learn(options: dict[str, Any], on_event: OnEvent) -> None:
    from backend.learning.job import learn
    from backend.learning.request import LearnRequest

    learn(LearnRequest(**options), on_event)
