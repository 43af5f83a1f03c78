"""Our forward pass alone: as many tiles as detection runs, none of them read or written."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backend.benchmark.contender import Ready
from backend.benchmark.scenario import Scenario
from backend.checkpoint import load, read_card
from backend.engines import Cutting, Overlapping, Pending, begin
from backend.engines.choose import Imagery, choose_engine
from backend.engines.devices import choose_device
from backend.engines.runs import singles
from backend.inference import sample_tiles
from backend.raster.inputs import open_source
from backend.raster.source import SourceRequest

# Different tiles that are kept in memory; more would only take room.
KEPT = 32


def run(scenario: Scenario, ready: Ready) -> int:
    """The engine that detection chooses, on tiles that are in memory already."""
    checkpoint, tiling = load(scenario.checkpoint), scenario.tiling
    engine = choose_engine(
        checkpoint,
        tiling.margin,
        choose_device(scenario.device),
        scenario.precision,
        lambda level, text: None,
        Imagery(np.dtype("uint8")),
    )
    tiles = some_tiles(scenario, KEPT)
    size = engine.batch_size
    tiles = np.resize(tiles, (max(len(tiles), size), *tiles.shape[1:]))
    ready(engine.description)
    count, done = tiling.rows * tiling.columns, 0
    most = engine.in_flight if isinstance(engine, Overlapping | Cutting) else 1
    handed: deque[Pending] = deque()
    while done < count:
        first = done % (len(tiles) - size + 1)
        batch = tiles[first : first + min(size, count - done)]
        handed.append(begin(engine, singles(batch)))
        done += len(batch)
        if len(handed) == most:
            handed.popleft().result()
    for pending in handed:
        pending.result()
    return done


def some_tiles(scenario: Scenario, count: int) -> NDArray[Any]:
    """Up to `count` of the raster's tiles (n, C, size, size), from all over it."""
    card = read_card(Path(scenario.checkpoint))
    request = SourceRequest(
        scenario.raster, card.bands, card.scaling.range, card.neutral,
        bands=scenario.bands, gsd="native",
    )  # fmt: skip
    with open_source(request) as source:
        return np.concatenate(list(sample_tiles(source, scenario.tiling, None, count)))
