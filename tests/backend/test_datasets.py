"""Every published layout opens as it is; what cannot be trained on is refused with a sentence."""

from __future__ import annotations

import pickle
from pathlib import Path

import h5py
import numpy as np
import pytest

from backend.errors import DatasetError
from backend.training.datasets import RGB, open_dataset
from tests.backend.image_sets import (
    DATA,
    HEIGHT,
    WIDTH,
    drawn,
    needs,
    only,
    refused,
    write_image,
    write_listed,
    write_mask,
    write_patch,
    write_picture,
)
from tests.backend.rasters import image


@pytest.fixture
def listed(tmp_path):
    return write_listed(tmp_path)


# CALandDet's list file.


def test_a_list_file(listed):
    dataset = open_dataset(str(listed / "train.txt"))
    assert dataset.bands == RGB and dataset.gsd is None
    with_landslide, without = dataset.samples
    assert with_landslide.has_landslide and not without.has_landslide
    assert with_landslide.name == "image/a.tif"
    assert with_landslide.sources == (
        str(listed / "image" / "a.tif"),
        str(listed / "mask" / "a.tif"),
    )
    labelled = with_landslide.read()
    assert (labelled.image == image(HEIGHT, WIDTH)).all() and labelled.image.dtype == np.uint8
    assert (labelled.mask == (drawn()[0] == 255)).all() and labelled.valid.all()


def test_a_list_is_named_by_its_folder(listed):
    (listed / "more.txt").write_text("image/a.tif\n")
    assert open_dataset(str(listed / "more.txt")).name == f"{listed.name}/more"
    named = listed.rename(listed.with_name("train"))
    assert open_dataset(str(named / "train.txt")).name == f"{named.parent.name}/train"


def test_images_are_read_in_other_processes(listed):
    for sample in open_dataset(str(listed / "train.txt")).samples:
        sent = pickle.loads(pickle.dumps(sample))
        assert (sent.read().mask == sample.read().mask).all()


def test_a_mask_may_be_of_another_format(tmp_path):
    write_picture(tmp_path / "image" / "a.jpg", image(HEIGHT, WIDTH))
    write_picture(tmp_path / "mask" / "a.png", drawn())
    (tmp_path / "train.txt").write_text("image/a.jpg\n")
    assert only(tmp_path / "train.txt").read().mask.sum() == 200


def test_only_what_the_list_says_is_replaced(tmp_path):
    root = tmp_path / "images of 2008"
    write_image(root / "image" / "a.tif")
    write_mask(root / "mask" / "a.tif")
    (root / "train.txt").write_text("image/a.tif\n")
    (root / "absolute.txt").write_text(str(root / "image" / "a.tif"))
    for listing in ("train.txt", "absolute.txt"):
        assert only(root / listing).read().mask.sum() == 200


@pytest.mark.parametrize(
    ("line", "mask"),
    [
        ("image/image_1.tif", "mask/mask_1.tif"),
        ("image/image_1.tif", "mask/image_1.tif"),
        ("images/north/a.tif", "masks/north/a.tif"),
        ("imagery/image/a.tif", "imagery/mask/a.tif"),
        ("imagery/image/a.tif", "maskry/mask/a.tif"),
        ("image_1.tif", "mask_1.tif"),
    ],
)
def test_where_a_mask_may_lie(tmp_path, line, mask):
    write_image(tmp_path / line)
    write_mask(tmp_path / mask)
    (tmp_path / "train.txt").write_text(line)
    assert only(tmp_path / "train.txt").sources[1] == str(tmp_path / mask)


def test_a_list_written_on_windows(listed):
    lines = "\ufeffimage\\a.tif\r\n\r\nimage\\b.tif\r\nimage\\a.tif\r\n"
    (listed / "windows.txt").write_bytes(lines.encode())
    names = [sample.name for sample in open_dataset(str(listed / "windows.txt")).samples]
    assert names == ["image/a.tif", "image/b.tif"]


def test_what_a_list_names_has_to_be_there(listed):
    (listed / "mask" / "b.tif").unlink()
    refused(listed / "train.txt", "b.tif has no mask .*mask/b.tif")
    (listed / "image" / "a.tif").unlink()
    refused(listed / "train.txt", "image/a.tif is not there, though train.txt lists it")


def test_lists_that_name_nothing_are_refused(listed):
    (listed / "none.txt").write_text("\n")
    refused(listed / "none.txt", "names no image")
    (listed / "binary.txt").write_bytes(b"\xff\xfe\x00\x81")
    refused(listed / "binary.txt", "cannot be read as text")
    write_image(listed / "a.tif")
    (listed / "plain.txt").write_text("a.tif")
    refused(listed / "plain.txt", "Nothing in a.tif can be replaced")


