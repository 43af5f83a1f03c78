"""Locks the worker's packages: `lock.py` rewrites what `make lock` keeps under resources/runtime.

requirements.txt   what is wanted; written by hand
lock.txt           every package but torch, with the SHA-256 of each of its files
lock-cuda.txt      what torch's CUDA build from PyPI needs besides (Linux)
torch.txt          torch's files by build: SHA-256, bytes or "-", name
uv.txt             the installer for computers without a usable Python: SHA-256, bytes, address
sizes.json         what a setup downloads and unpacks, by platform and build, as measured here

PyPI gives every hash. PyTorch's own index (the cpu and cu126 builds, and cu130 for Windows) is
asked too; where it cannot be reached, torch.txt keeps what it knew of the same version, and a
build that nobody can measure has null for its size. pip's own configuration is never written down.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError

sys.path.insert(0, str(Path(__file__).resolve().parent))

from wheel_index import PLATFORMS, WORK, File, index, measure, oldest, pick, size, wheels

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "resources" / "runtime"
PYPI = "https://pypi.org/simple/"
PYTORCH = "https://download.pytorch.org/whl/{build}/"
PYTHONS = ((3, 11), (3, 12), (3, 13), (3, 14))
# The one that uv fetches; sizes hardly depend on it.
MEASURED_PYTHON = (3, 12)
# Which build the file on PyPI is; the others come from PyTorch's index.
ON_PYPI = {"linux-x86_64": "cu130", "linux-aarch64": "cu130", "windows-amd64": "cpu",
           "macos-arm64": "cpu"}  # fmt: skip
CUDA_ONLY = re.compile(r"nvidia-|cuda-|triton")


def main() -> None:
    """Resolve, split, look every file up, and write."""
    WORK.mkdir(parents=True, exist_ok=True)
    tools = _tools()
    entries = list(_entries(_resolve(tools)))
    sys.path.insert(0, str(tools.parent.parent / "site"))
    torch = next(entry for entry in entries if entry.name == "torch")
    common = [e for e in entries if e.name != "torch" and not CUDA_ONLY.match(e.name)]
    cuda = [e for e in entries if CUDA_ONLY.match(e.name)]
    files = _torch_files(torch.version)
    _write("lock.txt", "".join(entry.text for entry in common))
    _write("lock-cuda.txt", "".join(entry.text for entry in cuda))
    _write("torch.txt", "".join(f"{f.sha256 or '-'}  {f.size or '-'}  {f.name}\n" for f in files))
    uv = _uv_files()
    _write("uv.txt", "".join(f"{f.sha256}  {f.size}  {f.url}\n" for f in uv.values()))
    table = {name: _platform(name, common, cuda, torch, files, uv[name]) for name in PLATFORMS}
    pythons = [f"{a}.{b}" for a, b in PYTHONS if _complete(common, (a, b))]
    _write("sizes.json", json.dumps({"torch": torch.version, "pythons": pythons,
                                     "platforms": table}, indent=1) + "\n")  # fmt: skip


# ---- what is needed ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """One pinned package, with its marker and the lock's text about it."""

    name: str
    version: str
    marker: str
    text: str


def _tools() -> Path:
    """uv and `packaging`, in an environment of their own; returns uv's path."""
    environment = WORK / "tools"
    uv = environment / ("Scripts/uv.exe" if os.name == "nt" else "bin/uv")
    if not uv.exists():
        subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    pip = [uv.with_name("python"), "-m", "pip", "install", "-qq", "--upgrade"]
    subprocess.run([*pip, "uv"], check=True)
    subprocess.run([*pip, "--target", environment / "site", "packaging"], check=True)
    return uv


def _resolve(uv: Path) -> str:
    """One resolution for every platform and every Python."""
    command = [uv, "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--no-header",
               "--no-annotate", "--only-binary", ":all:", "--fork-strategy", "fewest",
               "--python-version", "3.11", "--default-index", PYPI, "--no-config", "--no-sources",
               FOLDER / "requirements.txt"]  # fmt: skip
    clean = {name: value for name, value in os.environ.items() if not name.startswith("UV_")}
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, env=clean).stdout


def _entries(text: str) -> Iterator[Entry]:
    for block in re.split(r"\n(?=\S)", text.strip("\n")):
        head = re.match(r"(\S+?)==([^\s;\\]+)(?: ; ([^\\]+?))? *\\?\n", block + "\n")
        yield Entry(head[1], head[2], head[3] or "", block + "\n")


# ---- where it lies ----------------------------------------------------------------------------


def _applies(entry: Entry, platform: str, python: tuple[int, int]) -> bool:
    from packaging.markers import Marker

    system, machine = platform.split("-")
    names = {"linux": ("linux", "Linux", "posix"), "windows": ("win32", "Windows", "nt"),
             "macos": ("darwin", "Darwin", "posix")}[system]  # fmt: skip
    version = f"{python[0]}.{python[1]}"
    return not entry.marker or Marker(entry.marker).evaluate({
        "sys_platform": names[0], "platform_system": names[1], "os_name": names[2],
        "platform_machine": machine.upper() if system == "windows" else machine,
        "python_version": version, "python_full_version": f"{version}.0",
        "implementation_name": "cpython", "platform_python_implementation": "CPython",
    })  # fmt: skip


def _complete(entries: Iterable[Entry], python: tuple[int, int]) -> bool:
    """Whether each package has a wheel for that Python, on every platform."""
    return all(
        pick(PYPI, entry.name, entry.version, platform, python)
        for platform in PLATFORMS
        for entry in entries
        if _applies(entry, platform, python)
    )


