"""Whole images in memory through a network, tiled as `detect` tiles a raster."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backend.card import Card, Gsd
from backend.checkpoint import Checkpoint
from backend.engines import Engine
from backend.engines.devices import choose_device
from backend.engines.torch_engine import TorchEngine
from backend.errors import DatasetError
from backend.events import Log, OnEvent
from backend.inference import infer
from backend.raster.grid import NODATA, Tiling
from backend.training.datasets import Labelled
from backend.training.resample import resample

# A resampled image beyond this many pixels comes of a mistyped distance.
MAX_PIXELS = 1 << 30

OnTiles = Callable[[int, int], None]


@dataclass(frozen=True)
class ArraySource:
    """An image (C, H, W) in memory with its validity (H, W), read like a raster."""

    image: NDArray[Any]
    valid: NDArray[np.bool_]

    def read(self, first: int, last: int) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """Rows [first, last): values (C, rows, W) and validity (rows, W)."""
        return self.image[:, first:last], self.valid[first:last]


@dataclass(frozen=True)
class Predictor:
    """A checkpoint on a device, from images to probabilities."""

    engine: Engine
    card: Card
    overlap: str

    @classmethod
    def of(
        cls, checkpoint: Checkpoint, device: str, precision: str, overlap: str, on_event: OnEvent
    ) -> Predictor:
        """The predictor on the device of that name; raises `DeviceError` where it is not there."""
        margin = Tiling.of(1, 1, checkpoint.card.tile_size, overlap).margin
        engine = TorchEngine(
            checkpoint,
            margin,
            choose_device(device),
            precision,
            lambda text: on_event(Log("warning", text)),
        )
        return cls(engine, checkpoint.card, overlap)

    def __call__(
        self, labelled: Labelled, gsd: float | None, on_tiles: OnTiles
    ) -> NDArray[np.uint8]:
        """Probability (H, W) in 1/250 of an image with pixels of `gsd` [m]; 255 where not valid.

        An image outside the card's range of distances goes through the network at its nominal one.
        """
        image, valid = labelled.image, labelled.valid
        nominal = resampling_distance(gsd, self.card.gsd)
        if gsd is None or nominal is None:
            return self._tiled(image, valid, on_tiles)
        probability = self._tiled(*resample(image, valid, _shape_at(nominal, gsd, valid)), on_tiles)
        on_own_pixels, _ = resample(probability[None], probability != NODATA, valid.shape)
        return np.where(valid, on_own_pixels[0], np.uint8(NODATA))

    def _tiled(
        self, image: NDArray[Any], valid: NDArray[np.bool_], on_tiles: OnTiles
    ) -> NDArray[np.uint8]:
        height, width = valid.shape
        tiling = Tiling.of(width, height, self.card.tile_size, self.overlap)
        source = ArraySource(np.where(valid, image, self._fill(image.dtype)), valid)
        return np.concatenate(list(infer(source, tiling, None, self.engine, on_tiles)))

    def _fill(self, dtype: np.dtype[Any]) -> NDArray[Any]:
        """What invalid pixels hold (C, 1, 1), as in `detect`: the training mean."""
        low, high = self.card.scaling.range
        mean = low + np.asarray(self.card.scaling.mean) * (high - low)
        return (mean.round() if dtype == np.uint8 else mean).astype(dtype)[:, None, None]


def resampling_distance(gsd: float | None, card: Gsd) -> float | None:
    """The distance [m] at which the network is shown images of `gsd` [m]; None for their own."""
    if gsd is None or card.range is None:
        return None
    low, high = card.range
    return None if low <= gsd <= high else card.nominal


def _shape_at(nominal: float, gsd: float, valid: NDArray[np.bool_]) -> tuple[int, int]:
    height, width = (max(1, round(side * gsd / nominal)) for side in valid.shape)
    if height * width > MAX_PIXELS:
        raise DatasetError(
            f"At the checkpoint's {nominal:g} m a pixel, an image of {valid.shape[1]} x"
            f" {valid.shape[0]} px of {gsd:g} m would have {width} x {height} px.",
            "Check the ground sampling distance of the data.",
        )
    return height, width
