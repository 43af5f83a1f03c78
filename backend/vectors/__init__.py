"""Polygons from probability rows: components, outlines, attributes, and the file they go into.

Nothing here depends on how the rows are cut into bands, and no stage holds more than the
polygons that are still open.
"""

from __future__ import annotations

from backend.errors import CalandDetError
from backend.raster.grid import PROBABILITY_SCALE


def level(threshold: float) -> int:
    """The lowest probability value [1/250] that counts as landslide: value / 250 >= threshold.

    Raises `CalandDetError` for a threshold outside (0, 1].
    """
    if not 0 < threshold <= 1:
        raise CalandDetError(
            f"The threshold {threshold} is not a probability.", "Give a number above 0, up to 1."
        )
    values = range(1, PROBABILITY_SCALE + 1)
    return next(value for value in values if value / PROBABILITY_SCALE >= threshold)
