"""Large arrays go back to the system as soon as they are freed."""

from __future__ import annotations

import ctypes
import sys

# The number of the option in glibc's malloc.h.
M_MMAP_THRESHOLD = -3
# Arrays from this size on are mapped one by one [bytes].
LARGE = 4 << 20


def return_large_arrays() -> None:
    """Keep glibc from holding on to them, in a heap for each thread, once some were freed.

    That costs hundreds of megabytes where the rows of several threads are tens of megabytes each.
    Elsewhere the system does this by itself.
    """
    if sys.platform == "linux":
        set_option = getattr(ctypes.CDLL(None), "mallopt", None)
        if set_option is not None:
            set_option(M_MMAP_THRESHOLD, LARGE)
