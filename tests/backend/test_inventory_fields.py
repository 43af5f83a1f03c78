"""Fields from rasters whose values are known, and the file they are written into."""

from __future__ import annotations

import shutil
import sqlite3
import tracemalloc

import numpy as np
import pyogrio
import pyproj
import pytest
import rasterio
import shapely
from affine import Affine

from backend.errors import CalandDetError, DemError, InventoryError, OutputError, RasterError
from backend.events import Log, Progress, Result, Start
from backend.inventory.jobs import FieldsRequest, fields
from backend.inventory.layer import reprojected
from tests.backend.inventories import EAST, NORTH, read, square, warnings_of, write_inventory
from tests.backend.rasters import UTM, write_raster

SIDE = 240
CORNER = Affine(1, 0, EAST, 0, -1, NORTH + SIDE)
GRADIENT = 0.5


def elevations(kind: str) -> np.ndarray:
    """A DEM (1, SIDE, SIDE) [m] of pixels of 1 m: a plane that falls to the south, or a cone."""
    down, right = np.mgrid[0:SIDE, 0:SIDE] + 0.5
    distance = down if kind == "plane" else np.hypot(down - SIDE / 2, right - SIDE / 2)
    return (1000 - GRADIENT * distance)[None].astype(np.float32)


@pytest.fixture
def plane(tmp_path):
    return str(write_raster(tmp_path / "plane.tif", elevations("plane"), transform=CORNER))


@pytest.fixture
def cone(tmp_path):
    return str(write_raster(tmp_path / "cone.tif", elevations("cone"), transform=CORNER))


def run(tmp_path, shapes, crs=UTM, **options):
    """The fields of shapes, and the events of the job."""
    layer = write_inventory(tmp_path / "layer.gpkg", shapes, crs)
    events = []
    fields(FieldsRequest(str(layer), tmp_path / "out.gpkg", **options), events.append)
    return read(tmp_path / "out.gpkg", "landslides")[1], events


def test_slope_and_length_on_a_plane(tmp_path, plane):
    found, _ = run(tmp_path, [square(50, 60, 20, 100)], dem=plane)
    assert found["slope_mean_deg"][0] == pytest.approx(np.degrees(np.arctan(GRADIENT)), abs=0.02)
    assert found["slope_max_deg"][0] == pytest.approx(np.degrees(np.arctan(GRADIENT)), abs=0.02)
    assert found["aspect_deg"][0] == pytest.approx(180, abs=0.1)
    # From the middle of the first row of pixels to that of the last.
    assert found["elevation_max_m"][0] == pytest.approx(1000 - GRADIENT * 80.5)
    assert found["relief_m"][0] == pytest.approx(GRADIENT * 99)
    assert found["h_over_l"][0] == pytest.approx(GRADIENT * 0.9996, abs=1e-4)
    length = np.hypot(99 / 0.9996, GRADIENT * 99)
    assert found["slope_length_m"][0] == pytest.approx(length, abs=0.02)
    assert found["terrain_cover"][0] == 1


def test_a_dem_in_feet_gives_the_fields_of_one_in_metres_and_says_so(tmp_path, plane):
    metres, _ = run(tmp_path, [square(50, 60, 20, 100)], dem=plane)
    (tmp_path / "out.gpkg").unlink()
    # As a surveyor's file has it: whole numbers of a tenth of a foot above a level of its own.
    stored = np.round((elevations("plane") / 0.3048 - 2000) * 10).astype(np.int16)
    feet = write_raster(tmp_path / "feet.tif", stored, transform=CORNER)
    with rasterio.open(feet, "r+") as data:
        data.units, data.scales, data.offsets = ("ft",), (0.1,), (2000,)
    found, events = run(tmp_path, [square(50, 60, 20, 100)], dem=str(feet))
    for name in ("slope_mean_deg", "relief_m", "elevation_max_m", "h_over_l", "slope_length_m"):
        assert found[name][0] == pytest.approx(metres[name][0], rel=2e-3), name
    (told,) = warnings_of(events)
    assert told.endswith("they are converted to metres.")


