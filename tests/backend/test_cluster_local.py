"""Clusters of this computer's own, from the command line: what they open, and what they leave."""

import json

import psutil
import pytest

from backend.detect import DetectRequest, detect
from tests.backend.checkpoints import small_file
from tests.backend.clusters import free_port, wait_until
from tests.backend.rasters import image, write_raster
from tests.backend.workers import backend, close, finish, start, wait_for

pytestmark = pytest.mark.slow

RASTERS = ("probability.tif", "mask.tif")
# Splits the seeded network's answers.
THRESHOLD = 0.55


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    path = tmp_path_factory.mktemp("checkpoint") / "small.safetensors"
    small_file(path, "landslide4sense_unet")
    return path


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    return write_raster(tmp_path_factory.mktemp("scene") / "scene.tif", image(250, 200))


def test_a_local_cluster_from_the_command_line(tmp_path, scene, checkpoint, monkeypatch):
    """Two processes; nothing listens but on the loopback interface, and nothing is left."""
    monkeypatch.setenv("CALANDDET_CLUSTER", '{"side": 100, "across": 120}')
    out = tmp_path / "out"
    words = ["detect", scene, "--checkpoint", checkpoint, "--out", out, "--threshold", THRESHOLD]
    options = ["--device", "cpu", "--precision", "fp32", "--scheduler", "local:2", "--json"]
    process = start("-m", "backend", *words, *options)
    try:
        wait_for(process, "start")
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(True)]
        # A scheduler, two nannies and two workers: no dashboard.
        assert [address for address, port in listening(family)] == ["127.0.0.1"] * 5
        code, events, _ = finish(process, 240)
    finally:
        close(process)
    assert code == 0 and events[-1]["event"] == "result"
    common = {"device": "cpu", "precision": "fp32", "threshold": THRESHOLD}
    alone = tmp_path / "alone"
    detect(DetectRequest(str(scene), checkpoint, alone, **common), lambda event: None)
    for name in RASTERS:
        assert (out / name).read_bytes() == (alone / name).read_bytes(), name
    wait_until(lambda: not any(one.is_running() and one.status() != "zombie" for one in family))


def listening(processes):
    """Address and port of all open sockets."""
    return [
        (connection.laddr.ip, connection.laddr.port)
        for one in processes
        for connection in one.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]


def test_the_end_of_stdin_ends_command_and_workers(tmp_path, scene, checkpoint):
    """As when the panel cancels, or QGIS is gone."""
    words = ["detect", scene, "--checkpoint", checkpoint, "--out", tmp_path, "--device", "cpu"]
    process = start("-m", "backend", *words, "--scheduler", "local:1", "--json")
    try:
        wait_for(process, "start")
        family = psutil.Process(process.pid).children(True)
        process.stdin.close()
        assert process.wait(20) == 3
    finally:
        close(process)
    wait_until(lambda: not any(one.is_running() and one.status() != "zombie" for one in family), 60)
    assert not any((tmp_path / name).exists() for name in RASTERS)


def test_what_the_commands_serve_has_the_named_ports_alone(tmp_path):
    ports = {"scheduler": free_port(), "worker": free_port()}
    address = f"tcp://127.0.0.1:{ports['scheduler']}"
    processes = []
    try:
        for what, words in (("scheduler", []), ("worker", [address])):
            options = ["--port", ports[what], "--json"]
            processes.append(start("-m", "backend", "cluster", what, *words, *options))
            assert wait_for(processes[-1], "start")["job"] == what
        for process, port in zip(processes, ports.values(), strict=True):
            assert listening([psutil.Process(process.pid)]) == [("127.0.0.1", port)]
        code, stdout, _ = backend("cluster", "check", address, "--json")
        assert code == 0 and json.loads(stdout.splitlines()[-1])["counts"]["workers"] == 1
    finally:
        for process in processes:
            close(process)
