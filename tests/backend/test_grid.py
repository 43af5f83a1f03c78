"""Tiles cover every pixel exactly once, whatever the raster's size."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.raster.grid import OVERLAPS, Tiling, reflect

SIZES = st.integers(1, 2000)


@settings(deadline=None)
@given(SIZES, SIZES, st.sampled_from(sorted(OVERLAPS)), st.sampled_from([128, 224, 256]))
def test_cores_cover_each_pixel_once(width, height, overlap, size):
    tiling = Tiling.of(width, height, size, overlap)
    for count, length in ((tiling.columns, width), (tiling.rows, height)):
        seen = np.zeros(length, int)
        for index in range(count):
            first, last = tiling.core(index, length)
            assert first < last, "a tile that decides nothing would be computed for nothing"
            seen[first:last] += 1
        assert (seen == 1).all()


@settings(deadline=None)
@given(SIZES, st.sampled_from(sorted(OVERLAPS)))
def test_core_keeps_the_margin_from_the_tile_edge(width, overlap):
    tiling = Tiling.of(width, 1, 224, overlap)
    for index in range(tiling.columns):
        first, last = tiling.core(index, width)
        assert first - tiling.start(index) >= tiling.margin
        assert tiling.start(index) + tiling.size - last >= tiling.margin


def test_presets_are_the_published_strides():
    strides = {name: Tiling.of(500, 500, 224, name).stride for name in OVERLAPS}
    assert strides == {"reference": 112, "balanced": 168, "fast": 196}
    assert all(stride % 28 == 0 for stride in strides.values())


def test_reference_tiles_start_where_the_published_tool_starts_them():
    tiling = Tiling.of(2688, 2688, 224, "reference")
    assert tiling.start(1) == 0
    assert tiling.core(1, 2688) == (56, 168)


@pytest.mark.parametrize("length", [1, 2, 3, 7, 50])
def test_reflect_is_numpys_reflection(length):
    index = np.arange(-120, length + 130)
    values = np.arange(length)
    expected = np.pad(values, (120, 130), mode="reflect")
    assert (values[reflect(index, length)] == expected).all()
