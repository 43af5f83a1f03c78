"""The polygon layer as a user finds it, and the job that makes it from a probability raster."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pyogrio
import pyproj
import pytest
import rasterio
import shapely
from affine import Affine
from rasterio.features import rasterize
from scipy import ndimage

from backend.errors import CalandDetError, Cancelled, DemError, OutputError, RasterError
from backend.events import Event, Progress, Result, Start
from backend.raster.grid import Grid
from backend.raster.sink import RasterSink
from backend.vectorize import PolygonStream, VectorizeRequest, VectorSettings, vectorize
from backend.vectors import level
from tests.backend.rasters import write_raster
from tests.backend.test_outlines import mask_of, smooth
from tests.backend.test_terrain import dem_over_grid

UTM = pyproj.CRS(32644)
TRANSFORM = Affine(0.5, 0, 500_000, 0, -0.5, 3_400_000)
UAV_MASK = Path(__file__).parents[3] / "shared" / "data" / "uav_scene" / "uav_reference_mask.tif"
PLAIN_FIELDS = [
    "id", "uuid", "area_m2", "perimeter_m", "area_px", "probability_mean", "probability_max",
    "elongation", "orientation_deg", "status", "class", "event", "notes", "editor", "edited_at",
    "source",
]  # fmt: skip
TERRAIN_FIELDS = [
    "slope_mean_deg", "elevation_min_m", "elevation_max_m", "relief_m", "aspect_deg",
]  # fmt: skip


def grid_of(values: np.ndarray, crs: pyproj.CRS | None = UTM) -> Grid:
    return Grid(values.shape[1], values.shape[0], TRANSFORM, crs)


def stream(path: Path, values: np.ndarray, bands: int = 64, crs=UTM, **settings) -> dict:
    """Write the polygons of `values` in bands of so many rows; returns the counts."""
    with PolygonStream(
        path, grid_of(values, crs), VectorSettings(**settings), source="run 1"
    ) as out:
        for first in range(0, len(values), bands):
            out.add(values[first : first + bands])
        return out.close({"checkpoint": "tiny", "threshold": 0.5, "tiles": 4, "dem": None})


def read(path: Path, layer: str = "landslides") -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Geometries and columns of a layer."""
    meta, _, wkb, columns = pyogrio.raw.read(path, layer=layer)
    shapes = shapely.from_wkb(wkb) if wkb is not None else np.empty(0, object)
    return shapes, dict(zip(meta["fields"], columns, strict=True))


def probability(path: Path, values: np.ndarray) -> Path:
    """`values` as detect writes them."""
    path.mkdir()
    with RasterSink(path, grid_of(values), level(0.5)) as sink:
        sink.write(values)
        sink.close()
    return path / "probability.tif"


def rasterised(shapes: np.ndarray, shape: tuple[int, int], transform: Affine) -> np.ndarray:
    return rasterize(shapes, shape, transform=transform).astype(bool)


def test_layer_has_the_polygons_and_their_fields(tmp_path):
    values = smooth((300, 260), 3, sigma=4)
    counts = stream(tmp_path / "landslides.gpkg", values)
    shapes, fields = read(tmp_path / "landslides.gpkg")
    assert list(fields) == PLAIN_FIELDS
    assert shapely.is_valid(shapes).all()
    assert len(shapes) == counts["polygons"] == ndimage.label(mask_of(values))[1]
    np.testing.assert_array_equal(rasterised(shapes, values.shape, TRANSFORM), mask_of(values))
    assert fields["id"].tolist() == list(range(1, len(shapes) + 1))
    assert len(set(fields["uuid"])) == len(shapes)
    assert set(fields["status"]) == {"predicted"} and set(fields["source"]) == {"run 1"}
    for name in ("class", "event", "notes", "editor"):
        assert set(fields[name]) == {None}
    assert np.isnat(fields["edited_at"]).all()
    assert fields["area_m2"].sum() == pytest.approx(counts["area_m2"])
    assert fields["area_px"].sum() == mask_of(values).sum()
    info = pyogrio.read_info(tmp_path / "landslides.gpkg", layer="landslides")
    assert info["geometry_type"] == "MultiPolygon"
    assert pyproj.CRS(info["crs"]) == UTM


