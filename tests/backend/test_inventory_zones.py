"""Which pixels belong to a polygon, and what is added up over them."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.features import rasterize

from backend.inventory.zones import Outline, Sums, reachable

SIZE = 40


def blob(rng: np.random.Generator) -> shapely.Geometry:
    """A ragged polygon, maybe with a hole, maybe in two parts, maybe beyond the grid."""
    angle = np.sort(rng.uniform(0, 2 * np.pi, 9))
    radius = rng.uniform(2, 14, 9)
    centre = rng.uniform(-4, SIZE + 4, 2)
    around = np.column_stack([np.cos(angle), np.sin(angle)]) * radius[:, None]
    shape = shapely.make_valid(shapely.Polygon(centre + around))
    hole = shapely.Point(rng.uniform(0, SIZE, 2)).buffer(rng.uniform(0.5, 5), quad_segs=3)
    return shape.difference(hole).union(shapely.box(1.2, 30.1, 3.9, 33.3))


def mask_of(outline: Outline, owner: int, step: int) -> np.ndarray:
    """The pixels of one polygon on the grid."""
    mask = np.zeros((SIZE, SIZE), int)
    for _, _, spans in outline.strips(step):
        own = spans.take(spans.owner == owner)
        rows, columns, _ = own.pixels()
        inside = (rows >= 0) & (rows < SIZE)
        np.add.at(mask, (rows[inside], columns[inside]), 1)
    return mask


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([1, 7, 100]))
def test_pixels_are_those_that_gdal_burns_also_where_polygons_overlap(seed, step):
    rng = np.random.default_rng(seed)
    polygons = np.array([blob(rng) for _ in range(4)])
    outline = Outline(polygons, SIZE)
    for owner, polygon in enumerate(polygons):
        burnt = rasterize([polygon], (SIZE, SIZE))
        np.testing.assert_array_equal(mask_of(outline, owner, step), burnt)


def test_a_polygon_between_pixel_centres_gets_the_pixel_it_lies_in():
    polygons = np.array([shapely.box(3.6, 5.6, 3.9, 5.9), shapely.box(10, 10, 12, 12)])
    found = reachable(polygons, SIZE, 8)
    assert found[0].equals(shapely.box(3, 5, 4, 6))
    assert found[1] is polygons[1]


@pytest.mark.parametrize("step", [1, 3, 64])
def test_sums_and_peaks_are_those_of_each_polygon(step):
    rng = np.random.default_rng(1)
    polygons = np.array([shapely.box(*box) for box in ((2, 3, 20, 30), (10, 5, 35, 25))])
    polygons = np.append(polygons, shapely.box(5.6, 5.6, 5.9, 5.9))
    values = rng.normal(0, 1, (SIZE, SIZE))
    values[3, 2] = np.nan
    values[20, 15] = values[21, 12] = 9.0  # the same height twice: the first is the place
    sums = Sums(len(polygons))
    for _, _, spans in Outline(polygons, SIZE).strips(step):
        rows, columns, begins = spans.pixels()
        part = values[rows, columns]
        sums.add("value", spans.owner, part, begins)
        sums.raise_to("value", spans.owner, part, begins, rows * SIZE + columns)
    inside = [values[3:30, 2:20], values[5:25, 10:35]]
    np.testing.assert_allclose(sums.sum("value"), [*(np.nansum(part) for part in inside), 0])
    np.testing.assert_allclose(sums.peak("value"), [9, 9, np.nan])
    assert sums.place("value").tolist() == [20 * SIZE + 15, 20 * SIZE + 15, -1]
