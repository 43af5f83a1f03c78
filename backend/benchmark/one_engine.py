"""One engine in one precision on the raster's tiles, which are in memory; leaves its answers."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from backend.benchmark.contender import Ready
from backend.benchmark.forward import some_tiles
from backend.benchmark.scenario import Scenario
from backend.checkpoint import Checkpoint, load
from backend.engines import Examination, Examined, examine
from backend.engines.choose import Imagery, choose_engine
from backend.engines.devices import DeviceInfo, choose_device, reduced_dtype, usable_threads
from backend.engines.gate import TILES
from backend.engines.tile_network import TileNetwork
from backend.engines.torch_engine import BATCH_SIZES
from backend.errors import DeviceError


def run(scenario: Scenario, ready: Ready) -> int:
    """All tiles in batches as they come; `scenario.answers` then has what `gate` compares."""
    checkpoint, device = load(scenario.checkpoint), choose_device(scenario.device)
    tiles = some_tiles(scenario, TILES)
    engine: Any
    if scenario.engine == "torch":
        engine = TorchExaminer(checkpoint, scenario.margin, device, scenario.precision)
    else:
        engine = _fast(checkpoint, scenario, device)
    # Memory and kernels are chosen with the first batch.
    engine.examine(tiles[: engine.batch_size])
    ready(engine.description)
    probability, presence = engine.examine(tiles)
    answers: dict[str, NDArray[Any]] = {"probability": probability}
    if presence is not None:
        answers["presence"] = presence
    np.savez(scenario.answers, allow_pickle=False, **answers)
    return len(tiles)


class TorchExaminer:
    """The torch network as `TorchEngine` runs it, with presence logits for the gate."""

    def __init__(
        self, checkpoint: Checkpoint, margin: int, device: DeviceInfo, precision: str
    ) -> None:
        """`margin` [px] is dropped from each side of a tile."""
        if device.kind == "cpu":
            torch.set_num_threads(usable_threads())
        # Where float32 is asked for, float32 is computed.
        torch.backends.cudnn.allow_tf32 = False
        self.batch_size = BATCH_SIZES[device.kind]
        self.description = f"{device.description}, torch {torch.__version__}, {precision}"
        self._device, self._kind = device.name, device.kind
        self._network = TileNetwork(checkpoint, margin).to(device.name).eval()
        self._dtype = reduced_dtype() if device.kind == "cuda" else torch.bfloat16
        self._reduced = precision == "bf16"

    def examine(self, tiles: NDArray[Any]) -> Examined:
        """Probabilities (B, stride, stride) in 1/250, and presence logits where there are any."""
        return examine(tiles, self.batch_size, 1, lambda batch: Examination(self._forward(batch)))

    def _forward(self, tiles: NDArray[Any]) -> Examined:
        autocast = torch.autocast(self._kind, self._dtype, enabled=self._reduced)
        with torch.inference_mode(), autocast:
            answer, *presence = self._network(torch.from_numpy(tiles).to(self._device))
            logits = presence[0].float().cpu().numpy() if presence else None
            return answer.cpu().numpy(), logits


def _fast(checkpoint: Checkpoint, scenario: Scenario, device: DeviceInfo) -> Any:
    """The engine that detection prefers; raises `DeviceError` where it cannot be had."""
    said: list[str] = []
    engine = choose_engine(
        checkpoint,
        scenario.margin,
        device,
        scenario.precision,
        lambda level, text: said.append(text),
        Imagery(np.dtype("uint8")),
    )
    if not hasattr(engine, "examine"):
        raise DeviceError(" ".join(said) or f"There is only torch on {device.name}.")
    if engine.precision != scenario.precision:
        raise DeviceError(f"It computes in {engine.precision} instead of {scenario.precision}.")
    return engine
