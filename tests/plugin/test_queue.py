"""Several runs: one works, the others wait; each ends by itself. Workers that stand in."""

import json
import time

import pytest
from qgis.core import QgsApplication, QgsProject, QgsRasterLayer

from calanddet_qgis import worker
from calanddet_qgis.runs import State
from tests.plugin.factories import make_raster
from tests.plugin.panels import RESUMABLE, SLOW, click, start, wait_for, wait_for_title

PREVIEW = """
out = next(word[6:] for word in sys.argv if word.startswith('--out='))
end_with_stdin()
say('start', job='detect', device='CPU', details={{}})
say('preview', path='/nowhere/preview.tif', done=0, total=9)
say('preview', path={path!r}, done=1, total=9)
say('preview', path={path!r}, done=2, total=9)
time.sleep(60)
"""


def test_runs_wait_for_each_other_and_each_can_be_cancelled(qtbot, with_worker):
    dock = with_worker(SLOW)
    first, second, third = start(qtbot, dock, 3)
    assert [run.state for run in (first, second, third)] == [
        State.RUNNING, State.WAITING, State.WAITING,
    ]  # fmt: skip
    assert len({run.folder for run in (first, second, third)}) == 3
    rows = dock.page.list
    assert rows.isVisible()
    click(qtbot, rows.button(second))
    assert second.state is State.CANCELLED
    assert first.state is State.RUNNING
    click(qtbot, rows.button(first))
    wait_for(qtbot, first, State.CANCELLED)
    assert third.state is State.RUNNING
    qtbot.waitUntil(lambda: rows.states()[2][1].startswith("Running "), timeout=30_000)
    assert [state for _, state in rows.states()[:2]] == ["Cancelled", "Cancelled"]
    click(qtbot, rows.button(first))
    assert dock.queue.runs == [second, third]
    assert QgsApplication.taskManager().countActiveTasks() == 1


def test_a_failure_does_not_hold_up_the_next(qtbot, with_worker):
    dock = with_worker("sys.exit(7)")
    runs = start(qtbot, dock, 2)
    wait_for(qtbot, runs[1], State.FAILED)
    assert runs[0].state is State.FAILED
    assert dock.status.title.shown_text() == "The worker crashed."


def test_when_qgis_cancels_its_tasks_nothing_new_is_started(qtbot, with_worker):
    dock = with_worker(SLOW)
    runs = start(qtbot, dock, 2)
    qtbot.waitUntil(lambda: bool(runs[0].device), timeout=30_000)
    QgsApplication.taskManager().cancelAll()
    wait_for(qtbot, runs[0], State.CANCELLED)
    assert runs[1].state is State.CANCELLED


def test_a_folder_is_not_given_to_two_runs(qtbot, with_worker, tmp_path):
    dock = with_worker(SLOW)
    dock.form.output.setFilePath(str(tmp_path / "out"))
    start(qtbot, dock, 1)
    assert dock.form.output.filePath() == ""
    dock.form.output.setFilePath(str(tmp_path / "out"))
    click(qtbot, dock.run_button)
    assert len(dock.queue.runs) == 1
    assert dock.form.marked() == ["output"]
    assert not dock.form.more.isCollapsed()
    qtbot.waitUntil(lambda: bool(dock.page.warning.shown_text()), timeout=5000)
    text = dock.page.warning.shown_text()
    assert text.startswith(f"The folder {tmp_path / 'out'} is that of another run")


def test_a_cancelled_run_is_gone_on_with_where_something_was_kept(qtbot, with_worker, tmp_path):
    dock = with_worker(RESUMABLE)
    (run,) = start(qtbot, dock, 1)
    qtbot.waitUntil(lambda: bool(run.device), timeout=30_000)
    click(qtbot, dock.status.cancel)
    assert wait_for_title(qtbot, dock) == "The run was cancelled."
    assert dock.status.text.shown_text() == "What was done is kept, and can be gone on with."
    assert dock.status.repeat.text() == "Resu&me"
    click(qtbot, dock.status.repeat)
    (again,) = dock.queue.runs
    wait_for(qtbot, again, State.FAILED)
    assert dock.status.text.shown_text() == "It went on. As it was asked to."
    assert again.folder == run.folder


