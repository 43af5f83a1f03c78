"""The zip is what the plugin repository takes and what the plugin needs."""

from __future__ import annotations

import json
import re
import runpy
import subprocess
import sys
import zipfile
from configparser import ConfigParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAX_SIZE = 25_000_000
# What plugins.qgis.org asks for in metadata.txt, what it knows besides, and what is yes or no.
REQUIRED = (
    "name", "description", "about", "version", "qgisMinimumVersion", "author", "email", "tracker",
    "repository", "homepage", "icon",
)  # fmt: skip
OPTIONAL = (
    "qgisMaximumVersion", "supportsQt6", "changelog", "tags", "category", "hasProcessingProvider",
    "experimental", "deprecated", "server",
)  # fmt: skip
FLAGS = ("supportsQt6", "hasProcessingProvider", "experimental", "deprecated", "server")
LANGUAGES = ("zh_CN", "zh-Hans")  # as QGIS 3.22 and later ones spell it
# A suppressed finding: which one, and why.
SUPPRESSION = re.compile(r"# nosec B\d{3}(,B\d{3})* # \w+")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _build(tmp_path_factory.mktemp("package") / "calanddet_qgis.zip")


@pytest.fixture(scope="module")
def names(archive: Path) -> list[str]:
    with zipfile.ZipFile(archive) as source:
        return source.namelist()


@pytest.fixture(scope="module")
def unpacked(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(archive) as source:
        source.extractall(folder)
    return folder / "calanddet_qgis"


@pytest.fixture(scope="module")
def metadata(unpacked: Path) -> dict[str, str]:
    parser = ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(unpacked / "metadata.txt", encoding="utf-8")
    return dict(parser["general"])


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
        "docs/guide.md",
        "docs/images/panel.png",
        "resources/i18n/calanddet_zh_Hans.qm",
        "resources/i18n/worker_sentences.json",
        "resources/styles/landslides.qml",
        "resources/runtime/requirements.txt",
    ],
)
def test_zip_holds_what_the_plugin_needs(names: list[str], name: str) -> None:
    assert f"calanddet_qgis/{name}" in names


def test_zip_holds_nothing_hidden_or_compiled(names: list[str]) -> None:
    parts = {part for name in names for part in name.split("/")}
    assert not [part for part in parts if part.startswith((".", "__MACOSX"))]
    assert not parts & {"__pycache__", "tests", "Thumbs.db"}
    unwanted = (".pyc", ".so", ".dll", ".exe", ".sh", ".pt", ".pth", ".ts")
    assert not [name for name in names if name.endswith(unwanted)]
    assert all(name.isascii() for name in names)


def test_metadata_has_what_the_repository_requires(metadata: dict[str, str]) -> None:
    assert not [key for key in REQUIRED if not metadata[key].strip()]
    translated = {f"{key}[{code}]" for key in REQUIRED[:3] for code in LANGUAGES}
    assert metadata.keys() == {*REQUIRED, *OPTIONAL, *translated}
    assert all(metadata[key].lower() in ("true", "false", "yes", "no") for key in FLAGS)
    assert metadata["hasProcessingProvider"] == "yes"


def test_metadata_has_values_that_the_repository_takes(
    metadata: dict[str, str], unpacked: Path
) -> None:
    assert re.fullmatch(r"[A-Za-z][\w :-]+", metadata["name"], re.ASCII)
    assert "plugin" not in metadata["name"].lower()
    assert "\n" not in metadata["description"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", metadata["version"])
    assert metadata["version"] in metadata["changelog"]
    assert re.fullmatch(r"\S+@\S+\.\w+", metadata["email"])
    for key in ("homepage", "tracker", "repository"):
        assert urlsplit(metadata[key]).scheme == "https" and urlsplit(metadata[key]).netloc
    assert all(re.fullmatch(r"[a-z ]+", tag) for tag in metadata["tags"].split(","))
    assert (unpacked / metadata["icon"]).is_file()


def test_metadata_admits_qgis_3_22_to_4(metadata: dict[str, str]) -> None:
    assert metadata["qgisMinimumVersion"] == "3.22"
    assert metadata["qgisMaximumVersion"] == "4.99"
    assert metadata["supportsQt6"] == "True"


def test_bandit_finds_nothing(unpacked: Path) -> None:
    report = _scan("bandit", "--quiet", "--recursive", "--format", "json", ".", cwd=unpacked)
    assert report["errors"] == []
    assert [
        f"{found['filename']}:{found['line_number']}: {found['issue_text']}"
        for found in report["results"]
    ] == []


def test_what_bandit_must_not_say_has_a_reason(unpacked: Path) -> None:
    suppressing = [
        line
        for path in unpacked.rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if "nosec" in line
    ]
    assert suppressing
    assert [line for line in suppressing if not SUPPRESSION.search(line)] == []


def test_there_are_no_secrets(unpacked: Path) -> None:
    report = _scan("detect_secrets", "scan", "--all-files", ".", cwd=unpacked)
    assert report["results"] == {}


@pytest.mark.parametrize(
    ("scanner", "line"),
    [
        (("bandit", "--quiet", "--recursive", "--format", "json", "."), "import pickle\n"),
        # Put together here, or this file would hold one.
        (("detect_secrets", "scan", "--all-files", "."), f'password = "{"hunter2" * 3}"\n'),
    ],
)
def test_the_scanners_can_find_something(
    tmp_path: Path, scanner: tuple[str, ...], line: str
) -> None:
    (tmp_path / "bad.py").write_text(line)
    assert _scan(*scanner, cwd=tmp_path)["results"]


def test_worker_starts_from_the_unpacked_zip(unpacked: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-E", "-s", "-B", "-m", "backend", "--version"],
        cwd=unpacked,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr


def test_same_tree_same_bytes(tmp_path: Path) -> None:
    once, again = _build(tmp_path / "once.zip"), _build(tmp_path / "again.zip")
    assert once.read_bytes() == again.read_bytes()


def test_too_large_a_zip_is_refused(tmp_path: Path) -> None:
    package = runpy.run_path(str(ROOT / ".ci" / "package.py"))
    package["build"].__globals__["MAX_SIZE"] = 10
    with pytest.raises(SystemExit, match="25 MB"):
        package["build"](tmp_path / "large.zip")
    assert not list(tmp_path.iterdir())


def _build(archive: Path) -> Path:
    subprocess.run([sys.executable, ROOT / ".ci" / "package.py", archive], check=True)
    return archive


def _scan(*command: str, cwd: Path) -> dict:
    """What a scanner says in JSON; bandit ends with 1 where it has found something."""
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=cwd, capture_output=True, text=True, timeout=300
    )
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)