def test_layer_does_not_depend_on_bands(tmp_path):
    values = smooth((300, 260), 4, sigma=3)
    stream(tmp_path / "a.gpkg", values, bands=300, min_area_m2=2.0)
    stream(tmp_path / "b.gpkg", values, bands=7, min_area_m2=2.0)
    (shapes, fields), (others, other_fields) = read(tmp_path / "a.gpkg"), read(tmp_path / "b.gpkg")
    assert shapely.equals_exact(shapes, others).all()
    for name, column in fields.items():
        np.testing.assert_array_equal(column, other_fields[name], err_msg=name)


def test_probabilities_are_those_inside(tmp_path):
    values = np.zeros((20, 20), np.uint8)
    values[5:8, 5:8] = 200
    values[6, 6] = 250
    stream(tmp_path / "a.gpkg", values)
    _, fields = read(tmp_path / "a.gpkg")
    assert fields["probability_mean"][0] == pytest.approx((8 * 200 + 250) / 9 / 250, abs=1e-4)
    assert fields["probability_max"][0] == 1


def test_small_polygons_are_dropped_by_area(tmp_path):
    values = smooth((300, 260), 5, sigma=2)
    stream(tmp_path / "all.gpkg", values)
    counts = stream(tmp_path / "large.gpkg", values, bands=50, min_area_m2=10.0)
    areas = read(tmp_path / "all.gpkg")[1]["area_m2"]
    kept = read(tmp_path / "large.gpkg")[1]["area_m2"]
    assert 0 < (areas < 10).sum() < len(areas)
    np.testing.assert_array_equal(kept, areas[areas >= 10])
    assert counts["area_m2"] == pytest.approx(areas[areas >= 10].sum())


def test_zero_polygons_are_a_whole_file(tmp_path):
    counts = stream(tmp_path / "a.gpkg", np.zeros((30, 40), np.uint8))
    assert counts == {"polygons": 0, "area_m2": 0.0}
    shapes, fields = read(tmp_path / "a.gpkg")
    assert len(shapes) == 0 and list(fields) == PLAIN_FIELDS
    assert {name for name, _ in pyogrio.list_layers(tmp_path / "a.gpkg")} >= {"landslides", "run"}


def test_without_crs_areas_are_pixels(tmp_path):
    values = np.zeros((30, 40), np.uint8)
    values[2:7, 2:7] = values[20:22, 20:22] = 250
    counts = stream(tmp_path / "a.gpkg", values, crs=None, min_area_m2=5)
    _, fields = read(tmp_path / "a.gpkg")
    assert counts == {"polygons": 1, "area_m2": None}
    assert fields["area_px"].tolist() == [25]
    assert np.isnan(fields["area_m2"]).all() and np.isnan(fields["perimeter_m"]).all()


def test_run_and_style_are_in_the_file(tmp_path):
    stream(tmp_path / "a.gpkg", np.zeros((3, 4), np.uint8))
    _, run = read(tmp_path / "a.gpkg", "run")
    assert {name: column[0] for name, column in run.items()} == {
        "checkpoint": "tiny", "threshold": 0.5, "tiles": 4, "dem": None,
    }  # fmt: skip
    _, style = read(tmp_path / "a.gpkg", "layer_styles")
    assert style["f_table_name"][0] == "landslides" and style["f_geometry_column"][0] == "geom"
    assert bool(style["useAsDefault"][0]) is True
    assert style["styleQML"][0].lstrip().startswith("<!DOCTYPE qgis")


