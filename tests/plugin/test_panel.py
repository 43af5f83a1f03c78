"""The panel, by its own widgets, with the real worker; faults by a worker that stands in."""

import time

import pytest
from qgis.core import QgsApplication, QgsProject, QgsRasterLayer, edit
from qgis.gui import QgsLayerTreeMapCanvasBridge
from qgis.PyQt.QtCore import Qt

from calanddet_qgis import worker
from calanddet_qgis.gui.dock import DetectDock
from calanddet_qgis.gui.report_dialog import ReportDialog
from calanddet_qgis.messages import Failure
from calanddet_qgis.settings import CHECKPOINT, OUTPUT_PARENT, THRESHOLD, WORKER_PYTHON
from tests.plugin.factories import make_raster
from tests.plugin.panels import RUN_MS, SLOW, click, group_layers, heartbeat, wait_for_title


@pytest.mark.timing
def test_a_click_gives_three_styled_layers_and_leaves_the_view_alone(
    qtbot, qgis_canvas, ready, project, image, tmp_path, capsys
):
    bridge = QgsLayerTreeMapCanvasBridge(project.layerTreeRoot(), qgis_canvas)
    qtbot.wait(50)
    qgis_canvas.setExtent(image.extent().scaled(0.37))
    extent = qgis_canvas.extent()
    with heartbeat() as longest:
        click(qtbot, ready.run_button)
        assert ready.status.cancel.isVisible()
        assert ready.run_button.isEnabled()
        qtbot.waitUntil(lambda: "tiles" in ready.status.text.shown_text(), timeout=RUN_MS)
        assert ready.status.device.shown_text().startswith(("CPU", "GPU"))
        title = wait_for_title(qtbot, ready)
    with capsys.disabled():
        print(f"\nlongest stall of the event loop during a run: {longest[0]:.0f} ms")
    assert "found, " in title
    assert not ready.status.cancel.isVisible()
    name, (polygons, mask, probability) = group_layers(project)
    assert name.startswith("image · 20")
    assert [layer.name() for layer in (polygons, mask, probability)] == [
        "Landslides", "Mask", "Probability",
    ]  # fmt: skip
    assert title.startswith(f"{polygons.featureCount()} landslide")
    assert polygons.renderer().type() == "categorizedSymbol"
    assert mask.renderer().type() == "paletted"
    assert mask.renderer().classes()[0].color.alpha() == 0
    assert probability.renderer().type() == "singlebandpseudocolor"
    assert str(tmp_path / "image.tif") in polygons.metadata().abstract()
    assert qgis_canvas.extent() == extent
    assert longest[0] < 1000
    bridge.deleteLater()


def test_polygons_can_be_edited_and_keep_their_form(qtbot, ready, project):
    click(qtbot, ready.run_button)
    wait_for_title(qtbot, ready)
    polygons = group_layers(project)[1][0]
    fields = polygons.fields()
    feature = next(polygons.getFeatures())
    with edit(polygons):
        polygons.changeAttributeValue(feature.id(), fields.indexOf("status"), "accepted")
        polygons.changeAttributeValue(feature.id(), fields.indexOf("class"), "slide")
    assert polygons.getFeature(feature.id())["status"] == "accepted"
    form = polygons.editFormConfig()
    assert form.readOnly(fields.indexOf("area_m2"))
    assert not form.readOnly(fields.indexOf("notes"))
    assert fields.field("area_m2").alias() == "Area [m²]"
    assert fields.field("uuid").editorWidgetSetup().type() == "Hidden"
    values = fields.field("class").editorWidgetSetup().config()["map"]
    assert {"Slide": "slide"} in values


@pytest.mark.timing
def test_a_click_cancels_and_nothing_is_left(qtbot, ready, project, tmp_path):
    large = QgsRasterLayer(str(make_raster(tmp_path / "large.tif", 4000, 4000)), "large")
    project.addMapLayer(large)
    ready.form.layer.setLayer(large)
    click(qtbot, ready.run_button)
    qtbot.waitUntil(lambda: bool(ready.status.device.shown_text()), timeout=RUN_MS)
    began = time.monotonic()
    click(qtbot, ready.status.cancel)
    assert wait_for_title(qtbot, ready) == "The run was cancelled."
    assert time.monotonic() - began < 3
    assert not project.layerTreeRoot().findGroups()
    assert not list(tmp_path.rglob("*.gpkg"))


def test_an_error_of_the_worker_is_one_sentence_without_a_traceback(qtbot, ready, tmp_path):
    broken = tmp_path / "broken.pt"
    broken.write_bytes(b"not a checkpoint")
    ready.form.checkpoint.setFilePath(str(broken))
    click(qtbot, ready.run_button)
    assert wait_for_title(qtbot, ready) == "The checkpoint cannot be used."
    text = ready.status.text.shown_text()
    assert broken.name in text
    assert "\n" not in text
    assert "Traceback" not in text


