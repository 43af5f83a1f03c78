"""Learning from a review: the dialog of the review tab, and the Processing algorithm."""

import json
from pathlib import Path

import pytest
from qgis.core import QgsApplication, QgsProcessing, QgsRasterLayer
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QPushButton

from calanddet_qgis.card import read_card
from calanddet_qgis.gui.checkpoint_field import recent_checkpoints
from calanddet_qgis.gui.dock import DetectDock
from calanddet_qgis.gui.learn_dialog import LearnDialog
from calanddet_qgis.gui.review_panel import ReviewPanel
from calanddet_qgis.settings import CHECKPOINT, WORKER_PYTHON
from tests.plugin.factories import stand_in_python
from tests.plugin.processing_tools import (  # noqa: F401 (fixtures)
    Ear,
    make_scene,
    polygons,
    provider,
    ready,
    refusal,
    run,
)

pytestmark = pytest.mark.slow
# A loaded machine takes this long to start torch, learn for a minute and evaluate twice [ms].
RUN_MS = 600_000
STATUS = "field=name:string&field=status:string"
TEMPORARY = QgsProcessing.TEMPORARY_OUTPUT
OLD = {"f1": 0.6, "precision": 0.5, "recall": 0.75, "iou": 0.43, "landslide_recall": None}
NEW = {"f1": 0.72, "precision": 0.8, "recall": 0.66, "iou": 0.56, "landslide_recall": 0.5}


def reviewed(*status):
    """A layer of four squares with what was decided on each."""
    layer = polygons(fields=STATUS)
    index = layer.fields().indexOf("status")
    changes = {
        feature.id(): {index: text} for feature, text in zip(layer.getFeatures(), status) if text
    }
    layer.dataProvider().changeAttributeValues(changes)
    return layer


@pytest.fixture
def layer(project, tmp_path):
    """A review of a scene, both in the project."""
    scene = QgsRasterLayer(str(make_scene(tmp_path / "scene.tif")), "scene")
    layer = reviewed("accepted", "edited", "added", "accepted")
    project.addMapLayer(scene)
    # Not in the legend, and so not drawn while its editing begins.
    project.addMapLayer(layer, False)
    yield layer
    layer.rollBack()


@pytest.fixture
def panel(qtbot, qgis_iface, layer, worker_python, checkpoint):
    """The review tab with the real worker and a small checkpoint."""
    WORKER_PYTHON.set(str(worker_python))
    CHECKPOINT.set(str(checkpoint))
    panel = ReviewPanel(qgis_iface)
    qtbot.addWidget(panel)
    panel.show()
    panel.form.layer.setLayer(layer)
    yield panel
    panel.stop()


@pytest.fixture
def dialog(qtbot, panel, tmp_path):
    """The dialog, opened by its button."""
    qtbot.mouseClick(panel.findChild(QPushButton, "learnDialog"), Qt.MouseButton.LeftButton)
    dialog = panel._dialogs[-1]
    assert isinstance(dialog, LearnDialog)
    dialog.out.setFilePath(str(tmp_path / "new.safetensors"))
    return dialog


def click(qtbot, button):
    assert button.isEnabled()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def wait_for_title(qtbot, dialog):
    qtbot.waitUntil(lambda: bool(dialog.title.shown_text()), timeout=RUN_MS)
    return f"{dialog.title.shown_text()} {dialog.text.shown_text()}"


def cells(dialog):
    table = dialog.table
    return [
        [table.item(row, column).text() for column in range(table.columnCount())]
        for row in range(table.rowCount())
    ]


def stand_in_worker(tmp_path, is_better, waits=False):
    """A worker that says it has learned, after a while if it is to wait."""
    out = str(tmp_path / "new.safetensors")
    counts = {"old": OLD, "new": NEW, "is_better": is_better}
    paths = {"checkpoint": out, "report": str(tmp_path / "index.html")}
    going = "say('progress', stage='training', done=1, total=9, unit='steps', rate=1, eta_s=300)\n"
    wait = (
        f"while not os.path.exists({str(tmp_path / 'go')!r}): time.sleep(0.05)\n" if waits else ""
    )
    end = f"say('result', paths={paths!r}, counts=json.loads({json.dumps(counts)!r}))\nos._exit(0)"
    body = f"end_with_stdin()\nsay('start', job='learn', device='CPU', details={{}})\n{going}"
    WORKER_PYTHON.set(str(stand_in_python(tmp_path, f"{body}{wait}{end}")))


