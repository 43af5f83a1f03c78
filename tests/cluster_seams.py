"""How fast finished blocks are put together, and in how much memory. By hand:

    .venv/worker/bin/python -m tests.cluster_seams 8192 16384

For each side [px] it writes blocks of made-up probabilities, as workers would have left them, and
lets the run go on with `--resume`, for which no worker has anything to do.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine

from backend.cluster.jobs import Planned, plan
from backend.cluster.run import Means
from backend.cluster.settings import Settings
from backend.cluster.task import Job
from backend.detect import DetectRequest, detect
from backend.kept import Kept
from backend.raster.grid import Tiling
from backend.spool import Record, Spool
from tests.backend.checkpoints import small_file
from tests.backend.rasters import UTM
from tests.backend.runs import blobs

PATTERN = 2048
# Landslides are some 50 px across [px].
SOFTNESS = 24.0


def main() -> None:
    """Measure each side of the command line, in a process that grows with the largest."""
    for side in map(int, sys.argv[1:]):
        with tempfile.TemporaryDirectory() as folder:
            seconds, polygons, spent = _measure(Path(folder), side)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
        rate = side * side / seconds / 1e6
        print(
            f"{side} x {side} px, {polygons} polygons: {seconds:.1f} s, {rate:.1f} Mpx/s;"
            f" {spent:.1f} s of processor time, {side * side / spent / 1e6:.1f} Mpx/s;"
            f" at most {memory:.0f} MB"
        )


def _measure(folder: Path, side: int) -> tuple[float, int, float]:
    """Seconds, polygons, and seconds of processor time."""
    checkpoint, raster = folder / "small.safetensors", folder / "scene.tif"
    small_file(checkpoint)
    profile = {"driver": "GTiff", "width": side, "height": side, "count": 3, "dtype": "uint8"}
    transform = Affine(0.5, 0, 500000, 0, -0.5, 3400000)
    with rasterio.open(
        raster, "w", **profile, crs=UTM, transform=transform, tiled=True, sparse_ok=True
    ):
        pass
    request = DetectRequest(str(raster), checkpoint, folder / "out", device="cpu")
    planned = plan(request, Means(), Kept(), Settings(), lambda event: None)
    _write(planned)
    means = Means(planned=planned)
    began, spent = time.monotonic(), time.process_time()
    result = detect(request, lambda event: None, Kept(), means)
    seconds = time.monotonic() - began
    return seconds, result.counts["polygons"], time.process_time() - spent


def _write(planned: Planned) -> None:
    """All blocks, full of soft blobs that cover 8 %."""
    pattern = blobs(PATTERN, PATTERN, sigma=SOFTNESS)
    job: Job = planned.job
    tiling: Tiling = job.tiling
    for block in planned.blocks:
        spool = Spool(job.path(block), tiling.width)
        for row in range(block.top, block.bottom):
            rows = np.arange(*tiling.core(row, tiling.height)) % PATTERN
            values = np.take(pattern, np.arange(tiling.width) % PATTERN, axis=1)[rows]
            spool.append(Record(values, tiling.columns))
        spool.close()
    planned.found = list(planned.blocks)


if __name__ == "__main__":
    main()
