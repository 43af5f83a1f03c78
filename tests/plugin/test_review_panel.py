"""The review tab by real keys and clicks on the canvas."""

import time

import pytest
from osgeo import gdal
from qgis.core import (
    QgsFeatureRequest,
    QgsPointXY,
    QgsProject,
    QgsRasterLayer,
    QgsSnappingConfig,
    QgsVectorLayer,
)
from qgis.gui import QgsMapToolPan
from qgis.PyQt.QtCore import QPoint, Qt
from qgis.PyQt.QtWidgets import QLineEdit

from calanddet_qgis.gui.review_panel import ReviewPanel
from calanddet_qgis.review.probability import ProbabilityRaster
from calanddet_qgis.review.schema import missing_fields
from tests.plugin.factories import make_raster
from tests.plugin.reviews import copy_of, foreign_layer, make_run, untrue_fields

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


def test_the_run_s_probability_is_chosen_and_no_image(project, panel, layer, tmp_path):
    assert panel.form.probability.currentLayer() is None
    image = QgsRasterLayer(str(make_raster(tmp_path / "image.tif")), "an image")
    project.addMapLayer(image)
    assert panel.form.probability.currentLayer() is None
    probability = QgsRasterLayer(str(tmp_path / "copy" / "probability.tif"), "probability")
    project.addMapLayer(probability)
    assert panel.form.probability.currentLayer() == probability


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


def test_without_a_polygon_layer_there_is_nothing_to_click(panel):
    assert not panel.form.start_button.isEnabled()
    assert panel.form.message.shown_text().startswith("Detect landslides first")
    assert not panel.card.isVisible()


def test_single_keys_decide_and_lead_on(qtbot, reviewing, layer, canvas):
    total = layer.featureCount()
    first = reviewing.session.current
    assert reviewing.card.bar.text() == f"0 of {total}"
    press(qtbot, canvas, "A")
    second = reviewing.session.current
    assert layer.getFeature(first)["status"] == "accepted"
    assert layer.getFeature(first)["editor"]
    assert second != first
    press(qtbot, canvas, "R")
    assert layer.getFeature(second)["status"] == "rejected"
    assert layer.featureCount() == total
    assert reviewing.card.bar.text() == f"2 of {total}"
    third = reviewing.session.current
    press(qtbot, canvas, "3")
    assert layer.getFeature(third)["class"] == "slide"
    assert layer.getFeature(third)["status"] == "predicted"
    press(qtbot, canvas, "NP")
    assert reviewing.session.current == third
    press(qtbot, canvas, "UU")
    assert reviewing.session.current == second
    assert layer.getFeature(second)["status"] == "predicted"
    assert reviewing.card.bar.text() == f"1 of {total}"
    assert reviewing.card.title.shown_text().endswith("predicted")


def test_the_canvas_shows_each_polygon_with_its_surroundings(qtbot, reviewing, canvas):
    for _ in range(3):
        press(qtbot, canvas, "A")
        box = reviewing.session.feature().geometry().boundingBox()
        assert canvas.extent().contains(box)
        assert canvas.extent().width() >= 2.9 * box.width()
        assert abs(canvas.extent().center().x() - box.center().x()) < 1


def test_the_buttons_do_what_the_keys_do(qtbot, reviewing, layer):
    first = reviewing.session.current
    click(qtbot, reviewing.card.commands.buttons["reject"])
    assert layer.getFeature(first)["status"] == "rejected"
    click(qtbot, reviewing.card.commands.buttons["undo"])
    assert layer.getFeature(first)["status"] == "predicted"
    assert reviewing.session.current == first


def test_letters_typed_elsewhere_decide_nothing(qtbot, reviewing, layer):
    edit = QLineEdit()
    qtbot.addWidget(edit)
    qtbot.keyClicks(edit, "arn")
    assert edit.text() == "arn"
    assert set(statuses(layer)) == {"predicted"}


def test_after_leaving_the_keys_are_qgiss_again(qtbot, reviewing, layer, canvas):
    press(qtbot, canvas, "A")
    click(qtbot, reviewing.card.leave_button)
    assert reviewing.session is None
    assert not reviewing.card.isVisible()
    press(qtbot, canvas, "AR")
    assert statuses(layer).count("accepted") == 1
    assert "rejected" not in statuses(layer)
    assert layer.isModified()


def test_a_missed_landslide_is_drawn_by_clicks(qtbot, reviewing, layer, canvas):
    count = layer.featureCount()
    press(qtbot, canvas, "I")
    middle = canvas.extent().center()
    places = [(middle.x() + x, middle.y() + y) for x, y in ((-9, -9), (9, -9), (12, 12), (0, 9))]
    click_map(qtbot, canvas, *places)
    press(qtbot, canvas, [Qt.Key.Key_Backspace])
    click_map(qtbot, canvas, last=RIGHT)
    assert layer.featureCount() == count + 1
    assert reviewing.session.values()["status"] == "added"
    assert reviewing.session.values()["area_m2"] == pytest.approx(189, rel=0.15)
    assert "added" in reviewing.card.title.shown_text()


