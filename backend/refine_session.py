"""Previews of other settings for a run, one after the other, for as long as somebody asks.

`docs/protocol.md` has the requests and the answers. Starting a process takes longer than a
preview, so this one stays and keeps the probabilities of the last window.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from backend.errors import CalandDetError
from backend.events import Answer, Event, OnEvent, Refusal, Start
from backend.protocol import Lines
from backend.raster.grid import Grid
from backend.refine import Box, Reviewed, Run, open_run, prepare, preview, read_window
from backend.vectorize import VectorSettings

PREVIEW, APPLY, PUBLISH = "preview", "apply", "publish"


@dataclass(frozen=True)
class Message:
    """A line of the parent's: what to do, with which settings, where."""

    request: int
    do: str
    settings: VectorSettings
    window: Box | None

    @classmethod
    def parse(cls, line: bytes) -> Message:
        """Raises `CalandDetError` for what is none."""
        try:
            values = json.loads(line)
            settings = {name: float(values[name]) for name in VectorSettings.__annotations__}
            if values["do"] not in (PREVIEW, APPLY, PUBLISH):
                raise ValueError(values["do"])
            window = values.get("window")
            if window is not None:
                left, top, width, height = map(int, window)
                window = (left, top, width, height)
            return cls(int(values["request"]), values["do"], VectorSettings(**settings), window)
        except (ValueError, KeyError, TypeError) as error:
            text = line.decode(errors="replace").strip()
            raise CalandDetError(f"{text} is not a request ({error!r}).") from error


class Overtaken(Exception):
    """A later request has made this preview useless."""


class Inbox:
    """Lines of the parent's, None at their end; a preview gives way to whatever comes after it."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._returned: list[bytes | None] = []

    def next(self) -> bytes | None:
        """The next line that counts; waits for it."""
        line = self._get()
        while line is not None and f'"{PREVIEW}"'.encode() in line and self.has_more:
            line = self._get()
        return line

    def next_if_publish(self) -> Message | None:
        """The next request if it says so; waits for it. Any other is left, and None returned."""
        line = self._get()
        if line is not None and f'"{PUBLISH}"'.encode() in line:
            return Message.parse(line)
        self._returned.append(line)
        return None

    @property
    def has_more(self) -> bool:
        """Whether a line waits."""
        return bool(self._returned) or not self._lines.empty()

    def _get(self) -> bytes | None:
        return self._returned.pop() if self._returned else self._lines.get()


class Session:
    """Answers requests about one run with files in a folder, until there are no more lines."""

    def __init__(self, run: Run, folder: Path, inbox: Inbox, on_event: OnEvent) -> None:
        self._run, self._folder, self._inbox, self._on_event = run, folder, inbox, on_event
        self._reviewed = Reviewed(run, folder / "reviewed.gpkg")
        self._box: Box | None = None
        self._values: tuple[NDArray[np.uint8], Grid] | None = None

    def serve(self) -> None:
        """Answer line after line; what is wrong with a request is an answer too."""
        while (line := self._inbox.next()) is not None:
            number = None
            try:
                message = Message.parse(line)
                number = message.request
                self._answer(message)
            except Overtaken:
                continue
            except CalandDetError as error:
                if error.kind == "cancelled":
                    raise
                self._on_event(Refusal(number, error.kind, error.message, error.remedy))

    def _answer(self, message: Message) -> None:
        if message.do == PREVIEW:
            self._preview(message)
        elif message.do == APPLY:
            self._apply(message)
        else:
            raise CalandDetError("Nothing is prepared that could be published.", "Apply first.")

    def _preview(self, message: Message) -> None:
        if self._values is None or self._box != message.window:
            self._values = read_window(self._run.probability, message.window)
            self._box = message.window
        out = self._folder / f"preview-{message.request}.gpkg"
        self._reviewed.copy(out)
        source = self._run.source
        try:
            counts = preview(source, message.settings, *self._values, out, self._while_wanted)
        except Overtaken:
            out.unlink(missing_ok=True)
            raise
        self._on_event(Answer(message.request, PREVIEW, {"polygons": str(out)}, counts))

    def _while_wanted(self, event: Event) -> None:
        """Pass an event on, unless another request waits."""
        if self._inbox.has_more:
            raise Overtaken
        self._on_event(event)

    def _apply(self, message: Message) -> None:
        """Prepare, and publish when the parent has let go of the files; else leave all as it is."""
        with prepare(self._run, message.settings, self._on_event) as prepared:
            self._on_event(Answer(message.request, APPLY, {}, prepared.counts))
            last = self._inbox.next_if_publish()
            if last is None:
                return
            prepared.publish()
        self._run = open_run(self._run.folder)
        paths = {"polygons": str(self._run.polygons), "run": str(self._run.folder / "run.json")}
        self._on_event(Answer(last.request, PUBLISH, paths, prepared.counts))


def serve(run_folder: Path, folder: Path, lines: Lines, on_event: OnEvent) -> None:
    """Answer the parent's `lines` about a run with files in `folder`.

    Raises a `CalandDetError` where there is no such run.
    """
    run = open_run(run_folder)
    folder.mkdir(parents=True, exist_ok=True)
    on_event(Start("refine", "CPU", {"run": str(run.folder)}))
    Session(run, folder, Inbox(lines), on_event).serve()
