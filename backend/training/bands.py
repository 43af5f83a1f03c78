"""Which bands a training takes, where rasters have them, and how their values are scaled."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from backend.card import Card, Scaling
from backend.published import IMAGENET, LANDSLIDE4SENSE, LANDSLIDE4SENSE_BANDS
from backend.raster.bands import RELIEF
from backend.raster.source import BYTE_RANGE, SourceRequest
from backend.training.datasets import INPUT, RGB, Dataset, RasterText


@dataclass(frozen=True)
class BandChoice:
    """What a user says of the bands of rasters, as `detect` is told; the defaults ask for none."""

    roles: tuple[str, ...] = ()
    """None: the checkpoint's, or red, green and blue, and what else is said where to find."""
    bands: tuple[int, ...] | None = None
    """Band numbers for the roles that are a raster's own."""
    inputs: tuple[str, ...] = ()
    """Other rasters: ROLE=PATH[:BAND], or a file or folder with named bands."""
    dem: str | None = None

    @property
    def is_given(self) -> bool:
        """Whether anything was said."""
        return self != BandChoice()


def roles_of(choice: BandChoice, texts: Iterable[str], card: Card | None) -> tuple[str, ...]:
    """The bands to train on, in the order of the network's channels."""
    if choice.roles:
        return choice.roles
    inputs = [*choice.inputs, *(part for text in texts for part in RasterText.of(text).inputs)]
    named = [match[1] for text in inputs if (match := INPUT.match(text))]
    relief = ["dem"] if choice.dem else []
    return tuple(dict.fromkeys([*(card.bands if card else RGB), *named, *relief]))


def wanted_of(choice: BandChoice, roles: tuple[str, ...], card: Card | None) -> SourceRequest:
    """What rasters are to give; their paths come later.

    For a card of these very bands, values are what it takes. Otherwise 8-bit pictures beside
    elevations in metres and slopes in degrees, or what Landslide4Sense's patches hold. Where a band
    is not known it is NaN, so that it counts in no mean; colours are ImageNet's mean there.
    """
    request = SourceRequest("", roles, bands=choice.bands, inputs=choice.inputs, dem=choice.dem)
    if card and card.bands == roles:
        scaling = card.scaling
        return replace(
            request, value_range=scaling.range, units=scaling.units, fill=_fill(roles, card.neutral)
        )
    if roles == LANDSLIDE4SENSE_BANDS:
        own = LANDSLIDE4SENSE
        return replace(
            request, value_range=own.range, units=own.units, fill=(math.nan,) * len(roles)
        )
    means = dict(zip(RGB, IMAGENET.mean, strict=True))
    fill = tuple(means.get(role, math.nan) * BYTE_RANGE[1] for role in roles)
    return replace(request, fill=_fill(roles, fill))


def _fill(roles: tuple[str, ...], fill: tuple[float, ...]) -> tuple[float, ...]:
    """Nothing stands for invalid pixels of plain pictures, which are read as they lie there."""
    return () if roles == RGB else fill


def scaling_of(train: Sequence[Dataset], card: Card | None) -> Scaling:
    """How the bands of the data come to a mean of 0 and a deviation of 1.

    Colours by ImageNet's mean and deviation, or the card's where the training goes on from one;
    elevation by tile, so that relief tells and not how high a region lies; others by the data's.
    """
    bands = train[0].bands
    if bands == RGB:
        return IMAGENET
    if bands == LANDSLIDE4SENSE_BANDS:
        return replace(measured_scaling(train), units=LANDSLIDE4SENSE.units)
    measured = measured_scaling(train, BYTE_RANGE)
    known = dict(zip(bands, zip(measured.mean, measured.std, strict=True), strict=True))
    known |= dict(zip(RGB, zip(IMAGENET.mean, IMAGENET.std, strict=True), strict=True))
    known["dem"] = (0.5, 0.5)
    by_tile = {"dem"}
    if card and card.scaling.range == BYTE_RANGE and not card.scaling.units:
        pairs = zip(card.scaling.mean, card.scaling.std, strict=True)
        known |= dict(zip(card.bands, pairs, strict=True))
        by_tile = by_tile - set(card.bands) | set(card.scaling.by_tile)
    mean, std = zip(*(known[band] for band in bands), strict=True)
    return Scaling(mean, std, BYTE_RANGE, by_tile=tuple(b for b in bands if b in by_tile))


def measured_scaling(
    datasets: Sequence[Dataset], value_range: tuple[float, float] = (0.0, 1.0), most: int = 200
) -> Scaling:
    """Mean and standard deviation of each band over the known pixels of up to `most` images.

    Both of values that were brought from `value_range` to 0 .. 1.
    """
    samples = [sample for dataset in datasets for sample in dataset.samples]
    chosen = [samples[index] for index in np.linspace(0, len(samples) - 1, most).astype(int)]
    low, high = value_range
    count, total, squares = 0, 0.0, 0.0
    for sample in dict.fromkeys(chosen):
        labelled = sample.read()
        values = (labelled.image[:, labelled.valid].astype(np.float64) - low) / (high - low)
        known = np.isfinite(values)
        values = np.where(known, values, 0)
        count = count + known.sum(axis=1)
        total, squares = total + values.sum(axis=1), squares + (values**2).sum(axis=1)
    mean = np.asarray(total) / np.maximum(count, 1)
    std = np.sqrt(np.maximum(np.asarray(squares) / np.maximum(count, 1) - mean**2, 1e-12))
    return Scaling(tuple(mean.tolist()), tuple(std.tolist()), value_range)


def pictures_of(bands: Sequence[str], scaling: Scaling) -> tuple[int, ...]:
    """The bands, from 0, that are pictures of 8 bits, which may be recoloured: no relief."""
    if scaling.range != BYTE_RANGE or scaling.units:
        return ()
    return tuple(index for index, band in enumerate(bands) if band not in RELIEF)
