"""Three hosts in network namespaces, one of which is cut off in the middle of a run.

By hand, as root:

    .venv/worker/bin/python -m tests.cluster_hosts

Each host has an address of its own on a bridge: one the scheduler and the client, the others a
worker each; all see one folder. The result has to be that of one machine, byte for byte.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests.backend.checkpoints import small_file
from tests.backend.clusters import end, wait_until
from tests.backend.rasters import image, write_raster
from tests.backend.workers import PYTHON, ROOT

BRIDGE = "cdbridge"
HOSTS = {"cdhead": "10.77.0.1", "cdone": "10.77.0.2", "cdtwo": "10.77.0.3"}
PORT = 8786
ADDRESS = f"tcp://{HOSTS['cdhead']}:{PORT}"
SIDE = 1600
SETTINGS = {"side": 100, "across": 300, "silence_s": 10, "wait_s": 240}


def main() -> None:
    """Build the hosts, run, compare, and take the hosts down again."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        sys.exit("Skipped: network namespaces need root and the program ip.")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        _network(stack)
        checkpoint = folder / "small.safetensors"
        small_file(checkpoint, "landslide4sense_unet")
        scene = write_raster(folder / "scene.tif", image(SIDE, SIDE))
        words = ["detect", scene, "--checkpoint", checkpoint, "--threshold", 0.55]
        words += ["--device", "cpu", "--precision", "fp32", "--json"]
        _check(subprocess.run(_backend(*words, "--out", folder / "alone"), cwd=ROOT))
        _dask(stack, "cdhead", "scheduler", "--host", HOSTS["cdhead"], "--port", PORT)
        for host in ("cdone", "cdtwo"):
            options = ("--no-nanny", "--nthreads", 1, "--memory-limit", 0)
            _dask(stack, host, "worker", ADDRESS, "--host", HOSTS[host], *options)
        _wait_for_workers(2)
        _run_and_cut(words, folder / "out")
        for name in ("probability.tif", "mask.tif"):
            same = (folder / "out" / name).read_bytes() == (folder / "alone" / name).read_bytes()
            print(f"{name}: {'the same bytes' if same else 'DIFFERENT'}")
            assert same, name
        counts = [_counts(folder / name) for name in ("out", "alone")]
        print("polygons and area [m2]:", *counts)
        assert counts[0] == counts[1]


def _network(stack: ExitStack) -> None:
    _ip("link", "add", BRIDGE, "type", "bridge")
    stack.callback(_ip, "link", "delete", BRIDGE)
    _ip("link", "set", BRIDGE, "up")
    for host, address in HOSTS.items():
        _ip("netns", "add", host)
        stack.callback(_ip, "netns", "delete", host)
        _ip("link", "add", f"{host}0", "type", "veth", "peer", "name", "eth0", "netns", host)
        _ip("link", "set", f"{host}0", "master", BRIDGE, "up")
        _ip("-n", host, "address", "add", f"{address}/24", "dev", "eth0")
        _ip("-n", host, "link", "set", "eth0", "up")
        _ip("-n", host, "link", "set", "lo", "up")


def _ip(*words: object) -> None:
    subprocess.run(["ip", *map(str, words)], check=True)


def _inside(host: str, *words: object) -> list[str]:
    return ["ip", "netns", "exec", host, *map(str, words)]


def _backend(*words: object) -> list[str]:
    return [*PYTHON, "-m", "backend", *map(str, words)]


def _dask(stack: ExitStack, host: str, *words: object) -> None:
    command = _inside(host, sys.executable, "-m", "dask", *words, "--no-dashboard")
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    stack.callback(end, process)


def _wait_for_workers(count: int) -> None:
    def are_there() -> bool:
        command = _inside("cdhead", *_backend("cluster", "check", ADDRESS, "--json"))
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        last = json.loads(done.stdout.splitlines()[-1])
        return last["event"] == "result" and last["counts"]["workers"] >= count

    wait_until(are_there, 600)
    print(f"{count} workers, each on a host of its own")


def _run_and_cut(words: list[object], out: Path) -> None:
    """Detect on the cluster; the second host loses its cable while it computes a block."""
    command = _inside("cdhead", *_backend(*words, "--out", out, "--scheduler", ADDRESS))
    environment = os.environ | {"CALANDDET_CLUSTER": json.dumps(SETTINGS)}
    began, is_busy, is_cut = time.monotonic(), False, False
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            event = json.loads(line)
            if event["event"] != "progress":
                print(f"{time.monotonic() - began:6.1f} s  {event}")
            is_busy |= f"{HOSTS['cdtwo']}:" in event.get("text", "") and "ready" in event["text"]
            if is_busy and not is_cut and event.get("stage") == "tiles":
                _ip("link", "set", "cdtwo0", "down")
                is_cut = True
                print(f"{time.monotonic() - began:6.1f} s  cdtwo is cut off at {event['done']}")
        code = process.wait()
    assert code == 0 and is_cut, (code, is_cut)


def _check(done: subprocess.CompletedProcess[bytes]) -> None:
    assert done.returncode == 0, done


def _counts(folder: Path) -> tuple[int, float]:
    counts = json.loads((folder / "run.json").read_text())["counts"]
    return counts["polygons"], counts["area_m2"]


if __name__ == "__main__":
    main()
