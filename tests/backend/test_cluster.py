"""`detect` on Dask workers in real processes: the same result, and what becomes of faults."""

import json
import os
import re
import resource
import shutil
import signal
import subprocess
import threading

import numpy as np
import pyogrio
import pytest

from backend.cluster.blocks import blocks_of
from backend.cluster.jobs import FOLDER_NAME
from backend.cluster.run import detect_on
from backend.cluster.settings import Settings
from backend.detect import DetectRequest, detect
from backend.errors import Cancelled, ClusterError
from backend.events import Log, Progress, Result, Start
from backend.raster.grid import Tiling
from backend.resume import RESUME_NAME
from tests.backend.checkpoints import small_file
from tests.backend.clusters import Cluster, end, free_port, wait_until
from tests.backend.rasters import image, write_raster
from tests.backend.vectors import write_polygons
from tests.backend.workers import ROOT, backend

pytestmark = [
    pytest.mark.slow,
    # Dask's own comms, left to the garbage collector where a process was killed.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

SCENE = (250, 200)
# Splits the seeded network's answers.
THRESHOLD = 0.55
SMALL = Settings(side=100, across=120, wait_s=3, connect_s=5)
RASTERS = ("probability.tif", "mask.tif")


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    path = tmp_path_factory.mktemp("checkpoint") / "small.safetensors"
    small_file(path, "landslide4sense_unet")
    return path


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    mask = np.ones(SCENE, bool)
    mask[100:150, 60:] = False
    return write_raster(tmp_path_factory.mktemp("scene") / "scene.tif", image(*SCENE), mask=mask)


@pytest.fixture(scope="module")
def request_of(scene, checkpoint):
    def make(out, **changes):
        settings = {"threshold": THRESHOLD, "device": "cpu", "precision": "fp32"} | changes
        return DetectRequest(str(scene), checkpoint, out, **settings)

    return make


@pytest.fixture(scope="module")
def alone(request_of, tmp_path_factory):
    """What one machine makes of the scene."""
    out = tmp_path_factory.mktemp("alone") / "out"
    detect(request_of(out), lambda event: None)
    return out


@pytest.fixture(scope="module")
def cluster():
    """A scheduler with a worker that lives as long as the module."""
    with Cluster() as cluster:
        cluster.start_worker()
        cluster.wait_for_workers(1)
        yield cluster


@pytest.fixture
def other():
    """A scheduler of a test's own."""
    with Cluster() as cluster:
        yield cluster


def polygons(folder):
    """All there is to know of the polygons, but for the run's own row."""
    _, _, wkb, columns = pyogrio.raw.read(folder / "landslides.gpkg", layer="landslides")
    return [wkb.tolist(), *(column.astype(str).tolist() for column in columns)]


def assert_same(folder, expected):
    for name in RASTERS:
        assert (folder / name).read_bytes() == (expected / name).read_bytes(), name
    assert polygons(folder) == polygons(expected)
    assert not (folder / FOLDER_NAME).exists()


def run(cluster, request, settings=SMALL, on_event=None):
    """The outcome of a request, and all events."""
    events = []

    def hear(event):
        events.append(event)
        if on_event:
            on_event(event)

    [outcome] = detect_on(cluster.address, [request], hear, settings=settings)
    return outcome, events


def names(folder):
    return {path.name for path in folder.iterdir()}


def told(events):
    return [event.text for event in events if isinstance(event, Log)]


def tiles_of(request):
    tiling = Tiling.of(SCENE[1], SCENE[0], 64, request.overlap)
    return tiling.rows * tiling.columns


@pytest.mark.parametrize("case", ["plain", "resampled area", "dem and flips"])
def test_the_result_is_that_of_one_machine(tmp_path, cluster, request_of, case):
    aoi = write_polygons(tmp_path / "aoi.gpkg", [(500010, 3399880, 500080, 3399985)])
    heights = np.add.outer(np.arange(250.0), np.arange(200.0)).astype("float32")[None]
    dem = write_raster(tmp_path / "dem.tif", heights)
    changes = {
        "resampled area": {"gsd": 0.37, "aoi": str(aoi)},
        "dem and flips": {"dem": str(dem), "flips": True, "uncertainty": True},
    }.get(case, {})
    detect(request_of(tmp_path / "alone", **changes), lambda event: None)
    outcome, events = run(cluster, request_of(tmp_path / "out", **changes))
    assert outcome.error is None
    assert_same(tmp_path / "out", tmp_path / "alone")
    assert [type(event) for event in events].count(Start) == 1
    assert isinstance(events[-1], Result) and events[-1] == outcome.result
    progress = [event for event in events if isinstance(event, Progress)]
    done = [event.done for event in progress if event.stage == "tiles"]
    assert done == sorted(done) and done[-1] == progress[-1].total


def test_several_rasters_share_the_workers(tmp_path, cluster, request_of, alone):
    bad = write_raster(tmp_path / "bad.tif", image(90, 90), compress="deflate")
    bad.write_bytes(bad.read_bytes()[:9000])
    requests = [request_of(tmp_path / str(number)) for number in range(3)]
    requests[1] = DetectRequest(str(bad), requests[1].checkpoint, tmp_path / "1", device="cpu")
    events = []
    outcomes = detect_on(cluster.address, requests, events.append, settings=SMALL)
    assert [outcome.error is None for outcome in outcomes] == [True, False, True]
    assert outcomes[1].error.kind == "raster" and str(bad) in outcomes[1].error.message
    assert_same(tmp_path / "0", alone)
    assert_same(tmp_path / "2", alone)
    assert not list((tmp_path / "1").glob("*"))


def test_a_worker_killed_while_it_computes(tmp_path, other, request_of, alone):
    workers = {worker.pid: worker for worker in (other.start_worker(), other.start_worker())}
    other.wait_for_workers(2)
    killed = []

    def kill(event):
        """The first one that is ready: it has just been given its first block."""
        found = re.search(r"process (\d+)\) is ready", getattr(event, "text", ""))
        if found and not killed:
            killed.append(found[1])
            end(workers[int(found[1])])

    outcome, events = run(other, request_of(tmp_path), on_event=kill)
    assert outcome.error is None
    assert any(f"process {killed[0]}) is gone" in text for text in told(events))
    assert_same(tmp_path, alone)


def test_a_worker_killed_while_it_writes(tmp_path, other, request_of, alone):
    worker = other.start_worker(halts_in=1)
    killed = threading.Event()

    def kill():
        wait_until(lambda: list((tmp_path / FOLDER_NAME).glob(".*.partial")))
        end(worker)
        killed.set()
        other.start_worker()

    thread = threading.Thread(target=kill)
    thread.start()
    outcome, events = run(other, request_of(tmp_path), Settings(side=100, across=120, wait_s=240))
    thread.join()
    assert killed.is_set() and outcome.error is None
    assert any("is gone" in text for text in told(events))
    assert_same(tmp_path, alone)


def test_a_worker_that_hangs(tmp_path, other, request_of, alone):
    """Its block goes to another one, which joins later."""
    worker = other.start_worker()

    def stop(event):
        if isinstance(event, Start):
            worker.send_signal(signal.SIGSTOP)
            other.start_worker()

    settings = Settings(side=100, across=120, wait_s=240, silence_s=4)
    outcome, events = run(other, request_of(tmp_path), settings, stop)
    assert outcome.error is None
    assert any("has said nothing for 4 s" in text for text in told(events))
    assert_same(tmp_path, alone)


def test_the_scheduler_killed_and_started_again(tmp_path, other, request_of, alone):
    other.start_worker(halts_in=3)
    other.wait_for_workers(1)

    def kill(event):
        if isinstance(event, Progress) and event.stage == "tiles" and event.done:
            wait_until(lambda: len(list((tmp_path / FOLDER_NAME).glob("*.rows"))) == 2)
            end(other.scheduler)

    with pytest.raises(ClusterError, match=r"connection to the scheduler .* is lost") as lost:
        run(other, request_of(tmp_path, flips=True), on_event=kill)
    assert "--resume" in lost.value.remedy
    done = {path.name: path.stat().st_mtime_ns for path in (tmp_path / FOLDER_NAME).glob("*.rows")}
    assert len(done) == 2
    end(other.workers[0])
    assert not any((tmp_path / name).exists() for name in RASTERS)
    other.start_scheduler()
    other.start_worker()
    other.wait_for_workers(1)
    request = request_of(tmp_path, flips=True, resume=True)
    seen = {}

    def look(event):
        folder = tmp_path / FOLDER_NAME
        seen.update({path.name: path.stat().st_mtime_ns for path in folder.glob("*.rows")})

    outcome, events = run(other, request, on_event=look)
    assert outcome.error is None
    start = next(event for event in events if isinstance(event, Start))
    assert start.details["resumed_tiles"] >= 4
    # Nothing is done twice that was done.
    assert done.items() <= seen.items()
    assert len(seen) == len(blocks_of(Tiling.of(200, 250, 64, "balanced"), 100, 120))
    detect(request_of(tmp_path / "alone", flips=True), lambda event: None)
    assert_same(tmp_path, tmp_path / "alone")


def test_a_full_disk_on_one_worker(tmp_path, other, request_of, alone):
    """Its blocks go to the other; alone, it ends the run with a sentence."""

    limited = other.start_worker()
    other.wait_for_workers(1)

    def fill(event):
        """From here on no file of the worker grows beyond 512 bytes."""
        if isinstance(event, Start):
            resource.prlimit(limited.pid, resource.RLIMIT_FSIZE, (512, 512))

    with pytest.raises(ClusterError, match="A block cannot be written into"):
        run(other, request_of(tmp_path), on_event=fill)
    other.start_worker()
    other.wait_for_workers(2)
    outcome, _ = run(other, request_of(tmp_path), on_event=fill)
    assert outcome.error is None
    assert_same(tmp_path, alone)


def test_workers_that_cannot_take_part(tmp_path, other, request_of, alone):
    """One with another backend; one that sees neither folder: each says so, a third does it."""
    copy, is_source = tmp_path / "copy", shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "backend", copy / "backend", ignore=is_source)
    with open(copy / "backend" / "heap.py", "a", encoding="utf-8") as file:
        file.write("# changed\n")
    other.start_worker(root=copy)
    out = tmp_path / "shared" / "out"
    with pytest.raises(ClusterError, match="its backend is another version"):
        run(other, request_of(out), Settings(side=100, wait_s=240))
    assert not list(out.iterdir())
    if os.geteuid() == 0 and _can_unshare():
        hide = f'mount -t tmpfs none {tmp_path / "shared"} && exec "$@"'
        other.start_worker("unshare", "-m", "sh", "-c", hide, "sh")
        other.wait_for_workers(2)
        with pytest.raises(ClusterError):
            run(other, request_of(out))
    other.start_worker()
    other.wait_for_workers(len(other.workers))
    outcome, events = run(other, request_of(out))
    assert outcome.error is None
    assert any("another version" in text for text in told(events))
    if len(other.workers) == 3:
        assert any(f"it does not see the folder {out}" in text for text in told(events))
    assert_same(out, alone)


