"""What the user reads."""

import pytest

from calanddet_qgis import messages


@pytest.mark.parametrize(
    ("event", "text"),
    [
        ({}, "Starting…"),
        (
            {"done": 1234, "total": 5000, "unit": "tiles", "rate": 27.04, "eta_s": 139.3},
            "1,234 of 5,000 tiles · 27 tiles/s · 2 min left",
        ),
        (
            {"done": 0, "total": 80, "unit": "tiles", "rate": 0.0, "eta_s": None},
            "0 of 80 tiles",
        ),
        (
            {"done": 7, "total": 80, "unit": "tiles", "rate": 0.512, "eta_s": 7300.0},
            "7 of 80 tiles · 0.512 tiles/s · 2 h left",
        ),
    ],
)
def test_progress(event, text):
    assert messages.progress(event) == text


@pytest.mark.parametrize(
    ("counts", "text"),
    [
        ({"polygons": 0, "area_m2": 0.0}, "No landslides were found."),
        ({"polygons": 1, "area_m2": 43.21}, "1 landslide found, 43.2 m² in all."),
        ({"polygons": 1234, "area_m2": 254_321.0}, "1,234 landslides found, 25.4 ha in all."),
        ({"polygons": 5, "area_m2": 14_715.7}, "5 landslides found, 1.47 ha in all."),
        ({"polygons": 12, "area_m2": 31_234_567.0}, "12 landslides found, 31.2 km² in all."),
        ({"polygons": 3, "area_m2": None}, "3 landslides found."),
    ],
)
def test_summary(counts, text):
    assert messages.summary(counts) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "0 s"), (89, "89 s"), (91, "2 min"), (5400, "1.5 h")]
)
def test_duration(seconds, text):
    assert messages.duration(seconds) == text


def test_a_worker_that_windows_ended_is_explained():
    failure = messages.crash(0xC0000135, "")
    assert str(failure).startswith("The worker crashed (missing DLL).")
