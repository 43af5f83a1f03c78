"""From what the user asks for to a scenario: the raster and the checkpoint, opened and checked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import backend
from backend.benchmark.scenario import Scenario
from backend.benchmark.scene import write_scene
from backend.card import Card
from backend.checkpoint import read_card
from backend.engines.devices import choose_device, usable_threads
from backend.errors import CalandDetError, CheckpointError, RasterError
from backend.raster.bands import choose_bands
from backend.raster.grid import PROBABILITY_SCALE
from backend.raster.source import BYTE_RANGE, open_raster
from backend.vectorize import level
from backend.workspace import refused

# Side of the generated scene: minutes on a laptop, and a multiple of the published stride [px].
SIZE = 2016
SHIPPED = Path(backend.__file__).parents[1] / "resources/models/calanddet2-rgb.safetensors"


@dataclass(frozen=True)
class BenchmarkRequest:
    """What to measure, on what."""

    raster: str | None = None  # None: a generated scene
    checkpoint: Path = SHIPPED
    size: int | None = None  # of the generated scene [px]
    repeats: int = 3
    only: tuple[str, ...] = ()  # names of rivals; none: all
    out: Path | None = None
    device: str = "auto"
    precision: str = "auto"  # of our own engine


@contextmanager
def setting(request: BenchmarkRequest) -> Iterator[Scenario]:
    """The scenario, with a folder that vanishes in the end.

    Raises a `CalandDetError` for what cannot be measured.
    """
    if request.repeats < 1:
        raise CalandDetError(f"There cannot be {request.repeats} repeats.", "Give 1 or more.")
    card = read_card(request.checkpoint)
    _check_card(request.checkpoint.name, card)
    size = _size(request, card.tile_size)
    if request.out:
        with refused(request.out):
            request.out.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="benchmark-", dir=request.out) as name:
        folder = Path(name).absolute()
        raster = request.raster
        if raster is None:
            raster = str(folder / "scene.tif")
            write_scene(Path(raster), size)
        yield _scenario(request, card, raster, folder)


def _size(request: BenchmarkRequest, tile: int) -> int:
    if request.raster is not None and request.size is not None:
        raise CalandDetError(
            f"A size of {request.size} px is for the generated scene, and {request.raster} is"
            " measured as it is.",
            "Leave out the size or the raster.",
        )
    size = SIZE if request.size is None else request.size
    if size < tile:
        raise _too_small(f"A scene of {size} x {size} px", tile)
    return size


def _scenario(request: BenchmarkRequest, card: Card, raster: str, folder: Path) -> Scenario:
    with open_raster(raster) as data:
        bands = choose_bands(data, card.bands, None)
        if len(bands) != 3 or any(data.dtypes[band - 1] != "uint8" for band in bands):
            raise RasterError(
                f"{raster} has {data.dtypes[0]} values in {data.count} bands; the ways that are"
                " compared take red, green and blue of 8 bits alone.",
                "Choose an 8-bit RGB image, or the generated scene.",
            )
        if min(data.shape) < card.tile_size:
            raise _too_small(f"{raster}, {data.width} x {data.height} px,", card.tile_size)
        return Scenario(
            raster=str(Path(raster).absolute()) if Path(raster).exists() else raster,
            bands=bands,
            width=data.width,
            height=data.height,
            checkpoint=str(request.checkpoint.absolute()),
            scaling=card.scaling,
            threshold=card.threshold,
            limit=(level(card.threshold) - 0.5) / PROBABILITY_SCALE,
            size=card.tile_size,
            device=choose_device(request.device).name,
            precision=request.precision,
            threads=usable_threads(),
            folder=str(folder),
        )


def _check_card(name: str, card: Card) -> None:
    plain = card.scaling.range == BYTE_RANGE and not card.scaling.by_tile
    if len(card.bands) != 3 or not plain or card.tile_size % 4:
        raise CheckpointError(
            f"{name} takes {', '.join(card.bands)} from {card.scaling.range[0]:g} to"
            f" {card.scaling.range[1]:g} in tiles of {card.tile_size} px; the ways that are"
            " compared take three bands of 8 bits and tiles whose side four divides.",
            "Choose a checkpoint for 8-bit RGB images.",
        )


def _too_small(what: str, tile: int) -> RasterError:
    return RasterError(f"{what} is smaller than a tile of {tile} px.", "Choose a larger one.")
