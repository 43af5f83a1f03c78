"""What only some runs need: flips, an ensemble, bands of other rasters; in panel and Processing."""

import json
import subprocess
from pathlib import Path

import pytest
from qgis.core import QgsRasterLayer

from tests.plugin.factories import ROOT, make_raster
from tests.plugin.panels import click, group_layers, wait_for_title
from tests.plugin.processing_tools import Ear, provider, refusal, run  # noqa: F401 (fixtures)


@pytest.fixture(scope="module")
def other_checkpoint(worker_python, tmp_path_factory):
    """A network like that of `checkpoint`, and wider."""
    path = tmp_path_factory.mktemp("other") / "wider.safetensors"
    script = (
        "import sys; from pathlib import Path; from tests.backend.golden import *\n"
        "write_seeded_checkpoint(Path(sys.argv[1]), embed_dim=48)"
    )
    subprocess.run([worker_python, "-c", script, path], cwd=ROOT, check=True, timeout=120)
    return str(path)


@pytest.fixture
def infrared(tmp_path, project):
    """Another raster of the same place, in the project."""
    layer = QgsRasterLayer(str(make_raster(tmp_path / "other image.tif", bands=2)), "infrared")
    project.addMapLayer(layer)
    return layer


def written(folder):
    return json.loads(Path(folder, "run.json").read_text())["parameters"]


@pytest.mark.slow
def test_all_of_them_in_one_run_of_the_panel(
    qtbot, ready, project, tmp_path, infrared, other_checkpoint
):
    form, out = ready.form, tmp_path / "out"
    form.output.setFilePath(str(out))
    green = form.bands.roles["green"]
    click(qtbot, green.elsewhere)
    green.raster.setLayer(infrared)
    green.band.setBand(2)
    form.flips.setChecked(True)
    form.ensemble.add(other_checkpoint)
    click(qtbot, ready.run_button)
    assert "found" in wait_for_title(qtbot, ready), ready.status.text.shown_text()
    used = written(out)
    assert used["flips"] is True
    assert used["inputs"] == [f"green={infrared.source()}:2"]
    assert used["bands"] == [1, 3]
    assert used["more_checkpoints"] == [other_checkpoint]
    _, layers = group_layers(project)
    assert [layer.name() for layer in layers] == [
        "Landslides", "Mask", "Probability", "Disagreement", "Uncertainty",
    ]  # fmt: skip
    shader = layers[-1].renderer().shader().rasterShaderFunction()
    assert shader.shade(0)[-1] == 0 < shader.shade(0.3)[-1]
    # None of them is offered to be searched.
    assert form.layer.count() == 2


def test_a_band_comes_back_to_the_image(qtbot, dock, infrared):
    red = dock.form.bands.roles["red"]
    assert red.raster is None
    click(qtbot, red.elsewhere)
    assert red.raster.isVisibleTo(red)
    red.raster.setLayer(infrared)
    assert dock.form.choice().inputs == {"red": (infrared, 1)}
    assert dock.form.choice().bands == {"green": 2, "blue": 3}
    click(qtbot, red.elsewhere)
    assert dock.form.choice().inputs == {}
    assert dock.form.choice().bands == {"red": 1, "green": 2, "blue": 3}


def test_checkpoints_are_added_from_a_menu_and_left_out_again(qtbot, ready, other_checkpoint):
    form = ready.form
    form.checkpoint.setFilePath(other_checkpoint)
    form.checkpoint.remember()
    field = form.ensemble
    field.menu.aboutToShow.emit()
    action = next(each for each in field.menu.actions() if each.text() == "wider.safetensors")
    action.trigger()
    assert field.paths() == (other_checkpoint,)
    assert form.threshold.specialValueText().startswith("The checkpoints' mean (")
    field.menu.aboutToShow.emit()
    assert "wider.safetensors" not in [each.text() for each in field.menu.actions()]
    click(qtbot, ready.run_button)
    assert form.marked() == ["ensemble"]
    assert ready.status.title.shown_text() == "The checkpoints cannot run together."
    field.remove(other_checkpoint)
    assert field.paths() == ()
    assert form.threshold.specialValueText().startswith("The checkpoint's own (")


def test_flips_are_remembered(qtbot, ready):
    ready.form.flips.setChecked(True)
    click(qtbot, ready.run_button)
    ready.queue.cancel(ready.queue.runs[0])
    assert type(ready)().form.flips.isChecked()


def test_what_is_in_use_of_a_gpus_memory_is_told(qtbot, with_worker):
    dock = with_worker(
        "end_with_stdin()\n"
        "say('start', job='detect', device='GPU: RTX 4070, 12 GiB, CUDA 13.0', details={})\n"
        "memory = [3_200_000_000, 12_800_000_000]\n"
        "say('progress', stage='tiles', done=1, total=9, unit='tiles', gpu_memory=memory)\n"
        "time.sleep(60)"
    )
    click(qtbot, dock.run_button)
    told = dock.status.device.shown_text
    qtbot.waitUntil(lambda: "in use" in told(), timeout=30_000)
    assert told().startswith("GPU: RTX 4070, 12 GiB, CUDA 13.0 · 3.2 GB of its 12.8 GB in use · ")


@pytest.mark.slow
def test_all_of_them_in_processing(
    provider, ready, checkpoint, other_checkpoint, infrared, image, tmp_path  # noqa: F811
):  # fmt: skip
    choice = {
        "INPUT": image, "CHECKPOINT": str(checkpoint), "OUTPUT": str(tmp_path / "out"),
        "THRESHOLD": 0.5, "FLIPS": True, "MORE_CHECKPOINTS": [other_checkpoint],
        "INPUTS": f"green={infrared.source()}:2\n\nblue={infrared.source()}",
    }  # fmt: skip
    given = run("detectlandslides", choice, feedback=Ear())
    for name in ("DISAGREEMENT", "UNCERTAINTY"):
        assert QgsRasterLayer(given[name], "x").renderer().type() == "singlebandpseudocolor"
    used = written(given["OUTPUT"])
    assert used["flips"] is True
    assert used["more_checkpoints"] == [other_checkpoint]
    assert used["inputs"] == choice["INPUTS"].split("\n\n")
    twice = {**choice, "MORE_CHECKPOINTS": [str(checkpoint)]}
    assert refusal("detectlandslides", twice).endswith("is chosen twice. Take one of the two out.")
