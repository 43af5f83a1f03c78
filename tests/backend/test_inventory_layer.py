"""Polygon layers as users have them: broken outlines, other CRS, no polygons."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
import shapely

from backend.errors import InventoryError
from backend.inventory.layer import read_layer, reprojected
from backend.inventory.shapes import measure, metric
from tests.backend.inventories import square, write_inventory
from tests.backend.rasters import UTM

BOW_TIE = shapely.Polygon([(500_000, 3_400_000), (500_010, 3_400_010), (500_010, 3_400_000),
                           (500_000, 3_400_010)])  # fmt: skip


def test_invalid_outlines_are_repaired_and_told(tmp_path):
    path = write_inventory(tmp_path / "a.gpkg", [square(0, 50), BOW_TIE], id=[1, 2])
    layer = read_layer(str(path))
    assert shapely.is_valid(layer.polygons).all()
    assert layer.polygons[1].area == pytest.approx(50)
    assert layer.notes == ("a.gpkg: 1 invalid outline repaired.",)


def test_a_hole_is_no_area_whichever_way_it_runs(tmp_path):
    outer, hole = square(0, 0).exterior.coords, square(2, 2, 4).exterior.coords
    shapes = [shapely.Polygon(outer, [hole]), shapely.Polygon(outer, [list(hole)[::-1]])]
    layer = read_layer(str(write_inventory(tmp_path / "a.gpkg", shapes, id=[1, 2])))
    with_hole = measure(layer.polygons, layer.crs)["area_m2"]
    assert with_hole == pytest.approx([84, 84], rel=1e-3)


def test_features_without_a_polygon_are_left_out_and_told(tmp_path):
    shapes = [square(0, 0), None, shapely.Polygon(), square(20, 0)]
    path = write_inventory(tmp_path / "a.gpkg", shapes, id=[1, 2, 3, 4])
    layer = read_layer(str(path))
    assert layer.fields["id"].tolist() == [1, 4]
    assert layer.fids.tolist() == [1, 4]
    assert layer.notes == ("a.gpkg: 2 features without a polygon left out.",)


def test_a_layer_of_qgis_is_found_by_its_name(tmp_path):
    path = write_inventory(tmp_path / "a.gpkg", [square(0, 0)], layer="first", n=[1])
    write_inventory(path, [square(0, 0), square(20, 0)], layer="mapped in 2019", n=[1, 2])
    assert len(read_layer(f"{path}|layername=mapped in 2019")) == 2
    assert len(read_layer(str(path))) == 1


def test_the_layer_of_landslides_comes_before_others(tmp_path):
    path = write_inventory(tmp_path / "a.gpkg", [square(0, 0)], layer="catchments")
    write_inventory(path, [shapely.Point(0, 0)], layer="crown_toe")
    write_inventory(path, [square(0, 0), square(20, 0)])
    assert read_layer(str(path)).name == "landslides"


def test_what_cannot_be_read_is_said(tmp_path):
    (tmp_path / "text.gpkg").write_text("no database")
    points = write_inventory(tmp_path / "points.gpkg", [shapely.Point(1, 2)])
    with pytest.raises(InventoryError, match=r"no vector file .*absent\.gpkg"):
        read_layer(str(tmp_path / "absent.gpkg"))
    with pytest.raises(InventoryError, match="not a vector layer"):
        read_layer(str(tmp_path / "text.gpkg"))
    with pytest.raises(InventoryError, match="not a vector layer"):
        read_layer(f"{points}|layername=missing")
    with pytest.raises(InventoryError, match="none of its 1 features"):
        read_layer(str(points))


def test_rejected_polygons_do_not_count(tmp_path):
    path = write_inventory(
        tmp_path / "a.gpkg", [square(0, 0), square(20, 0)], status=["accepted", "rejected"]
    )
    assert read_layer(str(path)).without_rejected().fids.tolist() == [1]
    every = write_inventory(tmp_path / "b.gpkg", [square(0, 0)], status=["rejected"])
    with pytest.raises(InventoryError, match="All 1 polygons"):
        read_layer(str(every)).without_rejected()


def test_polygons_without_crs_are_not_placed_on_the_earth():
    shapes = np.array([square(0, 0)])
    assert reprojected(shapes, None, None, "It")[0] is shapes[0]
    with pytest.raises(InventoryError, match="one of both layers has a CRS"):
        reprojected(shapes, None, pyproj.CRS(UTM), "It")


def test_polygons_are_not_moved_to_another_planet():
    moon = pyproj.CRS.from_proj4("+proj=longlat +R=1737400")
    with pytest.raises(InventoryError, match="cannot be moved"):
        reprojected(np.array([shapely.box(0, 95, 1, 99)]), pyproj.CRS(4326), moon, "It")


def test_polygons_beyond_a_projection_are_refused():
    with pytest.raises(InventoryError, match="it lies outside of it"):
        reprojected(np.array([shapely.box(0, 95, 1, 99)]), pyproj.CRS(4326), pyproj.CRS(UTM), "It")


def test_measures_count_all_parts_and_leave_holes_out():
    parts = shapely.union_all([square(0, 0, 20), square(100, 0, 10)])
    holed = square(0, 0, 30).difference(square(10, 10, 10))
    found = measure(np.array([parts, holed]), pyproj.CRS(UTM))
    # On the central meridian a metre of UTM is 1 / 0.9996 m long.
    np.testing.assert_allclose(found["area_m2"], np.array([500, 800]) / 0.9996**2, rtol=1e-5)
    np.testing.assert_allclose(found["perimeter_m"], np.array([120, 160]) / 0.9996, rtol=1e-5)
    assert found["elongation"].tolist() == pytest.approx([5.5, 1.0], rel=1e-4)


@pytest.mark.parametrize("crs", ["EPSG:32644", "EPSG:4326", "EPSG:3857"])
def test_the_plane_of_a_comparison_keeps_areas_and_lengths(crs):
    shapes = np.array([square(0, 0, 100), square(5000, 4000, 50)])
    there = reprojected(shapes, pyproj.CRS(UTM), pyproj.CRS(crs), "It")
    one, other = metric(there[:1], there[1:], pyproj.CRS(crs))
    scale = 0.9996
    assert shapely.area(one)[0] == pytest.approx(100**2 / scale**2, rel=1e-5)
    assert shapely.length(other)[0] == pytest.approx(200 / scale, rel=1e-5)


def test_the_plane_knows_the_antimeridian():
    boxes = np.array([shapely.box(179.99, 10, 179.991, 10.001), shapely.box(-179.991, 10, -179.99,
                      10.001)])  # fmt: skip
    one, other = metric(boxes[:1], boxes[1:], pyproj.CRS(4326))
    assert shapely.distance(one[0], other[0]) == pytest.approx(0.018 * 109_640, rel=1e-3)


def test_a_plane_in_feet_is_compared_in_metres():
    plane = pyproj.CRS.from_wkt(
        'LOCAL_CS["site",UNIT["foot",0.3048],AXIS["x",EAST],AXIS["y",NORTH]]'
    )
    boxes = np.array([shapely.box(0, 0, 10, 10)])
    assert shapely.area(metric(boxes, boxes, plane)[0])[0] == pytest.approx(100 * 0.3048**2)