def _can_unshare():
    if shutil.which("unshare") is None:
        return False
    return subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode == 0


def test_a_cancel_frees_caller_and_worker(tmp_path, cluster, request_of, alone):
    def cancel(event):
        if isinstance(event, Progress) and event.stage == "tiles" and event.done > 5:
            raise Cancelled

    with pytest.raises(Cancelled):
        run(cluster, request_of(tmp_path), on_event=cancel)
    assert {FOLDER_NAME} <= names(tmp_path) <= {FOLDER_NAME, RESUME_NAME}
    outcome, _ = run(cluster, request_of(tmp_path, resume=True))
    assert outcome.error is None
    assert_same(tmp_path, alone)


def test_a_block_that_was_damaged_is_done_again(tmp_path, cluster, request_of, alone):
    def cancel(event):
        if isinstance(event, Progress) and event.stage == "tiles" and event.done > 5:
            raise Cancelled

    with pytest.raises(Cancelled):
        run(cluster, request_of(tmp_path), on_event=cancel)
    for path in (tmp_path / FOLDER_NAME).glob("*.rows"):
        path.write_bytes(path.read_bytes()[:-3])
    outcome, _ = run(cluster, request_of(tmp_path, resume=True))
    assert outcome.error is None
    assert_same(tmp_path, alone)


def test_no_worker_and_no_scheduler(tmp_path, other, request_of):
    with pytest.raises(ClusterError, match=r"no worker at the scheduler .* for 1 s"):
        run(other, request_of(tmp_path), Settings(wait_s=1))
    port = free_port()
    other.port = port
    with pytest.raises(ClusterError, match=f"127.0.0.1:{port} does not answer"):
        run(other, request_of(tmp_path), Settings(connect_s=1))
    assert not list(tmp_path.iterdir())


def test_a_scheduler_that_does_not_answer_ends_the_command(tmp_path, scene, checkpoint):
    words = ["detect", scene, "--checkpoint", checkpoint, "--out", tmp_path / "out"]
    code, _, errors = backend(*words, "--scheduler", f"127.0.0.1:{free_port()}")
    assert code == 2
    assert "does not answer" in errors.splitlines()[-1]


def test_a_check_counts_workers(cluster):
    code, stdout, _ = backend("cluster", "check", cluster.address, "--json")
    result = json.loads(stdout.splitlines()[-1])
    assert code == 0 and result["counts"]["workers"] >= 1
    assert result["counts"]["gpus"] == 0
