"""uv: fetched through QGIS's own network, checked, and only then run; and who makes what."""

import hashlib
import io
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from calanddet_qgis.messages import Cancelled, Failure
from calanddet_qgis.runtime import uv
from calanddet_qgis.runtime.installers import Pip, Source, Uv
from calanddet_qgis.runtime.interpreters import Interpreter, ask, candidates, check_recent
from calanddet_qgis.runtime.task import RuntimeTask
from calanddet_qgis.runtime.uv import fetch_uv, present_uv
from tests.plugin.wheels import Index

PROGRAM = b"#!/bin/sh\necho uv\n"


@pytest.fixture
def served(tmp_path):
    """An index that has a wheel with a small program in uv's place; yields it and the file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(f"uv-1.0.data/scripts/{uv.NAME}", PROGRAM)
    (tmp_path / "wheels").mkdir()
    (tmp_path / "wheels" / "uv-1.0.whl").write_bytes(buffer.getvalue())
    sha256 = hashlib.sha256(buffer.getvalue()).hexdigest()
    with Index(tmp_path / "wheels") as index:
        yield index, (f"{index.address}/files/uv-1.0.whl", sha256, len(buffer.getvalue()))


def in_background(qtbot, job):
    """Do a job as the dialog does, in a task; what it returns, or its failure."""
    from qgis.core import QgsApplication

    ends = []
    task = RuntimeTask(lambda on_event, is_cancelled: job(is_cancelled), "test")
    task.succeeded.connect(ends.append)
    task.failed.connect(ends.append)
    task.stopped.connect(lambda: ends.append(Cancelled()))
    QgsApplication.taskManager().addTask(task)
    return task, ends


def test_uv_is_fetched_checked_and_can_be_run(qtbot, served, tmp_path):
    _, file = served
    root = tmp_path / "root 空"
    _, ends = in_background(qtbot, lambda is_cancelled: fetch_uv(root, file, is_cancelled))
    qtbot.waitUntil(lambda: bool(ends), timeout=30_000)
    assert Path(ends[0]) == root / "uv" / uv.NAME
    assert subprocess.check_output([ends[0]]) == b"uv\n"
    assert present_uv(root) == ends[0]


@pytest.mark.parametrize(("fault", "words"), [("hash", "its SHA-256 differs"),
                                              ("breaks", "cannot be reached"),
                                              ("proxy", "The proxy refuses")])  # fmt: skip
def test_a_uv_that_is_not_whole_is_never_kept(served, tmp_path, fault, words):
    index, (url, sha256, size) = served
    index.fault = fault
    file = (url, "0" * 64 if fault == "hash" else sha256, size)
    with pytest.raises(Failure, match=words):
        fetch_uv(tmp_path / "root", file, lambda: False)
    assert not (tmp_path / "root").exists()


def test_a_server_that_is_not_there_is_named(tmp_path):
    with pytest.raises(Failure, match=r"packages\.invalid cannot be reached"):
        fetch_uv(tmp_path, ("http://packages.invalid/uv.whl", "", 1), lambda: False)


@pytest.mark.timing
def test_a_stalled_download_of_uv_is_cancelled_within_a_second(qtbot, served, tmp_path):
    index, file = served
    index.fault = "stalls"
    task, ends = in_background(qtbot, lambda is_cancelled: fetch_uv(tmp_path, file, is_cancelled))
    qtbot.waitUntil(lambda: bool(index.asked), timeout=30_000)
    began = time.monotonic()
    task.cancel()
    qtbot.waitUntil(lambda: bool(ends), timeout=5000)
    assert time.monotonic() - began < 1
    assert isinstance(ends[0], Cancelled)


def test_nothing_is_ever_asked_or_built_whoever_installs(tmp_path):
    for installer in (Pip("/usr/bin/python3"), Uv("/bin/uv", "/usr/bin/python3"), Uv("/bin/uv")):
        command = installer.install(tmp_path, ["-r", "lock.txt"], Source(), again=False)
        assert command[command.index("--only-binary") + 1] == ":all:"
        offline = installer.install(tmp_path, ["x"], Source(folder=tmp_path), again=False)
        assert "--no-index" in offline and str(tmp_path) in offline
        other = installer.install(tmp_path, ["x"], Source(index="https://i"), again=True)
        assert "https://i" in other
        assert {"--force-reinstall", "--reinstall"} & set(other)


def test_uv_fetches_a_python_only_where_none_is_named(tmp_path):
    assert "--managed-python" in Uv("/bin/uv").create(tmp_path)
    assert "/usr/bin/python3" in Uv("/bin/uv", "/usr/bin/python3").create(tmp_path)


def test_macos_never_offers_qgis_s_or_the_systems_python():
    assert candidates("darwin")
    assert not [
        path for path in candidates("darwin") if "QGIS" in path or path == "/usr/bin/python3"
    ]


def test_an_interpreter_is_asked_what_it_is(tmp_path):
    found = ask(sys.executable)
    assert found.version == sys.version_info[:3]
    for path in ("/nowhere/python", "/bin/true", str(tmp_path)):
        with pytest.raises(Failure, match="does not answer as Python does"):
            ask(path)
    with pytest.raises(Failure, match=r"Python 3\.9\.18 \(/old\) is older than 3\.11"):
        check_recent(Interpreter("/old", (3, 9, 18), True))
