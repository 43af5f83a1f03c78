"""Another threshold for a finished run: files that agree, reviewed polygons that survive."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
from rasterio.features import rasterize

from backend.errors import Cancelled, InventoryError, OutputError, RasterError
from backend.events import Event, Log, Progress
from backend.refine import (
    RefineRequest,
    Reviewed,
    open_run,
    prepare,
    preview,
    read_window,
    refine,
)
from backend.vectorize import VectorSettings
from tests.backend.golden import write_seeded_checkpoint
from tests.backend.rasters import image, write_raster
from tests.backend.runs import TRANSFORM, blobs, write_run
from tests.backend.workers import backend, close, finish, seconds_to_end, start, wait_for

SHAPE = (200, 240)


@pytest.fixture
def run(tmp_path):
    return write_run(tmp_path / "run", blobs(*SHAPE))


def read(path, layer="landslides"):
    """Geometries and columns of a layer."""
    meta, _, wkb, columns = pyogrio.raw.read(path, layer=layer)
    shapes = shapely.from_wkb(wkb) if wkb is not None else None
    return shapes, dict(zip(meta["fields"], columns, strict=True))


def values_of(path):
    with rasterio.open(path) as data:
        return data.read(1)


def change(run, sql, *values):
    with closing(sqlite3.connect(run / "landslides.gpkg")) as data:
        # Named by the triggers of the spatial index; no geometry changes here.
        for name in ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
            data.create_function(name, 1, lambda _: None, deterministic=True)
        data.execute(sql, values)
        data.commit()


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def refined(run, on_event=lambda event: None, **settings):
    return refine(RefineRequest(run, **settings), on_event).counts


def mask_of_polygons(run):
    shapes, _ = read(run / "landslides.gpkg")
    return rasterize(shapes, SHAPE, transform=TRANSFORM).astype(bool)


def test_the_layer_is_no_larger_than_its_polygons(run):
    refined(run, threshold=0.95)
    shapes, _ = read(run / "landslides.gpkg")
    with closing(sqlite3.connect(run / "landslides.gpkg")) as data:
        query = "SELECT min_x, min_y, max_x, max_y FROM gpkg_contents WHERE table_name = ?"
        extent = data.execute(query, ("landslides",)).fetchone()
    assert extent == pytest.approx(shapely.total_bounds(shapes), abs=0.5)


@pytest.mark.parametrize("threshold", [0.2, 0.8])
def test_mask_polygons_and_record_agree_afterwards(run, threshold):
    refined(run, threshold=threshold)
    wanted = blobs(*SHAPE) / 250 >= threshold
    np.testing.assert_array_equal(values_of(run / "mask.tif") == 1, wanted)
    np.testing.assert_array_equal(mask_of_polygons(run), wanted)
    record = json.loads((run / "run.json").read_text())
    shapes, fields = read(run / "landslides.gpkg")
    assert record["parameters"]["threshold"] == threshold
    assert record["counts"]["polygons"] == len(shapes)
    assert record["counts"]["area_m2"] == pytest.approx(fields["area_m2"].sum())
    assert record["counts"]["landslide_pixels"] == wanted.sum()
    assert record["refined"]["original"]["threshold"] == 0.5
    _, row = read(run / "landslides.gpkg", "run")
    assert row["parameters_threshold"].tolist() == [threshold]
    with rasterio.open(run / "mask.tif") as data:
        assert data.colormap(1)[1] == (215, 48, 39, 255) and data.nodata == 255
    assert sorted(path.name for path in run.iterdir()) == [
        "landslides.gpkg", "mask.tif", "mask.tif.aux.xml", "probability.tif", "run.json",
    ]  # fmt: skip


def test_minimum_area_and_smoothing_follow_too(run):
    refined(run, min_area_m2=30.0, simplify_px=0.0)
    _, fields = read(run / "landslides.gpkg")
    assert fields["area_m2"].min() >= 30
    shapes, _ = read(run / "landslides.gpkg")
    exact = shapely.get_num_coordinates(shapes).sum()
    refined(run, simplify_px=3.0)
    smooth, _ = read(run / "landslides.gpkg")
    assert len(smooth) == len(shapes) and shapely.get_num_coordinates(smooth).sum() < exact / 2


def test_there_and_back_gives_the_same_inventory(run):
    before = read(run / "landslides.gpkg")
    mask = values_of(run / "mask.tif")
    refined(run, threshold=0.3)
    refined(run, threshold=0.5)
    shapes, fields = read(run / "landslides.gpkg")
    np.testing.assert_array_equal(values_of(run / "mask.tif"), mask)
    assert shapely.equals_exact(shapes, before[0]).all()
    for name in set(fields) - {"uuid"}:
        np.testing.assert_array_equal(fields[name], before[1][name], err_msg=name)
    assert json.loads((run / "run.json").read_text())["refined"]["original"]["threshold"] == 0.5


def test_reviewed_polygons_survive_and_are_not_added_twice(run):
    change(run, "ALTER TABLE landslides ADD COLUMN photo TEXT")
    for status, fid in (("accepted", 1), ("rejected", 2), ("edited", 3)):
        change(run, "UPDATE landslides SET status = ?, photo = 'a.jpg' WHERE fid = ?", status, fid)
    shapes, fields = read(run / "landslides.gpkg")
    counts = refined(run, threshold=0.3)
    after, now = read(run / "landslides.gpkg")
    kept = now["status"] != "predicted"
    assert kept.sum() == counts["kept"] == 3 and counts["left_out"] >= 3
    assert shapely.equals_exact(after[kept], shapes[:3]).all()
    assert now["uuid"][kept].tolist() == fields["uuid"][:3].tolist()
    assert now["photo"][kept].tolist() == ["a.jpg"] * 3
    tree = shapely.STRtree(after[kept])
    assert len(tree.query(after[~kept], predicate="intersects")[0]) == 0
    assert len(set(now["id"])) == len(now["id"]) and len(set(now["uuid"])) == len(now["uuid"])
    # One of the three is rejected.
    assert counts["polygons"] == (~kept).sum() + 2


def test_what_else_is_in_the_inventory_stays(run):
    change(run, "CREATE TABLE mine (note TEXT)")
    change(run, "UPDATE layer_styles SET styleQML = 'my own'")
    refined(run, threshold=0.3)
    with closing(sqlite3.connect(run / "landslides.gpkg")) as data:
        assert data.execute("SELECT count(*) FROM mine").fetchone() == (0,)
        assert data.execute("SELECT styleQML FROM layer_styles").fetchone() == ("my own",)
        polygons = data.execute("SELECT count(*) FROM landslides").fetchone()
        assert data.execute("SELECT count(*) FROM rtree_landslides_geom").fetchone() == polygons


def test_without_a_crs_areas_are_pixels(tmp_path):
    run = write_run(tmp_path / "run", blobs(*SHAPE), crs=None)
    counts = refined(run, threshold=0.3, min_area_m2=40)
    _, fields = read(run / "landslides.gpkg")
    assert counts["area_m2"] is None and counts["polygons"] == len(fields["id"])
    assert fields["area_px"].min() >= 40


def test_an_elevation_model_that_moved_away_is_told(tmp_path):
    run = write_run(tmp_path / "run", blobs(*SHAPE), dem=str(tmp_path / "dem.tif"))
    events: list[Event] = []
    refined(run, events.append, threshold=0.4)
    texts = [event.text for event in events if isinstance(event, Log)]
    assert len(texts) == 1 and "dem.tif is gone" in texts[0]


def test_a_cancel_leaves_everything_as_it_was(run):
    before = contents(run)

    def cancel(event: Event) -> None:
        if isinstance(event, Progress) and event.done:
            raise Cancelled

    with pytest.raises(Cancelled):
        refined(run, cancel, threshold=0.3)
    assert contents(run) == before


def test_all_files_are_replaced_or_none(run, monkeypatch):
    before = contents(run)
    # A mask that another program keeps open, on a system that then replaces nothing.
    with prepare(open_run(run), VectorSettings(0.3), lambda event: None) as prepared:
        (prepared.workspace.partial / "mask.tif").unlink()
        with pytest.raises(OutputError, match=r"mask\.tif"):
            prepared.publish()
    assert contents(run) == before


def test_a_decision_made_meanwhile_is_not_lost(run):
    with prepare(open_run(run), VectorSettings(0.3), lambda event: None) as prepared:
        change(run, "UPDATE landslides SET status = 'accepted' WHERE fid = 5")
        with pytest.raises(OutputError, match="edited meanwhile"):
            prepared.publish()
    _, fields = read(run / "landslides.gpkg")
    assert fields["status"][4] == "accepted"


@pytest.mark.parametrize("name", ["probability.tif", "landslides.gpkg", "mask.tif", "run.json"])
def test_a_folder_that_lacks_a_file_is_named(run, name):
    (run / name).unlink()
    with pytest.raises(InventoryError, match=name):
        refined(run, threshold=0.3)


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"parameters": {"threshold": "high"}}'])
def test_a_record_that_is_none_is_named(run, text):
    (run / "run.json").write_text(text)
    with pytest.raises(InventoryError, match=r"run\.json is not what a detection writes"):
        refined(run, threshold=0.3)


def test_another_raster_in_its_place_is_refused(run):
    (run / "probability.tif").write_bytes((run / "mask.tif").read_bytes())
    with pytest.raises(RasterError, match="is not a probability raster"):
        refined(run, threshold=0.3)


def test_a_preview_is_what_applying_gives(run, tmp_path):
    change(run, "UPDATE landslides SET status = 'accepted' WHERE fid = 1")
    opened, settings = open_run(run), VectorSettings(0.3, 5.0, 0.5)
    values, grid = read_window(opened.probability, None)
    out = tmp_path / "preview.gpkg"
    Reviewed(opened, tmp_path / "reviewed.gpkg").copy(out)
    counts = preview(opened.source, settings, values, grid, out, lambda event: None)
    applied = refined(run, threshold=0.3, min_area_m2=5.0, simplify_px=0.5)
    assert counts.items() <= applied.items()
    (shapes, fields), (others, other) = read(out), read(run / "landslides.gpkg")
    assert shapely.equals_exact(shapes, others).all()
    for name, column in fields.items():
        np.testing.assert_array_equal(column, other[name], err_msg=name)


def test_a_window_lies_where_it_should(run):
    whole, _ = read_window(run / "probability.tif", None)
    values, grid = read_window(run / "probability.tif", (30, 50, 60, 40))
    np.testing.assert_array_equal(values, whole[50:90, 30:90])
    assert grid.transform @ (0, 0) == (500_015, 3_399_975)
    clipped, _ = read_window(run / "probability.tif", (-10, 190, 40, 40))
    np.testing.assert_array_equal(clipped, whole[190:, :30])


def test_a_large_window_is_read_with_larger_pixels(run, monkeypatch):
    monkeypatch.setattr("backend.refine.PREVIEW_PIXELS", 4000)
    values, grid = read_window(run / "probability.tif", None)
    assert values.shape == (50, 60) == (grid.height, grid.width)
    assert (grid.transform.a, grid.transform.e) == (2, -2)


# ---- the session -------------------------------------------------------------------------------


@pytest.fixture
def session(run, tmp_path):
    process = start("-m", "backend", "refine", run, "--session", tmp_path / "previews", "--json")
    wait_for(process, "start")
    yield process
    close(process)


def ask(process, number, do="preview", threshold=0.3, **more):
    request = {"request": number, "do": do, "threshold": threshold, "min_area_m2": 0}
    process.stdin.write(json.dumps(request | {"simplify_px": 0.25} | more) + "\n")
    process.stdin.flush()


def test_a_session_answers_one_request_after_the_other(session, run):
    before = contents(run)
    for number, threshold in enumerate((0.3, 0.7), 1):
        ask(session, number, threshold=threshold)
        answer = wait_for(session, "answer")
        assert (answer["request"], answer["stage"]) == (number, "preview")
        shapes, _ = read(answer["paths"]["polygons"])
        assert len(shapes) == answer["counts"]["polygons"]
        back = rasterize(shapes, SHAPE, transform=TRANSFORM).astype(bool)
        np.testing.assert_array_equal(back, blobs(*SHAPE) / 250 >= threshold)
    ask(session, 3, window=[100, 0, 140, 200])
    shapes, _ = read(wait_for(session, "answer")["paths"]["polygons"])
    assert shapely.total_bounds(shapes)[0] >= 500_050
    assert contents(run) == before


def test_a_decision_between_two_previews_counts(session, run):
    ask(session, 1)
    assert wait_for(session, "answer")["counts"]["kept"] == 0
    change(run, "UPDATE landslides SET status = 'accepted' WHERE fid = 4")
    ask(session, 2)
    assert wait_for(session, "answer")["counts"]["kept"] == 1


def test_only_the_latest_of_waiting_previews_is_made(session):
    for number in range(1, 30):
        ask(session, number)
    answered = [wait_for(session, "answer")["request"]]
    while answered[-1] != 29:
        answered.append(wait_for(session, "answer")["request"])
    assert len(answered) < 10


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('{"request": 1}', "is not a request"),
        ("threshold 0.4", "is not a request"),
        (None, "threshold 7.0 is not a probability"),
    ],
)
def test_a_bad_request_does_not_end_the_session(session, line, sentence):
    if line:
        session.stdin.write(line + "\n")
        session.stdin.flush()
    else:
        ask(session, 1, threshold=7)
    assert sentence in wait_for(session, "refusal")["message"]
    ask(session, 2)
    assert wait_for(session, "answer")["request"] == 2


def test_files_are_replaced_only_when_the_parent_has_let_go_of_them(session, run):
    before = contents(run)
    ask(session, 1, do="apply", threshold=0.4)
    assert wait_for(session, "answer")["stage"] == "apply"
    assert contents(run).items() >= before.items()
    ask(session, 2, do="publish", threshold=0.4)
    answer = wait_for(session, "answer")
    assert (answer["request"], answer["stage"]) == (2, "publish")
    assert json.loads((run / "run.json").read_text())["parameters"]["threshold"] == 0.4


def test_another_request_instead_of_the_last_step_leaves_the_files(session, run):
    before = contents(run)
    ask(session, 1, do="apply", threshold=0.4)
    wait_for(session, "answer")
    ask(session, 2, threshold=0.6)
    assert wait_for(session, "answer")["request"] == 2
    assert contents(run) == before
    ask(session, 3, do="publish")
    assert "Nothing is prepared" in wait_for(session, "refusal")["message"]


@pytest.mark.timing
def test_the_end_of_stdin_ends_the_session_within_a_second(session, run):
    before = contents(run)
    ask(session, 1, do="apply", threshold=0.4)
    wait_for(session, "answer")
    session.stdin.close()
    assert seconds_to_end(session) < 1
    assert contents(run) == before


@pytest.mark.timing
def test_the_end_of_stdin_ends_a_preview_too(tmp_path):
    run = write_run(tmp_path / "run", blobs(*SHAPE))
    process = start("-m", "backend", "refine", run, "--session", tmp_path / "previews", "--json")
    wait_for(process, "start")
    for number in range(50):
        ask(process, number)
    process.stdin.close()
    assert seconds_to_end(process) < 1
    close(process)


def test_a_folder_without_a_run_is_one_sentence(tmp_path):
    process = start("-m", "backend", "refine", tmp_path, "--session", tmp_path / "p", "--json")
    code, events, errors = finish(process)
    assert code == 2 and events[-1]["event"] == "error"
    assert "holds no probability.tif" in errors and len(errors.splitlines()) == 1


def test_what_a_detection_has_left_can_be_refined_and_restored(tmp_path):
    scene = write_raster(tmp_path / "scene.tif", image(240, 240))
    checkpoint = tmp_path / "seeded.safetensors"
    write_seeded_checkpoint(checkpoint, "calanddet", embed_dim=24, depths=(2, 2, 2, 2))
    run = tmp_path / "out"
    assert backend("detect", scene, "--checkpoint", checkpoint, "--out", run)[0] == 0
    threshold = float(np.median(values_of(run / "probability.tif"))) / 250
    code, out, errors = backend("refine", run, "--threshold", threshold, "--min-area", 10)
    assert code == 0, errors
    assert "polygons" in out
    found = read(run / "landslides.gpkg")[1]
    record = json.loads((run / "run.json").read_text())
    assert len(found["id"]) == record["counts"]["polygons"] > 0
    assert found["area_m2"].min() >= 10 == record["parameters"]["min_area_m2"]
    assert set(found["source"]) == {open_run(run).source}
