"""The benchmark's contenders do the same work, and its tables say what was measured."""

import json
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import rasterio
from PIL import Image

from backend.benchmark import (
    engines,
    one_engine,
    onnx_export,
    ours,
    overlaps,
    patches,
    report,
    rivals,
)
from backend.benchmark.images import agreement
from backend.benchmark.plot import write_plot
from backend.benchmark.process import run_module
from backend.benchmark.rounds import Measured, Turn, measure, take_turns
from backend.benchmark.scenario import Scenario
from backend.benchmark.scene import make_scene
from backend.benchmark.setting import BenchmarkRequest, setting
from backend.engines.gate import difference
from backend.errors import CalandDetError, DeviceError
from backend.events import Meter
from backend.published import IMAGENET
from backend.raster.grid import NODATA
from tests.backend.checkpoints import small_file
from tests.backend.rasters import image, write_raster
from tests.backend.workers import backend

THERE = {name: find_spec(name) is not None for name in ("monai", "onnxruntime")}


def needs(name):
    return pytest.mark.skipif(
        not THERE[name],
        reason=f"{name} is missing; make benchmark installs it into .venv/benchmark",
    )


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A raster whose sides are no multiples of the stride, and a checkpoint for tiles of 64 px."""
    folder = tmp_path_factory.mktemp("benchmark")
    raster = write_raster(folder / "image.tif", image(200, 250))
    return str(raster), small_file(folder / "small.safetensors", "swin_seg_cls").path


@pytest.fixture(scope="module")
def scenario(files):
    """Our mask is there already."""
    raster, checkpoint = files
    request = BenchmarkRequest(raster, checkpoint, device="cpu", precision="fp32")
    with setting(request) as scenario:
        assert ours.run(scenario, lambda what: None) == 63
        yield scenario


def run(name, scenario):
    """A contender in this process: how many tiles it ran, and how well its mask agrees."""
    module = pytest.importorskip(f"backend.benchmark.{name}")
    said = []
    tiles = module.run(scenario, said.append)
    assert len(said) == 1 and "fp32" in said[0]
    (path,) = (p for p in Path(scenario.folder).glob("*.tif") if p.stem in rivals.PACKAGES)
    with rasterio.open(path) as mask, rasterio.open(scenario.raster) as raster:
        assert mask.shape == raster.shape and mask.transform == raster.transform
        values = mask.read(1)
    iou = agreement(scenario, path, scenario.mask("detect"))
    path.unlink()
    return tiles, iou, values


def test_the_published_procedure_gets_our_mask(scenario, monkeypatch):
    # Several patches a side, with tiles beyond the raster in the last ones.
    monkeypatch.setattr(patches, "SIDE", 130)
    tiles, iou, mask = run("published", scenario)
    assert len(list(patches.patches(scenario))) == 6
    assert tiles == 6 * 7 and iou > 0.995
    # It leaves a quarter tile undecided.
    assert mask[:16].sum() == 0 and mask[:, :16].sum() == 0 and 0.05 < mask.mean() < 0.95


@needs("monai")
def test_monai_gets_our_mask(scenario):
    tiles, iou, mask = run("monai_window", scenario)
    assert tiles == scenario.tiling.rows * scenario.tiling.columns
    assert iou > 0.995 and mask[:16].any()


@needs("onnxruntime")
def test_onnx_runtime_gets_our_mask(scenario):
    onnx_export.run(scenario, lambda what: None)
    tiles, iou, mask = run("onnx_loop", scenario)
    assert tiles == scenario.tiling.rows * scenario.tiling.columns
    assert iou > 0.995 and mask[:16].any()


def test_a_mask_that_lies_a_pixel_off_does_not_agree(scenario, tmp_path):
    with rasterio.open(scenario.mask("detect")) as data:
        moved = np.roll(data.read(1), 1, axis=1)
    other = write_raster(tmp_path / "moved.tif", moved[None])
    assert agreement(scenario, other, scenario.mask("detect")) < 0.9
    empty = write_raster(tmp_path / "empty.tif", moved[None] * 0)
    assert agreement(scenario, empty, empty) is None


def scene_of(width, height, size):
    return Scenario("", (1, 2, 3), width, height, "", None, 0.5, 0.498, size, "cpu", "fp32", 1, "")


@pytest.mark.parametrize(("size", "per_patch", "side"), [(224, 529, 2688), (512, 81, 2560)])
def test_patches_are_as_published(size, per_patch, side):
    first, *_ = cut = list(patches.patches(scene_of(6000, 4032, size)))
    assert (first.rows * first.columns, first.height) == (per_patch, side)
    corners = [(patch.top, patch.left) for patch in cut]
    assert corners[1] == (0, side - size // 2) and len(corners) == len(set(corners))
    last = cut[-1]
    assert 0 <= last.top + last.height - 4032 < size // 2


def python(code, threads=1):
    """A fresh process that runs a line of code."""
    return run_module("timeit", "-n1", "-r1", code, threads=threads)


def test_memory_counts_children():
    child = "x = bytearray(b'1') * (150 << 20); import time; time.sleep(1)"
    start = f"import subprocess; subprocess.run([{sys.executable!r}, '-c', {child!r}])"
    ended = python(f"x = bytearray(b'1') * (100 << 20); {start}")
    assert ended.code == 0 and ended.seconds > 1
    if sys.platform == "linux":
        assert 250 < ended.peak_bytes / 2**20 < 330


def test_threads_are_the_same_for_all():
    ended = python("import os, sys; sys.exit(os.environ['OMP_NUM_THREADS'])", threads=3)
    assert (ended.code, ended.words) == (1, "SystemExit: 3")


def test_who_fails_is_left_out_but_for_ours(tmp_path):
    scenario = replace(scene_of(64, 64, 64), folder=str(tmp_path), scaling=IMAGENET)
    turn = Turn("bad", "no such", scenario)
    with pytest.raises(DeviceError, match=r"bad failed: .*no such"):
        measure(turn)
    events = []
    with pytest.raises(DeviceError):
        take_turns([turn], 1, Meter(events.append, "runs", 1, "runs"), events.append)


def test_a_missing_package_is_named_with_the_command(monkeypatch):
    monkeypatch.setattr(rivals, "find_spec", lambda name: None)
    events = []
    assert not rivals._can_run("onnxruntime", scene_of(64, 64, 64), events.append)
    (event,) = events
    assert event.text == (
        "onnxruntime is left out, because the package onnxruntime is missing:"
        " python -m pip install --no-deps onnxruntime flatbuffers protobuf"
    )
    assert rivals._can_run("published", scene_of(64, 64, 64), events.append)


def measured(seconds):
    return Measured(seconds, 1.0, seconds - 1.0, 100, 500_000_000, "CPU")


@pytest.fixture
def found():
    runs = {
        "detect": measured(5.0),
        "published": measured(40.0),
        "forward": measured(4.0),
    }
    rows = [rivals.Row(name, run.seconds, 1.0, 2.0, None, None) for name, run in runs.items()]
    return rivals.Comparison(scene_of(2016, 2016, 224), 3, runs, rows, ["monai is left out."])


def test_ratios_are_theirs_over_ours(found, tmp_path):
    assert found.ratios == {"published": 8.0, "monai": None, "onnxruntime": None, "forward": 0.8}
    assert found.forward_without_start == 0.75
    text = report.rivals_markdown(found)
    assert "| published procedure | 40.0 | 1.0 | 100 | 2.0 | 1.000 | – | – | 8.00 |" in text
    assert "1 thread each; medians of 3 runs in turns" in text and "- monai is left out." in text
    assert text.startswith("<!-- rivals -->\n") and text.endswith("<!-- end of rivals -->\n")
    write_plot(tmp_path / "plot.png", found)
    with Image.open(tmp_path / "plot.png") as picture:
        assert picture.width > 1000 and np.asarray(picture)[..., 0].std() > 10


def test_mismatch_of_two_runs(tmp_path, monkeypatch):
    monkeypatch.setattr(overlaps, "ROWS", 3)
    values = np.full((1, 8, 10), 200, np.uint8)
    values[0, 0] = NODATA
    runs = []
    for name, other in (("one", values), ("two", values.copy())):
        folder = tmp_path / name
        (folder / "detect").mkdir(parents=True)
        if runs:
            other[0, 1, :7] = 100
        write_raster(folder / "detect" / "probability.tif", other)
        runs.append(replace(scene_of(10, 8, 4), folder=str(folder)))
    mean, iou = overlaps.mismatch(*runs)
    assert mean == pytest.approx(7 * 0.4 / 70) and iou == 63 / 70


def test_engines_answer_alike(scenario, tmp_path):
    answers = []
    for kind in ("torch", "fast"):
        one = replace(scenario, engine=kind, folder=str(tmp_path))
        assert one_engine.run(one, lambda what: None) == 63
        answers.append(engines._answers(one))
    assert difference(answers[0][0], answers[1][0]).max() <= 2
    assert answers[0][1].shape == answers[1][1].shape == (63, 1)
    verdict = engines._verdict(*answers, 125)
    assert verdict.tiles == 63 and verdict.mask_iou > 0.995


def test_the_scene_is_the_same_each_time_and_has_scars():
    scene = make_scene(256)
    assert scene.shape == (3, 256, 256) and (scene == make_scene(256)).all()
    earth = (scene[0] > 1.15 * scene[1]).mean()
    assert 0.01 < earth < 0.12


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"repeats": 0}, "There cannot be 0 repeats."),
        ({"size": 400}, "A size of 400 px is for the generated scene"),
        ({"raster": None, "size": 63}, "A scene of 63 x 63 px is smaller than a tile of 64 px."),
        ({"raster": "missing.tif"}, "There is no raster file missing.tif."),
    ],
)
def test_what_cannot_be_measured_is_said_in_a_sentence(files, change, words):
    raster, checkpoint = files
    request = BenchmarkRequest(**{"raster": raster, "checkpoint": checkpoint} | change)
    with pytest.raises(CalandDetError) as caught, setting(request):
        pass
    assert caught.value.message.startswith(words) and caught.value.remedy


def test_only_images_of_8_bits_are_measured(files, tmp_path):
    deep = write_raster(tmp_path / "deep.tif", image(80, 80).astype(np.uint16))
    with (
        pytest.raises(CalandDetError, match="uint16"),
        setting(BenchmarkRequest(str(deep), files[1])),
    ):
        pass


@pytest.mark.slow
def test_the_command_prints_the_figures(files, tmp_path):
    raster, checkpoint = files
    code, out, err = backend(
        *("benchmark", raster, "--checkpoint", checkpoint, "--repeats", 1, "--json"),
        *("--only", "published", "forward", "--out", tmp_path / "out", "--device", "cpu"),
        timeout=900,
    )
    assert code == 0, err
    figures = json.loads(out)
    rows = {row.pop("name"): row for row in figures["rows"]}
    assert list(rows) == ["detect", "published", "forward"]
    keys = {"seconds", "mpx_per_s", "tiles_per_s", "peak_mb", "mask_iou"}
    assert all(set(row) == keys for row in rows.values())
    seconds = {name: row["seconds"] for name, row in rows.items()}
    assert figures["ratios"] == {
        "published": seconds["published"] / seconds["detect"],
        "monai": None,
        "onnxruntime": None,
        "forward": seconds["forward"] / seconds["detect"],
    }
    assert rows["detect"]["mask_iou"] == 1 and rows["published"]["mask_iou"] > 0.995
    assert rows["forward"]["mask_iou"] is None
    assert rows["detect"]["mpx_per_s"] == pytest.approx(0.05 / seconds["detect"])
    # Nothing else stays.
    left = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert left == ["benchmark.json", "benchmark.md", "benchmark.png"]
    kept = json.loads((tmp_path / "out" / "benchmark.json").read_text())
    assert kept["ratios"] == figures["ratios"]


def test_an_unknown_rival_is_refused(files):
    raster, checkpoint = files
    code, out, err = backend("benchmark", raster, "--checkpoint", checkpoint, "--only", "yolo")
    assert (code, out) == (2, "")
    assert err.splitlines()[-1] == (
        "There is no rival yolo. Known are published, monai, onnxruntime, forward."
    )
