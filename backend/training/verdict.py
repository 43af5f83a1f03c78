"""`checkpoint verdict`: may a checkpoint be computed in bf16? Found on images whose truth is known.

The answer is kept in a small file beside the checkpoint and travels with it: a computer with the
same library and the same kind of processor needs no trial of its own then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backend.checkpoint import Checkpoint, load
from backend.engines import Examined
from backend.engines.choose import FastEngine, Maker, maker_for, ship
from backend.engines.devices import DeviceInfo, choose_device
from backend.engines.gate import Comparison
from backend.errors import DeviceError
from backend.events import Log, Meter, OnEvent, Result, Start
from backend.raster.grid import DEFAULT_OVERLAP, NODATA, Tiling
from backend.training.assess import opened
from backend.training.bands import BandChoice
from backend.training.datasets import Dataset, Labelled
from backend.training.predict import ByType, Predictor, usual_type
from backend.vectors import level


@dataclass(frozen=True)
class VerdictRequest:
    """A checkpoint's file, and the datasets on whose tiles it is judged."""

    file: Path
    data: tuple[str, ...]
    device: str = "auto"


def judge(request: VerdictRequest, on_event: OnEvent) -> Result:
    """Compare bf16 with fp32 on the data, and keep the verdict beside the checkpoint.

    Raises `DeviceError` where the device is no faster in bf16, or the engine cannot be had.
    """
    checkpoint, device = load(request.file), choose_device(request.device)
    maker = maker_for(device)
    if not maker.reduces:
        raise DeviceError(
            f"{device.description} computes no faster in bf16.",
            "Find the verdict on a processor or GPU that does.",
        )
    datasets = opened(request.data, BandChoice(), checkpoint.card)
    images = sum(len(dataset.samples) for dataset in datasets)
    details = {"checkpoint": checkpoint.path.name, "images": images}
    on_event(Start("verdict", device.description, details))
    exact, reduced = (
        _Side(checkpoint, maker, device, precision, on_event) for precision in ("fp32", "bf16")
    )
    meter = Meter(on_event, "comparing", images, "images")
    comparison = _compare(exact, reduced, datasets, level(checkpoint.card.threshold), meter)
    verdict = comparison.verdict(checkpoint.sha256, maker.name, maker.processor, maker.abilities)
    path = ship(checkpoint, verdict)
    on_event(Log("info", f"{'bf16' if verdict.passes else 'fp32'} will be used: {verdict}."))
    result = Result({"verdict": str(path)}, asdict(verdict) | {"passes": verdict.passes})
    on_event(result)
    return result


def _compare(
    exact: _Side, reduced: _Side, datasets: Sequence[Dataset], at: int, meter: Meter
) -> Comparison:
    """All valid pixels of all images; those of `at` (in 1/250) and above are landslide."""
    comparison = Comparison(at)
    for dataset in datasets:
        for sample in dataset.samples:
            labelled = sample.read()
            before, after = (
                side.examine(labelled, dataset.gsd, meter) for side in (exact, reduced)
            )
            valid = before[0] != NODATA
            comparison.add(
                (before[0][valid][None], before[1]),
                (after[0][valid][None], after[1]),
                labelled.mask[valid][None],
            )
            meter.advance(1)
    # What was counted as one are images.
    comparison.tiles = exact.tiles
    return comparison


class _Side:
    """A checkpoint in one precision, from images to probabilities and presence logits."""

    def __init__(
        self,
        checkpoint: Checkpoint,
        maker: Maker,
        device: DeviceInfo,
        precision: str,
        on_event: OnEvent,
    ) -> None:
        card = checkpoint.card
        margin = Tiling.of(1, 1, card.tile_size, DEFAULT_OVERLAP).margin
        warn = partial(_warn, on_event)
        self.tiles = 0
        self._presence: list[NDArray[np.float32]] = []

        def make(dtype: np.dtype[Any]) -> _Noting:
            engine = maker.make(checkpoint, margin, device, precision, dtype, warn)
            return _Noting(engine, self._presence)

        self._predictor = Predictor(ByType(make, usual_type(card)), card, DEFAULT_OVERLAP)

    def examine(self, labelled: Labelled, gsd: float | None, meter: Meter) -> Examined:
        """Probabilities (H, W) of an image, 255 where it is not valid, and its tiles' presence."""
        self._presence.clear()
        found = self._predictor(labelled, gsd, lambda _, computed: self._count(computed, meter))
        return found, np.concatenate(self._presence) if self._presence else None

    def _count(self, tiles: int, meter: Meter) -> None:
        self.tiles += tiles
        meter.advance(0)


class _Noting:
    """An engine that keeps the presence logits of what it is asked."""

    def __init__(self, engine: FastEngine, presence: list[NDArray[np.float32]]) -> None:
        self._engine, self._presence = engine, presence
        self.batch_size, self.precision = engine.batch_size, engine.precision
        self.description = engine.description

    def predict(self, tiles: NDArray[Any]) -> NDArray[np.uint8]:
        """Probabilities (B, stride, stride) in 1/250 of the centres of tiles (B, C, size, size)."""
        probabilities, presence = self._engine.examine(tiles)
        if presence is not None:
            self._presence.append(presence)
        return probabilities


def _warn(on_event: OnEvent, text: str) -> None:
    on_event(Log("warning", text))
