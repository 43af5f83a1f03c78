"""The review tab over the worker's polygons, and how tests press and click in it."""

from __future__ import annotations

import pytest
from qgis.core import QgsPointXY, QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import QPoint, Qt

from calanddet_qgis.gui.review_panel import ReviewPanel
from tests.plugin.reviews import copy_of, foreign_layer, make_run

SQUARES = (
    "Polygon((500010 3999990,500030 3999990,500030 3999970,500010 3999970,500010 3999990))",
    "Polygon((500050 3999990,500060 3999990,500060 3999980,500050 3999980,500050 3999990))",
    "Polygon((500100 3999890,500104 3999890,500104 3999886,500100 3999886,500100 3999890))",
)
BOW_TIE = "Polygon((500010 3999990,500030 3999970,500030 3999990,500010 3999970,500010 3999990))"
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


@pytest.fixture(scope="module")
def run(worker_python, tmp_path_factory):
    """A run of the real worker."""
    return make_run(tmp_path_factory.mktemp("run"), worker_python, size=256)


@pytest.fixture
def canvas(qgis_iface, project):
    """The canvas, of a size to click on."""
    canvas = qgis_iface.mapCanvas()
    canvas.setParent(None)
    canvas.resize(500, 400)
    canvas.show()
    canvas.setDestinationCrs(foreign_layer().crs())
    yield canvas
    canvas.hide()


@pytest.fixture
def panel(qtbot, qgis_iface, canvas):
    """The tab, shown."""
    panel = ReviewPanel(qgis_iface)
    qtbot.addWidget(panel)
    panel.resize(320, 640)
    panel.show()
    yield panel
    panel.leave()
    for layer in QgsProject.instance().mapLayers().values():
        if isinstance(layer, QgsVectorLayer) and layer.isEditable():
            layer.rollBack()


@pytest.fixture
def layer(run, project, panel, canvas, tmp_path):
    """The worker's polygons, in the project and on the canvas."""
    layer = copy_of(run, tmp_path / "copy")
    project.addMapLayer(layer)
    canvas.setLayers([layer])
    return layer


@pytest.fixture
def reviewing(qtbot, panel, layer):
    """The tab in a review of these polygons."""
    click(qtbot, panel.form.start_button)
    assert panel.session is not None, panel.form.message.shown_text()
    return panel


def click(qtbot, button):
    assert button.isVisible()
    assert button.isEnabled()
    qtbot.mouseClick(button, LEFT)


def pixel(canvas, x, y):
    at = canvas.getCoordinateTransform().transform(QgsPointXY(x, y))
    return QPoint(round(at.x()), round(at.y()))


def press(qtbot, canvas, keys):
    for key in keys:
        qtbot.keyClick(canvas, key)


def click_map(qtbot, canvas, *places, last=LEFT):
    for place in places:
        qtbot.mouseClick(canvas.viewport(), LEFT, pos=pixel(canvas, *place))
    if last == RIGHT:
        qtbot.mouseClick(canvas.viewport(), RIGHT, pos=QPoint(5, 5))


def statuses(layer):
    return sorted(one["status"] for one in layer.getFeatures())
