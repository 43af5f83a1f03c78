"""How much faster two workers are than one, each with its own core. By hand, when all is quiet:

    .venv/worker/bin/python -m tests.cluster_efficiency [RASTER]

Without a raster a scene is generated. The run with one worker, client and scheduler included, gets
one core, that with two gets two: both times the hardware is what is paid for. A rate is that of the
tiles between the first block told of and the last one.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from backend.benchmark.scene import write_scene

CHECKPOINT = "resources/models/calanddet2-rgb.safetensors"
SIDE = 8192
# Many small blocks, so that neither worker waits long for the other's last one.
BLOCKS = {"side": 1024, "across": 1536}
ROUNDS = 3


def main() -> None:
    """Rounds of one worker and two, in turns."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        raster = Path(sys.argv[1]) if len(sys.argv) > 1 else folder / "scene.tif"
        if not raster.exists():
            write_scene(raster, SIDE)
        rates: dict[int, list[float]] = {1: [], 2: []}
        for number in range(ROUNDS):
            for workers, found in rates.items():
                found.append(_rate(raster, workers, folder / f"{number}-{workers}"))
                print(f"{workers} workers: {found[-1]:.2f} tiles/s", flush=True)
    one, two = (statistics.median(found) for found in rates.values())
    print(f"medians {one:.2f} and {two:.2f} tiles/s: efficiency {two / 2 / one:.2f}")


def _rate(raster: Path, workers: int, out: Path) -> float:
    """Tiles/s of `detect` on so many workers and cores."""
    words = ["detect", str(raster), "--checkpoint", CHECKPOINT, "--gsd", "native"]
    words += ["--scheduler", f"local:{workers}", "--precision", "fp32", "--out", str(out), "--json"]
    cores = sorted(os.sched_getaffinity(0))[:workers]
    seen: list[tuple[float, int]] = []
    with subprocess.Popen(
        [sys.executable, "-m", "backend", *words],
        env=os.environ | {"OMP_NUM_THREADS": str(workers), "CALANDDET_CLUSTER": json.dumps(BLOCKS)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, cores),
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            event = json.loads(line)
            if event.get("stage") == "tiles" and event["done"]:
                seen.append((time.monotonic(), event["done"]))
    assert process.returncode == 0, f"detect ended with {process.returncode}"
    (began, first), last = seen[0], seen[-1][1]
    ended = next(when for when, done in seen if done == last)
    return (last - first) / (ended - began)


if __name__ == "__main__":
    main()
