"""Hands blocks out to workers, one at a time to each, in a thread beside the caller's.

Never more futures are open than there are workers, so that neither client nor scheduler grows with
the number of blocks. A block whose worker goes, hangs or finds its disk full is given to another.
"""

from __future__ import annotations

import queue
import threading
import time
import uuid
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from backend.cluster.blocks import Block
from backend.cluster.failures import deserted, lost, nobody, unlucky
from backend.cluster.member import USEFUL, Member, State, Task
from backend.cluster.settings import Settings
from backend.cluster.task import Job
from backend.cluster.travel import packed, unpack
from backend.errors import OutputError

if TYPE_CHECKING:
    from distributed import Client, Future

    from backend.cluster.worker import Readiness

# Dask is asked so often which workers there are, and news is waited for so long at a time [s].
LOOK_S = 1.0
PATIENCE_S = 0.2


class Acts(Protocol):
    """What is done on workers; all of it travels there."""

    def ask(self) -> tuple[Callable[..., dict[str, Any]], tuple[Any, ...]]:
        """A function, and its arguments, that says what a worker is."""
        ...

    def ready(self, is_first: bool) -> tuple[Callable[..., Readiness], tuple[Any, ...]]:
        """One that loads the engine."""
        ...

    def run(self, task: Task, topic: str) -> tuple[Callable[..., int], tuple[Any, ...]]:
        """One that does a block."""
        ...


