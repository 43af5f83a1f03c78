"""Slope, aspect and elevation from generated DEMs whose gradient is known."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
from affine import Affine

from backend import terrain
from backend.errors import DemError
from backend.raster.grid import Grid
from backend.terrain import TerrainBands, horn
from tests.backend.rasters import write_raster

UTM = pyproj.CRS(32644)
# 200 x 200 px of 0.5 m on the central meridian, where grid north is true north.
GRID = Grid(200, 200, Affine(0.5, 0, 500_000, 0, -0.5, 3_400_000), UTM)


def plane(
    crs: str | None, transform: Affine, shape: tuple[int, int], slope: float, aspect: float
) -> np.ndarray:
    """Elevations (1, H, W) that fall by `slope` [deg] towards `aspect` [deg]."""
    columns, rows = np.meshgrid(np.arange(shape[1]) + 0.5, np.arange(shape[0]) + 0.5)
    x, y = transform @ (columns, rows)
    if crs is None:
        east, north = x - GRID.transform.c, y - GRID.transform.f
    else:
        move = pyproj.Transformer.from_crs(crs, UTM, always_xy=True)
        scale = 0.9996  # of UTM on its central meridian
        east, north = (
            np.array(move.transform(x, y)) - [[[GRID.transform.c]], [[GRID.transform.f]]]
        ) / scale
    fall = east * np.sin(np.radians(aspect)) + north * np.cos(np.radians(aspect))
    return (1000 - np.tan(np.radians(slope)) * fall)[None].astype(np.float32)


def dem_over_grid(path, crs, metres, **options):
    """A plane DEM with cells of about `metres` over GRID and around it, in `crs`."""
    corner = pyproj.Transformer.from_crs(UTM, crs, always_xy=True).transform(499_900, 3_400_100)
    # An inverse scale: units of the CRS a metre, near GRID.
    unit = {"EPSG:4326": 1 / 111_000, "EPSG:3857": 1.16}.get(crs, 1.0)
    cell = metres * unit
    transform = Affine(cell, 0, corner[0], 0, -cell, corner[1])
    side = int(400 / metres)
    values = plane(crs, transform, (side, side), **options)
    return write_raster(path, values, crs=crs, transform=transform)


def all_values(bands: TerrainBands, grid: Grid) -> np.ndarray:
    rows, columns = (axis.ravel() for axis in np.indices((grid.height, grid.width)))
    return bands.values(rows, columns).reshape(4, grid.height, grid.width)


@pytest.mark.parametrize("crs", ["EPSG:32644", "EPSG:4326", "EPSG:3857"])
@pytest.mark.parametrize("metres", [0.2, 2.0, 10.0])
@pytest.mark.parametrize(("slope", "aspect"), [(30, 40), (5, 200), (45, 315)])
def test_slope_and_aspect_of_a_plane(tmp_path, crs, metres, slope, aspect):
    path = dem_over_grid(tmp_path / "dem.tif", crs, metres, slope=slope, aspect=aspect)
    with TerrainBands(str(path), GRID) as bands:
        assert bands.warning == ""
        elevation, found, east, north = all_values(bands, GRID)
    np.testing.assert_allclose(found, slope, atol=0.3)
    np.testing.assert_allclose(np.degrees(np.arctan2(east, north)) % 360, aspect, atol=0.5)
    expected = plane("EPSG:32644", GRID.transform, (200, 200), slope, aspect)[0]
    np.testing.assert_allclose(elevation, expected, atol=0.5)


def test_horn_against_its_formula():
    z = np.random.default_rng(0).normal(0, 5, (6, 7))
    right, down = horn(z)
    a, b, c, d, _, f, g, h, i = (z[r : r + 4, k : k + 5] for r in range(3) for k in range(3))
    np.testing.assert_allclose(right[1:-1, 1:-1], ((c + 2 * f + i) - (a + 2 * d + g)) / 8)
    np.testing.assert_allclose(down[1:-1, 1:-1], ((g + 2 * h + i) - (a + 2 * b + c)) / 8)


def test_horn_is_right_beside_edges_and_nodata():
    rows, columns = np.mgrid[0:6, 0:9].astype(float)
    z = 3 * columns - 2 * rows
    z[2, 3] = z[3, 6] = np.nan
    known = np.isfinite(z)
    right, down = horn(z)
    np.testing.assert_allclose(right[known], 3)
    np.testing.assert_allclose(down[known], -2)
    assert np.isnan(right[~known]).all()


@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (5, 1)])
def test_horn_of_a_single_line_is_level_across(shape):
    right, down = horn(np.arange(5.0).reshape(-1)[: shape[0] * shape[1]].reshape(shape))
    assert np.isfinite(right).all() and np.isfinite(down).all()
    assert (down if shape[0] == 1 else right).max() == 0


def test_flat_ground_faces_nowhere(tmp_path):
    path = dem_over_grid(tmp_path / "dem.tif", "EPSG:32644", 5.0, slope=0, aspect=0)
    with TerrainBands(str(path), GRID) as bands:
        assert (all_values(bands, GRID)[1:] == 0).all()


@pytest.mark.parametrize("cell", [0.1, 0.5, 5.0])
def test_tiles_and_calls_make_no_difference(tmp_path, monkeypatch, cell):
    path = tmp_path / "dem.tif"
    side = int(150 / cell)
    values = np.random.default_rng(1).normal(500, 20, (1, side, side)).astype(np.float32)
    values[0, side // 3, side // 2 :] = np.nan
    write_raster(path, values, transform=Affine(cell, 0, 499_980, 0, -cell, 3_400_020))
    with TerrainBands(str(path), GRID) as bands:
        whole = all_values(bands, GRID)
        rows = [bands.values(np.full(200, row), np.arange(200)) for row in range(200)]
    assert np.isfinite(whole).mean() > 0.8
    np.testing.assert_array_equal(np.stack(rows, axis=1), whole)
    monkeypatch.setattr(terrain, "TILE", (7, 13))
    with TerrainBands(str(path), GRID) as bands:
        np.testing.assert_allclose(all_values(bands, GRID), whole, rtol=1e-4, atol=1e-4)


def test_a_fine_dem_is_averaged(tmp_path):
    path = tmp_path / "dem.tif"
    values = np.random.default_rng(2).normal(500, 20, (1, 1000, 1000)).astype(np.float32)
    write_raster(path, values, transform=Affine(0.1, 0, 500_000, 0, -0.1, 3_400_000))
    with TerrainBands(str(path), GRID) as bands:
        elevation = all_values(bands, GRID)[0]
    means = values[0].reshape(200, 5, 200, 5).mean(axis=(1, 3))
    np.testing.assert_allclose(elevation, means, rtol=1e-5)


def test_cover_of_a_part_is_told(tmp_path):
    path = tmp_path / "dem.tif"
    values = np.full((1, 40, 20), 300, np.float32)
    values[0, 20:] = -9999
    write_raster(path, values, transform=Affine(2.5, 0, 500_000, 0, -2.5, 3_400_000), nodata=-9999)
    with TerrainBands(str(path), GRID) as bands:
        assert "covers 25 % of the raster" in bands.warning
        elevation = all_values(bands, GRID)[0]
    np.testing.assert_allclose(elevation[:100, :100], 300, rtol=1e-6)
    assert np.isnan(elevation[100:]).all() and np.isnan(elevation[:, 100:]).all()


def test_scale_and_offset_of_the_dem_count(tmp_path):
    path = tmp_path / "dem.tif"
    write_raster(
        path, np.full((1, 40, 40), 123, np.int16), transform=Affine(5, 0, 499_950, 0, -5, 3_400_050)
    )
    import rasterio

    with rasterio.open(path, "r+") as data:
        data.scales, data.offsets = (0.1,), (1000,)
    with TerrainBands(str(path), GRID) as bands:
        np.testing.assert_allclose(all_values(bands, GRID)[0], 1012.3, rtol=1e-6)


def test_neither_has_a_crs(tmp_path):
    grid = Grid(50, 40, Affine(1, 0, 0, 0, -1, 0), None)
    rows = np.arange(40, dtype=np.float32)
    path = write_raster(
        tmp_path / "dem.tif",
        np.tile(rows[:, None], (1, 50))[None],
        crs=None,
        transform=grid.transform,
    )
    with TerrainBands(str(path), grid) as bands:
        _, slope, east, north = all_values(bands, grid)
    np.testing.assert_allclose(slope, 45, atol=1e-3)
    np.testing.assert_allclose(north, 1, atol=1e-5)
    np.testing.assert_allclose(east, 0, atol=1e-5)


def far_away(path):
    return write_raster(path, np.ones((1, 9, 9), np.float32), transform=Affine(1, 0, 0, 0, -1, 0))


def without_crs(path):
    return write_raster(path, np.ones((1, 9, 9), np.float32), crs=None, transform=GRID.transform)


def all_nodata(path):
    return write_raster(
        path, np.zeros((1, 200, 200), np.float32), transform=GRID.transform, nodata=0
    )


def of_three_bands(path):
    return write_raster(path, np.ones((3, 9, 9), np.float32), transform=GRID.transform)


def no_raster(path):
    path.write_text("not a raster")
    return path


def missing(path):
    return path


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (far_away, "does not reach the raster"),
        (without_crs, "the elevation model has no CRS"),
        (all_nodata, "has no elevation over the raster"),
        (of_three_bands, "has 3 bands"),
        (no_raster, "is missing or not a raster"),
        (missing, "is missing or not a raster"),
    ],
)
def test_unusable_dems_are_refused(tmp_path, make, sentence):
    path = make(tmp_path / "dem.tif")
    with pytest.raises(DemError, match=sentence) as caught:
        TerrainBands(str(path), GRID)
    assert caught.value.remedy


def test_dem_with_a_crs_needs_an_image_with_one(tmp_path):
    path = far_away(tmp_path / "dem.tif")
    with pytest.raises(DemError, match="the raster has no CRS"):
        TerrainBands(str(path), Grid(9, 9, Affine.identity(), None))
