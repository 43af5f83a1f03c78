"""Outlines and components, on arrays: whatever the bands, the polygons are the mask's."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray
from rasterio.features import rasterize
from scipy import ndimage

from backend.errors import CalandDetError
from backend.raster.grid import NODATA
from backend.vectors import level, tracer
from backend.vectors.components import PIXELS, PROBABILITY, PROBABILITY_MAX, Totals, concatenated
from backend.vectors.tracer import Closed, Tracer

LEVEL = 125
VALUES = [0, 30, 124, 125, 126, 200, 250, NODATA]
FIELDS = arrays(
    np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=14), elements=st.sampled_from(VALUES)
)
TOLERANCES = st.sampled_from([0.0, 0.1, 0.25, 1.0])


def traced(
    values: NDArray[np.uint8], cuts: list[int] | None = None, simplify: float = 0.0, **options
) -> Closed:
    """All polygons of `values`, handed over in bands that begin at `cuts`."""
    trace = Tracer(values.shape[1], LEVEL, simplify, **options)
    closed = [batch for band in np.split(values, sorted(cuts or [])) for batch in trace.add(band)]
    closed += trace.finish()
    if not closed:
        return Closed(np.empty(0, object), Totals.zero(0))
    return Closed(
        np.concatenate([batch.polygons for batch in closed]),
        concatenated([batch.totals for batch in closed]),
    )


def mask_of(values: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return (values >= LEVEL) & (values != NODATA)


def rasterised(polygons: NDArray[np.object_], shape: tuple[int, int]) -> NDArray[np.bool_]:
    if not len(polygons):
        return np.zeros(shape, bool)
    return rasterize(polygons, shape, transform=Affine.identity()).astype(bool)


def smooth(shape: tuple[int, int], seed: int, sigma: float = 1.5) -> NDArray[np.uint8]:
    """A probability of many small, soft blobs."""
    noise = np.random.default_rng(seed).standard_normal(shape)
    field = ndimage.gaussian_filter(noise, sigma)
    return np.rint(250 / (1 + np.exp(-4 * (field / field.std() - 1)))).astype(np.uint8)


@settings(max_examples=300, deadline=None)
@given(FIELDS, TOLERANCES)
def test_polygons_are_the_mask(values, simplify):
    polygons = traced(values, simplify=simplify).polygons
    assert shapely.is_valid(polygons).all()
    assert len(polygons) == ndimage.label(mask_of(values))[1]
    np.testing.assert_array_equal(rasterised(polygons, values.shape), mask_of(values))


@settings(max_examples=200, deadline=None)
@given(FIELDS, TOLERANCES, st.lists(st.integers(0, 14), max_size=6))
def test_bands_make_no_difference(values, simplify, cuts):
    whole = traced(values, simplify=simplify)
    banded = traced(values, [min(cut, len(values)) for cut in cuts], simplify)
    assert shapely.equals_exact(whole.polygons, banded.polygons, normalize=False).all()
    np.testing.assert_array_equal(whole.totals.sums, banded.totals.sums)
    np.testing.assert_array_equal(whole.totals.peaks, banded.totals.peaks)


@pytest.mark.parametrize("seed", range(3))
def test_small_slabs_make_no_difference(seed, monkeypatch):
    values = smooth((150, 130), seed)
    whole = traced(values, simplify=0.25)
    monkeypatch.setattr(tracer, "SLAB_PIXELS", 1)
    rows = traced(values, simplify=0.25)
    assert len(whole.polygons) > 50
    assert [*map(shapely.to_wkb, whole.polygons)] == [*map(shapely.to_wkb, rows.polygons)]
    np.testing.assert_array_equal(whole.totals.sums, rows.totals.sums)


@settings(max_examples=100, deadline=None)
@given(FIELDS)
def test_totals_are_those_of_the_labels(values):
    closed = traced(values)
    labels, count = ndimage.label(mask_of(values))
    inner = [values[labels == label] for label in range(1, count + 1)]
    expected = sorted((len(own), int(own.sum()), int(own.max())) for own in inner)
    sums, peaks = closed.totals.sums, closed.totals.peaks
    found = zip(sums[:, PIXELS], sums[:, PROBABILITY], peaks[:, PROBABILITY_MAX], strict=True)
    assert sorted(found) == expected


def test_every_polygon_belongs_to_its_own_totals():
    values = smooth((120, 120), 5)
    closed = traced(values, [7, 50, 51])
    for polygon, sums in zip(closed.polygons, closed.totals.sums, strict=True):
        assert rasterised(np.array([polygon]), values.shape).sum() == sums[PIXELS]


def test_islands_nested_in_holes():
    values = np.zeros((13, 13), np.uint8)
    for depth, value in enumerate((250, 0, 250, 0, 250)):
        values[1 + depth : 12 - depth, 1 + depth : 12 - depth] = value
    polygons = traced(values, [3, 6, 9]).polygons
    assert sorted(len(polygon.interiors) for polygon in polygons) == [0, 1, 1]
    np.testing.assert_array_equal(rasterised(polygons, values.shape), values > 0)


def test_diagonal_neighbours_are_apart():
    assert len(traced(np.array([[250, 0], [0, 250]], np.uint8)).polygons) == 2


def test_outline_is_where_the_probability_crosses():
    # 0 to 250 over ten pixels: 124.5 lies 4.98 pixels from the first centre.
    values = np.tile(np.arange(0, 251, 25, dtype=np.uint8), (6, 1))
    left = traced(values).polygons[0].bounds[0]
    assert left == pytest.approx(0.5 + 124.5 / 25)


def test_outline_runs_on_the_edge_of_nodata_and_raster():
    values = np.full((5, 7), 180, np.uint8)
    values[:, 5:] = NODATA
    (polygon,) = traced(values).polygons
    assert polygon.bounds == (0, 0, 5, 5)
    assert polygon.area == pytest.approx(25 - 4 / 8)  # only the corners are cut


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (40, 50)])
def test_a_full_raster_is_one_polygon(shape):
    (polygon,) = traced(np.full(shape, 250, np.uint8), simplify=0.25).polygons
    assert polygon.bounds == (0, 0, shape[1], shape[0])


def test_nothing_inside_gives_nothing():
    assert len(traced(np.full((20, 30), 124, np.uint8)).polygons) == 0
    assert len(traced(np.full((20, 30), NODATA, np.uint8)).polygons) == 0


def test_simplifying_drops_vertices_within_the_tolerance():
    values = smooth((200, 200), 1, sigma=6)
    exact, simple = traced(values).polygons, traced(values, simplify=0.25).polygons
    assert shapely.hausdorff_distance(exact, simple).max() <= 0.25
    assert (
        shapely.get_num_coordinates(simple).sum() < 0.5 * shapely.get_num_coordinates(exact).sum()
    )


@pytest.mark.parametrize("cuts", [[], [1, 2, 3, 4, 5]])
def test_components_below_the_least_size_are_left_out(cuts):
    values = np.zeros((8, 8), np.uint8)
    values[1:4, 1] = values[1, 5] = values[6, 1:6] = 250
    closed = traced(values, cuts, min_pixels=3)
    assert closed.totals.sums[:, PIXELS].tolist() == [3, 5]
    np.testing.assert_array_equal(
        rasterised(closed.polygons, (8, 8)).sum(axis=1), [0, 1, 1, 1, 0, 0, 5, 0]
    )


def test_order_is_by_last_row_then_first_pixel():
    values = np.zeros((6, 9), np.uint8)
    values[0:6, 0] = values[0:2, 8] = values[1, 4] = values[4, 4] = 250
    for cuts in ([], [2], [1, 2, 3, 4, 5]):
        tops = [polygon.bounds[:2] for polygon in traced(values, cuts).polygons]
        assert [round(x) for x, _ in tops] == [8, 4, 4, 0]


@pytest.mark.parametrize("value", range(1, 251))
def test_level_is_exact(value):
    assert level(value / 250) == value
    assert level(value / 250 - 1e-9) == value


@pytest.mark.parametrize("threshold", [0, -0.1, 1.01, float("nan")])
def test_level_refuses_what_is_no_probability(threshold):
    with pytest.raises(CalandDetError, match="not a probability"):
        level(threshold)


def test_a_comb_of_long_teeth_is_simplified_exactly():
    values = np.zeros((400, 301), np.uint8)
    values[:, ::2] = values[-1] = 250
    (polygon,) = traced(values, simplify=0.25).polygons
    np.testing.assert_array_equal(rasterised(np.array([polygon]), values.shape), values > 0)
    # Four corners, cut, for each of 151 teeth; without simplification 120,000 vertices.
    assert shapely.get_num_coordinates(polygon) < 2500


def test_a_polygon_of_thousands_of_holes_is_valid_and_keeps_them():
    values = np.full((180, 180), 250, np.uint8)
    values[1::3, 1::3] = 0
    (polygon,) = traced(values, simplify=0.25).polygons
    assert shapely.get_num_interior_rings(polygon) == 3600
    assert shapely.is_valid(polygon)
