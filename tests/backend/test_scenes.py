"""Detection in many rasters: the result of a folder of tiles is that of the orthophoto."""

import json

import numpy as np
import pyogrio
import pytest
import rasterio
import rasterio.features
import rasterio.warp
import shapely
from affine import Affine

from backend.errors import Cancelled, RasterError
from backend.events import Meter, Progress, Result, Start
from tests.backend.checkpoints import small_file
from tests.backend.rasters import UTM_TRANSFORM, image, write_raster
from tests.backend.tiles import QUARTERS, cut, inventory, many, pixels, single
from tests.backend.vectors import write_polygons

# From here on nearly everything is a landslide.
LEAST = 0.004


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    path = tmp_path_factory.mktemp("checkpoint") / "small.safetensors"
    small_file(path)
    return path


def middling(folder, name="probability.tif"):
    """A threshold that splits the seeded network's answers."""
    values = pixels(folder / name)
    return float(np.median(values[values != 255])) / 250


def assert_same(out, one):
    for name in ("probability", "mask"):
        assert np.array_equal(pixels(out / f"{name}.vrt"), pixels(one / f"{name}.tif"))


def assert_polygons_are_the_mask(out):
    """Rasterised, the polygons give the mosaic of the masks, and none lies on another."""
    polygons, _ = inventory(out / "landslides.gpkg")
    with rasterio.open(out / "mask.vrt") as data:
        shape, transform, mask = data.shape, data.transform, data.read(1)
    burnt = rasterio.features.rasterize(polygons, shape, transform=transform, fill=0)
    assert np.array_equal(burnt == 1, mask == 1)
    union = shapely.union_all(polygons)
    assert union.area == pytest.approx(shapely.area(polygons).sum())


@pytest.fixture(scope="module")
def both(checkpoint, tmp_path_factory):
    """The same orthophoto as one raster and as a folder of four."""
    folder = tmp_path_factory.mktemp("both")
    values = image(256, 256)
    mask = np.ones((256, 256), bool)
    mask[:60, 180:] = False
    ortho = write_raster(folder / "ortho.tif", values, mask=mask)
    threshold = middling(single(ortho, checkpoint, folder / "first"))
    one = single(ortho, checkpoint, folder / "one", threshold=threshold)
    tiles = cut(folder / "tiles", values, mask=mask)
    complete, events = many(tiles, checkpoint, folder / "out", threshold=threshold)
    assert complete
    return one, folder / "out", events


def test_tiles_give_the_pixels_of_their_orthophoto(both):
    one, out, _ = both
    assert_same(out, one)
    for name in ("probability", "mask"):
        with (
            rasterio.open(out / f"{name}.vrt") as data,
            rasterio.open(one / f"{name}.tif") as as_one,
        ):
            assert (data.crs, data.transform) == (as_one.crs, as_one.transform)
            assert (data.nodata, data.scales) == (as_one.nodata, as_one.scales)
    with rasterio.open(out / "mask.vrt") as data, rasterio.open(one / "mask.tif") as as_one:
        for value in (0, 1):
            assert data.colormap(1)[value][:3] == as_one.colormap(1)[value][:3]


def test_tiles_give_the_polygons_of_their_orthophoto(both):
    one, out, _ = both
    expected, fields = inventory(one / "landslides.gpkg")
    found, others = inventory(out / "landslides.gpkg")
    assert len(expected) > 5
    assert shapely.equals_identical(found, expected).all()
    for name in ("area_m2", "perimeter_m", "probability_mean", "probability_max", "elongation"):
        assert np.array_equal(others[name], fields[name])


def test_each_raster_has_its_own_files_in_a_subfolder(both):
    _, out, _ = both
    for number, (left, top, right, bottom) in enumerate(QUARTERS):
        with rasterio.open(out / "scenes" / f"tile-{number}" / "probability.tif") as data:
            assert data.shape == (bottom - top, right - left)
            assert data.transform == UTM_TRANSFORM @ Affine.translation(left, top)
            assert data.scales[0] == pytest.approx(1 / 250)
    text = (out / "probability.vrt").read_text()
    assert 'relativeToVRT="1">scenes/tile-0/probability.tif' in text
    names = {path.name for path in out.iterdir()}
    assert names == {"probability.vrt", "mask.vrt", "landslides.gpkg", "run.json", "scenes"}


