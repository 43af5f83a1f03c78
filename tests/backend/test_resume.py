"""`detect` that was cut off: what it leaves, what goes on from there, and what does not."""

import json
import os
import random
import shutil
import subprocess
import sys
import time

import numpy as np
import pyogrio
import pytest

from backend.detect import DetectRequest, detect
from backend.errors import CalandDetError, Cancelled, RasterError
from backend.events import Meter, Progress, Start
from tests.backend.checkpoints import small_file
from tests.backend.golden import write_seeded_checkpoint
from tests.backend.rasters import image, write_raster
from tests.backend.vectors import write_polygons
from tests.backend.workers import PYTHON, ROOT

LEFT = ".calanddet.resume"
RASTERS = ("probability.tif", "mask.tif")
SCENE = (256, 200)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    """A network on tiles of 64 px, so that a small scene has many rows of them."""
    path = tmp_path_factory.mktemp("checkpoint") / "small.safetensors"
    small_file(path)
    return path


@pytest.fixture
def often(monkeypatch):
    """Progress is told of every batch."""
    monkeypatch.setattr(Meter, "interval_s", 0.0)


@pytest.fixture
def scene(tmp_path):
    mask = np.ones(SCENE, bool)
    mask[100:180, 60:] = False
    return write_raster(tmp_path / "scene.tif", image(*SCENE), mask=mask)


def request_of(scene, checkpoint, out, **changes):
    settings = {"threshold": 0.45, "device": "cpu", "precision": "fp32", "resume": True}
    return DetectRequest(str(scene), checkpoint, out, **settings | changes)


def run(request):
    """All events of a run."""
    events = []
    detect(request, events.append)
    return events


def cut_off(request, share=0.6):
    """A run that is cancelled when this share of its tiles is done and written; its events."""
    events = []

    def cancel(event):
        events.append(event)
        if isinstance(event, Progress) and event.done >= share * event.total > 0:
            # The rows that are finished reach the disk meanwhile.
            time.sleep(0.3)
            raise Cancelled

    with pytest.raises(Cancelled):
        detect(request, cancel)
    return events


def polygons(folder):
    """All there is to know of the polygons, but for the run's own row."""
    _, _, wkb, columns = pyogrio.raw.read(folder / "landslides.gpkg", layer="landslides")
    return [wkb.tolist(), *(column.astype(str).tolist() for column in columns)]


def assert_same(folder, other):
    for name in RASTERS:
        assert (folder / name).read_bytes() == (other / name).read_bytes(), name
    assert polygons(folder) == polygons(other)
    assert not (folder / LEFT).exists()


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.usefixtures("often")
@pytest.mark.parametrize("case", ["plain", "resampled", "area", "flips"])
def test_a_cancelled_run_goes_on_and_ends_as_if_unbroken(tmp_path, scene, checkpoint, case):
    aoi = write_polygons(tmp_path / "aoi.gpkg", [(500010, 3399880, 500080, 3399985)])
    changes = {"resampled": {"gsd": 0.37}, "area": {"aoi": str(aoi)}, "flips": {"flips": True}}
    whole = request_of(scene, checkpoint, tmp_path / "whole", **changes.get(case, {}))
    unbroken = run(whole)
    broken = request_of(scene, checkpoint, tmp_path / "broken", **changes.get(case, {}))
    reached = 0
    for share in (0.3, 0.6, 0.9):
        events = cut_off(broken, share)
        assert names(broken.out) == [LEFT]
        assert start_of(events).details["resumed_tiles"] == reached
        assert progress_of(events)[0].done == reached
        reached = max(reached, rows_left(broken.out) * columns_of(case))
    assert reached
    events = run(broken)
    assert start_of(events).details["resumed_tiles"] == reached
    assert progress_of(events)[-1].done == progress_of(unbroken)[-1].done
    assert_same(broken.out, whole.out)
    counts, expected = events[-1].counts, unbroken[-1].counts
    assert counts | {"seconds": 0} == expected | {"seconds": 0}
    assert json.loads((broken.out / "run.json").read_text())["resumed_tiles"] == reached


def start_of(events):
    return next(event for event in events if isinstance(event, Start))


def progress_of(events):
    return [event for event in events if isinstance(event, Progress)]


def columns_of(case):
    return 6 if case == "resampled" else 5


def rows_left(out):
    """How many rows of tiles are in the spool."""
    from backend.spool import Spool

    return len(Spool(out / LEFT / "rows", 1).tiles)


@pytest.mark.usefixtures("often")
def test_the_rate_counts_only_what_is_computed(tmp_path, scene, checkpoint):
    request = request_of(scene, checkpoint, tmp_path / "out")
    cut_off(request, 0.9)
    first = progress_of(run(request))[0]
    assert first.done > 0 and first.rate == 0 and first.eta_s is None


