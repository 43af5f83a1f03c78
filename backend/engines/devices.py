"""Which devices there are, and in a sentence why one is not."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch

from backend.errors import DeviceError


@dataclass(frozen=True)
class DeviceInfo:
    """One device: `reason` says why it cannot be used where `available` is False."""

    name: str
    available: bool
    description: str
    reason: str = ""


def list_devices() -> list[DeviceInfo]:
    """All devices in the order of preference."""
    return [_cuda(), _mps(), _cpu()]


def choose_device(name: str) -> DeviceInfo:
    """The device of that name, or for `auto` the best there is.

    Raises `DeviceError` where a device is asked for by name and absent: never a silent fall-back.
    """
    if name == "auto":
        return next(device for device in list_devices() if device.available)
    device = next(device for device in list_devices() if device.name == name)
    if not device.available:
        raise DeviceError(
            f"The device {name} cannot be used: {device.reason}.",
            "Use the CPU (--device cpu), or let the best device be chosen (--device auto).",
        )
    return device


def prefers_bf16(name: str) -> bool:
    """Whether the device of that name computes faster in bfloat16 than in float32."""
    if name == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    abilities = torch.cpu.get_capabilities() if name == "cpu" else {}
    return bool(abilities.get("avx512_bf16") or abilities.get("amx_bf16"))


@cache
def usable_threads() -> int:
    """Threads that an engine may take on the CPU: OMP_NUM_THREADS, or what the cores allow."""
    # Asked for once, before anybody sets it: torch's own choice is the number of cores.
    threads = torch.get_num_threads()
    return threads if "OMP_NUM_THREADS" in os.environ else spare_one(threads)


def spare_one(cores: int) -> int:
    """All cores but one, which QGIS keeps; of one or two, all."""
    return cores - 1 if cores > 2 else cores


def _cuda() -> DeviceInfo:
    if torch.version.cuda is None:
        reason = f"torch {torch.__version__} is a build without CUDA"
        return DeviceInfo("cuda", False, "NVIDIA GPU", reason)
    try:
        torch.cuda.init()
    except (RuntimeError, AssertionError) as error:
        reason = str(error).strip().split(". ")[0].rstrip(".")
        return DeviceInfo("cuda", False, "NVIDIA GPU", reason)
    properties = torch.cuda.get_device_properties(0)
    memory = properties.total_memory / 2**30
    return DeviceInfo(
        "cuda", True, f"GPU: {properties.name}, {memory:.0f} GiB, CUDA {torch.version.cuda}"
    )


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
