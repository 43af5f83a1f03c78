"""What the review tab takes and shows: layers of all kinds, the map, images to swipe."""

# ruff: noqa: F401, F811 (fixtures come from a module)

import pytest
from osgeo import gdal
from qgis.core import QgsProject, QgsRasterLayer, QgsSnappingConfig
from qgis.PyQt.QtCore import QPoint

from calanddet_qgis.review.probability import ProbabilityRaster
from calanddet_qgis.review.schema import missing_fields
from tests.plugin.factories import make_raster
from tests.plugin.review_tab import (
    BOW_TIE,
    LEFT,
    SQUARES,
    canvas,
    click,
    layer,
    panel,
    press,
    reviewing,
    run,
    statuses,
)
from tests.plugin.reviews import foreign_layer, untrue_fields


def test_the_run_s_probability_is_chosen_and_no_image(project, panel, layer, tmp_path):
    assert panel.form.probability.currentLayer() is None
    image = QgsRasterLayer(str(make_raster(tmp_path / "image.tif")), "an image")
    project.addMapLayer(image)
    assert panel.form.probability.currentLayer() is None
    probability = QgsRasterLayer(str(tmp_path / "copy" / "probability.tif"), "probability")
    project.addMapLayer(probability)
    assert panel.form.probability.currentLayer() == probability


def test_the_canvas_shows_each_polygon_with_its_surroundings(qtbot, reviewing, canvas):
    for _ in range(3):
        press(qtbot, canvas, "A")
        box = reviewing.session.feature().geometry().boundingBox()
        assert canvas.extent().contains(box)
        assert canvas.extent().width() >= 2.9 * box.width()
        assert abs(canvas.extent().center().x() - box.center().x()) < 1


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
