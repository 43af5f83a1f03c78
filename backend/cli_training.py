"""Options of the commands that learn: which bands rasters give, adaptation, and `compare`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from backend.events import OnEvent

DATASETS = "a list file, a folder as published, or RASTER::POLYGONS or RASTER::MASK[::ROLE=PATH]"
# What takes options: a parser, or a group of them that rule each other out.
Options = argparse.ArgumentParser | argparse._MutuallyExclusiveGroup
Numbers = Callable[[str], tuple[int, ...]]
_BAND_OPTIONS = ("roles", "bands", "inputs", "dem")


def add_bands(parser: argparse.ArgumentParser, numbers: Numbers) -> None:
    """Where rasters with labels have the bands that a network takes, as `detect` is told."""
    parser.add_argument(
        "--roles", type=_names, metavar="ROLE,...", help="bands to take, as red,green,blue,dem"
    )
    parser.add_argument("--bands", type=numbers, metavar="N,...", help="their numbers, from 1")
    parser.add_argument(
        "--input", dest="inputs", action="append", metavar="ROLE=PATH[:BAND]",
        help="another raster for a band, or a file or folder with named bands",
    )  # fmt: skip
    parser.add_argument("--dem", metavar="DEM", help="elevation model for the bands dem and slope")


def add_adaptation(parser: argparse.ArgumentParser) -> None:
    """What a checkpoint is to be adapted to."""
    parser.add_argument(
        "--adapt-to",
        nargs="+",
        metavar="RASTER",
        help="without labels, for --from to be adapted to",
    )
    parser.add_argument("--adversarial-weight", type=float, metavar="W", help="of the adaptation")


def add_length(parser: Options) -> None:
    """When a training ends, but for epochs."""
    parser.add_argument("--minutes", type=float, metavar="M")
    parser.add_argument("--cpu-minutes", type=float, metavar="M", help="of the processor's time")
    parser.add_argument("--views", type=int, metavar="N", help="to be learned from")


def gather(options: dict[str, Any]) -> dict[str, Any]:
    """The options with those of bands as one, and lists as tuples, for a request."""
    from backend.training.bands import BandChoice

    said = {name: options.pop(name) for name in _BAND_OPTIONS if name in options}
    lists = {name: tuple(value) for name, value in options.items() if isinstance(value, list)}
    if "inputs" in said:
        said["inputs"] = tuple(said["inputs"])
    return options | lists | ({"bands": BandChoice(**said)} if said else {})


def add_compare(parser: argparse.ArgumentParser, numbers: Numbers) -> None:
    """Options of `compare`, but for those of the engine."""
    parser.add_argument("--data", nargs="+", required=True, metavar="DATASET", help=DATASETS)
    parser.add_argument("--validation", nargs="+", required=True, metavar="DATASET")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument(
        "--networks", nargs="+", metavar="NAME[:SETTING=VALUE,...]", help="default: all that fit"
    )
    add_length(parser.add_mutually_exclusive_group(required=True))
    add_bands(parser, numbers)
    for name, kind in (("batch-size", int), ("learning-rate", float), ("seed", int)):
        parser.add_argument(f"--{name}", type=kind, metavar="N")
    parser.add_argument("--tile-size", type=int, metavar="PX")
    parser.add_argument("--loss", metavar="NAME")
    parser.add_argument("--encoder-weights", type=Path, metavar="FILE", help="for encoders it fits")
    parser.add_argument("--page", type=Path, metavar="MD", help="a page to enter each row into")
    parser.set_defaults(job=_compare)


def _compare(options: dict[str, Any], on_event: OnEvent) -> None:
    from backend.training.compare import CompareRequest, compare

    compare(CompareRequest(**gather(options)), on_event)


def add_settings(parser: Options) -> None:
    """Settings of an architecture; a dictionary is made of what is gathered."""
    parser.add_argument(
        "--set",
        dest="config",
        nargs="+",
        type=_setting,
        metavar="NAME=VALUE",
        help="settings of the architecture, e.g. embed_dim=48",
    )


def _setting(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(","))
