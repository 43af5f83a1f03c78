"""The ways to choose an area, on a real map."""

import pytest
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsGeometry,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.gui import QgsMapToolPan
from qgis.PyQt.QtCore import QPoint, Qt

from calanddet_qgis.area import in_raster, write_area
from calanddet_qgis.gui.area_field import CANVAS, DRAWN, SELECTION, AreaField
from calanddet_qgis.messages import Failure
from calanddet_qgis.raster_facts import facts_of
from tests.plugin.panels import click

UTM = QgsCoordinateReferenceSystem("EPSG:32633")


@pytest.fixture
def canvas(qgis_canvas, image):
    """A map that shows a part of the image."""
    qgis_canvas.setDestinationCrs(UTM)
    qgis_canvas.resize(400, 400)
    qgis_canvas.show()
    qgis_canvas.setLayers([image])
    qgis_canvas.setExtent(QgsRectangle(500000, 3999800, 500200, 4000000))
    yield qgis_canvas
    qgis_canvas.setRotation(0)


@pytest.fixture
def field(qtbot, canvas):
    """The choice of an area."""
    field = AreaField(canvas)
    qtbot.addWidget(field)
    field.show()
    yield field
    field.stop()


def choose(field, kind):
    field.kind.setCurrentIndex(field.kind.findData(kind))


def polygons(*squares):
    layer = QgsVectorLayer("Polygon?crs=EPSG:32633", "zones", "memory")
    for left, top, side in squares:
        feature = QgsFeature()
        feature.setGeometry(QgsGeometry.fromRect(QgsRectangle(left, top - side, left + side, top)))
        layer.dataProvider().addFeature(feature)
    return layer


def drag(qtbot, canvas, start, end):
    view = canvas.viewport()
    button = Qt.MouseButton.LeftButton
    qtbot.mousePress(view, button, pos=start)
    qtbot.mouseMove(view, end)
    qtbot.mouseRelease(view, button, pos=end)


def test_at_first_the_whole_layer_is_searched(field):
    assert field.chosen() is None
    assert not field.polygons.isVisible()
    assert not field.draw.isVisible()


def test_what_the_map_shows_follows_the_map(qtbot, field, canvas):
    choose(field, CANVAS)
    assert field.chosen().geometry.boundingBox() == canvas.extent()
    with qtbot.waitSignal(field.changed):
        canvas.setExtent(QgsRectangle(500000, 3999900, 500100, 4000000))
    assert field.chosen().geometry.boundingBox() == canvas.extent()
    canvas.setRotation(30)
    turned = field.chosen().geometry
    assert turned.area() < 0.99 * QgsGeometry.fromRect(turned.boundingBox()).area()


def test_selected_polygons_are_searched(qtbot, field, project):
    choose(field, SELECTION)
    with pytest.raises(Failure, match="There is no polygon layer"):
        field.chosen()
    layer = polygons((500000, 4000000, 50), (500100, 4000000, 50), (500150, 3999900, 50))
    project.addMapLayer(layer)
    field.polygons.setLayer(layer)
    with pytest.raises(Failure, match="No polygon of zones is selected"):
        field.chosen()
    with qtbot.waitSignal(field.changed):
        layer.selectByIds([1, 3])
    chosen = field.chosen()
    assert chosen.geometry.area() == 2 * 50 * 50
    assert chosen.crs == UTM


def test_a_rectangle_is_drawn_and_the_tool_given_back(qtbot, field, canvas):
    pan = QgsMapToolPan(canvas)
    canvas.setMapTool(pan)
    choose(field, DRAWN)
    with pytest.raises(Failure, match="No rectangle is drawn yet"):
        field.chosen()
    click(qtbot, field.draw)
    tool = canvas.mapTool()
    assert tool is not pan
    with qtbot.waitSignal(field.changed):
        drag(qtbot, canvas, QPoint(100, 100), QPoint(300, 200))
    extent = field.chosen().geometry.boundingBox()
    assert extent.width() == pytest.approx(2 * extent.height(), rel=0.05)
    assert canvas.mapTool() is pan
    assert not field.draw.isChecked()


def test_another_tool_ends_the_drawing(qtbot, field, canvas):
    choose(field, DRAWN)
    click(qtbot, field.draw)
    pan = QgsMapToolPan(canvas)
    canvas.setMapTool(pan)
    assert not field.draw.isChecked()
    assert canvas.mapTool() is pan


def test_leaving_takes_everything_off_the_map(qtbot, field, canvas):
    choose(field, DRAWN)
    click(qtbot, field.draw)
    before = len(canvas.scene().items())
    drag(qtbot, canvas, QPoint(100, 100), QPoint(300, 200))
    field.stop()
    assert len(canvas.scene().items()) <= before


def test_an_area_is_written_with_its_crs(field, image, tmp_path):
    choose(field, CANVAS)
    inside = in_raster(field.chosen(), facts_of(image))
    path = str(tmp_path / "九寨沟 area.gpkg")
    write_area(inside, UTM, path)
    written = QgsVectorLayer(path, "x", "ogr")
    assert written.crs() == UTM
    (feature,) = written.getFeatures()
    assert feature.geometry().area() == pytest.approx(inside.area())


def test_an_area_that_cannot_be_written_is_one_sentence(field, image, tmp_path):
    choose(field, CANVAS)
    inside = in_raster(field.chosen(), facts_of(image))
    with pytest.raises(Failure, match="The area to search cannot be written to") as raised:
        write_area(inside, UTM, str(tmp_path / "nowhere" / "area.gpkg"))
    assert raised.value.kind == "output"
