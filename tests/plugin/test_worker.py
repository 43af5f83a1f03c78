"""Processes that stand where the worker stands, and how each of their ends is told."""

import os
import threading
import time
from pathlib import Path

import pytest

from calanddet_qgis import worker
from calanddet_qgis.messages import Cancelled, Failure
from calanddet_qgis.worker import run_worker, worker_environment
from tests.plugin.factories import stand_in

RESULT = "say('result', paths={}, counts={'polygons': 3})\n"


def never():
    return False


def run(body, is_cancelled=never):
    """Run a stand-in: its result, and the other events."""
    events = []
    return run_worker(stand_in(body), events.append, is_cancelled), events


def cancel_after(seconds):
    began = time.monotonic()
    return lambda: time.monotonic() - began > seconds


def failure_of(body):
    with pytest.raises(Failure) as raised:
        run(body)
    return raised.value


@pytest.fixture(autouse=True)
def nothing_left():
    """Neither a thread nor a zombie outlives a run."""
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_events_arrive_in_order_and_the_result_is_returned():
    result, events = run("say('start', device='CPU')\nsay('progress', done=1)\n" + RESULT)
    assert result["counts"] == {"polygons": 3}
    assert [event["event"] for event in events] == ["start", "progress"]


def test_a_progress_behind_the_result_does_no_harm():
    result, events = run(RESULT + "say('progress', done=1)")
    assert result["counts"] == {"polygons": 3}
    assert [event["event"] for event in events] == ["progress"]


def test_an_error_of_the_worker_is_one_sentence_and_a_remedy():
    failure = failure_of(
        "print('Traceback (most recent call last)', file=sys.stderr)\n"
        "say('error', kind='raster', message='There is no file x.tif.', remedy='Check the path.')\n"
        "sys.exit(2)"
    )
    assert failure.kind == "raster"
    assert str(failure) == "There is no file x.tif. Check the path."
    assert "Traceback" in failure.details


@pytest.mark.parametrize(
    ("remedy", "shown"),
    [
        ("Use the CPU (--device cpu), or wait.", "Use the CPU, or wait."),
        ("Start anew (without --resume).", "Start anew."),
        (
            "Start workers (python -m backend cluster worker A), and go on.",
            "Start workers, and go on.",
        ),
        ("请使用 CPU（--device cpu）。", "请使用 CPU。"),
        ("Free some space (3 GB are missing).", "Free some space (3 GB are missing)."),
    ],
)
def test_a_remedy_names_no_options_of_the_command_line(remedy, shown):
    failure = failure_of(f"say('error', kind='device', message='No.', remedy={remedy!r})")
    assert str(failure) == f"No. {shown}"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("sys.exit(7)", "The worker ended with exit code 7. The log has the details."),
        (
            "print('loading', file=sys.stderr)\nimport not_there",
            "The worker ended with exit code 1: ModuleNotFoundError: No module named 'not_there'. "
            "The log has the details.",
        ),
        (
            "os.kill(os.getpid(), signal.SIGKILL)",
            "The worker was killed by signal 9 (SIGKILL: out of memory?). The log has the details.",
        ),
        (
            "say('progress', done=1)\nos.kill(os.getpid(), signal.SIGSEGV)",
            "The worker was killed by signal 11 (SIGSEGV). The log has the details.",
        ),
        (
            "print('backend detect: unrecognized arguments: --x', file=sys.stderr)\nsys.exit(2)",
            "backend detect: unrecognized arguments: --x.",
        ),
    ],
)
def test_a_crash_is_one_sentence(body, sentence):
    assert str(failure_of(body)) == sentence


def test_a_worker_that_cannot_be_started_is_one_sentence(tmp_path):
    with pytest.raises(Failure) as raised:
        run_worker([str(tmp_path / "python")], print, never)
    assert "python cannot be started (No such file or directory)." in str(raised.value)


def test_garbage_on_stdout_is_logged_and_does_no_harm():
    result, events = run(
        "sys.stdout.buffer.write(b'\\xff\\xfe nonsense\\n[1]\\n{\"a\": 1}\\n\\n')\n" + RESULT
    )
    assert result["counts"]["polygons"] == 3
    texts = [event["text"] for event in events]
    assert len(texts) == 3
    assert texts[1] == "The worker said: [1]"


def test_a_flood_of_garbage_is_logged_only_in_part():
    result, events = run("for _ in range(200000): print('x' * 50)\n" + RESULT)
    assert result["event"] == "result"
    assert len(events) == worker.MAX_GARBAGE