def _torch_files(version: str) -> list[File]:
    """Every file of torch that a setup may take, PyPI's first."""
    known = {file.name: file for file in _known_torch()}
    files = []
    for platform, (_, builds) in PLATFORMS.items():
        for build in builds.split():
            base, wanted = _source(platform, build, version)
            for python in PYTHONS:
                files.append(_torch_file(base, wanted, platform, python, known))
    return [file for file in files if file]


def _torch_file(
    base: str, version: str, platform: str, python: tuple[int, int], known: dict[str, File]
) -> File | None:
    try:
        file = pick(base, "torch", version, platform, python)
    except URLError as error:
        tag = f"cp{python[0]}{python[1]}"
        name = f"torch-{version}-{tag}-{tag}-{PLATFORMS[platform][0][0]}.whl"
        print(f"{base} was not reached ({error.reason}): {name} as before", file=sys.stderr)
        return known.get(name) or _local(version, name)
    if file:
        file.size = file.size or size(file.url)
    return file


def _source(platform: str, build: str, version: str) -> tuple[str, str]:
    """The index that has a build of torch, and the version that it has there."""
    if ON_PYPI[platform] == build:
        return PYPI, version
    return PYTORCH.format(build=build), f"{version}+{build}"


def _known_torch() -> Iterator[File]:
    if (FOLDER / "torch.txt").exists():
        for line in (FOLDER / "torch.txt").read_text().splitlines():
            sha256, size, name = line.split()
            yield File(name, "", sha256.strip("-"), int(size.replace("-", "0")))


def _local(version: str, name: str) -> File | None:
    """The file from wherever pip is configured to look, if it is there and is this one."""
    folder = WORK / "wheels"
    tags = name[:-4].split("-")
    command = [sys.executable, "-m", "pip", "download", "-qq", "--no-deps", "--dest", folder,
               "--only-binary", ":all:", "--python-version", tags[2][2:], "--platform", tags[4],
               f"torch=={version}"]  # fmt: skip
    if not (folder / name).exists():
        subprocess.run(command, check=False, stderr=subprocess.DEVNULL)
    if not (folder / name).exists():
        return None
    data = (folder / name).read_bytes()
    return File(name, "", hashlib.sha256(data).hexdigest(), len(data))


def _uv_files() -> dict[str, File]:
    versions = [f.name.split("-")[1] for f in index(PYPI, "uv") if f.name.endswith(".whl")]
    newest = max(versions, key=lambda text: [int(part) for part in re.findall(r"\d+", text)])
    files = {name: pick(PYPI, "uv", newest, name, MEASURED_PYTHON) for name in PLATFORMS}
    for file in files.values():
        file.size = size(file.url)
    return files


# ---- how large it is ---------------------------------------------------------------------------


def _platform(
    name: str, common: list[Entry], cuda: list[Entry], torch: Entry, torches: list[File], uv: File
) -> dict[str, Any]:
    """What a setup on a platform downloads and unpacks [bytes]."""
    here = [entry for entry in common if _applies(entry, name, MEASURED_PYTHON)]
    shared = [measure(_wheel(entry, name)) for entry in here]
    files, longest = {}, max(each[2] for each in shared)
    for build in PLATFORMS[name][1].split():
        base, version = _source(name, build, torch.version)
        parts = [
            max(
                (measure(f) for f in torches if _is(f, version, name)),
                key=_known,
                default=(0, 0, 0),
            )
        ]
        if build == "cu130" and name.startswith("linux"):
            parts += [measure(_wheel(e, name)) for e in cuda if _applies(e, name, MEASURED_PYTHON)]
        elif build == "cu126" and name.startswith("linux"):
            parts.append((0, 0, 0))  # torch's own list, which only PyTorch's index tells
        longest = max([longest, *(each[2] for each in parts)])
        files[build] = {"requirement": f"torch=={version}", "pypi": base == PYPI,
                        "download": _sum(parts, 0), "installed": _sum(parts, 1)}  # fmt: skip
    return {"packages": len(shared) + 1, "download": _sum(shared, 0),
            "installed": _sum(shared, 1), "longest_path": longest,
            "needs": _needs(name, common, torches), "uv": uv.size, "builds": files}  # fmt: skip


def _wheel(entry: Entry, platform: str) -> File:
    """The wheel of a package. Raises `SystemExit` where there is none."""
    wheel = pick(PYPI, entry.name, entry.version, platform, MEASURED_PYTHON)
    if wheel is None:
        sys.exit(f"{entry.name} {entry.version} has no wheel for {platform}: bound it in {FOLDER}.")
    return wheel


def _is(file: File, version: str, platform: str) -> bool:
    """Whether it is that version of torch for that platform, whatever the Python."""
    _, found, _, _, where = file.name[:-4].split("-")
    return found == version and where in PLATFORMS[platform][0]


def _known(measure: tuple[int, int, int]) -> tuple[bool, int]:
    """Orders measures: complete ones last, then by size."""
    return all(measure), measure[0]


def _sum(measures: list[tuple[int, int, int]], which: int) -> int | None:
    """The sum, or null where a part of it is unknown."""
    values = [each[which] for each in measures]
    return sum(values) if all(values) else None


def _needs(platform: str, common: list[Entry], torches: list[File]) -> str:
    """The oldest glibc or macOS that all wheels run on; empty on Windows."""
    needed = [_numbers(oldest(file.name, platform)) for file in torches]
    for entry in (each for each in common if _applies(each, platform, MEASURED_PYTHON)):
        found = [file.name for file, _ in wheels(PYPI, entry.name, entry.version)]
        versions = [_numbers(oldest(name, platform)) for name in found]
        needed.append(min(filter(None, versions), default=()))
    return ".".join(map(str, max(needed)))


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part)


def _write(name: str, text: str) -> None:
    (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")
    print(f"resources/runtime/{name}")


if __name__ == "__main__":
    main()