# Published folders.


@pytest.fixture
def bijie(tmp_path):
    for name in ("landslide/image/df001", "landslide/image/xjl02", "non-landslide/image/c001"):
        write_picture(tmp_path / f"{name}.png", image(HEIGHT, WIDTH))
        write_picture(tmp_path / f"{name.replace('image', 'dem')}.png", image(HEIGHT, WIDTH, 1))
    for name in ("df001", "xjl02"):
        write_picture(tmp_path / "landslide" / "mask" / f"{name}.png", drawn())
    return tmp_path


def test_bijie_as_published(bijie):
    dataset = open_dataset(str(bijie))
    assert dataset.bands == RGB and dataset.gsd == 0.8 and dataset.name == bijie.name
    assert {sample.name: sample.has_landslide for sample in dataset.samples} == {
        "landslide/image/df001.png": True,
        "landslide/image/xjl02.png": True,
        "non-landslide/image/c001.png": False,
    }
    assert len({sample.group for sample in dataset.samples}) == 3
    labelled = dataset.samples[-1].read()
    assert not labelled.mask.any() and labelled.valid.all()
    assert labelled.image.shape == (3, HEIGHT, WIDTH)


def test_a_landslide_of_bijie_needs_its_mask(bijie):
    (bijie / "landslide" / "mask" / "df001.png").unlink()
    refused(bijie, "df001.png has no mask .*mask/df001.png")


CAS_NAMES = {
    "Luding_1m_UAV449.tiff": "CAS site luding",
    "Luding_1m_UAV014.tiff": "CAS site luding",
    "jiuzzhaigou_0.2m_UVA0155.tif": "CAS site jiuzzhaigou",
    "LongxiheSAT0459.tiff": "CAS site longxihe",
}


@pytest.fixture
def cas(tmp_path):
    """A CAS folder; `label` is drawn for viewing."""
    for name in CAS_NAMES:
        write_image(tmp_path / "img" / name)
        write_mask(tmp_path / "mask" / Path(name).with_suffix(".tif"), drawn(1))
        write_mask(tmp_path / "label" / name, drawn(255, height=HEIGHT)[:, ::-1])
    return tmp_path


def test_cas_as_published(cas):
    dataset = open_dataset(str(cas))
    assert {Path(sample.name).name: sample.group for sample in dataset.samples} == CAS_NAMES
    assert dataset.gsd is None, "its sites differ"
    for sample in dataset.samples:
        assert (sample.read().mask == (drawn(1)[0] > 0)).all()


def test_the_distance_of_cas_is_in_its_names(cas):
    for path in cas.glob("img/*"):
        if not path.name.startswith("Luding"):
            path.unlink()
    assert open_dataset(str(cas)).gsd == 1.0


def test_cas_without_masks_is_read_from_its_labels(cas):
    for path in cas.glob("mask/*"):
        path.unlink()
    refused(cas, "has no mask")
    (cas / "mask").rmdir()
    sample = open_dataset(str(cas)).samples[0]
    assert (sample.read().mask == (drawn(1)[0, ::-1] > 0)).all()


def test_other_names_tell_a_site_within_their_folder_only(tmp_path):
    for place in ("north", "south"):
        for number in range(2):
            write_image(tmp_path / place / "img" / f"tile_{number}.tif")
            write_mask(tmp_path / place / "mask" / f"tile_{number}.tif")
    groups = [
        {sample.group for sample in open_dataset(str(tmp_path / place)).samples}
        for place in ("north", "south")
    ]
    assert groups == [{f"{tmp_path}/north/tile"}, {f"{tmp_path}/south/tile"}]


@pytest.fixture
def landslide4sense(tmp_path):
    rng = np.random.default_rng(0)
    for number in (1, 2):
        write_patch(tmp_path / "img" / f"image_{number}.h5", "img", rng.random((128, 128, 14)))
        mask = drawn(number - 1, height=128, width=128)[0]
        write_patch(tmp_path / "mask" / f"mask_{number}.h5", "mask", mask)
    return tmp_path


def test_landslide4sense_as_published(landslide4sense):
    dataset = open_dataset(str(landslide4sense))
    assert dataset.gsd == 10 and len(dataset.bands) == len(set(dataset.bands)) == 14
    assert dataset.bands[1:4] == ("blue", "green", "red")
    assert dataset.bands[7] == "nir" and dataset.bands[12:] == ("slope", "dem")
    assert [sample.has_landslide for sample in dataset.samples] == [False, True]
    labelled = pickle.loads(pickle.dumps(dataset.samples[1])).read()
    assert labelled.image.shape == (14, 128, 128) and labelled.image.dtype == np.float32
    with h5py.File(landslide4sense / "img" / "image_2.h5") as file:
        assert (labelled.image == np.moveaxis(file["img"][:], -1, 0).astype(np.float32)).all()
    assert labelled.mask.sum() == 200 and labelled.valid.all()


