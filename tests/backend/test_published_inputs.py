"""The published networks of more than three bands, from their files to a probability raster."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
import rasterio
import torch
from torch import nn

from backend.detect import DetectRequest, detect
from backend.engines.devices import choose_device
from backend.engines.openvino_engine import OpenVinoEngine
from backend.engines.openvino_library import Library
from backend.engines.tile_network import LEAST_RANGE, TileNetwork, stretched
from backend.engines.torch_engine import TorchEngine
from backend.errors import RasterError
from backend.events import Event, Log
from backend.published import LANDSLIDE4SENSE, LANDSLIDE4SENSE_BANDS, LANDSLIDE4SENSE_MEANS
from tests.backend.checkpoints import small_checkpoint
from tests.backend.golden import seeded_input, seeded_network
from tests.backend.rasters import image, write_raster
from tests.backend.scenes import utm_transform, write_hill, write_stack

DATA = Path(__file__).parents[3] / "shared" / "data"
MARS = DATA / "mars_mmls" / "mars_7band.tif"
PATCHES = sorted((DATA / "landslide4sense_h5").glob("*.h5"))
needs_mars = pytest.mark.skipif(not MARS.exists(), reason="no shared/data/mars_mmls")
needs_patches = pytest.mark.skipif(not PATCHES, reason="no shared/data/landslide4sense_h5")


@lru_cache
def lively(architecture: str, **config) -> nn.Module:
    """A seeded network whose norms are fitted to images, so that every band tells in its answer."""
    network = seeded_network(architecture, **config)
    noise = seeded_input(4, network.config.in_channels, 256, 256)
    images = 4 * torch.nn.functional.avg_pool2d(noise, 7, 1, 3)
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.momentum = 1.0
    with torch.no_grad():
        network.train()(images)
    return network.eval()


def published(path: Path, network: nn.Module, wrap=lambda state: state) -> Path:
    """A file as its authors would save it."""
    torch.save(wrap(network.state_dict()), path)
    return path


@pytest.fixture(scope="module")
def eca(tmp_path_factory):
    """ECA-ResNet50 out of DataParallel, narrow, with layers that no forward pass uses."""

    def wrap(state):
        dead = {"fc.weight": torch.ones(2, 8), "CustomModel.fc.bias": torch.ones(2)}
        return {f"module.{key}": value for key, value in (state | dead).items()}

    path = tmp_path_factory.mktemp("eca") / "model.pth"
    return published(path, lively("eca_resnet50", width=16), wrap)


@pytest.fixture(scope="module")
def unet(tmp_path_factory):
    path = tmp_path_factory.mktemp("unet") / "batch3_F1_7.pth"
    return published(path, lively("landslide4sense_unet", width=8))


def run(raster, checkpoint, out, **options) -> tuple[np.ndarray, dict, list[str]]:
    """Probabilities in 1/250 (H, W), the run's record, and what the log was told."""
    events: list[Event] = []
    request = DetectRequest(str(raster), checkpoint, out, device="cpu", **options)
    detect(request, events.append)
    with rasterio.open(out / "probability.tif") as data:
        values = data.read(1)
    record = json.loads((out / "run.json").read_text())
    return values, record, [event.text for event in events if isinstance(event, Log)]


def answer(network, tile: np.ndarray) -> np.ndarray:
    """A network's probability of landslide in 1/250 (size, size) for normalised bands."""
    with torch.inference_mode():
        logits = network(torch.from_numpy(tile[None].astype(np.float32)))
    return (torch.softmax(logits, 1)[0, 1] * 250).round().numpy()


# What the engines do to a band that is stretched by tile


def test_a_tile_is_stretched_from_its_lowest_to_its_highest_point():
    tiles = torch.stack([torch.linspace(500, 900, 64), torch.linspace(10, 30, 64)]).view(2, 1, 8, 8)
    found = stretched(tiles, 0.0, 255.0)
    assert found.amin((1, 2, 3)).tolist() == pytest.approx([0, 0], abs=1e-3)
    assert found.amax((1, 2, 3)).tolist() == pytest.approx([255, 255], abs=1e-3)
    flat = 700 + 0.1 * torch.rand(1, 1, 8, 8)
    assert (stretched(flat, 0.0, 255.0) - 127.5).abs().max() < 255 * 0.1 / LEAST_RANGE


