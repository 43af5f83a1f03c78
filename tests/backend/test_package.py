"""The zip is what the plugin repository takes and what the plugin needs."""

from __future__ import annotations

import runpy
import subprocess
import sys
import zipfile
from configparser import ConfigParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAX_SIZE = 25_000_000


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _build(tmp_path_factory.mktemp("package") / "calanddet_qgis.zip")


@pytest.fixture(scope="module")
def names(archive: Path) -> list[str]:
    with zipfile.ZipFile(archive) as source:
        return source.namelist()


def test_zip_is_small_and_whole(archive: Path) -> None:
    assert archive.stat().st_size < MAX_SIZE
    with zipfile.ZipFile(archive) as source:
        assert source.testzip() is None


def test_zip_is_one_folder(names: list[str]) -> None:
    assert {name.split("/")[0] for name in names} == {"calanddet_qgis"}


@pytest.mark.parametrize(
    "name",
    [
        "__init__.py",
        "metadata.txt",
        "LICENSE",
        "backend/__main__.py",
        "backend/models/calanddet.py",
        "resources/styles/landslides.qml",
        "resources/runtime/requirements.txt",
    ],
)
def test_zip_holds_what_the_plugin_needs(names: list[str], name: str) -> None:
    assert f"calanddet_qgis/{name}" in names


def test_zip_holds_nothing_hidden_or_compiled(names: list[str]) -> None:
    parts = {part for name in names for part in name.split("/")}
    assert not [part for part in parts if part.startswith(".") or part == "__pycache__"]
    unwanted = (".pyc", ".so", ".dll", ".exe", ".sh", ".pt", ".pth")
    assert not [name for name in names if name.endswith(unwanted)]
    assert "tests" not in parts


def test_metadata_has_what_the_repository_requires(archive: Path) -> None:
    metadata = ConfigParser()
    with zipfile.ZipFile(archive) as source:
        metadata.read_string(source.read("calanddet_qgis/metadata.txt").decode())
    for key in ("name", "description", "about", "version", "qgisMinimumVersion", "author"):
        assert metadata["general"][key].strip()
    assert metadata["general"]["hasProcessingProvider"] == "yes"


def test_worker_starts_from_the_unpacked_zip(archive: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(archive) as source:
        source.extractall(tmp_path)
    done = subprocess.run(
        [sys.executable, "-E", "-s", "-m", "backend", "--version"],
        cwd=tmp_path / "calanddet_qgis",
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr


def test_same_tree_same_bytes(archive: Path, tmp_path: Path) -> None:
    assert _build(tmp_path / "again.zip").read_bytes() == archive.read_bytes()


def test_too_large_a_zip_is_refused(tmp_path: Path) -> None:
    package = runpy.run_path(str(ROOT / ".ci" / "package.py"))
    package["build"].__globals__["MAX_SIZE"] = 10
    with pytest.raises(SystemExit, match="25 MB"):
        package["build"](tmp_path / "large.zip")
    assert not list(tmp_path.iterdir())


def _build(archive: Path) -> Path:
    subprocess.run([sys.executable, ROOT / ".ci" / "package.py", archive], check=True)
    return archive
