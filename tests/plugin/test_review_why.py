"""Why a polygon was found, and how uncertain it is, asked of the real worker in a review."""

# ruff: noqa: F401, F811 (fixtures come from a module)

import json
import re
from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal
from qgis.core import QgsRasterLayer
from qgis.PyQt.QtCore import Qt

from calanddet_qgis.messages import Failure
from calanddet_qgis.review.access import uncertainty_beside
from calanddet_qgis.review.explanation import explain_words
from calanddet_qgis.review.session import ReviewSession
from calanddet_qgis.settings import WORKER_PYTHON
from tests.plugin.factories import make_raster, stand_in_python
from tests.plugin.review_tab import (
    SQUARES,
    canvas,
    panel,
    press,
)
from tests.plugin.reviews import copy_of, foreign_layer, worker

pytestmark = pytest.mark.slow
# A loaded machine takes this long to ask the network [ms].
ANSWER_MS = 600_000


@pytest.fixture(scope="module")
def detected(worker_python, checkpoint, tmp_path_factory):
    """A run of the real worker over an image, with the raster of uncertainty."""
    folder = tmp_path_factory.mktemp("detected")
    image = make_raster(folder / "image.tif")
    options = ("--threshold=0.5", "--uncertainty", "--device=cpu")
    worker(worker_python, "detect", image, "--checkpoint", checkpoint, "--out", folder, *options)
    # A network that was never trained finds one polygon, or none: here what it prefers.
    probability = folder / "probability.tif"
    preferred = np.quantile(gdal.Open(str(probability)).ReadAsArray(), 0.8) / 250
    options = (f"--threshold={preferred}", "--min-area=20", "--out", folder / "landslides.gpkg")
    worker(worker_python, "vectorize", probability, *options)
    return folder


@pytest.fixture
def landslides(detected, project, canvas, worker_python, tmp_path):
    """Its polygons, in the project and on the canvas."""
    WORKER_PYTHON.set(str(worker_python))
    layer = copy_of(detected, tmp_path / "copy")
    project.addMapLayer(layer)
    canvas.setLayers([layer])
    yield layer
    layer.rollBack()


@pytest.fixture
def reviewed(qtbot, panel, landslides):
    """The tab in a review of them."""
    qtbot.mouseClick(panel.form.start_button, Qt.MouseButton.LeftButton)
    assert panel.session is not None, panel.form.message.shown_text()
    return panel


def heat_layers(project):
    return [one for one in project.mapLayers().values() if isinstance(one, QgsRasterLayer)]


def answered(qtbot, panel, project):
    """Wait for an answer; the layer that came with it."""
    qtbot.waitUntil(lambda: panel.card.why.stage.isVisible(), timeout=ANSWER_MS)
    (layer,) = heat_layers(project)
    return layer


def test_y_shows_what_spoke_for_the_polygon(qtbot, reviewed, project, canvas):
    number = reviewed.session.values()["id"]
    press(qtbot, canvas, "Y")
    assert reviewed.card.why.text.shown_text() == "The network is asked…"
    heat = answered(qtbot, reviewed, project)
    assert heat.name() == f"What spoke for No. {number} (neck2)"
    assert heat.renderer().type() == "singlebandpseudocolor"
    assert heat.extent().intersects(reviewed.session.feature().geometry().boundingBox())
    told = reviewed.card.why.text.shown_text()
    assert re.fullmatch(
        r"The network is \d+ % sure that there is a landslide around here at all\."
        r" \d+ % of what spoke for the polygon lies inside of it\.",
        told,
    )
    # Under the polygons in the legend, so that these stay in sight.
    names = [node.name() for node in project.layerTreeRoot().children()]
    assert names == ["Landslides", heat.name()]
    path = Path(heat.source())
    # Another stage is another answer; the first one goes.
    stage = reviewed.card.why.stage
    assert [stage.itemText(0), stage.currentText()] == ["backbone1", "neck2"]
    qtbot.keyClick(stage, Qt.Key.Key_Home)
    stage.activated.emit(stage.currentIndex())
    qtbot.waitUntil(lambda: not path.exists(), timeout=ANSWER_MS)
    heat = answered(qtbot, reviewed, project)
    assert heat.name().endswith("(backbone1)")
    path = Path(heat.source())
    reviewed.leave()
    assert not heat_layers(project) and not path.parent.exists()


