"""What the panel tells beforehand is what the worker does afterwards."""

import json
import subprocess

import pytest

from calanddet_qgis import estimate, runs
from calanddet_qgis.estimate import Speed
from tests.plugin.factories import ROOT

SIZES = [(1, 1), (240, 300), (2401, 1999), (100_000, 37)]
BACKEND = """
import json, sys
from affine import Affine
from backend import detect, resume
from backend.engines import flips
from backend.raster.grid import OVERLAPS, Grid, Tiling
from backend.raster.ground import resampled
tilings = {
    f"{width} {height} {size} {name}": [t.columns, t.rows, t.stride]
    for width, height in json.loads(sys.argv[1]) for size in (224, 512) for name in OVERLAPS
    for t in [Tiling.of(width, height, size, name)]
}
grid = resampled(Grid(2401, 1999, Affine.identity(), None), (0.31, 0.33), 0.8)
print(json.dumps({
    "tilings": tilings, "resampled": [grid.width, grid.height], "resume": resume.RESUME_NAME,
    "passes": len(flips.MIRRORINGS), "disk": [detect.DISK_BYTES_PER_PIXEL, detect.DISK_FLOOR],
}))
"""


@pytest.fixture(scope="module")
def backend(worker_python):
    """What the backend decides."""
    command = [worker_python, "-c", BACKEND, json.dumps(SIZES)]
    return json.loads(subprocess.check_output(command, cwd=ROOT, timeout=120))


def test_tiles_are_those_of_the_worker(backend):
    for key, expected in backend["tilings"].items():
        width, height, size, overlap = key.split()
        tiles = estimate.tiles(int(width), int(height), int(size), overlap)
        assert [tiles.columns, tiles.rows, tiles.stride] == expected, key


def test_resampling_gives_the_grid_of_the_worker(backend):
    lattice = estimate.lattice(2401, 1999, (0.31, 0.33), "auto", 0.8, (0.5, 1.3))
    assert [lattice.width, lattice.height] == backend["resampled"]
    assert lattice.resampled
    assert lattice.gsd == pytest.approx((0.8, 0.8), rel=1e-3)


def test_disk_and_leftovers_are_those_of_the_worker(backend):
    assert backend["disk"] == [estimate.DISK_BYTES_PER_PIXEL, estimate.DISK_FLOOR]
    assert backend["resume"] == runs.LEFTOVERS


def test_flips_are_as_many_as_the_workers(backend):
    assert estimate.passes(True) == backend["passes"]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [("auto", None), ("native", None), ("2", 2.0)],
)
def test_a_distance_in_range_is_left_alone(choice, expected):
    assert estimate.target_distance((1, 1), choice, 0.8, (0.5, 1.3)) == expected


def test_without_a_crs_nothing_is_resampled():
    lattice = estimate.lattice(100, 50, None, "auto", 0.8, (0.5, 1.3))
    assert (lattice.width, lattice.height, lattice.pixel_area) == (100, 50, None)


def test_time_is_unknown_before_the_first_run():
    assert estimate.seconds(100, None) is None
    assert estimate.seconds(None, Speed(10, 3)) is None
    assert estimate.seconds(100, Speed(10, 3)) == 13
