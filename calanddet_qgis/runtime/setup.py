"""Making a runtime, proving that it works, mending it, taking it away.

Every job tells how it goes by `on_event`, in dictionaries like the worker's: `step` (which of the
job's steps begins), `progress` (done of total bytes, 0 where that is not known) and `log` (a
line). It raises `Failure` with one sentence and a remedy, and `Cancelled`. Whenever it ends, and
however, an environment either has its marker and works, or has none and is made anew by the next
setup.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .. import paths
from ..messages import Failure
from ..worker import OnEvent
from .checks import check_computer, check_folder
from .folders import (
    SHARED,
    Environment,
    discard,
    environment_folder,
    environment_python,
    environments,
    only_setup,
    sweep,
    unmark,
)
from .interpreters import ask, check_recent
from .job import IsCancelled, Job, Plan, self_test
from .records import check_files, damaged_names

STEPS = ("check", "interpreter", "packages", "test")
REPAIR_STEPS = ("files", *STEPS)
VERIFY_STEPS = ("files", "test")
TRY_STEPS = ("interpreter", "test")


def create(plan: Plan, on_event: OnEvent, is_cancelled: IsCancelled) -> Environment:
    """Make the environment of a plan's lock, from nothing; one that is there is replaced."""
    with only_setup(plan.root), Job(plan, on_event, is_cancelled) as job:
        return _make(job)


def repair(plan: Plan, on_event: OnEvent, is_cancelled: IsCancelled) -> Environment:
    """Install the damaged packages of the plan's environment again; all of it where its
    interpreter is gone or the test still fails."""
    with only_setup(plan.root), Job(plan, on_event, is_cancelled) as job:
        path = environment_folder(plan.root, plan.lock.digest)
        job.begin("files")
        try:
            ask(str(environment_python(path)))
            damaged = damaged_names(path, job.progress, is_cancelled)
            unmark(path)
            job.begin("packages")
            job.fill(path, job.installer_of(path), damaged)
            return job.finish(path)
        except Failure as failure:
            job.line(str(failure))
        return _make(job)


def verify(plan: Plan, path: Path, on_event: OnEvent, is_cancelled: IsCancelled) -> dict[str, Any]:
    """Hold every file of an environment against its record and run the test; what that found."""
    with only_setup(plan.root), Job(plan, on_event, is_cancelled) as job:
        job.begin("files")
        check_files(path, job.progress, is_cancelled)
        job.begin("test")
        return job.test(environment_python(path))


def try_python(python: str, on_event: OnEvent, is_cancelled: IsCancelled) -> dict[str, Any]:
    """Test an interpreter of the user's own; what the test found. Nothing of it is changed."""
    on_event({"event": "step", "step": "interpreter"})
    check_recent(ask(python))
    on_event({"event": "step", "step": "test"})
    return self_test(Path(python), paths.runtime_resources(), on_event, is_cancelled)


def remove(root: Path, paths: Sequence[Path]) -> None:
    """Remove environments, and with the last one all that they shared."""
    with only_setup(root):
        sweep(root)
        for path in paths:
            discard(path)
        if not environments(root):
            for name in SHARED:
                shutil.rmtree(root / name, ignore_errors=True)
            (root / SHARED[-1]).unlink(missing_ok=True)


def _make(job: Job) -> Environment:
    lock, root = job.plan.lock, job.plan.root
    job.begin("check")
    sweep(root)
    check_computer(lock)
    path = environment_folder(root, lock.digest)
    unmark(path)
    discard(path)
    check_folder(root, lock)
    job.begin("interpreter")
    installer = job.make(path)
    job.begin("packages")
    job.fill(path, installer)
    return job.finish(path)
