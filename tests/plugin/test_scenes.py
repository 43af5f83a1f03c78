"""Several images in one run: in the panel, in Processing, and the place where they run."""

import json
import shutil
from datetime import datetime

import pytest
from osgeo import gdal
from qgis.core import QgsProject, QgsRasterLayer, QgsVectorLayer
from qgis.PyQt.QtCore import Qt

from calanddet_qgis.card import read_card
from calanddet_qgis.choice import Choice
from calanddet_qgis.gui.options import OptionsPage
from calanddet_qgis.gui.report_dialog import ReportDialog
from calanddet_qgis.gui.scenes_field import LayersDialog
from calanddet_qgis.messages import Failure
from calanddet_qgis.paths import bundled_checkpoint
from calanddet_qgis.phrases import plan_line
from calanddet_qgis.plan import make_plan
from calanddet_qgis.scenes import image_layers, scenes_in, scenes_of_layers
from calanddet_qgis.settings import SCHEDULER, WORKER_PYTHON
from tests.plugin.factories import make_raster, stand_in_python
from tests.plugin.panels import click, group_layers, wait_for_title
from tests.plugin.processing_tools import Ear, provider, ready, refusal, run  # noqa: F401

NOW = datetime(2026, 5, 4, 13, 2, 1)


@pytest.fixture
def folder(tmp_path):
    """Two halves of an image of 240 x 200 px side by side, and a file that is none."""
    whole = make_raster(tmp_path / "whole.tif", 240, 200)
    (tmp_path / "tiles").mkdir()
    for name, left in (("east", 120), ("west", 0)):
        window = [left, 0, 120, 200]
        gdal.Translate(str(tmp_path / "tiles" / f"{name}.tif"), str(whole), srcWin=window)
    (tmp_path / "tiles" / "text.tif").write_text("not an image")
    return tmp_path / "tiles"


def layers(folder, names=("east", "west")):
    return [QgsRasterLayer(str(folder / f"{name}.tif"), name) for name in names]


def choice_of(scenes):
    path = bundled_checkpoint()
    return Choice(layer=scenes.layer, scenes=scenes, checkpoint=path, card=read_card(path))


def test_a_plan_counts_all_rasters_and_says_what_will_be_skipped(project, folder):
    plan = make_plan(choice_of(scenes_in(str(folder))), NOW)
    assert plan_line(plan).startswith("48,000 px in 3 rasters at 1 m · 4.8 ha · 1 tile · about 8")
    assert plan.notes == ("text.tif cannot be opened and will be skipped.",)
    assert plan.request.arguments()[:2] == ["detect", str(folder)]
    assert plan.request.out == str(folder.parent / "tiles_landslides_20260504-130201")
    assert plan.name == "tiles · 3 rasters"


def test_a_gap_between_rasters_is_not_counted(project, folder, tmp_path):
    far = make_raster(tmp_path / "far.tif", 120, 200)
    data = gdal.Open(str(far), gdal.GA_Update)
    data.SetGeoTransform([510000, 1, 0, 4000000, 0, -1])
    data = None
    chosen = [*layers(folder, ["west"]), QgsRasterLayer(str(far), "far")]
    plan = make_plan(choice_of(scenes_of_layers(chosen)), NOW)
    assert plan.estimate.pixels == pytest.approx(48000, rel=0.01)
    assert plan.estimate.disk < 17 << 20
    assert plan.request.more_rasters == (str(far),)


def test_what_cannot_be_searched_is_refused_in_one_sentence(project, folder, tmp_path):
    (tmp_path / "empty").mkdir()
    shutil.copy(folder / "text.tif", tmp_path / "empty")
    for place, sentence in (
        (tmp_path / "empty", "None of the 1 rasters can be opened."),
        (tmp_path / "gone", "holds no image."),
    ):
        with pytest.raises(Failure, match=sentence):
            scenes_in(str(place))
    with pytest.raises(Failure, match="101 layers are chosen; at most 100 can be named"):
        scenes_of_layers(layers(folder, ["east"]) * 101)


def test_layers_are_ticked_in_a_dialog(qtbot, project, folder):
    project.addMapLayers(layers(folder))
    dialog = LayersDialog(None)
    qtbot.addWidget(dialog)
    names = [dialog.list.item(row).text() for row in range(dialog.list.count())]
    assert names == ["east", "west"] == [layer.name() for layer in image_layers(project)]
    ok = dialog.buttons.buttons()[0]
    assert not ok.isEnabled()
    for row in range(2):
        dialog.list.item(row).setCheckState(Qt.CheckState.Checked)
    assert ok.isEnabled() and len(dialog.chosen()) == 2


