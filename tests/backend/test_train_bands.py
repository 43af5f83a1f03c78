"""Training on rasters with a DEM and any bands: what it sees is what detection will see."""

from __future__ import annotations

import pickle
from pathlib import Path

import h5py
import numpy as np
import pytest
import rasterio
from affine import Affine

from backend.checkpoint import load, save
from backend.errors import CalandDetError, DatasetError, DemError, TrainingError
from backend.published import IMAGENET, LANDSLIDE4SENSE, LANDSLIDE4SENSE_BANDS
from backend.raster.inputs import open_source
from backend.raster.source import SourceRequest
from backend.training import labelled_raster
from backend.training.assess import EvaluateRequest, assess
from backend.training.bands import BandChoice, pictures_of, roles_of, wanted_of
from backend.training.datasets import RGB, open_dataset
from backend.training.job import train
from backend.training.pixels import temporary_bands
from backend.training.plan import TrainRequest
from tests.backend.checkpoints import SMALL, small_checkpoint
from tests.backend.golden import seeded_card, seeded_network
from tests.backend.rasters import UTM, image, write_raster
from tests.backend.scenes import places, reflectance, utm_transform, write_hill, write_stack

DATA = Path(__file__).parents[3] / "shared" / "data"
MARS = DATA / "mars_mmls"
RGBD = (*RGB, "dem")
SEEN = LANDSLIDE4SENSE_BANDS[:12]
SIDE = 256


def silent(event):
    """Nobody listens."""


@pytest.fixture
def photo(tmp_path):
    return write_raster(tmp_path / "photo.tif", image(SIDE, SIDE), transform=utm_transform(5))


@pytest.fixture
def pits(tmp_path):
    """(DEM, labels): landslides are pits in a slope, which no colour of the photo shows."""
    elevation = np.fromfunction(lambda row, column: 900 + 2 * row, (SIDE, SIDE))
    labels = np.zeros((SIDE, SIDE), np.uint8)
    for top in range(8, SIDE - 32, 64):
        for left in range(8, SIDE - 32, 64):
            labels[top : top + 28, left : left + 28] = 1
    elevation -= 60 * labels
    dem = write_raster(
        tmp_path / "pits.tif", elevation[None].astype("f4"), transform=utm_transform(5)
    )
    return dem, write_raster(tmp_path / "labels.tif", labels[None], transform=utm_transform(5))


def wanted(roles, **choice):
    return wanted_of(BandChoice(**choice), roles, None)


def whole(dataset):
    (sample,) = dataset.samples
    return sample.read()


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(labelled_raster, "BLOCK", 64)


def request(out, *data, **others):
    settings = {
        "data": tuple(map(str, data)), "out": out, "architecture": "linknet", "epochs": 1,
        "config": {"encoder": "resnet18"}, "batch_size": 4, "tile_size": 64, "validations": 1,
        "validation_share": 0.25, "device": "cpu", "precision": "fp32", "loss": "even",
    }  # fmt: skip
    return TrainRequest(**settings | others)


# What is read


@pytest.mark.parametrize("crs", [UTM, "EPSG:4326"])
def test_a_dem_of_another_grid_becomes_a_band_as_in_detection(tmp_path, photo, pits, crs):
    dem = write_hill(tmp_path / "hill.tif", crs=crs)
    dataset = open_dataset(f"{photo}::{pits[1]}::dem={dem}", True, wanted((*RGBD, "slope")))
    assert dataset.bands == (*RGBD, "slope") and dataset.gsd == pytest.approx(5, rel=1e-3)
    labelled = whole(dataset)
    with open_source(SourceRequest(str(photo), (*RGBD, "slope"), dem=str(dem))) as source:
        expected, valid = source.read(0, SIDE)
    assert (labelled.valid == valid).all() and labelled.image.dtype == np.float32
    np.testing.assert_allclose(labelled.image, expected, atol=1e-3)
    np.testing.assert_allclose(labelled.image[4], 30, atol=0.3)