@pytest.mark.parametrize("azimuth", [0, 70, 135, 260])
def test_fahrboeschung_and_aspect_on_a_cone(tmp_path, cone, azimuth):
    """A sector that begins at the top has the cone's gradient as its H/L, whichever way it goes."""
    middle = EAST + SIDE / 2, NORTH + SIDE / 2
    angles = np.radians(azimuth + np.linspace(-12, 12, 9))
    rim = np.column_stack([middle[0] + 90 * np.sin(angles), middle[1] + 90 * np.cos(angles)])
    found, _ = run(tmp_path, [shapely.Polygon([middle, *rim])], dem=cone)
    assert found["h_over_l"][0] == pytest.approx(GRADIENT, abs=0.01)
    assert found["slope_mean_deg"][0] == pytest.approx(np.degrees(np.arctan(GRADIENT)), abs=0.1)
    assert (found["aspect_deg"][0] - azimuth + 180) % 360 - 180 == pytest.approx(0, abs=1.5)


def test_aspect_is_no_mean_of_numbers_and_unknown_around_a_top(tmp_path, cone):
    north = square(110, 150, 20, 60)
    around = square(20, 20, 200)
    found, _ = run(tmp_path, [north, around], dem=cone)
    assert min(found["aspect_deg"][0], 360 - found["aspect_deg"][0]) < 2
    assert np.isnan(found["aspect_deg"][1])


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857"])
def test_a_layer_in_another_crs_gets_the_same_fields(tmp_path, plane, crs):
    shape = square(50, 60, 20, 100)
    here, _ = run(tmp_path, [shape], dem=plane)
    there = reprojected(np.array([shape]), pyproj.CRS(UTM), pyproj.CRS(crs), "It")
    (tmp_path / "out.gpkg").unlink()
    found, _ = run(tmp_path, there, crs, dem=plane)
    for name in ("slope_mean_deg", "relief_m", "h_over_l", "area_m2", "slope_length_m"):
        assert found[name][0] == pytest.approx(here[name][0], rel=2e-2), name


def test_overlapping_polygons_are_each_counted_whole(tmp_path, plane):
    found, _ = run(tmp_path, [square(50, 60, 20, 100), square(50, 60, 20, 100)], dem=plane)
    assert found["relief_m"][0] == found["relief_m"][1] == pytest.approx(GRADIENT * 99)


def test_a_polygon_smaller_than_a_pixel_gets_the_values_under_it(tmp_path, plane):
    found, _ = run(tmp_path, [square(50.1, 60.1, 0.2)], dem=plane)
    assert found["elevation_max_m"][0] == pytest.approx(1000 - GRADIENT * (SIDE - 60 - 0.5))
    assert np.isnan(found["h_over_l"][0]) and found["slope_length_m"][0] == 0


def test_a_dem_that_covers_a_part_leaves_the_rest_empty_and_says_so(tmp_path, plane):
    inside, across, beyond = square(50, 50), square(SIDE - 4, 50), square(900, 50)
    found, events = run(tmp_path, [inside, across, beyond], dem=plane)
    assert found["terrain_cover"].tolist() == pytest.approx([1, 0.4, 0])
    assert np.isfinite(found["slope_mean_deg"]).tolist() == [True, True, False]
    assert "1 of 3 have no elevation at all, 1 only in a part" in warnings_of(events)[0]


def test_polygons_over_every_edge_of_the_dem_get_its_values(tmp_path, plane):
    """6 m of each lie within: the plane is the same from east to west."""
    west, east, top = square(-4, 100), square(SIDE - 6, 100), square(100, SIDE - 6)
    found, _ = run(tmp_path, [west, east, top], dem=plane)
    middle = 1000 - GRADIENT * (SIDE - 105)
    for index in (0, 1):
        assert found["elevation_max_m"][index] == pytest.approx(middle + GRADIENT * 4.5)
        assert found["elevation_min_m"][index] == pytest.approx(middle - GRADIENT * 4.5)
    assert found["elevation_max_m"][2] == pytest.approx(1000 - GRADIENT * 0.5)
    assert found["terrain_cover"] == pytest.approx([0.6, 0.6, 0.6])


