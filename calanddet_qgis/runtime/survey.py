"""What is there already: the runtime in use, others, and what this computer could have."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from .. import paths
from ..messages import Cancelled, Failure, tr
from .folders import Environment, environments, folder_size, root_folder, setup_owner
from .gpu import Choice, ask_driver, choose_build
from .interpreters import suitable
from .lock import builds, locked, normalised, platform_name


@dataclass(frozen=True)
class Survey:
    """What a look at this computer and at the folder of runtimes found."""

    root: Path
    platform: str
    choice: Choice
    """The build of torch that suits the computer."""
    builds: tuple[str, ...]
    """All that it could have; none where there are no packages for it."""
    refusal: str
    """Why there are none, in one sentence."""
    python: str
    """The interpreter that makes environments by itself; empty where uv has to fetch one."""
    free: int
    """On the disk [bytes]."""
    sizes: tuple[tuple[Environment, int], ...]
    """Every environment that is there, complete or not, with its size [bytes]."""
    owner: int
    """The process that is setting up in another window; 0 where none is."""


def look_around(root: Path, is_cancelled: Callable[[], bool]) -> Survey:
    """Ask the driver, measure the disk and what lies in `root`. Raises `Cancelled`."""
    platform = platform_name()
    try:
        possible, refusal = builds(platform), ""
    except Failure as failure:
        possible, refusal = (), str(failure)
    choice = choose_build(ask_driver(), possible, platform.partition("-")[0])
    sizes = []
    for environment in environments(root):
        if is_cancelled():
            raise Cancelled
        sizes.append((environment, folder_size(environment.path)))
    free = shutil.disk_usage(_existing(root)).free
    owner = setup_owner(root)
    python = _python(platform, possible)
    return Survey(root, platform, choice, possible, refusal, python, free, tuple(sizes), owner)


def current_runtime(root: Path | None = None) -> Environment | None:
    """The complete environment to use: one of the present lock before one of an earlier one,
    which serves as long as no package is missing from it; the newest first."""
    ready = [each for each in environments(root or root_folder()) if each.is_ready]
    digests = current_digests()
    ready.sort(key=lambda each: each.digest not in digests)
    return next((each for each in ready if each.digest in digests or _has_all(each)), None)


def current_digests() -> frozenset[str]:
    """The names of the environments that the present lock makes on this computer."""
    return _read_lock(paths.runtime_resources())[0]


def describe(facts: Mapping[str, Any]) -> str:
    """What a test found: `PyTorch 2.13.0+cpu · Python 3.11.2 · CPU: AMD EPYC, 8 threads`."""
    return f"PyTorch {facts['torch']} · Python {facts['python']} · {facts['description']}"


def single_gpus() -> dict[str, str]:
    """Each NVIDIA GPU by the name that chooses it, and what it is; none where there is only one.

    As the self-test of the runtime in use found them.
    """
    runtime = current_runtime()
    devices = runtime.facts.get("devices", {}) if runtime else {}
    return {name: text for name, text in devices.items() if name.startswith("cuda:")}


def warning(facts: Mapping[str, Any], build: str) -> str:
    """Why a build for a GPU computes on the processor; empty where it does not."""
    if not build.startswith("cu") or facts["device"] == "cuda":
        return ""
    reason = facts.get("absent", {}).get("cuda", "")
    return tr("The GPU is not used: {}.").format(reason.rstrip("."))


@lru_cache(maxsize=1)
def _read_lock(folder: Path) -> tuple[frozenset[str], frozenset[str]]:
    """The digests of all builds for this computer, and the packages that each needs."""
    platform = platform_name()
    try:
        locks = [locked(platform, build, folder) for build in builds(platform, folder)]
    except Failure:
        return frozenset(), frozenset()
    return frozenset(lock.digest for lock in locks), frozenset(locks[0].names())


def _has_all(environment: Environment) -> bool:
    needed = _read_lock(paths.runtime_resources())[1]
    packages = environment.facts.get("packages", {})
    return needed <= {normalised(name) for name in packages}


def _python(platform: str, possible: tuple[str, ...]) -> str:
    """On Windows and macOS uv's own comes first."""
    if not possible or not platform.startswith("linux"):
        return ""
    found = suitable(locked(platform, possible[0]).pythons)
    return next((each.path for each in found if each.makes_environments), "")


def _existing(path: Path) -> Path:
    """The folder itself or the nearest one above it that is there."""
    return next((each for each in (path, *path.parents) if each.exists()), Path.home())
