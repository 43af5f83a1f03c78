"""A raster with outlines: blocks hold what detection sees, and what the outlines say."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
from affine import Affine
from pyproj import Transformer
from rasterio.enums import ColorInterp
from rasterio.features import rasterize, shapes

from backend.errors import DatasetError
from backend.raster.source import RasterSource, SourceRequest
from backend.training import labelled_raster
from backend.training.datasets import RGB, open_dataset
from tests.backend.rasters import UTM, UTM_TRANSFORM, image, write_raster
from tests.backend.vectors import write_polygons

UAV = Path(__file__).parents[3] / "shared" / "data" / "uav_scene"
HEIGHT, WIDTH = 150, 220
RGBA = (ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha)
# Over the corner where four blocks meet, with an edge between pixel centres; and over the rim.
BOXES = [(500020.1, 3399950.1, 500050.2, 3399980.3), (500100, 3399990, 500200, 3400100)]


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr(labelled_raster, "BLOCK", 64)


@pytest.fixture
def polygons(tmp_path):
    return write_polygons(tmp_path / "outlines.gpkg", BOXES)


def scene(path, values=None, **options):
    return write_raster(path, image(HEIGHT, WIDTH) if values is None else values, **options)


def opened(raster, polygons):
    return open_dataset(f"{raster}::{polygons}")


def refused(raster, polygons, match):
    with pytest.raises(DatasetError, match=match) as caught:
        opened(raster, polygons)
    assert caught.value.remedy


def put_together(dataset):
    """Image (3, H, W), mask and validity (H, W) of all blocks, and how often each pixel came."""
    covered = np.zeros((HEIGHT, WIDTH), int)
    whole = np.zeros((3, HEIGHT, WIDTH), np.float32), covered > 0, covered > 0
    for sample in dataset.samples:
        labelled, block = sample.read(), sample.read
        rows = slice(block.row, block.row + block.height)
        columns = slice(block.column, block.column + block.width)
        covered[rows, columns] += 1
        for all_of_it, part in zip(
            whole, (labelled.image, labelled.mask, labelled.valid), strict=True
        ):
            all_of_it[..., rows, columns] = part
        assert sample.has_landslide == labelled.mask.any()
    return (*whole, covered)


def as_detected(raster):
    """Image and validity of the whole raster as `detect` reads them."""
    with RasterSource(SourceRequest(str(raster), RGB)) as source:
        return source.read(0, source.grid.height)


def test_blocks_are_the_raster(tmp_path, polygons):
    raster = scene(tmp_path / "scene.tif")
    dataset = opened(raster, polygons)
    assert dataset.bands == RGB and dataset.name == "scene"
    assert dataset.gsd == pytest.approx(0.5, rel=1e-3)
    values, mask, valid, covered = put_together(dataset)
    assert (covered == 1).all() and valid.all()
    assert (values == image(HEIGHT, WIDTH)).all()
    drawn = rasterize([shapely.box(*box) for box in BOXES], mask.shape, transform=UTM_TRANSFORM)
    assert (mask == drawn).all() and 0 < drawn.mean() < 0.5
    assert {sample.has_landslide for sample in dataset.samples} == {True, False}


def test_no_block_is_a_sliver(tmp_path, polygons):
    blocks = [sample.read for sample in opened(scene(tmp_path / "a.tif"), polygons).samples]
    assert {block.width for block in blocks} == {64, 92} and len(blocks) == 6
    assert {block.height for block in blocks} == {64, 86}


def test_to_be_evaluated_a_raster_is_whole(tmp_path, polygons):
    raster = scene(tmp_path / "scene.tif")
    (whole,) = open_dataset(f"{raster}::{polygons}", whole=True).samples
    assert whole.read().mask.shape == (HEIGHT, WIDTH)


def test_a_raster_smaller_than_a_block(tmp_path):
    outline = write_polygons(tmp_path / "a.gpkg", [(500000, 3399995, 500003, 3400000)])
    (sample,) = opened(write_raster(tmp_path / "a.tif", image(20, 30)), outline).samples
    labelled = sample.read()
    assert labelled.image.shape == (3, 20, 30) and labelled.mask.sum() == 60


def with_alpha():
    values = image(HEIGHT, WIDTH, 4)
    values[3] = np.where(values[0] > 100, 255, 0)
    return values


def with_nan():
    values = image(HEIGHT, WIDTH).astype(np.float32) / 7 - 9
    values[1, values[0] > 10] = np.nan
    return values


def dark_half():
    """Dark on the left and bright on the right, so that blocks differ in range."""
    values = image(HEIGHT, WIDTH).astype(np.uint16)
    values[:, :, 110:] *= 40
    values[:, 60:70] = 0
    return values


@pytest.mark.parametrize(
    ("values", "options"),
    [
        (image(HEIGHT, WIDTH), {"mask": image(HEIGHT, WIDTH)[0] > 120}),
        (with_alpha(), {"colours": RGBA}),
        (dark_half(), {"nodata": 0}),
        (with_nan(), {}),
        (image(HEIGHT, WIDTH, 1), {"colormap": {i: (i, 255 - i, 7, 255) for i in range(256)}}),
        (image(HEIGHT, WIDTH), {"crs": None, "transform": None}),
    ],
    ids=["internal mask", "alpha", "16 bit", "NaN", "palette", "no map"],
)
def test_training_sees_what_detection_sees(tmp_path, values, options):
    raster = scene(tmp_path / "scene with spaces & signs.tif", values, **options)
    # Without a map the image lies below the origin, a unit a pixel, where QGIS draws it.
    on_map = options.get("transform", UTM_TRANSFORM) or Affine.scale(1, -1)
    box = (*(on_map @ (20, 80)), *(on_map @ (90, 30)))
    dataset = opened(raster, write_polygons(tmp_path / "a.gpkg", [box]))
    seen, mask, valid, _ = put_together(dataset)
    expected, is_valid = as_detected(raster)
    assert (valid == is_valid).all()
    assert np.allclose(seen, np.where(is_valid, expected, 0), atol=1e-3)
    inside = np.zeros(valid.shape, bool)
    inside[30:80, 20:90] = True
    assert (mask == (inside & is_valid)).all()
    assert dataset.samples[0].read().image.dtype == expected.dtype


def test_blocks_without_a_valid_pixel_are_left_out(tmp_path, polygons):
    mask = np.ones((HEIGHT, WIDTH), bool)
    mask[:64, :64] = False
    dataset = opened(scene(tmp_path / "a.tif", mask=mask), polygons)
    assert len(dataset.samples) == 5
    assert (0, 0) not in {(sample.read.column, sample.read.row) for sample in dataset.samples}


def test_a_landslide_under_nodata_does_not_count(tmp_path):
    mask = np.ones((HEIGHT, WIDTH), bool)
    mask[:32, :32] = False
    hidden = write_polygons(tmp_path / "a.gpkg", [(500002, 3399990, 500008, 3399998)])
    dataset = opened(scene(tmp_path / "a.tif", mask=mask), hidden)
    assert not any(sample.has_landslide for sample in dataset.samples)


def test_blocks_are_read_in_other_processes(tmp_path, polygons):
    for sample in opened(scene(tmp_path / "a.tif"), polygons).samples:
        sent = pickle.loads(pickle.dumps(sample)).read()
        assert (sent.mask == sample.read().mask).all()


def test_footprints_meet_and_do_not_overlap(tmp_path, polygons):
    dataset = opened(scene(tmp_path / "a.tif"), polygons)
    frames = [shapely.box(*sample.footprint.bounds) for sample in dataset.samples]
    whole = shapely.unary_union(frames)
    assert whole.equals(shapely.box(500000, 3399925, 500110, 3400000))
    assert whole.area == pytest.approx(sum(frame.area for frame in frames))
    assert all("UTM zone 44N" in sample.footprint.crs for sample in dataset.samples)
    assert len({sample.group for sample in dataset.samples}) == 6


def test_a_turned_raster(tmp_path):
    turned = UTM_TRANSFORM @ Affine.rotation(30)
    raster = scene(tmp_path / "a.tif", transform=turned)
    outline = shapely.Polygon([turned @ at for at in ((20, 30), (90, 30), (90, 80), (20, 80))])
    path = tmp_path / "a.gpkg"
    write_shapes(path, [outline])
    dataset = opened(raster, path)
    _, mask, _, covered = put_together(dataset)
    assert (covered == 1).all() and mask[30:80, 20:90].all() and mask.sum() == 3500
    first, second = dataset.samples[0].footprint, dataset.samples[1].footprint
    assert first.bounds == (0, 0, 64, 64) and second.bounds == (64, 0, 128, 64)
    assert first.crs == str(raster)


# Polygon layers.


def write_shapes(path, shapes, layer="landslides", crs=UTM, append=False, **fields):
    pyogrio.raw.write(
        path, shapely.to_wkb(shapes), [np.array(values) for values in fields.values()],
        list(fields), layer=layer, driver="GPKG", crs=crs, geometry_type="Unknown", append=append,
    )  # fmt: skip
    return path


def test_polygons_are_warped_to_the_raster(tmp_path, polygons):
    raster = scene(tmp_path / "a.tif")
    to_degrees = Transformer.from_crs(UTM, "EPSG:4326", always_xy=True)
    degrees = shapely.transform(
        [shapely.segmentize(shapely.box(*box), 1) for box in BOXES],
        lambda at: np.column_stack(to_degrees.transform(at[:, 0], at[:, 1])),
    )
    path = write_shapes(tmp_path / "degrees.gpkg", degrees, crs="EPSG:4326")
    assert (
        put_together(opened(raster, path))[1] == put_together(opened(raster, polygons))[1]
    ).all()


def test_a_layer_is_named_as_in_qgis(tmp_path, polygons):
    raster = scene(tmp_path / "a.tif")
    write_shapes(polygons, [shapely.box(500000, 3399990, 500005, 3400000)], "other")
    assert put_together(opened(raster, f"{polygons}|layername=other"))[1].sum() == 200
    assert put_together(opened(raster, f"{polygons}|layername=area"))[1].sum() > 200
    refused(raster, f"{polygons}|layername=none", "layername=none is not a vector layer")


def test_what_a_reviewer_rejected_is_no_landslide(tmp_path):
    raster = scene(tmp_path / "a.tif")
    boxes = [
        shapely.box(500000 + 20 * number, 3399990, 500005 + 20 * number, 3400000)
        for number in range(3)
    ]
    status = np.array(["accepted", "rejected", None], object)
    path = write_shapes(tmp_path / "a.gpkg", boxes, status=status)
    mask = put_together(opened(raster, path))[1]
    assert mask[:20, :10].all() and mask[:20, 80:90].all() and mask.sum() == 400
    path = write_shapes(tmp_path / "b.gpkg", boxes, status=np.array(["rejected"] * 3, object))
    refused(raster, path, "All 3 polygons of .*b.gpkg are rejected")


def test_outlines_that_cross_themselves_are_mended(tmp_path):
    raster = scene(tmp_path / "a.tif")
    bow_tie = shapely.Polygon(
        [(500000, 3399990), (500010, 3400000), (500010, 3399990), (500000, 3400000)]
    )
    mask = put_together(opened(raster, write_shapes(tmp_path / "a.gpkg", [bow_tie])))[1]
    assert mask.sum() == pytest.approx(200, abs=20)


def test_without_any_crs_coordinates_are_compared_as_they_are(tmp_path):
    raster = scene(tmp_path / "a.tif", crs=None)
    path = write_polygons(tmp_path / "a.gpkg", BOXES, crs=None)
    dataset = opened(raster, path)
    assert dataset.gsd is None and put_together(dataset)[1].any()
    assert {sample.footprint.crs for sample in dataset.samples} == {str(raster)}


def test_polygons_without_a_crs_on_a_raster_with_one_are_refused(tmp_path):
    path = write_polygons(tmp_path / "a.gpkg", BOXES, crs=None)
    refused(scene(tmp_path / "a.tif"), path, "a.gpkg have no CRS, but the raster .*UTM zone 44N")


def test_polygons_that_miss_the_raster_are_refused(tmp_path):
    path = write_polygons(tmp_path / "a.gpkg", [(0, 0, 10, 10)])
    refused(
        scene(tmp_path / "a.tif"), path,
        r"do not touch the raster .*: they cover x 0 to 10, y 0 to 10, the raster x 500000 to"
        r" 500110, y 3.39992e\+06 to 3.4e\+06",
    )  # fmt: skip


def test_files_that_are_no_polygons_are_refused(tmp_path):
    raster = scene(tmp_path / "a.tif")
    refused(raster, tmp_path / "none.gpkg", "There is no vector file")
    (tmp_path / "text.gpkg").write_text("no polygons")
    refused(raster, tmp_path / "text.gpkg", "not a vector layer that GDAL can read")
    points = write_shapes(tmp_path / "points.gpkg", [shapely.Point(500001, 3399999)])
    refused(raster, points, "holds no polygon")


def test_rasters_that_cannot_be_used_are_refused(tmp_path, polygons):
    refused(tmp_path / "none.tif", polygons, "There is no raster file")
    refused(polygons, polygons, "is not a raster that GDAL can read|has no raster bands")
    gray = write_raster(tmp_path / "gray.tif", image(HEIGHT, WIDTH, 1))
    refused(gray, polygons, r"has 1 image band\(s\); red, green and blue are needed")
    empty = scene(tmp_path / "empty.tif", mask=np.zeros((HEIGHT, WIDTH), bool))
    refused(empty, polygons, "has no valid pixel")


def test_a_truncated_raster_is_refused(tmp_path, polygons):
    raster = scene(tmp_path / "a.tif")
    raster.write_bytes(raster.read_bytes()[:-40000])
    refused(raster, polygons, "damaged or truncated")


@pytest.mark.skipif(not UAV.exists(), reason=f"the real imagery is not there: {UAV}")
def test_blocks_of_the_real_scene_hold_its_reference_mask(tmp_path, monkeypatch):
    monkeypatch.setattr(labelled_raster, "BLOCK", 1024)
    with rasterio.open(UAV / "uav_reference_mask.tif") as data:
        reference = data.read(1)
        found = shapes(reference, reference == 1, transform=data.transform)
        outlines = [shapely.geometry.shape(outline) for outline, _ in found]
    path = write_shapes(tmp_path / "outlines.gpkg", outlines)
    dataset = opened(UAV / "uav_scene.tif", path)
    assert dataset.gsd == pytest.approx(0.05, rel=1e-3) and len(dataset.samples) == 23
    valid_pixels = 0
    for sample in dataset.samples:
        labelled, block = sample.read(), sample.read
        part = reference[
            block.row : block.row + block.height, block.column : block.column + block.width
        ]
        assert (labelled.mask == ((part == 1) & labelled.valid)).all()
        valid_pixels += labelled.valid.sum()
    with rasterio.open(UAV / "uav_scene.tif") as data:
        assert valid_pixels == (data.dataset_mask() > 0).sum()