def test_the_real_worker_learns_and_the_new_checkpoint_is_taken_over(
    qtbot, panel, dialog, layer, tmp_path, checkpoint
):
    dock = DetectDock()
    qtbot.addWidget(dock)
    panel.checkpoint_wanted.connect(dock.use_checkpoint)
    assert dialog.tally.shown_text().startswith("Learns from 2 accepted, 1 edited, 1 added and 0")
    assert dialog.image.currentLayer().name() == "scene"
    assert dialog.checkpoint.filePath() == str(checkpoint)
    dialog.minutes.setValue(1)
    click(qtbot, dialog.run_button)
    told = wait_for_title(qtbot, dialog)
    assert told.startswith(("Done. Use the new one:", "Done. Keep the old one:")), told
    out = tmp_path / "new.safetensors"
    assert read_card(str(out)).tile_size == read_card(str(checkpoint)).tile_size
    assert [row[0] for row in cells(dialog)] == [
        "F1", "Precision", "Recall", "IoU", "Landslides found",
    ]  # fmt: skip
    assert all(0 <= float(text) <= 1 for row in cells(dialog)[:1] for text in row[1:])
    assert "report" in dialog.link.text() or "index.html" in dialog.link.text()
    click(qtbot, dialog.use_button)
    assert dock.form.checkpoint.filePath() == str(out)
    assert recent_checkpoints()[0] == str(out)
    dock.stop()


def test_the_figures_of_both_stand_side_by_side(qtbot, dialog, tmp_path):
    stand_in_worker(tmp_path, is_better=True)
    assert not dialog.table.isVisible()
    click(qtbot, dialog.run_button)
    told = wait_for_title(qtbot, dialog)
    assert told == (
        "Done. Use the new one: on the ground held out its F1 is 0.72, the old one's 0.60."
    )
    assert cells(dialog) == [
        ["F1", "0.60", "0.72"],
        ["Precision", "0.50", "0.80"],
        ["Recall", "0.75", "0.66"],
        ["IoU", "0.43", "0.56"],
        ["Landslides found", "–", "0.50"],
    ]
    assert dialog.table.isVisible() and dialog.use_button.isVisible()


def test_closed_it_goes_on_and_comes_back_with_the_advice(qtbot, panel, dialog, tmp_path):
    stand_in_worker(tmp_path, is_better=False, waits=True)
    click(qtbot, dialog.run_button)
    qtbot.waitUntil(lambda: "Learning… 5 min left" in dialog.text.shown_text(), timeout=RUN_MS)
    dialog.close()
    assert not dialog.isVisible() and dialog.is_running
    # The button brings the one at work back, not another one.
    assert panel.open_dialog("learn") is dialog and dialog.isVisible()
    dialog.reject()
    (tmp_path / "go").touch()
    told = wait_for_title(qtbot, dialog)
    assert dialog.isVisible()
    assert told.startswith("Done. Keep the old one: on the ground held out the new one's F1")


def test_a_cancel_says_that_nothing_is_lost_and_stopping_ends_all(qtbot, panel, dialog, tmp_path):
    stand_in_worker(tmp_path, is_better=True, waits=True)
    click(qtbot, dialog.run_button)
    qtbot.waitUntil(lambda: "Learning…" in dialog.text.shown_text(), timeout=RUN_MS)
    assert dialog.run_button.text() == "Cancel" and not dialog.minutes.isEnabled()
    click(qtbot, dialog.run_button)
    assert "it goes on" in wait_for_title(qtbot, dialog)
    assert dialog.run_button.text() == "&Learn" and dialog.minutes.isEnabled()
    click(qtbot, dialog.run_button)
    qtbot.waitUntil(lambda: "Learning…" in dialog.text.shown_text(), timeout=RUN_MS)
    panel.stop()
    assert panel._dialogs == []
    qtbot.waitUntil(lambda: QgsApplication.taskManager().countActiveTasks() == 0, timeout=RUN_MS)


