"""Many rasters on Dask workers: the same result as here, a broken raster included."""

import numpy as np
import pytest
import shapely

from backend.events import Progress, Result, Start
from tests.backend.checkpoints import small_file
from tests.backend.clusters import Cluster
from tests.backend.rasters import image
from tests.backend.tiles import cut, inventory, many, pixels

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


def test_workers_give_what_one_machine_gives(tmp_path):
    checkpoint = tmp_path / "small.safetensors"
    small_file(checkpoint)
    cuts = ((0, 0, 90, 120), (90, 0, 180, 120), (0, 120, 180, 200))
    tiles = cut(tmp_path / "tiles", image(200, 180), cuts)
    whole = (tiles / "tile-2.tif").read_bytes()
    (tiles / "tile-2.tif").write_bytes(whole[: len(whole) // 2])
    options = {"threshold": 0.45, "precision": "fp32"}
    assert not many(tiles, checkpoint, tmp_path / "here", **options)[0]
    with Cluster() as cluster:
        cluster.start_worker()
        cluster.wait_for_workers(1)
        options["scheduler"] = cluster.address
        complete, events = many(tiles, checkpoint, tmp_path / "there", **options)
    assert not complete
    (start,) = [event for event in events if isinstance(event, Start)]
    assert "1 worker(s)" in start.device
    assert any(isinstance(event, Progress) and event.unit == "tiles" for event in events)
    (result,) = [event for event in events if isinstance(event, Result)]
    assert [row["path"] for row in result.counts["skipped"]] == [str(tiles / "tile-2.tif")]
    for name in ("probability.vrt", "mask.vrt"):
        there, here = (pixels(tmp_path / place / name) for place in ("there", "here"))
        assert np.array_equal(there, here)
    there, here = (
        inventory(tmp_path / place / "landslides.gpkg")[0] for place in ("there", "here")
    )
    assert len(here) and shapely.equals_identical(there, here).all()