def test_file_suits_old_readers_and_has_a_spatial_index(tmp_path):
    stream(tmp_path / "a.gpkg", smooth((60, 60), 1))
    database = sqlite3.connect(tmp_path / "a.gpkg")
    try:
        assert database.execute("PRAGMA user_version").fetchone()[0] <= 10200
        indexed = database.execute("SELECT count(*) FROM rtree_landslides_geom").fetchone()[0]
    finally:
        database.close()
    assert indexed == len(read(tmp_path / "a.gpkg")[0])


def test_nothing_is_left_behind_where_it_fails(tmp_path):
    values = smooth((60, 60), 1)
    with (
        pytest.raises(Cancelled),
        PolygonStream(tmp_path / "a.gpkg", grid_of(values), VectorSettings()) as out,
    ):
        out.add(values)
        raise Cancelled
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("room", [20_000, 200_000])
def test_a_full_disk_is_one_sentence(tmp_path, room):
    resource = pytest.importorskip("resource")
    values = smooth((600, 600), 1)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, limits[1]))
    try:
        with pytest.raises(OutputError, match="polygons cannot be written into") as caught:
            stream(tmp_path / "a.gpkg", values)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert "\n" not in str(caught.value) and caught.value.remedy
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(OutputError, match="cannot be written"):
        stream(tmp_path / "none" / "a.gpkg", np.zeros((3, 4), np.uint8))


@pytest.mark.parametrize(
    "settings",
    [{"threshold": 0.0}, {"min_area_m2": -1.0}, {"simplify_px": float("nan")}],
)
def test_meaningless_settings_are_refused(tmp_path, settings):
    with pytest.raises(CalandDetError):
        stream(tmp_path / "a.gpkg", np.zeros((3, 4), np.uint8), **settings)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("sigma", [0, 1, 3])
@pytest.mark.skipif(not UAV_MASK.exists(), reason="needs ../shared/data/uav_scene")
def test_polygons_of_a_real_mask_give_it_back(tmp_path, sigma):
    with rasterio.open(UAV_MASK) as data:
        real = (data.read(1) == 1).astype(np.float32)
    soft = ndimage.gaussian_filter(real, sigma) if sigma else real
    values = np.rint(np.clip(soft, 0, 1) * 250).astype(np.uint8)
    stream(tmp_path / "a.gpkg", values, bands=500)
    shapes, _ = read(tmp_path / "a.gpkg")
    back, mask = rasterised(shapes, values.shape, TRANSFORM), values >= 125
    assert (back & mask).sum() >= 0.98 * (back | mask).sum()
    assert shapely.is_valid(shapes).all()


def test_vectorize_writes_the_layer_and_tells_about_it(tmp_path):
    values = smooth((700, 300), 6, sigma=4)
    values[:, 200:] = 255
    events: list[Event] = []
    source = probability(tmp_path / "in", values)
    result = vectorize(VectorizeRequest(source, tmp_path / "out.gpkg"), events.append)
    shapes, _ = read(tmp_path / "out.gpkg")
    np.testing.assert_array_equal(rasterised(shapes, values.shape, TRANSFORM), mask_of(values))
    assert result.paths == {"polygons": str(tmp_path / "out.gpkg")}
    assert result.counts["polygons"] == len(shapes)
    assert result.counts["pixels"] == 700 * 200
    assert result.counts["landslide_pixels"] == mask_of(values).sum()
    assert isinstance(events[0], Start) and isinstance(events[-1], Result)
    progress = [event for event in events if isinstance(event, Progress)]
    assert (progress[-1].done, progress[-1].total) == (700, 700)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out.gpkg"]


def test_vectorize_follows_the_threshold(tmp_path):
    values = smooth((200, 200), 7, sigma=4)
    source = probability(tmp_path / "in", values)
    for threshold in (0.2, 0.8):
        request = VectorizeRequest(source, tmp_path / "out.gpkg", threshold=threshold)
        vectorize(request, lambda event: None)
        shapes, _ = read(tmp_path / "out.gpkg")
        back = rasterised(shapes, values.shape, TRANSFORM)
        np.testing.assert_array_equal(back, values / 250 >= threshold)


