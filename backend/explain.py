"""The job that shows what in the image spoke for a polygon: Grad-CAM around it, as a raster."""

from __future__ import annotations

import math
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from affine import Affine
from numpy.typing import NDArray

from backend.checkpoint import load
from backend.detect import DetectRequest, source_request
from backend.engines.devices import choose_device
from backend.engines.tile_network import TileNetwork
from backend.errors import CalandDetError, RasterError
from backend.events import Log, Meter, OnEvent, Result, Start
from backend.explain_stages import Stage, choose_stage, stages
from backend.explain_targets import Place, Polygons, Square, Target, squares_around
from backend.grad_cam import Answer, Pixels, grad_cam
from backend.raster.grid import NODATA, PROBABILITY_SCALE, Grid, reflect
from backend.raster.inputs import open_source
from backend.raster.sink import create_byte_raster
from backend.raster.source import BandSource
from backend.vectorize import level
from backend.workspace import Workspace

NAME = "explanation.tif"


@dataclass(frozen=True)
class ExplainRequest:
    """Which place or which polygons of which raster; the rest is as the run had it.

    `at` is in the raster's CRS: explained is the landslide found there, or the pixel alone.
    `polygons` is a layer, in any CRS, whose polygons are explained as one.
    """

    raster: str
    checkpoint: Path
    out: Path
    at: tuple[float, float] | None = None
    polygons: str | None = None
    stage: str | None = None  # None: the architecture's own
    bands: tuple[int, ...] | None = None
    inputs: tuple[str, ...] = ()
    dem: str | None = None
    gsd: str | float = "auto"
    device: str = "auto"


def explain(request: ExplainRequest, on_event: OnEvent) -> Result:
    """Write `explanation.tif` into `request.out`, on the run's grid.

    Byte: value / 250 is the heat as a share of its maximum, 255 is nodata. Tiles lie around what is
    explained, so that presence and probability differ a little from the run's, whose tiles lie on
    a lattice. Raises a `CalandDetError` for anything wrong with the input, and whatever `on_event`
    raises.
    """
    began = time.monotonic()
    checkpoint = load(request.checkpoint)
    stage = choose_stage(checkpoint, request.stage)
    device = choose_device(request.device)
    with ExitStack() as stack:
        source = stack.enter_context(open_source(source_request(_detection(request), checkpoint)))
        target = _target(request, source.grid, level(checkpoint.card.threshold))
        squares = squares_around(target, checkpoint.card.tile_size)
        on_event(Start("explain", device.description, {"stage": stage.name, "tiles": len(squares)}))
        network = TileNetwork(checkpoint, 0).to(torch.device(device.name)).eval()
        meter = Meter(on_event, "explain", len(squares), "tiles")
        sheet = Sheet(squares, source.grid)
        for square in squares:
            sheet.add(square, *_explained(network, stage, source, square, target))
            meter.advance(1)
        if not sheet.has_pixels:
            raise RasterError(
                "There is no image under the place or the polygons: all pixels are nodata.",
                "Choose others.",
            )
        counts = sheet.counts() | {"stage": stage.name, "stages": list(stages(checkpoint))}
        if not sheet.peak:
            text = f"At the stage {stage.name} nothing in the image spoke for this place."
            on_event(Log("warning", text))
        with Workspace(request.out) as workspace:
            sheet.write(workspace.partial / NAME, f"Grad-CAM at {stage.name}")
            workspace.publish([NAME])
    counts["seconds"] = round(time.monotonic() - began, 3)
    result = Result({"explanation": str(request.out.absolute() / NAME)}, counts)
    on_event(result)
    return result


