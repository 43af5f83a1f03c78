"""Memory of this computer and of a process, where the system tells it without further packages."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

KIBI = 1024
# PROCESS_QUERY_LIMITED_INFORMATION
WINDOWS_QUERY = 0x1000


class _WindowsMemory(ctypes.Structure):
    """MEMORYSTATUSEX of the Windows API."""

    _fields_ = (
        ("size", ctypes.c_ulong), ("load", ctypes.c_ulong),
        ("total", ctypes.c_ulonglong), ("available", ctypes.c_ulonglong),
        ("rest", ctypes.c_ulonglong * 5),
    )  # fmt: skip


class _WindowsProcess(ctypes.Structure):
    """PROCESS_MEMORY_COUNTERS of the Windows API."""

    _fields_ = (
        ("size", ctypes.c_ulong), ("faults", ctypes.c_ulong),
        ("peak", ctypes.c_size_t), ("resident", ctypes.c_size_t),
        ("rest", ctypes.c_size_t * 6),
    )  # fmt: skip


def free_memory() -> int | None:
    """Memory that programs may still take [bytes], or None where it is not told."""
    if sys.platform == "win32":
        status = _WindowsMemory(size=ctypes.sizeof(_WindowsMemory))
        told = ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))
        return int(status.available) if told else None
    return _kibibytes(Path("/proc/meminfo"), "MemAvailable:")


def process_memory(process: int) -> int | None:
    """Memory that a process holds [bytes], or None where it is not told or the process is gone."""
    if sys.platform == "win32":
        return _windows_process(process)
    return _kibibytes(Path(f"/proc/{process}/status"), "VmRSS:")


def _kibibytes(file: Path, name: str) -> int | None:
    """The value of a line `name:  1234 kB` of a file of the system."""
    try:
        lines = file.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None
    found = [line.split()[1] for line in lines if line.startswith(name)]
    return KIBI * int(found[0]) if found else None


def _windows_process(process: int) -> int | None:
    kernel = ctypes.windll.kernel32
    kernel.OpenProcess.restype = ctypes.c_void_p
    handle = ctypes.c_void_p(kernel.OpenProcess(WINDOWS_QUERY, False, process))
    if not handle:
        return None
    counters = _WindowsProcess(size=ctypes.sizeof(_WindowsProcess))
    told = kernel.K32GetProcessMemoryInfo(handle, ctypes.byref(counters), counters.size)
    kernel.CloseHandle(handle)
    return int(counters.resident) if told else None
