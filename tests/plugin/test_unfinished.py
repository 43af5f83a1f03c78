"""Runs that QGIS did not see the end of: the next session lists them and goes on."""

import subprocess
import sys

import pytest
from qgis.PyQt.QtCore import QLockFile

from calanddet_qgis.gui.dock import DetectDock
from calanddet_qgis.runs import State
from calanddet_qgis.unfinished import slips
from tests.plugin.panels import RESUMABLE, SLOW, click, start, wait_for, wait_for_title


@pytest.fixture
def session(qtbot, image):
    """A function that opens the panel as QGIS's next session does; closed at the end."""
    docks = []

    def begin():
        dock = DetectDock()
        docks.append(dock)
        qtbot.addWidget(dock)
        dock.show()
        return dock

    yield begin
    for dock in docks:
        dock.stop()


@pytest.fixture
def running(qtbot, with_worker):
    """The panel with a run that has kept something by now, and the run."""
    dock = with_worker(RESUMABLE)
    (run,) = start(qtbot, dock, 1)
    qtbot.waitUntil(lambda: bool(run.device), timeout=30_000)
    return dock, run


def lock_in_a_process_that_is_gone(path):
    """As a power cut leaves it: nobody unlocks."""
    lock = QLockFile(f"{path}.lock")
    lock.unlock()
    code = (
        "import os, sys\nfrom qgis.PyQt.QtCore import QLockFile\n"
        "lock = QLockFile(sys.argv[1])\nassert lock.tryLock(0)\nos._exit(0)"
    )
    subprocess.run([sys.executable, "-c", code, f"{path}.lock"], check=True, timeout=60)


def test_a_run_that_was_cut_off_goes_on_in_the_next_session(qtbot, running, session):
    first, run = running
    first.stop()
    second = session()
    (cut,) = second.queue.runs
    assert second.status.title.shown_text() == "QGIS ended before the run did."
    expected = "What was done over image is kept, and can be gone on with."
    assert second.status.text.shown_text() == expected
    assert second.page.list.isVisible()
    assert second.page.list.states() == [("image", "Cut off")]
    assert second.status.repeat.text() == "Resu&me"
    click(qtbot, second.status.repeat)
    (again,) = second.queue.runs
    assert cut not in second.queue.runs and again.folder == run.folder
    wait_for(qtbot, again, State.FAILED)
    assert second.status.text.shown_text() == "It went on. As it was asked to."
    assert again.plan.request.threshold == run.plan.request.threshold


def test_a_run_that_a_killed_qgis_left_is_listed(running, session):
    first, _ = running
    first.stop()
    (slip,) = slips()
    lock_in_a_process_that_is_gone(slip.path)
    assert [run.state for run in session().queue.runs] == [State.CUT_OFF]


def test_a_run_of_another_window_is_left_to_it(running, session):
    assert not session().queue.runs
    running[0].stop()
    assert session().queue.runs


def test_what_is_taken_off_the_list_does_not_come_back(qtbot, running, session):
    running[0].stop()
    second = session()
    click(qtbot, second.page.list.button(second.queue.runs[0]))
    assert not second.queue.runs and not second.page.list.isVisible()
    assert not second.status.title.shown_text()
    second.stop()
    assert not session().queue.runs


def test_a_cancelled_run_can_be_gone_on_with_in_the_next_session(qtbot, running, session):
    first, _ = running
    click(qtbot, first.status.cancel)
    wait_for_title(qtbot, first)
    first.stop()
    assert [run.state for run in session().queue.runs] == [State.CUT_OFF]


def test_nothing_is_listed_where_nothing_was_kept(qtbot, with_worker, session):
    dock = with_worker(SLOW)
    (run,) = start(qtbot, dock, 1)
    qtbot.waitUntil(lambda: bool(run.device), timeout=30_000)
    dock.stop()
    assert not session().queue.runs
    assert not slips()


@pytest.mark.parametrize("text", ["", "[]", '{"name": "a"}', '{"name": "a", "request": {"b": 1}}'])
def test_a_damaged_note_is_forgotten(running, session, text):
    running[0].stop()
    (slip,) = slips()
    slip.path.write_text(text)
    assert not session().queue.runs
    assert not slips()
