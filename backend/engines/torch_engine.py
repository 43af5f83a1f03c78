"""The engine that runs everywhere: the torch network itself, on CUDA, MPS or the CPU."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from backend.checkpoint import Checkpoint
from backend.engines.devices import DeviceInfo
from backend.errors import DeviceError
from backend.raster.grid import PROBABILITY_SCALE

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
        self.batch_size = BATCH_SIZES[device.name]
        self.description = f"{device.description}, {self.precision}"
        self._device = torch.device(device.name)
        self._network = checkpoint.network.to(self._device).eval()
        self._margin = margin
        self._log = log
        scaling = checkpoint.card.scaling
        low, high = scaling.range
        self._shift, self._scale = self._normalisation(low, high, scaling.mean, scaling.std)

    def _normalisation(
        self, low: float, high: float, mean: tuple[float, ...], std: tuple[float, ...]
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """x * scale + shift equals ((x - low) / (high - low) - mean) / std; each (1, C, 1, 1)."""
        deviation = torch.tensor(std, device=self._device).view(1, -1, 1, 1)
        centre = torch.tensor(mean, device=self._device).view(1, -1, 1, 1)
        scale = 1 / ((high - low) * deviation)
        return -low * scale - centre / deviation, scale

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
            batch = torch.from_numpy(tiles).to(self._device).float()
            logits = self._network(torch.addcmul(self._shift, batch, self._scale))
            if isinstance(logits, tuple):
                logits = logits[0]
            edge = logits.shape[-1] - self._margin
            crop = logits[:, 0, self._margin : edge, self._margin : edge].float()
            return torch.sigmoid(crop).mul(PROBABILITY_SCALE).round().byte().cpu().numpy()

    def _autocast(self) -> torch.autocast:
        on = self.precision == "bf16"
        return torch.autocast(self._device.type, torch.bfloat16, enabled=on)
