"""What a network costs: its parameters, the work of a tile, and how fast it is on this machine."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from backend.checkpoint import Checkpoint
from backend.engines.devices import DeviceInfo
from backend.engines.torch_engine import TorchEngine

# The clock is looked at for so long [s], in rounds of a batch.
MEASURED_S = 2.0


@dataclass(frozen=True)
class Cost:
    """Parameters, GFLOP a tile (a multiplication and an addition are two), and tiles a second."""

    parameters: int
    gflop: float
    tiles_per_s: float
    device: str


def cost_of(checkpoint: Checkpoint, device: DeviceInfo) -> Cost:
    """The cost of a checkpoint's network on tiles of its card's size, in float32."""
    size, bands = checkpoint.card.tile_size, len(checkpoint.card.bands)
    network = checkpoint.network
    return Cost(
        sum(weight.numel() for weight in network.parameters()),
        gflop_of(network, (1, bands, size, size)),
        *_speed(checkpoint, device),
    )


def gflop_of(network: nn.Module, shape: tuple[int, int, int, int]) -> float:
    """GFLOP of its matrix products and convolutions for an input (B, C, H, W)."""
    counter = FlopCounterMode(display=False)
    with torch.no_grad(), counter:
        network.eval()(torch.zeros(shape, device=next(network.parameters()).device))
    return counter.get_total_flops() / 1e9


def _speed(checkpoint: Checkpoint, device: DeviceInfo) -> tuple[float, str]:
    """Tiles a second of the fastest batch, and on what."""
    engine = TorchEngine(checkpoint, 0, device, "fp32", lambda text: None)
    size, bands = checkpoint.card.tile_size, len(checkpoint.card.bands)
    shape = (engine.batch_size, bands, size, size)
    tiles = np.random.default_rng(0).integers(0, 256, shape).astype(np.float32)
    engine.predict(tiles)
    rates: list[float] = []
    until = time.perf_counter() + MEASURED_S
    while not rates or time.perf_counter() < until:
        began = time.perf_counter()
        engine.predict(tiles)
        rates.append(len(tiles) / (time.perf_counter() - began))
    return max(rates), engine.description
