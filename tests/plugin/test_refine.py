"""Another threshold for a finished run, in the panel, with the real worker."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal, ogr
from qgis.core import (
    QgsFillSymbol,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsSingleSymbolRenderer,
    QgsVectorLayer,
    edit,
)
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import Qt

from calanddet_qgis.gui.refine_panel import RefinePanel
from calanddet_qgis.layers import add_results, polygon_source
from calanddet_qgis.refine import window
from calanddet_qgis.refine.finished_run import read_run, runs_in
from calanddet_qgis.refine.preview import tidy
from calanddet_qgis.refine.refiner import State
from calanddet_qgis.settings import WORKER_PYTHON
from tests.plugin.factories import ROOT, stand_in_python

WAIT_MS = 60_000
SCRIPT = (
    "import sys; from pathlib import Path; from tests.backend.runs import *\n"
    "write_run(Path(sys.argv[1]), blobs(200, 240))"
)


@pytest.fixture(scope="session")
def pristine(worker_python, tmp_path_factory):
    """A finished run that no test touches."""
    folder = tmp_path_factory.mktemp("pristine") / "run"
    subprocess.run([worker_python, "-c", SCRIPT, folder], cwd=ROOT, check=True, timeout=120)
    return folder


@pytest.fixture
def folder(pristine, tmp_path, project):
    """A finished run whose layers are in the project."""
    folder = tmp_path / "滑坡 run's"
    shutil.copytree(pristine, folder)
    add_results(project, read_run(folder).results, "ortho · 2026-05-12")
    return folder


class Window:
    """As much of QGIS's interface as the panel asks for."""

    def __init__(self, canvas):
        self._canvas = canvas

    def mapCanvas(self):
        return self._canvas


@pytest.fixture
def panel(qtbot, folder, worker_python):
    """The panel over that run."""
    WORKER_PYTHON.set(str(worker_python))
    canvas = QgsMapCanvas()
    canvas.resize(200, 200)
    canvas.show()
    qtbot.addWidget(canvas)
    panel = RefinePanel(Window(canvas))
    panel.resize(340, 500)
    qtbot.addWidget(panel)
    panel.show()
    yield panel
    panel.stop()


def roles(project):
    """The layers of the run and of its preview by name, and whether they are shown."""
    return {node.layer().name(): node.isVisible() for node in project.layerTreeRoot().findLayers()}


def layer(project, name):
    (found,) = project.mapLayersByName(name)
    return found


def move(qtbot, panel, threshold):
    """Move the slider and wait for the polygons."""
    panel.form.slider.setValue(round(threshold * 250))
    qtbot.waitUntil(lambda: panel.refiner.can_apply, timeout=WAIT_MS)


def apply(qtbot, panel):
    assert panel.apply.isEnabled()
    with qtbot.waitSignal(panel.refiner.applied, timeout=WAIT_MS):
        qtbot.mouseClick(panel.apply, Qt.MouseButton.LeftButton)


def fail(qtbot, panel, action):
    """The sentence that an action fails with."""
    with qtbot.waitSignal(panel.refiner.failed, timeout=WAIT_MS):
        action()
    return panel.message.shown_text()