def test_a_crash_is_told_and_the_log_has_the_rest(qtbot, with_worker):
    dock = with_worker("print('Traceback: deep', file=sys.stderr)\nos.kill(os.getpid(), 9)")
    logged = []
    QgsApplication.messageLog().messageReceived[str, str, "Qgis::MessageLevel"].connect(
        lambda text, tag, level: logged.append((tag, text))
    )
    click(qtbot, dock.run_button)
    assert wait_for_title(qtbot, dock) == "The worker crashed."
    assert "killed by signal 9 (SIGKILL: out of memory?)" in dock.status.text.shown_text()
    assert any(tag == "CALandDet" and "Traceback: deep" in text for tag, text in logged)
    click(qtbot, dock.status.details)
    dialog = dock.findChild(ReportDialog)
    click(qtbot, dialog.copy)
    assert "Traceback: deep" in QgsApplication.clipboard().text()
    dialog.close()


def test_progress_shows_rate_time_left_and_device(qtbot, with_worker):
    dock = with_worker(SLOW)
    click(qtbot, dock.run_button)
    text = dock.status.text.shown_text
    qtbot.waitUntil(lambda: "of 1,000 tiles" in text(), timeout=5000)
    assert text().endswith("of 1,000 tiles · 27 tiles/s · 36 s left")
    assert dock.status.rate.shown_text() == "1.4 Mpx/s · 4,860 km²/h"
    assert dock.status.device.shown_text().startswith("CPU: slow · ")
    assert dock.status.device.shown_text().endswith(" MB of memory")
    assert dock.status.bar.isVisible()


def test_a_warning_of_the_worker_stays_with_the_result(qtbot, with_worker):
    dock = with_worker(
        "say('log', level='warning', text='The raster has no CRS.')\n"
        "say('error', kind='output', message='The disk is full.', remedy='Free space.')"
    )
    click(qtbot, dock.run_button)
    assert wait_for_title(qtbot, dock) == "The results cannot be written."
    assert dock.status.notes.shown_text() == "The raster has no CRS."


@pytest.mark.timing
def test_a_flood_of_events_leaves_the_panel_responsive(qtbot, with_worker):
    dock = with_worker(SLOW.replace("range(1000)", "range(10**7)").replace("time.sleep(0.05)", ""))
    click(qtbot, dock.run_button)
    task = next(t for t in QgsApplication.taskManager().tasks() if isinstance(t, worker.DetectTask))
    heard = []
    task.reported.connect(heard.append)
    with heartbeat() as longest:
        qtbot.wait(1000)
    assert 3 < len(heard) < 20
    click(qtbot, dock.status.cancel)
    assert wait_for_title(qtbot, dock) == "The run was cancelled."
    assert longest[0] < 1000


def test_without_a_worker_the_panel_says_so_and_leads_to_its_setup(qtbot, dock):
    assert dock.page.runtime_missing.shown_text() == (
        "The runtime is not set up yet. Set it up in Raster > CALandDet > Runtime."
    )
    assert not dock.run_button.isEnabled()
    with qtbot.waitSignal(dock.runtime_wanted):
        click(qtbot, dock.page.runtime_button)


def test_a_runtime_that_goes_away_is_told_at_the_next_click(qtbot, with_worker, tmp_path):
    dock = with_worker("")
    (tmp_path / "python").unlink()
    click(qtbot, dock.run_button)
    assert "is not there or cannot be run" in dock.status.text.shown_text()
    assert dock.page.runtime_button.isVisible()
    assert not dock.run_button.isEnabled()


def test_setting_a_worker_makes_the_panel_ready(dock, worker_python):
    WORKER_PYTHON.set(str(worker_python))
    dock.refresh()
    assert dock.run_button.isEnabled()
    assert not dock.page.runtime_missing.isVisible()
    assert not dock.page.runtime_button.isVisible()


def test_a_missing_choice_is_named_before_anything_starts(qtbot, ready, project):
    ready.form.checkpoint.setFilePath("")
    click(qtbot, ready.run_button)
    assert ready.status.text.shown_text().startswith("No checkpoint is chosen.")
    project.clear()
    click(qtbot, ready.run_button)
    assert ready.status.text.shown_text().startswith("There is no raster layer to search.")
    assert QgsApplication.taskManager().countActiveTasks() == 0


def test_results_are_never_overwritten(qtbot, ready, tmp_path):
    (tmp_path / "mine").mkdir()
    inventory = tmp_path / "mine" / "landslides.gpkg"
    inventory.write_text("edited for weeks")
    ready.form.output.setFilePath(str(inventory.parent))
    click(qtbot, ready.run_button)
    assert "already holds results" in ready.status.text.shown_text()
    assert inventory.read_text() == "edited for weeks"


def test_what_was_used_is_remembered(qtbot, ready, tmp_path, checkpoint):
    ready.form.output.setFilePath(str(tmp_path / "deep" / "out"))
    click(qtbot, ready.run_button)
    again = DetectDock()
    qtbot.addWidget(again)
    assert again.form.checkpoint.filePath() == str(checkpoint) == CHECKPOINT.get()
    assert again.form.threshold.value() == THRESHOLD.get() == 0.5
    assert again.form.output.filePath() == ""
    assert OUTPUT_PARENT.get() == str(tmp_path / "deep")


