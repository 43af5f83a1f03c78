"""Edits of a review, and those of QGIS's own tools: fields, undo and save."""

import random

import pytest
from qgis.core import QgsFeature, QgsGeometry, QgsPointXY

from calanddet_qgis.messages import Failure
from calanddet_qgis.review.probability import ProbabilityRaster
from calanddet_qgis.review.schema import values_of
from calanddet_qgis.review.session import ReviewSession
from tests.plugin.reviews import (
    MEASURES,
    copy_of,
    make_run,
    move_vertex,
    opened,
    untrue_fields,
    worker,
)

EDITS = 50


@pytest.fixture(scope="module")
def run(worker_python, tmp_path_factory):
    """A run of the real worker."""
    return make_run(tmp_path_factory.mktemp("run"), worker_python, size=100)


@pytest.fixture
def layer(run, project, tmp_path):
    """Its polygons, in the project."""
    layer = copy_of(run, tmp_path / "copy")
    # Not in the legend, and so not drawn while its editing begins.
    project.addMapLayer(layer, False)
    return layer


@pytest.fixture
def raster(run):
    raster = ProbabilityRaster(str(run / "probability.tif"))
    yield raster
    raster.close()


@pytest.fixture
def session(layer, run):
    """A review at its first polygon."""
    session = ReviewSession(layer, str(run / "probability.tif"))
    session.next()
    yield session
    session.leave()
    layer.rollBack()


def halves(outline):
    """A line that cuts a polygon's bounding box in the middle."""
    box = outline.boundingBox()
    y = box.center().y() + 0.01
    ends = [QgsPointXY(box.xMinimum() - 1, y), QgsPointXY(box.xMaximum() + 1, y)]
    return QgsGeometry.fromPolylineXY(ends)


def undo_until(layer, index):
    while layer.undoStack().index() > index:
        layer.undoStack().undo()


def test_a_moved_vertex_updates_the_fields_and_one_undo_takes_both_back(session, layer, raster):
    before = session.values()
    outline = session.feature().geometry()
    move_vertex(layer, session.current, 0, 3, 2)
    after = session.values()
    assert after["status"] == "edited"
    assert after["editor"]
    assert after["edited_at"].isValid()
    assert after["area_m2"] != before["area_m2"]
    assert after["iou_original"] < 1
    assert QgsGeometry.fromWkt(after["original"]).equals(outline)
    assert not untrue_fields(layer, raster)
    layer.undoStack().undo()
    assert session.values() == before
    assert session.feature().geometry().equals(outline)
    layer.undoStack().redo()
    assert session.values() == after


def test_the_first_original_stays_through_later_edits(session, layer):
    outline = session.feature().geometry()
    for step in (2, 3):
        move_vertex(layer, session.current, 0, step, step)
        assert layer.commitChanges(False)
    assert QgsGeometry.fromWkt(session.values()["original"]).equals(outline)
    move_vertex(layer, session.current, 0, -5, -5)
    assert session.values()["iou_original"] == 1


def test_an_edit_without_a_command_is_followed_too(session, layer, raster):
    outline = session.feature().geometry()
    outline.translate(0.4, 0.3)
    layer.changeGeometry(session.current, outline)
    assert session.values()["status"] == "edited"
    assert not untrue_fields(layer, raster)


def test_a_no_op_edit_changes_nothing(session, layer):
    before = session.values()
    move_vertex(layer, session.current, 0, 0, 0)
    after = session.values()
    # The layer's own defaults set these on every update.
    assert {**after, "editor": None, "edited_at": None} == before


def test_a_bow_tie_of_the_vertex_tool_is_repaired_and_told(qtbot, session, layer, raster):
    session.add(
        QgsGeometry.fromWkt(
            "Polygon((500000 4000010,500009 4000010,500009 4000019,500000 4000019,500000 4000010))"
        )
    )
    with qtbot.waitSignal(session.told) as told:
        move_vertex(layer, session.current, 0, 14, 4)
    assert told.args == ["Invalid outlines repaired: 1."]
    assert not untrue_fields(layer, raster)