def test_escape_draws_nothing_and_gives_the_former_tool_back(qtbot, panel, layer, canvas):
    pan = QgsMapToolPan(canvas)
    canvas.setMapTool(pan)
    click(qtbot, panel.form.start_button)
    count = layer.featureCount()
    press(qtbot, canvas, "D")
    assert canvas.mapTool() is not pan
    click_map(qtbot, canvas, tuple(canvas.extent().center()))
    press(qtbot, canvas, [Qt.Key.Key_Escape])
    assert canvas.mapTool() is pan
    assert layer.featureCount() == count
    assert set(statuses(layer)) == {"predicted"}


def test_a_line_splits_and_m_merges_again(qtbot, reviewing, layer, canvas):
    count = layer.featureCount()
    box = reviewing.session.feature().geometry().boundingBox()
    y = box.center().y()
    press(qtbot, canvas, "S")
    click_map(qtbot, canvas, (box.xMinimum() - 5, y), (box.xMaximum() + 5, y), last=RIGHT)
    assert layer.featureCount() > count
    assert reviewing.card.message.shown_text().startswith("Split into")
    assert reviewing.session.values()["status"] == "edited"
    while layer.featureCount() > count:
        press(qtbot, canvas, "M")
        assert reviewing.card.message.shown_text().endswith("is a part of this polygon now.")
    assert "IoU with the original 100 %" in reviewing.card.facts.shown_text()


def test_a_click_grows_a_region_and_plus_and_minus_resize_it(qtbot, reviewing, layer, canvas):
    where = reviewing.session.feature().geometry().pointOnSurface().asPoint()
    first = reviewing.session.current
    press(qtbot, canvas, "G")
    click_map(qtbot, canvas, tuple(where))
    assert "part of a polygon already" in reviewing.card.message.shown_text()
    press(qtbot, canvas, "R")
    reviewing.session.go_to(first)
    reviewing.map.zoom(reviewing.session.feature().geometry())
    press(qtbot, canvas, "G")
    click_map(qtbot, canvas, tuple(where))
    assert reviewing.session.values()["status"] == "added", reviewing.card.message.shown_text()
    area = reviewing.session.values()["area_m2"]
    press(qtbot, canvas, "-")
    smaller = reviewing.session.values()["area_m2"]
    qtbot.keyClick(canvas, "+", Qt.KeyboardModifier.ShiftModifier)
    assert smaller < area
    assert reviewing.session.values()["area_m2"] == pytest.approx(area)


def test_a_click_goes_to_a_polygon(qtbot, reviewing, layer, canvas):
    first = reviewing.session.current
    press(qtbot, canvas, "N")
    canvas.setExtent(layer.extent())
    heart = layer.getFeature(first).geometry().pointOnSurface().asPoint()
    press(qtbot, canvas, "F")
    click_map(qtbot, canvas, tuple(heart))
    assert reviewing.session.current == first
    press(qtbot, canvas, "F")
    click_map(qtbot, canvas, (canvas.extent().xMinimum() + 1, canvas.extent().yMaximum() - 1))
    assert reviewing.card.message.shown_text().startswith("There is no polygon at this place.")


def test_somebody_elses_layer_gets_the_fields_it_lacks(qtbot, panel, project, canvas):
    layer = foreign_layer(*SQUARES)
    project.addMapLayer(layer)
    assert "The layer lacks fields that a review fills in: id, uuid" in (
        panel.form.message.shown_text()
    )
    assert panel.form.start_button.text() == "&Add the fields and review"
    click(qtbot, panel.form.start_button)
    assert not missing_fields(layer)
    assert statuses(layer) == ["predicted"] * 3
    assert panel.session.values()["area_m2"] == pytest.approx(400, rel=1e-3)
    assert not untrue_fields(layer, None)
    press(qtbot, canvas, "AAA")
    assert panel.card.title.shown_text() == "All 3 polygons are decided."
    layer.rollBack()
    assert panel.session is None
    assert layer.fields().names() == ["name"]


def test_invalid_outlines_are_repaired_and_told(qtbot, panel, project):
    layer = foreign_layer(BOW_TIE, SQUARES[1])
    project.addMapLayer(layer)
    click(qtbot, panel.form.start_button)
    assert "Invalid outlines repaired: 1." in panel.card.message.shown_text()
    assert statuses(layer) == ["predicted"] * 2
    assert not untrue_fields(layer, None)


def test_the_raster_beside_the_polygons_is_used(qtbot, reviewing, layer, run):
    raster = ProbabilityRaster(str(run / "probability.tif"))
    reviewing.session.redraw(reviewing.session.feature().geometry().buffer(2, 5))
    assert not untrue_fields(layer, raster)
    raster.close()