def test_the_layer_may_go_while_the_worker_runs(qtbot, ready, project, image):
    click(qtbot, ready.run_button)
    qtbot.waitUntil(lambda: bool(ready.status.device.shown_text()), timeout=RUN_MS)
    project.removeMapLayer(image.id())
    assert "found" in wait_for_title(qtbot, ready)
    assert len(group_layers(project)[1]) == 3


def test_a_closed_project_gets_no_layers_but_the_results_are_told(qtbot, ready, project, tmp_path):
    click(qtbot, ready.run_button)
    qtbot.waitUntil(lambda: bool(ready.status.device.shown_text()), timeout=RUN_MS)
    project.clear()
    assert "found" in wait_for_title(qtbot, ready)
    assert ready.status.text.shown_text().startswith("The project was closed meanwhile")
    assert not QgsProject.instance().mapLayers()
    (folder,) = tmp_path.glob("image_landslides_*")
    assert folder.name in ready.status.link.text()


def test_stopping_ends_the_worker_and_is_heard_no_more(qtbot, with_worker, monkeypatch):
    monkeypatch.setattr(worker, "GRACE_S", 0.5)
    dock = with_worker("time.sleep(60)")
    click(qtbot, dock.run_button)
    qtbot.wait(200)
    began = time.monotonic()
    dock.stop()
    assert time.monotonic() - began < 3
    qtbot.wait(100)
    assert dock.status.title.shown_text() == ""
    assert QgsApplication.taskManager().countActiveTasks() == 0


def test_long_names_never_widen_the_panel(qtbot, dock, project, tmp_path):
    dock.resize(280, 600)
    dock.form.more.setCollapsed(False)
    name = "ortho_" + "very_long_name_" * 12
    layer = QgsRasterLayer(str(make_raster(tmp_path / f"{name[:180]}.tif")), name)
    project.addMapLayer(layer)
    dock.form.layer.setLayer(layer)
    dock.form.checkpoint.setFilePath(f"/data/{name}.safetensors")
    dock.form.output.setFilePath(f"/data/{name}")
    dock.status.show_failure(Failure("raster", f"There is no raster file /data/{name}.tif"))
    dock.status.device.show_text("GPU: " + name)
    qtbot.wait(50)
    area = dock.tabs.widget(0)
    assert area.widget().width() == area.viewport().width() <= dock.width() == 280
    assert dock.form.layer.toolTip() == name
    assert dock.form.output.toolTip() == f"/data/{name}"


def test_every_widget_is_reached_by_the_keyboard(qtbot, ready):
    seen = set()
    ready.form.more.setCollapsed(False)
    ready.activateWindow()
    ready.form.layer.setFocus()
    qtbot.waitUntil(lambda: QgsApplication.focusWidget() is not None)
    for _ in range(40):
        seen.add(QgsApplication.focusWidget())
        qtbot.keyClick(QgsApplication.focusWidget(), Qt.Key.Key_Tab)
    form = ready.form
    wanted = [form.layer, form.checkpoint.combo, form.threshold, form.output.lineEdit(), form.dem]
    assert {*wanted, ready.run_button} <= seen


LONG_CHINESE = "九寨沟 'ortho' " + "x" * 150


def test_a_path_of_200_characters_with_quotes_and_chinese_works(qtbot, ready, project, tmp_path):
    path = make_raster(tmp_path / LONG_CHINESE / "正射 影像.tif")
    assert len(str(path)) > 200
    layer = QgsRasterLayer(str(path), "正射 影像")
    project.addMapLayer(layer)
    ready.form.layer.setLayer(layer)
    click(qtbot, ready.run_button)
    assert "found" in wait_for_title(qtbot, ready), ready.status.text.shown_text()
    assert group_layers(project)[0].startswith("正射 影像 · 20")
    (folder,) = path.parent.glob("正射 影像_landslides_*")
    assert (folder / "landslides.gpkg").exists()


def test_a_folder_that_another_window_is_filling_is_refused_by_the_worker(
    qtbot, ready, project, tmp_path
):
    large = QgsRasterLayer(str(make_raster(tmp_path / "large.tif", 3000, 3000)), "large")
    project.addMapLayer(large)
    other = DetectDock()
    qtbot.addWidget(other)
    other.show()
    for dock in (ready, other):
        dock.form.checkpoint.setFilePath(ready.form.checkpoint.filePath())
        dock.form.layer.setLayer(large)
        dock.form.output.setFilePath(str(tmp_path / "out"))
    click(qtbot, ready.run_button)
    qtbot.waitUntil(lambda: "tiles" in ready.status.text.shown_text(), timeout=RUN_MS)
    click(qtbot, other.run_button)
    assert wait_for_title(qtbot, other) == "The results cannot be written."
    assert "is in use by another run" in other.status.text.shown_text()
    assert ready.status.cancel.isVisible()
    other.stop()
