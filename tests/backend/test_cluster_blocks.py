"""Blocks: whatever they are and in whatever order they are done, the rows are those of one run."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.checkpoint import load
from backend.cluster.blocks import bands_of, blocks_of, view_of
from backend.cluster.connect import Place
from backend.cluster.settings import Settings
from backend.cluster.task import Job, compute
from backend.detect import DetectRequest, source_request
from backend.errors import CalandDetError, ClusterError, RasterError
from backend.inference import infer_rows
from backend.kept import Kept
from backend.raster.area import Area
from backend.raster.grid import OVERLAPS, Tiling
from backend.raster.inputs import open_source
from backend.spool import Spool
from tests.backend import workers
from tests.backend.checkpoints import small_file
from tests.backend.rasters import image, write_raster
from tests.backend.vectors import write_polygons

SIDES = st.integers(1, 700)


@settings(deadline=None)
@given(SIDES, SIDES, st.sampled_from(list(OVERLAPS)), st.integers(1, 300), st.integers(1, 300))
def test_blocks_decide_every_pixel_once(width, height, overlap, side, across):
    tiling = Tiling.of(width, height, 64, overlap)
    decided = np.zeros((height, width), int)
    for block in blocks_of(tiling, side, across):
        view = view_of(tiling, block)
        rows = [tiling.core(row, height) for row in range(block.top, block.bottom)]
        decided[rows[0][0] : rows[-1][1], view.left + view.first : view.left + view.last] += 1
    assert (decided == 1).all()


@settings(deadline=None)
@given(SIDES, st.sampled_from(list(OVERLAPS)), st.integers(1, 300))
def test_a_views_tiles_are_the_grids_own(width, overlap, across):
    tiling = Tiling.of(width, 100, 64, overlap)
    for block in blocks_of(tiling, 1, across):
        view = view_of(tiling, block)
        inner = view.tiling
        own = {
            view.left + inner.start(index)
            for index in range(inner.columns)
            if inner.core(index, inner.width)[0] < view.last
            and inner.core(index, inner.width)[1] > view.first
        }
        assert own == {tiling.start(index) for index in range(block.left, block.right)}


class Fingerprints:
    """An engine whose answer depends on every pixel of a tile, and on nothing else."""

    batch_size, description, precision = 4, "fingerprints", "fp32"

    def __init__(self, margin):
        self.margin = margin

    def predict(self, tiles):
        crop = tiles[:, 0, self.margin : -self.margin, self.margin : -self.margin]
        weights = np.random.default_rng(0).integers(0, 999, tiles.shape[1:])
        mark = (tiles.astype(np.int64) * weights).sum(axis=(1, 2, 3)) % 200
        return ((crop + mark[:, None, None]) % 250).astype(np.uint8)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    path = tmp_path_factory.mktemp("checkpoint") / "small.safetensors"
    small_file(path, "landslide4sense_unet")
    return path


@pytest.mark.parametrize("overlap", ["reference", "balanced"])
@pytest.mark.parametrize("case", ["mask", "area"])
def test_blocks_in_any_order_are_one_run(tmp_path, checkpoint, overlap, case):
    mask = np.ones((250, 330), bool)
    mask[90:150, 40:] = False
    raster = write_raster(tmp_path / "scene.tif", image(250, 330), mask=mask)
    aoi = write_polygons(tmp_path / "aoi.gpkg", [(500010, 3399900, 500120, 3399985)])
    request = DetectRequest(
        str(raster), checkpoint, tmp_path, overlap=overlap, aoi=str(aoi) if case == "area" else None
    )
    loaded = load(checkpoint)
    tiling = Tiling.of(330, 250, loaded.card.tile_size, overlap)
    engine, kept = Fingerprints(tiling.margin), Kept()
    with open_source(source_request(request, loaded)) as source:
        area = Area(request.aoi, source.grid) if request.aoi else None
        rows = list(infer_rows(source, tiling, area, engine, lambda *tiles: None))
    expected = np.concatenate([row.values for row in rows])
    kept.once((tiling.margin, np.dtype("uint8")), lambda: engine)
    job = Job(request, tmp_path / "blocks", "digest", tiling, None, None)
    job.folder.mkdir()
    blocks = blocks_of(tiling, 100, 120)
    assert len({block.left for block in blocks}) > 1 and len({block.top for block in blocks}) > 1
    random.Random(0).shuffle(blocks)
    passed = [0] * len(blocks)
    for index, block in enumerate(blocks):

        def tell(more, computed, index=index):
            passed[index] += more

        compute(job, block, kept, tell)
    found, tiles = [], 0
    for band in bands_of(blocks):
        spools = [Spool(job.path(block), _width(tiling, block)) for block in band]
        tiles += sum(sum(spool.tiles) for spool in spools)
        for records in zip(*spools, strict=True):
            found.append(np.concatenate([record.values for record in records], axis=1))
    assert np.array_equal(np.concatenate(found), expected)
    assert tiles == sum(row.tiles for row in rows)
    for block, count in zip(blocks, passed, strict=True):
        inner = view_of(tiling, block).tiling
        assert count == inner.columns * (block.bottom - block.top)
    assert {path.suffix for path in job.folder.iterdir()} == {".rows"}


def _width(tiling, block):
    view = view_of(tiling, block)
    return view.last - view.first


def test_what_was_found_of_16_bit_values_travels(tmp_path, checkpoint):
    """A block is stretched as the whole raster is, not by what it sees."""
    values = image(256, 120).astype(np.uint16) * 100
    values[:, 128:] //= 10
    raster = write_raster(tmp_path / "scene.tif", values)
    request = DetectRequest(str(raster), checkpoint, tmp_path)
    loaded = load(checkpoint)
    with open_source(source_request(request, loaded)) as source:
        stretch = source.report.stretch
    tiling = Tiling.of(120, 256, loaded.card.tile_size, "balanced")
    rows = []
    for wanted in (stretch, (0.0, 99.0)):
        kept, engine = Kept(), Fingerprints(tiling.margin)
        kept.once((tiling.margin, np.dtype("float32")), lambda engine=engine: engine)
        folder = tmp_path / f"{wanted[1]}"
        folder.mkdir()
        job = Job(request, folder, "digest", tiling, wanted, None)
        block = blocks_of(tiling, 100)[1]
        compute(job, block, kept, lambda *tiles: None)
        rows.append([record.values for record in Spool(job.path(block), 120)])
    assert not np.array_equal(rows[0], rows[1])


def test_a_block_that_cannot_be_computed_leaves_nothing(tmp_path, checkpoint):
    raster = write_raster(tmp_path / "scene.tif", image(250, 330), compress="deflate")
    damaged = raster.read_bytes()
    raster.write_bytes(damaged[: len(damaged) // 2])
    tiling = Tiling.of(330, 250, 64, "balanced")
    kept = Kept()
    kept.once((tiling.margin, np.dtype("uint8")), lambda: Fingerprints(tiling.margin))
    folder = tmp_path / "blocks"
    folder.mkdir()
    job = Job(DetectRequest(str(raster), checkpoint, tmp_path), folder, "", tiling, None, None)
    with pytest.raises(RasterError):
        for block in blocks_of(tiling, 100):
            compute(job, block, kept, lambda *tiles: None)
    assert not list(folder.glob(".*"))


@pytest.mark.parametrize(
    ("text", "address", "workers"),
    [
        ("local:2", "local:2", 2),
        ("local", "local", 1),
        ("tls://head:8786", "tls://head:8786", 0),
        ("10.0.0.1:8786", "tcp://10.0.0.1:8786", 0),
        ("[::1]:8786", "tcp://[::1]:8786", 0),
    ],
)
def test_places(text, address, workers):
    place = Place.parse(text)
    assert (place.address, place.workers) == (address, workers)


@pytest.mark.parametrize("text", ["", "head", "local:0", "local:1000", "http://head:1", "a b:1"])
def test_what_is_no_place_is_said(text):
    with pytest.raises(ClusterError) as caught:
        Place.parse(text)
    assert caught.value.exit_code == 2 and caught.value.remedy


@pytest.mark.parametrize("text", ["[", "[]", '{"side": 0}', '{"other": 1}', '{"side": "x"}'])
def test_settings_that_mean_nothing(monkeypatch, text):
    monkeypatch.setenv("CALANDDET_CLUSTER", text)
    with pytest.raises(CalandDetError):
        Settings.from_environment()


def test_a_run_on_one_machine_never_loads_dask():
    modules = "backend.cli, backend.detect, backend.scenes.command, backend.cluster.run"
    script = f"import sys, {modules}; sys.exit('distributed' in sys.modules)"
    process = workers.start("-c", script)
    assert workers.finish(process, 240)[0] == 0
