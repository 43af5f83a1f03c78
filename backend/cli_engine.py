"""The options of what a network runs on, for all commands that have them."""

from __future__ import annotations

import argparse

from backend.engines import DEVICES, PRECISIONS, is_device


def add(parser: argparse.ArgumentParser) -> None:
    """Device and precision."""
    add_device(parser)
    parser.add_argument("--precision", choices=PRECISIONS)


def add_device(parser: argparse.ArgumentParser) -> None:
    """The device alone."""
    parser.add_argument(
        "--device", type=_device, metavar="|".join(DEVICES), help="of several GPUs cuda:0, cuda:1"
    )


def _device(text: str) -> str:
    if not is_device(text):
        known = ", ".join(DEVICES)
        raise argparse.ArgumentTypeError(f"{text!r} is none of {known}, or cuda with a number")
    return text
