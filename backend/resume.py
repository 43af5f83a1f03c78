"""What a run leaves in its output folder so that the next one can go on: facts, and finished rows.

The rows are worth something only to a run that would compute the same ones, so the facts are all
that they, the polygons and their attributes depend on.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rasterio.errors import RasterioError

from backend.errors import (
    CalandDetError,
    Cancelled,
    DeviceError,
    OutputError,
    RasterError,
)
from backend.files import put_in_place
from backend.provenance import flat, versions
from backend.raster.part import Part, is_part
from backend.raster.source import open_raster
from backend.spool import Record, Spool
from backend.workspace import refused, sync_folder

if TYPE_CHECKING:
    from backend.detect import DetectRequest, Plan

RESUME_NAME = ".calanddet.resume"
FORMAT = 1
# Of a request: what does not change the result, and what the facts say better.
INDIFFERENT = {
    "out", "resume", "preview", "device", "precision", "threshold", "checkpoint",
    "more_checkpoints",
}  # fmt: skip
# Of a request: what names files.
PATHS = ("raster", "inputs", "dem", "aoi")
# After these errors a run may well go on from where it was.
WORTH_GOING_ON = (Cancelled, OutputError, DeviceError)
# Files beside a raster that programs write when they show it.
BYSTANDERS = (".aux.xml", ".ovr")


class Leftovers:
    """The finished rows of a run in `folder` with these `facts`, and those of the run before it.

    With `goes_on` the rows that were left there are kept, else removed. Raises `CalandDetError`
    where they were left by a run with other facts.
    """

    def __init__(self, folder: Path, width: int, facts: dict[str, Any], goes_on: bool) -> None:
        self._folder = folder / RESUME_NAME
        # As they will be read again.
        self._facts: dict[str, Any] = json.loads(json.dumps({"format": FORMAT} | facts))
        known = self._read_facts() if goes_on else None
        if known is None:
            self._discard()
            require_gone(self._folder / "rows")
        elif known != self._facts:
            raise different(folder, known, self._facts)
        self._spool = Spool(self._folder / "rows", width)
        self.tiles = tuple(self._spool.tiles)
        """Of each row of tiles that the run before has finished, how many were computed."""

    def __iter__(self) -> Iterator[Record]:
        """The rows of the run before."""
        with refused(self._folder.parent):
            yield from self._spool

    def append(self, record: Record) -> None:
        """Keep the next rows; raises `OutputError` where the disk refuses."""
        with refused(self._folder.parent):
            if not self._folder.exists():
                self._write_facts()
            self._spool.append(record)

    def __enter__(self) -> Leftovers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: object
    ) -> None:
        """Keep the rows where going on makes sense: a wrong input stays wrong."""
        self._spool.close()
        is_wrong = isinstance(error, CalandDetError) and not isinstance(error, WORTH_GOING_ON)
        is_kept = error is not None and (bool(self.tiles) or not is_wrong)
        if not (is_kept and self._spool.tiles):
            self._discard()

    def _discard(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def _read_facts(self) -> dict[str, Any] | None:
        try:
            facts = json.loads((self._folder / "facts.json").read_text("utf-8"))
        except (OSError, ValueError):
            return None
        return facts if isinstance(facts, dict) else None

    def _write_facts(self) -> None:
        self._folder.mkdir()
        partial = self._folder / "facts.partial"
        with open(partial, "w", encoding="utf-8") as file:
            json.dump(self._facts, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        put_in_place(partial, self._folder / "facts.json")
        sync_folder(self._folder)


def require_gone(path: Path) -> None:
    """Raise `OutputError` where what an earlier run has left could not be removed."""
    if path.exists():
        raise OutputError(
            f"{path} is of an earlier run and cannot be removed.",
            "Close the program that has it open, or choose another output folder.",
        )


def different(folder: Path, known: dict[str, Any], facts: dict[str, Any]) -> CalandDetError:
    """The error for a run that was left with other facts."""
    names = [name for name in known | facts if known.get(name) != facts.get(name)]
    changes = ", ".join(
        f"{name} ({known.get(name, 'none')} then, {facts.get(name, 'none')} now)" for name in names
    )
    return CalandDetError(
        f"The run that was left in {folder} cannot go on, as it differs in: {changes}.",
        "Give what it was started with, or start anew (without --resume).",
    )


def facts_of(plan: Plan) -> dict[str, Any]:
    """All that the rows and polygons of a run depend on, by names for people."""
    grid = plan.source.grid
    facts = facts_of_request(plan.request) | {
        "checkpoint": ", ".join(f"{one.path.name} {one.sha256}" for one in plan.members),
        "threshold": plan.threshold,
        "grid": [grid.width, grid.height, *grid.transform[:6], grid.crs and grid.crs.to_wkt()],
        "engine": f"{type(plan.engine).__name__} on {plan.engine.description}",
        "batch size": plan.engine.batch_size,
    }
    report = vars(plan.source.report) | {"notes": None}
    known = flat({"raster": report, "version of": versions()})
    return facts | {name.replace("_", " "): value for name, value in known.items()}


def facts_of_request(request: DetectRequest) -> dict[str, Any]:
    """What a request asks for, and the state of each file that it names."""
    facts = {
        field.name.replace("_", " "): _plain(getattr(request, field.name))
        for field in fields(request)
        if field.name not in INDIFFERENT
    }
    return facts | {f"file {path}": state_of(path) for path in _files(request)}


def _plain(value: Any) -> Any:
    """A part of a request as JSON has it; files by their whole path."""
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    if isinstance(value, Path):
        return str(value.absolute())
    if isinstance(value, str) and Path(value).exists():
        return str(Path(value).absolute())
    return value


def _files(request: DetectRequest) -> list[Path]:
    """The files that a request names, those behind a virtual raster and in a folder included.

    Checkpoints are known by their hashes, and what is no file, such as a web service, by its name.
    """
    found: set[Path] = set()
    for text in _texts([getattr(request, name) for name in PATHS]):
        # As in ROLE=PATH:BAND and PATH|layername=LAYER.
        paths = {text, text.partition("=")[2], text.partition("=")[2].rpartition(":")[0]}
        for path in (Path(part.partition("|")[0]) for part in paths if part):
            with suppress(OSError, ValueError):
                found |= set(path.iterdir()) if path.is_dir() else _behind(path)
    return sorted(path for path in found if path.is_file())


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str | Path):
        yield str(value)
    elif isinstance(value, tuple | list):
        for part in value:
            yield from _texts(part)


def _behind(path: Path) -> set[Path]:
    """A file, or where it is a raster all the files that GDAL reads for it, or for its mosaic."""
    if not path.is_file():
        return set()
    if is_part(str(path)):
        part = Part.read(str(path))
        return {path, *(Path(placed.path) for placed in (part.own, *part.others))}
    with suppress(RasterError, RasterioError), open_raster(str(path)) as data:
        return {Path(name) for name in data.files if not name.endswith(BYSTANDERS)}
    return {path}


def state_of(path: Path) -> str:
    """What changes where a file does."""
    state = path.stat()
    changed = datetime.fromtimestamp(state.st_mtime).isoformat(" ", "microseconds")
    return f"{state.st_size} bytes of {changed}"
