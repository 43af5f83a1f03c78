"""`python -m backend detect`: outputs, exit codes, and what bad input leaves behind."""

import json
import os
import resource
import signal
import subprocess
import sys
import time

import numpy as np
import pyogrio
import pytest
import rasterio
import rasterio.features
import shapely
from affine import Affine

from tests.backend.golden import write_seeded_checkpoint
from tests.backend.rasters import image, write_raster
from tests.backend.vectors import write_polygons
from tests.backend.workers import PYTHON, ROOT, backend, close, finish, start, wait_for


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    path = tmp_path_factory.mktemp("checkpoint") / "seeded.safetensors"
    return write_seeded_checkpoint(path, "calanddet", embed_dim=24, depths=(2, 2, 2, 2))


@pytest.fixture
def scene(tmp_path):
    mask = np.ones((300, 420), bool)
    mask[:30] = False
    return write_raster(tmp_path / "scene.tif", image(300, 420), mask=mask)


def middling(folder):
    """A threshold that splits the seeded network's answers."""
    with rasterio.open(folder / "probability.tif") as data:
        values = data.read(1)
    return float(np.median(values[values != 255])) / 250


@pytest.fixture(scope="module")
def run(checkpoint, tmp_path_factory):
    """One detection, and the folder it left."""
    folder = tmp_path_factory.mktemp("run")
    mask = np.ones((300, 420), bool)
    mask[:30] = False
    scene = write_raster(folder / "scene.tif", image(300, 420), mask=mask)
    out = folder / "out"
    assert backend("detect", scene, "--checkpoint", checkpoint, "--out", out)[0] == 0
    threshold = middling(out)
    command = ["detect", scene, "--checkpoint", checkpoint, "--out", out]
    code, stdout, errors = backend(*command, "--threshold", threshold, "--min-area", 0, "--json")
    assert code == 0, errors
    events = [json.loads(line) for line in stdout.splitlines()]
    return out, scene, mask, threshold, events


def test_rasters_lie_on_the_images_grid(run):
    out, scene, mask, _, _ = run
    with rasterio.open(scene) as data:
        crs, transform = data.crs, data.transform
    for name in ("probability.tif", "mask.tif"):
        with rasterio.open(out / name) as data:
            assert (data.crs, data.transform, data.shape) == (crs, transform, (300, 420))
            assert data.dtypes == ("uint8",) and data.nodata == 255
            assert data.profile["tiled"] and data.compression and data.overviews(1)
            assert ((data.read(1) != 255) == mask).all()


def test_mask_is_exactly_the_probability_at_the_threshold(run):
    out, _, _, threshold, _ = run
    with rasterio.open(out / "probability.tif") as data:
        values, scale = data.read(1), data.scales[0]
    with rasterio.open(out / "mask.tif") as data:
        mask, colours = data.read(1), data.colormap(1)
    assert scale == pytest.approx(1 / 250)
    valid = values != 255
    assert (mask[valid] == (values[valid] * scale >= threshold - 1e-9)).all()
    assert 0.2 < mask[valid].mean() < 0.8
    assert colours[0] != colours[1]
    assert "landslide" in (out / "mask.tif.aux.xml").read_text()


def test_polygons_are_valid_and_match_the_mask(run):
    out, _, _, _, events = run
    meta, _, wkb, fields = pyogrio.raw.read(out / "landslides.gpkg", layer="landslides")
    shapes = shapely.from_wkb(wkb)
    assert len(shapes) == events[-1]["counts"]["polygons"] > 0
    assert shapely.is_valid(shapes).all()
    with rasterio.open(out / "mask.tif") as data:
        mask = data.read(1)
        drawn = rasterio.features.rasterize(shapes, data.shape, transform=data.transform)
    both = ((mask == 1) & (drawn == 1)).sum()
    assert both / ((mask == 1) | (drawn == 1)).sum() >= 0.98
    values = dict(zip(meta["fields"], fields, strict=True))
    assert values["area_m2"].sum() == pytest.approx(events[-1]["counts"]["area_m2"])
    assert set(values["status"]) == {"predicted"}


