"""From requests to jobs: what is found out once, before any worker is asked for anything."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backend.cluster.blocks import Block, blocks_of
from backend.cluster.member import Task
from backend.cluster.settings import Settings
from backend.cluster.task import Job, can_be_split, conversion_of
from backend.detect import DetectRequest, Means, prepare
from backend.events import Event, OnEvent
from backend.kept import Kept
from backend.resume import PATHS, facts_of
from backend.spool import Spool
from backend.workspace import refused

if TYPE_CHECKING:
    from backend.cluster.worker import Readiness

# In a raster's output folder: its blocks, until they are put together.
FOLDER_NAME = ".calanddet.blocks"
DIGEST_LENGTH = 16


@dataclass
class Planned:
    """A raster: its job, its blocks, and which of these an earlier run has left."""

    request: DetectRequest
    job: Job
    blocks: list[Block]
    facts: dict[str, Any]
    checkpoints: dict[str, str]
    found: list[Block] = field(default_factory=list)

    @property
    def tiles(self) -> int:
        """Tiles of all blocks, those without a valid pixel included."""
        return sum(block.tiles for block in self.blocks)

    def missing(self) -> Iterator[Task]:
        """What is to be done."""
        known = set(self.found)
        return (Task(self.job, block) for block in self.blocks if block not in known)

    def settle(self, readiness: Readiness) -> None:
        """Name what the blocks depend on, now that the engine is known, and find those left."""
        facts = self.facts | {"engine": readiness.engine, "precision": readiness.precision}
        text = json.dumps(facts, sort_keys=True, default=str)
        digest = hashlib.sha256(text.encode()).hexdigest()[:DIGEST_LENGTH]
        request = self.job.request
        if readiness.precision in ("fp32", "bf16"):
            request = replace(request, precision=readiness.precision)
        self.job = replace(self.job, request=request, digest=digest)
        self.found = [block for block in self.blocks if self.job.path(block).is_file()]

    def forget(self) -> None:
        """Remove all blocks: they are put together, or of no use."""
        shutil.rmtree(self.job.folder, ignore_errors=True)


def plan(
    request: DetectRequest, means: Means, kept: Kept, settings: Settings, on_event: OnEvent
) -> Planned:
    """Open a raster once for all of its blocks, and make the folder for them.

    Raises what `backend.detect.prepare` raises, and `OutputError` where there can be no folder.
    """

    def hear(event: Event) -> None:
        """What is said here is said again when the blocks are put together."""

    with ExitStack() as stack:
        found = prepare(request, hear, stack, kept, means)
        across = settings.across if can_be_split(found.source) else None
        # The workers' own folders may be others.
        folder = request.out.absolute() / FOLDER_NAME
        job = Job(
            replace(_absolute(request), resume=False),
            folder,
            "",
            found.tiling,
            found.source.report.stretch,
            conversion_of(found.source),
        )
        blocks = blocks_of(found.tiling, settings.side, across)
        checkpoints = {str(one.path.absolute()): one.sha256 for one in found.members}
        facts = facts_of(found)
    planned = Planned(request, job, blocks, facts, checkpoints)
    if not request.resume:
        planned.forget()
    with refused(request.out):
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.glob(".*.partial"):
            left.unlink(missing_ok=True)
    return planned


def _absolute(request: DetectRequest) -> DetectRequest:
    """The same request for a process in another folder."""
    more = tuple(path.absolute() for path in request.more_checkpoints)
    return replace(
        request,
        raster=_path(request.raster),
        dem=request.dem and _path(request.dem),
        aoi=request.aoi and _path(request.aoi),
        inputs=tuple(_input(text) for text in request.inputs),
        checkpoint=request.checkpoint.absolute(),
        more_checkpoints=more,
        out=request.out.absolute(),
    )


def _path(text: str) -> str:
    with suppress(OSError, ValueError):
        name, bar, rest = text.partition("|")
        if Path(name).exists():
            return f"{Path(name).absolute()}{bar}{rest}"
    return text


def _input(text: str) -> str:
    role, equals, rest = text.partition("=")
    if not equals:
        return _path(text)
    path, colon, band = rest.rpartition(":")
    if colon and not Path(rest).exists():
        return f"{role}={_path(path)}:{band}"
    return f"{role}={_path(rest)}"


def files_of(request: DetectRequest) -> list[str]:
    """The files and folders that a worker has to see."""
    texts: list[str] = []
    for value in (getattr(request, name) for name in PATHS):
        texts += [value] if isinstance(value, str) else list(value or ())
    paths = (text.partition("|")[0].rpartition("=")[2] for text in texts)
    return [path for path in paths if Path(path).is_absolute() and Path(path).exists()]


def whole(path: Path, width: int, block: Block) -> bool:
    """Whether the file of a block has all of its rows of tiles."""
    return len(Spool(path, width).tiles) == block.bottom - block.top
