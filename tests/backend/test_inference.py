"""A tiled result is what its tiles say, put together: compared with a brute-force assembly."""

import math
import threading

import numpy as np
import pytest
import rasterio
import torch

from backend.checkpoint import load
from backend.engines.devices import choose_device
from backend.engines.torch_engine import TorchEngine
from backend.errors import DeviceError
from backend.inference import infer, infer_rows
from backend.raster.area import Area
from backend.raster.grid import Tiling
from backend.raster.source import RasterSource, SourceRequest
from tests.backend.golden import write_seeded_checkpoint
from tests.backend.rasters import image, write_raster
from tests.backend.vectors import write_polygons

MEAN = np.array([0.485, 0.456, 0.406]).reshape(3, 1, 1)
STD = np.array([0.229, 0.224, 0.225]).reshape(3, 1, 1)
# Remainders 0, 1, 111, 112, 223 by the stride of 112, and a multiple of 224, among others.
SIZES = [(1, 1), (50, 80), (224, 224), (336, 1000), (113, 223), (335, 448), (1, 300)]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    path = tmp_path_factory.mktemp("checkpoint") / "seeded.safetensors"
    write_seeded_checkpoint(path, "calanddet", embed_dim=24, depths=(2, 2, 2, 2))
    return load(path)


def engine_for(checkpoint, tiling, batch_size=1):
    engine = TorchEngine(checkpoint, tiling.margin, choose_device("cpu"), "fp32", print)
    engine.batch_size = batch_size
    return engine


def tiled(checkpoint, path, overlap, batch_size=1, aoi=None):
    """The whole probability raster, and how many tiles were computed for it."""
    computed = []
    with RasterSource(SourceRequest(str(path), ("red", "green", "blue"))) as source:
        tiling = Tiling.of(source.grid.width, source.grid.height, 224, overlap)
        area = Area(str(aoi), source.grid) if aoi else None
        engine = engine_for(checkpoint, tiling, batch_size)
        rows = infer(source, tiling, area, engine, lambda _, count: computed.append(count))
        return np.concatenate(list(rows)), sum(computed)


def assembled(checkpoint, values, stride):
    """One tile at a time, by the definition: centre crops, reflected edges."""
    height, width = values.shape[1:]
    margin = (224 - stride) // 2
    # The published tool's tiles start at multiples of the stride; the others' crops do.
    origin = -112 if stride == 112 else -margin
    padded = np.pad(values, ((0, 0), (300, 600), (300, 600)), mode="reflect")
    engine = TorchEngine(checkpoint, margin, choose_device("cpu"), "fp32", print)
    result = np.full((height + 600, width + 600), 255, np.uint8)
    for row in range(origin, height, stride):
        for column in range(origin, width, stride):
            tile = padded[:, row + 300 : row + 524, column + 300 : column + 524]
            top, left = row + margin + 300, column + margin + 300
            result[top : top + stride, left : left + stride] = engine.predict(tile[None])[0]
    return result[300 : 300 + height, 300 : 300 + width]


def test_the_engine_is_the_network(checkpoint):
    tile = image(224, 224)
    normal = torch.from_numpy(((tile / 255 - MEAN) / STD).astype(np.float32))[None]
    with torch.inference_mode():
        expected = torch.sigmoid(checkpoint.network(normal)[0])[0, 0, 28:196, 28:196].numpy()
    engine = engine_for(checkpoint, Tiling.of(224, 224, 224, "balanced"))
    assert np.abs(engine.predict(tile[None])[0] / 250 - expected).max() < 0.004


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_reference_equals_brute_force(checkpoint, tmp_path, height, width):
    values = image(height, width)
    path = write_raster(tmp_path / "a.tif", values)
    result, _ = tiled(checkpoint, path, "reference")
    assert (result == assembled(checkpoint, values, 112)).all()


@pytest.mark.parametrize(("overlap", "stride"), [("balanced", 168), ("fast", 196)])
def test_other_presets_equal_brute_force(checkpoint, tmp_path, overlap, stride):
    values = image(337, 420)
    path = write_raster(tmp_path / "a.tif", values)
    result, _ = tiled(checkpoint, path, overlap)
    assert (result == assembled(checkpoint, values, stride)).all()


def test_the_batch_size_does_not_change_the_result(checkpoint, tmp_path):
    path = write_raster(tmp_path / "a.tif", image(500, 700))
    one, _ = tiled(checkpoint, path, "balanced", batch_size=1)
    five, _ = tiled(checkpoint, path, "balanced", batch_size=5)
    assert np.abs(one.astype(int) - five).max() <= 1  # of 250: the order of float additions


def test_nodata_stays_and_every_valid_pixel_is_predicted(checkpoint, tmp_path):
    mask = np.ones((500, 700), bool)
    mask[:, 250:600] = False
    mask[480:, :] = False
    values = image(500, 700)
    path = write_raster(tmp_path / "a.tif", values, mask=mask)
    result, computed = tiled(checkpoint, path, "balanced")
    assert ((result != 255) == mask).all()
    # 3 x 5 tiles; the column over 336..504 has nothing to decide.
    assert computed == 3 * 4


class Placed:
    """A device on which the sums of floats depend on a tile's place in its batch."""

    batch_size = 5

    def __init__(self, engine):
        self.engine = engine

    def predict(self, tiles):
        return self.engine.predict(tiles) ^ np.arange(len(tiles), dtype=np.uint8)[:, None, None]


