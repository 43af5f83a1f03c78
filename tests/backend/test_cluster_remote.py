"""A raster on a server: a block reads the ranges under its rows, and nothing else."""

import json

import numpy as np
import pytest

from backend.cluster.blocks import blocks_of, view_of
from backend.cluster.task import Job, compute
from backend.detect import DetectRequest
from backend.kept import Kept
from backend.raster.grid import Tiling
from backend.spool import Spool
from tests.backend import workers
from tests.backend.checkpoints import small_file
from tests.backend.rasters import write_raster
from tests.backend.test_cluster_blocks import Fingerprints

SHAPE = (2048, 256)


@pytest.mark.parametrize("with_mask", [False, True])
def test_a_block_reads_ranges_of_a_remote_raster(tmp_path, with_mask):
    checkpoint, log = tmp_path / "small.safetensors", tmp_path / "log"
    small_file(checkpoint, "landslide4sense_unet")
    values = np.random.default_rng(0).integers(0, 256, (3, *SHAPE), np.uint8)
    mask = np.ones(SHAPE, bool)
    mask[:, :40] = False
    raster = write_raster(
        tmp_path / "scene.tif", values, mask=mask if with_mask else None,
        tiled=True, blockxsize=256, blockysize=256,
    )  # fmt: skip
    server = workers.start("-m", "tests.backend.ranges", raster, log)
    try:
        assert server.stdout
        remote = f"/vsicurl/http://127.0.0.1:{int(server.stdout.readline())}/{raster.name}"
        near = values_of(str(raster), checkpoint, tmp_path / "near")
        far = values_of(remote, checkpoint, tmp_path / "far")
    finally:
        workers.close(server)
    assert np.array_equal(near, far)
    asked = [json.loads(line) for line in log.read_text().splitlines()]
    read = [one for one in asked if one["method"] == "GET"]
    assert read and all(one["range"] for one in read), asked
    # It needs two of eight rows of blocks; the server is asked for some more at a time.
    assert sum(one["sent"] for one in asked) < 0.5 * raster.stat().st_size


def values_of(name, checkpoint, folder):
    """The values of one block of a raster."""
    folder.mkdir()
    tiling, kept = Tiling.of(SHAPE[1], SHAPE[0], 64, "balanced"), Kept()
    kept.once((tiling.margin, np.dtype("uint8")), lambda: Fingerprints(tiling.margin))
    job = Job(DetectRequest(name, checkpoint, folder), folder, "", tiling, None, None)
    block = blocks_of(tiling, 256)[3]
    compute(job, block, kept, lambda *tiles: None)
    view = view_of(tiling, block)
    spool = Spool(job.path(block), view.last - view.first)
    return np.concatenate([record.values for record in spool])
