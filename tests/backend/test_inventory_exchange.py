"""Inventories handed to other programs and back."""

from __future__ import annotations

import csv
import zipfile
from datetime import datetime
from pathlib import Path

import numpy as np
import pyogrio
import pyproj
import pytest
import shapely

from backend.errors import CalandDetError, InventoryError, OutputError
from backend.inventory.exchange import WGS84
from backend.inventory.jobs import ExportRequest, ImportRequest, export, import_layer
from backend.inventory.layer import reprojected
from backend.inventory.schemas import SCHEMAS, SHORT, short_names
from backend.vectors.attributes import schema
from tests.backend.inventories import read, square, warnings_of, write_inventory
from tests.backend.rasters import UTM

FIJI = "EPSG:3460"
NOTE = "scarp north of the road, ö; " * 8  # longer than a DBF's usual width
FIELDS = {
    "id": [3, 7],
    "uuid": ["a-1", "b-2"],
    "probability_mean": [0.91, np.nan],
    "elevation_max_m": [1234.5, 1300.25],
    "status": ["accepted", "rejected"],
    "class": ["debris flow", None],
    "notes": [NOTE, None],
    "editor": ["me", None],
    "edited_at": np.array(["2024-07-30T12:00:00", "NaT"], "datetime64[ms]"),
    "source": ["image.tif, tiny", "image.tif, tiny"],
}
SHAPES = [
    square(0, 0, 30).difference(square(10, 10, 5)),
    shapely.union_all([square(100, 0), square(200, 0)]),
]


@pytest.fixture
def layer(tmp_path):
    shapes = [shapely.multipolygons([part] if part.geom_type == "Polygon" else part.geoms)
              for part in SHAPES]  # fmt: skip
    return write_inventory(tmp_path / "layer.gpkg", shapes, **FIELDS)


def exported(layer: Path, name: str, **options) -> tuple[Path, dict]:
    """The file of an export and the counts of its result; rejected ones go along."""
    events = []
    request = ExportRequest(str(layer), layer.parent / name, rejected=True, **options)
    result = export(request, events.append)
    assert result == events[-1]
    return Path(result.paths["export"]), result.counts


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a table of comma-separated values."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def centroid(shape: shapely.Geometry) -> tuple[float, float]:
    """Longitude and latitude."""
    moved = reprojected(np.array([shape]), pyproj.CRS(UTM), WGS84, "It")[0]
    return moved.centroid.x, moved.centroid.y


def test_csv_has_all_fields_and_the_centroids(layer):
    rows = rows_of(exported(layer, "a.csv", format="csv", inventory="Test", date="2024-07-30")[0])
    assert len(rows) == 2
    place = float(rows[0]["longitude"]), float(rows[0]["latitude"])
    assert place == pytest.approx(centroid(SHAPES[0]), abs=1e-6)
    assert rows[0]["notes"] == NOTE and rows[1]["notes"] == ""
    assert float(rows[0]["area_m2"]) == pytest.approx(875, rel=1e-3)
    assert rows[0]["edited_at"] == "2024-07-30T12:00:00"
    assert rows[1]["probability_mean"] == "" and rows[0]["inventory"] == "Test"


def test_a_shapefile_comes_back_as_it_was(layer, tmp_path):
    path, counts = exported(layer, "a.shp", format="shapefile")
    assert counts["names"]["probability_mean"] == "prob_mean"
    shapes, found = read(path)
    assert pyproj.CRS(pyogrio.read_info(path)["crs"]) == pyproj.CRS(UTM)
    assert all(here.equals(there) for here, there in zip(shapes, SHAPES, strict=True))
    assert found["elev_max_m"].tolist() == [1234.5, 1300.25]
    assert found["notes"][0] == NOTE.strip() or found["notes"][0] == NOTE
    assert found["class"].tolist() == ["debris flow", None]
    import_layer(ImportRequest(str(path), tmp_path / "back.gpkg"), lambda _: None)
    _, back = read(tmp_path / "back.gpkg", "landslides")
    for name in ("id", "uuid", "status", "class", "editor", "source", "elevation_max_m"):
        assert back[name].tolist() == FIELDS[name], name
    assert back["edited_at"][0].astype(datetime) == datetime(2024, 7, 30, 12)
    assert np.isnat(back["edited_at"][1])


