"""One job on a runtime: the programs it runs, how it tells of them, what it tidies up."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from ..messages import Cancelled, Failure, tr
from ..worker import INTERPRETER_SWITCHES, Event, OnEvent, run_worker
from .complaints import TRIES, complaint, from_os_error, kind_of
from .folders import Environment, discard, environment_python, folder_size, mark_ready
from .installers import Installer, Pip, Source, Uv
from .interpreters import Interpreter, ask, suitable
from .lock import Lock, uv_file
from .network import Network
from .program import program_environment, run_program
from .records import package_folders
from .uv import fetch_uv, present_uv

MEASURE_INTERVAL_S = 2.0
# What no other interpreter and no other program would mend.
LASTING = ("full", "denied", "long", "locked")
MAX_LOG = 5000

IsCancelled = Callable[[], bool]


@dataclass(frozen=True)
class Plan:
    """What a setup is to make, and from where."""

    root: Path
    lock: Lock
    network: Network = field(default_factory=Network)
    wheels: Path | None = None
    """A folder of packages to take instead of the internet."""


class Job:
    """One job: runs programs, tells how it goes, and tidies up."""

    def __init__(self, plan: Plan, on_event: OnEvent, is_cancelled: IsCancelled) -> None:
        self.plan = plan
        self._on_event, self._is_cancelled = on_event, is_cancelled
        self._log: list[str] = []
        self._step = ""

    def __enter__(self) -> Job:
        (self.plan.root / "tmp").mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        shutil.rmtree(self.plan.root / "tmp", ignore_errors=True)
        if isinstance(error, Failure):
            error.details = "\n".join(self._log[-MAX_LOG:])
        elif isinstance(error, OSError):
            raise from_os_error(error) from error

    def begin(self, step: str) -> None:
        """Go on to the next step. Raises `Cancelled`."""
        if self._is_cancelled():
            raise Cancelled
        self._step = step
        self._on_event({"event": "step", "step": step})

    def progress(self, done: int, total: int) -> None:
        """So many bytes of the step are done."""
        self._on_event({"event": "progress", "step": self._step, "done": done, "total": total})

    def line(self, text: str) -> None:
        """A line for the log, without passwords."""
        text = self.plan.network.redacted(text)
        self._log.append(text)
        self._on_event({"event": "log", "level": "info", "text": text})

    def make(self, path: Path) -> Installer:
        """Make the environment by the first way that works; returns what fills it."""
        problems = []
        for way in self._ways():
            try:
                installer = way()
                self._run(installer, installer.create(path), tr("Making the environment"))
                ask(str(environment_python(path)))
                return installer
            except Failure as failure:
                if kind_of(failure.details.splitlines()) in LASTING:
                    raise
                self.line(str(failure))
                problems.append(failure.args[0])
                discard(path)
        message = tr("No Python could be found or fetched.")
        if problems:
            message = tr("No Python could be made ready: {}").format(problems[0])
        remedy = tr(
            "Install Python 3.12 from python.org (on Debian and Ubuntu python3-venv), or choose a "
            "Python in which you have installed the packages."
        )
        raise Failure("setup", message, remedy)

    def fill(self, path: Path, installer: Installer, only: Sequence[str] | None = None) -> None:
        """Install the locked packages, or those of them that are named, torch last."""
        lock, meter = self.plan.lock, Meter(self, path, installer)
        again = only is not None
        others = [name for name in only or () if name != "torch"]
        files = [self._excerpt(others)] if again else lock.files
        options = [text for file in files for text in ("-r", str(file))]
        what = ["--require-hashes", "--no-deps", *options]
        if others or not again:
            self._install(installer, path, what, [Source(self.plan.wheels)], again, meter)
        if not again or "torch" in only:
            self._install_torch(installer, path, again, meter)

    def installer_of(self, path: Path) -> Installer:
        """What an environment can be filled by: its own pip, else uv."""
        if any(folder.joinpath("pip").is_dir() for folder in package_folders(path)):
            return Pip(str(environment_python(path)))
        return Uv(self._uv(), str(environment_python(path)))

    def finish(self, path: Path) -> Environment:
        """Test the environment and mark it as complete."""
        self.begin("test")
        facts = self.test(environment_python(path))
        shutil.rmtree(self.plan.root / "cache", ignore_errors=True)
        facts["build"] = self.plan.lock.build
        facts["created"] = datetime.now().isoformat(timespec="seconds")
        facts["size"] = folder_size(path)
        if self._is_cancelled():
            raise Cancelled
        return mark_ready(path, facts)

    def test(self, python: Path) -> dict[str, Any]:
        """Run the self-test in an interpreter; what it found."""
        return self_test(python, self.plan.lock.folder, self._pass_on, self._is_cancelled)

    def _pass_on(self, event: Event) -> None:
        if event["event"] == "log":
            self.line(event["text"])

    def _ways(self) -> Iterator[Callable[[], Installer]]:
        """How an environment may be made, the best way first.

        On Linux the system's Python: it is there, it stays when QGIS is upgraded, and its pip
        knows the mirrors that are set up on this computer. On Windows and macOS uv with a Python
        of its own: QGIS's goes away with the next QGIS, and others may go any day.
        """
        found = list(suitable(self.plan.lock.pythons))
        pips = [] if self.plan.network.is_socks else [_pip(each) for each in found]
        pips = [way for way in pips if way]
        if self.plan.lock.platform.startswith("linux") or self.plan.wheels:
            yield from pips[:1]
            if found:
                yield lambda: Uv(self._uv(), found[0].path)
            if not self.plan.wheels:
                yield lambda: Uv(self._uv())
        else:
            yield lambda: Uv(self._uv())
            yield from pips

    def _uv(self) -> str:
        """uv's path, fetched where this computer has none."""
        root = self.plan.root
        program = present_uv(root)
        if program or self.plan.wheels:
            return program or self._no_uv()
        file = uv_file(self.plan.lock.platform)
        self.line(tr("Fetching {}").format(file[0]))
        return fetch_uv(root, file, self._is_cancelled)

    def _no_uv(self) -> str:
        message = tr("There is no uv on this computer, and the internet is not to be used.")
        raise Failure("setup", message, tr("Install Python with its venv module."))

    def _install_torch(self, installer: Installer, path: Path, again: bool, meter: Meter) -> None:
        lock = self.plan.lock
        line = lock.torch_line(ask(str(environment_python(path))).version)
        file = self.plan.root / "tmp" / "torch.txt"
        file.write_text(line + "\n", encoding="utf-8")
        what = [*(["--no-deps"] if lock.complete else []), "-r", str(file)]
        if "--hash" in line:
            what.insert(0, "--require-hashes")
        else:
            self.line(
                tr("The lock knows no SHA-256 for {}: its index vouches for it.").format(line)
            )
        # What is configured comes first: a mirror, or a folder of packages, may have this build.
        sources = [Source(self.plan.wheels)]
        if lock.index and not self.plan.wheels:
            sources.append(Source(index=lock.index))
        self._install(installer, path, what, sources, again, meter)

    def _install(
        self, installer: Installer, path: Path, what: Sequence[str], sources: Sequence[Source],
        again: bool, meter: Meter,
    ) -> None:  # fmt: skip
        """Install from the first source that has it; a broken download is taken up again."""
        for number, source in enumerate(sources, start=1):
            for attempt in count(1):
                command = installer.install(path, what, source, again)
                try:
                    self._run(installer, command, tr("Installing the packages"), meter.look)
                    meter.keep()
                    return
                except Failure as failure:
                    kind = kind_of(failure.details.splitlines())
                    self.line(str(failure))
                    if kind == "absent" and number < len(sources):
                        break
                    if attempt >= TRIES.get(kind, 1):
                        raise

    def _run(
        self, installer: Installer, command: Sequence[str], doing: str,
        on_tick: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        """Run a program. Raises `Failure` with what it complains of."""
        root = self.plan.root
        network = self.plan.network.environment(root)
        environment = program_environment(os.environ, {**network, **installer.variables(root)})
        said: list[str] = []

        def on_line(text: str) -> None:
            said.append(text)
            self.line(text)

        (root / "tmp").mkdir(parents=True, exist_ok=True)
        code = run_program(command, environment, root, on_line, self._is_cancelled, on_tick)
        if code:
            raise complaint([self.plan.network.redacted(text) for text in said], code, doing)

    def _excerpt(self, names: Sequence[str]) -> Path:
        """The lock's entries of some packages, as a requirement file."""
        file = self.plan.root / "tmp" / "again.txt"
        blocks = (
            block
            for source in self.plan.lock.files
            for block in re.split(r"\n(?=\S)", source.read_text(encoding="utf-8"))
            if block.partition("==")[0] in names
        )
        file.write_text("\n".join(blocks) + "\n", encoding="utf-8")
        return file


class Meter:
    """Measures an installation by what arrives in folders, which pip and uv do not tell."""

    def __init__(self, job: Job, path: Path, installer: Installer) -> None:
        lock, root = job.plan.lock, job.plan.root
        known = lock.download is not None and lock.installed is not None
        # What comes from a folder of packages is not copied before it is unpacked.
        arriving = 0 if job.plan.wheels else lock.download
        self._total = arriving + lock.installed if known else 0
        self._job, self._folders = job, (installer.downloads(root), path)
        self._kept = self._seen = 0
        self._looked = -MEASURE_INTERVAL_S

    def look(self) -> None:
        """Report, every so often."""
        now = time.monotonic()
        if now - self._looked < MEASURE_INTERVAL_S:
            return
        downloads, environment = map(folder_size, self._folders)
        self._seen = max(self._seen, self._kept + downloads + environment)
        done = min(self._seen, self._total) if self._total else self._seen
        self._job.progress(done, self._total)
        self._looked = time.monotonic()

    def keep(self) -> None:
        """A program has ended, and removes what it downloaded."""
        downloads, environment = map(folder_size, self._folders)
        self._kept = max(self._seen - environment, self._kept) + downloads


def _pip(interpreter: Interpreter) -> Callable[[], Installer] | None:
    return (lambda: Pip(interpreter.path)) if interpreter.makes_environments else None


def self_test(
    python: Path, folder: Path, on_event: OnEvent, is_cancelled: IsCancelled
) -> dict[str, Any]:
    """Run the self-test of `folder` in an interpreter. Raises `Failure` and `Cancelled`."""
    outputs = tempfile.mkdtemp(prefix="calanddet-")
    try:
        script = str(folder / "self_test.py")
        command = [str(python), *INTERPRETER_SWITCHES, script, outputs]
        return dict(run_worker(command, on_event, is_cancelled)["counts"])
    finally:
        shutil.rmtree(outputs, ignore_errors=True)