def test_unsaved_decisions_count_and_too_few_are_refused(qtbot, dialog, layer):
    index = layer.fields().indexOf("status")
    first, second, *_ = layer.getFeatures()
    layer.startEditing()
    layer.changeAttributeValue(first.id(), index, "rejected")
    layer.changeAttributeValue(second.id(), index, None)
    click(qtbot, dialog.run_button)
    told = wait_for_title(qtbot, dialog)
    assert not dialog.is_running
    assert "1 accepted, 0 edited, 1 added and 1 rejected polygons. At least 4" in told


@pytest.mark.parametrize(
    ("prepare", "sentence"),
    [
        (lambda dialog, folder: dialog.image.setLayer(None), "There is no raster layer"),
        (lambda dialog, folder: dialog.checkpoint.setFilePath(""), "No checkpoint is chosen."),
        (lambda dialog, folder: dialog.searched.setCurrentIndex(2), "is not chosen"),
        (lambda dialog, folder: dialog.out.setFilePath("a.pt"), "a.pt is no name for a check"),
        (lambda dialog, folder: dialog.out.setFilePath(str(folder)), "is no name for"),
        (
            lambda dialog, folder: (folder / "new.safetensors").touch(),
            "new.safetensors already. Choose another name",
        ),
    ],
)
def test_what_cannot_work_is_told_before_anything_starts(
    qtbot, dialog, tmp_path, prepare, sentence
):
    prepare(dialog, tmp_path)
    click(qtbot, dialog.run_button)
    assert sentence in wait_for_title(qtbot, dialog)
    assert not dialog.is_running


@pytest.mark.usefixtures("ready")
def test_the_algorithm_learns_and_says_which_is_better(tmp_path, checkpoint):
    choice = {
        "INPUT": reviewed("accepted", "edited", "added", "accepted"),
        "IMAGE": str(make_scene(tmp_path / "scene.tif")),
        "CHECKPOINT": str(checkpoint),
        "WHOLE": True,
        "MINUTES": 0.02,
        "OUTPUT": str(tmp_path / "new.safetensors"),
    }
    ear = Ear()
    given = run("learn", choice, feedback=ear)
    assert given["OUTPUT"] == choice["OUTPUT"] and Path(given["REPORT"]).exists()
    assert 0 <= given["F1_OLD"] <= 1 and 0 <= given["F1_NEW"] <= 1
    assert given["IS_BETTER"] == (given["F1_NEW"] >= given["F1_OLD"] + 0.01 - 1e-4)
    assert given["ADVICE"].startswith("Use the new" if given["IS_BETTER"] else "Keep the old")
    assert any("on the held-out part: landslide F1" in text for text in ear.infos)
    known = run("checkpointinformation", {"CHECKPOINT": given["OUTPUT"], "OUTPUT": TEMPORARY})
    assert f"{checkpoint.name}, SHA-256" in Path(known["OUTPUT"]).read_text(encoding="utf-8")


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"OUTPUT": "/tmp/mine.pt"}, "mine.pt is no name for a checkpoint."),
        ({"CHECKPOINT": "/nowhere.pt"}, "There is no checkpoint file /nowhere.pt."),
        ({"WHOLE": True, "AREA": polygons}, "An area and all of the image are both named"),
    ],
)
def test_the_algorithm_refuses_what_cannot_work(tmp_path, checkpoint, change, sentence):
    change = {name: value() if callable(value) else value for name, value in change.items()}
    choice = {
        "INPUT": reviewed("accepted", "edited", "added", "accepted"),
        "IMAGE": str(make_scene(tmp_path / "scene.tif")),
        "CHECKPOINT": str(checkpoint),
        "OUTPUT": TEMPORARY,
    }
    assert refusal("learn", {**choice, "OUTPUT": str(tmp_path / "a.safetensors")}) == ""
    assert refusal("learn", {**choice, **change}).startswith(sentence)