def test_an_endless_line_does_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr(worker, "MAX_LINE", 1000)
    result, events = run("sys.stdout.write('x' * 100000 + '\\n')\n" + RESULT)
    assert result["event"] == "result"
    assert max(len(event["text"]) for event in events) < 2000


def test_a_flood_on_stderr_neither_blocks_nor_fills_the_memory():
    failure = failure_of("for i in range(100000): print('line', i, file=sys.stderr)\nsys.exit(1)")
    assert str(failure).startswith("The worker ended with exit code 1: line 99999.")
    assert len(failure.details.splitlines()) == worker.STDERR_LINES


def test_a_worker_that_hangs_is_told_once_and_may_go_on(monkeypatch):
    monkeypatch.setattr(worker, "SILENCE_S", 0.3)
    _, events = run("time.sleep(1.5)\n" + RESULT)
    warnings = [event["text"] for event in events if event["event"] == "log"]
    assert warnings == [
        "The worker has said nothing for 0 s: it hangs, or the computer is very busy. Wait, or "
        "cancel the run."
    ]


@pytest.mark.timing
def test_cancelling_ends_a_well_behaved_worker_at_once():
    began = time.monotonic()
    with pytest.raises(Cancelled):
        run("end_with_stdin()\ntime.sleep(60)", cancel_after(0.3))
    assert time.monotonic() - began < 2


def test_a_worker_that_was_told_to_end_by_somebody_else_counts_as_cancelled():
    with pytest.raises(Cancelled):
        run("say('error', kind='cancelled', message='Cancelled.', remedy='')\nsys.exit(3)")


@pytest.mark.timing
@pytest.mark.parametrize("body", ["time.sleep(60)", "while True: say('progress', done=1)"])
def test_a_worker_that_ignores_the_cancel_is_killed(monkeypatch, body):
    monkeypatch.setattr(worker, "GRACE_S", 0.5)
    began = time.monotonic()
    with pytest.raises(Cancelled):
        run(body, cancel_after(0.3))
    assert time.monotonic() - began < 3


def test_a_slow_cancel_is_waited_for(tmp_path):
    tidied = tmp_path / "tidied"
    with pytest.raises(Cancelled):
        run(f"sys.stdin.read(); time.sleep(1); open({str(tidied)!r}, 'w')", cancel_after(0.2))
    assert tidied.exists()


def test_a_worker_that_lingers_after_its_result_is_ended(monkeypatch):
    monkeypatch.setattr(worker, "GRACE_S", 0.5)
    result, _ = run(RESULT + "os.close(1)\ntime.sleep(60)")
    assert result["event"] == "result"


def test_a_grandchild_that_holds_the_pipes_does_not_hold_the_run(monkeypatch):
    monkeypatch.setattr(worker, "DRAIN_S", 0.3)
    result, _ = run(RESULT + "import subprocess; subprocess.Popen(['sleep', '60'])\nos._exit(0)")
    assert result["event"] == "result"


def test_the_worker_does_not_outlive_a_listener_that_fails(monkeypatch):
    monkeypatch.setattr(worker, "GRACE_S", 0.5)

    def listener(event):
        raise RuntimeError("the panel is gone")

    with pytest.raises(RuntimeError):
        run_worker(stand_in("while True: say('progress', done=1)"), listener, never)


def test_only_harmless_variables_reach_the_worker():
    environment = worker_environment(
        {
            "HOME": "/home/x", "LANG": "zh_CN.UTF-8", "PYTHONPATH": "/x", "QT_PLUGIN_PATH": "/x",
            "GDAL_DATA": "/x", "PROJ_LIB": "/x", "LD_LIBRARY_PATH": "/x", "CONDA_PREFIX": "/x",
            "VIRTUAL_ENV": "/x", "PATH": "/qgis/bin", "CALANDDET_CACHE": "/cache",
        }
    )  # fmt: skip
    assert environment == {
        "HOME": "/home/x", "LANG": "zh_CN.UTF-8", "PATH": os.defpath, "CALANDDET_CACHE": "/cache",
    }  # fmt: skip


def test_windows_gets_its_system_folders_and_nothing_of_qgis():
    environment = worker_environment({"SystemRoot": r"C:\Windows", "PATH": r"C:\OSGeo4W\bin"})
    assert environment == {
        "SystemRoot": r"C:\Windows",
        "PATH": r"C:\Windows\System32;C:\Windows",
    }


def test_the_worker_runs_in_the_folder_that_holds_the_backend(tmp_path):
    where = tmp_path / "where"
    run(f"open({str(where)!r}, 'w').write(os.getcwd())\n" + RESULT)
    assert (Path(where.read_text()) / "backend" / "__main__.py").exists()
