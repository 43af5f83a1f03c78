"""A plain loop over ONNX Runtime, one tile at a time, as tools without torch have it."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.windows import Window

from backend.benchmark.contender import Ready
from backend.benchmark.images import mirrored, normalise, open_quietly, write_mask
from backend.benchmark.scenario import Scenario

Indices = NDArray[np.int64]


def run(scenario: Scenario, ready: Ready) -> int:
    """Read a tile, run it, keep its centre; write the mask when all are done."""
    session = _session(scenario, ready)
    tiling = scenario.tiling
    rows, columns = (
        [index[at * tiling.stride :][: tiling.size] for at in range(count)]
        for index, count in zip(mirrored(scenario), (tiling.rows, tiling.columns), strict=True)
    )
    mask = np.zeros((scenario.height, scenario.width), bool)
    with open_quietly(scenario.raster) as data:
        for row in range(tiling.rows):
            for column in range(tiling.columns):
                tile = _read(data, scenario.bands, rows[row], columns[column])
                values = normalise(tile, scenario.scaling)[None]
                logit = session.run(None, {"tiles": values})[0][0, 0]
                _keep(mask, scenario, row, column, 1 / (1 + np.exp(-logit)))
    write_mask(scenario, "onnxruntime", mask)
    return tiling.rows * tiling.columns


def _session(scenario: Scenario, ready: Ready) -> Any:
    runtime = import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = scenario.threads
    session = runtime.InferenceSession(
        str(scenario.network_file), options, providers=["CPUExecutionProvider"]
    )
    ready(f"CPU, ONNX Runtime {runtime.__version__}, fp32")
    return session


def _read(data: Any, bands: tuple[int, ...], rows: Indices, columns: Indices) -> NDArray[np.uint8]:
    """One tile (C, size, size), mirrored beyond the raster's edges."""
    top, left = int(rows.min()), int(columns.min())
    window = Window(left, top, int(columns.max()) - left + 1, int(rows.max()) - top + 1)
    return data.read(bands, window=window)[:, rows - top][:, :, columns - left]


def _keep(
    mask: NDArray[np.bool_], scenario: Scenario, row: int, column: int, answer: NDArray[np.float32]
) -> None:
    """Put the centre of a tile's probabilities (size, size) in its place."""
    tiling = scenario.tiling
    top, bottom = tiling.core(row, tiling.height)
    left, right = tiling.core(column, tiling.width)
    down, across = tiling.start(row), tiling.start(column)
    centre = answer[top - down : bottom - down, left - across : right - across]
    mask[top:bottom, left:right] = centre >= scenario.limit