def contents(folder):
    """The files of a run; QGIS keeps the styles of the rasters beside them."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def pixels(path):
    return gdal.Open(str(path)).ReadAsArray()


def values(folder):
    return pixels(folder / "probability.tif")


def drawn(path):
    """The polygons of a file as a mask (200, 240)."""
    data = gdal.GetDriverByName("MEM").Create("", 240, 200, 1, gdal.GDT_Byte)
    source = ogr.Open(str(path))
    shapes = source.GetLayerByName("landslides")
    data.SetProjection(shapes.GetSpatialRef().ExportToWkt())
    data.SetGeoTransform([500_000, 0.5, 0, 3_400_000, 0, -0.5])
    gdal.RasterizeLayer(data, [1], shapes, burn_values=[1])
    return data.ReadAsArray().astype(bool)


def record(folder):
    return json.loads((folder / "run.json").read_text())


def test_the_run_of_the_project_is_chosen_with_its_settings(panel, folder):
    assert panel.runs.currentText() == "ortho · 2026-05-12"
    assert panel.form.threshold.value() == 0.5 and panel.form.slider.value() == 125
    assert panel.form.simplify.value() == 0.25
    assert panel.counts.shown_text() == "As in the run's files."
    assert not panel.apply.isEnabled() and not panel.reset.isEnabled()


def test_a_narrow_panel_shows_all_of_it(qtbot, panel):
    panel.resize(260, 500)
    panel.form.min_area.setValue(1e9)
    qtbot.wait(50)
    assert panel.widget().width() == panel.viewport().width() <= 260


def test_shading_follows_the_slider_at_once_and_the_polygons_a_moment_later(
    qtbot, panel, project, folder
):
    before = contents(folder)
    panel.form.slider.setValue(75)
    assert panel.form.threshold.value() == 0.3
    shown = roles(project)
    assert shown["Mask (preview)"] and not shown["Mask"]
    assert shown["Probability (preview)"] and not shown["Probability"]
    shader = layer(project, "Mask (preview)").renderer().shader().rasterShaderFunction()
    alpha = [shader.shade(value / 250)[-1] for value in (74, 75, 250)]
    assert alpha[0] == 0 and alpha[1] == alpha[2] == 255
    colours = layer(project, "Probability (preview)").renderer().shader().rasterShaderFunction()
    assert colours.shade(74 / 250)[-1] == 0 < colours.shade(75 / 250)[-1]
    assert colours.shade(0.75) == (True, 227, 74, 82, 62)
    assert panel.counts.shown_text() == "The polygons follow…"
    assert shown["Landslides"]
    qtbot.waitUntil(lambda: panel.refiner.can_apply, timeout=WAIT_MS)
    shown = roles(project)
    assert shown["Landslides (preview)"] and not shown["Landslides"]
    preview = layer(project, "Landslides (preview)")
    assert preview.renderer().type() == "categorizedSymbol" and preview.readOnly()
    np.testing.assert_array_equal(drawn(panel.refiner.preview.polygon_file), values(folder) >= 75)
    assert panel.counts.shown_text().startswith(f"{preview.featureCount()} landslides found")
    # A further move changes the same layers.
    move(qtbot, panel, 0.7)
    assert layer(project, "Landslides (preview)") is preview
    np.testing.assert_array_equal(drawn(panel.refiner.preview.polygon_file), values(folder) >= 175)
    after = contents(folder)
    assert {name: after[name] for name in before if "-" not in name} == {
        name: content for name, content in before.items() if "-" not in name
    }


def test_moving_back_shows_the_run_as_it_is(qtbot, panel, project):
    layer(project, "Landslides").setName("Mine")
    node = project.layerTreeRoot().findLayer(layer(project, "Mask").id())
    node.setItemVisibilityChecked(False)
    before = roles(project)
    move(qtbot, panel, 0.3)
    assert roles(project)["Mask (preview)"] is False
    panel.form.threshold.setValue(0.5)
    assert roles(project) == before
    assert [group.name() for group in project.layerTreeRoot().findGroups(True)] == [
        "ortho · 2026-05-12"
    ]
    assert panel.counts.shown_text() == "As in the run's files."


def test_apply_rewrites_everything_so_that_it_agrees(qtbot, panel, project, folder):
    own = layer(project, "Landslides")
    own.setRenderer(QgsSingleSymbolRenderer(QgsFillSymbol.createSimple({"color": "blue"})))
    fields, form = own.fields().names(), [tab.name() for tab in own.editFormConfig().tabs()]
    panel.form.min_area.setValue(10)
    move(qtbot, panel, 0.3)
    expected = layer(project, "Landslides (preview)").featureCount()
    apply(qtbot, panel)
    np.testing.assert_array_equal(pixels(folder / "mask.tif") == 1, values(folder) >= 75)
    assert record(folder)["parameters"]["threshold"] == 0.3
    assert record(folder)["counts"]["polygons"] == expected
    assert roles(project) == {"Landslides": True, "Mask": True, "Probability": True}
    assert layer(project, "Landslides") is own and own.isValid() and not own.readOnly()
    assert own.featureCount() == expected
    assert own.source() == polygon_source(str(folder / "landslides.gpkg"))
    assert own.fields().names() == fields
    assert [tab.name() for tab in own.editFormConfig().tabs()] == form
    assert own.renderer().symbol().color().name() == "#0000ff"
    assert "Threshold: 0.3." in own.metadata().abstract()
    mask = layer(project, "Mask")
    assert mask.renderer().type() == "paletted"
    np.testing.assert_array_equal(shown_pixels(mask) == 1, values(folder) >= 75)
    assert "have the threshold 0.3 now" in panel.message.shown_text()
    assert not panel.apply.isEnabled() and panel.form.threshold.value() == 0.3
    # And the layer can be edited.
    with edit(own):
        assert own.changeAttributeValue(next(own.getFeatures()).id(), fields.index("status"), "x")


def shown_pixels(layer):
    """What QGIS reads of a layer (200, 240)."""
    block = layer.dataProvider().block(1, layer.extent(), 240, 200)
    return np.frombuffer(bytes(block.data()), np.uint8).reshape(200, 240)


def test_reset_gives_the_runs_own_settings_also_after_apply(qtbot, panel, project, folder):
    move(qtbot, panel, 0.3)
    apply(qtbot, panel)
    qtbot.mouseClick(panel.reset, Qt.MouseButton.LeftButton)
    assert panel.form.threshold.value() == 0.5
    qtbot.waitUntil(lambda: panel.refiner.can_apply, timeout=WAIT_MS)
    assert not panel.reset.isEnabled()
    apply(qtbot, panel)
    np.testing.assert_array_equal(pixels(folder / "mask.tif") == 1, values(folder) >= 125)


def test_reviewed_landslides_survive_and_that_is_told(qtbot, panel, project, folder):
    own = layer(project, "Landslides")
    first = next(own.getFeatures())
    with edit(own):
        own.changeAttributeValue(first.id(), own.fields().indexOf("status"), "accepted")
        own.changeAttributeValue(first.id(), own.fields().indexOf("notes"), "fresh scarp")
    move(qtbot, panel, 0.3)
    kept = "Reviewed landslides that are kept as they are: 1."
    assert kept in panel.counts.shown_text()
    assert "New ones that touch them and are left out: 1." in panel.counts.shown_text()
    apply(qtbot, panel)
    assert kept in panel.message.shown_text()
    (after,) = [each for each in own.getFeatures() if each["status"] == "accepted"]
    assert after["notes"] == "fresh scarp" and after["uuid"] == first["uuid"]
    assert after.geometry().equals(first.geometry())


def test_a_layer_that_is_being_edited_is_not_replaced(qtbot, panel, project, folder):
    own = layer(project, "Landslides")
    move(qtbot, panel, 0.3)
    own.startEditing()
    before = record(folder)
    sentence = fail(qtbot, panel, panel.apply.click)
    assert sentence.startswith("The layer Landslides is being edited.")
    assert record(folder) == before and own.isEditable()
    own.rollBack()
    apply(qtbot, panel)


def test_editing_that_begins_while_files_are_made_stops_them(qtbot, panel, project, folder):
    own = layer(project, "Landslides")
    move(qtbot, panel, 0.3)
    before = record(folder)

    def act():
        panel.apply.click()
        own.startEditing()

    assert "is being edited" in fail(qtbot, panel, act)
    own.rollBack()
    qtbot.waitUntil(lambda: panel.refiner.can_apply, timeout=WAIT_MS)
    assert record(folder) == before
    apply(qtbot, panel)


def test_a_run_in_use_by_another_program_is_told_and_nothing_is_lost(
    qtbot, panel, project, folder, worker_python
):
    move(qtbot, panel, 0.3)
    script = (
        "import sys, time; from pathlib import Path; from backend.workspace import Workspace\n"
        "with Workspace(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [worker_python, "-c", script, folder], cwd=ROOT, stdin=-1, stdout=-1, text=True
    )
    assert other.stdout.readline() == "held\n"
    assert "in use by another run" in fail(qtbot, panel, panel.apply.click)
    other.communicate()
    assert panel.refiner.state is State.IDLE and panel.form.threshold.value() == 0.3
    apply(qtbot, panel)


def test_a_run_whose_folder_is_gone_is_one_sentence(qtbot, panel, project, folder):
    shutil.rmtree(folder)
    sentence = fail(qtbot, panel, lambda: panel.form.slider.setValue(75))
    assert sentence.startswith("The run's file ") and "is gone" in sentence
    assert len(sentence.splitlines()) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_allows_previews_only(qtbot, panel, folder):
    folder.chmod(0o555)
    panel.form.slider.setValue(75)
    qtbot.waitUntil(lambda: panel.refiner.can_apply, timeout=WAIT_MS)
    assert not panel.apply.isEnabled()
    assert "this is a preview only" in panel.message.shown_text()
    folder.chmod(0o755)


def test_removed_layers_take_the_preview_along(qtbot, panel, project):
    move(qtbot, panel, 0.3)
    project.removeMapLayer(layer(project, "Landslides").id())
    move(qtbot, panel, 0.4)
    assert roles(project)["Landslides (preview)"]
    for name in ("Mask", "Probability"):
        project.removeMapLayer(layer(project, name).id())
    qtbot.waitUntil(lambda: not project.mapLayers(), timeout=WAIT_MS)
    assert panel.counts.shown_text().startswith("Run a detection first")
    assert not panel.form.isEnabled()


def test_removed_preview_layers_come_back_with_the_next_move(qtbot, panel, project):
    move(qtbot, panel, 0.3)
    for name in ("Landslides (preview)", "Mask (preview)"):
        project.removeMapLayer(layer(project, name).id())
    move(qtbot, panel, 0.4)
    shown = roles(project)
    assert shown["Landslides (preview)"] and shown["Mask (preview)"]
    panel.form.threshold.setValue(0.5)
    assert roles(project) == {"Landslides": True, "Mask": True, "Probability": True}


def test_layers_removed_while_files_are_made_do_not_stop_them(qtbot, panel, project, folder):
    move(qtbot, panel, 0.3)
    with qtbot.waitSignal(panel.refiner.applied, timeout=WAIT_MS):
        panel.apply.click()
        project.removeMapLayer(layer(project, "Landslides").id())
        project.removeMapLayer(layer(project, "Landslides (preview)").id())
    assert record(folder)["parameters"]["threshold"] == 0.3
    assert roles(project) == {"Mask": True, "Probability": True}


def test_a_closed_project_ends_it(qtbot, panel, project, folder):
    move(qtbot, panel, 0.3)
    before = record(folder)
    panel.apply.click()
    project.clear()
    qtbot.waitUntil(lambda: panel.refiner.run is None, timeout=WAIT_MS)
    qtbot.wait(300)
    assert not QgsProject.instance().mapLayers()
    assert record(folder) in (before, {**before, **record(folder)})
    assert drawn(folder / "landslides.gpkg").any()


def test_cancel_while_files_are_made_leaves_the_old_ones(qtbot, panel, project, folder):
    move(qtbot, panel, 0.3)
    before = record(folder)
    panel.apply.click()
    assert panel.apply.text() == "Cancel"
    panel.apply.click()
    assert panel.refiner.state is State.IDLE
    qtbot.wait(300)
    assert record(folder) == before
    np.testing.assert_array_equal(pixels(folder / "mask.tif") == 1, values(folder) >= 125)
    apply(qtbot, panel)


def test_a_worker_that_dies_is_told_and_the_next_move_starts_another(
    qtbot, panel, project, tmp_path, worker_python
):
    panel.refiner._session.stop()
    WORKER_PYTHON.set(
        str(stand_in_python(tmp_path, "sys.stdin.readline(); os.kill(os.getpid(), 9)"))
    )
    sentence = fail(qtbot, panel, lambda: panel.form.slider.setValue(75))
    assert "killed by signal 9" in sentence
    WORKER_PYTHON.set(str(worker_python))
    move(qtbot, panel, 0.4)
    assert "landslides found" in panel.counts.shown_text()


def test_without_a_runtime_the_panel_says_so(qtbot, panel):
    panel.refiner._session.stop()
    WORKER_PYTHON.set("")
    sentence = fail(qtbot, panel, lambda: panel.form.slider.setValue(75))
    assert sentence.startswith("The runtime is not set up yet.")


def test_an_older_run_is_opened_from_its_folder(qtbot, panel, project, pristine):
    panel.add_run(pristine)
    qtbot.waitUntil(lambda: panel.runs.count() == 2, timeout=WAIT_MS)
    assert list(runs_in(project).values()) == ["run", "ortho · 2026-05-12"]
    assert panel.refiner.run.folder == pristine
    panel.add_run(pristine.parent)
    assert "holds no run of a detection" in panel.message.shown_text()


def test_another_run_is_chosen_and_the_preview_of_the_first_goes(qtbot, panel, project, pristine):
    move(qtbot, panel, 0.3)
    panel.add_run(pristine)
    qtbot.waitUntil(lambda: panel.runs.count() == 2, timeout=WAIT_MS)
    # The one that is being refined stays.
    assert panel.runs.currentText() == "ortho · 2026-05-12"
    panel.runs.setCurrentIndex(0)
    assert "Mask (preview)" not in roles(project)
    assert panel.form.threshold.value() == 0.5


def test_a_large_raster_is_previewed_where_the_map_is_and_written_whole(
    qtbot, panel, project, folder, monkeypatch
):
    monkeypatch.setattr(window, "WHOLE_PIXELS", 1000)
    canvas = panel.refiner._canvas
    canvas.setDestinationCrs(layer(project, "Mask").crs())
    canvas.setExtent(QgsRectangle(500_000, 3_399_950, 500_050, 3_400_000))
    move(qtbot, panel, 0.3)
    preview = layer(project, "Landslides (preview)")
    assert preview.extent().xMaximum() < 500_060
    assert "the visible part: Apply computes and writes the whole" in panel.counts.shown_text()
    before = panel.refiner.preview.polygon_file
    canvas.setExtent(QgsRectangle(500_060, 3_399_950, 500_110, 3_400_000))
    qtbot.waitUntil(lambda: panel.refiner.preview.polygon_file != before, timeout=WAIT_MS)
    assert preview.extent().xMinimum() > 500_050
    qtbot.waitUntil(lambda: panel.refiner.can_apply, timeout=WAIT_MS)
    apply(qtbot, panel)
    np.testing.assert_array_equal(drawn(folder / "landslides.gpkg"), values(folder) >= 75)


def test_what_a_preview_left_in_a_saved_project_is_tidied(qtbot, panel, project, tmp_path):
    move(qtbot, panel, 0.3)
    path = str(tmp_path / "mid.qgz")
    assert project.write(path)
    project.clear()
    qtbot.waitUntil(lambda: panel.refiner.run is None, timeout=WAIT_MS)
    assert project.read(path)
    assert roles(project) == {"Landslides": True, "Mask": True, "Probability": True}
    tidy(project)


def test_a_fresh_layer_has_the_style_and_the_form_of_the_inventory(qtbot, panel, folder):
    move(qtbot, panel, 0.3)
    apply(qtbot, panel)
    fresh = QgsVectorLayer(polygon_source(str(folder / "landslides.gpkg")), "fresh", "ogr")
    values = [category.value() for category in fresh.renderer().categories()]
    assert values[:5] == ["predicted", "accepted", "edited", "added", "rejected"]
    assert fresh.editFormConfig().tabs()[0].name() == "Review"
    assert fresh.fields().field("area_m2").alias() == "Area [m²]"
    mask = QgsRasterLayer(str(folder / "mask.tif"), "fresh")
    assert mask.renderer().classes()[1].label == "Landslide"
    probability = QgsRasterLayer(str(folder / "probability.tif"), "fresh")
    shader = probability.renderer().shader().rasterShaderFunction()
    assert shader.shade(0.05)[-1] == 0 < shader.shade(0.9)[-1]


def test_unloading_leaves_nothing(qtbot, panel, project):
    move(qtbot, panel, 0.3)
    file = Path(panel.refiner.preview.polygon_file)
    panel.refiner.stop()
    assert roles(project) == {"Landslides": True, "Mask": True, "Probability": True}
    assert not file.parent.exists()
