"""Making, verifying, mending and removing a runtime of small packages, from an index that fails."""

import base64
import os
import subprocess
import sys
import time

import pytest

from calanddet_qgis.messages import Cancelled, Failure
from calanddet_qgis.runtime import (
    Network,
    Plan,
    create,
    current_digests,
    current_runtime,
    environments,
    locked,
    platform_name,
    remove,
    repair,
    setup_owner,
    verify,
)
from calanddet_qgis.runtime.folders import mark_ready, root_folder
from calanddet_qgis.runtime.interpreters import suitable
from calanddet_qgis.settings import RUNTIME_FOLDER
from tests.plugin.factories import ROOT, processes_in
from tests.plugin.wheels import Index, small_lock

SPOKEN = "Straße mit 空格 and spaces"
HOLD = (
    "import sys, time; sys.path.insert(0, {root!r})\n"
    "from pathlib import Path\n"
    "from calanddet_qgis.runtime import only_setup\n"
    "with only_setup(Path({folder!r})):\n"
    "    print('held', flush=True)\n"
    "    time.sleep(120)\n"
)


@pytest.fixture(scope="module", autouse=True)
def python():
    """An interpreter that makes environments, without which nothing here can be made."""
    found = suitable([(3, minor) for minor in range(11, 15)])
    if not any(each.makes_environments for each in found):
        pytest.skip("there is no Python 3.11 or newer with venv and pip (python3-venv)")


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The folders of a lock and of its wheels."""
    folder = tmp_path_factory.mktemp("small")
    return folder / "lock", folder / "wheels"


@pytest.fixture
def sources(monkeypatch):
    """Nothing of how pip is set up here."""
    for name in list(os.environ):
        if name.startswith(("PIP_", "UV_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)


@pytest.fixture
def index(small, sources, monkeypatch):
    """An index that has the packages."""
    with Index(small[1]) as index:
        monkeypatch.setenv("PIP_INDEX_URL", index.url)
        yield index


@pytest.fixture
def plan(small, tmp_path):
    """A setup of the small lock into a folder that programs find hard to spell."""
    return Plan(tmp_path / SPOKEN, small_lock(*small))


class Ear:
    """Keeps what a job tells, and cancels when it has heard something."""

    def __init__(self, cancel_at="never"):
        self.events, self._cancel_at, self.cancelled_at = [], cancel_at, 0.0

    def __call__(self, event):
        self.events.append(event)

    def is_cancelled(self):
        if not self.cancelled_at and any(self._cancel_at in str(e) for e in self.events):
            self.cancelled_at = time.monotonic()
        return bool(self.cancelled_at)

    @property
    def steps(self):
        return [event["step"] for event in self.events if event["event"] == "step"]

    @property
    def log(self):
        return "\n".join(e["text"] for e in self.events if e["event"] == "log")


def failed(job, plan, ear=None):
    """The failure of a job that has to fail, and nothing that counts as a runtime is left."""
    ear = ear or Ear()
    with pytest.raises(Failure) as failure:
        job(plan, ear, ear.is_cancelled)
    assert not any(each.is_ready for each in environments(plan.root))
    assert "\n" not in str(failure.value)
    return failure.value


def test_a_runtime_is_made_verified_mended_and_removed(index, plan):
    ear = Ear()
    stale = plan.root / f"env-{plan.lock.digest}"
    (stale / "lib").mkdir(parents=True)
    runtime = create(plan, ear, ear.is_cancelled)
    assert ear.steps == ["check", "interpreter", "packages", "test"]
    assert runtime.is_ready and runtime.path == stale
    assert runtime.facts["build"] == "cpu"
    assert runtime.facts["size"] > 1e6
    assert not (plan.root / "tmp").exists()
    progress = [e for e in ear.events if e["event"] == "progress" and e["step"] == "packages"]
    assert progress and all(0 <= e["done"] <= e["total"] for e in progress)

    assert verify(plan, runtime.path, Ear(), lambda: False)["device"] == "cpu"
    (module,) = runtime.path.glob("lib/python3*/site-packages/alpha/__init__.py")
    module.write_text("")
    with pytest.raises(Failure, match=r"Files are missing or changed in alpha\."):
        verify(plan, runtime.path, Ear(), lambda: False)

    ear, asked = Ear(), len(index.asked)
    assert repair(plan, ear, ear.is_cancelled).is_ready
    assert module.stat().st_size > 1000
    assert not any("torch" in path for path in index.asked[asked:])

    # The interpreter's own files: all is made anew.
    (runtime.path / "pyvenv.cfg").unlink()
    (runtime.python).unlink()
    assert not environments(plan.root)[0].is_ready
    assert repair(plan, Ear(), lambda: False).is_ready

    remove(plan.root, [runtime.path])
    assert [path.name for path in plan.root.iterdir()] == []


def test_the_wrong_hash_installs_nothing(index, small, tmp_path):
    plan = Plan(tmp_path / "root", small_lock(*small, alpha="0" * 64))
    failure = failed(create, plan)
    assert str(failure).startswith("alpha==1.0 is not the file that was locked")
    assert "Expected sha256 0000" in failure.details
    assert not list(plan.root.glob("env-*/lib/python3*/site-packages/alpha"))


def test_a_lock_without_a_hash_installs_nothing(index, plan):
    (plan.lock.folder / "lock.txt").write_text("alpha==1.0\n")
    assert str(failed(create, plan)).startswith("The lock has no hash for alpha==1.0")


def test_a_torch_of_another_hash_is_refused_too(index, small, tmp_path):
    plan = Plan(tmp_path / "root", small_lock(*small, torch="0" * 64))
    assert "torch==2.13.0+cpu is not the file that was locked" in str(failed(create, plan))


def test_a_download_that_breaks_once_is_taken_up_again(index, plan):
    index.fault = "breaks once"
    ear = Ear()
    assert create(plan, ear, ear.is_cancelled).is_ready
    assert len([path for path in index.asked if "alpha" in path and "whl" in path]) >= 2


def test_a_download_that_always_breaks_is_told_and_the_next_setup_succeeds(index, plan):
    index.fault = "breaks"
    text = str(failed(create, plan))
    assert text.startswith(("The download from 127.0.0.1 broke off.", "alpha==1.0 is not the file"))
    assert environments(plan.root)
    assert current_runtime(plan.root) is None
    index.fault = ""
    assert create(plan, Ear(), lambda: False).is_ready


def test_without_a_network_the_sentence_names_the_host(sources, plan, monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "https://packages.invalid/simple")
    assert str(failed(create, plan)).startswith("packages.invalid cannot be reached.")


def test_qgis_s_proxy_is_used_and_its_password_stays_hidden(index, plan, monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "http://packages.invalid/simple")
    monkeypatch.setenv("PIP_TRUSTED_HOST", "packages.invalid")
    secret = "p@ss w:rd/%"
    proxy = f"http://me:p%40ss%20w%3Ard%2F%25@{index.address[len('http://') :]}"
    network = Network(proxy, ("localhost",), b"", (secret, "p%40ss%20w%3Ard%2F%25"))
    plan = Plan(plan.root, plan.lock, network)
    seen = []

    class Watching(Ear):
        def is_cancelled(self):
            seen.extend(processes_in(plan.root))
            return False

    ear = Watching()
    assert create(plan, ear, ear.is_cancelled).is_ready
    sent = {headers.get("Proxy-Authorization") for headers in index.headers}
    assert sent == {"Basic " + base64.b64encode(f"me:{secret}".encode()).decode()}
    assert seen
    for text in (*seen, ear.log):
        assert "p%40ss" not in text and secret not in text


def test_a_proxy_that_refuses_is_named(index, plan, monkeypatch):
    index.fault = "proxy"
    monkeypatch.setenv("PIP_INDEX_URL", "https://packages.invalid/simple")
    plan = Plan(plan.root, plan.lock, Network(index.address))
    assert str(failed(create, plan)).startswith("The proxy refuses the connection to ")


def test_packages_may_come_from_a_folder_without_any_network(small, sources, plan, monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "http://packages.invalid/simple")
    plan = Plan(plan.root, plan.lock, wheels=small[1])
    assert create(plan, Ear(), lambda: False).is_ready


def test_a_folder_that_lacks_a_package_names_it(small, sources, plan, tmp_path):
    (tmp_path / "few").mkdir()
    plan = Plan(plan.root, plan.lock, wheels=tmp_path / "few")
    assert "There is no file of alpha==1.0 for this computer" in str(failed(create, plan))


def test_a_test_that_fails_leaves_no_runtime(index, plan):
    (plan.lock.folder / "self_test.py").write_text("import sys; sys.exit('no such instruction')")
    failure = failed(create, plan)
    assert "no such instruction" in str(failure)


def test_a_disk_that_is_too_full_is_told_before_anything_is_downloaded(index, plan):
    table = plan.lock.folder / "sizes.json"
    table.write_text(table.read_text().replace('"installed": 4000', f'"installed": {10**16}'))
    lock = small_lock(plan.lock.folder, index.wheels)
    large = type(lock)(**{**vars(lock), "installed": 10**16})
    text = str(failed(create, Plan(plan.root, large)))
    assert text.startswith("The disk of ") and "the setup needs" in text
    assert not index.asked


# ---- cancelling --------------------------------------------------------------------------------


@pytest.mark.timing
@pytest.mark.parametrize("moment", ["'check'", "'interpreter'", "Collecting alpha", "'test'"])
def test_a_cancel_at_any_step_ends_all_within_a_second(index, plan, moment):
    index.fault = "stalls" if moment == "Collecting alpha" else ""
    (plan.lock.folder / "self_test.py").write_text("import sys, os; sys.stdin.read(); os._exit(3)")
    ear = Ear(cancel_at=moment)
    with pytest.raises(Cancelled):
        create(plan, ear, ear.is_cancelled)
    assert time.monotonic() - ear.cancelled_at < 2
    assert not processes_in(plan.root)
    assert current_runtime(plan.root) is None
    assert setup_owner(plan.root) == 0


# ---- two at once -------------------------------------------------------------------------------


@pytest.fixture
def holder(plan):
    """Another process that is setting up in the same folder."""
    script = HOLD.format(root=str(ROOT), folder=str(plan.root))
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=plan.root.parent
    )
    assert process.stdout.readline() == b"held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_second_window_waits_for_the_first(holder, plan):
    assert setup_owner(plan.root) == holder.pid
    for job in (create, repair):
        text = str(failed(job, plan))
        assert f"Another window of QGIS (process {holder.pid})" in text
    with pytest.raises(Failure, match="Another window"):
        remove(plan.root, [])


def test_a_window_that_died_blocks_nobody(holder, plan, index):
    holder.kill()
    holder.wait()
    assert setup_owner(plan.root) == 0
    ear = Ear(cancel_at="'interpreter'")
    with pytest.raises(Cancelled):
        create(plan, ear, ear.is_cancelled)


# ---- which runtime is used ---------------------------------------------------------------------


def make_environment(root, digest, **facts):
    """A folder that looks like an environment."""
    python = root / f"env-{digest}" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    if facts:
        mark_ready(python.parents[1], facts)
    return python.parents[1]


@pytest.fixture
def shipped_names():
    return dict.fromkeys(locked(platform_name(), "cpu").names(), "1")


def test_a_half_made_or_emptied_environment_is_no_runtime(tmp_path, shipped_names):
    for digest in current_digests():
        make_environment(tmp_path, digest)
    assert len(environments(tmp_path)) == len(current_digests())
    assert current_runtime(tmp_path) is None
    path = make_environment(tmp_path, "gone", created="1", packages=shipped_names)
    assert current_runtime(tmp_path).path == path
    (path / "bin" / "python").unlink()
    assert current_runtime(tmp_path) is None


def test_an_older_runtime_serves_until_a_package_is_missing(tmp_path, shipped_names):
    old = make_environment(tmp_path, "old", created="2025-01-01", packages=shipped_names)
    assert current_runtime(tmp_path).path == old
    mark_ready(old, {"created": "2025-01-01", "packages": {"torch": "2.0"}})
    assert current_runtime(tmp_path) is None


def test_the_present_lock_comes_before_a_newer_date(tmp_path, shipped_names):
    digest = sorted(current_digests())[0]
    present = make_environment(tmp_path, digest, created="2025", packages={})
    make_environment(tmp_path, "other", created="2026", packages=shipped_names)
    assert current_runtime(tmp_path).path == present


def test_a_damaged_marker_counts_as_none(tmp_path):
    path = make_environment(tmp_path, "x", created="1")
    (path / "ready.json").write_text('{"created": "1')
    assert not environments(tmp_path)[0].is_ready


def test_the_folder_can_be_chosen(clean_settings, tmp_path):
    assert root_folder().name == "calanddet"
    RUNTIME_FOLDER.set(str(tmp_path))
    assert root_folder() == tmp_path