def test_options_say_for_all_rasters_what_a_dataset_says_for_itself(photo, pits):
    dem, labels = pits
    one = open_dataset(f"{photo}::{labels}::dem={dem}", True, wanted(RGBD))
    other = open_dataset(f"{photo}::{labels}", True, wanted(RGBD, dem=str(dem)))
    third = open_dataset(f"{photo}::{labels}::dem={dem}:1", True, wanted(RGBD))
    for dataset in (other, third):
        np.testing.assert_allclose(whole(one).image, whole(dataset).image, atol=1e-3)


def test_a_stack_with_named_bands_gives_them_by_role(tmp_path):
    roles = ("thermal", "slope", "dem", "red", "green", "blue")
    values = np.stack([np.full((128, 128), float(10 * index), "f4") for index in range(6)])
    values[:, :10] = np.nan
    values[3:, 10:, ::2] += 40
    stack = write_stack(tmp_path / "stack.tif", roles, values)
    labels = write_raster(
        tmp_path / "labels.tif", np.ones((1, 128, 128), np.uint8), transform=utm_transform(10)
    )
    labelled = whole(open_dataset(f"{stack}::{labels}", True, wanted((*RGBD, "slope"))))
    assert not labelled.valid[:10].any() and labelled.valid[10:].all()
    # Elevation and slope as they are; colours by one range for the image.
    assert (labelled.image[3, 10:] == 20).all() and (labelled.image[4, 10:] == 10).all()
    assert labelled.image[:3, 10:].min() == 0 and labelled.image[:3, 10:].max() == 255
    assert np.isnan(labelled.image[3:, :10]).all() and np.isfinite(labelled.image[:3]).all()


def test_holes_of_a_dem_are_not_known_and_feet_become_metres(tmp_path, photo, pits):
    dem = write_hill(tmp_path / "feet.tif", factor=1 / 0.3048)
    with rasterio.open(dem, "r+") as data:
        values = data.read()
        values[:, 20:30] = -9999
        data.write(values)
        data.nodata = -9999
        data.units = ("ft",)
    dataset = open_dataset(f"{photo}::{pits[1]}::dem={dem}", True, wanted(RGBD))
    assert any("converted to metres" in note for note in dataset.notes)
    assert any("neutral value" in note for note in dataset.notes)
    labelled = whole(dataset)
    assert labelled.valid.all() and np.isnan(labelled.image[3, 80]).all()
    assert np.nanmax(labelled.image[3]) == pytest.approx(1739, abs=3)


@pytest.mark.parametrize("encoding", ["reflectance", "x 10000", "offset"])
def test_sentinel2_in_any_encoding_is_what_a_checkpoint_takes(tmp_path, encoding):
    at = places(UTM, utm_transform(10), 128, 128)
    truth = np.stack([reflectance(role, *at) for role in SEEN])
    values = {
        "reflectance": truth.astype(np.float32),
        "x 10000": np.round(truth * 10_000).astype(np.uint16),
        "offset": np.round(truth * 10_000 + 1000).astype(np.uint16),
    }[encoding]
    stack = write_stack(tmp_path / "stack.tif", SEEN, values)
    dem = write_hill(tmp_path / "hill.tif")
    labels = np.zeros((1, 128, 128), np.uint8)
    labels[:, 40:80] = 1
    mask = write_raster(tmp_path / "labels.tif", labels, transform=utm_transform(10))
    start = small_checkpoint("landslide4sense_unet")
    card = seeded_card("landslide4sense_unet", width=8)
    card = type(card)(**vars(card) | {"bands": LANDSLIDE4SENSE_BANDS, "scaling": LANDSLIDE4SENSE})
    assert start.card.bands == RGB
    for choice, of in ((card, wanted_of(BandChoice(), card.bands, card)), (None, None)):
        of = of or wanted(LANDSLIDE4SENSE_BANDS)
        labelled = whole(open_dataset(f"{stack}::{mask}::dem={dem}", True, of))
        units = np.array(LANDSLIDE4SENSE.units)[:, None, None]
        physical = labelled.image * units
        np.testing.assert_allclose(physical[:12], truth, atol=2e-4, err_msg=str(choice))
        np.testing.assert_allclose(physical[12], 30, atol=0.2)