def test_unknown_elevations_do_not_count_in_a_tile():
    tiles = torch.linspace(500, 900, 64).view(1, 1, 8, 8).clone()
    tiles[..., 0, :] = torch.nan
    found = stretched(tiles, 0.0, 255.0)
    assert torch.isnan(found[..., 0, :]).all() and found[..., 1, 0].item() == pytest.approx(
        0, abs=1e-3
    )
    checkpoint = small_checkpoint("linknet", by_tile=("green",))
    network = TileNetwork(checkpoint, 0)
    bands = torch.rand(1, 3, 64, 64) * 255
    bands[:, 1] = torch.nan
    normalised = network.normalised(bands)
    assert torch.isfinite(normalised).all() and (normalised[:, 1] == 0).all()
    assert torch.allclose(normalised[:, 0], (bands[:, 0] / 255 - 0.485) / 0.229, atol=1e-5)


def test_engines_agree_on_relief_and_on_what_is_unknown():
    checkpoint = small_checkpoint("linknet", by_tile=("green",))
    tiles = np.stack([image(64, 64, seed=seed) for seed in range(6)]).astype(np.float32)
    tiles[:, 1] *= 12.5
    tiles[0, 1, 20:40] = tiles[1, 1] = np.nan
    device = choose_device("cpu")
    expected = TorchEngine(checkpoint, 8, device, "fp32", str).predict(tiles)
    engine = OpenVinoEngine(Library.load(), checkpoint, 8, device, "fp32", tiles.dtype, str)
    assert np.abs(engine.predict(tiles).astype(int) - expected).max() <= 2
    higher = tiles + np.array([0, 700, 0], np.float32)[:, None, None]
    assert np.abs(engine.predict(higher).astype(int) - expected).max() <= 2


# RGB and DEM


@needs_mars
def test_rgb_and_dem_of_one_file_with_nan(tmp_path, eca):
    found, record, _ = run(MARS, eca, tmp_path / "out", overlap="reference")
    with rasterio.open(MARS) as data:
        bands = data.read([5, 6, 7, 3])
    assert ((found != 255) == np.isfinite(bands).all(axis=0)).all()
    # A tile without NaN, computed by hand: colours by the raster's range, the DEM by the tile's.
    low, high = record["raster"]["stretch"]
    corners = [(top, left) for top in range(0, 400, 112) for left in range(0, 1000, 112)]
    tiles = (bands[:, top : top + 224, left : left + 224] for top, left in corners)
    (top, left), tile = next(
        (corner, tile)
        for corner, tile in zip(corners, tiles, strict=True)
        if np.isfinite(tile).all()
    )
    tile = tile.astype(np.float64)
    colours = np.clip((tile[:3] - low) / (high - low), 0, 1)
    mean, std = (
        np.array(part)[:, None, None] for part in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    )
    dem = 2 * (tile[3] - tile[3].min()) / np.ptp(tile[3]) - 1
    network = lively("eca_resnet50", width=16)
    expected = answer(network, np.concatenate([(colours - mean) / std, dem[None]]))[56:168, 56:168]
    part = found[top + 56 : top + 168, left + 56 : left + 168].astype(int)
    assert (np.abs(part - expected) <= 2).mean() >= 0.999
    # It is the DEM that does it, too.
    other = answer(network, np.concatenate([(colours - mean) / std, -dem[None]]))[56:168, 56:168]
    assert (np.abs(part - other) > 2).mean() > 0.1


