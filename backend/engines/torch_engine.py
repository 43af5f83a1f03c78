"""The engine that runs everywhere: the torch network itself, on CUDA, MPS or the CPU."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from backend.checkpoint import Checkpoint
from backend.engines.devices import DeviceInfo, reduced_dtype, usable_threads
from backend.engines.failures import (
    is_out_of_memory,
    put_into_words,
    release_memory,
    too_little_memory,
)
from backend.engines.self_test import check_finite, patterns
from backend.engines.tile_network import TileNetwork

# Tiles a batch: on a CPU what fits its cache, on a GPU enough to keep it busy.
BATCH_SIZES = {"cpu": 4, "mps": 16, "cuda": 64}


class TorchEngine:
    """A checkpoint's network on a device, from raw tiles to quantised centre crops."""

    def __init__(
        self,
        checkpoint: Checkpoint,
        margin: int,
        device: DeviceInfo,
        precision: str,
        log: Callable[[str], None],
    ) -> None:
        """`margin` [px] is dropped from each side of a tile; `log` takes warnings.

        Raises `DeviceError` where a GPU refuses, or gets no numbers in float16.
        """
        # Reduced precision only where it is asked for: it has to prove itself per checkpoint.
        self.precision = "fp32" if precision == "auto" else precision
        self.batch_size = BATCH_SIZES[device.kind]
        self.description = f"{device.description}, {self.precision}"
        if device.kind == "cpu":
            torch.set_num_threads(usable_threads())
        # Where float32 is asked for, float32 is computed.
        torch.backends.cudnn.allow_tf32 = False
        self._device = torch.device(device.name)
        self._reduced = reduced_dtype() if device.kind == "cuda" else torch.bfloat16
        self._log = log
        with put_into_words(device.kind, self.description):
            self._network = TileNetwork(checkpoint, margin).to(self._device).eval()
            if self.precision == "bf16" and self._reduced == torch.float16:
                self._check(checkpoint)

    def predict(self, tiles: NDArray[Any]) -> NDArray[np.uint8]:
        """Probabilities (B, stride, stride) in 1/250 of the centres of tiles (B, C, size, size).

        Out of memory, the batch is halved for good and a sentence logged; raises `DeviceError`
        where not even one tile fits, or where a GPU fails.
        """
        with put_into_words(self._device.type, self.description):
            while True:
                size = min(self.batch_size, len(tiles))
                parts = self._attempt(tiles, size)
                if parts is not None:
                    return np.concatenate(parts)
                self._halve(size)

    def _attempt(self, tiles: NDArray[Any], size: int) -> list[NDArray[np.uint8]] | None:
        """The answers in batches of `size`; None where these do not fit into the memory.

        What a failed batch took is free when this returns, not before: its error holds it.
        """
        try:
            return [self._forward(tiles[at : at + size]) for at in range(0, len(tiles), size)]
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
            return None

    def _halve(self, size: int) -> None:
        if size == 1:
            raise too_little_memory(self.description)
        release_memory(self._device.type)
        self.batch_size = size // 2
        self._log(
            f"The device ran out of memory with {size} tiles a batch:"
            f" going on with {self.batch_size}."
        )

    def _forward(self, tiles: NDArray[Any]) -> NDArray[np.uint8]:
        with torch.inference_mode(), self._autocast():
            probabilities, *_ = self._network(torch.from_numpy(tiles).to(self._device))
            return probabilities.cpu().numpy()

    def _check(self, checkpoint: Checkpoint) -> None:
        card = checkpoint.card
        shape = (1, len(card.bands), card.tile_size, card.tile_size)
        tile = patterns(shape, card.scaling.range, np.dtype("float32"))
        with torch.inference_mode(), self._autocast():
            check_finite(self._network, torch.from_numpy(tile).to(self._device), self.description)

    def _autocast(self) -> torch.autocast:
        on = self.precision == "bf16"
        return torch.autocast(self._device.type, self._reduced, enabled=on)
