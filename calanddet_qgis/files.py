"""Files that other programs look at meanwhile: virus scanners, indexers, backups."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

# Windows replaces no file that another program has open; most let go soon [s].
PAUSES_S = (0.05, 0.1, 0.2, 0.4, 0.8, 1.0)


def put_in_place(source: Path | str, target: Path | str) -> None:
    """Move a file or folder over what is there, at once. Raises OSError where that is refused."""
    for pause in PAUSES_S if sys.platform == "win32" else ():
        try:
            os.replace(source, target)
        except PermissionError:
            time.sleep(pause)
        else:
            return
    os.replace(source, target)


def can_write(folder: Path | str) -> bool:
    """Whether files can be made in a folder: Windows tells by trying only."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
