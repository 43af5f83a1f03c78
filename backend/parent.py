"""The program that started this one, which holds the other end of stdin while it wants it."""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Iterator

# A worker gives way to the program that started it: its user interface comes first.
NICENESS = 5
BELOW_NORMAL_PRIORITY_CLASS = 0x4000
LOOK_S = 0.05
PIECE = 1 << 16


def has_parent() -> bool:
    """Whether stdin is a pipe that somebody holds; a terminal or a null device is not watched."""
    try:
        mode = os.fstat(0).st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def next_of_stdin() -> bytes:
    """Wait for what comes next on stdin; empty at its end.

    Windows lets nobody near a pipe that is being read, neither libraries that look at stdin while
    they are loaded (the OpenBLAS of numpy and scipy does) nor children that inherit it: both would
    wait for ever. So there nothing is read before it has come.
    """
    if sys.platform == "win32":
        import _winapi
        import msvcrt

        handle = msvcrt.get_osfhandle(0)
        try:
            while not _winapi.PeekNamedPipe(handle, 0)[0]:
                time.sleep(LOOK_S)
        except OSError:
            return b""
    return os.read(0, PIECE)


def lines_of_stdin() -> Iterator[bytes]:
    """Its lines, without their ends."""
    rest = b""
    while piece := next_of_stdin():
        *lines, rest = (rest + piece).split(b"\n")
        yield from lines
    if rest:
        yield rest


def give_way() -> None:
    """Let programs that people look at go first."""
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.windll.kernel32
        kernel.GetCurrentProcess.restype = ctypes.c_void_p
        this = ctypes.c_void_p(kernel.GetCurrentProcess())
        kernel.SetPriorityClass(this, BELOW_NORMAL_PRIORITY_CLASS)
    else:
        os.nice(NICENESS)