def test_rgb_with_a_dem_of_another_resolution(tmp_path, eca):
    photo = write_raster(tmp_path / "photo.tif", image(256, 256), transform=utm_transform(5))
    with pytest.raises(RasterError, match="of which dem is missing"):
        run(photo, eca, tmp_path / "out")
    dem = write_hill(tmp_path / "hill.tif", crs="EPSG:4326")
    found, record, log = run(photo, eca, tmp_path / "out", dem=str(dem))
    assert (found != 255).all() and record["raster"]["inputs"] == {"dem": str(dem)}
    assert not any("neutral" in text for text in log)
    # Only relief counts, not how high it lies.
    high = write_raster(
        tmp_path / "high.tif", rasterio.open(dem).read() + 2000, "EPSG:4326",
        rasterio.open(dem).transform,
    )  # fmt: skip
    assert np.ptp(found.astype(int)) > 20
    again, _, _ = run(photo, eca, tmp_path / "again", dem=str(high))
    assert (np.abs(found.astype(int) - again) <= 2).mean() > 0.99


# Landslide4Sense


def read_patch(path: Path) -> np.ndarray:
    h5py = pytest.importorskip("h5py")
    with h5py.File(path) as file:
        return np.moveaxis(np.asarray(file["img"]), -1, 0)


def expected_of(patch: np.ndarray) -> np.ndarray:
    """The published network on a whole patch, as the pipeline sees its only tile."""
    mean, std = (
        np.array(part)[:, None, None] for part in (LANDSLIDE4SENSE.mean, LANDSLIDE4SENSE.std)
    )
    return answer(lively("landslide4sense_unet", width=8), (patch - mean) / std)


@needs_patches
@pytest.mark.parametrize("path", PATCHES, ids=lambda path: path.stem)
def test_patches_as_published_and_as_a_user_has_such_data(tmp_path, unet, path):
    patch = read_patch(path)
    # A patch is a tile of its own: the frame around it is not looked at.
    wide = np.pad(patch, ((0, 0), (64, 64), (64, 64)), mode="reflect").astype(np.float32)
    stack = tmp_path / "stack.tif"
    write_raster(stack, wide, transform=utm_transform(10))
    found, _, log = run(stack, unet, tmp_path / "out", overlap="reference")
    expected = expected_of(wide[:, 64:192, 64:192])
    inner = (slice(96, 160),) * 2
    assert np.ptp(expected[32:96, 32:96]) > 20
    off = np.abs(found[inner].astype(int) - expected[32:96, 32:96])
    assert (off <= 2).mean() >= 0.999
    assert any("not scaled" in text for text in log)
    # The same as integers with the offset of later products, elevation and slope beside them.
    whole = wide * np.array(LANDSLIDE4SENSE_MEANS, np.float32)[:, None, None]
    assert np.abs(whole - whole.round()).max() < 0.01
    integers = (whole[:12].round() + 1000).astype(np.uint16)
    write_stack_of(tmp_path / "l1c.tif", integers, LANDSLIDE4SENSE_BANDS[:12])
    write_stack_of(tmp_path / "relief.tif", whole[12:].round(), ("slope", "dem"))
    inputs = (str(tmp_path / "relief.tif"),)
    again, record, log = run(
        tmp_path / "l1c.tif", unet, tmp_path / "again", overlap="reference", inputs=inputs
    )
    assert any("04.00" in text for text in log)
    assert set(record["raster"]["inputs"]) == {"slope", "dem"}
    assert (np.abs(found.astype(int) - again) <= 2).mean() >= 0.999


def write_stack_of(path: Path, values: np.ndarray, names: tuple[str, ...]) -> None:
    write_raster(path, values, transform=utm_transform(10))
    with rasterio.open(path, "r+") as data:
        data.descriptions = names


def test_a_stack_without_relief_names_what_is_missing(tmp_path, unet):
    stack = write_stack(
        tmp_path / "s.tif", LANDSLIDE4SENSE_BANDS[:12], np.ones((12, 128, 128), "f4")
    )
    with pytest.raises(RasterError, match="slope and dem are missing") as caught:
        run(stack, unet, tmp_path / "out")
    assert "(--dem DEM)" in caught.value.remedy
