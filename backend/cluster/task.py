"""What travels to a worker, and the one function that does it there: a block to a file."""

from __future__ import annotations

import errno
import os
import uuid
from collections.abc import Callable, Generator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backend.checkpoint import load
from backend.cluster.blocks import Block, Mask, View, view_of
from backend.detect import DetectRequest, choose_for, source_request, spreads_of
from backend.engines import Engine
from backend.engines.choose import Imagery
from backend.engines.ensemble import load_members, shared_threshold
from backend.errors import OutputError
from backend.events import Event, OnEvent
from backend.files import put_in_place
from backend.inference import Inside, Row, infer_rows, sample_tiles
from backend.kept import Kept
from backend.raster.area import Area
from backend.raster.grid import Tiling
from backend.raster.inputs import InputSource, open_source
from backend.raster.source import BandSource, Conversion, RasterSource
from backend.spool import Record, Spool
from backend.vectors import level

OnTiles = Callable[[int, int], None]


@dataclass(frozen=True)
class Job:
    """One raster: the request, and what was found once that holds for all of its blocks.

    `folder` is where the blocks go, `digest` what they depend on.
    """

    request: DetectRequest
    folder: Path
    digest: str
    tiling: Tiling
    stretch: tuple[float, float] | None
    conversion: Conversion | None

    def path(self, block: Block) -> Path:
        """The file of a block that is done."""
        return self.folder / f"{block.name}-{self.digest}.rows"


def can_be_split(source: BandSource) -> bool:
    """Whether some columns can be read alone, with the values that they have among all."""
    return isinstance(source, RasterSource) and not source.report.resampled


def conversion_of(source: BandSource) -> Conversion | None:
    """What a source of several rasters has found about their values."""
    return source.conversion if isinstance(source, InputSource) else None


@dataclass(frozen=True)
class Opened:
    """A job's raster open on a worker, and what computes its tiles."""

    source: BandSource
    area: Area | None
    engine: Engine


def opened(job: Job, kept: Kept, stack: ExitStack, on_event: OnEvent) -> Opened:
    """Open a job as `backend.detect.prepare` does, but for what is known of it already.

    Checkpoint and engine are `kept`. Raises what `prepare` raises.
    """
    request, tiling = job.request, job.tiling
    checkpoint = kept.once("checkpoint", lambda: load(request.checkpoint))
    members = kept.once("members", lambda: load_members(checkpoint, request.more_checkpoints))
    asked = source_request(request, checkpoint)
    asked = replace(asked, stretch=job.stretch, conversion=job.conversion)
    source = stack.enter_context(open_source(asked))
    area = Area(request.aoi, source.grid) if request.aoi else None
    threshold = shared_threshold(members) if request.threshold is None else request.threshold
    sample = partial(sample_tiles, source, tiling, area)
    imagery = Imagery(source.dtype, kept.tiles, sample, level(threshold))
    engine = kept.once(
        (tiling.margin, source.dtype),
        lambda: choose_for(request, members, tiling, imagery, on_event),
    )
    return Opened(source, area, engine)


def compute(job: Job, block: Block, kept: Kept, tell: OnTiles) -> int:
    """Write the rows of a block into its file, which then is there as a whole; returns its tiles.

    `tell(passed, computed)` hears of tiles, and now and then of none. Raises a `CalandDetError`
    for what is wrong with an input, and `OutputError` where the disk refuses.
    """
    partial_path = job.folder / f".{block.name}-{os.getpid()}-{uuid.uuid4().hex}.partial"
    try:
        with ExitStack() as stack:
            records = _records(job, block, opened(job, kept, stack, _unheard), tell)
            tiles = _write(partial_path, stack.enter_context(closing(records)), block)
        put_in_place(partial_path, job.path(block))
    except OSError as error:
        raise _refused(job.folder, error) from error
    finally:
        with suppress(OSError):
            partial_path.unlink(missing_ok=True)
    return tiles


def _unheard(event: Event) -> None:
    """What is said here was said when the worker was made ready."""


def _records(
    job: Job, block: Block, open_job: Opened, tell: OnTiles
) -> Generator[Record, None, None]:
    """The rows of a block from top to bottom, a record for each row of tiles."""
    view = view_of(job.tiling, block)
    is_whole = (view.left, view.right) == (0, job.tiling.width)
    area = open_job.area
    inside: Inside | None = area if is_whole else Mask(view, area)
    source = open_job.source if is_whole else _Columns(open_job.source, view)
    # The rows of tiles above count as known and empty: batches begin with the block.
    known = (0,) * block.top
    planes = 1 + len(spreads_of(job.request))
    rows = infer_rows(source, view.tiling, inside, open_job.engine, tell, known)
    with closing(rows):
        for row in rows:
            yield _record(row, view, planes)


def _record(row: Row, view: View, planes: int) -> Record:
    own = slice(view.first, view.last)
    values = np.broadcast_to(row.values, (planes, *row.valid.shape))[..., own]
    return Record(values.reshape(-1, view.last - view.first), row.tiles)


def _write(path: Path, records: Generator[Record, None, None], block: Block) -> int:
    """Append a record for each row of tiles; returns the number of computed tiles."""
    spool: Spool | None = None
    try:
        for record in records:
            spool = spool or Spool(path, record.values.shape[1])
            spool.append(record)
        rows = block.bottom - block.top
        assert spool is not None and len(spool.tiles) == rows  # nosec B101 # tiles are told per row
        return sum(spool.tiles)
    finally:
        if spool is not None:
            spool.close()


def _refused(folder: Path, error: OSError) -> OutputError:
    reason = os.strerror(errno.ENOSPC) if error.errno == errno.ENOSPC else str(error.strerror)
    return OutputError(
        f"A block cannot be written into {folder}: {reason}.",
        "Free space on the disk, or choose another output folder.",
    )


class _Columns:
    """The columns of a view of a raster's rows."""

    def __init__(self, source: BandSource, view: View) -> None:
        assert isinstance(source, RasterSource)  # nosec B101 # only these are split
        self._source, self._view = source, view

    def read(self, first: int, last: int) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """Rows [first, last): values (C, rows, W) and validity (rows, W)."""
        return self._source.read(first, last, (self._view.left, self._view.right))