def test_prepared_bands_go_with_their_dataset_and_to_other_processes(photo, pits):
    dataset = open_dataset(f"{photo}::{pits[1]}::dem={pits[0]}", wanted=wanted(RGBD))
    folder = dataset.samples[0].read.pixels.scratch.path
    sent = pickle.loads(pickle.dumps(dataset.samples[0].read))
    assert (sent().image == dataset.samples[0].read().image).all()
    del sent
    assert folder.exists()
    del dataset
    assert not folder.exists()


def test_a_job_leaves_no_temporary_bands_however_it_ends(photo, pits):
    text = f"{photo}::{pits[1]}::dem={pits[0]}"
    outer = open_dataset(text, wanted=wanted(RGBD))
    kept = []
    with pytest.raises(KeyError), temporary_bands():
        kept.append(open_dataset(text, wanted=wanted(RGBD)))
        assert kept[0].samples[0].read.pixels.scratch.path.exists()
        raise KeyError
    assert not kept[0].samples[0].read.pixels.scratch.path.exists()
    # What was there before the job is not the job's.
    assert outer.samples[0].read.pixels.scratch.path.exists()


def test_small_rasters_come_in_enough_blocks_to_be_parted(tmp_path):
    scene = write_raster(tmp_path / "a.tif", np.ones((1, 650, 1280), np.uint8).repeat(3, 0))
    labels = write_raster(tmp_path / "l.tif", np.ones((1, 650, 1280), np.uint8))
    blocks = open_dataset(f"{scene}::{labels}").samples
    assert len(blocks) == 15
    assert {block.read.width for block in blocks} == {labelled_raster.SMALLEST_BLOCK}


# Bad input


def test_bands_that_are_not_there_are_named(tmp_path, photo, pits):
    dem, labels = pits
    with pytest.raises(DatasetError, match="of which nir is missing"):
        open_dataset(f"{photo}::{labels}::dem={dem}", wanted=wanted((*RGB, "nir", "dem")))
    with pytest.raises(DatasetError, match="of which dem is missing"):
        open_dataset(f"{photo}::{labels}", wanted=wanted(RGBD))
    far = Affine(20, 0, 700_000, 0, -20, 3_000_000)
    other = write_raster(tmp_path / "far.tif", image(20, 20, 1).astype("f4"), transform=far)
    with pytest.raises(DemError, match="does not reach the raster"):
        open_dataset(f"{photo}::{labels}::dem={other}", wanted=wanted(RGBD))


def test_a_network_for_another_number_of_bands_is_refused(tmp_path, photo, pits, small_blocks):
    data = f"{photo}::{pits[1]}::dem={pits[0]}"
    small = SMALL["eca_resnet50"] | {"in_channels": 3}
    wrong = request(tmp_path / "m.safetensors", data, architecture="eca_resnet50", config=small)
    with pytest.raises(
        CalandDetError, match=r"eca_resnet50 takes 3 bands .*has 4: red, green, blue, dem"
    ):
        train(wrong, silent)


def test_bands_cannot_be_chosen_of_images_with_masks(tmp_path):
    for part in ("image", "mask"):
        (tmp_path / part).mkdir()
    for name in "abcd":
        write_raster(tmp_path / "image" / f"{name}.tif", image(64, 64), crs=None, transform=None)
        mask = np.zeros((1, 64, 64), np.uint8)
        mask[:, :20] = name in "ab"
        write_raster(tmp_path / "mask" / f"{name}.tif", mask, crs=None, transform=None)
    listing = tmp_path / "train.txt"
    listing.write_text("".join(f"image/{name}.tif\n" for name in "abcd"))
    wrong = request(tmp_path / "m.safetensors", listing, bands=BandChoice(dem="dem.tif"))
    with pytest.raises(DatasetError, match="other bands cannot be chosen: red, green, blue, dem"):
        train(wrong, silent)


