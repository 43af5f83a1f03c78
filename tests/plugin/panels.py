"""What tests of the panel do over and over."""

import time
from contextlib import contextmanager

from qgis.PyQt.QtCore import Qt, QTimer

from calanddet_qgis.runs import LEFTOVERS

# A loaded machine takes this long to start torch and run a few tiles [ms].
RUN_MS = 300_000
SLOW = """
end_with_stdin()
grid = {'width': 8000, 'height': 6250, 'tiles': 1000, 'gsd_m': [1.0, 1.0]}
say('start', job='detect', device='CPU: slow', details=grid)
for done in range(1000):
    say('progress', stage='tiles', done=done, total=1000, unit='tiles', rate=27.0, eta_s=36.0)
    time.sleep(0.05)
"""

# Leaves rows behind when it is cancelled, and says whether it was asked to go on with them.
RESUMABLE = f"""
out = next(word[6:] for word in sys.argv if word.startswith('--out='))
left = os.path.join(out, {LEFTOVERS!r})
if '--resume' in sys.argv:
    say('error', kind='memory', message='It went on.', remedy='As it was asked to.')
    sys.exit(2)
os.makedirs(left)
end_with_stdin()
say('start', job='detect', device='CPU', details={{}})
time.sleep(60)
"""


@contextmanager
def heartbeat(interval_ms=5):
    """Measures the longest time that the event loop was busy [ms], in a list."""
    longest, last = [0.0], [time.perf_counter()]

    def beat():
        now = time.perf_counter()
        longest[0] = max(longest[0], 1000 * (now - last[0]) - interval_ms)
        last[0] = now

    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(beat)
    timer.start(interval_ms)
    yield longest
    timer.stop()


def click(qtbot, button):
    assert button.isEnabled()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def wait_for(qtbot, run, *states):
    qtbot.waitUntil(lambda: run.state in states, timeout=30_000)


def start(qtbot, dock, count):
    """Click so many times; the runs in their order."""
    for _ in range(count):
        click(qtbot, dock.run_button)
    return dock.queue.runs[-count:]


def wait_for_title(qtbot, dock, timeout=RUN_MS):
    """Wait for a run's end; what the panel then says."""
    qtbot.waitUntil(lambda: bool(dock.status.title.shown_text()), timeout=timeout)
    return dock.status.title.shown_text()


def group_layers(project):
    (group,) = project.layerTreeRoot().findGroups()
    return group.name(), [node.layer() for node in group.findLayers()]
