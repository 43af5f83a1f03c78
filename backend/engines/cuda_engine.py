"""The engine for NVIDIA GPUs: one batch is copied in while another is computed.

Rows of tiles travel in one piece, as uint8 through pinned memory on a stream of their own, and are
cut there; the network is recorded once as a CUDA graph of a full batch, since launching its kernels
one by one takes longer than they do.
"""

from __future__ import annotations

import warnings
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from backend.checkpoint import Checkpoint
from backend.engines import Examined, examine
from backend.engines.devices import DeviceInfo
from backend.engines.runs import Run, pack, singles, unpack
from backend.engines.tile_network import TileNetwork
from backend.errors import DeviceError

# Batches on their way at once: one copied in, one computed, one copied out.
SLOTS = 3
# A batch keeps the largest GPU busy with this many pixels; smaller ones take what fits.
BATCH_PIXELS = 128 * 224 * 224
# What the probe for memory computes, and the share of the GPU's memory that a batch may take.
PROBE_TILES = 2
MEMORY_SHARE = 0.5
# Probabilities may differ from the plain network's by so many steps of 1/250.
SELF_TEST_STEPS = 3
REMEDY = "Update the NVIDIA driver, or use the CPU (--device cpu)."


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

        Raises `DeviceError` where not even one tile fits into the GPU's memory, or where the
        results are not the plain network's.
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
        self._network = TileNetwork(checkpoint, margin).to("cuda").eval()
        self._copies, self._fetches = torch.cuda.Stream(), torch.cuda.Stream()
        # The slots' recordings never run at once: they share the memory between the layers.
        self._pool = torch.cuda.graph_pool_handle()
        self._slots: deque[_Slot] = deque()
        try:
            self.batch_size = self._fitting()
            self._prepare()
            self._check()
        except RuntimeError as error:
            # torch's way of saying that CUDA or one of its libraries refused.
            reason = str(error).strip().splitlines()[0].rstrip(".")
            raise DeviceError(f"{self.description} failed ({reason}).", REMEDY) from error

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
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        try:
            self._compute(torch.zeros((PROBE_TILES, *self._tile), dtype=self._dtype, device="cuda"))
        except torch.OutOfMemoryError:
            return 1
        a_tile = max(1, (torch.cuda.max_memory_allocated() - before) // PROBE_TILES)
        total = torch.cuda.get_device_properties(torch.cuda.current_device()).total_memory
        return _power_of_two(min(most, int(MEMORY_SHARE * total / a_tile)))

    def _prepare(self) -> None:
        """Make the slots, with batches halved until they fit."""
        while True:
            try:
                self._slots = deque(self._slot() for _ in range(SLOTS))
                return
            except torch.OutOfMemoryError:
                self._slots.clear()
                torch.cuda.empty_cache()
                if self.batch_size == 1:
                    raise _too_little_memory(self.description) from None
                self._log(
                    f"The GPU ran out of memory with {self.batch_size} tiles a batch:"
                    f" going on with {self.batch_size // 2}."
                )
                self.batch_size //= 2

    def _slot(self) -> _Slot:
        shape = (self.batch_size, *self._tile)
        tiles = torch.zeros(shape, dtype=self._dtype, device="cuda")
        # Room for tiles that share nothing.
        pinned = torch.zeros(tiles.numel(), dtype=self._dtype, pin_memory=True)
        sent = torch.zeros_like(pinned, device="cuda")
        results, run = self._recorded(tiles)
        fetched = tuple(
            torch.empty(result.shape, dtype=result.dtype, pin_memory=True) for result in results
        )
        events = [torch.cuda.Event() for _ in range(3)]
        for event in events:
            event.record()
        return _Slot(pinned, sent, tiles, results, fetched, run, *events)

    def _recorded(self, tiles: Tensor) -> tuple[tuple[Tensor, ...], Callable[[], object]]:
        """Where the results of a batch appear, and what computes them."""
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            # Libraries choose their kernels in the first passes, which cannot be recorded.
            for _ in range(2):
                self._compute(tiles)
        torch.cuda.current_stream().wait_stream(aside)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, pool=self._pool):
            results = self._compute(tiles)
        return results, graph.replay

    def _compute(self, tiles: Tensor) -> tuple[Tensor, ...]:
        """Tiles (B, C, size, size) on the GPU to probabilities and, if there is one, presence."""
        on = self._reduced is not None
        with (
            torch.inference_mode(),
            # What is kept between passes would not be part of the recording.
            torch.autocast("cuda", self._reduced, enabled=on, cache_enabled=False),
        ):
            outputs: tuple[Tensor, ...] = self._network(tiles)
            return outputs[0], *(presence.float() for presence in outputs[1:])

    def _check(self) -> None:
        """Raise `DeviceError` where the recorded network gives others than the plain one."""
        generator = np.random.default_rng(0)
        tiles = generator.integers(0, 256, (self.batch_size, *self._tile), np.uint8)
        batch = torch.from_numpy(tiles).to(self._dtype)
        expected = self._compute(batch.to("cuda"))[0].cpu().numpy()
        for _ in range(SLOTS):
            got = self.predict(batch.numpy())
            difference = np.abs(got.astype(np.int16) - expected).max()
            if difference > SELF_TEST_STEPS:
                raise DeviceError(
                    f"{self.description} failed its self-test: probabilities differ by"
                    f" {difference} / 250 from the plain network's.",
                    REMEDY,
                )


def _collected(slot: _Slot, count: int) -> Examined:
    slot.done.synchronize()
    arrays = [part[:count].numpy().copy() for part in slot.fetched]
    return arrays[0], arrays[1] if len(arrays) > 1 else None


def reduced_dtype() -> torch.dtype:
    """bfloat16, or float16 on GPUs from before Ampere, which only emulate it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exact = torch.cuda.is_bf16_supported(including_emulation=False)
    return torch.bfloat16 if exact else torch.float16


def _power_of_two(most: int) -> int:
    """The largest power of two up to `most`, at least 1."""
    return 1 << max(most, 1).bit_length() - 1


def _too_little_memory(description: str) -> DeviceError:
    return DeviceError(
        f"{description} has too little memory for a single tile.",
        "Close other programs that use it, or use the CPU (--device cpu).",
    )