def test_another_polygon_has_not_been_asked_about(qtbot, reviewed, project, canvas):
    press(qtbot, canvas, "Y")
    assert reviewed.card.why.isVisible()
    press(qtbot, canvas, "N")
    assert not reviewed.card.why.isVisible() and not heat_layers(project)


def test_leaving_while_the_network_is_asked_ends_the_worker(qtbot, reviewed, project, canvas):
    press(qtbot, canvas, "Y")
    reviewed.leave()
    assert reviewed.explainer is None and not heat_layers(project)


def test_without_its_run_a_polygon_cannot_be_explained(qtbot, reviewed, landslides, canvas):
    (Path(landslides.source().split("|")[0]).parent / "run.json").unlink()
    press(qtbot, canvas, "Y")
    assert "there is no run.json beside it. Review the landslides.gpkg" in (
        reviewed.card.message.shown_text()
    )


def test_what_the_worker_refuses_is_told(qtbot, reviewed, tmp_path, canvas):
    body = "say('error', kind='checkpoint', message='It is gone.', remedy='Get it again.')"
    WORKER_PYTHON.set(str(stand_in_python(tmp_path, body)))
    press(qtbot, canvas, "Y")
    shown = reviewed.card.message.shown_text
    qtbot.waitUntil(lambda: "It is gone. Get it again." in shown(), timeout=ANSWER_MS)
    assert not reviewed.card.why.isVisible()


def test_polygons_that_come_from_no_file_have_no_run(tmp_path):
    layer = foreign_layer(*SQUARES)
    outline = next(layer.getFeatures()).geometry()
    with pytest.raises(Failure, match="mapped by hand comes from is not known"):
        explain_words(layer, outline, tmp_path, None)


def test_other_bands_and_rasters_of_the_run_are_passed_on(landslides, tmp_path):
    path = Path(landslides.source().split("|")[0]).parent / "run.json"
    run = json.loads(path.read_text())
    run["parameters"] |= {"bands": [3, 2, 1], "inputs": ["nir=/n.tif:4"], "dem": "/dem.tif"}
    path.write_text(json.dumps(run))
    outline = next(landslides.getFeatures()).geometry()
    words = explain_words(landslides, outline, tmp_path, "neck3")
    assert words[:2] == ["explain", run["parameters"]["raster"]]
    assert {"--bands=3,2,1", "--input=nir=/n.tif:4", "--dem=/dem.tif", "--stage=neck3"} < set(words)
    assert "--gsd=auto" in words


def test_the_queue_goes_by_the_raster_of_uncertainty(landslides, tmp_path):
    raster = uncertainty_beside(landslides)
    assert raster == str(tmp_path / "copy" / "uncertainty.tif")
    # The mirrorings are made to differ in the smallest polygon alone.
    smallest = min(landslides.getFeatures(), key=lambda one: one["area_m2"])
    data = gdal.Open(raster, gdal.GA_Update)
    values = np.zeros((data.RasterYSize, data.RasterXSize), np.uint8)
    inside = smallest.geometry().pointOnSurface().asPoint()
    values[int(4000000 - inside.y()), int(inside.x() - 500000)] = 125
    data.GetRasterBand(1).WriteArray(values)
    data = None
    assert landslides.featureCount() > 1
    for order in ("uncertain", "gain"):
        session = ReviewSession(landslides, uncertainty=raster)
        assert "uncertainty.tif" in " ".join(session.notes)
        session.set_order(order)
        session.next()
        assert session.current == smallest.id(), order
        session.leave()