def test_no_room_for_the_bands_is_said(photo, pits, monkeypatch):
    usage = __import__("shutil").disk_usage("/")
    monkeypatch.setattr("shutil.disk_usage", lambda path: usage._replace(free=1000))
    with pytest.raises(DatasetError, match=r"GB in .*, where .* GB are free"):
        open_dataset(f"{photo}::{pits[1]}::dem={pits[0]}", wanted=wanted(RGBD))


# Training


def test_roles_follow_from_what_is_given_where_none_are_named():
    texts = ("a.tif::b.gpkg::nir=c.tif:2", "d.tif::e.gpkg")
    assert roles_of(BandChoice(), texts, None) == (*RGB, "nir")
    assert roles_of(BandChoice(dem="d.tif"), texts, None) == (*RGB, "nir", "dem")
    assert roles_of(BandChoice(roles=("red", "dem")), texts, None) == ("red", "dem")
    card = seeded_card("linknet")
    assert roles_of(BandChoice(inputs=("slope=s.tif",)), (), card) == (*RGB, "slope")


def test_a_network_learns_from_relief_what_no_colour_shows(tmp_path, photo, pits, small_blocks):
    data = f"{photo}::{pits[1]}::dem={pits[0]}"
    often = {"epochs": None, "views": 280, "learning_rate": 0.1, "ema": 0.9, "scale": (1.0, 1.2)}
    out = tmp_path / "rgbd.safetensors"
    found = train(request(out, data, **often), silent).counts
    blind = train(
        request(tmp_path / "rgb.safetensors", f"{photo}::{pits[1]}", **often), silent
    ).counts
    assert found["f1"] > 0.6 > 0.45 > blind["f1"]
    card = load(out).card
    assert card.bands == RGBD and card.scaling.range == (0, 255) and not card.scaling.units
    assert card.scaling.by_tile == ("dem",) and card.scaling.mean == (*IMAGENET.mean, 0.5)
    # What it was trained on is what it is evaluated on.
    figures = assess(EvaluateRequest(out, (data,), device="cpu"), silent).counts
    assert figures["f1"] > 0.6
    with pytest.raises(DatasetError, match="of which dem is missing"):
        assess(EvaluateRequest(out, (f"{photo}::{pits[1]}",), device="cpu"), silent)


@pytest.mark.parametrize("architecture", ["eca_resnet50", "calanddet", "calanddet2"])
def test_networks_of_the_field_train_on_rgb_and_dem(
    tmp_path, photo, pits, small_blocks, architecture
):
    config = {key: value for key, value in SMALL[architecture].items() if key != "in_channels"}
    out = tmp_path / "mine.safetensors"
    data = f"{photo}::{pits[1]}::dem={pits[0]}"
    train(request(out, data, architecture=architecture, config=config), silent)
    card = load(out).card
    assert card.bands == RGBD and card.config["in_channels"] == 4


def test_the_landslide4sense_unet_trains_on_patches_and_goes_on_with_a_stack(tmp_path):
    folder, rng = tmp_path / "l4s", np.random.default_rng(0)
    for part, key in (("img", "img"), ("mask", "mask")):
        (folder / part).mkdir(parents=True)
        for number in range(1, 7):
            patch, mask = rng.normal(1, 0.1, (64, 64, 14)), np.eye(64) * (number % 2)
            name = "image" if part == "img" else "mask"
            with h5py.File(folder / part / f"{name}_{number}.h5", "w") as file:
                file[key] = patch if part == "img" else mask
    first, second = tmp_path / "first.safetensors", tmp_path / "second.safetensors"
    options = {"architecture": "landslide4sense_unet", "config": {"width": 8}}
    train(request(first, folder, **options), silent)
    assert load(first).card.bands == LANDSLIDE4SENSE_BANDS
    at = places(UTM, utm_transform(10), 128, 128)
    truth = np.stack([reflectance(role, *at) for role in SEEN]).astype("f4")
    stack = write_stack(tmp_path / "stack.tif", SEEN, truth)
    dem = write_hill(tmp_path / "hill.tif")
    labels = write_raster(
        tmp_path / "l.tif", np.eye(128, dtype=np.uint8)[None], transform=utm_transform(10)
    )
    data = f"{stack}::{labels}::dem={dem}"
    going_on = {"architecture": None, "config": {}, "start": first, "validation": (str(folder),)}
    train(request(second, data, **going_on), silent)
    assert load(second).card.scaling == load(first).card.scaling


