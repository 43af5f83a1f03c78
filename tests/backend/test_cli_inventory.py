"""The `inventory` commands as they are typed: each ends with its result and its file."""

import pytest

from tests.backend.vectors import write_polygons
from tests.backend.workers import finish, start

# Two squares, of which the second is moved by a third of its side in the reference.
BOXES = [(500000, 3400000, 500030, 3400030), (500100, 3400000, 500130, 3400030)]
MOVED = [BOXES[0], (500110, 3400000, 500140, 3400030)]


@pytest.fixture
def layer(tmp_path):
    return write_polygons(tmp_path / "found.gpkg", BOXES)


@pytest.mark.parametrize(
    ("action", "options", "role", "file"),
    [
        ("fields", ["--relation", "larsen_2010_all"], "polygons", "out.gpkg"),
        ("compare", ["--iou", "0.6"], "comparison", "out.gpkg"),
        ("export", ["--format", "csv", "--date", "2026-11-21"], "export", "out.csv"),
        ("import", ["--event", "Storm"], "polygons", "out.gpkg"),
        ("statistics", ["--area-km2", "2.5", "--draws", "50"], "report", "out"),
    ],
)
def test_each_command_writes_what_it_says(tmp_path, layer, action, options, role, file):
    others = [write_polygons(tmp_path / "truth.gpkg", MOVED)] if action == "compare" else []
    command = ["-m", "backend", "inventory", action, layer, *others, *options, "--json"]
    code, events, errors = finish(start(*command, "--out", tmp_path / file))
    assert code == 0, errors
    assert events[-1]["event"] == "result" and role in events[-1]["paths"]
    assert (tmp_path / file).exists()


def test_a_layer_that_is_not_there_is_one_sentence(tmp_path):
    out = tmp_path / "out.gpkg"
    code, events, errors = finish(
        start("-m", "backend", "inventory", "fields", tmp_path / "no.gpkg", "--out", out, "--json")
    )
    assert code == 2 and events[-1]["kind"] == "inventory" and "no.gpkg" in events[-1]["message"]
    assert errors.count("\n") == 1 and not out.exists()
