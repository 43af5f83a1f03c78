"""Which rasters names stand for, how they lie, and what each may see."""

import json

import numpy as np
import pyogrio
import pytest
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.enums import ColorInterp

from backend.errors import RasterError
from backend.raster.grid import OVERLAPS, Tiling
from backend.scenes.coverage import edges_of
from backend.scenes.layout import around, group, look_at, overlapping
from backend.scenes.listing import find, is_many
from backend.scenes.plan import folder_names, resampled_box, visible
from tests.backend.rasters import UTM_TRANSFORM, image, write_raster
from tests.backend.scenes import write_product
from tests.backend.tiles import cut
from tests.backend.workers import backend


def names(listing, folder):
    return [path.removeprefix(f"{folder}/") for path in listing.paths]


def test_folders_patterns_and_files_are_found_in_order(tmp_path):
    cut(tmp_path / "tiles", image(64, 64), ((0, 0, 32, 64), (32, 0, 64, 64)))
    (tmp_path / "tiles" / "notes.txt").write_text("x")
    (tmp_path / "tiles" / "tile-0.tif.aux.xml").write_text("<PAMDataset/>")
    both = ["tiles/tile-0.tif", "tiles/tile-1.tif"]
    for name in ("tiles", "tiles/*", "**/*.tif"):
        given = str(tmp_path / name)
        assert is_many([given])
        assert names(find([given]), tmp_path) == both
    one = str(tmp_path / "tiles" / "tile-1.tif")
    assert not is_many([one])
    listing = find([one, str(tmp_path / "tiles")])
    assert names(listing, tmp_path) == both[::-1] and len(listing.notes) == 1


def test_a_virtual_raster_and_a_folder_of_bands_are_one_raster(tmp_path):
    raster = write_raster(tmp_path / "a.tif", image(64, 64))
    (tmp_path / "a.vrt").write_text(
        '<VRTDataset rasterXSize="64" rasterYSize="64"><VRTRasterBand dataType="Byte" band="1">'
        f"<SimpleSource><SourceFilename>{raster}</SourceFilename></SimpleSource>"
        "</VRTRasterBand></VRTDataset>"
    )
    assert not is_many([str(tmp_path / "a.vrt")])
    product = write_product(tmp_path / "products")
    assert not is_many([str(product)])
    assert names(find([str(tmp_path / "products")]), tmp_path) == [f"products/{product.name}"]


def write_index(path, tiles):
    wkb = shapely.to_wkb(np.array([shapely.box(0, 0, 1, 1)] * len(tiles)))
    pyogrio.raw.write(path, wkb, [np.array(tiles, object)], ["location"], geometry_type="Polygon",
                      crs="EPSG:32644")  # fmt: skip
    return str(path)


def test_a_tile_index_names_its_tiles_and_those_that_are_missing(tmp_path):
    cut(tmp_path / "tiles", image(64, 64), ((0, 0, 64, 64),))
    index = write_index(tmp_path / "index.gpkg", ["tiles/tile-0.tif", "tiles/gone.tif"])
    assert is_many([index])
    assert names(find([index]), tmp_path) == ["tiles/tile-0.tif", "tiles/gone.tif"]
    with pytest.raises(RasterError, match=r"no raster file .*gone\.tif"):
        look_at(find([index]).paths[1], 1)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("", "holds no raster: none of its 0"), ("*.tif", "No raster matches")],
)
def test_a_name_that_stands_for_nothing_is_refused(tmp_path, name, sentence):
    with pytest.raises(RasterError, match=sentence):
        find([str(tmp_path / name)])


def at(column, row, scale=1.0):
    return UTM_TRANSFORM @ Affine.translation(column, row) @ Affine.scale(scale)