def test_a_folder_gives_one_group_and_tells_of_what_was_skipped(
    qtbot, dock, worker_python, checkpoint, folder
):
    WORKER_PYTHON.set(str(worker_python))
    dock.form.checkpoint.setFilePath(str(checkpoint))
    dock.form.threshold.setValue(0.5)
    dock.form.images.show_scenes(scenes_in(str(folder)))
    dock.refresh()
    assert not dock.form.layer.isVisible()
    assert dock.form.images.told.text() == "tiles · 3 rasters"
    qtbot.waitUntil(lambda: "in 3 rasters" in dock.page.told.shown_text(), timeout=60_000)
    click(qtbot, dock.run_button)
    assert "landslide" in wait_for_title(qtbot, dock)
    assert "1 of 3 rasters was skipped." in dock.status.text.shown_text()
    name, (polygons, mask, probability) = group_layers(QgsProject.instance())
    assert name.startswith("tiles · 3 rasters")
    assert isinstance(polygons, QgsVectorLayer) and polygons.featureCount()
    for layer in (mask, probability):
        assert layer.source().endswith(".vrt") and layer.width() == 240
    assert mask.renderer().type() == "paletted"
    assert probability.renderer().type() == "singlebandpseudocolor"
    # What a run has made is no image to search.
    assert not {mask.id(), probability.id()} & {
        each.id() for each in image_layers(QgsProject.instance())
    }
    click(qtbot, dock.status.details)
    dialog = dock.status.findChild(ReportDialog)
    assert "text.tif is not a raster that GDAL can read" in dialog.log.toPlainText()
    dialog.close()
    dock.form.images.back.click()
    assert dock.form.layer.isVisible() and dock.form.choice().scenes is None


@pytest.mark.usefixtures("ready")
def test_processing_searches_several_layers_or_a_folder(checkpoint, folder, tmp_path):
    choice = {"CHECKPOINT": str(checkpoint), "THRESHOLD": 0.5, "OUTPUT": str(tmp_path / "out")}
    given = run("detectmany", {**choice, "FOLDER": str(folder)}, feedback=Ear())
    assert (given["RASTERS"], given["SKIPPED"]) == (3, 1)
    assert given["MASK"] == str(tmp_path / "out" / "mask.vrt")
    assert QgsVectorLayer(given["POLYGONS"], "x", "ogr").featureCount() == given["COUNT"] > 0
    named = [str(folder / f"{name}.tif") for name in ("west", "east")]
    again = run("detectmany", {**choice, "LAYERS": named}, feedback=Ear())
    assert (again["RASTERS"], again["SKIPPED"], again["COUNT"]) == (2, 0, given["COUNT"])
    both = {**choice, "FOLDER": str(folder), "LAYERS": named}
    assert refusal("detectmany", both).startswith("Both images and a folder of images are chosen.")
    assert refusal("detectmany", choice).startswith("Neither images nor a folder")


def test_qgis_process_searches_a_folder(profile, checkpoint, folder, tmp_path):
    out = tmp_path / "out"
    arguments = [f"FOLDER={folder}", f"CHECKPOINT={checkpoint}", "THRESHOLD=0.5", f"OUTPUT={out}"]
    done = profile.qgis_process("run", "calanddet:detectmany", "--json", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["results"]["PROBABILITY"] == str(out / "probability.vrt")


@pytest.fixture
def page(qtbot, project):
    """The plugin's page among QGIS's options."""
    page = OptionsPage(None)
    qtbot.addWidget(page)
    page.show()
    yield page
    page.run_on.stop()


def put_worker(tmp_path, body):
    WORKER_PYTHON.set(str(stand_in_python(tmp_path, body)))


def test_the_options_send_runs_to_a_scheduler(qtbot, page, folder):
    field = page.run_on
    assert not field.address.isVisible()
    field.kind.setCurrentIndex(1)
    field.address.setText(" tcp://node:8786 ")
    page.apply()
    assert SCHEDULER.get() == "tcp://node:8786"
    words = make_plan(choice_of(scenes_in(str(folder))), NOW).request.arguments()
    assert "--scheduler=tcp://node:8786" in words
    field.kind.setCurrentIndex(0)
    page.apply()
    assert SCHEDULER.get() == ""


def test_the_connection_is_tested_by_the_worker(qtbot, page, tmp_path):
    # It answers with what it was asked.
    put_worker(tmp_path, "say('result', paths={}, counts={'workers': 3, 'asked': sys.argv})")
    field = page.run_on
    field.kind.setCurrentIndex(1)
    assert not field.test.isEnabled()
    field.address.setText("tcp://node:8786")
    click(qtbot, field.test)
    qtbot.waitUntil(
        lambda: field.told.shown_text().startswith("The scheduler answers"), timeout=60000
    )
    assert field.told.shown_text() == "The scheduler answers, with 3 workers."
    field.address.setText("tcp://other:8786")
    assert not field.told.shown_text()
    put_worker(tmp_path, "say('error', kind='device', message='tcp://other:8786 does not answer.',"
                         " remedy='Start it.')")  # fmt: skip
    click(qtbot, field.test)
    qtbot.waitUntil(lambda: "does not answer. Start it." in field.told.shown_text(), timeout=60000)
