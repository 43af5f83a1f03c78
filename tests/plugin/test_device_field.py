"""The panel's choice of a device."""

import pytest

from calanddet_qgis.gui.device_field import DeviceField
from calanddet_qgis.runtime import current_digests
from calanddet_qgis.runtime.folders import environment_python, mark_ready
from calanddet_qgis.settings import DEVICE, RUNTIME_FOLDER
from tests.plugin.panels import click, wait_for_title

TWO = {
    "cuda:0": "GPU: NVIDIA RTX A6000, 48 GiB, CUDA 13.0",
    "cuda:1": "GPU: NVIDIA T400, 4 GiB, CUDA 13.0",
    "cpu": "CPU: 8 threads",
}
KINDS = ["auto", "cpu", "cuda"]


@pytest.fixture
def runtime(tmp_path, clean_settings):
    """A function that says what the self-test of the runtime in use has found."""
    RUNTIME_FOLDER.set(str(tmp_path))
    path = tmp_path / f"env-{min(current_digests())}"
    environment_python(path).parent.mkdir(parents=True)
    environment_python(path).touch()

    def found(devices):
        mark_ready(path, {"created": "2026-11-21", "devices": devices})

    return found


@pytest.fixture
def field(qtbot):
    def make():
        made = DeviceField()
        qtbot.addWidget(made)
        return made

    return make


def names(field):
    return [field.itemData(index) for index in range(field.count())]


def test_several_gpus_are_offered_by_name(runtime, field):
    runtime(TWO)
    made = field()
    assert names(made) == [*KINDS, "cuda:0", "cuda:1"]
    assert made.itemText(4) == "cuda:1 · GPU: NVIDIA T400, 4 GiB, CUDA 13.0"


def test_one_gpu_has_no_name_of_its_own(runtime, field):
    runtime({"cuda": TWO["cuda:0"], "cpu": TWO["cpu"]})
    assert names(field()) == KINDS


def test_a_runtime_of_an_earlier_version_has_not_looked(runtime, field):
    runtime({})
    assert names(field()) == KINDS


def test_the_last_choice_stays_while_its_gpu_is_there(runtime, field):
    runtime(TWO)
    DEVICE.set("cuda:1")
    made = field()
    assert made.currentData() == "cuda:1"
    made.showPopup()
    made.hidePopup()
    assert made.currentData() == "cuda:1"
    runtime({"cpu": TWO["cpu"]})
    assert field().currentData() == "auto"


def test_a_gpu_that_is_set_up_later_appears_when_the_list_opens(runtime, field):
    runtime({"cpu": TWO["cpu"]})
    made = field()
    made.setCurrentIndex(1)
    runtime(TWO)
    made.showPopup()
    made.hidePopup()
    assert names(made)[-1] == "cuda:1" and made.currentData() == "cpu"


def test_a_run_asks_for_the_chosen_one(qtbot, ready, runtime):
    """And the worker says which one is missing."""
    runtime(TWO)
    device = ready.form.device
    device.showPopup()
    device.hidePopup()
    device.setCurrentIndex(device.findData("cuda:1"))
    click(qtbot, ready.run_button)
    assert wait_for_title(qtbot, ready) == "The device cannot be used."
    assert "cuda:1" in ready.status.text.shown_text()