def test_without_anything_kept_a_run_is_tried_again_from_its_start(qtbot, with_worker):
    dock = with_worker("sys.exit(7)")
    start(qtbot, dock, 1)
    wait_for_title(qtbot, dock)
    assert dock.status.repeat.text() == "T&ry again"
    click(qtbot, dock.status.repeat)
    (again,) = dock.queue.runs
    assert not again.plan.request.resume
    wait_for(qtbot, again, State.FAILED)


def test_what_is_found_so_far_is_shown_and_taken_away(qtbot, with_worker, tmp_path):
    preview = make_raster(tmp_path / "preview.tif", 30, 20, 1)
    dock = with_worker(PREVIEW.format(path=str(preview)))
    start(qtbot, dock, 1)
    names = lambda: [layer.name() for layer in QgsProject.instance().mapLayers().values()]  # noqa: E731
    qtbot.waitUntil(lambda: "image: found so far" in names(), timeout=30_000)
    qtbot.wait(300)
    assert names().count("image: found so far") == 1
    assert dock.form.layer.count() == 1
    # The worker may replace or remove its file at any time, on Windows too.
    preview.unlink()
    click(qtbot, dock.status.cancel)
    wait_for_title(qtbot, dock)
    assert names() == ["image"]


def test_a_preview_that_the_user_removed_comes_back_with_the_next_rows(
    qtbot, with_worker, tmp_path
):
    preview = make_raster(tmp_path / "preview.tif", 30, 20, 1)
    repeated = f"while True: say('preview', path={str(preview)!r}); time.sleep(0.2)"
    dock = with_worker(f"end_with_stdin()\nsay('start', device='CPU')\n{repeated}")
    start(qtbot, dock, 1)
    project = QgsProject.instance()
    find = lambda: project.mapLayersByName("image: found so far")  # noqa: E731
    qtbot.waitUntil(lambda: bool(find()), timeout=30_000)
    project.removeMapLayer(find()[0].id())
    qtbot.waitUntil(lambda: len(find()) == 1, timeout=30_000)


def test_a_project_closed_meanwhile_is_left_alone(qtbot, with_worker, tmp_path):
    preview = make_raster(tmp_path / "preview.tif", 30, 20, 1)
    repeated = f"while True: say('preview', path={str(preview)!r}); time.sleep(0.1)"
    dock = with_worker(f"end_with_stdin()\nsay('start', device='CPU')\n{repeated}")
    (run,) = start(qtbot, dock, 1)
    qtbot.waitUntil(lambda: len(QgsProject.instance().mapLayers()) == 2, timeout=30_000)
    QgsProject.instance().clear()
    qtbot.wait(500)
    assert not QgsProject.instance().mapLayers()
    assert run.state is State.RUNNING


ENDS = {
    "at once": "sys.exit(0)",
    "after the start": "say('start', device='CPU', details={})\nos._exit(0)",
    "in the tiles": "say('start', device='CPU', details={'tiles': 9})\n"
    "say('progress', stage='tiles', done=1, total=9, unit='tiles')\nos.kill(os.getpid(), 11)",
    "between lines": 'sys.stdout.write(\'{"event": "resu\')\nsys.stdout.flush()\nos._exit(1)',
    "with half an event": "say('progress')\nsay('start')\nsay('log')\nsay('preview')\nsys.exit(9)",
    "in garbage": "print('Loading…' * 400)\nprint('[1]')\nprint('{\"event\": 3}')\nos._exit(4)",
    "in a flood": "for i in range(50000): print('x' * 99)\nos._exit(5)",
}


