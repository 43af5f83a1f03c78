"""What a run over many rasters keeps in its output folder, so that a resume does none twice.

FOLDER/scenes/NAME/probability.tif ...     the results of each raster
FOLDER/.calanddet.resume/facts.json        what all of them depend on
                         scenes/NAME/      results that are not published yet
                         work/NAME/        the raster that is being worked on
                         NAME.json         one that was begun: what it depends on, and its
                                           counts once it is done
                         NAME.*.part.json  what lies around it
"""

from __future__ import annotations

import json
import os
import shutil
import unicodedata
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from backend.errors import CalandDetError
from backend.files import put_in_place
from backend.raster.part import SUFFIX
from backend.resume import RESUME_NAME, WORTH_GOING_ON, different, require_gone
from backend.workspace import refused, sync_folder

SCENES = "scenes"


class Store:
    """The hidden folder of a run with these `facts`; with `goes_on` what is there is kept.

    Raises `CalandDetError` where that was left by a run with other facts, and `OutputError` where
    the disk refuses.
    """

    def __init__(self, folder: Path, facts: dict[str, Any], goes_on: bool) -> None:
        self.published, self._goes_on = folder / SCENES, goes_on
        self.folder = folder / RESUME_NAME
        facts = json.loads(json.dumps(facts))
        known = read_json(self.folder / "facts.json") if goes_on else None
        if known is not None and known != facts:
            raise different(folder, known, facts)
        with refused(folder):
            if known is None:
                shutil.rmtree(self.folder, ignore_errors=True)
                require_gone(self.folder / SCENES)
            for path in (self.folder / SCENES, self.folder / "work"):
                path.mkdir(parents=True, exist_ok=True)
            write_json(self.folder / "facts.json", facts)

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: object
    ) -> None:
        """Keep what is done where going on makes sense: a wrong input stays wrong."""
        is_wrong = isinstance(error, CalandDetError) and not isinstance(error, WORTH_GOING_ON)
        if is_wrong and not self._goes_on:
            self.remove()

    def part(self, name: str, text: str) -> Path:
        """A file with what lies around a raster. Another text gets another file.

        What is begun with one goes on with it: a resume looks at the file's time.
        """
        path = self.folder / f"{name}.{zlib.crc32(text.encode()):08x}{SUFFIX}"
        if not path.exists():
            with refused(self.folder.parent):
                path.write_text(text, "utf-8")
        return path

    def edges(self, name: str, state: str) -> Path:
        """Where it is kept how far a raster's valid pixels reach, while it is in this state."""
        return self.folder / f"{name}.{zlib.crc32(state.encode()):08x}.npz"

    def work(self, name: str) -> Path:
        """The output folder of the run over one raster."""
        return self.folder / "work" / name

    def fresh(self, name: str) -> Path:
        """Where its results are put before they are published."""
        return self.folder / SCENES / name

    def results(self, name: str) -> Path:
        """Where its results are now."""
        fresh = self.fresh(name)
        return fresh if fresh.is_dir() else self.published / name

    def known(self, name: str, facts: dict[str, Any]) -> dict[str, Any] | None:
        """The counts of a raster that was done with the same facts; None where it was not."""
        record = read_json(self.folder / f"{name}.json")
        if not record or record["facts"] != json.loads(json.dumps(facts)):
            return None
        is_there = (self.results(name) / "probability.tif").is_file()
        counts: dict[str, Any] | None = record["counts"]
        return counts if is_there else None

    def begin(self, name: str, facts: dict[str, Any]) -> None:
        """Make sure that what is left of a raster's run is of one with the same facts."""
        record = read_json(self.folder / f"{name}.json")
        if not record or record["facts"] != json.loads(json.dumps(facts)):
            shutil.rmtree(self.work(name), ignore_errors=True)
            require_gone(self.work(name))
        with refused(self.folder.parent):
            write_json(self.folder / f"{name}.json", {"facts": facts, "counts": None})

    def is_open(self, name: str) -> bool:
        """Whether a raster was begun and not done: it was stopped, or is broken."""
        record = read_json(self.folder / f"{name}.json")
        return record is not None and record["counts"] is None

    def keep(self, name: str, facts: dict[str, Any], counts: dict[str, Any]) -> None:
        """Write down that a raster is done: its results are in `fresh`."""
        with refused(self.folder.parent):
            write_json(self.folder / f"{name}.json", {"facts": facts, "counts": counts})
            shutil.rmtree(self.work(name), ignore_errors=True)

    def publish(self, names: Sequence[str]) -> None:
        """Move the results of these rasters into place, and remove those of all others."""
        with refused(self.folder.parent):
            self.published.mkdir(exist_ok=True)
            for name in names:
                self._publish(name)
            kept = {_spelled_alike(name) for name in names}
            for old in os.listdir(self.published):
                if _spelled_alike(old) not in kept:
                    shutil.rmtree(self.published / old, ignore_errors=True)
            sync_folder(self.published)

    def remove(self) -> None:
        """Nothing is left to be resumed."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _publish(self, name: str) -> None:
        fresh, target = self.fresh(name), self.published / name
        if not fresh.is_dir():
            return
        target.mkdir(exist_ok=True)
        names = os.listdir(fresh)
        for file in names:
            put_in_place(fresh / file, target / file)
        for old in set(os.listdir(target)) - set(names):
            (target / old).unlink()
        fresh.rmdir()


def _spelled_alike(name: str) -> str:
    """Disks of macOS and Windows list a name with other letters than it was made with."""
    return unicodedata.normalize("NFC", name).casefold()


def read_json(path: Path) -> dict[str, Any] | None:
    """An object that was kept, or None where there is none that is whole."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Write an object by another name first; raises OSError where the disk refuses."""
    partial = path.with_name(path.name + ".partial")
    with open(partial, "w", encoding="utf-8") as file:
        json.dump(value, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    put_in_place(partial, path)
