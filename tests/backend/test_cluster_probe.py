"""What a worker answers before it gets any work; it travels to workers that have no backend."""

import hashlib
import subprocess
import sys

import pytest

from backend.cluster import probe
from backend.cluster.check import same_here
from backend.cluster.travel import ByValue, packed


@pytest.fixture
def wanted(tmp_path):
    """What this computer has: it takes part."""
    for name, text in (("probe", "word"), ("checkpoint", "weights"), ("raster", "")):
        (tmp_path / name).write_text(text)
    weights = hashlib.sha256(b"weights").hexdigest()
    return same_here() | {
        "probes": [str(tmp_path / "probe")],
        "word": "word",
        "files": [str(tmp_path / "raster")],
        "checkpoints": {str(tmp_path / "checkpoint"): weights},
    }


def test_a_worker_like_this_one_takes_part(wanted):
    answer = probe.answer(wanted)
    assert answer["refusal"] == "" and answer["host"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"backend": "0" * 64}, "its backend is another version (SHA-256 "),
        ({"versions": {"torch": "1.0"}}, " instead of 1.0"),
        ({"versions": {"no-such-package": "1.0"}}, "it has no-such-package not at all"),
        ({"word": "other"}, "it sees another folder at {folder}"),
        ({"probes": ["{folder}/mount/probe"]}, "it does not see the folder {folder}/mount"),
        ({"files": ["{folder}/mount/raster"]}, "it does not see {folder}/mount/raster"),
        ({"checkpoints": {"{folder}/gone": "0"}}, "it does not see the checkpoint {folder}/gone"),
        ({"checkpoints": {"{folder}/checkpoint": "0" * 64}}, "checkpoint is another one (SHA-256"),
    ],
)
def test_any_other_says_what_it_lacks(tmp_path, wanted, change, sentence):
    def here(value):
        return value.replace("{folder}", str(tmp_path)) if isinstance(value, str) else value

    for name, value in change.items():
        if isinstance(value, list):
            value = [here(part) for part in value]
        if isinstance(value, dict):
            value = {here(key): part for key, part in value.items()}
        wanted[name] = value
    assert here(sentence) in probe.answer(wanted)["refusal"].replace(
        f"{tmp_path}/checkpoint is", "checkpoint is"
    )


def test_a_worker_without_the_backend_can_answer(tmp_path, wanted):
    script = "import pickle, sys; print(pickle.load(sys.stdin.buffer)['refusal'])"
    asked = packed(ByValue(probe.answer, probe), (wanted,))
    done = subprocess.run(
        [sys.executable, "-I", "-c", script], input=asked, cwd=tmp_path, capture_output=True
    )
    assert done.stdout.decode().strip() == "it has no package backend on its Python path"