class Pool:
    """Context manager; work begins with `begin`. All methods are for the caller's thread."""

    def __init__(self, client: Client, address: str, acts: Acts, settings: Settings) -> None:
        self._client, self._address, self._acts = client, address, acts
        self._settings = settings
        self._topic = f"calanddet-{uuid.uuid4().hex}"
        self._news: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._members: dict[str, Member] = {}
        self._work: Iterator[Task] = iter(())
        self._again: deque[Task] = deque()
        self._lock = threading.Lock()
        self._done: dict[Path, int] = {}
        self._wrong: dict[int, BaseException] = {}
        self._broken: BaseException | None = None
        self._notes: deque[tuple[str, str]] = deque()
        self._tiles = 0
        self._first: Readiness | None = None
        self._has_begun = False
        self._looked = 0.0
        self._hoped = time.monotonic()
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pool", daemon=True)

    def __enter__(self) -> Pool:
        self._client.subscribe_topic(self._topic, self._news.put)
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._ends.set()
        self._thread.join(PATIENCE_S * 2)
        self._cancel([member.future for member in self._members.values() if member.future])

    # ---- for the caller ------------------------------------------------------------------------

    @property
    def first(self) -> Readiness | None:
        """What the first worker that is ready computes with; None as long as there is none."""
        self._raise()
        return self._first

    @property
    def workers(self) -> int:
        """How many workers take part."""
        return sum(member.state in USEFUL for member in list(self._members.values()))

    @property
    def tiles(self) -> int:
        """Tiles done so far, those of blocks that are being computed included."""
        busy = [member for member in list(self._members.values()) if member.task]
        shares = sum(member.share * member.task.block.tiles for member in busy if member.task)
        return self._tiles + int(shares)

    @property
    def is_broken(self) -> bool:
        """Whether something is wrong with the whole, not with one raster."""
        return self._broken is not None

    def begin(self, work: Iterator[Task]) -> None:
        """Do all of this; from here on other workers than the first one load the engine, too."""
        self._work, self._has_begun = work, True

    def result(self, job: Job, block: Block) -> int | None:
        """The computed tiles of a block that is done, or None as long as it is not.

        Raises what went wrong with its job, or with the whole.
        """
        done = self._done.get(job.path(block))
        if done is None:
            self._raise()
            wrong = self._wrong.get(id(job))
            if wrong is not None:
                raise wrong
        return done

    def repeat(self, job: Job, block: Block) -> None:
        """Do a block once more: its file has turned out to be damaged."""
        with self._lock:
            self._done.pop(job.path(block), None)
            self._tiles -= block.tiles
            self._again.append(Task(job, block))

    def notes(self) -> Iterator[tuple[str, str]]:
        """What is new for the log: level and text."""
        while self._notes:
            yield self._notes.popleft()

    def _raise(self) -> None:
        if self._broken is not None:
            raise self._broken

    # ---- in the thread -------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while not self._ends.is_set():
                self._look()
                self._listen()
                self._give_up_on_silent()
                self._hand_out()
                self._check_hope()
        except (OSError, TimeoutError) as error:
            # Whatever the scheduler was asked last, it did not answer.
            self._broken = lost(self._address)
            self._broken.__cause__ = error
        except BaseException as error:  # noqa: BLE001 (it is raised in the caller's thread)
            self._broken = error

    def _look(self) -> None:
        """See which workers have come and gone."""
        if self._client.status != "running":
            raise lost(self._address)
        if time.monotonic() - self._looked < LOOK_S:
            return
        known = self._client.scheduler_info(n_workers=-1)["workers"]
        self._looked = time.monotonic()
        for address in set(self._members) - set(known):
            self._part(self._members.pop(address))
        for address in set(known) - set(self._members):
            member = Member(address, known[address].get("resources") or {})
            self._members[address] = member
            self._submit(member, *self._acts.ask())

    def _part(self, member: Member) -> None:
        if member.state in (State.BUSY, State.LOADING):
            self._note("warning", f"The worker {member.name} is gone.")
        self._take_back(member)

    def _take_back(self, member: Member) -> None:
        """What a worker was doing is to be done by another."""
        task, future = member.task, member.future
        member.task = member.future = None
        member.share = 0.0
        if future is not None:
            self._cancel([future])
        if task is None or self._is_done(task):
            return
        task.lost += 1
        if task.lost >= self._settings.attempts:
            self._wrong[id(task.job)] = unlucky(task, member)
            return
        self._again.appendleft(task)

    def _cancel(self, futures: list[Future[Any]]) -> None:
        if futures and self._client.status == "running":
            with suppress(OSError, TimeoutError, CancelledError):
                self._client.cancel(futures, force=True)

    def _listen(self) -> None:
        """Hear what is new, and wait a moment where nothing is."""
        try:
            news = self._news.get(timeout=PATIENCE_S)
            while True:
                if isinstance(news, tuple):
                    self._hear(news[1])
                else:
                    self._settle(news)
                news = self._news.get_nowait()
        except queue.Empty:
            pass

    def _hear(self, beat: dict[str, Any]) -> None:
        """A worker tells of its block."""
        for member in self._members.values():
            future = member.future
            if future is not None and future.key == beat["key"] and member.task:
                member.heard, member.share = time.monotonic(), min(1.0, beat["share"])
                return
            if member.state is State.SILENT and beat["worker"] == member.address and beat["over"]:
                member.state, member.heard = State.IDLE, time.monotonic()

    def _settle(self, future: Future[Any]) -> None:
        """A future has ended."""
        member = next((m for m in self._members.values() if m.future is future), None)
        if member is None or future.status in ("pending", "lost"):
            return
        member.heard = time.monotonic()
        try:
            error = future.exception()
            answer = None if error else future.result()
        except CancelledError:
            # By a scheduler that has lost it: the next look says more.
            self._take_back(member)
            member.state = State.ASKED
            self._submit(member, *self._acts.ask())
            return
        member.future = None
        if error is None:
            self._take(member, answer)
        else:
            self._fail(member, error)

    def _take(self, member: Member, answer: Any) -> None:
        if member.state is State.ASKED:
            member.host, member.refusal = answer["host"], answer["refusal"]
            member.state = State.REFUSED if member.refusal else State.WAITING
            if member.refusal:
                text = f"The worker {member.name} takes no part: {member.refusal}."
                self._note("warning", text)
        elif member.state is State.LOADING:
            self._welcome(member, answer)
        elif member.task is not None:
            self._finish(member.task, answer)
            member.task, member.share, member.state = None, 0.0, State.IDLE

    def _welcome(self, member: Member, readiness: Readiness) -> None:
        """A worker has loaded its engine: it must compute what the first one does."""
        first = self._first or readiness
        if (readiness.engine, readiness.precision) != (first.engine, first.precision):
            member.state = State.REFUSED
            member.refusal = (
                f"it computes with {readiness.engine} in {readiness.precision}, the others with"
                f" {first.engine} in {first.precision}"
            )
            text = f"The worker {member.name} takes no part: {member.refusal}."
            self._note("warning", text)
            return
        self._note("info", f"The worker {member.name} is ready: {readiness.description}.")
        member.state = State.IDLE
        if self._first is None:
            for level, text in readiness.notes:
                self._note(level, text)
            self._first = readiness

    def _finish(self, task: Task, tiles: int) -> None:
        with self._lock:
            if not self._is_done(task):
                self._tiles += task.block.tiles
            self._done[task.job.path(task.block)] = tiles

    def _is_done(self, task: Task) -> bool:
        return task.job.path(task.block) in self._done

    def _fail(self, member: Member, error: BaseException) -> None:
        """Something was raised on a worker, or it died."""
        from distributed import KilledWorker

        state, task = member.state, member.task
        if isinstance(error, KilledWorker):
            member.state = State.IDLE if state is State.BUSY else State.WAITING
            self._take_back(member)
        elif state is not State.BUSY or task is None:
            member.state, member.refusal = State.REFUSED, f"it failed to start ({error})"
            text = f"The worker {member.name} takes no part: {member.refusal}."
            self._note("warning", text)
        elif isinstance(error, OutputError):
            member.state, member.refusal = State.FULL, error.message.rstrip(".")
            self._note("warning", f"The worker {member.name} is left out: {error.message}")
            task.lost -= 1
            self._take_back(member)
        else:
            member.state, member.task, member.share = State.IDLE, None, 0.0
            self._wrong[id(task.job)] = error

    def _give_up_on_silent(self) -> None:
        """Give to others what workers hold that hang."""
        for member in self._members.values():
            limit = self._settings.silence_s
            if member.state in (State.ASKED, State.LOADING):
                limit = self._settings.ready_s
            waits = member.state in (State.ASKED, State.LOADING, State.BUSY)
            if waits and member.silence > limit:
                self._note(
                    "warning",
                    f"The worker {member.name} has said nothing for {limit:.0f} s: another gets"
                    " its block.",
                )
                member.state = State.SILENT
                self._take_back(member)

    def _hand_out(self) -> None:
        """Give every worker that waits something to do."""
        for member in self._members.values():
            if member.state is State.WAITING and self._may_load():
                member.state = State.LOADING
                self._submit(member, *self._acts.ready(self._first is None))
            elif member.state is State.IDLE:
                task = self._next()
                if task is None:
                    return
                member.state, member.task = State.BUSY, task
                self._submit(member, *self._acts.run(task, self._topic))

    def _may_load(self) -> bool:
        """The first worker chooses the precision for all: the others wait until it is known."""
        if self._has_begun:
            return True
        loads = any(member.state is State.LOADING for member in self._members.values())
        return self._first is None and not loads

    def _next(self) -> Task | None:
        """The next block that is worth doing."""
        while True:
            with self._lock:
                task = self._again.popleft() if self._again else next(self._work, None)
            if task is None or not (self._is_done(task) or id(task.job) in self._wrong):
                return task

    def _submit(self, member: Member, function: Callable[..., Any], given: tuple[Any, ...]) -> None:
        member.heard = time.monotonic()
        member.future = self._client.submit(
            unpack,
            packed(function, given),
            key=f"calanddet-{uuid.uuid4().hex}",
            pure=False,
            retries=0,
            **member.limits(),
        )
        member.future.add_done_callback(self._news.put)

    def _check_hope(self) -> None:
        """Raise `ClusterError` where no worker is left that could go on."""
        members = list(self._members.values())
        if any(member.state in USEFUL for member in members):
            self._hoped = time.monotonic()
            return
        states = Counter(member.state for member in members)
        waited = time.monotonic() - self._hoped
        if members and states[State.REFUSED] == len(members):
            raise nobody(self._address, members[0])
        if waited < self._settings.wait_s:
            return
        if members:
            worst = next(m for m in members if m.state is not State.REFUSED)
            if not worst.refusal:
                worst.refusal = "it has not been heard of since it was given a block"
            raise nobody(self._address, worst)
        raise deserted(self._address, self._settings.wait_s)

    def _note(self, level: str, text: str) -> None:
        self._notes.append((level, text))