def test_provenance_is_written(run, checkpoint):
    out, scene, _, threshold, events = run
    record = json.loads((out / "run.json").read_text())
    assert record["parameters"]["raster"] == str(scene)
    assert record["parameters"]["threshold"] == threshold
    assert record["checkpoint"]["name"] == checkpoint.name
    assert len(record["checkpoint"]["sha256"]) == 64
    assert record["tiling"]["stride"] == 168 and record["precision"] == "fp32"
    assert record["counts"] == events[-1]["counts"]
    assert {"tiles", "polygons"} <= set(record["seconds"])
    table = pyogrio.read_info(out / "landslides.gpkg", layer="run")
    assert table["features"] == 1


def test_events_of_a_run(run):
    out, _, mask, _, events = run
    names = [event["event"] for event in events if event["event"] != "progress"]
    assert names[0] == "start" and names[-1] == "result"
    progress = [event for event in events if event["event"] == "progress"]
    assert progress[-1]["done"] == progress[-1]["total"] == 6
    assert events[-1]["paths"]["polygons"] == str(out / "landslides.gpkg")
    assert events[-1]["counts"]["pixels"] == mask.sum()
    assert sorted(path.name for path in out.iterdir()) == [
        "landslides.gpkg", "mask.tif", "mask.tif.aux.xml", "probability.tif", "run.json",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("crs", "transform"),
    [
        ("EPSG:4326", Affine(5e-6, 0, 10, 0, -5e-6, 46)),
        ("EPSG:32644", Affine(0.3, 0.4, 500000, 0.4, -0.3, 3400000)),
        (None, None),
    ],
    ids=["degrees", "rotated", "no CRS"],
)
def test_any_georeference(tmp_path, checkpoint, crs, transform):
    path = write_raster(tmp_path / "a.tif", image(100, 130), crs=crs, transform=transform)
    out = tmp_path / "out"
    command = ["detect", path, "--checkpoint", checkpoint, "--out", out, "--threshold", "0.45"]
    code, stdout, errors = backend(*command, "--json")
    assert code == 0, errors
    counts = json.loads(stdout.splitlines()[-1])["counts"]
    if crs is None:
        assert counts["area_m2"] is None and "has no CRS" in stdout
    else:
        _, _, wkb, _ = pyogrio.raw.read(out / "landslides.gpkg", layer="landslides")
        frame = shapely.Polygon(
            [transform @ corner for corner in ((-1, -1), (131, -1), (131, 101), (-1, 101))]
        )
        assert shapely.within(shapely.from_wkb(wkb), frame).all()


def test_dem_gives_terrain_fields(tmp_path, checkpoint, scene):
    height = np.broadcast_to(np.arange(80, dtype=np.float32) * 4, (1, 60, 80))
    transform = Affine(4, 0, 499990, 0, -4, 3400010)
    dem = write_raster(tmp_path / "dem.tif", height, transform=transform)
    out = tmp_path / "out"
    code, _, errors = backend(
        "detect", scene, "--checkpoint", checkpoint, "--out", out, "--dem", dem,
        "--threshold", "0.45",
    )  # fmt: skip
    assert code == 0, errors
    meta, _, _, fields = pyogrio.raw.read(out / "landslides.gpkg", layer="landslides")
    values = dict(zip(meta["fields"], fields, strict=True))
    assert values["slope_mean_deg"] == pytest.approx(45, abs=0.1)
    assert values["aspect_deg"] == pytest.approx(270, abs=0.1)