@pytest.mark.parametrize("body", ENDS.values(), ids=ENDS.keys())
def test_a_worker_that_dies_at_any_step_is_one_sentence(qtbot, with_worker, tmp_path, body):
    dock = with_worker(body)
    (run,) = start(qtbot, dock, 1)
    assert wait_for_title(qtbot, dock) == "The worker crashed."
    assert dock.status.text.shown_text().startswith("The worker ")
    assert "Traceback" not in dock.status.text.shown_text()
    assert dock.status.details.isVisible()
    assert not (tmp_path / run.folder).exists()


def test_a_worker_that_hangs_is_killed_by_a_cancel(qtbot, with_worker, monkeypatch):
    monkeypatch.setattr(worker, "GRACE_S", 0.5)
    dock = with_worker("signal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(600)")
    (run,) = start(qtbot, dock, 1)
    qtbot.wait(300)
    began = time.monotonic()
    click(qtbot, dock.status.cancel)
    assert dock.status.text.shown_text() == "Cancelling…"
    assert not dock.status.cancel.isEnabled()
    wait_for(qtbot, run, State.CANCELLED)
    assert time.monotonic() - began < 10


def test_a_worker_that_falls_silent_is_told(qtbot, with_worker, monkeypatch):
    monkeypatch.setattr(worker, "SILENCE_S", 1.0)
    dock = with_worker("end_with_stdin()\nsay('start', device='CPU')\ntime.sleep(600)")
    (run,) = start(qtbot, dock, 1)
    note = dock.status.notes.shown_text
    qtbot.waitUntil(lambda: bool(note()), timeout=30_000)
    assert note().startswith("The worker has said nothing for 1 s: it hangs, or the computer is")
    assert run.state is State.RUNNING
    click(qtbot, dock.status.cancel)
    wait_for(qtbot, run, State.CANCELLED)


DELETED = [
    # What a program says whose files are gone depends on which one it asks for next.
    "import not_there_any_more",
    "say('error', kind='bug', message='The worker stopped (FileNotFoundError).', remedy='Tell.')",
]


@pytest.mark.parametrize("last_words", DELETED)
def test_a_runtime_deleted_during_the_run_is_told(qtbot, with_worker, tmp_path, last_words):
    python = tmp_path / "python"
    body = f"say('start', device='CPU')\nwhile os.path.exists({str(python)!r}): time.sleep(0.1)\n"
    dock = with_worker(body + last_words)
    (run,) = start(qtbot, dock, 1)
    qtbot.waitUntil(lambda: bool(run.device), timeout=30_000)
    python.unlink()
    assert wait_for_title(qtbot, dock) == "The worker cannot be started."
    assert dock.status.text.shown_text() == (
        f"The worker's Python {python} went away during the run. Repair the runtime, or set it up "
        "again, in Raster > CALandDet > Runtime."
    )
    assert dock.page.runtime_button.isVisible()


AWKWARD = [
    "with 'single' and \"double\" quotes",
    "九寨沟 滑坡 正射影像",
    "a" * 100 + "/" + "b" * 100,
    "100 %1 {} {0} & ; $HOME `x`",
]


@pytest.mark.parametrize("name", AWKWARD)
def test_awkward_paths_reach_the_worker_as_they_are(qtbot, with_worker, project, tmp_path, name):
    folder = tmp_path / name
    layer = QgsRasterLayer(str(make_raster(folder / "ortho.tif")), name)
    project.addMapLayer(layer)
    heard = tmp_path / "heard.json"
    dock = with_worker(f"json.dump(sys.argv[1:], open({str(heard)!r}, 'w'))\nsys.exit(7)")
    dock.form.layer.setLayer(layer)
    dock.form.output.setFilePath(str(folder / "out"))
    click(qtbot, dock.run_button)
    wait_for_title(qtbot, dock)
    words = json.loads(heard.read_text())
    assert str(folder / "ortho.tif") in words
    assert f"--out={folder / 'out'}" in words
    assert name.split("/")[0][:20] in dock.queue.runs[0].group_name
