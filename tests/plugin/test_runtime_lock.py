"""What the lock promises, and what is checked before anything is downloaded."""

import json
import re

import pytest

from calanddet_qgis.messages import Failure
from calanddet_qgis.runtime import checks, default_root, locked, platform_name
from calanddet_qgis.runtime.lock import builds, normalised, uv_file
from tests.plugin.factories import ROOT
from tests.plugin.wheels import small_lock

FOLDER = ROOT / "resources" / "runtime"
PLATFORMS = json.loads((FOLDER / "sizes.json").read_text())["platforms"]
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def blocks(name):
    """The lock's entries: a pinned package and its hashes."""
    return re.split(r"\n(?=\S)", (FOLDER / name).read_text().strip())


def test_every_wanted_package_is_locked():
    wanted = re.findall(r"^([\w.-]+)[=<>!~]", (FOLDER / "requirements.txt").read_text(), re.M)
    assert wanted
    there = {normalised(block.partition("==")[0]) for block in blocks("lock.txt")} | {"torch"}
    assert {normalised(name) for name in wanted} <= there, "make lock"


@pytest.mark.parametrize("name", ["lock.txt", "lock-cuda.txt"])
def test_every_package_is_pinned_with_hashes_and_says_nothing_of_this_computer(name):
    for block in blocks(name):
        assert re.match(r"[\w.-]+==[\w.]+", block)
        assert HASH.search(block)
    assert not re.search(r"(?m)(^|[\s=@])/|file:|index-url", (FOLDER / name).read_text())


@pytest.mark.parametrize(
    ("platform", "build"),
    [(name, build) for name, row in PLATFORMS.items() for build in row["builds"]],
)
def test_torch_is_pinned_by_version_and_build(platform, build):
    lock = locked(platform, build)
    version = (FOLDER / "requirements.txt").read_text().split("torch==")[1].split()[0]
    assert lock.torch_line((3, 12)).startswith(f"torch=={version}")
    if not lock.on_pypi:
        assert f"+{build}" in lock.requirement
        assert lock.index.endswith(f"/whl/{build}")
    else:
        assert HASH.search(lock.torch_line((3, 12)))


def test_the_builds_that_most_computers_get_have_a_hash_and_a_size():
    for platform, build in (
        ("windows-amd64", "cpu"), ("windows-amd64", "cu126"), ("windows-amd64", "cu130"),
        ("linux-x86_64", "cpu"), ("linux-x86_64", "cu130"), ("macos-arm64", "cpu"),
    ):  # fmt: skip
        lock = locked(platform, build)
        assert HASH.search(lock.torch_line((3, 12))), (platform, build)
        assert lock.download > 100e6


def test_sizes_are_those_of_torch_for_that_build():
    cpu, cuda = (locked("linux-x86_64", build) for build in ("cpu", "cu130"))
    assert 200e6 < cpu.download < 600e6
    assert 2e9 < cuda.download < cuda.installed


def test_an_environment_is_named_by_all_that_it_consists_of(tmp_path):
    first = small_lock(tmp_path / "lock", tmp_path / "wheels").digest
    assert small_lock(tmp_path / "lock", tmp_path / "wheels").digest == first
    assert small_lock(tmp_path / "lock", tmp_path / "wheels", alpha="0" * 64).digest != first
    assert small_lock(tmp_path / "lock", tmp_path / "wheels", torch="0" * 64).digest != first
    digests = {locked("linux-x86_64", build).digest for build in builds("linux-x86_64")}
    assert len(digests) == 3


def test_uv_is_pinned_for_every_platform():
    for platform in PLATFORMS:
        url, sha256, size = uv_file(platform)
        assert url.startswith("https://files.pythonhosted.org/")
        assert re.fullmatch("[0-9a-f]{64}", sha256)
        assert size > 5e6


def test_this_computers_names_are_the_locks(monkeypatch):
    assert platform_name("win32", "AMD64") == "windows-amd64"
    assert platform_name("darwin", "arm64") == "macos-arm64"
    assert platform_name("linux", "x86_64") == "linux-x86_64"


def test_a_computer_without_packages_is_told_so():
    with pytest.raises(Failure, match=r"no packages for this kind of computer \(macos-x86_64\)"):
        locked(platform_name("darwin", "x86_64"), "cpu")


def test_the_runtime_lies_outside_the_plugin_and_the_profile():
    root = default_root()
    assert ROOT not in root.parents
    assert "QGIS" not in root.parts


def test_paths_on_windows_stay_short_enough_for_usual_names():
    lock = locked("windows-amd64", "cpu")
    root = r"C:\Users\maria.schmidt-lopez\AppData\Local\calanddet"
    length = len(f"{root}\\env-{lock.digest}\\Lib\\site-packages\\") + lock.longest_path
    assert length <= checks.WINDOWS_LONGEST


# ---- checks ------------------------------------------------------------------------------------


def refused(call, *arguments, **named):
    with pytest.raises(Failure) as failure:
        call(*arguments, **named)
    return str(failure.value)


def test_a_processor_without_sse42_is_refused_and_an_unknown_one_is_not():
    assert "SSE 4.2" in refused(checks.check_processor, {"sse2"})
    checks.check_processor({"sse4_2", "avx2"})
    checks.check_processor(None)


def test_an_old_or_another_c_library_is_refused():
    assert "2.27 is older than 2.28" in refused(checks.check_glibc, ("glibc", "2.27"), (2, 28))
    assert "not glibc" in refused(checks.check_glibc, ("", ""), (2, 28))
    checks.check_glibc(("glibc", "2.36"), (2, 28))


def test_an_old_macos_is_refused():
    assert "macOS 13.6.1 is older than 14.0" in refused(checks.check_macos, "13.6.1", (14, 0))
    checks.check_macos("15.1", (14, 0))


def test_a_windows_without_visual_cpp_is_told_what_is_missing_and_where_it_is(tmp_path):
    (tmp_path / "msvcp140.dll").touch()
    text = refused(checks.check_visual_cpp, tmp_path)
    assert "vcruntime140.dll, vcruntime140_1.dll" in text
    assert "https://aka.ms" in text


def test_a_path_that_windows_cannot_take_is_refused_with_its_length(tmp_path):
    lock = small_lock(tmp_path / "lock", tmp_path / "wheels")
    deep = tmp_path / ("long" * 60)
    assert "and Windows takes 259" in refused(checks.check_length, deep, lock, longest=259)
    checks.check_length(deep, lock, longest=None)


def test_a_full_disk_is_told_with_both_sizes(tmp_path):
    lock = locked("linux-x86_64", "cpu")
    text = refused(checks.check_space, 500_000_000, lock, tmp_path)
    assert "500.0 MB free" in text
    assert re.search(r"the setup needs \d\.\d GB", text)


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    lock = small_lock(tmp_path / "lock", tmp_path / "wheels")
    assert str(tmp_path / "file") in refused(checks.check_folder, tmp_path / "file" / "deep", lock)