def test_settings_for_editing_are_as_before_after_leaving(qtbot, panel, layer, project):
    config = QgsSnappingConfig(project)
    config.setEnabled(False)
    config.setTolerance(3.5)
    project.setSnappingConfig(config)
    project.setTopologicalEditing(True)
    click(qtbot, panel.form.start_button)
    assert project.snappingConfig().enabled()
    assert not project.topologicalEditing()
    click(qtbot, panel.card.leave_button)
    assert project.snappingConfig() == config
    assert project.topologicalEditing()


def test_the_layer_may_go_while_it_is_reviewed(qtbot, reviewing, layer, project, canvas):
    press(qtbot, canvas, "A")
    project.removeMapLayer(layer.id())
    assert reviewing.session is None
    assert not reviewing.card.isVisible()
    assert not project.snappingConfig().enabled()
    press(qtbot, canvas, "A")
    assert reviewing.form.message.shown_text().startswith("Detect landslides first")


def test_a_cleared_project_ends_the_review(qtbot, reviewing, project):
    project.clear()
    assert reviewing.session is None
    assert not reviewing.form.start_button.isEnabled()


def test_rejected_polygons_can_be_hidden(qtbot, reviewing, layer, canvas):
    press(qtbot, canvas, "RH")
    shown = {one.value(): one.renderState() for one in layer.renderer().categories()}
    assert shown["rejected"] is False
    assert shown["predicted"] is True
    press(qtbot, canvas, "H")
    assert all(one.renderState() for one in layer.renderer().categories())


def swipe_images(folder, layer):
    """A red image from before, and a blue one, of the layer's extent."""
    found = []
    for name, band in (("before", 1), ("after", 3)):
        path = str(make_raster(folder / f"{name}.tif", 256, 256))
        data = gdal.Open(path, gdal.GA_Update)
        for index in (1, 2, 3):
            data.GetRasterBand(index).Fill(255 if index == band else 0)
        data.FlushCache()
        found.append(QgsRasterLayer(path, name))
    QgsProject.instance().addMapLayers(found)
    return found


def test_an_image_from_before_is_swiped_over_the_map(qtbot, reviewing, layer, canvas, tmp_path):
    before, after = swipe_images(tmp_path, layer)
    canvas.setLayers([layer, after])
    reviewing.form.before.setLayer(before)
    press(qtbot, canvas, "W")
    swipe = reviewing.map.swipe

    def colour_at(share):
        picture = canvas.viewport().grab().toImage()
        colour = picture.pixelColor(int(share * picture.width()), picture.height() - 4)
        return max(("red", "green", "blue"), key=lambda name: getattr(colour, name)())

    qtbot.waitUntil(lambda: (colour_at(0.3), colour_at(0.7)) == ("red", "blue"), timeout=20_000)
    viewport, y = canvas.viewport(), canvas.viewport().height() // 4
    start, end = (int(share * viewport.width()) for share in (0.5, 0.8))
    qtbot.mousePress(viewport, LEFT, pos=QPoint(start, y))
    qtbot.mouseMove(viewport, QPoint(end, y))
    qtbot.waitUntil(lambda: abs(swipe.share - 0.8) < 0.02)
    qtbot.mouseRelease(viewport, LEFT, pos=QPoint(end, y))
    qtbot.waitUntil(lambda: colour_at(0.7) == "red")
    press(qtbot, canvas, "W")
    qtbot.waitUntil(lambda: colour_at(0.3) == "blue", timeout=20_000)


def test_long_names_never_widen_the_tab(qtbot, panel, project):
    layer = foreign_layer(*SQUARES)
    layer.setName("inventory_" + "very_long_name_" * 12)
    project.addMapLayer(layer)
    panel.resize(280, 600)
    click(qtbot, panel.form.start_button)
    panel.card.message.show_text(f"The layer {layer.name()} cannot be saved.")
    qtbot.wait(50)
    assert panel.widget().width() == panel.viewport().width() <= panel.width() == 280


@pytest.mark.slow
def test_a_hundred_polygons(qtbot, reviewing, layer, canvas, capsys):
    assert layer.featureCount() >= 100
    began = time.perf_counter()
    for number in range(100):
        press(qtbot, canvas, ("A", "R", "3A", "NPA")[number % 4])
        # The canvas begins to draw a moment after it was asked to.
        qtbot.wait(5)
        qtbot.waitUntil(lambda: not canvas.isDrawing(), timeout=20_000)
    seconds = time.perf_counter() - began
    request = QgsFeatureRequest().setFilterExpression("\"status\" <> 'predicted'")
    assert len(list(layer.getFeatures(request))) == 100
    reviewing.session.save()
    with capsys.disabled():
        print(
            f"\n{seconds / 100:.3f} s a polygon in a review of 100 by keys, the map drawn each time"
        )
