"""Whether this computer can run the worker, asked before anything is downloaded."""

from __future__ import annotations

import ctypes
import os
import platform
import re
import shutil
import sys
import tempfile
from pathlib import Path

from ..messages import Failure, data_size, tr
from .complaints import from_os_error
from .folders import environment_folder
from .lock import Lock, Version

# Bytecode, the file system's blocks and pip's own copy of the largest file come on top [of 1].
MARGIN = 1.25
# Taken where the index does not tell a size beforehand [bytes].
UNTOLD = 4_000_000_000
WINDOWS_LONGEST = 259
VISUAL_CPP = ("msvcp140.dll", "vcruntime140.dll", "vcruntime140_1.dll")
VISUAL_CPP_ADDRESS = "https://aka.ms/vs/17/release/vc_redist.x64.exe"
# Windows' number for SSE 4.2 in IsProcessorFeaturePresent.
WINDOWS_TELLS_SSE42 = 19041  # build; older ones deny what they do not know
WINDOWS_SSE42 = 38


def check_computer(lock: Lock) -> None:
    """Raise `Failure` where the processor or the system is too old, or a library is missing."""
    check_processor(processor_flags())
    if lock.platform.startswith("linux"):
        check_glibc(platform.libc_ver(), lock.needs)
    elif lock.platform.startswith("macos"):
        check_macos(platform.mac_ver()[0], lock.needs)
    elif lock.platform.startswith("windows"):
        check_visual_cpp(Path(os.environ.get("SYSTEMROOT", r"C:\Windows")) / "System32")


def check_folder(root: Path, lock: Lock) -> None:
    """Raise `Failure` where the folder cannot be written, is too deep or its disk too full."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=root):
            pass
        free = shutil.disk_usage(root).free
    except OSError as error:
        raise from_os_error(error) from error
    check_length(root, lock, longest=WINDOWS_LONGEST if sys.platform == "win32" else None)
    check_space(free, lock, root)


def check_processor(flags: set[str] | None) -> None:
    """Raise `Failure` for a processor without SSE 4.2; None where the flags are not known."""
    if flags is not None and "sse4_2" not in flags:
        message = tr("This processor has no SSE 4.2, which NumPy and PyTorch need.")
        raise Failure("setup", message, tr("Use a computer made after 2010."))


def processor_flags() -> set[str] | None:
    """The processor's flags as Linux calls them; None where they do not matter or are hidden."""
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return None
    if sys.platform == "win32":
        if sys.getwindowsversion().build < WINDOWS_TELLS_SSE42:
            return None
        present = ctypes.windll.kernel32.IsProcessorFeaturePresent(WINDOWS_SSE42)
        return {"sse4_2"} if present else set()
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    found = re.search(r"^flags\s*:(.*)$", text, re.MULTILINE)
    return set(found[1].split()) if found else None


def check_glibc(found: tuple[str, str], needed: Version) -> None:
    """Raise `Failure` for a C library that is no glibc, or older than the packages need."""
    name, version = found
    wanted = ".".join(map(str, needed))
    if name != "glibc":
        message = tr("This system's C library is not glibc, for which the packages are built.")
        raise Failure("setup", message, tr("Choose a Python with PyTorch of this system's own."))
    if tuple(int(part) for part in version.split(".")[:2]) < needed:
        message = tr("This system's glibc {} is older than {}.").format(version, wanted)
        raise Failure("setup", message, tr("Upgrade the system (Debian 10, Ubuntu 20.04, RHEL 8)."))


def check_macos(found: str, needed: Version) -> None:
    """Raise `Failure` for a macOS that is older than the packages need."""
    if tuple(int(part) for part in found.split(".")[:2]) < needed:
        message = tr("macOS {} is older than {}.").format(found, ".".join(map(str, needed)))
        raise Failure("setup", message, tr("Upgrade macOS."))


def check_visual_cpp(folder: Path) -> None:
    """Raise `Failure` where Windows lacks the libraries that PyTorch is linked to."""
    missing = [name for name in VISUAL_CPP if not (folder / name).exists()]
    if missing:
        message = tr("Windows lacks the Visual C++ runtime ({}).").format(", ".join(missing))
        remedy = tr("Install it from {}, then set up again.").format(VISUAL_CPP_ADDRESS)
        raise Failure("setup", message, remedy)


def check_length(root: Path, lock: Lock, longest: int | None) -> None:
    """Raise `Failure` where paths in the environment would be longer than `longest`."""
    folder = environment_folder(root, lock.digest) / "Lib" / "site-packages"
    length = len(str(folder)) + 1 + lock.longest_path
    if longest is not None and length > longest:
        message = tr("Paths below {} would have {} characters, and Windows takes {}.")
        remedy = tr("Choose a folder with a shorter path for the runtime.")
        raise Failure("setup", message.format(root, length, longest), remedy)


def space_needed(lock: Lock) -> int:
    """What a setup takes on the disk while it runs [bytes]."""
    if lock.installed is None:
        return int(MARGIN * ((lock.download or UNTOLD) + UNTOLD))
    return int(MARGIN * ((lock.download or 0) + lock.installed))


def check_space(free: int, lock: Lock, root: Path) -> None:
    """Raise `Failure` where `free` [bytes] does not suffice."""
    needed = space_needed(lock)
    if free < needed:
        message = tr("The disk of {} has {} free, and the setup needs {}.")
        remedy = tr("Make room, or choose a folder on another disk.")
        message = message.format(root, data_size(free), data_size(needed))
        raise Failure("setup", message, remedy)