@pytest.mark.filterwarnings("ignore:QgsVectorLayer.splitFeatures")
def test_the_parts_of_qgiss_split_get_fields_and_names_of_their_own(session, layer, raster):
    line = halves(session.feature().geometry())
    whole = session.feature().geometry()
    count = layer.featureCount()
    layer.selectByIds([session.current])
    layer.beginEditCommand("Features split")
    layer.splitFeatures(line.asPolyline())
    layer.endEditCommand()
    parts = [one for one in layer.getFeatures() if one.id() < 0 or one.id() == session.current]
    assert len(parts) == layer.featureCount() - count + 1 > 1
    assert {one["status"] for one in parts} == {"edited"}
    assert len({one["uuid"] for one in parts}) == len(parts)
    assert all(QgsGeometry.fromWkt(one["original"]).equals(whole) for one in parts)
    assert not untrue_fields(layer, raster)
    layer.undoStack().undo()
    assert layer.featureCount() == count
    assert session.values()["status"] == "predicted"


def test_a_polygon_that_qgis_adds_is_added(session, layer, raster):
    outline = QgsGeometry.fromWkt(
        "Polygon((500040 3999980,500052 3999980,500050 3999970,500040 3999980))"
    )
    feature = QgsFeature(layer.fields())
    feature.setGeometry(outline)
    layer.beginEditCommand("Add feature")
    layer.addFeature(feature)
    layer.endEditCommand()
    values = values_of(layer.getFeature(feature.id()))
    assert values["status"] == "added"
    assert values["uuid"]
    assert values["original"] is None
    assert not untrue_fields(layer, raster)
    layer.undoStack().undo()
    assert not layer.getFeature(feature.id()).isValid()


def test_accepting_what_was_edited_keeps_that_it_was(session, layer):
    first = session.current
    move_vertex(layer, first, 0, 2, 2)
    session.reject()
    session.go_to(first)
    session.accept()
    assert layer.getFeature(first)["status"] == "edited"
    second = session.current
    assert second != first
    session.reject()
    assert layer.getFeature(second)["status"] == "rejected"


def test_redrawing_gives_the_polygon_another_outline(session, layer, raster):
    outline = session.feature().geometry()
    session.redraw(outline.buffer(2, 5))
    assert session.values()["status"] == "edited"
    assert 0 < session.values()["iou_original"] < 1
    assert not untrue_fields(layer, raster)
    with pytest.raises(Failure, match="encloses no area"):
        session.redraw(QgsGeometry.fromWkt("Polygon((0 0,1 1,2 2,0 0))"))


def test_split_and_merge_give_the_polygon_back(session, layer, raster):
    whole, count, index = (
        session.feature().geometry(),
        layer.featureCount(),
        layer.undoStack().index(),
    )
    session.split(halves(whole))
    assert layer.featureCount() > count
    assert not untrue_fields(layer, raster)
    while layer.featureCount() > count:
        session.merge()
        assert not untrue_fields(layer, raster)
    assert session.values()["iou_original"] == pytest.approx(1, abs=1e-4)
    undo_until(layer, index)
    assert layer.featureCount() == count
    assert session.feature().geometry().equals(whole)


def test_a_line_beside_the_polygon_cuts_nothing(session, layer):
    count, index = layer.featureCount(), layer.undoStack().index()
    with pytest.raises(Failure, match="does not cut the polygon"):
        session.split(QgsGeometry.fromWkt("LineString(0 0,1 1)"))
    assert (layer.featureCount(), layer.undoStack().index()) == (count, index)


def test_a_polygon_without_neighbours_is_merged_with_none(session):
    session.add(QgsGeometry.fromWkt("Polygon((0 0,9 0,9 9,0 0))"))
    with pytest.raises(Failure, match="No polygon touches this one"):
        session.merge()