def test_a_new_shapefile_leaves_nothing_of_an_old_one(layer):
    old = layer.parent / "a.qix"
    old.write_bytes(b"index of something else")
    exported(layer, "a.shp", format="shapefile")
    assert not old.exists()


def test_kml_opens_in_degrees_with_names(layer):
    path, _ = exported(layer, "a.kml", format="kml")
    assert "Landslide 3" in path.read_text(encoding="utf-8")
    shapes, found = read(path)
    assert found["Name"].tolist() == ["Landslide 3", "Landslide 7"]
    assert (shapes[0].centroid.x, shapes[0].centroid.y) == pytest.approx(centroid(SHAPES[0]))
    assert not zipfile.is_zipfile(path)


@pytest.mark.parametrize("name", ["usgs", "iffi"])
def test_published_schemas_of_polygons(layer, name):
    path, _ = exported(layer, "a.gpkg", format=name, inventory="Test", date="2024-07-30")
    shapes, found = read(path, "landslides")
    assert list(found) == [column.name for column in SCHEMAS[name].columns]
    assert found["uuid"].tolist() == ["a-1", "b-2"]
    moved = reprojected(np.array(SHAPES), pyproj.CRS(UTM), WGS84, "It")
    assert shapely.equals(shapes, moved).all()
    kind = "LS_Type" if name == "usgs" else "nome_tipo"
    assert found[kind].tolist() == ["debris flow", None]


def test_usgs_gets_dates_places_and_no_made_up_confidence(layer):
    path, _ = exported(layer, "a.gpkg", format="usgs", inventory="Test", date="2024-07-30")
    _, found = read(path, "landslides")
    assert found["Date_Min"].tolist() == found["Date_Max"].tolist() == ["2024-07-30"] * 2
    assert (found["Lon_W"][0], found["Lat_N"][0]) == pytest.approx(centroid(SHAPES[0]), abs=1e-6)
    assert found["Inventory"].tolist() == ["Test", "Test"]
    for empty in ("USGS_ID", "Confidence", "Fatalities"):
        assert set(found[empty]) == {None}


def test_coolr_has_the_columns_of_the_catalogue(layer):
    path, _ = exported(layer, "a.csv", format="coolr", inventory="Test", date="2024-07-30")
    rows = rows_of(path)
    header = (
        "source_name,source_link,event_id,event_date,event_time,event_title,event_description,"
        "location_description,location_accuracy,landslide_category,landslide_trigger,"
        "landslide_size,landslide_setting,fatality_count,injury_count,storm_name,photo_link,notes,"
        "event_import_source,event_import_id,country_name,country_code,admin_division_name,"
        "admin_division_population,gazeteer_closest_point,gazeteer_distance,submitted_date,"
        "created_date,last_edited_date,longitude,latitude"
    )
    assert list(rows[0]) == header.split(",")
    assert [row["landslide_category"] for row in rows] == ["debris flow", "landslide"]
    assert rows[0]["event_import_id"] == "a-1" and rows[0]["landslide_trigger"] == "unknown"


def fiji(*middles: float) -> list[shapely.MultiPolygon]:
    """Landslides of 200 m by 100 m around longitudes at 16.85° south, in Fiji's own projection."""
    move = pyproj.Transformer.from_crs(WGS84, FIJI, always_xy=True)
    places = [move.transform(longitude, -16.85) for longitude in middles]
    boxes = [shapely.box(x - 100, y - 50, x + 100, y + 50) for x, y in places]
    return [shapely.multipolygons([box]) for box in boxes]


