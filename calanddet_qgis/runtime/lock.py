"""The locked packages: which files a build of the runtime consists of, and how large they are."""

from __future__ import annotations

import ctypes
import hashlib
import json
import platform as machine
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import paths
from ..messages import Failure, tr

PYTORCH_INDEX = "https://download.pytorch.org/whl/{}"
PYPI_HOST, PYTORCH_HOST, UV_PYTHON_HOST = "pypi.org", "download.pytorch.org", "github.com"
DIGEST_LENGTH = 10
SYSTEMS = {"linux": "linux", "win32": "windows", "darwin": "macos"}
MACHINES = {"x86_64": "x86_64", "amd64": "amd64", "aarch64": "aarch64", "arm64": "arm64"}

Version = tuple[int, ...]


def platform_name(system: str = sys.platform, processor: str = "") -> str:
    """This computer as the lock names it: linux-x86_64, windows-amd64, macos-arm64, ..."""
    processor = (processor or _processor()).lower()
    return f"{SYSTEMS.get(system, system)}-{MACHINES.get(processor, processor)}"


def _processor() -> str:
    """The processor, also where QGIS itself is translated for it, as on Macs until it is native."""
    found = machine.machine()
    if sys.platform == "darwin" and found == "x86_64":
        translated, size = ctypes.c_int(0), ctypes.c_size_t(ctypes.sizeof(ctypes.c_int))
        ask = ctypes.CDLL(None).sysctlbyname
        name = b"sysctl.proc_translated"
        if ask(name, ctypes.byref(translated), ctypes.byref(size), None, 0) == 0:
            return "arm64" if translated.value else found
    return found


@dataclass(frozen=True)
class Lock:
    """What one build of the runtime consists of on one platform. Sizes are in bytes, and None
    where the index does not tell them beforehand."""

    platform: str
    build: str
    requirement: str
    """torch, pinned by version and build."""
    on_pypi: bool
    download: int | None
    installed: int | None
    least_download: int
    """What is known of `download`; as much as it where all is."""
    least_installed: int
    packages: int
    pythons: tuple[Version, ...]
    needs: Version
    """The oldest glibc or macOS; empty on Windows."""
    longest_path: int
    """Of a file below `site-packages` [characters]."""
    folder: Path

    @property
    def digest(self) -> str:
        """Names the environment: it changes with anything that is installed."""
        parts = [path.read_text(encoding="utf-8") for path in self.files]
        parts += [self.requirement, *sorted(self._torch_hashes().values())]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:DIGEST_LENGTH]

    @property
    def files(self) -> list[Path]:
        """The requirement files in which everything has a hash; all but torch."""
        files = [self.folder / "lock.txt"]
        if self.build == "cu130" and self.on_pypi:
            files.append(self.folder / "lock-cuda.txt")
        return files

    @property
    def complete(self) -> bool:
        """Whether nothing is needed besides `files` and torch itself: all but CUDA 12.6 on Linux,
        whose libraries torch names only when it is there."""
        return not (self.build == "cu126" and self.platform.startswith("linux"))

    @property
    def index(self) -> str:
        """The address of the index that has this build of torch; empty for PyPI."""
        return "" if self.on_pypi else PYTORCH_INDEX.format(self.build)

    def torch_line(self, python: Version) -> str:
        """The requirement of torch for an interpreter, with its hash where it is known."""
        tag = f"-cp{python[0]}{python[1]}-"
        hashes = [sha for name, sha in self._torch_hashes().items() if tag in name]
        return " ".join([self.requirement, *(f"--hash=sha256:{sha}" for sha in hashes)])

    def names(self) -> set[str]:
        """The packages that every computer needs, by normalised name."""
        lines = self.files[0].read_text(encoding="utf-8").splitlines()
        pins = (re.match(r"([\w.-]+)==", line) for line in lines if ";" not in line)
        return {normalised(pin[1]) for pin in pins if pin} | {"torch"}

    def _torch_hashes(self) -> dict[str, str]:
        version = self.requirement.partition("==")[2]
        rows = (line.split() for line in _lines(self.folder / "torch.txt"))
        tail = {"linux": "linux", "windows": "win", "macos": "macosx"}
        system, processor = self.platform.split("-")
        return {
            name: sha
            for sha, _, name in rows
            if name.split("-")[1] == version and sha != "-"
            and tail[system] in name and name.endswith(f"{processor}.whl")
        }  # fmt: skip


def locked(platform: str, build: str, folder: Path | None = None) -> Lock:
    """The lock of a build. Raises `Failure` for a platform that has none."""
    folder = folder or paths.runtime_resources()
    table = _table(folder)
    row = _platform_row(table, platform)
    wheel = row["builds"][build]
    return Lock(
        platform=platform,
        build=build,
        requirement=wheel["requirement"],
        on_pypi=wheel["pypi"],
        download=_sum(row["download"], wheel["download"]),
        installed=_sum(row["installed"], wheel["installed"]),
        least_download=row["download"] + (wheel["download"] or 0),
        least_installed=row["installed"] + (wheel["installed"] or wheel["download"] or 0),
        packages=row["packages"],
        pythons=tuple(_version(text) for text in table["pythons"]),
        needs=_version(row["needs"]),
        longest_path=row["longest_path"],
        folder=folder,
    )


def builds(platform: str, folder: Path | None = None) -> tuple[str, ...]:
    """The builds of torch for a platform. Raises `Failure` for a platform that has none."""
    table = _table(folder or paths.runtime_resources())
    return tuple(_platform_row(table, platform)["builds"])


def uv_file(platform: str, folder: Path | None = None) -> tuple[str, str, int]:
    """Address, SHA-256 and size [bytes] of uv's file for a platform."""
    tails = {
        "linux-x86_64": "manylinux_2_17_x86_64", "linux-aarch64": "aarch64",
        "windows-amd64": "win_amd64", "macos-arm64": "macosx_11_0_arm64",
    }  # fmt: skip
    for line in _lines((folder or paths.runtime_resources()) / "uv.txt"):
        sha, size, url = line.split()
        if tails[platform] in url:
            return url, sha, int(size)
    raise _no_platform(platform)


def normalised(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _platform_row(table: dict[str, Any], platform: str) -> dict[str, Any]:
    if platform not in table["platforms"]:
        raise _no_platform(platform)
    return table["platforms"][platform]


def _no_platform(platform: str) -> Failure:
    message = tr("There are no packages for this kind of computer ({}).").format(platform)
    remedy = tr("Choose a Python in which you have installed PyTorch yourself.")
    return Failure("setup", message, remedy)


def _table(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "sizes.json").read_text(encoding="utf-8"))


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _sum(first: int | None, second: int | None) -> int | None:
    return None if first is None or second is None else first + second


def _version(text: str) -> Version:
    return tuple(int(part) for part in text.split(".") if part)