class Sheet:
    """The heat of all tiles on one part of the grid; where tiles overlap the higher one counts."""

    def __init__(self, squares: list[Square], grid: Grid) -> None:
        size = squares[0].size
        self._left = max(min(square.left for square in squares), 0)
        self._top = max(min(square.top for square in squares), 0)
        right = min(max(square.left for square in squares) + size, grid.width)
        bottom = min(max(square.top for square in squares) + size, grid.height)
        transform = grid.transform @ Affine.translation(self._left, self._top)
        self._grid = Grid(right - self._left, bottom - self._top, transform, grid.crs)
        shape = self._grid.height, self._grid.width
        self._heat = np.zeros(shape, np.float32)
        self._chosen, self._valid = np.zeros(shape, bool), np.zeros(shape, bool)
        self._probability = np.zeros(shape, np.float32)
        self._answers: list[Answer] = []

    @property
    def peak(self) -> float:
        """The highest heat."""
        return float(self._heat.max())

    @property
    def has_pixels(self) -> bool:
        """Whether anything was explained."""
        return bool(self._chosen.any())

    def add(self, square: Square, answer: Answer, valid: Pixels) -> None:
        """Take a tile's answer; `valid` (size, size) are the image's pixels in it."""
        rows, columns = (
            slice(max(first, 0), max(first, 0) + length)
            for first, length in (
                (square.top - self._top, self._grid.height),
                (square.left - self._left, self._grid.width),
            )
        )
        down, right = (max(-at, 0) for at in (square.top - self._top, square.left - self._left))
        for own, part in (
            (self._heat, answer.heat),
            (self._chosen, answer.chosen),
            (self._probability, answer.probability),
            (self._valid, valid),
        ):
            here = own[rows, columns]
            seen = part[down : down + here.shape[0], right : right + here.shape[1]]
            here = here[: seen.shape[0], : seen.shape[1]]
            np.maximum(here, seen, out=here)
        self._answers.append(answer)

    def counts(self) -> dict[str, Any]:
        """What the result event tells; presence is that of the tile with most of the pixels."""
        presence = max(self._answers, key=lambda answer: int(answer.chosen.sum())).presence
        total = float(self._heat.sum())
        return {
            "tiles": len(self._answers),
            "pixels": int(self._chosen.sum()),
            "probability_mean": float(self._probability[self._chosen].mean()),
            "presence_logit": presence,
            "presence_probability": None if presence is None else 1 / (1 + math.exp(-presence)),
            "inside_share": float(self._heat[self._chosen].sum()) / total if total else None,
        }

    def write(self, path: Path, description: str) -> None:
        """Write the heat as a share of its peak."""
        scaled = self._heat * (PROBABILITY_SCALE / (self.peak or 1.0))
        values = np.where(self._valid, scaled.round(), NODATA).astype(np.uint8)
        with create_byte_raster(path, self._grid) as data:
            data.scales = (1 / PROBABILITY_SCALE,)
            data.set_band_description(1, description)
            data.write(values, 1)


def _detection(request: ExplainRequest) -> DetectRequest:
    """The run whose image is looked at."""
    return DetectRequest(
        request.raster, request.checkpoint, request.out, bands=request.bands,
        inputs=request.inputs, dem=request.dem, gsd=request.gsd,
    )  # fmt: skip


def _target(request: ExplainRequest, grid: Grid, threshold: int) -> Target:
    if (request.at is None) == (request.polygons is None):
        raise CalandDetError(
            "Either a place or polygons can be explained.", "Give one of both (--at, --polygons)."
        )
    if request.polygons is not None:
        return Polygons(request.polygons, grid)
    assert request.at is not None  # nosec B101 # for mypy: one of both is there
    return Place(request.at, grid, threshold)


def _explained(
    network: TileNetwork, stage: Stage, source: BandSource, square: Square, target: Target
) -> tuple[Answer, Pixels]:
    """A tile's answer, and which of its pixels are the image's own and valid (size, size)."""
    values, valid = _read(source, square)
    tile = torch.from_numpy(values[None]).to(network.shift.device).float()

    def choose(probability: NDArray[np.float32]) -> Pixels:
        return target.pixels(square, probability, valid)

    return grad_cam(network.network, stage, network.normalised(tile), choose), valid


def _read(source: BandSource, square: Square) -> tuple[NDArray[Any], Pixels]:
    """Values (C, size, size), reflected beyond the edges, and validity (size, size), not so."""
    rows, columns = (np.arange(first, first + square.size) for first in (square.top, square.left))
    height, width = source.grid.height, source.grid.width
    down, across = reflect(rows, height), reflect(columns, width)
    first = int(down.min())
    values, valid = source.read(first, int(down.max()) + 1)
    inside = np.outer((rows >= 0) & (rows < height), (columns >= 0) & (columns < width))
    return values[:, down - first][:, :, across], valid[down - first][:, across] & inside