def test_a_run_that_goes_on_gives_the_same_bytes(checkpoint, tmp_path):
    """Whatever is known before: tiles are in the same batches as without a break."""
    mask = np.ones((700, 300), bool)
    mask[:200, 180:] = mask[330:520] = False
    path = write_raster(tmp_path / "a.tif", image(700, 300), mask=mask)
    with RasterSource(SourceRequest(str(path), ("red", "green", "blue"))) as source:
        tiling = Tiling.of(300, 700, 224, "reference")
        engine = Placed(engine_for(checkpoint, tiling, batch_size=5))

        def rows_after(known):
            passed = []
            rows = list(
                infer_rows(source, tiling, None, engine, lambda *n: passed.append(n), known)
            )
            return rows, np.sum(passed, axis=0)

        whole, _ = rows_after(())
        tiles = [row.tiles for row in whole]
        assert len(whole) == tiling.rows and 0 in tiles and len(set(tiles)) > 2
        for known in range(len(tiles)):
            rows, passed = rows_after(tiles[:known])
            assert len(rows) == tiling.rows - known
            for row, expected in zip(rows, whole[known:], strict=True):
                assert (row.values == expected.values).all()
            assert passed.tolist() == [len(rows) * tiling.columns, sum(tiles[known:])]


SOURCES = {
    "deflate strips": {"compress": "deflate", "blockysize": 7},
    "zstd tiles": {"compress": "zstd", "tiled": True, "blockxsize": 256, "blockysize": 256},
    "lzw strips": {"compress": "lzw", "blockysize": 300},
    "lzw tiles": {"compress": "lzw", "tiled": True, "blockxsize": 64, "blockysize": 48},
    "jpeg tiles": {
        "compress": "jpeg", "photometric": "ycbcr", "tiled": True, "blockxsize": 128,
        "blockysize": 128,
    },
}  # fmt: skip


@pytest.mark.parametrize("layout", SOURCES)
def test_the_layout_of_the_file_does_not_matter(checkpoint, tmp_path, layout):
    path = write_raster(tmp_path / "a.tif", image(300, 250), **SOURCES[layout])
    with rasterio.open(path) as data:
        plain = write_raster(tmp_path / "plain.tif", data.read())
    result, _ = tiled(checkpoint, path, "balanced", batch_size=4)
    expected, _ = tiled(checkpoint, plain, "balanced", batch_size=4)
    assert (result == expected).all()


def test_an_engine_that_fails_ends_the_reading(checkpoint, tmp_path):
    before = threading.active_count()
    path = write_raster(tmp_path / "a.tif", image(700, 300))

    class Failing:
        batch_size = 2

        def predict(self, tiles):
            raise DeviceError("The device is gone.")

    with RasterSource(SourceRequest(str(path), ("red", "green", "blue"))) as source:
        tiling = Tiling.of(300, 700, 224, "balanced")
        with pytest.raises(DeviceError, match="gone"):
            list(infer(source, tiling, None, Failing(), lambda *n: None))
    assert threading.active_count() == before


def test_area_limits_what_is_computed(checkpoint, tmp_path):
    path = write_raster(tmp_path / "a.tif", image(500, 700))
    aoi = write_polygons(tmp_path / "aoi.gpkg", [(500010, 3399880, 500040, 3399980)])
    result, computed = tiled(checkpoint, path, "balanced", aoi=aoi)
    whole, _ = tiled(checkpoint, path, "balanced")
    inside = np.zeros((500, 700), bool)
    inside[40:240, 20:80] = True
    assert ((result != 255) == inside).all()
    assert (result[inside] == whole[inside]).all()
    assert computed == math.ceil(240 / 168) * 1


def test_out_of_memory_halves_the_batch_and_says_so(checkpoint):
    """A device that holds three tiles at most, standing in front of the real network."""

    class Small(torch.nn.Module):
        def forward(self, batch):
            if len(batch) > 3:
                raise torch.OutOfMemoryError("full")
            return checkpoint.network(batch)

    said: list[str] = []
    small = type(checkpoint)(Small(), checkpoint.card, checkpoint.path, checkpoint.sha256)
    engine = TorchEngine(small, 28, choose_device("cpu"), "fp32", said.append)
    engine.batch_size = 8
    tiles = np.stack([image(224, 224, seed=seed) for seed in range(7)])
    result = engine.predict(tiles)
    expected = engine_for(checkpoint, Tiling.of(224, 224, 224, "balanced")).predict(tiles)
    assert np.abs(result.astype(int) - expected).max() <= 1
    assert engine.batch_size == 3 and "out of memory with 7 tiles" in said[0]


class Overlapped:
    """An engine that computes a batch only when its result is taken."""

    in_flight = 3

    def __init__(self, engine):
        self.engine, self.batch_size = engine, engine.batch_size
        self.handed, self.most = [], 0

    def submit(self, tiles):
        self.handed.append(tiles)
        self.most = max(self.most, len(self.handed))
        return self

    def result(self):
        return self.engine.predict(self.handed.pop(0))


def test_batches_in_flight_give_the_same_rows(checkpoint, tmp_path):
    path = write_raster(tmp_path / "scene.tif", image(250, 250))
    expected, _ = tiled(checkpoint, path, "fast", batch_size=2)
    with RasterSource(SourceRequest(str(path), ("red", "green", "blue"))) as source:
        tiling = Tiling.of(250, 250, 224, "fast")
        engine = Overlapped(engine_for(checkpoint, tiling, 1))
        rows = list(infer(source, tiling, None, engine, lambda passed, computed: None))
    np.testing.assert_allclose(np.concatenate(rows).astype(int), expected, atol=1)
    assert engine.most == engine.in_flight and not engine.handed
