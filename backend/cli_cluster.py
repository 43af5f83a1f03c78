"""The `cluster` command: whether a scheduler answers, and how fast it hands out work."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from backend.events import OnEvent

# Nobody else is let in unless an address is named.
LOOPBACK = "127.0.0.1"


def add(
    parser: argparse.ArgumentParser, add_json: Callable[[argparse.ArgumentParser], None]
) -> None:
    """The command's actions."""
    actions = parser.add_subparsers(required=True, metavar="check|scheduler|worker|scale")
    check = actions.add_parser("check", help="does a scheduler answer, and with which workers")
    check.add_argument("scheduler", metavar="ADDRESS|local:N")
    check.set_defaults(job=_check)
    scheduler = actions.add_parser("scheduler", help="hand out work to workers, until it is ended")
    worker = actions.add_parser("worker", help="do a scheduler's work, until it is ended")
    worker.add_argument("scheduler", metavar="ADDRESS")
    for action in (scheduler, worker):
        action.add_argument("--host", default=LOOPBACK, help="address to listen at")
        action.add_argument("--port", type=int, default=0, help="to listen at; 0 is any")
    scheduler.set_defaults(job=_serve_scheduler)
    worker.set_defaults(job=_serve_worker)
    scale = actions.add_parser("scale", help="what handing out blocks costs, with idle workers")
    for name, meaning in (
        ("workers", "in this computer's threads"),
        ("blocks", "in all"),
        ("seconds", "that each takes"),
    ):
        kind = float if name == "seconds" else int
        scale.add_argument(f"--{name}", type=kind, metavar="N", help=meaning)
    scale.set_defaults(job=_scale)
    for action in (check, scale, scheduler, worker):
        add_json(action)


def _check(options: dict[str, Any], on_event: OnEvent) -> None:
    from backend.cluster.check import check

    check(options["scheduler"], on_event)


def _serve_scheduler(options: dict[str, Any], on_event: OnEvent) -> None:
    from backend.cluster.serve import serve_scheduler

    serve_scheduler(options["host"], options["port"], on_event)


def _serve_worker(options: dict[str, Any], on_event: OnEvent) -> None:
    from backend.cluster.serve import serve_worker

    serve_worker(options["scheduler"], options["host"], options["port"], on_event)


def _scale(options: dict[str, Any], on_event: OnEvent) -> None:
    from backend.cluster.scale import ScaleRequest, scale

    scale(ScaleRequest(**options), on_event)
