"""What the jobs share: opening a layer, where results go, provenance, the last event."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from backend import __version__
from backend.errors import InventoryError, OutputError
from backend.events import Log, OnEvent, Result, Start
from backend.inventory.layer import Layer, read_layer, split_source


def opened(source: str, job: str, on_event: OnEvent) -> Layer:
    """The layer, with the start event and what was mended told."""
    layer = read_layer(source)
    on_event(Start(job, "CPU", {"polygons": len(layer), "layer": layer.name}))
    for note in layer.notes:
        warn(on_event, note)
    return layer


def warn(on_event: OnEvent, text: str) -> None:
    """A warning for the log, if there is anything to say."""
    if text:
        on_event(Log("warning", text))


def geopackage(source: str, out: Path | None) -> Path:
    """Where a GeoPackage goes: `out`, or the file of the layer itself.

    Raises where that is not named as one.
    """
    target = (Path(split_source(source)[0]) if out is None else out).absolute()
    if target.suffix.lower() == ".gpkg":
        return target
    if out is None:
        raise InventoryError(
            f"{target} is not a GeoPackage, whose fields could be updated in place.",
            "Name a new GeoPackage for the result.",
        )
    raise OutputError(f"{out} is not named as a GeoPackage.", "End it in .gpkg.")


def provenance(request: Any, job: str) -> dict[str, Any]:
    """A request as a flat row: what was done, when, by which version."""
    created = datetime.now(UTC).isoformat(timespec="seconds")
    parameters = {f"{job}_{name}": _plain(value) for name, value in asdict(request).items()}
    return {f"{job}_version": __version__, f"{job}_created": created} | parameters


def done(on_event: OnEvent, paths: dict[str, Path], counts: dict[str, Any], began: float) -> Result:
    """Send the result event and return it; `began` is of the monotonic clock [s]."""
    counts = counts | {"seconds": round(time.monotonic() - began, 3)}
    result = Result({role: str(path.absolute()) for role, path in paths.items()}, counts)
    on_event(result)
    return result


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | dict):
        return json.dumps(value)
    return str(value) if isinstance(value, Path) else value
