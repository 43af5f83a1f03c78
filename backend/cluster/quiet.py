"""Dask's scheduler and worker without their web servers: no port is open that nobody named."""

from __future__ import annotations

from typing import Any

import dask
from distributed import Scheduler, Worker

# For developers of Dask every connection remembers its last messages; the default is 1000.
REMEMBERED = 20


def remember_little() -> None:
    """From here on this process keeps the memory of connections small."""
    dask.config.set({"distributed.admin.low-level-log-length": REMEMBERED})


class QuietScheduler(Scheduler):
    """A scheduler with the one port that workers and clients connect to."""

    def start_http_server(self, *arguments: Any, **options: Any) -> None:
        """No dashboard, no metrics, no health page."""


class QuietWorker(Worker):
    """A worker with the one port that the scheduler connects to."""

    def start_http_server(self, *arguments: Any, **options: Any) -> None:
        """No dashboard, no metrics, no health page."""
