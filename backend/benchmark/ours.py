"""Our own detection, as the command line runs it."""

from __future__ import annotations

import shutil
from pathlib import Path

from backend.benchmark.contender import Ready
from backend.benchmark.scenario import Scenario
from backend.detect import DetectRequest, detect
from backend.events import Event, Start


def run(scenario: Scenario, ready: Ready) -> int:
    """Find landslides, with all that belongs to it: probabilities, mask and polygons."""
    # A folder that has results may be quicker to write, or slower.
    shutil.rmtree(scenario.detected, ignore_errors=True)

    def on_event(event: Event) -> None:
        if isinstance(event, Start):
            ready(event.device)

    result = detect(
        DetectRequest(
            raster=scenario.raster,
            checkpoint=Path(scenario.checkpoint),
            out=scenario.detected,
            bands=scenario.bands,
            gsd="native",
            overlap=scenario.overlap,
            threshold=scenario.threshold,
            device=scenario.device,
            precision=scenario.precision,
            flips=scenario.flips,
        ),
        on_event,
    )
    return int(result.counts["tiles"])
