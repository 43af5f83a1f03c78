"""The area of interest lands where it belongs, whatever its CRS and the raster's geotransform."""

import numpy as np
import pyogrio
import pytest
import shapely
from affine import Affine
from pyproj import CRS, Transformer

from backend.errors import AreaError
from backend.raster.area import Area
from backend.raster.grid import Grid
from tests.backend.rasters import UTM, UTM_TRANSFORM
from tests.backend.vectors import write_polygons

BOX = (500010, 3399960, 500030, 3399990)


def rows(path, transform=UTM_TRANSFORM, crs=UTM):
    grid = Grid(200, 100, transform, CRS(crs) if crs else None)
    area = Area(str(path), grid)
    return np.concatenate([area.rows(at, min(at + 30, 100)) for at in range(0, 100, 30)])


def expected():
    inside = np.zeros((100, 200), bool)
    inside[20:80, 20:60] = True
    return inside


def test_same_crs(tmp_path):
    assert (rows(write_polygons(tmp_path / "a.gpkg", [BOX])) == expected()).all()


def test_other_crs_is_transformed(tmp_path):
    to_degrees = Transformer.from_crs(UTM, "EPSG:4326", always_xy=True)
    left, bottom, right, top = to_degrees.transform_bounds(*BOX)
    path = write_polygons(tmp_path / "a.gpkg", [(left, bottom, right, top)], "EPSG:4326")
    assert (rows(path) ^ expected()).sum() < 20


@pytest.mark.parametrize("crs", [None, UTM])
def test_without_a_crs_coordinates_are_taken_as_they_are(tmp_path, crs):
    path = write_polygons(tmp_path / "a.gpkg", [BOX], None if crs else UTM)
    assert (rows(path, crs=crs) == expected()).all()


def test_rotated_raster(tmp_path):
    transform = UTM_TRANSFORM @ Affine.translation(100, 50) @ Affine.rotation(30)
    mask = rows(
        write_polygons(tmp_path / "a.gpkg", [(500040, 3399950, 500060, 3399980)]), transform
    )
    middle = [transform @ (column + 0.5, row + 0.5) for row, column in np.argwhere(mask)]
    box = shapely.box(500040, 3399950, 500060, 3399980)
    assert len(middle) > 100 and shapely.contains_xy(box, np.array(middle)).all()


def test_a_layer_without_polygons_is_refused(tmp_path):
    path = write_polygons(tmp_path / "a.gpkg", [])
    with pytest.raises(AreaError, match="holds no polygon"):
        rows(path)


def test_a_layer_is_taken_by_its_name_as_in_qgis(tmp_path):
    path = write_polygons(tmp_path / "a.gpkg", [(500050, 3399960, 500060, 3399990)], layer="plan")
    write_polygons(path, [BOX], layer="search")
    assert (rows(f"{path}|layername=search") == expected()).all()


def test_one_of_several_layers_is_not_guessed(tmp_path):
    path = write_polygons(tmp_path / "a.gpkg", [(500050, 3399960, 500060, 3399990)], layer="plan")
    write_polygons(path, [BOX], layer="search")
    with pytest.raises(AreaError, match="several layers of polygons: plan and search"):
        rows(path)


def test_layers_without_polygons_are_passed_over(tmp_path):
    path = tmp_path / "a.gpkg"
    points = shapely.to_wkb(shapely.points([[500000, 3400000]]))
    pyogrio.raw.write(
        path, points, [], [], layer="wells", driver="GPKG", crs=UTM, geometry_type="Point"
    )
    assert (rows(write_polygons(path, [BOX])) == expected()).all()


def test_a_layer_that_is_not_there_is_named(tmp_path):
    path = write_polygons(tmp_path / "a.gpkg", [BOX])
    with pytest.raises(AreaError, match=r"a\.gpkg has no layer search"):
        rows(f"{path}|layername=search")
