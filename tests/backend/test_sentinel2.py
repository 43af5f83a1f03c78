"""In which encoding the bands of Sentinel-2 are."""

import numpy as np
import pytest

from backend.raster.sentinel2 import OFFSET, QUANTIFICATION, encoding_of


def bands(least):
    """Reflectances x 10000 of a bright land, of which 2 % are as dark as `least`."""
    values = np.random.default_rng(0).normal(2500, 200, (3, 10_000))
    values[:, :200] = least
    return list(values)


@pytest.mark.parametrize("baseline", [400, 510])
@pytest.mark.parametrize("least", [900.0, 1100.0])
def test_a_late_baseline_brings_the_offset_however_dark_a_shadow_is(baseline, least):
    encoding = encoding_of(bands(least), baseline)
    assert encoding.offset == -OFFSET / QUANTIFICATION
    assert f"the processing baseline is {baseline / 100:05.2f}." in encoding.note


@pytest.mark.parametrize("least", [900.0, 1100.0])
def test_an_early_baseline_has_no_offset_however_bright_all_is(least):
    encoding = encoding_of(bands(least), 301)
    assert encoding.offset == 0 and "baseline is 03.01." in encoding.note


@pytest.mark.parametrize(("least", "offset"), [(900.0, 0.0), (1100.0, -0.1)])
def test_without_a_baseline_the_darkest_values_tell(least, offset):
    encoding = encoding_of(bands(least), None)
    assert encoding.offset == offset
    assert f"the darkest values are {least:.0f}." in encoding.note
