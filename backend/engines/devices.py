"""Which devices there are, and in a sentence why one is not."""

from __future__ import annotations

import os
import platform
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch

from backend.engines.failures import put_into_words
from backend.errors import DeviceError


@dataclass(frozen=True)
class DeviceInfo:
    """One device: `reason` says why it cannot be used where `available` is False."""

    name: str
    """As torch has it: cpu, mps, cuda, or where there are several GPUs cuda:0, cuda:1, ..."""
    available: bool
    description: str
    reason: str = ""

    @property
    def kind(self) -> str:
        """The name without a number."""
        return self.name.partition(":")[0]


def list_devices() -> list[DeviceInfo]:
    """All devices in the order of preference."""
    return [*_cuda(), _mps(), _cpu()]


def choose_device(name: str) -> DeviceInfo:
    """The device of that name, or for `auto` the best there is.

    A GPU that has a number becomes torch's current one. Raises `DeviceError` where a device is
    asked for by name and absent: never a silent fall-back.
    """
    devices = list_devices()
    device = _best(devices) if name == "auto" else _named(name, devices)
    if not device.available:
        raise DeviceError(f"The device {name} cannot be used: {device.reason}.", _others(devices))
    if ":" in device.name:
        with put_into_words("cuda", device.description):
            torch.cuda.set_device(device.name)
    return device


def _best(devices: Iterable[DeviceInfo]) -> DeviceInfo:
    """The first that is there; of several GPUs torch's current one, which may be set already."""
    best = next(device for device in devices if device.available)
    current = _named("cuda", devices) if best.kind == "cuda" else best
    return current if current.available else best


def _named(name: str, devices: Iterable[DeviceInfo]) -> DeviceInfo:
    """The device of that name; plain cuda is the GPU that is torch's current one, the first."""
    of_kind = [device for device in devices if device.kind == name.partition(":")[0]]
    if name in ("cuda", "cuda:0") and len(of_kind) == 1:
        return of_kind[0]
    if name == "cuda":
        return of_kind[torch.cuda.current_device()]
    gpus = len(of_kind)
    count = "there is 1 NVIDIA GPU, cuda:0" if gpus == 1 else f"there are {gpus} NVIDIA GPUs"
    reason = of_kind[0].reason if gpus == 1 else ""
    absent = DeviceInfo(name, False, "", reason or count)
    return next((device for device in of_kind if device.name == name), absent)


def _others(devices: Iterable[DeviceInfo]) -> str:
    """What to do where a device is not there."""
    names = [f"{one.name} ({one.description})" for one in devices if one.available]
    if len(names) == 1:
        return "Use the CPU (--device cpu), or let the best device be chosen (--device auto)."
    return f"Choose one that is there (--device): {', '.join(names)}."


def gpu_memory(device: DeviceInfo) -> tuple[int, int] | None:
    """What is in use of a GPU's memory, by all programs, and all of it [bytes]; None for a CPU."""
    if device.kind == "cuda":
        free, whole = torch.cuda.mem_get_info(device.name)
        return whole - free, whole
    if device.kind == "mps":
        return torch.mps.driver_allocated_memory(), torch.mps.recommended_max_memory()
    return None


def prefers_bf16(kind: str) -> bool:
    """Whether the device of that kind computes faster in bfloat16 than in float32."""
    if kind == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    abilities = torch.cpu.get_capabilities() if kind == "cpu" else {}
    return bool(abilities.get("avx512_bf16") or abilities.get("amx_bf16"))


def reduced_dtype() -> torch.dtype:
    """bfloat16, or float16 where torch's current GPU is from before Ampere and only emulates it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exact = torch.cuda.is_bf16_supported(including_emulation=False)
    return torch.bfloat16 if exact else torch.float16


@cache
def usable_threads() -> int:
    """Threads that an engine may take on the CPU: OMP_NUM_THREADS, or what the cores allow."""
    # Asked for once, before anybody sets it: torch's own choice is the number of cores.
    threads = torch.get_num_threads()
    return threads if "OMP_NUM_THREADS" in os.environ else spare_one(threads)


def spare_one(cores: int) -> int:
    """All cores but one, which QGIS keeps; of one or two, all."""
    return cores - 1 if cores > 2 else cores


def _cuda() -> list[DeviceInfo]:
    """Each NVIDIA GPU that torch can use, or the reason why there is none."""
    if torch.version.cuda is None:
        reason = f"torch {torch.__version__} is a build without CUDA"
        return [DeviceInfo("cuda", False, "NVIDIA GPU", reason)]
    try:
        torch.cuda.init()
    except (RuntimeError, AssertionError) as error:
        reason = str(error).strip().split(". ")[0].rstrip(".")
        return [DeviceInfo("cuda", False, "NVIDIA GPU", reason)]
    count = torch.cuda.device_count()
    names = ["cuda"] if count == 1 else [f"cuda:{index}" for index in range(count)]
    return [_gpu(name, index) for index, name in enumerate(names)]


def _gpu(name: str, index: int) -> DeviceInfo:
    properties = torch.cuda.get_device_properties(index)
    memory = properties.total_memory / 2**30
    description = f"GPU: {properties.name}, {memory:.0f} GiB, CUDA {torch.version.cuda}"
    major, minor = torch.cuda.get_device_capability(index)
    built = torch.cuda.get_arch_list()
    if has_kernels((major, minor), built):
        return DeviceInfo(name, True, description)
    reason = f"torch {torch.__version__} is built for {' '.join(built)}, not for sm_{major}{minor}"
    return DeviceInfo(name, False, description, reason)


def has_kernels(capability: tuple[int, int], built: Iterable[str]) -> bool:
    """Whether a build for these (sm_XY, compute_XY) runs on GPUs of a compute capability.

    Kernels (sm) run on those of the same major number and no lower minor one, what the driver
    still compiles (compute) on all that are not older.
    """
    for name in built:
        kind, _, number = name.partition("_")
        digits = number.rstrip("af")
        least = int(digits[:-1]), int(digits[-1])
        if least <= capability and (kind == "compute" or least[0] == capability[0]):
            return True
    return False


def _mps() -> DeviceInfo:
    if torch.backends.mps.is_available():
        return DeviceInfo("mps", True, f"GPU: Apple {platform.processor()}")
    built = torch.backends.mps.is_built()
    reason = "this macOS has no Metal device" if built else "this is not an Apple computer"
    return DeviceInfo("mps", False, "Apple GPU", reason)


def _cpu() -> DeviceInfo:
    threads = usable_threads()
    plural = "s" if threads > 1 else ""
    return DeviceInfo("cpu", True, f"CPU: {_processor()}, {threads} thread{plural}")


def _processor() -> str:
    """The processor's trade name where the system tells it."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine() or f"{os.cpu_count()} cores"
