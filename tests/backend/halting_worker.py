"""For a worker's `--preload`: it stops for good in the middle of a block that it writes."""

import itertools
import os
import signal

from backend.cluster import task

HALTS_IN = "TEST_HALTS_IN"
"""Environment variable: in which of its blocks, from 1."""

_blocks = itertools.count(1)


class HaltingSpool(task.Spool):
    """Stops the process, as Ctrl+Z does, when the file of that block holds a first row."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self._halts = next(_blocks) == int(os.environ[HALTS_IN])

    def append(self, record):
        super().append(record)
        if self._halts:
            signal.raise_signal(signal.SIGSTOP)


if HALTS_IN in os.environ:
    task.Spool = HaltingSpool
