"""The review tab by real keys and clicks on the canvas."""

# ruff: noqa: F401, F811 (fixtures come from a module)

import time

import pytest
from qgis.core import QgsFeatureRequest
from qgis.gui import QgsMapToolPan
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QLineEdit

from tests.plugin.review_tab import (
    RIGHT,
    canvas,
    click,
    click_map,
    layer,
    panel,
    press,
    reviewing,
    run,
    statuses,
)


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
