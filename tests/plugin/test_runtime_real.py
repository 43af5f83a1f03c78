"""A runtime for real: from the shipped lock, by the real pip, tested on the real device."""

import os
import subprocess
from pathlib import Path

import pytest

from calanddet_qgis.messages import Failure
from calanddet_qgis.runtime import (
    Network,
    Plan,
    create,
    describe,
    interpreters,
    locked,
    look_around,
    qgis_network,
    repair,
    verify,
)
from calanddet_qgis.runtime.interpreters import suitable
from calanddet_qgis.settings import RUNTIME_FOLDER, WORKER_PYTHON
from tests.plugin.factories import make_raster
from tests.plugin.wheels import Index, small_lock

# Of what the table says: bytecode and blocks differ between systems.
TOLERANCE = 0.25
NO_INDEX = ("cannot be reached", "broke off", "There is no file of", "The proxy refuses")


@pytest.fixture
def plan(tmp_path, monkeypatch, clean_settings):
    """A setup as the dialog would start it, in a folder with spaces and Chinese characters."""
    # Of whoever runs the tests: it says where packages are to be had.
    monkeypatch.delenv("XDG_CONFIG_HOME")
    root = tmp_path / "user 用户" / "calanddet"
    survey = look_around(root, lambda: False)
    # Whatever the GPU, some hundreds of megabytes are enough to prove the way.
    lock = locked(survey.platform, "cpu")
    if not any(each.makes_environments for each in suitable(lock.pythons)):
        pytest.skip("there is no Python that the lock has packages for, with venv and pip")
    return Plan(root, lock, qgis_network())


def made(plan):
    """The runtime of a plan; skips where nothing is to be had from an index."""
    log = []
    try:
        return create(plan, log.append, lambda: False)
    except Failure as failure:
        if any(words in str(failure) for words in NO_INDEX):
            pytest.skip(f"no index offers the packages here: {failure}")
        pytest.fail(f"{failure}\n{failure.details}")


@pytest.mark.slow
def test_the_shipped_lock_makes_a_runtime_that_finds_landslides(plan, checkpoint, tmp_path, capsys):
    runtime = made(plan)
    with capsys.disabled():
        size = runtime.facts["size"]
        told = f"{size / 1e6:.0f} MB, {plan.lock.installed / 1e6:.0f} in the table"
        print(f"\n{describe(runtime.facts)}; {told}")
    assert runtime.facts["torch"].startswith("2.")
    assert abs(size / plan.lock.installed - 1) < TOLERANCE
    assert verify(plan, runtime.path, lambda event: None, lambda: False)["device"]
    check = [runtime.python, "-I", "-m", "pip", "check"]
    assert subprocess.run(check, capture_output=True, text=True).returncode == 0

    # The panel takes it as it is, and a detection runs in it.
    RUNTIME_FOLDER.set(str(plan.root))
    WORKER_PYTHON.set("")
    from calanddet_qgis.request import DetectRequest
    from calanddet_qgis.worker import run_worker

    raster = make_raster(tmp_path / "image.tif")
    command = DetectRequest(str(raster), str(checkpoint), str(tmp_path / "out")).command()
    assert Path(command[0]) == runtime.python
    result = run_worker(command, lambda event: None, lambda: False)
    assert os.path.exists(result["paths"]["polygons"])


@pytest.mark.slow
def test_where_pip_cannot_go_uv_is_fetched_and_does_the_same(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    for name in ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS"):
        monkeypatch.delenv(name, raising=False)
    lock = small_lock(tmp_path / "lock", tmp_path / "wheels")
    # A proxy that pip does not speak to; nothing is there, and nothing needs to be.
    network = Network("socks5h://127.0.0.1:9", ("127.0.0.1",))
    plan = Plan(tmp_path / "user 用户", lock, network)
    with Index(tmp_path / "wheels") as index:
        monkeypatch.setenv("PIP_INDEX_URL", index.url)
        runtime = made(plan)
        assert runtime.is_ready
        assert any((plan.root / "uv").iterdir())
        assert not list(runtime.path.glob("lib/python3*/site-packages/pip"))
        assert verify(plan, runtime.path, lambda event: None, lambda: False)["device"] == "cpu"
        (module,) = runtime.path.glob("lib/python3*/site-packages/alpha/__init__.py")
        module.unlink()
        assert repair(plan, lambda event: None, lambda: False).is_ready
        assert module.exists()


def test_without_any_python_the_remedy_names_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(interpreters, "candidates", list)
    lock = small_lock(tmp_path / "lock", tmp_path / "wheels")
    plan = Plan(tmp_path / "root", lock, wheels=tmp_path / "wheels")
    with pytest.raises(Failure, match="No Python could be found or fetched"):
        create(plan, lambda event: None, lambda: False)
