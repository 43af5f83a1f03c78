"""What a run says about itself: in its start event, in `run.json` and in the layer's table."""

from __future__ import annotations

import json
import platform
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rasterio
import torch

from backend import __version__

if TYPE_CHECKING:
    from backend.detect import Plan


@dataclass
class Clock:
    """Seconds by stage, for `run.json`."""

    began: float = field(default_factory=time.perf_counter)
    seconds: dict[str, float] = field(default_factory=dict)

    def lap(self, stage: str) -> None:
        """Book the time since the last lap on `stage`."""
        now = time.perf_counter()
        self.seconds[stage] = round(now - self.began, 3)
        self.began = now

    @property
    def total(self) -> float:
        """All laps together [s]."""
        return round(sum(self.seconds.values()), 3)


def details(plan: Plan, resumed_tiles: int) -> dict[str, Any]:
    """What the start event tells about the run."""
    return {
        "width": plan.tiling.width,
        "height": plan.tiling.height,
        "tiles": plan.tiling.rows * plan.tiling.columns,
        "resumed_tiles": resumed_tiles,
        "gsd_m": plan.source.report.gsd,
        "checkpoint": plan.checkpoint.path.name,
        "architecture": plan.checkpoint.card.architecture,
        "threshold": plan.threshold,
    }


def provenance(plan: Plan) -> dict[str, Any]:
    """All that a result depends on, for `run.json`."""
    request = {
        name: str(value) if isinstance(value, Path) else value
        for name, value in asdict(plan.request).items()
    }
    request["more_checkpoints"] = [str(path) for path in plan.request.more_checkpoints]
    tiling = asdict(plan.tiling) | {
        "overlap": plan.request.overlap,
        "margin": plan.tiling.margin,
        "columns": plan.tiling.columns,
        "rows": plan.tiling.rows,
    }
    return {
        "began": plan.began.isoformat(timespec="seconds"),
        "parameters": request | {"threshold": plan.threshold},
        "checkpoint": {
            "name": plan.checkpoint.path.name,
            "sha256": plan.checkpoint.sha256,
            "architecture": plan.checkpoint.card.architecture,
            "with": [f"{member.path.name} {member.sha256}" for member in plan.members[1:]],
        },
        "device": plan.engine.description,
        "precision": plan.engine.precision,
        "raster": asdict(plan.source.report),
        "tiling": tiling,
        "versions": versions(),
    }


def versions() -> dict[str, str]:
    """Of all programs that a result depends on."""
    return {
        "calanddet": __version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "gdal": rasterio.__gdal_version__,
    }


def flat(run: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested provenance as one row: keys joined by `_`, lists as text."""
    row: dict[str, Any] = {}
    for key, value in run.items():
        if isinstance(value, dict):
            row |= flat(value, f"{prefix}{key}_")
        else:
            row[prefix + key] = json.dumps(value) if isinstance(value, list | tuple) else value
    return row
