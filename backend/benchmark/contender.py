"""`python -m backend.benchmark.contender NAME SCENARIO OUTCOME`: one measurement's process.

It leaves in OUTCOME when it was ready for its first tile and when it was done (time of day [s]),
how many tiles it ran, and what it ran them on. Nothing heavy is imported here: the published
procedure's second process passes through this module as well.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path

from backend.benchmark.scenario import Scenario
from backend.errors import CalandDetError, DeviceError

# The modules; each has a function `run(scenario, ready)` that returns the number of tiles.
MODULES = {
    "detect": "ours",
    "published": "published",
    "monai": "monai_window",
    "onnxruntime": "onnx_loop",
    "forward": "forward",
    "export": "onnx_export",
    "engine": "one_engine",
}


@dataclass
class Outcome:
    """What a contender tells about itself."""

    ready: float = 0.0
    done: float = 0.0
    tiles: int = 0
    what: str = ""

    def is_ready(self, what: str) -> None:
        """Everything is loaded and the first tile can come; `what` says what runs it on what."""
        self.ready, self.what = time.time(), what


Ready = Callable[[str], None]
"""A contender calls it once, before its first tile, with what runs the tiles."""


def _main(name: str, scenario: Path, path: Path) -> None:
    outcome = Outcome()
    module = import_module(f"backend.benchmark.{MODULES[name]}")
    outcome.tiles = module.run(Scenario.read(scenario), outcome.is_ready)
    outcome.done = time.time()
    path.write_text(json.dumps(asdict(outcome)), encoding="utf-8")


if __name__ == "__main__":
    try:
        _main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
    except CalandDetError as error:
        print(error, file=sys.stderr, flush=True)
        os._exit(error.exit_code)
    except MemoryError:
        print("There is not enough memory.", file=sys.stderr, flush=True)
        os._exit(DeviceError.exit_code)
    # As the worker does: tearing torch down takes long, and is no part of the work.
    os._exit(0)
