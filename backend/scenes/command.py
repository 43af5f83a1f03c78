"""What `detect` is asked for: one raster or many, here or on a cluster."""

from __future__ import annotations

from collections.abc import Sequence

from backend.detect import DetectRequest, detect
from backend.events import OnEvent
from backend.scenes.listing import is_many
from backend.scenes.outcome import INCOMPLETE_EXIT_CODE
from backend.scenes.run import ScenesRequest, detect_many


def detect_named(
    names: Sequence[str], request: DetectRequest, scheduler: str | None, on_event: OnEvent
) -> int:
    """Detect in all rasters that the names stand for; returns the exit code.

    `request` names the first of them. Raises what `detect` and `detect_many` raise.
    """
    if is_many(names):
        is_complete = detect_many(ScenesRequest(tuple(names), request, scheduler), on_event)
        return 0 if is_complete else INCOMPLETE_EXIT_CODE
    if scheduler is None:
        detect(request, on_event)
    else:
        _detect_on(scheduler, request, on_event)
    return 0


def _detect_on(scheduler: str, request: DetectRequest, on_event: OnEvent) -> None:
    from backend.cluster.run import detect_on

    for outcome in detect_on(scheduler, [request], on_event):
        if outcome.error is not None:
            raise outcome.error
