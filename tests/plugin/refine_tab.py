"""The Refine tab over a finished run: fixtures, and what tests do with it."""

import json
import shutil
import subprocess

import numpy as np
import pytest
from osgeo import gdal, ogr
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import Qt

from calanddet_qgis.gui.refine_panel import RefinePanel
from calanddet_qgis.layers import add_results
from calanddet_qgis.refine.finished_run import read_run
from calanddet_qgis.settings import WORKER_PYTHON
from tests.plugin.factories import ROOT

WAIT_MS = 60_000
SCRIPT = (
    "import sys; from pathlib import Path; from tests.backend.runs import *\n"
    "write_run(Path(sys.argv[1]), blobs(200, 240))"
)


@pytest.fixture(scope="session")
def pristine(worker_python, tmp_path_factory):
    """A finished run that no test touches."""
    folder = tmp_path_factory.mktemp("pristine") / "run"
    subprocess.run([worker_python, "-c", SCRIPT, folder], cwd=ROOT, check=True, timeout=120)
    return folder


@pytest.fixture
def folder(pristine, tmp_path, project):
    """A finished run whose layers are in the project."""
    folder = tmp_path / "滑坡 run's"
    shutil.copytree(pristine, folder)
    add_results(project, read_run(folder).results, "ortho · 2026-05-12")
    return folder


class Window:
    """As much of QGIS's interface as the panel asks for."""

    def __init__(self, canvas):
        self._canvas = canvas

    def mapCanvas(self):
        return self._canvas


@pytest.fixture
def panel(qtbot, folder, worker_python):
    """The panel over that run."""
    WORKER_PYTHON.set(str(worker_python))
    canvas = QgsMapCanvas()
    canvas.resize(200, 200)
    canvas.show()
    qtbot.addWidget(canvas)
    panel = RefinePanel(Window(canvas))
    panel.resize(340, 500)
    qtbot.addWidget(panel)
    panel.show()
    yield panel
    panel.stop()


def roles(project):
    """The layers of the run and of its preview by name, and whether they are shown."""
    return {node.layer().name(): node.isVisible() for node in project.layerTreeRoot().findLayers()}


def layer(project, name):
    (found,) = project.mapLayersByName(name)
    return found


def move(qtbot, panel, threshold):
    """Move the slider and wait for the polygons."""
    panel.form.slider.setValue(round(threshold * 250))
    qtbot.waitUntil(lambda: panel.refiner.can_apply, timeout=WAIT_MS)


def apply(qtbot, panel):
    assert panel.apply.isEnabled()
    with qtbot.waitSignal(panel.refiner.applied, timeout=WAIT_MS):
        qtbot.mouseClick(panel.apply, Qt.MouseButton.LeftButton)


def fail(qtbot, panel, action):
    """The sentence that an action fails with."""
    with qtbot.waitSignal(panel.refiner.failed, timeout=WAIT_MS):
        action()
    return panel.message.shown_text()


def contents(folder):
    """The files of a run; QGIS keeps the styles of the rasters beside them."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def pixels(path):
    return gdal.Open(str(path)).ReadAsArray()


def values(folder):
    return pixels(folder / "probability.tif")


def drawn(path):
    """The polygons of a file as a mask (200, 240)."""
    data = gdal.GetDriverByName("MEM").Create("", 240, 200, 1, gdal.GDT_Byte)
    source = ogr.Open(str(path))
    shapes = source.GetLayerByName("landslides")
    data.SetProjection(shapes.GetSpatialRef().ExportToWkt())
    data.SetGeoTransform([500_000, 0.5, 0, 3_400_000, 0, -0.5])
    gdal.RasterizeLayer(data, [1], shapes, burn_values=[1])
    return data.ReadAsArray().astype(bool)


def record(folder):
    return json.loads((folder / "run.json").read_text())


def shown_pixels(layer):
    """What QGIS reads of a layer (200, 240)."""
    block = layer.dataProvider().block(1, layer.extent(), 240, 200)
    return np.frombuffer(bytes(block.data()), np.uint8).reshape(200, 240)