def test_the_run_tells_of_all_rasters_as_of_one_job(both):
    _, out, events = both
    starts = [event for event in events if isinstance(event, Start)]
    assert len(starts) == 1 and starts[0].details["rasters"] == 4
    done = [event.done for event in events if isinstance(event, Progress) and event.unit == "tiles"]
    assert done == sorted(done) and done[-1] == starts[0].details["tiles"]
    (result,) = [event for event in events if isinstance(event, Result)]
    assert result.paths["probability"] == str(out / "probability.vrt")
    assert result.counts["rasters"] == result.counts["rasters_done"] == 4
    assert result.counts["skipped"] == []
    run = json.loads((out / "run.json").read_text())
    assert [row["state"] for row in run["rasters"]] == ["done"] * 4
    assert sum(row["pixels"] for row in run["rasters"]) == run["counts"]["pixels"]
    assert pyogrio.read_info(out / "landslides.gpkg", layer="run")["features"] == 1


def test_rasters_of_16_bits_share_one_range_of_values(checkpoint, tmp_path):
    # One side is much brighter than the other.
    values = image(160, 220).astype(np.uint16) * np.linspace(5, 60, 220).astype(np.uint16)
    ortho = write_raster(tmp_path / "ortho.tif", values)
    cuts = ((0, 0, 110, 160), (110, 0, 220, 160))
    one = single(ortho, checkpoint, tmp_path / "one")
    many(cut(tmp_path / "tiles", values, cuts), checkpoint, tmp_path / "out")
    assert_same(tmp_path / "out", one)


def test_rasters_that_are_read_at_another_distance_have_no_seam(checkpoint, tmp_path):
    values = image(250, 256)
    ortho = write_raster(tmp_path / "ortho.tif", values)
    one = single(ortho, checkpoint, tmp_path / "one", gsd=0.83)
    many(cut(tmp_path / "tiles", values, QUARTERS), checkpoint, tmp_path / "out", gsd=0.83)
    found = pixels(tmp_path / "out" / "probability.vrt").astype(int)
    # A resampled value that lies between two whole numbers may be rounded either way.
    apart = np.abs(found - pixels(one / "probability.tif"))
    assert found.shape == (151, 154)
    assert apart.max() <= 3 and (apart > 0).mean() < 0.02


@pytest.fixture(scope="module")
def overlapping(checkpoint, tmp_path_factory):
    """Two scenes of different light that overlap, each with a collar of nodata."""
    folder = tmp_path_factory.mktemp("overlapping")
    first, second = image(200, 180), image(200, 180, seed=1)
    first[:, :, :12], second[:, :30] = 0, 0
    tiles = folder / "tiles"
    tiles.mkdir()
    write_raster(tiles / "a.tif", first, nodata=0)
    transform = UTM_TRANSFORM @ Affine.translation(70, 0)
    write_raster(tiles / "b.tif", second, nodata=0, transform=transform)
    many(tiles, checkpoint, folder / "first")
    threshold = middling(folder / "first", "probability.vrt")
    many(tiles, checkpoint, folder / "out", threshold=threshold, min_area_m2=0)
    return first, second, folder / "out"


def owned(out, name, column):
    """Where a scene decides, on the mosaic (200, 250)."""
    mine = np.zeros((200, 250), bool)
    values = pixels(out / "scenes" / name / "probability.tif")
    mine[:, column : column + values.shape[1]] = values != 255
    return mine


def test_overlaps_are_counted_once_and_nothing_is_left_out(overlapping):
    first, second, out = overlapping
    has_first, has_second = np.zeros((2, 200, 250), bool)
    has_first[:, :180], has_second[:, 70:] = first.any(axis=0), second.any(axis=0)
    a, b = owned(out, "a", 0), owned(out, "b", 70)
    assert not (a & b).any()
    assert np.array_equal(a | b, has_first | has_second)
    assert np.array_equal(pixels(out / "probability.vrt") != 255, a | b)
    assert_polygons_are_the_mask(out)


def test_the_scene_whose_end_is_farther_away_wins(overlapping):
    _, _, out = overlapping
    a, b = owned(out, "a", 0), owned(out, "b", 70)
    # Halfway between the end of b's pixels, column 70, and of a's, 180, in the middle rows.
    assert a[110, 70:120].all() and b[110, 130:180].all()
    # Near the upper border, where b has a collar, a is better.
    assert a[32, 70:130].all()


