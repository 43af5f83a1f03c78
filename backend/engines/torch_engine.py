"""The engine that runs everywhere: the torch network itself, on CUDA, MPS or the CPU."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from backend.checkpoint import Checkpoint
from backend.engines.devices import DeviceInfo, usable_threads
from backend.engines.tile_network import TileNetwork
from backend.errors import DeviceError

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
        """`margin` [px] is dropped from each side of a tile; `log` takes warnings."""
        # Reduced precision only where it is asked for: it has to prove itself per checkpoint.
        self.precision = "fp32" if precision == "auto" else precision
        self.batch_size = BATCH_SIZES[device.kind]
        self.description = f"{device.description}, {self.precision}"
        if device.kind == "cpu":
            torch.set_num_threads(usable_threads())
        self._device = torch.device(device.name)
        self._network = TileNetwork(checkpoint, margin).to(self._device).eval()
        self._log = log

    def predict(self, tiles: NDArray[Any]) -> NDArray[np.uint8]:
        """Probabilities (B, stride, stride) in 1/250 of the centres of tiles (B, C, size, size).

        Out of memory, the batch is halved for good and a sentence logged; raises `DeviceError`
        where not even one tile fits.
        """
        size = min(self.batch_size, len(tiles))
        try:
            parts = [self._forward(tiles[at : at + size]) for at in range(0, len(tiles), size)]
        except torch.OutOfMemoryError:
            if size == 1:
                raise DeviceError(
                    f"{self.description} has too little memory for a single tile.",
                    "Close other programs that use it, or use the CPU (--device cpu).",
                ) from None
            self.batch_size = size // 2
            self._log(
                f"The device ran out of memory with {size} tiles a batch:"
                f" going on with {self.batch_size}."
            )
            return self.predict(tiles)
        return np.concatenate(parts)

    def _forward(self, tiles: NDArray[Any]) -> NDArray[np.uint8]:
        with torch.inference_mode(), self._autocast():
            probabilities, *_ = self._network(torch.from_numpy(tiles).to(self._device))
            return probabilities.cpu().numpy()

    def _autocast(self) -> torch.autocast:
        on = self.precision == "bf16"
        return torch.autocast(self._device.type, torch.bfloat16, enabled=on)
