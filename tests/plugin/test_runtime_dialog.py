"""The runtime dialog, by its own widgets, with small packages from an index on this computer."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from qgis.core import QgsApplication
from qgis.PyQt.QtCore import Qt, QTimer

from calanddet_qgis import paths
from calanddet_qgis.gui.dock import DetectDock
from calanddet_qgis.gui.options import OptionsPage
from calanddet_qgis.gui.runtime_dialog import RuntimeDialog
from calanddet_qgis.runtime import current_runtime, locked, platform_name
from calanddet_qgis.runtime.interpreters import suitable
from calanddet_qgis.settings import RUNTIME_FOLDER, WORKER_PYTHON
from tests.plugin.test_panel import click, heartbeat
from tests.plugin.test_runtime_setup import HOLD, ROOT
from tests.plugin.wheels import Index, small_lock

JOB_MS = 120_000


@pytest.fixture(autouse=True)
def python():
    """An interpreter that makes environments, without which nothing here can be made."""
    if platform_name() != "linux-x86_64":
        pytest.skip("the small packages are locked for Linux on x86-64")
    if not any(each.makes_environments for each in suitable([(3, n) for n in range(11, 15)])):
        pytest.skip("there is no Python 3.11 or newer with venv and pip (python3-venv)")


@pytest.fixture
def index(tmp_path, monkeypatch, clean_settings):
    """The small packages in the shipped ones' place, and an index that has them."""
    for name in list(os.environ):
        if name.startswith(("PIP_", "UV_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    small_lock(tmp_path / "lock", tmp_path / "wheels")
    monkeypatch.setattr(paths, "runtime_resources", lambda: tmp_path / "lock")
    RUNTIME_FOLDER.set(str(tmp_path / "my data" / "运行环境"))
    with Index(tmp_path / "wheels") as index:
        monkeypatch.setenv("PIP_INDEX_URL", index.url)
        yield index


@pytest.fixture
def dialog(qtbot, index):
    """The dialog, having looked at the computer."""
    dialog = RuntimeDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(dialog.form.isEnabled, timeout=JOB_MS)
    yield dialog
    dialog.stop()


def finish(qtbot, dialog):
    """Wait for a job's end and for the look that follows it; the outcome's title."""
    running = dialog.outcome_title.shown_text()
    assert running.endswith("…")
    qtbot.waitUntil(
        lambda: not dialog.outcome_title.shown_text().endswith("…") and dialog.form.isEnabled(),
        timeout=JOB_MS,
    )
    qtbot.wait(50)
    return dialog.outcome_title.shown_text()


def wait_for_state(qtbot, dialog, words):
    """Wait until the dialog says something of what is there."""

    def said():
        return f"{dialog.state.title.shown_text()} {dialog.state.text.shown_text()}"

    qtbot.waitUntil(lambda: words in said(), timeout=JOB_MS)


def set_up(qtbot, dialog):
    click(qtbot, dialog.main_button)
    return finish(qtbot, dialog)


def test_before_the_click_it_says_what_where_from_where_to_and_how_much(dialog, index):
    assert dialog.state.title.shown_text() == "There is no runtime yet."
    assert dialog.form.build.currentText() == "Processor (CPU) – suits this computer"
    assert dialog.form.reason.shown_text().endswith("the processor computes.")
    assert dialog.form.download.shown_text() == (
        "4.0 kB: PyTorch 2.13.0 and 1 other packages, from pypi.org."
    )
    assert dialog.form.disk.shown_text().startswith("8.0 kB in the end; ")
    assert dialog.form.folder.filePath().endswith("my data/运行环境")
    assert not index.asked
    assert not dialog.verify_button.isEnabled()
    assert not dialog.remove_button.isEnabled()


def test_the_shipped_lock_is_told_with_its_real_size(qtbot, clean_settings):
    dialog = RuntimeDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(dialog.form.isEnabled, timeout=JOB_MS)
    dialog.form.build.setCurrentIndex(dialog.form.build.findData("cpu"))
    lock = locked("linux-x86_64", "cpu")
    assert f"{lock.download / 1e6:.1f} MB: PyTorch {lock.requirement[7:13]} and" in (
        dialog.form.download.shown_text()
    )
    assert "pypi.org and download.pytorch.org" in dialog.form.download.shown_text()
    dialog.form.build.setCurrentIndex(dialog.form.build.findData("cu126"))
    assert dialog.form.download.shown_text().startswith("More than ")
    another = "suits this computer" not in dialog.form.build.currentText()
    assert dialog.form.reason.shown_text().startswith("Another build suits") == another
    dialog.stop()


@pytest.mark.timing
def test_one_click_makes_the_panel_ready_and_the_window_never_freezes(qtbot, dialog, project):
    dock = DetectDock()
    qtbot.addWidget(dock)
    dialog.changed.connect(dock.refresh)
    assert not dock.run_button.isEnabled()
    with heartbeat() as longest:
        assert set_up(qtbot, dialog) == "The runtime was set up and tested."
    assert longest[0] < 1000
    assert dialog.state.title.shown_text() == "The runtime is ready."
    assert "PyTorch 2.13.0+cpu" in dialog.state.text.shown_text()
    assert dialog.group.isCollapsed()
    assert not dialog.main_button.isEnabled()
    assert dock.run_button.isEnabled()
    assert not dock.page.runtime_button.isVisible()
    page = OptionsPage(None)
    qtbot.addWidget(page)
    runtime = current_runtime()
    assert page.in_use.text().startswith("PyTorch 2.13.0+cpu")
    assert page.in_use.text().endswith(str(runtime.python))

    # Verified, damaged, repaired.
    click(qtbot, dialog.verify_button)
    assert finish(qtbot, dialog) == "The runtime is as it was installed, and works."
    (module,) = runtime.path.glob("lib/python3*/site-packages/torch/__init__.py")
    module.write_text("broken")
    click(qtbot, dialog.verify_button)
    assert finish(qtbot, dialog) == "The runtime is damaged."
    assert "Files are missing or changed in torch." in dialog.outcome.shown_text()
    click(qtbot, dialog.repair_button)
    assert finish(qtbot, dialog) == "The runtime was set up and tested."
    assert module.read_text() != "broken"

    # Deleted by somebody while QGIS runs: told, and offered again.
    shutil.rmtree(runtime.path)
    dock.refresh()
    assert not dock.run_button.isEnabled()
    assert dock.page.runtime_missing.shown_text().startswith("The runtime is not set up yet.")
    dialog.look()
    wait_for_state(qtbot, dialog, "There is no runtime yet.")
    assert dialog.main_button.isEnabled()


def answer_question(name, found):
    """Press the button that begins with a name, as soon as a question is asked."""

    def press():
        box = QgsApplication.activeModalWidget()
        if box is None:
            QTimer.singleShot(50, press)
            return
        buttons = {button.text().replace("&", ""): button for button in box.buttons()}
        found.extend([box.text(), *buttons])
        next(button for text, button in buttons.items() if text.startswith(name)).click()

    QTimer.singleShot(50, press)


def make_leftover(size=5000):
    """A half-made runtime."""
    path = Path(RUNTIME_FOLDER.get()) / "env-0123456789" / "lib"
    path.mkdir(parents=True)
    (path / "half").write_bytes(b"x" * size)
    return path.parent


def test_removing_asks_with_the_size_and_can_be_declined(qtbot, index):
    leftover = make_leftover()
    dialog = RuntimeDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(dialog.form.isEnabled, timeout=JOB_MS)
    assert "5.0 kB of it are there" in dialog.state.text.shown_text()
    found = []
    answer_question("Cancel", found)
    click(qtbot, dialog.remove_button)
    assert found[0].endswith(f"{RUNTIME_FOLDER.get()}?")
    assert "Everything (5.0 kB)" in found
    assert leftover.exists()
    answer_question("Everything", found)
    click(qtbot, dialog.remove_button)
    assert finish(qtbot, dialog) == "Removed."
    assert not leftover.exists()
    assert not dialog.remove_button.isEnabled()
    dialog.stop()


@pytest.mark.timing
def test_a_cancel_ends_it_within_a_second_and_says_what_is_left(qtbot, dialog, index):
    index.fault = "stalls"
    click(qtbot, dialog.main_button)
    assert dialog.main_button.text() == "&Cancel"
    qtbot.waitUntil(lambda: any("whl" in path for path in index.asked), timeout=JOB_MS)
    began = time.monotonic()
    click(qtbot, dialog.main_button)
    qtbot.waitUntil(lambda: dialog.outcome_title.shown_text() == "Cancelled.", timeout=5000)
    assert time.monotonic() - began < 1.5
    wait_for_state(qtbot, dialog, "A setup did not come to its end; ")
    index.fault = ""
    assert set_up(qtbot, dialog) == "The runtime was set up and tested."


def test_a_failure_is_one_sentence_with_the_log_to_copy(qtbot, dialog, index):
    index.fault = "breaks"
    assert set_up(qtbot, dialog) == "The runtime is not set up."
    sentence = dialog.outcome.shown_text()
    assert sentence.startswith(("The download from 127.0.0.1", "alpha==1.0 is not the file"))
    assert "Traceback" not in sentence and "\n" not in sentence
    assert not dialog.log.text.isVisible()
    click(qtbot, dialog.log.toggle)
    assert dialog.log.text.isVisible()
    click(qtbot, dialog.log.copy)
    assert "alpha" in QgsApplication.clipboard().text()
    assert not dialog.group.isCollapsed()


def test_another_folder_is_looked_at_and_kept(qtbot, dialog, tmp_path):
    half = tmp_path / "other disk" / "env-0123456789"
    half.mkdir(parents=True)
    (half / "half").write_bytes(b"x" * 7000)
    for part in ("other", "other disk"):
        dialog.form.folder.setFilePath(str(tmp_path / part))
    wait_for_state(qtbot, dialog, "7.0 kB of it are there")
    assert RUNTIME_FOLDER.get() == str(tmp_path / "other disk")


def test_a_folder_without_packages_is_refused_before_anything_starts(qtbot, dialog, tmp_path):
    click(qtbot, dialog.form.offline)
    dialog.form.wheels.setFilePath(str(tmp_path))
    click(qtbot, dialog.main_button)
    assert dialog.outcome.shown_text().startswith(f"The folder {tmp_path} holds no packages")
    assert dialog.main_button.text() == "&Set up"


def test_another_window_that_sets_up_is_waited_for(qtbot, dialog):
    script = HOLD.format(root=str(ROOT), folder=RUNTIME_FOLDER.get())
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"held\n"
        dialog.look()
        expected = f"Another window of QGIS (process {other.pid}) is changing the runtime."
        wait_for_state(qtbot, dialog, expected)
        assert not dialog.main_button.isEnabled()
        other.kill()
    qtbot.waitUntil(lambda: dialog.main_button.isEnabled(), timeout=JOB_MS)
    assert dialog.state.title.shown_text() == "There is no runtime yet."


def test_a_python_of_ones_own_is_tested_before_it_is_used(qtbot, clean_settings, worker_python):
    dialog = RuntimeDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(dialog.form.isEnabled, timeout=JOB_MS)
    dialog.use_python(sys.executable)
    assert finish(qtbot, dialog) == "The worker cannot be started."
    assert "No module named" in dialog.outcome.shown_text()
    assert WORKER_PYTHON.get() == ""
    dialog.use_python(str(worker_python))
    assert finish(qtbot, dialog) == "This Python works and is used from now on."
    assert WORKER_PYTHON.get() == str(worker_python)
    assert dialog.state.title.shown_text() == "A Python of your own is used."
    assert not dialog.verify_button.isEnabled()
    click(qtbot, dialog.own_button)
    assert WORKER_PYTHON.get() == ""
    dialog.stop()


def test_a_python_of_ones_own_that_is_gone_is_told(qtbot, dialog):
    WORKER_PYTHON.set("/nowhere/python")
    dialog.look()
    wait_for_state(qtbot, dialog, "The Python of your own is not there any more.")
    assert dialog.state.path.text() == "/nowhere/python"
    assert not dialog.group.isCollapsed()
    assert set_up(qtbot, dialog) == "The runtime was set up and tested."
    assert WORKER_PYTHON.get() == ""


def test_nothing_starts_while_what_it_would_download_is_folded_away(qtbot, dialog, index):
    dialog.group.setCollapsed(True)
    assert dialog.main_button.text() == "&Set up…"
    click(qtbot, dialog.main_button)
    assert not dialog.group.isCollapsed()
    assert not index.asked
    assert dialog.main_button.text() == "&Set up"


@pytest.mark.timing
def test_stopping_ends_a_setup_for_good(qtbot, dialog, index):
    index.fault = "stalls"
    click(qtbot, dialog.main_button)
    qtbot.waitUntil(lambda: any("whl" in path for path in index.asked), timeout=JOB_MS)
    began = time.monotonic()
    dialog.stop()
    assert time.monotonic() - began < 3
    qtbot.wait(100)
    assert QgsApplication.taskManager().countActiveTasks() == 0
    assert current_runtime() is None


def test_long_paths_never_widen_the_dialog(qtbot, dialog):
    width = dialog.width()
    long = "/data/" + "very_long_name/" * 30
    dialog.form.folder.setFilePath(long)
    qtbot.waitUntil(dialog.form.isEnabled, timeout=JOB_MS)
    dialog.state.path.show_text(long)
    dialog.outcome.show_text(f"{long} cannot be written.")
    dialog.progress.line.show_text(long)
    qtbot.wait(50)
    assert dialog.width() == width
    assert dialog.state.path.toolTip() == long


def test_every_button_is_reached_by_the_keyboard(qtbot, dialog):
    dialog.activateWindow()
    dialog.form.build.setFocus()
    qtbot.waitUntil(lambda: QgsApplication.focusWidget() is not None)
    seen = set()
    for _ in range(30):
        seen.add(QgsApplication.focusWidget())
        qtbot.keyClick(QgsApplication.focusWidget(), Qt.Key.Key_Tab)
    assert {dialog.main_button, dialog.python_button, dialog.form.offline} <= seen
