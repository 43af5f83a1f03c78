"""Images without a place on the map: no warning of them, in whatever order threads read."""

from __future__ import annotations

import warnings
from pathlib import Path
from threading import Event, Thread

import pytest
import rasterio
import shapely
from affine import Affine
from rasterio.errors import NotGeoreferencedWarning
from rasterio.features import rasterize

from backend.raster.quiet import quiet
from tests.backend.rasters import image, write_raster


def test_who_leaves_first_takes_nothing_from_who_stays(tmp_path: Path) -> None:
    raster = write_raster(tmp_path / "plain.tif", image(8, 8), crs=None, transform=None)
    before = list(warnings.filters)
    entered, done = Event(), Event()

    def leave_first() -> None:
        with quiet:
            entered.set()
            done.wait()

    other = Thread(target=leave_first)
    other.start()
    entered.wait()
    with quiet:
        done.set()
        other.join()
        rasterize([shapely.box(1, 1, 4, 4)], (8, 8), transform=Affine.identity())
        with rasterio.open(raster) as data:
            assert data.transform == Affine.identity()
    assert list(warnings.filters) == before
    with pytest.raises(NotGeoreferencedWarning), rasterio.open(raster):
        pass
