"""The `checkpoint` command: what a file is, other formats, the mean of several, bf16."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from backend import cli_engine, cli_training
from backend.events import OnEvent, Result


def add(
    parser: argparse.ArgumentParser, add_json: Callable[[argparse.ArgumentParser], None]
) -> None:
    """The actions and their options."""
    actions = parser.add_subparsers(required=True, metavar="show|convert|mean|verdict")
    show = actions.add_parser("show", help="what a checkpoint is and was trained for")
    convert = actions.add_parser("convert", help="a published file to .safetensors with a card")
    mean = actions.add_parser("mean", help="the mean weights of several with the same start")
    verdict = actions.add_parser("verdict", help="whether its results stay in bf16, kept beside it")
    for action in (show, convert, verdict):
        action.add_argument("file", type=Path, metavar="FILE")
    for action in (show, convert, mean, verdict):
        add_json(action)
    for action in (show, convert):
        action.add_argument("--arch", metavar="NAME", help="the architecture it has to be")
    convert.add_argument("--out", type=Path, metavar="FILE", help="default: beside FILE")
    mean.add_argument("files", nargs="+", type=Path, metavar="FILE")
    mean.add_argument("--out", type=Path, metavar="FILE", required=True)
    mean.add_argument(
        "--shares", nargs="+", type=float, metavar="N", help="how much each counts (alike)"
    )
    mean.add_argument(
        "--data", nargs="+", metavar="DATASET", help="to choose the threshold by and to measure on"
    )
    cli_training.add_settings(mean)
    mean.add_argument("--half", action="store_true", help="16 bits a weight, fit for bfloat16")
    cli_engine.add_device(mean)
    verdict.add_argument("data", nargs="+", metavar="DATASET", help=cli_training.DATASETS)
    cli_engine.add_device(verdict)
    show.set_defaults(job=_show)
    convert.set_defaults(job=_convert)
    mean.set_defaults(job=_mean)
    verdict.set_defaults(job=_verdict)


def _show(options: dict[str, Any], on_event: OnEvent) -> None:
    from backend.checkpoint import describe

    on_event(Result({}, describe(options["file"], options.get("arch"))))


def _convert(options: dict[str, Any], on_event: OnEvent) -> None:
    from backend.checkpoint import convert

    source = options["file"]
    out = options.get("out", source.with_suffix(".safetensors"))
    card = convert(source, out, options.get("arch"))
    on_event(Result({"checkpoint": str(out.absolute())}, {"architecture": card.architecture}))


def _mean(options: dict[str, Any], on_event: OnEvent) -> None:
    from backend.training.mean import MeanRequest, average

    names = ("files", "shares", "data")
    listed: dict[str, Any] = {name: tuple(options[name]) for name in names if name in options}
    if "config" in options:
        listed["config"] = dict(options["config"])
    average(MeanRequest(**options | listed), on_event)


def _verdict(options: dict[str, Any], on_event: OnEvent) -> None:
    from backend.training.verdict import VerdictRequest, judge

    judge(VerdictRequest(**options | {"data": tuple(options["data"])}), on_event)
