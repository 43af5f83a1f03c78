"""NVIDIA GPUs as `nvidia-smi` tells them, and which build of PyTorch suits them."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess  # nosec B404 # asks nvidia-smi, without a shell
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..messages import tr
from ..worker import worker_environment

TIMEOUT_S = 15
PROGRAM = "nvidia-smi"
COLUMNS = ("name", "driver_version", "compute_cap")
# What drivers before 510 say of compute_cap; they are asked again without it.
UNKNOWN_COLUMN = "is not a valid field to query"
# Where Windows, WSL and some distributions keep it, besides the system's own folders.
FOLDERS = (
    r"C:\Windows\System32", r"C:\Program Files\NVIDIA Corporation\NVSMI",
    "/usr/lib/wsl/lib", "/opt/bin", "/run/current-system/sw/bin",
)  # fmt: skip

Version = tuple[int, ...]
# The oldest drivers and GPUs of each CUDA, from NVIDIA's release notes; CUDA 12's minor versions
# run on every driver of CUDA 12. The build for 12.6 has no code for GPUs newer than Hopper.
CUDA_13_DRIVER: Version = (580,)
CUDA_12_DRIVER = {"linux": (525, 60, 13), "windows": (528, 33)}
CUDA_13_OLDEST: Version = (7, 5)
CUDA_12_OLDEST: Version = (5, 0)
CUDA_12_NEWEST: Version = (9, 0)


@dataclass(frozen=True)
class Gpu:
    """One GPU; the capability is empty where the driver is too old to tell it."""

    name: str
    driver: str
    capability: Version = ()

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Choice:
    """A build of PyTorch (cpu, cu126 or cu130), and why, in one sentence."""

    build: str
    reason: str


def ask_driver() -> str:
    """What `nvidia-smi` says, also where it complains; empty where there is none."""
    program = shutil.which(PROGRAM, path=os.pathsep.join((os.defpath, *FOLDERS)))
    if not program:
        return ""
    answer = _ask(program, COLUMNS)
    return _ask(program, COLUMNS[:-1]) if UNKNOWN_COLUMN in answer else answer


def read_answer(answer: str) -> list[Gpu]:
    """The GPUs in an answer of `nvidia-smi`; none where it is a complaint."""
    rows = csv.reader(answer.splitlines(), skipinitialspace=True)
    return [gpu for gpu in map(_gpu, rows) if gpu]


def choose_build(answer: str, builds: Iterable[str], system: str) -> Choice:
    """The build for what `nvidia-smi` answered, among those that a platform has.

    `system` is linux, windows or macos.
    """
    builds = tuple(builds)
    if system == "macos":
        return Choice("cpu", tr("Macs have one build; it uses the GPU through Metal."))
    gpus = read_answer(answer)
    if not gpus:
        return Choice("cpu", _without_gpu(answer))
    # The one that PyTorch takes first.
    gpu = max(gpus, key=lambda each: each.capability)
    choice = _for_gpu(gpu, system)
    if choice.build not in builds:
        text = tr("There is no build with CUDA for {} on this kind of computer: {}")
        return Choice("cpu", text.format(gpu, tr("the processor computes.")))
    return choice


def _ask(program: str, columns: Sequence[str]) -> str:
    try:
        return subprocess.run(  # nosec B603 # nvidia-smi with fixed options
            [program, f"--query-gpu={','.join(columns)}", "--format=csv,noheader"],
            env=worker_environment(os.environ), timeout=TIMEOUT_S, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace",
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        ).stdout  # fmt: skip
    except subprocess.TimeoutExpired:
        return tr("nothing for {} s").format(TIMEOUT_S)
    except OSError as error:
        return str(error.strerror)


def _gpu(row: Sequence[str]) -> Gpu | None:
    """A GPU from the answer's columns; a column that the driver does not know is missing."""
    if len(row) < 2 or not re.fullmatch(r"\d+(\.\d+)+", row[1]):
        return None
    capability = _version(row[2]) if len(row) > 2 else ()
    return Gpu(row[0], row[1], capability)


def _version(text: str) -> Version:
    return tuple(map(int, text.split("."))) if re.fullmatch(r"\d+(\.\d+)*", text) else ()


def _for_gpu(gpu: Gpu, system: str) -> Choice:
    driver, oldest = _version(gpu.driver), CUDA_12_DRIVER[system]
    if driver < oldest:
        text = tr(
            "{}: its driver {} is older than {}, so the processor computes; update the driver to "
            "use the GPU."
        )
        return Choice("cpu", text.format(gpu, gpu.driver, _dotted(oldest)))
    if gpu.capability < CUDA_12_OLDEST:
        text = tr("{} has compute capability {}, and PyTorch needs {}, so the processor computes.")
        return Choice("cpu", text.format(gpu, _dotted(gpu.capability), _dotted(CUDA_12_OLDEST)))
    if gpu.capability < CUDA_13_OLDEST:
        text = tr(
            "{} has compute capability {}, which CUDA 13 has dropped: the build for CUDA 12.6."
        )
        return Choice("cu126", text.format(gpu, _dotted(gpu.capability)))
    if driver >= CUDA_13_DRIVER:
        text = tr("{} with driver {}: the build for CUDA 13.0.")
        return Choice("cu130", text.format(gpu, gpu.driver))
    if gpu.capability > CUDA_12_NEWEST:
        text = tr(
            "{} needs driver 580 or newer and has {}, so the processor computes; update the "
            "driver to use the GPU."
        )
        return Choice("cpu", text.format(gpu, gpu.driver))
    text = tr("{} with driver {}, which is older than 580: the build for CUDA 12.6.")
    return Choice("cu126", text.format(gpu, gpu.driver))


def _without_gpu(answer: str) -> str:
    complaint = answer.strip().partition("\n")[0].rstrip(".")
    if not complaint:
        return tr("There is no NVIDIA driver, so the processor computes.")
    return tr("The NVIDIA driver says “{}”, so the processor computes.").format(complaint)


def _dotted(version: Version) -> str:
    return ".".join(map(str, version))
