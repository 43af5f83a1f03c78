"""Finished rows on their way into rasters and polygons: each kind in a thread behind the engine."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

import numpy as np
from numpy.typing import NDArray

from backend.preview import PreviewRaster
from backend.raster.sink import RasterSink
from backend.raster.spread import SpreadSink
from backend.resume import Leftovers
from backend.spool import Record
from backend.threads import Behind, OnWait
from backend.vectorize import PolygonStream

# Rows that wait for either thread [bytes].
ROOM = 32 << 20


class Writers:
    """Takes rows from top to bottom. Those that are new are kept for a resume before anything else.

    Whatever a thread raises is raised by the next call. `on_wait` is called now and then while the
    caller waits.
    """

    def __init__(
        self,
        leftovers: Leftovers,
        sink: RasterSink,
        polygons: PolygonStream,
        preview: PreviewRaster | None,
        on_wait: OnWait,
        spreads: Sequence[SpreadSink] = (),
    ) -> None:
        self._leftovers, self._sink, self._preview = leftovers, sink, preview
        self._spreads = spreads
        with ExitStack() as stack:
            self._rasters = stack.enter_context(Behind(self._write, ROOM, on_wait))
            self._vectors = stack.enter_context(Behind(polygons.add, ROOM, on_wait))
            self._stack = stack.pop_all()

    def __enter__(self) -> Writers:
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    def put(self, record: Record, is_new: bool) -> None:
        """The next rows; those that are not `is_new` come from the leftovers.

        As many rows of each spread follow those of the probability.
        """
        self._rasters.put((record, is_new), record.values.nbytes)
        values = self._planes(record)[0]
        self._vectors.put(values, values.nbytes)

    def finish(self) -> None:
        """Wait until all rows are written."""
        self._rasters.finish()
        self._vectors.finish()

    def _write(self, item: tuple[Record, bool]) -> None:
        record, is_new = item
        if is_new:
            self._leftovers.append(record)
        probability, *others = self._planes(record)
        self._sink.write(probability)
        for spread, values in zip(self._spreads, others, strict=True):
            spread.write(values)
        if self._preview is not None:
            self._preview.add(probability)

    def _planes(self, record: Record) -> list[NDArray[np.uint8]]:
        """Probability, and the spreads that there are (rows, W)."""
        return np.split(record.values, 1 + len(self._spreads))
