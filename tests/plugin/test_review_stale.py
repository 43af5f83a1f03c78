"""What the worker told of an outline goes with it: fields from elevations and images, volumes."""

import pytest
from qgis.core import QgsGeometry

from calanddet_qgis.review.schema import FROM_PROBABILITY, FROM_WORKER, TYPES, values_of
from calanddet_qgis.review.session import ReviewSession
from tests.plugin.reviews import copy_of, make_run, move_vertex, opened, worker

NUMBERS = ("slope_mean_deg", "relief_m", "h_over_l", "dark_share", "volume_m3")


@pytest.fixture(scope="module")
def run(worker_python, tmp_path_factory):
    """A run whose polygons have all fields; its raster serves as elevations and as an image."""
    folder = make_run(tmp_path_factory.mktemp("run"), worker_python, size=100)
    raster = folder / "probability.tif"
    worker(
        worker_python, "inventory", "fields", folder / "landslides.gpkg", "--dem", raster,
        "--image", raster, "--relation", "larsen_2010_all",
    )  # fmt: skip
    return folder


@pytest.fixture
def layer(run, project, tmp_path):
    """Its polygons, in the project."""
    layer = copy_of(run, tmp_path / "copy")
    project.addMapLayer(layer, False)
    return layer


@pytest.fixture(params=[True, False], ids=["raster", "no raster"])
def has_raster(request):
    return request.param


@pytest.fixture
def session(layer, run, has_raster):
    """A review at its first polygon, with the probability or without."""
    session = ReviewSession(layer, str(run / "probability.tif") if has_raster else "")
    session.next()
    yield session
    session.leave()
    layer.rollBack()


def halves(outline):
    """A line that cuts a polygon's bounding box in the middle."""
    box = outline.boundingBox()
    y = box.center().y() + 0.01
    return QgsGeometry.fromWkt(f"LineString({box.xMinimum() - 1} {y},{box.xMaximum() + 1} {y})")


def cut_by_qgis(session):
    layer = session.layer
    layer.selectByIds([session.current])
    layer.beginEditCommand("Features split")
    layer.splitFeatures(halves(session.feature().geometry()).asPolyline())
    layer.endEditCommand()


def cut_and_joined(session):
    count = session.layer.featureCount()
    session.split(halves(session.feature().geometry()))
    while session.layer.featureCount() > count:
        session.merge()


EDITS = {
    "redraw": lambda session: session.redraw(session.feature().geometry().buffer(2, 5)),
    "split": lambda session: session.split(halves(session.feature().geometry())),
    "merge": cut_and_joined,
    "vertex tool": lambda session: move_vertex(session.layer, session.current, 0, 3, 2),
    "QGIS's split": cut_by_qgis,
}


def known(layer):
    """By id, the values of all polygons."""
    return {one.id(): values_of(one) for one in layer.getFeatures()}


def test_the_fields_that_an_edit_empties_are_those_that_the_worker_writes(layer):
    assert set(layer.fields().names()) - set(TYPES) - {"fid"} == set(FROM_WORKER)
    assert set(FROM_PROBABILITY) < set(TYPES)


@pytest.mark.filterwarnings("ignore:QgsVectorLayer.splitFeatures")
@pytest.mark.parametrize("edit", EDITS)
def test_another_outline_has_none_of_the_old_ones_fields_until_it_is_undone(
    session, layer, has_raster, edit
):
    before, index = known(layer), layer.undoStack().index()
    assert all(before[session.current][name] is not None for name in NUMBERS)
    EDITS[edit](session)
    after = known(layer)
    touched = {fid for fid in after if fid < 0} | {session.current}
    for fid in touched:
        assert {name: after[fid][name] for name in FROM_WORKER} == dict.fromkeys(FROM_WORKER)
        assert (after[fid]["probability_mean"] is not None) == has_raster
    assert all(after[fid] == before[fid] for fid in after if fid not in touched)
    while layer.undoStack().index() > index:
        layer.undoStack().undo()
    assert known(layer) == before


def test_a_decision_and_a_drop_in_place_leave_all_fields(session, layer):
    fid = session.current
    before = known(layer)[fid]
    move_vertex(layer, fid, 0, 0, 0)
    session.set_class("slide")
    session.accept()
    after = known(layer)[fid]
    names = (*FROM_WORKER, *FROM_PROBABILITY)
    assert {name: after[name] for name in names} == {name: before[name] for name in names}


def test_fields_that_were_computed_anew_stay_while_others_are_edited(session, layer, tmp_path):
    first = session.current
    session.split(halves(session.feature().geometry()))
    session.save()
    at = layer.fields().indexOf("slope_mean_deg")
    parts = {fid: {at: 12.5} for fid, values in known(layer).items() if values["original"]}
    assert len(parts) > 1
    layer.dataProvider().changeAttributeValues(parts)
    other = next(fid for fid in known(layer) if fid not in parts)
    move_vertex(layer, other, 0, 2, 2)
    assert {known(layer)[fid]["slope_mean_deg"] for fid in parts} == {12.5}
    move_vertex(layer, first, 0, 1, 1)
    assert known(layer)[first]["slope_mean_deg"] is None
    session.save()
    saved = {one.id(): one for one in opened(tmp_path / "copy" / "landslides.gpkg").getFeatures()}
    assert values_of(saved[first])["slope_mean_deg"] is None
