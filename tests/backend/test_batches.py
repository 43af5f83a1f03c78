"""Batches: balanced, normalised, and mixed so that masks stay with their pixels."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from backend.card import Scaling
from backend.published import IMAGENET
from backend.training.augment import Augmentation
from backend.training.bands import measured_scaling
from backend.training.batches import Batches
from backend.training.datasets import RGB, Dataset, Labelled, Sample

PLAIN = Augmentation(
    scale=(1, 1), rotate=False, brightness=0, contrast=0, colour=0, blur_share=0, jpeg_share=0
)


def flat(value, landslide, valid=True, size=48):
    """An image of one value, all of it landslide or none of it."""
    shape = (size, size)
    labelled = Labelled(
        np.full((3, *shape), value, np.uint8), np.full(shape, landslide), np.full(shape, valid)
    )
    return Sample(str(value), str(value), landslide, lambda: labelled, (str(value),))


def batch_of(samples, seed=0, batch_size=8, **ranges):
    batches = Batches(samples, IMAGENET, 32, batch_size, replace(PLAIN, **ranges))
    return batches(np.random.default_rng(seed))


def raw(images):
    """Values from 0 to 255 of normalised images."""
    mean, std = (torch.tensor(part).view(1, 3, 1, 1) for part in (IMAGENET.mean, IMAGENET.std))
    return (images * std + mean) * 255


def test_half_of_a_batch_shows_landslides_however_rare_they_are():
    samples = [flat(200, True), *(flat(value, False) for value in range(10, 30))]
    images, masks, valid = batch_of(samples)
    assert images.shape == (8, 3, 32, 32) and masks.shape == valid.shape == (8, 1, 32, 32)
    assert masks.amax(dim=(1, 2, 3)).tolist() == [1, 0] * 4 and valid.min() == 1
    assert torch.allclose(raw(images)[::2], torch.tensor(200.0), atol=0.01)


def test_where_all_have_landslides_all_are_drawn():
    images, masks, _ = batch_of([flat(value, True) for value in (50, 100)], batch_size=16)
    assert masks.min() == 1 and len(raw(images).round().unique()) == 2


def test_of_more_weight_is_drawn_more_often():
    samples = [flat(value, value < 100) for value in (50, 90, 150, 190)]
    batches = Batches(samples, IMAGENET, 32, 400, PLAIN, weights=(3, 1, 1, 9))
    drawn = raw(batches(np.random.default_rng(0))[0])[:, 0, 0, 0].round().tolist()
    counts = [drawn.count(value) for value in (50, 90, 150, 190)]
    assert counts == pytest.approx([150, 50, 20, 180], abs=20)


def test_what_is_not_known_is_said():
    _, _, valid = batch_of([flat(9, True, valid=False)])
    assert valid.max() == 0


def test_mixed_views_keep_masks_with_their_pixels():
    samples = [flat(200, True), flat(20, False)]
    images, masks, _ = batch_of(samples, batch_size=32, mix_share=1.0)
    bright = (raw(images)[:, :1] > 100).float()
    assert torch.equal(bright, masks)
    shares = masks.mean(dim=(1, 2, 3))
    mixed = shares[(shares > 0) & (shares < 1)]
    # A rectangle of 0.3 to 0.7 of each side, of the other kind in about half of the views.
    assert len(mixed) > 8 and torch.minimum(mixed, 1 - mixed).max() <= 0.52
    assert set(batch_of(samples, batch_size=32)[1].mean(dim=(1, 2, 3)).tolist()) == {0.0, 1.0}


def test_scaling_is_measured_where_pixels_are_valid():
    half = np.zeros((2, 10, 10), np.float32)
    half[:, :, :5] = np.array([3, -2], np.float32)[:, None, None]
    half[0, ::2, :5] += 2
    half[:, :, 5:] = 1e6
    valid = np.zeros((10, 10), bool)
    valid[:, :5] = True
    sample = Sample("a", "a", False, lambda: Labelled(half, ~valid & False, valid), ("a",))
    scaling = measured_scaling([Dataset("made", RGB[:2], (sample,))])
    assert scaling.mean == pytest.approx((4, -2)) and scaling.std == pytest.approx((1, 1e-6))


def relief(height, hole=False):
    """A slope of 40 m from `height` [m] up beside a flat picture."""
    image = np.full((4, 48, 48), 100, np.float32)
    image[3] = height + np.linspace(0, 40, 48)[:, None]
    if hole:
        image[3, :, 30:] = np.nan
    known = np.ones((48, 48), bool)
    labelled = Labelled(image, known, known, as_bytes=True)
    return Sample(str(height), str(height), True, lambda: labelled, (str(height),))


def test_elevation_is_stretched_by_view_and_holes_become_the_mean():
    scaling = Scaling((*IMAGENET.mean, 0.5), (*IMAGENET.std, 0.5), by_tile=("dem",))
    bands = (*RGB, "dem")

    def batch(sample, **ranges):
        batches = Batches([sample], scaling, 32, 4, replace(PLAIN, **ranges), bands=bands)
        return batches(np.random.default_rng(0))[0]

    low, high = batch(relief(200.0)), batch(relief(3200.0))
    assert torch.allclose(low, high, atol=1e-2)
    assert low[:, 3].amin() == pytest.approx(-1, abs=1e-3)
    assert low[:, 3].amax() == pytest.approx(1, abs=1e-3)
    # Recolouring is for what was seen: the relief stays what it is.
    coloured = batch(relief(200.0), brightness=0.3, contrast=0.3, colour=0.2)
    assert torch.equal(coloured[:, 3], low[:, 3]) and not torch.allclose(coloured[:, 0], low[:, 0])
    holed = batch(relief(200.0, hole=True), mix_share=1.0)
    assert torch.isfinite(holed).all() and (holed[:, 3] == 0).any()
