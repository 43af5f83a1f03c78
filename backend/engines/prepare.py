"""`python -m backend.engines.prepare CHECKPOINT MARGIN PRECISION DTYPE`: compile a network ahead.

The worker has OpenVINO compile in this process first, so that a crash of it is not its own. It
leaves the compiled network in the cache and loads it once, as the worker will; a failure is one
line on stderr and exit code 2.
"""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress
from pathlib import Path

import numpy as np
import torch

from backend.checkpoint import load
from backend.engines.devices import usable_threads
from backend.engines.openvino_library import Library
from backend.engines.openvino_model import OpenVinoModel
from backend.errors import CalandDetError
from backend.parent import next_of_stdin


def prepare(path: Path, margin: int, precision: str, dtype: str) -> None:
    """Compile a checkpoint's network and keep it, if there is a place for it.

    Raises a `CalandDetError` where that is not possible.
    """
    torch.set_num_threads(usable_threads())
    model = OpenVinoModel(Library.load(), load(path), margin, precision, np.dtype(dtype))
    compiled = model.make()
    # The worker will find no place either, and say so.
    with suppress(OSError):
        model.keep(compiled)
    model.known()


def _end_with_parent() -> None:
    next_of_stdin()
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        prepare(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4])
    except CalandDetError as error:
        print(error.message, file=sys.stderr, flush=True)
        os._exit(error.exit_code)
    # Tearing torch down takes long.
    os._exit(0)