def test_nan_in_a_patch_is_not_valid(landslide4sense):
    values = np.ones((128, 128, 14))
    values[3, 4, 13] = np.nan
    write_patch(landslide4sense / "img" / "image_1.h5", "img", values)
    labelled = open_dataset(str(landslide4sense)).samples[0].read()
    assert not labelled.valid[3, 4] and labelled.valid.sum() == 128 * 128 - 1
    assert np.isfinite(labelled.image).all()


def test_patches_without_masks_are_refused(landslide4sense):
    refused(landslide4sense / "img", "holds 2 Landslide4Sense images but no masks")
    (landslide4sense / "mask" / "mask_2.h5").unlink()
    refused(landslide4sense, "image_2.h5 has no mask .*mask_2.h5")
    (landslide4sense / "mask" / "mask_1.h5").unlink()
    (landslide4sense / "mask").rmdir()
    refused(landslide4sense, "holds 2 Landslide4Sense images but no masks")


def test_damaged_patches_are_refused(landslide4sense):
    path = landslide4sense / "img" / "image_1.h5"
    write_patch(path, "img", np.zeros((128, 128, 12)))
    refused(landslide4sense, "image_1.h5 is an array of 128 x 128 x 12")
    write_patch(path, "image", np.zeros((128, 128, 14)))
    refused(landslide4sense, "image_1.h5 has no array `img`, only image")
    path.write_bytes(b"no patch")
    refused(landslide4sense, "image_1.h5 is damaged or truncated")


def test_unknown_layouts_are_refused_with_those_that_are_known(tmp_path):
    with pytest.raises(DatasetError, match="is a dataset of no known layout") as caught:
        open_dataset(str(tmp_path))
    for word in ("train.txt", "Bijie", "CAS", "Landslide4Sense", "RASTER::POLYGONS"):
        assert word in caught.value.remedy
    refused(tmp_path / "none", "There is no dataset")
    (tmp_path / "img").mkdir()
    (tmp_path / "mask").mkdir()
    refused(tmp_path, "names no image")


# Real data.


@needs("bijie")
def test_the_real_bijie_lists():
    counts = {}
    for part in ("train", "val"):
        samples = open_dataset(str(DATA / "bijie" / part / f"{part}.txt")).samples
        counts[part] = len(samples), sum(sample.has_landslide for sample in samples)
        for sample in samples[:: len(samples) // 9]:
            labelled = sample.read()
            assert labelled.image.shape == (3, *labelled.mask.shape)
            assert labelled.mask.any() == sample.has_landslide and labelled.valid.all()
    assert counts == {"train": (1942, 539), "val": (277, 77)}


@needs("landslide4sense_rgb")
def test_the_real_landslide4sense_lists():
    dataset = open_dataset(str(DATA / "landslide4sense_rgb" / "val" / "val.txt"))
    assert len(dataset.samples) == 396
    assert dataset.samples[0].read().image.shape == (3, 128, 128)


@needs("landslide4sense_h5")
def test_real_landslide4sense_patches(tmp_path):
    published = DATA / "landslide4sense_h5"
    refused(published, "holds 4 Landslide4Sense images but no masks")
    (tmp_path / "img").mkdir()
    for path in published.glob("*.h5"):
        (tmp_path / "img" / path.name).symlink_to(path)
        mask = drawn(1, height=128, width=128)[0]
        write_patch(tmp_path / "mask" / path.name.replace("image", "mask"), "mask", mask)
    samples = open_dataset(str(tmp_path)).samples
    assert len(samples) == 4
    for sample in samples:
        labelled = sample.read()
        assert labelled.image.shape == (14, 128, 128) and labelled.valid.all()
        assert labelled.image.max() > 1 and labelled.mask.sum() == 200


@needs("cas")
def test_real_cas_tiles(tmp_path):
    (tmp_path / "img").mkdir()
    for path in (DATA / "cas").glob("*.tif*"):
        (tmp_path / "img" / path.name).symlink_to(path)
        write_mask(tmp_path / "mask" / path.name, drawn(1, height=512, width=512))
    samples = open_dataset(str(tmp_path)).samples
    assert len(samples) == 8
    assert {sample.group for sample in samples} == {
        "CAS site luding",
        "CAS site jiuzzhaigou",
        "CAS site longxihe",
        f"{tmp_path}/lombok",
    }
    assert all(sample.read().image.shape == (3, 512, 512) for sample in samples)