@pytest.fixture
def far_east(tmp_path):
    """Landslides west of 180°, east of it, and across."""
    return write_inventory(
        tmp_path / "fiji.gpkg", fiji(179.9, -179.9, -179.9995), FIJI, id=[1, 2, 3]
    )


@pytest.mark.parametrize("again", [False, True])
def test_a_landslide_across_180_degrees_is_where_it_is(far_east, again):
    if again:  # From outlines in degrees that are cut already.
        far_east, _ = exported(far_east, "first.gpkg", format="usgs")
    rows = rows_of(exported(far_east, "a.csv", format="csv")[0])
    longitudes = np.array([float(row["longitude"]) for row in rows])
    assert longitudes == pytest.approx([179.9, -179.9, -179.9995], abs=1e-6)


@pytest.mark.parametrize(("format", "suffix"), [("usgs", "gpkg"), ("kml", "kml")])
def test_outlines_in_degrees_are_cut_at_180(far_east, format, suffix):
    shapes, _ = read(exported(far_east, f"a.{suffix}", format=format)[0])
    assert [len(shapely.get_parts(shape)) for shape in shapes] == [1, 1, 2]
    assert shapely.is_valid(shapes).all()
    west, east = shapely.get_parts(shapes[2])[np.argsort(shapely.bounds(shapes[2].geoms)[:, 0])]
    assert west.bounds[0] == -180 and east.bounds[2] == 180
    widths = [part.bounds[2] - part.bounds[0] for part in (west, east)]
    half = 100 / 106_500  # of 200 m [deg]
    assert widths == pytest.approx([half + 0.0005, half - 0.0005], rel=0.01)


def test_rejected_polygons_stay_at_home_unless_asked_for(layer, tmp_path):
    request = ExportRequest(str(layer), tmp_path / "a.csv", "csv")
    assert export(request, lambda _: None).counts["polygons"] == 1
    assert [row["uuid"] for row in rows_of(tmp_path / "a.csv")] == ["a-1"]


def test_short_names_are_legible_and_never_meet():
    ours = dict.fromkeys([*schema(with_terrain=True), *SHORT])
    names = short_names(ours)
    assert all(len(name) <= 10 for name in names.values())
    assert len({name.lower() for name in names.values()}) == len(names)
    assert names["area_m2"] == "area_m2" and names["slope_mean_deg"] == "slope_mean"


def test_long_names_of_others_give_way_and_are_numbered():
    names = short_names(
        ["description_de", "DESCRIPTION_en", "Descriptio", "slope_mean_a", "slope_mean_deg"]
    )
    assert names == {
        "description_de": "descript_2",
        "DESCRIPTION_en": "DESCRIPT_3",
        "Descriptio": "Descriptio",
        "slope_mean_a": "slope_me_2",
        "slope_mean_deg": "slope_mean",
    }


def test_every_short_name_fits():
    assert all(len(short) <= 10 for short in SHORT.values())
    assert len(set(SHORT.values())) == len(SHORT)


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"format": "dxf", "name": "a.dxf"}, CalandDetError, "no export format 'dxf'"),
        ({"format": "csv", "name": "a.txt"}, OutputError, "not named as csv"),
        ({"format": "usgs", "name": "layer.gpkg"}, OutputError, "the layer itself"),
        ({"format": "csv", "name": "a.csv", "date": "30.7.2024"}, CalandDetError, "not a date"),
    ],
)
def test_what_cannot_be_exported_is_said(layer, options, error, text):
    name = options.pop("name")
    before = layer.read_bytes()
    with pytest.raises(error, match=text):
        export(ExportRequest(str(layer), layer.parent / name, **options), lambda _: None)
    assert layer.read_bytes() == before


