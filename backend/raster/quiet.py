"""Images that lie nowhere on the map, of which rasterio warns: here they are welcome."""

from __future__ import annotations

import threading
import warnings
from contextlib import ExitStack
from types import TracebackType

from rasterio.errors import NotGeoreferencedWarning


class _Quiet:
    """`with`, in any thread and as often as needed: the first to enter silences, the last undoes.

    All threads share one list of filters, and rasterio sets it aside and back itself whenever it
    writes or draws. Who did so alone would take away what another thread still needs.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._undo = ExitStack()

    def __enter__(self) -> None:
        with self._lock:
            if self._inside == 0:
                self._undo.enter_context(warnings.catch_warnings())
                # With a text: rasterio removes and adds the filter that has none.
                warnings.filterwarnings("ignore", ".", NotGeoreferencedWarning)
            self._inside += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                self._undo.close()


# Held around every opening, writing and drawing of a raster that may have no place on the map.
quiet = _Quiet()
