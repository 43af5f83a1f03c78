"""Whole images in memory through a network, tiled as `detect` tiles a raster."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backend.card import Card, Gsd
from backend.checkpoint import Checkpoint
from backend.engines import Engine
from backend.engines.choose import Imagery, choose_engine
from backend.engines.devices import choose_device
from backend.engines.flips import Flipped
from backend.engines.torch_engine import TorchEngine
from backend.errors import DatasetError
from backend.events import Log, OnEvent
from backend.inference import infer
from backend.raster.grid import NODATA, Tiling
from backend.raster.source import BYTE_RANGE
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


class ByType:
    """Engines for tiles of several types as one; each is made when its type comes."""

    def __init__(self, make: Callable[[np.dtype[Any]], Engine], usual: np.dtype[Any]) -> None:
        self._make = make
        self._engines: dict[np.dtype[Any], Engine] = {}
        engine = self._of(usual)
        self.batch_size, self.precision = engine.batch_size, engine.precision
        self.description = engine.description

    def predict(self, tiles: NDArray[Any]) -> NDArray[np.uint8]:
        """Probabilities (B, stride, stride) in 1/250 of the centres of tiles (B, C, size, size)."""
        return self._of(tiles.dtype).predict(tiles)

    def _of(self, dtype: np.dtype[Any]) -> Engine:
        if dtype not in self._engines:
            self._engines[dtype] = self._make(dtype)
        return self._engines[dtype]


def usual_type(card: Card) -> np.dtype[Any]:
    """What tiles for a checkpoint mostly are."""
    return np.dtype("uint8" if card.scaling.range == BYTE_RANGE else "float32")


@dataclass(frozen=True)
class Predictor:
    """A checkpoint on a device, from images to probabilities."""

    engine: Engine
    card: Card
    overlap: str

    @classmethod
    def of(
        cls,
        checkpoint: Checkpoint,
        device: str,
        precision: str,
        overlap: str,
        on_event: OnEvent,
        *,
        fast: bool = False,
        flips: bool = False,
    ) -> Predictor:
        """The predictor on the device of that name; raises `DeviceError` where it is not there.

        `fast` takes the engine that `detect` takes, which has to be made for the checkpoint first;
        else it is torch's network as it is. In fp32 unless another precision is asked for.
        """
        margin = Tiling.of(1, 1, checkpoint.card.tile_size, overlap).margin
        where = (
            checkpoint,
            margin,
            choose_device(device),
            "fp32" if precision == "auto" else precision,
        )

        def log(severity: str, text: str) -> None:
            on_event(Log(severity, text))

        engine: Engine
        if fast:
            engine = ByType(
                lambda dtype: choose_engine(*where, log, Imagery(dtype)),
                usual_type(checkpoint.card),
            )
        else:
            engine = TorchEngine(*where, partial(log, "warning"))
        return cls(Flipped(engine) if flips else engine, checkpoint.card, overlap)

    def __call__(
        self, labelled: Labelled, gsd: float | None, on_tiles: OnTiles
    ) -> NDArray[np.uint8]:
        """Probability (H, W) in 1/250 of an image with pixels of `gsd` [m]; 255 where not valid.

        An image outside the card's range of distances goes through the network at its nominal one.
        """
        seen = labelled.valid if labelled.seen is None else labelled.seen
        nominal = resampling_distance(gsd, self.card.gsd)
        if gsd is None or nominal is None:
            found = self._tiled(labelled.image, seen, on_tiles)
        else:
            smaller = resample(labelled.image, seen, _shape_at(nominal, gsd, seen))
            found = self._tiled(*smaller, on_tiles)
            found = resample(found[None], found != NODATA, seen.shape)[0][0]
        return np.where(labelled.valid, found, np.uint8(NODATA))

    def _tiled(
        self, image: NDArray[Any], valid: NDArray[np.bool_], on_tiles: OnTiles
    ) -> NDArray[np.uint8]:
        height, width = valid.shape
        tiling = Tiling.of(width, height, self.card.tile_size, self.overlap)
        source = ArraySource(self._filled(image, valid), valid)
        return np.concatenate(list(infer(source, tiling, None, self.engine, on_tiles)))

    def _filled(self, image: NDArray[Any], valid: NDArray[np.bool_]) -> NDArray[Any]:
        """The image with what `detect` gives the network where a pixel or a band is not known."""
        fill = np.array(self.card.neutral)[:, None, None]
        if image.dtype != np.uint8 or not np.isfinite(fill).all():
            known = valid & np.isfinite(image)
            return np.where(known, image, fill).astype(np.float32)
        return np.where(valid, image, fill.round().astype(image.dtype))


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
