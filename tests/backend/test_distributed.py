"""Several processes train one network, started by torch's own launcher."""

import csv
import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest
import torch.distributed as dist

from backend.checkpoint import load
from backend.training.distributed import Team, join
from tests.backend.test_train import SMALL, write_images
from tests.backend.workers import ROOT


@pytest.mark.skipif(sys.platform != "linux", reason="processes of one machine are tested on Linux")
def test_two_processes_train_one_network(tmp_path):
    train = write_images(tmp_path / "made" / "train", "abcdefgh", seed=1)
    validation = write_images(tmp_path / "made" / "val", "stuv", seed=2)
    out = tmp_path / "mine.safetensors"
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    command += ["-m", "backend", "train", "--data", train, "--validation", validation, "--json"]
    command += ["--out", str(out), "--epochs", "3", "--batch-size", "4", "--tile-size", "64"]
    command += ["--validations", "1", "--device", "cpu", "--set"]
    command += [f"{name}={json.dumps(value)}" for name, value in SMALL.items()]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    events = [json.loads(line) for line in done.stdout.splitlines()]
    spoken = [event for event in events if event["event"] == "result"]
    assert len(spoken) == 1 and spoken[0]["paths"]["checkpoint"] == str(out)
    assert load(out).card.config["embed_dim"] == 16
    with (tmp_path / "mine.training" / "curve.csv").open() as file:
        assert len(list(csv.DictReader(file))) == 6


def test_a_process_waits_through_a_long_validation(monkeypatch):
    asked = {}
    monkeypatch.setenv("WORLD_SIZE", "2")
    # More than there are GPUs on any computer.
    monkeypatch.setenv("LOCAL_RANK", "99")
    monkeypatch.setattr(dist, "init_process_group", lambda backend, **how: asked.update(how))
    monkeypatch.setattr(dist, "get_rank", lambda: 1)
    assert join() == Team(1, 2)
    assert asked["timeout"] > timedelta(hours=1)
