"""Shared by the backend's tests."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.backend import workers


@pytest.fixture
def start_job() -> Iterator[Callable]:
    """`workers.start_job`, with every process gone when the test ends."""
    with ExitStack() as stack:

        def start(body):
            process = workers.start_job(body)
            stack.callback(workers.close, process)
            return process

        yield start
