"""A real QGIS with its own profile, and the real worker."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import tempfile
from pathlib import Path

# Before Qt starts: no test reads or writes the settings or the runtime of whoever runs it.
os.environ["XDG_CONFIG_HOME"] = tempfile.mkdtemp(prefix="calanddet-tests-")
os.environ["XDG_DATA_HOME"] = os.environ["XDG_CONFIG_HOME"]

import pytest
from qgis.core import QgsApplication, QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import QLocale, QSettings

from calanddet_qgis import settings
from calanddet_qgis.gui.dock import DetectDock
from calanddet_qgis.settings import WORKER_PYTHON
from calanddet_qgis.unfinished import slips
from tests.plugin.factories import ROOT, Profile, make_raster, stand_in_python
from tests.plugin.refine_tab import folder, panel, pristine  # noqa: F401 (fixtures)

EMBED_DIM = 24


def pytest_collection_modifyitems(items):
    """All tests beside this file need QGIS."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("qgis")


@pytest.fixture(scope="session", autouse=True)
def failures_let_go(qgis_app):
    """The frames of a failed test hold layers and widgets: outliving QGIS they crash at the end."""
    yield
    for name in ("last_type", "last_value", "last_traceback"):
        vars(sys).pop(name, None)
    gc.collect()


@pytest.fixture(scope="session", autouse=True)
def english(qgis_app):
    """Numbers as the tests expect them, whatever the machine's language."""
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))


@pytest.fixture(scope="session", autouse=True)
def own_settings(qgis_app):
    """QGIS's settings in a folder of this session's own: another one may run beside it."""
    scope = QSettings.Scope.UserScope
    QSettings.setPath(QSettings.Format.IniFormat, scope, os.environ["XDG_CONFIG_HOME"])


@pytest.fixture(scope="session")
def worker_python():
    """The worker's interpreter."""
    default = ROOT / ".venv" / "worker" / "bin" / "python"
    python = Path(os.environ.get("CALANDDET_WORKER_PYTHON", default))
    if not python.exists():
        pytest.skip(f"there is no worker's Python at {python} (make setup)")
    return python


@pytest.fixture(scope="session")
def checkpoint(worker_python, tmp_path_factory):
    """A small network with seeded weights."""
    path = tmp_path_factory.mktemp("checkpoint") / "seeded.safetensors"
    script = (
        "import sys; from pathlib import Path; from tests.backend.golden import *\n"
        f"write_seeded_checkpoint(Path(sys.argv[1]), embed_dim={EMBED_DIM})"
    )
    subprocess.run([worker_python, "-c", script, path], cwd=ROOT, check=True, timeout=120)
    return path


@pytest.fixture
def clean_settings():
    """Settings as on the first day, and no runs of earlier sessions."""
    for slip in slips():
        slip.discard()
    for value in vars(settings).values():
        if isinstance(value, settings.Setting):
            value.set(value.default)


@pytest.fixture
def project(qgis_new_project, clean_settings):
    """An empty project, and nothing running when the test ends."""
    yield QgsProject.instance()
    QgsApplication.taskManager().cancelAll()
    QgsProject.instance().clear()


@pytest.fixture
def image(tmp_path, project):
    """A raster layer in the project."""
    layer = QgsRasterLayer(str(make_raster(tmp_path / "image.tif")), "image")
    project.addMapLayer(layer)
    return layer


@pytest.fixture
def profile(tmp_path, worker_python):
    """A fresh QGIS profile with the plugin and the real worker."""
    return Profile(tmp_path / "qgis", worker_python)


@pytest.fixture
def dock(qtbot, image):
    """The panel over a project with one image."""
    dock = DetectDock()
    qtbot.addWidget(dock)
    dock.show()
    yield dock
    dock.stop()


@pytest.fixture
def ready(dock, worker_python, checkpoint):
    """The panel with everything chosen and the real worker."""
    WORKER_PYTHON.set(str(worker_python))
    dock.form.checkpoint.setFilePath(str(checkpoint))
    dock.form.threshold.setValue(0.5)
    dock.form.min_area.setValue(20)
    dock.refresh()
    return dock


@pytest.fixture
def with_worker(dock, tmp_path, checkpoint):
    """Puts a small program in the worker's place: `with_worker(body)`."""

    def put(body):
        WORKER_PYTHON.set(str(stand_in_python(tmp_path, body)))
        dock.form.checkpoint.setFilePath(str(checkpoint))
        dock.refresh()
        return dock

    return put