def test_an_rgb_checkpoint_goes_on_with_a_dem_from_what_it_knew(
    tmp_path, photo, pits, small_blocks
):
    start = small_checkpoint("linknet")
    save(tmp_path / "rgb.safetensors", start.network, start.card)
    out = tmp_path / "rgbd.safetensors"
    data = f"{photo}::{pits[1]}::dem={pits[0]}"
    options = {"architecture": None, "config": {}, "start": tmp_path / "rgb.safetensors"}
    train(request(out, data, ema=0.0, learning_rate=1e-6, **options), silent)
    card, network = load(out).card, load(out).network
    assert card.bands == RGBD and card.scaling.mean[:3] == start.card.scaling.mean
    before, after = (part.state_dict() for part in (start.network, network))
    key = next(key for key in before if before[key].shape != after[key].shape)
    np.testing.assert_allclose(after[key][:, :3], before[key], atol=1e-3)
    assert 0 < after[key][:, 3].abs().max() < 1e-2


def test_colours_are_recoloured_beside_relief_and_reflectances_are_not():
    scaling = wanted_of(BandChoice(), RGBD, None)
    card = seeded_network("linknet", in_channels=4)
    assert scaling.value_range == (0, 255) and card.config.in_channels == 4
    assert pictures_of((*RGBD, "nir"), IMAGENET) == (0, 1, 2, 4)
    assert pictures_of(LANDSLIDE4SENSE_BANDS, LANDSLIDE4SENSE) == ()


def test_bijie_is_read_with_its_relief_where_that_is_asked_for(tmp_path):
    values = {"image": image(40, 50), "mask": image(40, 50, 1) // 128, "dem": image(40, 50, 1, 3)}
    for kind, parts in (("landslide", tuple(values)), ("non-landslide", ("image", "dem"))):
        for part in parts:
            folder = tmp_path / kind / part
            folder.mkdir(parents=True)
            for name in "ab":
                path = folder / f"{kind}_{name}.tif"
                write_raster(path, values[part], crs=None, transform=None)
    assert open_dataset(str(tmp_path)).bands == RGB
    dataset = open_dataset(str(tmp_path), wanted=wanted(RGBD))
    labelled = dataset.samples[0].read()
    assert dataset.bands == RGBD and labelled.image.shape == (4, 40, 50) and labelled.is_picture
    assert (labelled.image[3] == image(40, 50, 1, 3)[0]).all()
    (tmp_path / "landslide" / "dem" / "landslide_a.tif").unlink()
    with pytest.raises(DatasetError, match=r"landslide_a\.tif has no elevations"):
        open_dataset(str(tmp_path), wanted=wanted(RGBD))


@pytest.mark.skipif(not MARS.exists(), reason=f"the real imagery is not there: {MARS}")
def test_the_bands_of_mars_by_their_names(tmp_path):
    text = f"{MARS / 'mars_7band.tif'}::{MARS / 'mars_mask.tif'}"
    dataset = open_dataset(text, wanted=wanted(RGBD))
    assert len(dataset.samples) == 15 and dataset.gsd == pytest.approx(232, rel=0.05)
    labelled = [sample.read() for sample in dataset.samples]
    assert sum(part.mask.sum() for part in labelled) == 278172
    assert sum(part.valid.sum() for part in labelled) == 278172 + 380260
    dem = np.concatenate([part.image[3][part.valid] for part in labelled])
    assert dem.min() == -5834 and dem.max() == 3305


def test_training_without_a_checkpoint_to_adapt_is_refused(tmp_path, photo, pits):
    with pytest.raises(TrainingError, match=r"no checkpoint to adapt to .*photo\.tif"):
        train(
            request(tmp_path / "m.safetensors", f"{photo}::{pits[1]}", adapt_to=(str(photo),)),
            silent,
        )