def test_nodata_in_the_dem_counts_as_not_covered(tmp_path):
    values = elevations("plane")
    values[0, SIDE - 60 : SIDE - 55, 50:60] = -9999
    dem = write_raster(tmp_path / "dem.tif", values, transform=CORNER, nodata=-9999)
    found, _ = run(tmp_path, [square(50, 50)], dem=str(dem))
    assert found["terrain_cover"][0] == pytest.approx(0.5)
    assert found["elevation_min_m"][0] > 0


def test_a_dem_elsewhere_is_refused(tmp_path, plane):
    with pytest.raises(DemError, match="no elevation under any of the polygons"):
        run(tmp_path, [square(9000, 50)], dem=plane)
    assert not (tmp_path / "out.gpkg").exists()


def test_a_dem_without_crs_or_of_three_bands_is_refused(tmp_path):
    values = elevations("plane")
    plain = write_raster(tmp_path / "plain.tif", values, crs=None, transform=CORNER)
    with pytest.raises(DemError, match="the elevation model has no CRS"):
        run(tmp_path, [square(50, 50)], dem=str(plain))
    colours = write_raster(tmp_path / "rgb.tif", np.repeat(values, 3, 0), transform=CORNER)
    with pytest.raises(DemError, match="has 3 bands"):
        run(tmp_path, [square(50, 50)], dem=str(colours))


def test_probability_is_that_of_the_pixels_inside(tmp_path):
    values = np.full((1, SIDE, SIDE), 50, np.uint8)
    values[0, SIDE - 60 : SIDE - 50, 50:60] = 200
    values[0, SIDE - 55, 55] = 250
    values[0, SIDE - 56, 56] = 255  # nodata
    path = write_raster(tmp_path / "p.tif", values, transform=CORNER, nodata=255)
    with rasterio.open(path, "r+") as data:
        data.scales = (1 / 250,)
    found, events = run(tmp_path, [square(50, 50), square(900, 0)], probability=str(path))
    mean = (98 * 200 + 250) / 99 / 250
    assert found["probability_mean"][0] == pytest.approx(mean, abs=1e-4)
    assert found["probability_max"][0] == 1
    assert np.isnan(found["probability_mean"][1])
    assert warnings_of(events) == ["The probability raster has no value in 1 of 2 polygons."]


def test_an_image_is_not_taken_for_probabilities(tmp_path, plane):
    with pytest.raises(RasterError, match="not a probability raster"):
        run(tmp_path, [square(50, 50)], probability=plane)


