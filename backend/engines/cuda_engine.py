"""The engine for NVIDIA GPUs: one batch is copied in while another is computed.

Rows of tiles travel in one piece, as uint8 through pinned memory on a stream of their own, and are
cut there; the network is recorded once as a CUDA graph of a full batch, since launching its kernels
one by one takes longer than they do.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from backend.checkpoint import Checkpoint
from backend.engines import Examined, examine, in_turns
from backend.engines.devices import DeviceInfo, reduced_dtype
from backend.engines.failures import (
    REMEDY,
    is_out_of_memory,
    put_into_words,
    release_memory,
    too_little_memory,
)
from backend.engines.gate import difference
from backend.engines.runs import Run, cut, pack, singles, unpack
from backend.engines.self_test import check_finite, noise, patterns, tolerance
from backend.engines.tile_network import TileNetwork
from backend.errors import DeviceError

# Batches on their way at once: one copied in, one computed, one copied out.
SLOTS = 3
# A batch keeps the largest GPU busy with this many pixels; smaller ones take what fits.
BATCH_PIXELS = 128 * 224 * 224
# What the probe for memory computes, and the share of the GPU's memory that a batch may take.
PROBE_TILES = 2
MEMORY_SHARE = 0.5
# The self-test: each slot has so many batches, and no tile the same place in two of them.
TEST_ROUNDS = 2
# What results are before they are computed: no probability in 1/250.
NOTHING = 255


@dataclass
class _Slot:
    """The buffers of one batch: pinned and on the GPU, going in and coming out."""

    pinned: Tensor
    sent: Tensor
    """What was pinned, as it arrives on the GPU; `tiles` are cut of it."""
    tiles: Tensor
    results: tuple[Tensor, ...]
    fetched: tuple[Tensor, ...]
    run: Callable[[], object]
    arrived: torch.cuda.Event
    computed: torch.cuda.Event
    done: torch.cuda.Event


@dataclass(frozen=True)
class OnItsWay:
    """A batch that was handed to the GPU."""

    collect: Callable[[], Examined]

    def result(self) -> NDArray[np.uint8]:
        """Wait for the probabilities (B, stride, stride), in 1/250."""
        return self.collect()[0]


class CudaEngine:
    """A checkpoint's network on an NVIDIA GPU, from raw tiles to quantised centre crops."""

    in_flight = SLOTS

    def __init__(
        self,
        checkpoint: Checkpoint,
        margin: int,
        device: DeviceInfo,
        precision: str,
        dtype: np.dtype[Any],
        log: Callable[[str], None],
    ) -> None:
        """`margin` [px] is dropped from each side of a tile; tiles are of `dtype`.

        Raises `DeviceError` where the GPU refuses, where not even one tile fits into its memory, or
        where the results are no numbers or not the plain network's.
        """
        self.precision = precision
        self._reduced = reduced_dtype() if precision == "bf16" else None
        named = str(self._reduced or torch.float32).removeprefix("torch.")
        self.description = f"{device.description}, {named}"
        self._log = log
        # Where float32 is asked for, float32 is computed.
        torch.backends.cudnn.allow_tf32 = False
        card = checkpoint.card
        self._tile = (len(card.bands), card.tile_size, card.tile_size)
        self._dtype = torch.from_numpy(np.empty(0, dtype)).dtype
        self._slots: deque[_Slot] = deque()
        with put_into_words("cuda", self.description):
            self._network = TileNetwork(checkpoint, margin).to("cuda").eval()
            self._copies, self._fetches = torch.cuda.Stream(), torch.cuda.Stream()
            # Of its own: what is recorded on torch's shared stream loses cuBLAS's memory when any
            # other recording goes (github pytorch #193402).
            self._aside = torch.cuda.Stream()
            self.batch_size = self._fitting()
            self._prepare(_test_tiles(self._tile, card.scaling.range, dtype))

    def predict(self, tiles: NDArray[Any]) -> NDArray[np.uint8]:
        """Probabilities (B, stride, stride) in 1/250 of the centres of tiles (B, C, size, size)."""
        return self.examine(tiles)[0]

    def examine(self, tiles: NDArray[Any]) -> Examined:
        """As `predict`, with the presence logits (B, 1) where the network has a presence head."""
        return examine(
            tiles, self.batch_size, SLOTS, lambda batch: self.submit_runs(singles(batch))
        )

    def submit_runs(self, runs: Sequence[Run]) -> OnItsWay:
        """Hand over up to `batch_size` tiles; collect at most `in_flight` later, in order."""
        slot, count = self._slots[0], sum(run.count for run in runs)
        self._slots.rotate(-1)
        slot.done.synchronize()
        filled = pack(runs, slot.pinned)
        with torch.cuda.stream(self._copies):
            slot.sent[:filled].copy_(slot.pinned[:filled], non_blocking=True)
            unpack(runs, slot.sent, slot.tiles)
            slot.arrived.record()
        torch.cuda.current_stream().wait_event(slot.arrived)
        slot.run()
        slot.computed.record()
        with torch.cuda.stream(self._fetches):
            self._fetches.wait_event(slot.computed)
            for target, result in zip(slot.fetched, slot.results, strict=True):
                target.copy_(result, non_blocking=True)
            slot.done.record()
        return OnItsWay(lambda: _collected(slot, count))

    def _fitting(self) -> int:
        """The largest batch, a power of two, that may be expected to fit.

        It depends on the GPU and the network alone, so that a run that goes on after a break cuts
        the same batches.
        """
        most = max(1, BATCH_PIXELS // (self._tile[1] * self._tile[2]))
        try:
            probe = torch.zeros((PROBE_TILES, *self._tile), dtype=self._dtype, device="cuda")
            # The first pass also takes what libraries keep from then on.
            self._compute(probe)
            torch.cuda.reset_peak_memory_stats()
            before = torch.cuda.memory_allocated()
            self._compute(probe)
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
            return 1
        a_tile = max(1, (torch.cuda.max_memory_allocated() - before) // PROBE_TILES)
        total = torch.cuda.get_device_properties(torch.cuda.current_device()).total_memory
        return _power_of_two(min(most, int(MEMORY_SHARE * total / a_tile)))

    def _prepare(self, tiles: Sequence[Run]) -> None:
        """Make the slots and check them on `tiles`, with batches halved until they fit."""
        while not self._attempt(tiles):
            torch.cuda.synchronize()
            self._slots.clear()
            release_memory("cuda")
            if self.batch_size == 1:
                raise too_little_memory(self.description)
            self._log(
                f"The GPU ran out of memory with {self.batch_size} tiles a batch:"
                f" going on with {self.batch_size // 2}."
            )
            self.batch_size //= 2

    def _attempt(self, tiles: Sequence[Run]) -> bool:
        """Whether slots for batches of `batch_size` fit into the memory.

        What a failed attempt took is free when this returns, not before: its error holds it.
        """
        try:
            self._make(tiles)
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
            return False
        return True

    def _make(self, tiles: Sequence[Run]) -> None:
        """Make the slots; raises `DeviceError` where they do not compute what they should."""
        batches = [
            [tiles[(first + at) % len(tiles)] for at in range(self.batch_size)]
            for first in range(TEST_ROUNDS * SLOTS)
        ]
        self._aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(self._aside):
            # Before anything is recorded: libraries choose their kernels in these passes, and the
            # memory of a recording would be taken besides.
            if self._reduced:
                with self._precisely():
                    check_finite(self._network, _sent(batches[0]), self.description)
            passes = [self._compute(_sent(batch)) for batch in batches]
            expected = [probabilities.cpu().numpy() for probabilities, *_ in passes]
            # The slots' recordings never run at once: they share the memory between the layers.
            pool = torch.cuda.graph_pool_handle()
            self._slots = deque(self._slot(passes[0], pool) for _ in range(SLOTS))
        self._check(batches, expected)

    def _slot(self, like: Sequence[Tensor], pool: Any) -> _Slot:
        shape = (self.batch_size, *self._tile)
        tiles = torch.zeros(shape, dtype=self._dtype, device="cuda")
        # Room for tiles that share nothing.
        pinned = torch.zeros(tiles.numel(), dtype=self._dtype, pin_memory=True)
        sent = torch.zeros_like(pinned, device="cuda")
        # Not of the pool, where what another recording has between its layers would lie over them.
        results = tuple(torch.full_like(part, NOTHING) for part in like)
        run = self._recorded(tiles, results, pool)
        fetched = tuple(
            torch.empty(result.shape, dtype=result.dtype, pin_memory=True) for result in results
        )
        events = [torch.cuda.Event() for _ in range(3)]
        for event in events:
            event.record()
        return _Slot(pinned, sent, tiles, results, fetched, run, *events)

    def _recorded(self, tiles: Tensor, results: Sequence[Tensor], pool: Any) -> Callable[[], None]:
        """What computes the results of a batch."""
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, pool=pool, stream=self._aside):
            for result, made in zip(results, self._compute(tiles), strict=True):
                result.copy_(made)
        return graph.replay

    def _compute(self, tiles: Tensor) -> tuple[Tensor, ...]:
        """Tiles (B, C, size, size) on the GPU to probabilities and, if there is one, presence."""
        with self._precisely():
            outputs: tuple[Tensor, ...] = self._network(tiles)
            return outputs[0], *(presence.float() for presence in outputs[1:])

    @contextmanager
    def _precisely(self) -> Iterator[None]:
        """Compute in the precision that was asked for."""
        on = self._reduced is not None
        with (
            torch.inference_mode(),
            # What is kept between passes would not be part of the recording.
            torch.autocast("cuda", self._reduced, enabled=on, cache_enabled=False),
        ):
            yield

    def _check(
        self, batches: Sequence[Sequence[Run]], expected: Sequence[NDArray[np.uint8]]
    ) -> None:
        """Raise `DeviceError` where the recorded network gives others than the plain one."""
        most = tolerance(expected)
        found = in_turns(batches, SLOTS, self.submit_runs)
        for (got, _), plain in zip(found, expected, strict=True):
            steps = difference(got, plain).max()
            if steps > most:
                raise DeviceError(
                    f"{self.description} failed its self-test: probabilities differ by"
                    f" {steps} / 250 from the plain network's.",
                    REMEDY,
                )


def _collected(slot: _Slot, count: int) -> Examined:
    slot.done.synchronize()
    arrays = [part[:count].numpy().copy() for part in slot.fetched]
    return arrays[0], arrays[1] if len(arrays) > 1 else None


def _sent(batch: Sequence[Run]) -> Tensor:
    return torch.from_numpy(cut(batch)).to("cuda")


def _power_of_two(most: int) -> int:
    """The largest power of two up to `most`, at least 1."""
    return 1 << max(most, 1).bit_length() - 1


def _test_tiles(
    tile: tuple[int, int, int], span: tuple[float, float], dtype: np.dtype[Any]
) -> list[Run]:
    """Different tiles (C, size, size), more than there are batches in the self-test."""
    half = TEST_ROUNDS * SLOTS // 2
    made = patterns((half + 1, *tile), span, dtype), noise((half, *tile), span, dtype)
    return singles(np.concatenate(made))
