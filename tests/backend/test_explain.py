"""What in an image spoke for a polygon: Grad-CAM by its definition, and the raster of the job."""

from __future__ import annotations

import json

import numpy as np
import pytest
import rasterio
import torch
from torch import nn

from backend import models
from backend.checkpoint import save
from backend.errors import AreaError, CalandDetError, RasterError
from backend.explain import ExplainRequest, explain
from backend.explain_stages import Stage, choose_stage, stages
from backend.grad_cam import grad_cam
from tests.backend.checkpoints import small_checkpoint
from tests.backend.rasters import UTM_TRANSFORM, image, write_raster
from tests.backend.vectors import write_polygons
from tests.backend.workers import backend

LEFT, TOP = UTM_TRANSFORM @ (0, 0)


class TwoMaps(nn.Module):
    """The bands are two maps at half size, whose difference 2 a - b is the mask's logit."""

    def __init__(self, channels_last=False):
        super().__init__()
        self.maps = nn.AvgPool2d(2)
        self.turned = nn.Identity()
        self.channels_last = channels_last

    def forward(self, x):
        maps = self.maps(x)
        if self.channels_last:
            maps = self.turned(maps.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        maps.clamp_(max=100)  # as ReLUs do it, in place
        logits = 2 * maps[:, :1] - maps[:, 1:]
        presence = logits[:, 0, 0, :1]
        return nn.functional.interpolate(logits, scale_factor=2.0, mode="nearest"), presence


@pytest.mark.parametrize("channels_last", [False, True])
def test_heat_is_each_map_weighed_by_its_mean_slope(channels_last):
    tile = torch.rand(1, 2, 8, 8, generator=torch.Generator().manual_seed(1))
    tile[:, 1] *= 3
    chosen = np.zeros((8, 8), bool)
    chosen[2:4, 2:6] = True
    stage = Stage("s", "turned" if channels_last else "maps", channels_last)
    answer = grad_cam(TwoMaps(channels_last), stage, tile, lambda probability: chosen)
    # Each of the 8 pixels moves the score by 2 and -1; the maps have 16 places.
    first, second = nn.functional.avg_pool2d(tile, 2)[0]
    heat = torch.relu(8 / 16 * (2 * first - second))[None, None]
    wanted = nn.functional.interpolate(heat, size=(8, 8), mode="bilinear")[0, 0].numpy()
    np.testing.assert_allclose(answer.heat, wanted, atol=1e-5)
    assert answer.heat.max() > 0 and (answer.heat == 0).any()
    assert answer.presence == pytest.approx(float((2 * first - second)[0, 0]))


def test_the_answer_does_not_depend_on_being_explained():
    checkpoint = small_checkpoint()
    tile = torch.rand(1, 3, 64, 64)
    with torch.inference_mode():
        logits, presence = checkpoint.network(tile)
    stage = choose_stage(checkpoint, None)
    answer = grad_cam(checkpoint.network, stage, tile, lambda probability: probability > 0)
    np.testing.assert_allclose(answer.probability, torch.sigmoid(logits)[0, 0].numpy(), atol=1e-5)
    assert answer.presence == pytest.approx(float(presence), abs=1e-5)
    assert all(weight.grad is None for weight in checkpoint.network.parameters())


@pytest.mark.parametrize("architecture", models.names())
def test_every_stage_of_every_network_can_be_asked(architecture):
    checkpoint = small_checkpoint(architecture)
    size = checkpoint.card.tile_size
    tile = torch.rand(1, 3, size, size)
    named = stages(checkpoint)
    assert choose_stage(checkpoint, None).name in named
    for stage in named.values():
        answer = grad_cam(checkpoint.network, stage, tile, lambda probability: probability > 0)
        assert answer.heat.shape == (size, size) and answer.heat.min() >= 0, stage
        assert np.isfinite(answer.heat).all(), stage


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    checkpoint = small_checkpoint()
    path = tmp_path_factory.mktemp("checkpoint") / "small.safetensors"
    save(path, checkpoint.network, checkpoint.card)
    return path


@pytest.fixture
def scene(tmp_path):
    mask = np.ones((150, 200), bool)
    mask[:, 190:] = False
    return write_raster(tmp_path / "scene.tif", image(150, 200), mask=mask)


def run(scene, saved, out, **options):
    events = []
    result = explain(ExplainRequest(str(scene), saved, out, device="cpu", **options), events.append)
    with rasterio.open(result.paths["explanation"]) as data:
        return result.counts, data.read(1), data.transform, (data.crs, data.scales), events


def box(left, top, right, bottom):
    """Pixels of the scene as left, bottom, right, top on the map."""
    return (LEFT + left / 2, TOP - bottom / 2, LEFT + right / 2, TOP - top / 2)


def test_a_polygon_is_explained_in_a_tile_around_it(tmp_path, scene, saved):
    polygons = write_polygons(tmp_path / "one.gpkg", [box(150, 60, 180, 75)])
    counts, values, transform, (crs, scales), _ = run(
        scene, saved, tmp_path / "out", polygons=str(polygons)
    )
    assert (counts["tiles"], counts["pixels"], counts["stage"]) == (1, 30 * 15, "neck2")
    assert 0 < counts["probability_mean"] < 1 and 0 <= counts["inside_share"] <= 1
    logit = counts["presence_logit"]
    assert counts["presence_probability"] == pytest.approx(1 / (1 + np.exp(-logit)))
    # 64 px with the polygon in the middle, on the raster's own pixels; nodata as in the raster.
    column, row = ~UTM_TRANSFORM @ (transform.c, transform.f)
    assert (column, row) == (pytest.approx(133), pytest.approx(36)) and values.shape == (64, 64)
    assert crs.to_epsg() == 32644 and scales == (1 / 250,)
    assert values[values != 255].max() == 250
    assert (values[:, 190 - 133 :] == 255).all() and (values[:, : 190 - 133] != 255).all()


def test_a_large_polygon_takes_several_tiles_and_the_edge_is_no_obstacle(tmp_path, scene, saved):
    shape = box(-20, 100, 150, 170)
    polygons = write_polygons(tmp_path / "large.gpkg", [shape])
    counts, values, _, _, _ = run(scene, saved, tmp_path / "out", polygons=str(polygons))
    assert counts["tiles"] == 4 * 2 and counts["pixels"] == 150 * 50
    assert values.shape[0] < 150 and values.shape[1] <= 200


def test_polygons_of_another_crs_are_the_same(tmp_path, scene, saved):
    one = write_polygons(tmp_path / "one.gpkg", [box(60, 60, 80, 75)])
    with rasterio.open(scene) as data:
        left, bottom, right, top = box(60, 60, 80, 75)
        corners = rasterio.warp.transform(data.crs, "EPSG:4326", [left, right], [bottom, top])
    (west, east), (south, north) = corners
    other = write_polygons(tmp_path / "other.gpkg", [(west, south, east, north)], crs="EPSG:4326")
    counts, *_ = run(scene, saved, tmp_path / "a", polygons=str(one))
    others, *_ = run(scene, saved, tmp_path / "b", polygons=str(other))
    assert abs(counts["pixels"] - others["pixels"]) < 25


def test_at_a_place_it_is_the_landslide_found_there(tmp_path, scene, saved):
    counts, values, *_ = run(scene, saved, tmp_path / "out", at=(LEFT + 40, TOP - 30))
    assert counts["tiles"] == 1 and counts["pixels"] >= 1 and values.shape == (64, 64)


def test_without_a_presence_head_there_is_no_presence(tmp_path, scene):
    checkpoint = small_checkpoint("linknet")
    path = tmp_path / "linknet.safetensors"
    save(path, checkpoint.network, checkpoint.card)
    counts, *_ = run(scene, path, tmp_path / "out", at=(LEFT + 40, TOP - 30), stage="decoder1")
    assert counts["presence_logit"] is None and counts["presence_probability"] is None
    assert counts["stage"] == "decoder1"


@pytest.mark.parametrize(
    ("options", "kind", "sentence"),
    [
        ({"at": (0, 0)}, AreaError, "The place 0, 0 lies outside of the raster"),
        ({"at": (LEFT + 97, TOP - 30)}, RasterError, "all pixels are nodata"),
        ({"at": (LEFT, TOP), "stage": "neck9"}, CalandDetError, "calanddet has no stage 'neck9'"),
        ({}, CalandDetError, "Either a place or polygons"),
    ],
)
def test_what_cannot_be_explained_is_refused(tmp_path, scene, saved, options, kind, sentence):
    with pytest.raises(kind, match=sentence) as caught:
        run(scene, saved, tmp_path / "out", **options)
    assert caught.value.remedy
    assert not list(tmp_path.glob("out/*"))


def test_polygons_elsewhere_are_refused(tmp_path, scene, saved):
    far = write_polygons(tmp_path / "far.gpkg", [(0, 0, 5, 5)])
    with pytest.raises(AreaError, match=r"far\.gpkg do not touch the raster"):
        run(scene, saved, tmp_path / "out", polygons=str(far))


def test_from_the_command_line(tmp_path, scene, saved):
    out = tmp_path / "out"
    words = ("explain", scene, "--checkpoint", saved, "--out", out, "--device", "cpu")
    place = f"--at={LEFT + 40},{TOP - 30}"
    code, stdout, errors = backend(*words, place, "--stage", "nowhere")
    assert code == 2 and "backbone1, backbone2" in errors and "neck4" in errors
    code, stdout, errors = backend(*words, place, "--json")
    assert code == 0, errors
    result = json.loads(stdout.splitlines()[-1])
    assert result["paths"]["explanation"].endswith("explanation.tif")
    assert result["counts"]["stage"] == "neck2"
