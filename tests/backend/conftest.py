"""Shared by the backend's tests."""

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from backend import cli
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


@pytest.fixture
def typed(capfd: pytest.CaptureFixture[str]) -> Iterator[Callable]:
    """`workers.backend` in this process, without `--json`: quick where no process is tested."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def run(*arguments):
        code = cli.run([str(argument) for argument in arguments])
        return code, *capfd.readouterr()

    yield run
    for number, handler in before.items():
        signal.signal(number, handler)