def test_flags_name_flat_ground_and_shadow(tmp_path):
    dem = elevations("plane")
    dem[0, :, : SIDE // 2] = 900
    image = np.full((3, SIDE, SIDE), 150, np.uint8)
    image[:, SIDE // 2 :] = 30
    paths = {
        "dem": str(write_raster(tmp_path / "dem.tif", dem, transform=CORNER)),
        "image": str(write_raster(tmp_path / "image.tif", image, transform=CORNER)),
    }
    shapes = [square(x, y) for x, y in ((200, 200), (50, 200), (200, 50), (50, 50))]
    shapes.append(square(200, SIDE // 2 - 4))  # a part in shadow, less than half
    found, _ = run(tmp_path, shapes, **paths)
    assert found["flags"].tolist() == [None, "flat", "shadow", "flat, shadow", None]
    assert found["dark_share"].tolist() == pytest.approx([0, 0, 1, 1, 0.4])


def test_shadow_is_told_by_what_stored_numbers_mean(tmp_path):
    """Reflectances as Sentinel-2 stores them since 2022: 0.4 of the median is not 0.4 of it."""
    image = np.full((3, SIDE, SIDE), 2000, np.uint16)
    image[:, SIDE // 2 :] = 1300
    path = write_raster(tmp_path / "image.tif", image, transform=CORNER)
    with rasterio.open(path, "r+") as data:
        data.scales, data.offsets = (0.0001,) * 3, (-0.1,) * 3
    shapes = [square(50, 200), square(50, 50)]
    found, _ = run(tmp_path, shapes, image=str(path))
    # The median lies halfway, 0.065: 0.03 is more than 0.4 of that.
    assert found["dark_share"].tolist() == [0, 0]
    image[:, SIDE // 2 :] = 1020
    (tmp_path / "out.gpkg").unlink()
    with rasterio.open(path, "r+") as data:
        data.write(image)
    found, _ = run(tmp_path, shapes, image=str(path))
    assert found["flags"].tolist() == [None, "shadow"]


def test_volumes_come_with_their_relation(tmp_path):
    found, events = run(tmp_path, [square(0, 0, 100)], relation="larsen_2010_all")
    assert found["volume_m3"][0] == pytest.approx(10**-0.836 * found["area_m2"][0] ** 1.332)
    assert found["volume_low_m3"][0] < found["volume_m3"][0] < found["volume_high_m3"][0]
    assert found["volume_relation"][0] == "larsen_2010_all"
    notes = [event.text for event in events if isinstance(event, Log)]
    assert "Larsen" in notes[0] and "V = 0.146 A^1.332" in notes[0]


def test_a_relation_without_known_errors_says_what_its_interval_is(tmp_path):
    found, events = run(tmp_path, [square(0, 0, 1)], relation="guzzetti_2009")
    assert 0 < found["volume_low_m3"][0] <= found["volume_m3"][0] < found["volume_high_m3"][0]
    text = next(event.text for event in events if isinstance(event, Log))
    assert "errors of its parameters are not known here" in text
    assert "lowest to the highest volume" in text and "1 of 1 areas lie beyond" in text


def test_an_unknown_relation_is_refused(tmp_path):
    with pytest.raises(CalandDetError, match="no area-to-volume relation 'mine'"):
        run(tmp_path, [square(0, 0)], relation="mine")


def test_crown_and_toe_become_points(tmp_path, plane):
    shapes = [square(50, 60, 20, 100), square(900, 0)]
    layer = write_inventory(tmp_path / "layer.gpkg", shapes, uuid=["a", "b"])
    request = FieldsRequest(str(layer), tmp_path / "out.gpkg", dem=plane, ends=True)
    fields(request, lambda _: None)
    points, found = read(tmp_path / "out.gpkg", "crown_toe")
    assert found["kind"].tolist() == ["crown", "toe"]
    assert found["polygon_uuid"].tolist() == ["a", "a"]
    assert [point.y - NORTH for point in points] == [159.5, 60.5]
    assert found["elevation_m"][0] - found["elevation_m"][1] == pytest.approx(GRADIENT * 99)
    with pytest.raises(InventoryError, match="need an elevation model"):
        fields(FieldsRequest(str(layer), tmp_path / "out.gpkg", ends=True), lambda _: None)


def test_fields_are_updated_in_place_and_all_else_stays(tmp_path, plane):
    path = write_inventory(
        tmp_path / "layer.gpkg", [square(50, 50), None, square(100, 50)],
        notes=["first", "no outline", "third"], area_m2=[1.0, 2.0, 3.0],
    )  # fmt: skip
    write_inventory(path, [shapely.Point(0, 0)], layer="wells")
    fields(FieldsRequest(str(path), dem=plane), lambda _: None)
    shapes, found = read(path, "landslides")
    assert found["notes"].tolist() == ["first", "no outline", "third"]
    assert found["area_m2"] == pytest.approx([100.08, 2.0, 100.08], abs=0.01)
    assert np.isfinite(found["slope_mean_deg"]).tolist() == [True, False, True]
    assert shapes[1] is None and shapes[2].equals(square(100, 50))
    assert [name for name, _ in pyogrio.list_layers(path)] == ["landslides", "wells"]
    assert not [entry for entry in path.parent.iterdir() if entry.name.startswith(".")]


def test_what_a_running_qgis_has_just_saved_is_kept(tmp_path, plane):
    """QGIS writes into the log beside the file; the file alone lacks what it has just saved."""
    path = write_inventory(tmp_path / "layer.gpkg", [square(50, 50)], notes=["old"])
    editor = sqlite3.connect(path)
    editor.execute("PRAGMA journal_mode = WAL")
    for name in ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
        editor.create_function(name, 1, lambda _: None)
    editor.execute("UPDATE landslides SET notes = 'new'")
    editor.commit()
    fields(FieldsRequest(str(path), dem=plane), lambda _: None)
    editor.close()
    assert read(path, "landslides")[1]["notes"].tolist() == ["new"]


def test_a_failure_leaves_the_file_as_it_was(tmp_path):
    path = write_inventory(tmp_path / "layer.gpkg", [square(50, 50)], notes=["a"])
    before = path.read_bytes()
    dem = write_raster(tmp_path / "dem.tif", elevations("plane"), transform=CORNER)
    dem.write_bytes(dem.read_bytes()[:3000])
    with pytest.raises(RasterError, match="damaged or truncated"):
        fields(FieldsRequest(str(path), dem=str(dem)), lambda _: None)
    assert path.read_bytes() == before


def test_only_a_geopackage_is_updated_in_place(tmp_path):
    shapefile = write_inventory(tmp_path / "a.shp", [square(0, 0)], driver="ESRI Shapefile", n=[1])
    with pytest.raises(InventoryError, match="not a GeoPackage"):
        fields(FieldsRequest(str(shapefile)), lambda _: None)
    with pytest.raises(OutputError, match="not named as a GeoPackage"):
        fields(FieldsRequest(str(shapefile), tmp_path / "b.shp"), lambda _: None)
    fields(FieldsRequest(str(shapefile), tmp_path / "b.gpkg"), lambda _: None)
    assert read(tmp_path / "b.gpkg", "landslides")[1]["n"].tolist() == [1]


def test_the_new_file_keeps_fields_and_provenance(tmp_path, plane):
    path = write_inventory(tmp_path / "a.gpkg", [square(50, 50)], FID_2=[7], status=["accepted"])
    pyogrio.raw.write(
        path, None, [np.array(["tiny"], object)], ["checkpoint_name"], layer="run", driver="GPKG"
    )
    fields(FieldsRequest(str(path), tmp_path / "b.gpkg", dem=plane), lambda _: None)
    _, found = read(tmp_path / "b.gpkg", "landslides")
    assert found["FID_2"].tolist() == [7] and found["status"].tolist() == ["accepted"]
    _, run_row = read(tmp_path / "b.gpkg", "run")
    assert run_row["checkpoint_name"][0] == "tiny" and run_row["fields_dem"][0] == plane
    assert "layer_styles" in [name for name, _ in pyogrio.list_layers(tmp_path / "b.gpkg")]


def test_a_layer_without_crs_gets_no_areas_and_says_so(tmp_path):
    found, events = run(tmp_path, [square(0, 0)], None)
    assert np.isnan(found["area_m2"][0]) and found["elongation"][0] == pytest.approx(1)
    assert "no CRS" in warnings_of(events)[0]


def test_the_job_tells_what_it_does(tmp_path, plane):
    _, events = run(tmp_path, [square(50, 50)], dem=plane)
    assert isinstance(events[0], Start) and events[0].job == "fields"
    assert isinstance(events[-1], Result) and events[-1].counts["polygons"] == 1
    last = [event for event in events if isinstance(event, Progress)][-1]
    assert last.stage == "terrain" and last.done == last.total


def test_memory_does_not_grow_with_the_rasters_height(tmp_path):
    """Strips of a tall raster and of a short one hold as much."""
    peaks = []
    for height in (2000, 8000):
        folder = tmp_path / str(height)
        folder.mkdir()
        transform = Affine(1, 0, EAST, 0, -1, NORTH + height)
        dem = write_raster(
            folder / "dem.tif", np.ones((1, height, 600), np.float32), transform=transform
        )
        layer = write_inventory(
            folder / "layer.gpkg", [square(10, y, 500) for y in range(0, height - 500, 700)]
        )
        tracemalloc.start()
        fields(FieldsRequest(str(layer), folder / "out.gpkg", dem=str(dem)), lambda _: None)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        shutil.rmtree(folder)
    assert peaks[1] < 1.3 * peaks[0]