def test_a_layer_without_crs_has_no_place_on_the_earth(tmp_path):
    path = write_inventory(tmp_path / "a.gpkg", [square(0, 0)], None, n=[1])
    with pytest.raises(InventoryError, match="no CRS"):
        export(ExportRequest(str(path), tmp_path / "a.kml", "kml"), lambda _: None)
    export(ExportRequest(str(path), tmp_path / "a.shp", "shapefile"), lambda _: None)
    assert not (tmp_path / "a.prj").exists()


def imported(tmp_path, path, **options):
    """The fields of an imported layer, and the events."""
    events = []
    request = ImportRequest(str(path), tmp_path / "in.gpkg", **options)
    import_layer(request, events.append)
    return read(tmp_path / "in.gpkg", "landslides"), events


def test_any_polygon_layer_gets_our_fields_and_keeps_its_own(tmp_path):
    path = write_inventory(
        tmp_path / "theirs.shp", SHAPES, driver="ESRI Shapefile", LS_Type=["slide", None],
        Notes=["old", ""], Confidence=[8, 3],
    )  # fmt: skip
    (shapes, found), _ = imported(tmp_path, path, event="storm of July")
    assert found["class"].tolist() == ["slide", None] and found["notes"][0] == "old"
    assert found["status"].tolist() == ["predicted"] * 2 and found["id"].tolist() == [1, 2]
    assert found["event"].tolist() == ["storm of July"] * 2
    assert found["Confidence"].tolist() == [8, 3]
    assert set(found["source"]) == {"imported from theirs.shp"}
    assert found["area_m2"] == pytest.approx([875, 200], rel=1e-3)
    assert len(set(found["uuid"])) == 2 and set(found["editor"]) == {None}
    assert shapes[0].equals(SHAPES[0])
    assert "layer_styles" in [name for name, _ in pyogrio.list_layers(tmp_path / "in.gpkg")]


def test_geojson_in_degrees_is_measured_on_the_ellipsoid(tmp_path):
    degrees = reprojected(np.array(SHAPES), pyproj.CRS(UTM), WGS84, "It")
    path = write_inventory(
        tmp_path / "a.geojson", degrees, "EPSG:4326", "a", "GeoJSON", nome_tipo=["colata", "crollo"]
    )
    (_, found), _ = imported(tmp_path, path)
    assert found["class"].tolist() == ["colata", "crollo"]
    assert found["area_m2"] == pytest.approx([875, 200], rel=1e-3)


def test_importing_again_gives_the_same_identities(tmp_path):
    path = write_inventory(tmp_path / "a.gpkg", SHAPES)
    (_, first), _ = imported(tmp_path, path)
    (_, again), _ = imported(tmp_path, path)
    assert first["uuid"].tolist() == again["uuid"].tolist()


def test_a_known_status_is_kept_and_a_foreign_one_is_not(tmp_path):
    path = write_inventory(tmp_path / "a.gpkg", SHAPES, status=["edited", "active"])
    (_, found), _ = imported(tmp_path, path, status="added")
    assert found["status"].tolist() == ["edited", "added"]


def test_names_that_differ_in_case_only_do_not_stop_an_import(tmp_path):
    path = write_inventory(
        tmp_path / "a.csv.shp", SHAPES, driver="ESRI Shapefile", AREA_M2=[1.0, 2.0], fid=[5, 6]
    )
    (_, found), _ = imported(tmp_path, path)
    assert found["area_m2"] == pytest.approx([875, 200], rel=1e-3)
    assert found["fid_2"].tolist() == [5, 6]


def test_broken_outlines_are_told(tmp_path):
    bow_tie = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    path = write_inventory(tmp_path / "a.gpkg", [bow_tie, square(0, 0)])
    (shapes, _), events = imported(tmp_path, path)
    assert shapely.is_valid(shapes).all()
    assert warnings_of(events) == ["a.gpkg: 1 invalid outline repaired."]


def test_an_unknown_status_is_refused(tmp_path):
    path = write_inventory(tmp_path / "a.gpkg", SHAPES)
    with pytest.raises(CalandDetError, match="no status 'done'"):
        imported(tmp_path, path, status="done")
