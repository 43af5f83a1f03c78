"""The command line: it parses, and hands a frozen request to the one function that does the job.

Defaults stand in the requests' dataclasses; what is not given here is left to them. Heavy modules
are imported by the command that needs them, not before.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from backend import (
    __version__,
    cli_checkpoint,
    cli_cluster,
    cli_engine,
    cli_explain,
    cli_inventory,
    cli_learn,
    cli_training,
    protocol,
)
from backend.benchmark import command as benchmark
from backend.cli_training import DATASETS
from backend.errors import CalandDetError
from backend.events import OnEvent, Result
from backend.raster.grid import OVERLAPS
from backend.training import LOSS_NAMES

_TRAINING_NUMBERS = {
    "batch-size": int,
    "learning-rate": float,
    "ema": float,
    "validations": int,
    "seed": int,
    "tile-size": int,
    "view-size": int,
}


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Parse, run, and end the process with the exit code."""
    protocol.leave(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Parse a command, do its job and return the exit code."""
    options = vars(_parser().parse_args(arguments))
    job, as_json = options.pop("job"), options.pop("json", False)
    lines = protocol.Lines() if "session" in options else None
    if lines is not None:
        options["lines"] = lines
    return protocol.run(lambda on_event: job(options, on_event), as_json, lines)


class _Parser(argparse.ArgumentParser):
    """A parser whose complaint is one line, and which leaves defaults to the requests."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, argument_default=argparse.SUPPRESS)

    def error(self, message: str) -> NoReturn:
        self.exit(CalandDetError.exit_code, f"{self.prog}: {message}. See {self.prog} --help.\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m backend", description="CALandDet landslide detection.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_detect(commands.add_parser("detect", help="find landslides in a raster"))
    _add_vectorize(commands.add_parser("vectorize", help="polygons from a probability raster"))
    _add_refine(commands.add_parser("refine", help="another threshold for a finished run"))
    _add_train(commands.add_parser("train", help="train a network on images with masks"))
    _add_learn(commands.add_parser("learn", help="train on what a review has decided"))
    _add_chips(commands.add_parser("chips", help="cut datasets into images and masks to train on"))
    _add_evaluate(commands.add_parser("evaluate", help="how good a checkpoint is on a dataset"))
    _add_compare(commands.add_parser("compare", help="train networks alike, in a table"))
    cli_checkpoint.add(
        commands.add_parser("checkpoint", help="show, convert or judge a checkpoint"), _add_json
    )
    inventory = commands.add_parser("inventory", help="attributes, statistics, comparison, export")
    cli_inventory.add(inventory, _add_json)
    _add_explain(commands.add_parser("explain", help="what in the image spoke for a polygon"))
    cli_cluster.add(commands.add_parser("cluster", help="workers on other computers"), _add_json)
    _add_devices(commands.add_parser("devices", help="list the devices that can run a network"))
    _add_benchmark(commands.add_parser("benchmark", help="how fast it is, beside other ways"))
    return parser


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="JSON lines on stdout")


def _add_polygon_options(
    parser: argparse.ArgumentParser, threshold: str, area: str, more: str = ""
) -> None:
    """With what the defaults are, and what else than polygons the elevation model is for."""
    dem = f"elevation model [m]: slope and relief of polygons{more}"
    parser.add_argument("--dem", metavar="DEM", help=dem)
    _add_threshold_options(parser, threshold, area)


def _add_threshold_options(parser: argparse.ArgumentParser, threshold: str, area: str) -> None:
    parser.add_argument(
        "--threshold", type=float, metavar="P", help=f"probability, 0 to 1; default: {threshold}"
    )
    parser.add_argument(
        "--min-area",
        dest="min_area_m2",
        type=float,
        metavar="M2",
        help=f"drop smaller polygons (pixels where there is no CRS); default: {area}",
    )


def _add_detect(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "rasters",
        nargs="+",
        metavar="RASTER",
        help="a raster; or several, a folder, a pattern such as 'tiles/*.tif', or a tile index",
    )
    parser.add_argument(
        "--checkpoint",
        type=Path,
        nargs="+",
        required=True,
        metavar="CKPT",
        help="several: their mean probability, and a raster of their disagreement; name the"
        " rasters before it",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--bands", type=_bands, metavar="R,G,B", help="band numbers, from 1")
    parser.add_argument(
        "--input",
        dest="inputs",
        action="append",
        metavar="ROLE=PATH[:BAND]",
        help="another raster for a band of the checkpoint, or a file or folder with named bands",
    )
    parser.add_argument("--aoi", metavar="VECTOR", help="polygons to search in")
    parser.add_argument("--gsd", type=_gsd, metavar="auto|native|METRES")
    parser.add_argument("--overlap", choices=OVERLAPS)
    parser.add_argument(
        "--flips", action="store_true", help="median of four mirrorings: better, 4 x the time"
    )
    parser.add_argument(
        "--uncertainty",
        action="store_true",
        help="also a raster of how far the mirrorings lie apart; implies --flips",
    )
    parser.add_argument("--resume", action="store_true", help="go on with a run that was cut off")
    parser.add_argument("--preview", action="store_true", help="show what is finished now and then")
    parser.add_argument(
        "--scheduler", metavar="ADDRESS", help="of Dask, whose workers do the work; or local:N"
    )
    cli_engine.add(parser)
    _add_polygon_options(
        parser, "the checkpoint's", "of 10 pixels", ", and the bands dem and slope"
    )
    _add_json(parser)
    parser.set_defaults(job=_detect)


def _add_vectorize(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("probability", type=Path, metavar="PROBABILITY")
    parser.add_argument("--out", type=Path, required=True, metavar="GPKG")
    parser.add_argument("--simplify", dest="simplify_px", type=float, metavar="PX")
    _add_polygon_options(parser, "0.5", "none")
    _add_json(parser)
    parser.set_defaults(job=_vectorize)


def _add_refine(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", type=Path, metavar="DIR", help="what detect has left")
    parser.add_argument("--simplify", dest="simplify_px", type=float, metavar="PX")
    parser.add_argument(
        "--session", type=Path, metavar="DIR", help="for previews, as stdin asks for them"
    )
    _add_threshold_options(parser, "as the run has it", "as the run has it")
    _add_json(parser)
    parser.set_defaults(job=_refine)


def _add_train(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", nargs="+", required=True, metavar="DATASET", help=DATASETS)
    parser.add_argument("--out", type=Path, required=True, metavar="CKPT")
    parser.add_argument(
        "--shares",
        nargs="+",
        type=float,
        metavar="SHARE",
        help="of the views, for each dataset of --data; without, all images are drawn alike",
    )
    parser.add_argument("--validation", nargs="+", metavar="DATASET", help="data to choose by")
    parser.add_argument(
        "--validation-share", type=float, metavar="SHARE", help="kept back where none is named"
    )
    parser.add_argument("--arch", dest="architecture", metavar="NAME")
    cli_training.add_settings(parser)
    parser.add_argument(
        "--from", dest="start", type=Path, metavar="CKPT", help="a checkpoint to go on from"
    )
    parser.add_argument(
        "--encoder-weights", type=Path, metavar="FILE", help="an EfficientNet-Lite of ImageNet"
    )
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--epochs", type=float, metavar="N")
    cli_training.add_length(length)
    cli_training.add_bands(parser, _bands)
    cli_training.add_adaptation(parser)
    parser.add_argument("--loss", choices=LOSS_NAMES)
    for name, kind in _TRAINING_NUMBERS.items():
        parser.add_argument(f"--{name}", type=kind, metavar="N")
    parser.add_argument("--scale", type=_pair, metavar="LOW,HIGH", help="range of random zoom")
    parser.add_argument(
        "--mix-share", type=float, metavar="SHARE", help="views with a part of another one"
    )
    parser.add_argument("--gsd", type=float, metavar="METRES", help="of data that does not say")
    parser.add_argument("--terms", metavar="TEXT", help="on what terms the data is to be had")
    parser.add_argument("--half", action="store_true", help="16 bits a weight, fit for bfloat16")
    cli_engine.add(parser)
    _add_json(parser)
    parser.set_defaults(job=_train)


def _add_learn(parser: argparse.ArgumentParser) -> None:
    cli_learn.add(parser, _gsd, _bands)
    cli_engine.add(parser)
    _add_json(parser)


def _add_chips(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", nargs="+", required=True, metavar="DATASET", help=DATASETS)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--size", type=int, metavar="PX", help="side of a chip")
    parser.add_argument("--overlap-share", type=float, metavar="SHARE", help="of a chip's side")
    parser.add_argument(
        "--negatives",
        type=float,
        metavar="SHARE",
        help="largest share of chips that may show no landslide",
    )
    parser.add_argument(
        "--validation-share", type=float, metavar="SHARE", help="of the places, for val.txt"
    )
    parser.add_argument("--format", metavar="tif|png")
    parser.add_argument("--seed", type=int, metavar="N")
    _add_json(parser)
    parser.set_defaults(job=_chips)


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("checkpoint", type=Path, metavar="CKPT")
    parser.add_argument("data", nargs="+", metavar="DATASET", help=DATASETS)
    parser.add_argument("--out", type=Path, metavar="DIR", help="for a page with pictures")
    parser.add_argument(
        "--overlap", choices=(*OVERLAPS, "all"), help="all: a table of each, with and without flips"
    )
    parser.add_argument("--flips", action="store_true", help="median of four mirrorings")
    parser.add_argument("--threshold", type=float, metavar="P", help="instead of the card's")
    cli_training.add_bands(parser, _bands)
    cli_engine.add(parser)
    _add_json(parser)
    parser.set_defaults(job=_evaluate)


def _add_compare(parser: argparse.ArgumentParser) -> None:
    cli_training.add_compare(parser, _bands)
    cli_engine.add(parser)
    _add_json(parser)


def _add_explain(parser: argparse.ArgumentParser) -> None:
    cli_explain.add(parser, _gsd, _bands)
    cli_engine.add_device(parser)
    _add_json(parser)


def _add_devices(parser: argparse.ArgumentParser) -> None:
    _add_json(parser)
    parser.set_defaults(job=_devices)


def _add_benchmark(parser: argparse.ArgumentParser) -> None:
    cli_engine.add(parser)
    benchmark.add(parser)


def _bands(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a list of band numbers such as 1,2,3"
        ) from None


def _gsd(text: str) -> str | float:
    if text in ("auto", "native"):
        return text
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is neither auto, native nor a number of metres"
        ) from None


def _pair(text: str) -> tuple[float, float]:
    try:
        low, high = map(float, text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not two numbers such as 0.7,1.5") from None
    return low, high


def _detect(options: dict[str, Any], on_event: OnEvent) -> int:
    from backend.detect import DetectRequest
    from backend.scenes.command import detect_named

    options["checkpoint"], *more = options["checkpoint"]
    inputs, names = tuple(options.pop("inputs", ())), tuple(options.pop("rasters"))
    scheduler = options.pop("scheduler", None)
    request = DetectRequest(raster=names[0], **options, inputs=inputs, more_checkpoints=tuple(more))
    return detect_named(names, request, scheduler, on_event)


def _vectorize(options: dict[str, Any], on_event: OnEvent) -> None:
    from backend.vectorize import VectorizeRequest, vectorize

    vectorize(VectorizeRequest(**options), on_event)


def _refine(options: dict[str, Any], on_event: OnEvent) -> None:
    from backend.refine import RefineRequest, refine
    from backend.refine_session import serve

    if "session" in options:
        serve(options["run"], options["session"], options["lines"], on_event)
    else:
        refine(RefineRequest(**options), on_event)


def _train(options: dict[str, Any], on_event: OnEvent) -> None:
    from backend.training.job import train
    from backend.training.plan import TrainRequest

    if "config" in options:
        options["config"] = dict(options["config"])
    train(TrainRequest(**cli_training.gather(options)), on_event)


def _chips(options: dict[str, Any], on_event: OnEvent) -> None:
    from backend.training.chips import ChipsRequest, chips

    chips(ChipsRequest(**options | {"data": tuple(options["data"])}), on_event)


def _evaluate(options: dict[str, Any], on_event: OnEvent) -> None:
    from backend.training.assess import EvaluateRequest, assess
    from backend.training.overlaps import ALL, compare_overlaps

    request = EvaluateRequest(**cli_training.gather(options))
    (compare_overlaps if request.overlap == ALL else assess)(request, on_event)


def _devices(options: dict[str, Any], on_event: OnEvent) -> None:
    from backend.engines.devices import list_devices

    devices = {
        device.name: {
            "available": device.available,
            "description": device.description,
            "reason": device.reason,
        }
        for device in list_devices()
    }
    on_event(Result({}, devices))