def test_a_broken_raster_is_skipped_and_a_resume_does_the_rest(checkpoint, tmp_path):
    values = image(128, 200)
    cuts = ((0, 0, 100, 128), (100, 0, 200, 128))
    tiles = cut(tmp_path / "tiles", values, cuts)
    whole = (tiles / "tile-1.tif").read_bytes()
    (tiles / "tile-1.tif").write_bytes(whole[: len(whole) // 2])
    (tiles / "text.tif").write_text("not a raster")
    complete, events = many(tiles, checkpoint, tmp_path / "out")
    assert not complete
    skipped = events[-1].counts["skipped"]
    assert [path["path"].rpartition("/")[2] for path in skipped] == ["text.tif", "tile-1.tif"]
    assert "damaged or truncated" in skipped[1]["reason"]
    assert pixels(tmp_path / "out" / "probability.vrt").shape == (128, 100)
    # Repaired, it is done; the other one only where its neighbour shows through.
    (tiles / "tile-1.tif").write_bytes(whole)
    (tiles / "text.tif").unlink()
    complete, _ = many(tiles, checkpoint, tmp_path / "out", resume=True)
    assert complete
    ortho = write_raster(tmp_path / "ortho.tif", values)
    assert_same(tmp_path / "out", single(ortho, checkpoint, tmp_path / "one"))
    assert not (tmp_path / "out" / ".calanddet.resume").exists()


def test_what_a_failed_scene_was_to_show_is_shown_by_another(checkpoint, tmp_path):
    tiles = cut(tmp_path / "tiles", image(128, 200), ((0, 0, 140, 128), (60, 0, 200, 128)))
    whole = (tiles / "tile-1.tif").read_bytes()
    # Its upper rows can still be read: the first raster leaves its share of them to it.
    (tiles / "tile-1.tif").write_bytes(whole[: len(whole) * 6 // 10])
    assert not many(tiles, checkpoint, tmp_path / "out")[0]
    found = pixels(tmp_path / "out" / "probability.vrt")
    assert found.shape == (128, 140) and (found != 255).all()


def test_a_cancelled_run_goes_on_where_it_was(checkpoint, tmp_path, monkeypatch):
    # Each batch is told, however soon it follows.
    monkeypatch.setattr(Meter, "interval_s", 0.0)
    values = image(256, 256)
    tiles = cut(tmp_path / "tiles", values)
    out = tmp_path / "out"
    seen = []

    def cancel_late(event):
        seen.append(event)
        # In the third raster.
        if list(out.glob(".calanddet.resume/work/tile-2")):
            raise Cancelled

    with pytest.raises(Cancelled):
        many(tiles, checkpoint, out, on_event=cancel_late)
    assert not list(out.glob("*.vrt")) and not list(out.glob("*.gpkg"))
    complete, events = many(tiles, checkpoint, out, resume=True)
    assert complete
    (start,) = [event for event in events if isinstance(event, Start)]
    assert 0 < start.details["resumed_tiles"] < start.details["tiles"]
    ortho = write_raster(tmp_path / "ortho.tif", values)
    assert_same(out, single(ortho, checkpoint, tmp_path / "one"))


def test_a_landslide_across_two_resolutions_is_one_polygon(checkpoint, tmp_path):
    tiles = cut(tmp_path / "tiles", image(100, 120), ((0, 0, 120, 100),))
    coarse = Affine(1, 0, UTM_TRANSFORM.c + 60, 0, -1, UTM_TRANSFORM.f)
    write_raster(tiles / "coarse.tif", image(50, 70), transform=coarse)
    options = {"threshold": LEAST, "gsd": "native"}
    complete, events = many(tiles, checkpoint, tmp_path / "out", **options)
    assert complete
    polygons, fields = inventory(tmp_path / "out" / "landslides.gpkg")
    assert len(polygons) == 1 and events[-1].counts["polygons"] == 1
    # The scale of UTM at 500 km east makes areas on the ellipsoid 0.08 % larger.
    assert fields["area_m2"][0] == pytest.approx(130 * 50, rel=2e-3)
    assert fields["area_px"][0] == 120 * 100 + 50 * 70
    assert events[-1].counts["area_m2"] == pytest.approx(fields["area_m2"][0])
    mosaic = pixels(tmp_path / "out" / "mask.vrt")
    assert mosaic.shape == (100, 260) and (mosaic == 1).all()


def test_rasters_in_two_crs_end_in_that_of_most(checkpoint, tmp_path):
    tiles = cut(tmp_path / "tiles", image(100, 120), ((0, 0, 120, 100),))
    # The zone beside, 6 degrees away: turned by a few degrees there.
    with rasterio.open(tiles / "tile-0.tif") as data:
        left, bottom, right, top = rasterio.warp.transform_bounds(
            data.crs, "EPSG:32645", *data.bounds
        )
    beside = Affine(1, 0, (left + right) / 2, 0, -1, (top + bottom) / 2 + 10)
    write_raster(tiles / "other.tif", image(40, 50), crs="EPSG:32645", transform=beside)
    options = {"threshold": LEAST, "gsd": "native"}
    assert many(tiles, checkpoint, tmp_path / "out", **options)[0]
    polygons, fields = inventory(tmp_path / "out" / "landslides.gpkg")
    layer = pyogrio.read_info(tmp_path / "out" / "landslides.gpkg", layer="landslides")
    assert layer["crs"] == "EPSG:32644"
    assert len(polygons) == 1
    # The overlap is counted once.
    assert fields["area_m2"][0] < 120 * 100 / 4 + 40 * 50
    with rasterio.open(tmp_path / "out" / "mask.vrt") as data:
        assert data.crs.to_epsg() == 32644
        burnt = rasterio.features.rasterize(polygons, data.shape, transform=data.transform)
        assert ((data.read(1) == 1) != (burnt == 1)).mean() < 0.03


def test_the_area_of_interest_may_leave_rasters_out(checkpoint, tmp_path):
    tiles = cut(tmp_path / "tiles", image(128, 200), ((0, 0, 80, 128), (90, 0, 200, 128)))
    west = (500005, 3399950, 500030, 3399990)
    aoi = write_polygons(tmp_path / "aoi.gpkg", [west])
    complete, events = many(tiles, checkpoint, tmp_path / "out", aoi=str(aoi))
    assert complete and events[-1].counts["rasters_done"] == 1
    run = json.loads((tmp_path / "out" / "run.json").read_text())
    assert [row["state"] for row in run["rasters"]] == ["done", "outside"]


def test_rasters_without_a_place_or_with_too_few_bands_are_told(checkpoint, tmp_path):
    tiles = cut(tmp_path / "tiles", image(80, 80), ((0, 0, 80, 80),))
    write_raster(tiles / "nowhere.tif", image(80, 80), crs=None, transform=None)
    far = UTM_TRANSFORM @ Affine.translation(500, 0)
    write_raster(tiles / "two.tif", image(80, 80, bands=2), transform=far)
    empty = UTM_TRANSFORM @ Affine.translation(900, 0)
    write_raster(tiles / "zero.tif", np.zeros((3, 80, 80), np.uint8), transform=empty, nodata=0)
    complete, events = many([tiles, tiles / "tile-0.tif"], checkpoint, tmp_path / "out")
    assert not complete
    reasons = {
        row["path"].rpartition("/")[2]: row["reason"] for row in events[-1].counts["skipped"]
    }
    assert set(reasons) == {"nowhere.tif", "two.tif"}
    assert (
        "no place on the map" in reasons["nowhere.tif"] and "2 image band(s)" in reasons["two.tif"]
    )
    run = json.loads((tmp_path / "out" / "run.json").read_text())
    assert [row["state"] for row in run["rasters"]] == ["failed", "done", "failed", "empty"]
    assert any("named twice" in getattr(event, "text", "") for event in events)


def test_where_no_raster_can_be_searched_nothing_is_written(checkpoint, tmp_path):
    tiles = tmp_path / "tiles"
    tiles.mkdir()
    (tiles / "a.tif").write_text("nothing")
    with pytest.raises(RasterError, match="None of the 1 rasters could be searched"):
        many(tiles, checkpoint, tmp_path / "out")
    assert not list((tmp_path / "out").glob("*.vrt"))