def test_a_grown_region_keeps_clear_of_the_others_and_can_be_resized(session, layer, raster):
    target = max(layer.getFeatures(), key=lambda one: one["area_m2"])
    heart = target.geometry().pointOnSurface().asPoint()
    with pytest.raises(Failure, match="part of a polygon already"):
        session.grow(heart)
    session.go_to(target.id())
    session.reject()
    session.grow(heart)
    grown = session.current
    area = session.values()["area_m2"]
    assert session.values()["status"] == "added"
    assert session.values()["iou_original"] is None
    others = [one for one in layer.getFeatures() if one.id() not in (grown, target.id())]
    assert all(
        session.feature().geometry().intersection(one.geometry()).area() < 1e-6 for one in others
    )
    count = layer.featureCount()
    session.regrow(-1)
    assert layer.featureCount() == count
    assert session.values()["area_m2"] < area
    session.regrow(1)
    session.regrow(1)
    assert session.values()["area_m2"] > area
    assert not untrue_fields(layer, raster)


def test_without_a_raster_nothing_is_grown(layer):
    session = ReviewSession(layer)
    with pytest.raises(Failure, match="no probability raster"):
        session.grow(QgsPointXY(0, 0))
    session.leave()


def test_undo_leads_back_to_the_polygon_and_stops_where_the_review_began(session):
    first = session.current
    session.accept()
    second = session.current
    session.reject()
    session.undo()
    assert session.current == second
    session.undo()
    assert session.current == first
    assert session.values()["status"] == "predicted"
    with pytest.raises(Failure, match="nothing to undo"):
        session.undo()


def test_new_polygons_stay_current_when_they_are_saved(session, layer):
    session.add(
        QgsGeometry.fromWkt(
            "Polygon((500000 4000010,500009 4000010,500009 4000019,500000 4000010))"
        )
    )
    uuid = session.values()["uuid"]
    session.save()
    assert session.current > 0
    assert session.values()["uuid"] == uuid


def random_edit(session, layer, chance):
    """One of the things that a reviewer does, to any polygon."""
    fids = [one.id() for one in layer.getFeatures()]
    session.go_to(chance.choice(fids))
    outline = session.feature().geometry()
    box = outline.boundingBox()
    corners = [(chance.uniform(0, 30), chance.uniform(0, 30)) for _ in range(4)]
    text = ",".join(f"{500020 + x} {3999930 + y}" for x, y in [*corners, corners[0]])
    edits = {
        "accept": session.accept,
        "reject": session.reject,
        "class": lambda: session.set_class(chance.choice([None, "slide", "flow"])),
        "vertex": lambda: move_vertex(
            layer,
            session.current,
            chance.randrange(outline.constGet().nCoordinates() - 1),
            chance.uniform(-1, 1) * box.width(),
            chance.uniform(-1, 1) * box.height(),
        ),
        "split": lambda: session.split(halves(outline)),
        "merge": session.merge,
        "add": lambda: session.add(QgsGeometry.fromWkt(f"Polygon(({text}))")),
        "grow": lambda: session.grow(box.center()),
        "undo": session.undo,
        "redo": layer.undoStack().redo,
        "save": session.save,
    }
    weights = {"vertex": 4, "undo": 3, "redo": 2, "save": 0.5}
    name = chance.choices(list(edits), [weights.get(one, 1) for one in edits])[0]
    try:
        edits[name]()
    except Failure:
        name += " (refused)"
    return name


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_after_any_fifty_edits_all_fields_are_true_and_no_polygon_is_invalid(
    session, layer, raster, seed, worker_python, tmp_path
):
    chance = random.Random(seed)
    done = []
    for _ in range(EDITS):
        done.append(random_edit(session, layer, chance))
        assert not untrue_fields(layer, raster), done
    session.save()
    saved = tmp_path / "copy" / "landslides.gpkg"
    worker(worker_python, "inventory", "fields", saved, "--out", tmp_path / "worker.gpkg")
    by_uuid = {one["uuid"]: values_of(one) for one in opened(saved).getFeatures()}
    theirs = [values_of(one) for one in opened(tmp_path / "worker.gpkg").getFeatures()]
    assert len(theirs) == len(by_uuid)
    for values in theirs:
        ours = by_uuid[values["uuid"]]
        for name in MEASURES[:2]:
            assert ours[name] == pytest.approx(values[name], rel=1e-6, abs=1e-3), (name, done)