def test_rasters_form_groups_by_lattice_and_by_touch(tmp_path):
    places = {
        "a": at(0, 0), "b": at(64, 0), "c": at(128, 64),  # beside, and at a corner
        "apart": at(300, 0), "shifted": at(40.3, 0), "coarse": at(0, 0, 2),
    }  # fmt: skip
    scenes = [
        look_at(str(write_raster(tmp_path / f"{name}.tif", image(64, 64), transform=place)), rank)
        for rank, (name, place) in enumerate(places.items())
    ]
    found = [
        [scene.path.rpartition("/")[2][:-4] for scene in each.scenes] for each in group(scenes)
    ]
    assert found == [["a", "b", "c"], ["apart"], ["shifted"], ["coarse"]]
    first = group(scenes)[0]
    assert (first.native.width, first.native.height) == (192, 128)
    assert first.boxes == ((0, 0, 64, 64), (64, 0, 64, 64), (128, 64, 64, 64))
    assert around(first, 0, 10) == [1] and around(first, 0, 70) == [1, 2]
    assert overlapping(first, 0) == []


def test_a_window_begins_on_the_mosaics_lattice_of_tiles():
    sides = st.integers(1, 900)

    @settings(max_examples=200, deadline=None)
    @given(sides, sides, st.integers(1, 300), sides, st.sampled_from(sorted(OVERLAPS)))
    def check(before, length, size_step, after, overlap):
        size = 8 * (1 + size_step % 28)
        whole = Tiling.of(before + length + after, 50, size, overlap)
        left, _, width, _ = visible((before, 0, length, 50), whole)
        part = Tiling.of(width, 50, size, overlap)
        for index in range(whole.columns):
            first, last = whole.core(index, whole.width)
            if last <= before or first >= before + length:
                continue
            # The tile's pixels, and where it is reflected, are the same in the window.
            own = index - left // whole.stride
            assert part.start(own) + left == whole.start(index)
            starts, ends = whole.start(index), whole.start(index) + size
            assert starts >= left or left == 0
            assert ends <= left + width or left + width == whole.width

    check()


def test_a_box_on_coarser_pixels_covers_what_it_touches():
    class Coarse:
        width, height = 60, 60

    assert resampled_box((10, 0, 30, 100), 1.66, 1.66, Coarse) == (6, 0, 19, 60)


def test_folders_of_rasters_are_named_apart():
    paths = ["/a/x.tif", "/b/x.tif", "/c/X.TIF", "/d/what?.tif"]
    assert folder_names(paths) == ["x", "x-2", "X-3", "what_"]


def test_edges_grow_from_nodata_and_from_the_border(tmp_path):
    values = image(40, 60)
    values[:, :, :10] = 0
    edges = edges_of(str(write_raster(tmp_path / "a.tif", values, nodata=0)))
    row, columns = np.array([20]), np.array([5, 10, 20, 59])
    assert edges.at(row, columns).tolist() == [[0, 1, 11, 1]]


def test_edges_grow_from_what_alpha_hides(tmp_path):
    values = np.concatenate([image(40, 60), np.full((1, 40, 60), 255, np.uint8)])
    values[3, :, :10] = 0
    colours = (ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha)
    edges = edges_of(str(write_raster(tmp_path / "a.tif", values, colours=colours)))
    assert edges.at(np.array([20]), np.array([5, 10, 20, 59])).tolist() == [[0, 1, 11, 1]]


def test_the_command_ends_with_code_4_where_a_raster_was_skipped(tmp_path):
    from tests.backend.checkpoints import small_file

    small_file(tmp_path / "small.safetensors")
    tiles = cut(tmp_path / "tiles", image(70, 70), ((0, 0, 70, 70),))
    command = ["detect", tiles / "tile-0.tif", tiles / "gone.tif", "--device", "cpu", "--json"]
    command += ["--checkpoint", tmp_path / "small.safetensors", "--out", tmp_path / "out"]
    code, stdout, errors = backend(*command)
    assert code == 4, errors
    result = json.loads(stdout.splitlines()[-1])
    assert result["event"] == "result"
    assert [row["path"] for row in result["counts"]["skipped"]] == [str(tiles / "gone.tif")]