TAILS = {
    "a byte short": lambda data: data[:-1],
    "half a record": lambda data: data[: -len(data) // 8],
    "a wrong byte": lambda data: data[:-3] + bytes([data[-3] ^ 1]) + data[-2:],
    "zeros": lambda data: data + bytes(4096),
    "a header too many": lambda data: data + data[:20],
    "nothing": lambda data: b"",
}


@pytest.mark.usefixtures("often")
@pytest.mark.parametrize("tail", TAILS)
def test_a_torn_tail_is_dropped(tmp_path, scene, checkpoint, tail):
    whole, broken = (request_of(scene, checkpoint, tmp_path / name) for name in ("a", "b"))
    run(whole)
    cut_off(broken, 0.9)
    spool = broken.out / LEFT / "rows"
    spool.write_bytes(TAILS[tail](spool.read_bytes()))
    cut_off(broken, 0.95)
    run(broken)
    assert_same(broken.out, whole.out)


def touch(scene, checkpoint):
    os.utime(scene, (1, 1))


def redraw(scene, checkpoint):
    write_raster(scene, image(*SCENE, seed=3))


def retrain(scene, checkpoint):
    small_file(checkpoint, "unet")


@pytest.mark.usefixtures("often")
@pytest.mark.parametrize(
    ("change", "changes", "named"),
    [
        (touch, {}, "file "),
        (redraw, {}, "file "),
        (retrain, {}, "checkpoint (copy.safetensors "),
        (None, {"threshold": 0.5}, "threshold (0.45 then, 0.5 now)"),
        (None, {"overlap": "fast"}, "overlap (balanced then, fast now)"),
        (None, {"flips": True}, "flips (False then, True now)"),
    ],
    ids=["touched raster", "other raster", "other checkpoint", "threshold", "overlap", "flips"],
)
def test_a_run_of_something_else_does_not_go_on(
    tmp_path, scene, checkpoint, change, changes, named
):
    copy = shutil.copy(checkpoint, tmp_path / "copy.safetensors")
    request = request_of(scene, copy, tmp_path / "out")
    cut_off(request)
    left = {path.name: path.read_bytes() for path in (request.out / LEFT).iterdir()}
    if change:
        change(scene, copy)
    with pytest.raises(CalandDetError) as refused:
        run(request_of(scene, copy, request.out, **changes))
    assert named in refused.value.message and "(without --resume)" in refused.value.remedy
    assert names(request.out) == [LEFT]
    assert {path.name: path.read_bytes() for path in (request.out / LEFT).iterdir()} == left
    anew = request_of(scene, copy, request.out, resume=False, **changes)
    assert start_of(run(anew)).details["resumed_tiles"] == 0
    assert LEFT not in names(request.out)


@pytest.mark.usefixtures("often")
def test_what_does_not_change_the_result_may_change(tmp_path, scene, checkpoint):
    request = request_of(scene, checkpoint, tmp_path / "out")
    cut_off(request, 0.9)
    other = request_of(scene, checkpoint, tmp_path / "out", device="auto", preview=True)
    assert start_of(run(other)).details["resumed_tiles"] > 0


def test_where_nothing_is_left_a_resume_starts(tmp_path, scene, checkpoint):
    request = request_of(scene, checkpoint, tmp_path / "out")
    assert start_of(run(request)).details["resumed_tiles"] == 0
    (request.out / LEFT).mkdir()
    (request.out / LEFT / "facts.json").write_text("{")
    assert start_of(run(request)).details["resumed_tiles"] == 0
    assert LEFT not in names(request.out)


@pytest.mark.usefixtures("often")
def test_a_wrong_input_leaves_nothing_of_a_new_run(tmp_path, checkpoint):
    path = write_raster(tmp_path / "cut.tif", image(*SCENE), blockysize=16)
    os.truncate(path, path.stat().st_size * 3 // 4)
    request = request_of(path, checkpoint, tmp_path / "out")
    with pytest.raises(RasterError, match="damaged or truncated"):
        run(request)
    assert names(request.out) == []


@pytest.fixture(scope="module")
def slow_checkpoint(tmp_path_factory):
    path = tmp_path_factory.mktemp("checkpoint") / "seeded.safetensors"
    return write_seeded_checkpoint(path, "calanddet", embed_dim=24, depths=(2, 2, 2, 2))


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")
def test_twenty_kills_at_any_moment_change_nothing(tmp_path, slow_checkpoint):
    scene = write_raster(tmp_path / "scene.tif", image(1000, 200))
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    command = [
        *PYTHON, "-m", "backend", "detect", scene, "--checkpoint", slow_checkpoint,
        "--overlap", "reference", "--threshold", "0.45", "--json", "--resume", "--out",
    ]  # fmt: skip
    starting, working = timed(command, whole)
    rng, kills, resumed = random.Random(0), 0, []
    while kills < 20:
        process = launch(command, broken)
        if kills % 5:
            tiles = wait_for_start(process)
            resumed.append(tiles)
            time.sleep(rng.uniform(0, 0.4 * working))
        else:
            time.sleep(rng.uniform(0, 1.2 * starting))
        kills += process.poll() is None
        process.kill()
        process.communicate()
    process = launch(command, broken)
    process.communicate()
    assert process.returncode == 0
    assert_same(broken, whole)
    assert len({tiles for tiles in resumed if tiles}) > 2, resumed


def launch(command, out):
    return subprocess.Popen(
        [*map(str, command), out], cwd=ROOT, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip


def wait_for_start(process):
    for line in process.stdout:
        event = json.loads(line)
        if event["event"] == "start":
            return event["details"]["resumed_tiles"]
    raise AssertionError("the worker ended without a start")


def timed(command, out):
    """Seconds of an unbroken run before its start event, and after."""
    # Once to compile the network, which later runs find in the cache.
    launch(command, out.with_name("first")).communicate()
    began = time.monotonic()
    process = launch(command, out)
    wait_for_start(process)
    started = time.monotonic()
    process.communicate()
    assert process.returncode == 0
    return started - began, time.monotonic() - started
