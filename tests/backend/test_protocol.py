"""The worker keeps its promises whatever the job does: heartbeat, cancel, exit codes."""

import json
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest

from backend import protocol
from backend.events import Result
from tests.backend.workers import ROOT, backend, close, finish, seconds_to_end, start, wait_for


def test_events_arrive_in_order_with_their_fields(start_job):
    code, events, _ = finish(
        start_job(
            "on_event(events.Start('detect', 'CPU', {'tiles': 3}))\n"
            "meter = events.Meter(on_event, 'tiles', 3, 'tiles')\n"
            "meter.advance(3)\n"
            "on_event(events.Result({'mask': '/a/mask.tif'}, {'polygons': 2}))"
        )
    )
    assert code == 0
    assert [event["event"] for event in events] == ["start", "progress", "progress", "result"]
    assert events[2]["done"] == events[2]["total"] == 3
    assert events[2]["eta_s"] == 0 and events[2]["rate"] > 0


@pytest.mark.timing
def test_a_silent_job_still_reports_every_second(start_job):
    process = start_job("on_event(events.Progress('tiles', 1, 9, 'tiles'))\ntime.sleep(3.2)")
    assert process.stdout
    times = []
    for line in process.stdout:
        assert json.loads(line)["done"] == 1
        times.append(time.monotonic())
    assert len(times) >= 4
    assert max(after - before for before, after in pairwise(times)) < 1.2
    finish(process)


def test_what_prints_goes_to_stderr(start_job):
    code, events, errors = finish(
        start_job("print('from python')\nos.system('echo from a child')\nos.write(1, b'raw')")
    )
    assert code == 0 and not events
    assert {"from python", "from a child"} <= set(errors.splitlines())


@pytest.mark.timing
@pytest.mark.parametrize("body", ["time.sleep(60)", "while True: on_event(events.Log('info', ''))"])
@pytest.mark.parametrize("how", ["close", "line"])
def test_cancel_ends_any_job_within_a_second(start_job, body, how):
    process = start_job("on_event(events.Log('info', 'up'))\n" + body)
    wait_for(process, "log")
    assert process.stdin and process.stdout
    if how == "close":
        process.stdin.close()
    else:
        process.stdin.write("cancel\n")
        process.stdin.flush()
    began = time.monotonic()
    process.stdout.read()
    process.wait(10)
    assert time.monotonic() - began < 1
    assert process.returncode == 3


def test_a_cancel_that_comes_too_late_does_not_hide_the_results(start_job, tmp_path):
    process = start_job(
        "from pathlib import Path\nfrom backend.workspace import Workspace\n"
        f"with Workspace(Path({str(tmp_path)!r})) as workspace:\n"
        "    (workspace.partial / 'mask.tif').write_text('done')\n"
        "    workspace.publish(['mask.tif'])\n"
        "on_event(events.Log('info', 'published'))\ntime.sleep(1.5)\n"
        "on_event(events.Result({}, {}))"
    )
    wait_for(process, "log")
    process.stdin.close()
    code, sent, _ = finish(process)
    assert code == 0 and sent[-1]["event"] == "result"
    assert [path.name for path in tmp_path.iterdir()] == ["mask.tif"]


@pytest.mark.timing
@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_cancel(start_job, number):
    process = start_job("on_event(events.Log('info', 'up'))\ntime.sleep(60)")
    wait_for(process, "log")
    process.send_signal(number)
    assert seconds_to_end(process) < 1
    assert process.returncode == 3


@pytest.mark.timing
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="looks at /proc")
def test_the_death_of_the_parent_ends_the_worker():
    parent = start(
        "-c",
        "import time\nfrom tests.backend.workers import start_job, wait_for\n"
        "worker = start_job(\"on_event(events.Log('info', 'up'))\\ntime.sleep(60)\")\n"
        "wait_for(worker, 'log')\nprint(worker.pid, flush=True)\ntime.sleep(60)",
    )
    assert parent.stdout
    worker = int(parent.stdout.readline())
    parent.kill()
    deadline = time.monotonic() + 2
    while _is_running(worker) and time.monotonic() < deadline:
        time.sleep(0.05)
    close(parent)
    assert not _is_running(worker)


def _is_running(pid):
    """Whether a process is there and no zombie."""
    status = Path(f"/proc/{pid}/status")
    return status.exists() and "State:\tZ" not in status.read_text()


def test_a_null_stdin_is_not_a_dead_parent():
    script = (
        "import time\nfrom backend import protocol\n"
        "protocol.run(lambda on_event: time.sleep(1), as_json=True)\nprint('lived')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True
    )
    assert done.returncode == 0 and b"lived" in done.stderr


def test_bad_input_is_one_sentence_and_exit_code_2(start_job):
    code, events, errors = finish(
        start_job("raise errors.RasterError('There is no a.tif.', 'Check the path.')")
    )
    assert code == 2
    assert events[-1] == {
        "event": "error",
        "kind": "raster",
        "message": "There is no a.tif.",
        "remedy": "Check the path.",
    }
    assert errors == "There is no a.tif. Check the path.\n"


def test_a_bug_is_exit_code_1_with_the_traceback_on_stderr(start_job):
    code, events, errors = finish(start_job("{}['key']"))
    assert code == 1
    assert events[-1]["kind"] == "bug" and "KeyError" in events[-1]["message"]
    assert "Traceback" in errors and "Traceback" not in json.dumps(events)


def test_a_person_reads_counts_and_paths(capsys):
    protocol.ConsoleReporter()(Result({"polygons": "/a/landslides.gpkg"}, {"polygons": 12}))
    assert capsys.readouterr().out == "polygons: 12\npolygons: /a/landslides.gpkg\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "required"),
        (["detekt"], "invalid choice"),
        (["detect", "a.tif"], "--checkpoint"),
        (["detect", "a.tif", "--checkpoint", "c", "--out", "o", "--bands", "x"], "'x' is not a"),
        (
            ["detect", "a.tif", "--checkpoint", "c", "--out", "o", "--gsd", "far"],
            "'far' is neither",
        ),
        (["detect", "a.tif", "--checkpoint", "c", "--out", "o", "--device", "tpu"], "tpu"),
    ],
)
def test_bad_use_is_one_line_and_exit_code_2(arguments, sentence):
    code, out, errors = backend(*arguments)
    assert code == 2 and not out
    assert sentence in errors and len(errors.splitlines()) == 1


def test_help_does_not_wait_for_torch():
    code, out, _ = backend("detect", "--help")
    assert code == 0 and "--checkpoint" in out
    script = "import sys, backend.cli; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT).returncode == 0
