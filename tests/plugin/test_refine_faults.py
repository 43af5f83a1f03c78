"""Another threshold while layers go, files are taken and workers die."""

import os
import shutil
import subprocess

import numpy as np
import pytest
from qgis.core import (
    QgsProject,
)

from calanddet_qgis.refine.refiner import State
from calanddet_qgis.settings import WORKER_PYTHON
from tests.plugin.factories import ROOT, stand_in_python
from tests.plugin.refine_tab import (
    WAIT_MS,
    apply,
    drawn,
    fail,
    layer,
    move,
    pixels,
    record,
    roles,
    values,
)


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
