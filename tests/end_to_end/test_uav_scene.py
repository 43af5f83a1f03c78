"""The whole command on a real drone orthomosaic, at its own resolution and resampled."""

import json
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
from rasterio.features import rasterize

from tests.backend.golden import write_seeded_checkpoint
from tests.backend.workers import backend

SCENE = Path(__file__).parents[3] / "shared" / "data" / "uav_scene" / "uav_scene.tif"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not SCENE.exists(), reason=f"the real imagery is not there: {SCENE}"),
]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    path = tmp_path_factory.mktemp("checkpoint") / "seeded.safetensors"
    return write_seeded_checkpoint(path, "calanddet", embed_dim=24, depths=(2, 2, 2, 2))


@pytest.mark.parametrize(
    ("gsd", "overlap", "shape"),
    [("native", "fast", (4352, 6016)), ("0.2", "balanced", (1088, 1505))],
)
def test_detect_on_a_drone_scene(tmp_path, checkpoint, gsd, overlap, shape):
    # High among an untrained network's answers: about a tenth of the scene, in many pieces.
    command = [
        "detect",
        SCENE,
        "--checkpoint",
        checkpoint,
        "--out",
        tmp_path,
        "--json",
        "--min-area",
        0,
    ]
    options = ["--gsd", gsd, "--overlap", overlap, "--threshold", "0.62"]
    code, stdout, errors = backend(*command, *options)
    assert code == 0, errors
    counts = json.loads(stdout.splitlines()[-1])["counts"]
    with rasterio.open(tmp_path / "probability.tif") as data:
        values = data.read(1)
        assert data.shape == shape
        assert data.transform.a == pytest.approx(0.05 if gsd == "native" else 0.2, rel=0.01)
    with rasterio.open(SCENE) as data:
        valid = data.dataset_mask(out_shape=shape) > 0
    assert ((values != 255) == valid).all()
    check_polygons(tmp_path, counts)


def check_polygons(folder, counts):
    """Every polygon is valid, and together they are the mask."""
    _, _, wkb, _ = pyogrio.raw.read(folder / "landslides.gpkg", layer="landslides")
    shapes = shapely.from_wkb(wkb)
    assert len(shapes) == counts["polygons"] > 0
    assert shapely.is_valid(shapes).all()
    with rasterio.open(folder / "mask.tif") as data:
        mask = data.read(1) == 1
        drawn = rasterize(shapes, data.shape, transform=data.transform) == 1
    assert np.count_nonzero(mask & drawn) / np.count_nonzero(mask | drawn) >= 0.98