BAD = {
    "no raster": (["gone.tif"], "There is no raster file"),
    "an empty folder": (["."], "holds no raster"),
    "one band": (["grey.tif"], "has 1 image band"),
    "truncated": (["cut.tif"], "damaged or truncated"),
    "all nodata": (["empty.tif"], "has no valid pixel"),
    "missing band": (["scene.tif", "--bands", "1,2,9"], "has no band 9"),
    "gsd 0": (["scene.tif", "--gsd", "0"], "is not above 0"),
    "gsd tiny": (["scene.tif", "--gsd", "1e-7"], "the raster would have"),
    "threshold": (["scene.tif", "--threshold", "1.5"], "1.5"),
    "aoi elsewhere": (["scene.tif", "--aoi", "far.gpkg"], "does not touch the raster"),
    "aoi missing": (["scene.tif", "--aoi", "gone.gpkg"], "There is no area of interest"),
    "aoi is a raster": (["scene.tif", "--aoi", "scene.tif"], "is not a vector file"),
    "dem elsewhere": (["scene.tif", "--dem", "far.tif"], "far.tif"),
    "dem missing": (["scene.tif", "--dem", "gone.tif"], "gone.tif"),
    "no gpu": (["scene.tif", "--device", "cuda"], "The device cuda cannot be used"),
    "no checkpoint": (["scene.tif", "--checkpoint", "gone.pt"], "gone.pt"),
    "not a checkpoint": (["scene.tif", "--checkpoint", "scene.tif"], "scene.tif"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_sentence_and_nothing_is_lost(tmp_path, scene, checkpoint, case, typed):
    arguments, sentence = BAD[case]
    write_raster(tmp_path / "grey.tif", image(60, 60, 1))
    write_raster(tmp_path / "empty.tif", np.zeros((3, 60, 60), np.uint8), nodata=0)
    write_raster(tmp_path / "cut.tif", image(300, 300))
    os.truncate(tmp_path / "cut.tif", 100000)
    write_polygons(tmp_path / "far.gpkg", [(0, 0, 10, 10)])
    far = Affine(1, 0, 100000, 0, -1, 100000)
    write_raster(tmp_path / "far.tif", np.ones((1, 20, 20), np.float32), transform=far)
    out = tmp_path / "out"
    out.mkdir()
    (out / "mask.tif").write_text("the result of an earlier run")
    paths = [tmp_path / part if "." in part and part[0].isalpha() else part for part in arguments]
    (tmp_path / "bare").mkdir()
    paths = [tmp_path / "bare" if part == "." else part for part in paths]
    code, stdout, errors = typed("detect", "--checkpoint", checkpoint, "--out", out, *paths)
    assert code == 2
    line = errors.splitlines()[-1]
    assert sentence in line and "Traceback" not in errors and not stdout
    assert [path.name for path in out.iterdir()] == ["mask.tif"]
    assert (out / "mask.tif").read_text() == "the result of an earlier run"


def test_output_folder_that_cannot_be_made(tmp_path, scene, checkpoint, typed):
    (tmp_path / "file").write_text("")
    code, _, errors = typed(
        "detect", scene, "--checkpoint", checkpoint, "--out", tmp_path / "file" / "out"
    )
    assert code == 2 and "cannot be written: Not a directory" in errors


@pytest.mark.skipif(sys.platform == "win32", reason="a file size limit is POSIX")
def test_a_full_disk_is_one_sentence(tmp_path, scene, checkpoint):
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))

    command = ["detect", scene, "--checkpoint", checkpoint, "--out", tmp_path / "out"]
    done = subprocess.run(
        [*PYTHON, "-m", "backend", *map(str, command)], cwd=ROOT, preexec_fn=limit,
        stdin=subprocess.DEVNULL, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert "cannot be written" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert list((tmp_path / "out").iterdir()) == []


def big_run(tmp_path, checkpoint):
    """A worker in the midst of a long run, and its output folder."""
    scene = write_raster(tmp_path / "big.tif", image(3000, 3000))
    out = tmp_path / "out"
    process = start(
        "-m", "backend", "detect", scene, "--checkpoint", checkpoint, "--out", out, "--json"
    )
    while wait_for(process, "progress")["done"] < 5:
        pass
    return process, out


@pytest.mark.timing
def test_cancel_in_the_midst_leaves_nothing_but_what_a_resume_needs(tmp_path, checkpoint):
    process, out = big_run(tmp_path, checkpoint)
    process.stdin.close()
    began = time.monotonic()
    code, events, _ = finish(process)
    assert time.monotonic() - began < 1 and code == 3
    assert all(event["event"] != "result" for event in events)
    assert {path.name for path in out.iterdir()} <= {".calanddet.resume"}


def test_a_folder_in_use_is_refused_and_free_again_after_a_kill(tmp_path, checkpoint):
    process, out = big_run(tmp_path, checkpoint)
    small = write_raster(tmp_path / "small.tif", image(40, 40))
    command = ["detect", small, "--checkpoint", checkpoint, "--out", out]
    code, _, errors = backend(*command)
    assert code == 2 and "is in use by another run" in errors
    close(process)
    assert backend(*command)[0] == 0
    assert (out / "run.json").exists() and not (out / ".calanddet.partial").exists()
