"""Random views: image and mask stay together, colours stay in range, measurements stay as are."""

import numpy as np
import torch

from backend.training.augment import Augmentation, random_view
from tests.backend.rasters import image

PLAIN = Augmentation(brightness=0, contrast=0, colour=0, blur_share=0, jpeg_share=0)


def view_of(picture, mask, ranges, seed=0, size=64):
    return random_view(picture, mask, size, ranges, np.random.default_rng(seed))


def test_a_view_moves_image_and_masks_together():
    picture = torch.zeros(3, 90, 120)
    picture[:, 30:60, 40:80] = 200
    masks = torch.stack([picture[0] > 0, picture[0] == 0])
    for seed in range(20):
        view, seen = view_of(picture, masks, PLAIN, seed)
        assert view.shape == (3, 64, 64) and set(seen.unique().tolist()) <= {0.0, 1.0}
        assert ((view[0] > 100) == (seen[0] > 0)).float().mean() > 0.99
        assert (seen[0] + seen[1] == 1).float().mean() > 0.97


def test_an_image_smaller_than_the_view_is_reflected_not_padded():
    picture = torch.full((3, 20, 30), 90.0)
    view, _ = view_of(picture, torch.zeros(1, 20, 30), PLAIN)
    assert torch.allclose(view, torch.tensor(90.0))


def test_zoom_stays_in_its_range():
    stripes = (torch.arange(400) // 10 % 2).float().mul(255).expand(3, 400, 400)
    ranges = Augmentation(**vars(PLAIN) | {"scale": (2.0, 2.0), "rotate": False})
    view, _ = view_of(stripes, torch.zeros(1, 400, 400), ranges, size=200)
    crossings = ((view[0, 100] > 127).int().diff() != 0).sum().item()
    assert 9 <= crossings <= 11


def test_recoloured_views_differ_and_stay_8_bit():
    picture = torch.from_numpy(image(80, 80))
    mask = torch.zeros(1, 80, 80)
    strong = Augmentation(brightness=0.5, contrast=0.5, colour=0.3, blur_share=1, jpeg_share=1)
    views = [view_of(picture, mask, strong, seed)[0] for seed in range(8)]
    assert all(view.min() >= 0 and view.max() <= 255 for view in views)
    assert np.ptp([view.mean().item() for view in views]) > 20


def test_compression_leaves_its_traces_and_the_picture():
    picture = torch.from_numpy(image(80, 80))
    mask = torch.zeros(1, 80, 80)
    jpeg = Augmentation(**vars(PLAIN) | {"jpeg_share": 1.0, "jpeg_quality": (40, 41)})
    before, after = view_of(picture, mask, PLAIN)[0], view_of(picture, mask, jpeg)[0]
    assert 0.5 < (before - after).abs().mean() < 20


def test_measurements_are_not_recoloured():
    elevation = torch.full((2, 50, 50), 1234.5)
    view, _ = view_of(elevation, torch.zeros(1, 50, 50), Augmentation(jpeg_share=1))
    assert torch.allclose(view, torch.tensor(1234.5))
