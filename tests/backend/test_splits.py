"""No split shows both sides the same ground, and what leaks from one to the other is found."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Transformer

from backend.errors import DatasetError
from backend.training import labelled_raster
from backend.training.datasets import RGB, Dataset, Footprint, Labelled, Sample, open_dataset
from backend.training.splits import check_leaks, require_both_classes, split
from tests.backend.rasters import image, write_raster
from tests.backend.vectors import write_polygons

BIJIE = Path(__file__).parents[3] / "shared" / "data" / "bijie"
UTM_44 = CRS("EPSG:32644").to_wkt()
UTM_45 = CRS("EPSG:32645").to_wkt()


def unread():
    raise AssertionError("the pixels of this image are not needed")


def sample(name, group=None, landslide=True, bounds=None, crs=UTM_44, read=unread, path=None):
    return Sample(
        name,
        group or name,
        landslide,
        read,
        (str(path or f"/nowhere/{name}"),),
        Footprint(bounds, crs) if bounds else None,
    )


def dataset(*samples, name="data"):
    return Dataset(name, RGB, samples)


def tiles(columns, rows, has_landslide, size=100.0, step=100.0):
    """A lattice of images on the map; neighbours only touch where `step` is `size`."""
    return dataset(
        *(
            sample(
                f"{column},{row}",
                landslide=has_landslide(column, row),
                bounds=(column * step, row * step, column * step + size, row * step + size),
            )
            for row in range(rows)
            for column in range(columns)
        )
    )


def names(part):
    return [sample.name for sample in part.samples]


@st.composite
def grouped(draw):
    """Images in groups of many sizes, at least two of which have landslides."""
    sizes = draw(st.lists(st.integers(1, 9), min_size=2, max_size=30))
    slides = draw(st.lists(st.booleans(), min_size=len(sizes), max_size=len(sizes)))
    slides[:2] = True, True
    groups = draw(st.permutations(range(len(sizes))))
    return dataset(
        *(
            sample(f"{group}-{number}", f"group {group}", slides[group] and number % 2 == 0)
            for group in groups
            for number in range(sizes[group])
        )
    )


@settings(max_examples=50, deadline=None)
@given(grouped(), st.floats(0.05, 0.95), st.integers(0, 2**32 - 1))
def test_groups_stay_whole_and_nothing_is_lost(data, share, seed):
    train, validation = split(data, share, seed)
    assert sorted(names(train) + names(validation)) == sorted(names(data))
    groups = [{sample.group for sample in part.samples} for part in (train, validation)]
    assert not groups[0] & groups[1]
    for part in (train, validation):
        assert any(sample.has_landslide for sample in part.samples)
    assert split(data, share, seed) == (train, validation)
    check_leaks([train], [validation])


@settings(max_examples=50, deadline=None)
@given(st.integers(10, 60), st.integers(2, 10), st.integers(0, 99))
def test_the_share_is_kept_for_landslides_and_all_images(images, landslides, seed):
    data = dataset(*(sample(str(i), landslide=i < landslides) for i in range(images)))
    _, validation = split(data, 0.3, seed)
    shown = sum(sample.has_landslide for sample in validation.samples)
    assert abs(len(validation.samples) - 0.3 * images) <= 1.5
    assert abs(shown - max(1, 0.3 * landslides)) <= 1


def test_another_seed_keeps_other_images_back():
    data = dataset(*(sample(str(i), landslide=i % 3 == 0) for i in range(30)))
    chosen = {tuple(names(split(data, 0.2, seed)[1])) for seed in range(5)}
    assert len(chosen) == 5


def test_the_parts_are_named():
    train, validation = split(dataset(sample("a"), sample("b"), name="Bijie"), 0.5, 0)
    assert (train.name, validation.name) == ("Bijie (training part)", "Bijie (validation part)")
    assert train.bands == RGB


@settings(max_examples=50, deadline=None)
@given(st.integers(2, 9), st.integers(2, 9), st.floats(0.1, 0.5), st.integers(0, 999))
def test_on_the_map_the_parts_lie_on_two_sides_of_a_line(columns, rows, share, seed):
    data = tiles(columns, rows, lambda column, row: (column + row) % 2 == 0)
    train, validation = split(data, share, seed)
    hulls = [
        shapely.MultiPoint(
            [shapely.box(*sample.footprint.bounds).centroid for sample in part.samples]
        ).convex_hull
        for part in (train, validation)
    ]
    assert not hulls[0].intersects(hulls[1])
    assert abs(len(validation.samples) / (columns * rows) - share) <= 0.3
    check_leaks([train], [validation])


def test_landslides_in_a_corner_are_still_on_both_sides():
    data = tiles(8, 8, lambda column, row: column < 2 and row == 0)
    for seed in range(20):
        for part in split(data, 0.2, seed):
            assert sum(sample.has_landslide for sample in part.samples) == 1


def test_landslides_on_one_side_of_the_map_are_shared_out():
    data = tiles(8, 8, lambda column, row: column < 4)
    for seed in range(10):
        _, validation = split(data, 0.25, seed)
        shown = sum(sample.has_landslide for sample in validation.samples)
        assert 6 <= shown <= 10 and 14 <= len(validation.samples) <= 18


def test_images_that_overlap_stay_together():
    data = dataset(
        *tiles(2, 1, lambda *_: True, size=100, step=60).samples,
        sample("far", bounds=(1000, 0, 1100, 100)),
    )
    for seed in range(10):
        train, validation = split(data, 0.3, seed)
        assert {frozenset(names(train)), frozenset(names(validation))} == {
            frozenset({"0,0", "1,0"}),
            frozenset({"far"}),
        }


def test_what_cannot_be_parted_is_refused():
    site = [sample(str(i), "CAS site luding") for i in range(8)]
    refused(
        lambda: split(dataset(*site), 0.2, 0),
        r"None of the 8 image\(s\) of data can be kept back to validate: they show one place, CAS",
    )
    overlapping = tiles(3, 1, lambda *_: True, size=100, step=60)
    refused(lambda: split(overlapping, 0.2, 0), "they overlap on the map")
    one = [sample("a"), *(sample(f"b{i}", landslide=False) for i in range(5))]
    refused(
        lambda: split(dataset(*one), 0.2, 0), "All landslides of data lie in one of its 6 places"
    )


def test_images_without_landslides_can_be_split():
    train, validation = split(
        dataset(*(sample(str(i), landslide=False) for i in range(10))), 0.2, 0
    )
    assert (len(train.samples), len(validation.samples)) == (8, 2)


def refused(call, match):
    with pytest.raises(DatasetError, match=match) as caught:
        call()
    assert caught.value.remedy


# Leaks.


def leak(one, other, match):
    """The leak is found whichever side an image is on, and both are named."""
    for train, validation in ((one, other), (other, one)):
        with pytest.raises(DatasetError, match=match) as caught:
            check_leaks([dataset(train)], [dataset(validation)])
        assert train.name in caught.value.message and validation.name in caught.value.message


@pytest.fixture
def files(tmp_path):
    """Two different pictures of one size in bytes."""
    return [
        write_raster(tmp_path / f"{seed}.tif", image(60, 60, seed=seed), crs=None, transform=None)
        for seed in range(2)
    ]


def test_a_file_on_both_sides_is_found(files):
    leak(sample("a", path=files[0]), sample("b", path=files[0]), "both are the same picture")


def test_a_link_to_a_file_is_that_file(files, tmp_path):
    link = tmp_path / "link.tif"
    link.symlink_to(files[0])
    leak(sample("a", path=files[0]), sample("b", path=link), "both are the same picture")


def test_a_name_that_only_gdal_knows_is_found_on_both_sides():
    name = "NETCDF:scene.nc:image"
    leak(sample("a", path=name), sample("b", path=name), "both are the same picture")


def test_a_copy_without_its_place_is_found(files, tmp_path):
    copy = shutil.copy(files[0], tmp_path / "copy.tif")
    on_the_map = sample("a", path=files[0], bounds=(0, 0, 30, 30))
    leak(on_the_map, sample("b", path=copy), "both are the same picture")


def test_pictures_on_the_map_are_told_apart_by_their_places(files, tmp_path):
    copy = shutil.copy(files[0], tmp_path / "copy.tif")
    one = sample("a", path=files[0], bounds=(0, 0, 30, 30))
    check_leaks([dataset(one)], [dataset(sample("b", path=copy, bounds=(30, 0, 60, 30)))])


def test_a_copy_of_a_file_is_found(files, tmp_path):
    copy = shutil.copy(files[0], tmp_path / "copy.tif")
    leak(sample("a", path=files[0]), sample("b", path=copy), "both are the same picture")


def test_different_files_of_one_size_are_no_leak(files):
    assert files[0].stat().st_size == files[1].stat().st_size
    check_leaks([dataset(sample("a", path=files[0]))], [dataset(sample("b", path=files[1]))])


def test_files_that_differ_in_one_byte_are_no_leak(files, tmp_path):
    content = bytearray(files[0].read_bytes())
    content[-1] ^= 1
    (tmp_path / "other.tif").write_bytes(content)
    check_leaks(
        [dataset(sample("a", path=files[0]))], [dataset(sample("b", path=tmp_path / "other.tif"))]
    )


def test_a_group_on_both_sides_is_found():
    leak(sample("a", "CAS site palu"), sample("b", "CAS site palu"), "one place, CAS site palu")


@pytest.mark.parametrize(
    ("bounds", "overlaps"),
    [
        ((50, 50, 150, 150), True),
        ((20, 20, 30, 30), True),
        ((99, 0, 199, 100), True),
        ((100, 0, 200, 100), False),
        ((100, 100, 200, 200), False),
        ((300, 0, 400, 100), False),
    ],
)
def test_images_that_share_ground_are_found(bounds, overlaps):
    one, other = sample("a", bounds=(0, 0, 100, 100)), sample("b", bounds=bounds)
    if overlaps:
        leak(one, other, "they overlap on the map")
    else:
        check_leaks([dataset(one)], [dataset(other)])


def test_shared_ground_is_found_across_coordinate_systems():
    one = sample("a", bounds=(787000, 3320000, 788000, 3321000))
    x, y = Transformer.from_crs(UTM_44, UTM_45).transform(787500, 3320500)
    inside = sample("b", bounds=(x - 100, y - 100, x + 100, y + 100), crs=UTM_45)
    leak(one, inside, "they overlap on the map")
    beside = sample("c", bounds=(x + 900, y - 100, x + 1100, y + 100), crs=UTM_45)
    nowhere = sample("d", bounds=(x, y, x + 1, y + 1), crs='LOCAL_CS["site",UNIT["metre",1]]')
    check_leaks([dataset(one)], [dataset(beside, nowhere)])


def test_without_a_crs_places_are_compared_within_one_file_only(files):
    """Two blocks of one raster are no leak, but a block of its copy may be."""
    block = (0, 0, 30, 60)
    one = sample("a", bounds=block, crs=str(files[0]), path=files[0])
    check_leaks(
        [dataset(one)],
        [dataset(sample("b", bounds=(30, 0, 60, 60), crs=str(files[0]), path=files[0]))],
    )
    leak(one, sample("b", bounds=block, crs=str(files[0]), path=files[0]), "overlap on the map")
    check_leaks(
        [dataset(one)],
        [dataset(sample("b", bounds=block, crs=str(files[1]), path=files[1]))],
    )
    copy = files[0].with_name("copy.tif")
    shutil.copy(files[0], copy)
    leak(one, sample("b", bounds=block, crs=str(copy), path=copy), "both are the same picture")


# Both classes.


def labelled(mask):
    mask = np.array(mask, bool)
    return Labelled(np.zeros((3, *mask.shape), np.uint8), mask, np.ones(mask.shape, bool))


def test_data_without_a_landslide_is_refused():
    none = [sample(str(i), landslide=False) for i in range(3)]
    refused(
        lambda: require_both_classes([dataset(*none), dataset(*none, name="more")]),
        r"None of the 6 image\(s\) of data \+ more shows a landslide",
    )


def test_data_without_background_is_refused():
    full = [sample(str(i), read=lambda: labelled([[1, 1]])) for i in range(3)]
    refused(
        lambda: require_both_classes([dataset(*full)]),
        r"All 3 image\(s\) of data are landslide in every pixel",
    )
    require_both_classes([dataset(*full), dataset(sample("b", landslide=False))])
    require_both_classes([dataset(*full, sample("b", read=lambda: labelled([[1, 0]])))])


def test_what_is_not_valid_is_no_background():
    part = labelled([[1, 0]])
    part.valid[0, 1] = False
    refused(lambda: require_both_classes([dataset(sample("a", read=lambda: part))]), "every pixel")


# Opened data.


def test_the_blocks_of_a_raster_are_split_by_space(tmp_path, monkeypatch):
    monkeypatch.setattr(labelled_raster, "BLOCK", 32)
    raster = write_raster(tmp_path / "scene.tif", image(160, 224))
    boxes = [(500000 + 20 * i, 3399925, 500005 + 20 * i, 3399995) for i in range(5)]
    outlines = write_polygons(tmp_path / "outlines.gpkg", boxes)
    whole = open_dataset(f"{raster}::{outlines}")
    train, validation = split(whole, 0.25, 3)
    assert len(train.samples) + len(validation.samples) == 35
    assert 7 <= len(validation.samples) <= 11
    check_leaks([train], [validation])
    refused(lambda: check_leaks([whole], [validation]), "overlap on the map")
    moved = write_raster(tmp_path / "copy.tif", image(160, 224))
    again = open_dataset(f"{moved}::{outlines}")
    refused(lambda: check_leaks([again], [validation]), "overlap on the map")


@pytest.mark.skipif(not BIJIE.exists(), reason=f"the real imagery is not there: {BIJIE}")
def test_the_published_parts_of_bijie_do_not_leak():
    validation = open_dataset(str(BIJIE / "val" / "val.txt"))
    train, kept_back = split(validation, 0.2, 0)
    counts = Counter(sample.has_landslide for sample in kept_back.samples)
    assert counts[True] in (15, 16) and counts[False] == 40
    check_leaks([train], [kept_back])
    refused(lambda: check_leaks([validation], [kept_back]), "both are the same picture")