def test_vectorize_with_a_dem(tmp_path):
    values = np.zeros((200, 200), np.uint8)
    values[20:60, 30:90] = 250
    dem = dem_over_grid(tmp_path / "dem.tif", "EPSG:4326", 2.0, slope=25, aspect=135)
    request = VectorizeRequest(
        probability(tmp_path / "in", values), tmp_path / "out.gpkg", dem=str(dem)
    )
    vectorize(request, lambda event: None)
    _, fields = read(tmp_path / "out.gpkg")
    assert [name for name in fields if name in TERRAIN_FIELDS] == TERRAIN_FIELDS
    assert fields["slope_mean_deg"][0] == pytest.approx(25, abs=0.3)
    assert fields["aspect_deg"][0] == pytest.approx(135, abs=0.5)
    # 30 m by 20 m that fall along their diagonal.
    relief = np.tan(np.radians(25)) * (29.5 + 19.5) * np.sqrt(0.5)
    assert fields["relief_m"][0] == pytest.approx(relief, abs=0.5)
    assert fields["elevation_max_m"][0] - fields["elevation_min_m"][0] == pytest.approx(
        fields["relief_m"][0], abs=0.011
    )


def test_polygons_beyond_the_dem_have_no_terrain(tmp_path):
    values = np.zeros((200, 200), np.uint8)
    values[20:40, 20:40] = values[150:180, 150:180] = 250
    heights = np.full((1, 10, 10), 700, np.float32)
    dem = write_raster(
        tmp_path / "dem.tif", heights, transform=Affine(5, 0, 500_000, 0, -5, 3_400_000)
    )
    request = VectorizeRequest(
        probability(tmp_path / "in", values), tmp_path / "out.gpkg", dem=str(dem)
    )
    events: list[Event] = []
    vectorize(request, events.append)
    _, fields = read(tmp_path / "out.gpkg")
    assert fields["elevation_max_m"][0] == 700 and np.isnan(fields["elevation_max_m"][1])
    assert fields["slope_mean_deg"][0] == 0 and np.isnan(fields["aspect_deg"]).all()
    assert any("covers 25 % of the raster" in str(event) for event in events)


def test_vectorize_can_be_cancelled(tmp_path):
    source = probability(tmp_path / "in", smooth((300, 300), 8))
    (tmp_path / "out.gpkg").write_bytes(b"before")

    def cancel(event: Event) -> None:
        if isinstance(event, Progress) and event.done:
            raise Cancelled

    with pytest.raises(Cancelled):
        vectorize(VectorizeRequest(source, tmp_path / "out.gpkg"), cancel)
    assert (tmp_path / "out.gpkg").read_bytes() == b"before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out.gpkg"]


def test_vectorize_refuses_what_is_no_probability(tmp_path):
    path = write_raster(tmp_path / "image.tif", np.zeros((3, 5, 5), np.uint8))
    request = VectorizeRequest(path, tmp_path / "out.gpkg")
    with pytest.raises(RasterError, match=r"is not a probability raster: it has 3 band\(s\)"):
        vectorize(request, lambda event: None)


def test_vectorize_refuses_other_file_names(tmp_path):
    source = probability(tmp_path / "in", np.zeros((5, 5), np.uint8))
    with pytest.raises(OutputError, match="not named as a GeoPackage"):
        vectorize(VectorizeRequest(source, tmp_path / "out.shp"), lambda event: None)


def test_vectorize_names_a_bad_dem(tmp_path):
    source = probability(tmp_path / "in", np.zeros((5, 5), np.uint8))
    request = VectorizeRequest(source, tmp_path / "out.gpkg", dem=str(tmp_path / "none.tif"))
    with pytest.raises(DemError, match=r"none\.tif"):
        vectorize(request, lambda event: None)
