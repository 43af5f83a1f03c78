"""Areas, lengths, shapes and other fields, against independent computations."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.raster.grid import Grid
from backend.vectors.attributes import describe, largest_pixel_m2
from backend.vectors.components import Totals
from backend.vectors.ground import Ground, Outlines, elongation_and_orientation
from tests.backend.test_outlines import traced

MARS = pyproj.CRS.from_proj4("+proj=eqc +lat_ts=0 +lon_0=180 +a=3396190 +b=3376200 +units=m")
MARS_SPHERE = pyproj.CRS.from_proj4("+proj=eqc +lat_ts=0 +lon_0=0 +R=3396190 +units=m")
# CRS, position of the upper left corner, and side of a pixel, in its units.
PLACES = [
    ("EPSG:4326", (85.3, 28.2), 2e-6),
    ("EPSG:4326", (12.0, -71.5), 1e-5),
    ("EPSG:4326", (179.9995, 10.0), 1e-5),
    ("EPSG:3832", (3_339_484, 1_100_000), 1.0),  # over the antimeridian
    ("EPSG:3857", (9_500_000, 3_300_000), 1.0),
    ("EPSG:3857", (1_000_000, 9_000_000), 0.3),
    ("EPSG:32644", (350_000, 3_100_000), 0.2),
    ("EPSG:2227", (6_000_000, 2_100_000), 1.0),  # feet
    (MARS, (-300_000, 250_000), 20.0),
    (MARS_SPHERE, (-300_000, 250_000), 20.0),
]


def grid_at(crs, corner, pixel, size=200) -> Grid:
    transform = Affine(pixel, 0, corner[0], 0, -pixel, corner[1])
    return Grid(size, size, transform, pyproj.CRS.from_user_input(crs))


def geodesic(polygon: shapely.Polygon, crs: pyproj.CRS) -> tuple[float, float]:
    """Area [m2] and perimeter with holes [m] by geodesics between the vertices."""
    move = pyproj.Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
    moved = shapely.transform(polygon, lambda at: np.column_stack(move.transform(*at.T)))
    geod = crs.get_geod()
    rings = [moved.exterior, *moved.interiors]
    area, _ = geod.geometry_area_perimeter(moved)
    return abs(area), sum(geod.geometry_length(ring) for ring in rings)


@pytest.mark.parametrize(("crs", "corner", "pixel"), PLACES)
def test_area_of_a_known_square(crs, corner, pixel):
    grid = grid_at(crs, corner, pixel)
    values = np.zeros((200, 200), np.uint8)
    values[40:160, 40:160] = 250
    closed = traced(values, simplify=0.25)
    _, fields = describe(closed.polygons, closed.totals, grid)
    square = shapely.Polygon(
        [grid.transform @ at for at in ((40, 40), (160, 40), (160, 160), (40, 160))]
    )
    area, perimeter = geodesic(square, grid.crs)
    assert fields["area_m2"][0] == pytest.approx(area, rel=1e-3)
    # Four corners are cut by a half pixel.
    assert fields["perimeter_m"][0] == pytest.approx(perimeter, rel=1e-2)
    assert fields["area_px"][0] == 120 * 120


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(PLACES), st.integers(0, 1000), st.floats(1, 60))
def test_measures_are_those_of_geodesics(place, seed, turn):
    grid = grid_at(*place)
    rng = np.random.default_rng(seed)
    angle = np.sort(rng.uniform(0, 2 * np.pi, 12))
    radius = rng.uniform(40, 90, 12)
    shell = np.column_stack([100 + radius * np.cos(angle), 100 + radius * np.sin(angle)])
    pixels = shapely.Polygon(shell).difference(shapely.Point(100, 100).buffer(turn / 10))
    pixels = shapely.orient_polygons(pixels)
    if pixels.geom_type != "Polygon":
        return
    transform = grid.transform @ Affine.rotation(turn)
    there = shapely.transform(pixels, lambda at: np.column_stack(transform @ tuple(at.T)))
    area, perimeter, _ = Ground(grid.crs).measure(Outlines.of(np.array([there])))
    expected = geodesic(there, grid.crs)
    # An edge is straight on the equal-area map, not a geodesic: 1e-5 for 200 m at 70 degrees.
    assert (area[0], perimeter[0]) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("flip", [1, -1])
@pytest.mark.parametrize("azimuth", [0.5, 30, 60, 90, 135, 179])
@pytest.mark.parametrize("crs", ["EPSG:32644", "EPSG:4326", "EPSG:3857", None])
def test_shape_of_a_rectangle(crs, azimuth, flip):
    """4 to 1, on a south-up and on a north-up grid, measured towards true north."""
    lon, lat = 81.0, 30.0  # on the central meridian
    along = np.array([np.sin(np.radians(azimuth)), np.cos(np.radians(azimuth))])
    across = np.array([along[1], -along[0]])
    metres = [
        sx * 200 * along + sy * 50 * across for sx, sy in ((1, 1), (1, -1), (-1, -1), (-1, 1))
    ]
    if crs is None:
        points = np.array(metres)
    else:
        geod = pyproj.Geod(ellps="WGS84")
        ends = [geod.fwd(lon, lat, np.degrees(np.arctan2(*p)), np.hypot(*p))[:2] for p in metres]
        move = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)
        points = np.array([move.transform(*end) for end in ends])
    transform = Affine(1, 0, points[0, 0], 0, flip, points[0, 1])
    pixels = shapely.Polygon(np.column_stack(~transform @ tuple(points.T)))
    grid = Grid(10, 10, transform, pyproj.CRS(crs) if crs else None)
    totals = Totals.zero(1)
    totals.sums[:] = 1
    _, fields = describe(np.array([pixels]), totals, grid)
    assert fields["elongation"][0] == pytest.approx(4, rel=1e-3)
    assert fields["orientation_deg"][0] == pytest.approx(azimuth, abs=0.05)


def test_local_crs_is_a_plane_in_its_unit():
    plane = pyproj.CRS.from_wkt(
        'LOCAL_CS["site",UNIT["foot",0.3048],AXIS["x",EAST],AXIS["y",NORTH]]'
    )
    area, perimeter, _ = Ground(plane).measure(Outlines.of(np.array([shapely.box(0, 0, 10, 20)])))
    assert area[0] == pytest.approx(200 * 0.3048**2)
    assert perimeter[0] == pytest.approx(60 * 0.3048)


def test_without_crs_there_are_pixels_only():
    values = np.full((4, 5), 200, np.uint8)
    closed = traced(values)
    _, fields = describe(closed.polygons, closed.totals, Grid(5, 4, Affine.identity(), None))
    assert np.isnan(fields["area_m2"]).all() and np.isnan(fields["perimeter_m"]).all()
    assert fields["area_px"].tolist() == [20]
    assert fields["probability_mean"][0] == pytest.approx(0.8)
    assert fields["probability_max"][0] == pytest.approx(0.8)


def test_rotated_and_sheared_grids_keep_the_area():
    grid = grid_at("EPSG:32644", (350_000, 3_100_000), 0.5)
    turned = Grid(200, 200, grid.transform @ Affine.rotation(33), grid.crs)
    values = np.zeros((200, 200), np.uint8)
    values[50:150, 30:170] = 250
    closed = traced(values)
    polygons, fields = describe(closed.polygons, closed.totals, turned)
    assert shapely.is_valid(polygons).all()
    assert fields["area_m2"][0] == pytest.approx(
        describe(closed.polygons, closed.totals, grid)[1]["area_m2"][0], rel=1e-5
    )
    assert turned.transform @ (100, 100) == pytest.approx(polygons[0].centroid.coords[0], abs=0.1)


@pytest.mark.parametrize(("crs", "corner", "pixel"), PLACES)
def test_largest_pixel_bounds_every_pixel(crs, corner, pixel):
    grid = grid_at(crs, corner, pixel)
    rng = np.random.default_rng(0)
    for column, row in rng.integers(0, 200, (20, 2)):
        corners = [(column, row), (column + 1, row), (column + 1, row + 1), (column, row + 1)]
        area, _ = geodesic(shapely.Polygon([grid.transform @ at for at in corners]), grid.crs)
        assert 0.8 * largest_pixel_m2(grid) < area <= largest_pixel_m2(grid)


def test_elongation_of_a_square_is_one():
    elongation, _ = elongation_and_orientation(Outlines.of(np.array([shapely.box(3, 4, 5, 6)])))
    assert elongation[0] == pytest.approx(1)
