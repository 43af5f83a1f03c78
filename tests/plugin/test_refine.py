"""Another threshold for a finished run, in the panel, with the real worker."""

from pathlib import Path

import numpy as np
from qgis.core import (
    QgsFillSymbol,
    QgsRasterLayer,
    QgsRectangle,
    QgsSingleSymbolRenderer,
    QgsVectorLayer,
    edit,
)
from qgis.PyQt.QtCore import Qt

from calanddet_qgis.layers import polygon_source
from calanddet_qgis.refine import window
from calanddet_qgis.refine.finished_run import runs_in
from calanddet_qgis.refine.preview import tidy
from tests.plugin.refine_tab import (
    WAIT_MS,
    apply,
    contents,
    drawn,
    layer,
    move,
    pixels,
    record,
    roles,
    shown_pixels,
    values,
)


def test_the_run_of_the_project_is_chosen_with_its_settings(panel, folder):
    assert panel.runs.currentText() == "ortho · 2026-05-12"
    assert panel.form.threshold.value() == 0.5 and panel.form.slider.value() == 125
    assert panel.form.simplify.value() == 0.25
    assert panel.counts.shown_text() == "As in the run's files."
    assert not panel.apply.isEnabled() and not panel.reset.isEnabled()


def test_a_narrow_panel_shows_all_of_it(qtbot, panel):
    panel.resize(260, 500)
    panel.form.min_area.setValue(1e9)
    qtbot.wait(50)
    assert panel.widget().width() == panel.viewport().width() <= 260


def test_shading_follows_the_slider_at_once_and_the_polygons_a_moment_later(
    qtbot, panel, project, folder
):
    before = contents(folder)
    panel.form.slider.setValue(75)
    assert panel.form.threshold.value() == 0.3
    shown = roles(project)
    assert shown["Mask (preview)"] and not shown["Mask"]
    assert shown["Probability (preview)"] and not shown["Probability"]
    shader = layer(project, "Mask (preview)").renderer().shader().rasterShaderFunction()
    alpha = [shader.shade(value / 250)[-1] for value in (74, 75, 250)]
    assert alpha[0] == 0 and alpha[1] == alpha[2] == 255
    colours = layer(project, "Probability (preview)").renderer().shader().rasterShaderFunction()
    assert colours.shade(74 / 250)[-1] == 0 < colours.shade(75 / 250)[-1]
    assert colours.shade(0.75) == (True, 227, 74, 82, 62)
    assert panel.counts.shown_text() == "The polygons follow…"
    assert shown["Landslides"]
    qtbot.waitUntil(lambda: panel.refiner.can_apply, timeout=WAIT_MS)
    shown = roles(project)
    assert shown["Landslides (preview)"] and not shown["Landslides"]
    preview = layer(project, "Landslides (preview)")
    assert preview.renderer().type() == "categorizedSymbol" and preview.readOnly()
    np.testing.assert_array_equal(drawn(panel.refiner.preview.polygon_file), values(folder) >= 75)
    assert panel.counts.shown_text().startswith(f"{preview.featureCount()} landslides found")
    # A further move changes the same layers.
    move(qtbot, panel, 0.7)
    assert layer(project, "Landslides (preview)") is preview
    np.testing.assert_array_equal(drawn(panel.refiner.preview.polygon_file), values(folder) >= 175)
    after = contents(folder)
    assert {name: after[name] for name in before if "-" not in name} == {
        name: content for name, content in before.items() if "-" not in name
    }


def test_moving_back_shows_the_run_as_it_is(qtbot, panel, project):
    layer(project, "Landslides").setName("Mine")
    node = project.layerTreeRoot().findLayer(layer(project, "Mask").id())
    node.setItemVisibilityChecked(False)
    before = roles(project)
    move(qtbot, panel, 0.3)
    assert roles(project)["Mask (preview)"] is False
    panel.form.threshold.setValue(0.5)
    assert roles(project) == before
    assert [group.name() for group in project.layerTreeRoot().findGroups(True)] == [
        "ortho · 2026-05-12"
    ]
    assert panel.counts.shown_text() == "As in the run's files."


def test_apply_rewrites_everything_so_that_it_agrees(qtbot, panel, project, folder):
    own = layer(project, "Landslides")
    own.setRenderer(QgsSingleSymbolRenderer(QgsFillSymbol.createSimple({"color": "blue"})))
    fields, form = own.fields().names(), [tab.name() for tab in own.editFormConfig().tabs()]
    panel.form.min_area.setValue(10)
    move(qtbot, panel, 0.3)
    expected = layer(project, "Landslides (preview)").featureCount()
    apply(qtbot, panel)
    np.testing.assert_array_equal(pixels(folder / "mask.tif") == 1, values(folder) >= 75)
    assert record(folder)["parameters"]["threshold"] == 0.3
    assert record(folder)["counts"]["polygons"] == expected
    assert roles(project) == {"Landslides": True, "Mask": True, "Probability": True}
    assert layer(project, "Landslides") is own and own.isValid() and not own.readOnly()
    assert own.featureCount() == expected
    assert own.source() == polygon_source(str(folder / "landslides.gpkg"))
    assert own.fields().names() == fields
    assert [tab.name() for tab in own.editFormConfig().tabs()] == form
    assert own.renderer().symbol().color().name() == "#0000ff"
    assert "Threshold: 0.3." in own.metadata().abstract()
    mask = layer(project, "Mask")
    assert mask.renderer().type() == "paletted"
    np.testing.assert_array_equal(shown_pixels(mask) == 1, values(folder) >= 75)
    assert "have the threshold 0.3 now" in panel.message.shown_text()
    assert not panel.apply.isEnabled() and panel.form.threshold.value() == 0.3
    # And the layer can be edited.
    with edit(own):
        assert own.changeAttributeValue(next(own.getFeatures()).id(), fields.index("status"), "x")


def test_reset_gives_the_runs_own_settings_also_after_apply(qtbot, panel, project, folder):
    move(qtbot, panel, 0.3)
    apply(qtbot, panel)
    qtbot.mouseClick(panel.reset, Qt.MouseButton.LeftButton)
    assert panel.form.threshold.value() == 0.5
    qtbot.waitUntil(lambda: panel.refiner.can_apply, timeout=WAIT_MS)
    assert not panel.reset.isEnabled()
    apply(qtbot, panel)
    np.testing.assert_array_equal(pixels(folder / "mask.tif") == 1, values(folder) >= 125)


def test_reviewed_landslides_survive_and_that_is_told(qtbot, panel, project, folder):
    own = layer(project, "Landslides")
    first = next(own.getFeatures())
    with edit(own):
        own.changeAttributeValue(first.id(), own.fields().indexOf("status"), "accepted")
        own.changeAttributeValue(first.id(), own.fields().indexOf("notes"), "fresh scarp")
    move(qtbot, panel, 0.3)
    kept = "Reviewed landslides that are kept as they are: 1."
    assert kept in panel.counts.shown_text()
    assert "New ones that touch them and are left out: 1." in panel.counts.shown_text()
    apply(qtbot, panel)
    assert kept in panel.message.shown_text()
    (after,) = [each for each in own.getFeatures() if each["status"] == "accepted"]
    assert after["notes"] == "fresh scarp" and after["uuid"] == first["uuid"]
    assert after.geometry().equals(first.geometry())


def test_an_older_run_is_opened_from_its_folder(qtbot, panel, project, pristine):
    panel.add_run(pristine)
    qtbot.waitUntil(lambda: panel.runs.count() == 2, timeout=WAIT_MS)
    assert list(runs_in(project).values()) == ["run", "ortho · 2026-05-12"]
    assert panel.refiner.run.folder == pristine
    panel.add_run(pristine.parent)
    assert "holds no run of a detection" in panel.message.shown_text()


def test_another_run_is_chosen_and_the_preview_of_the_first_goes(qtbot, panel, project, pristine):
    move(qtbot, panel, 0.3)
    panel.add_run(pristine)
    qtbot.waitUntil(lambda: panel.runs.count() == 2, timeout=WAIT_MS)
    # The one that is being refined stays.
    assert panel.runs.currentText() == "ortho · 2026-05-12"
    panel.runs.setCurrentIndex(0)
    assert "Mask (preview)" not in roles(project)
    assert panel.form.threshold.value() == 0.5


def test_a_large_raster_is_previewed_where_the_map_is_and_written_whole(
    qtbot, panel, project, folder, monkeypatch
):
    monkeypatch.setattr(window, "WHOLE_PIXELS", 1000)
    canvas = panel.refiner._canvas
    canvas.setDestinationCrs(layer(project, "Mask").crs())
    canvas.setExtent(QgsRectangle(500_000, 3_399_950, 500_050, 3_400_000))
    move(qtbot, panel, 0.3)
    preview = layer(project, "Landslides (preview)")
    assert preview.extent().xMaximum() < 500_060
    assert "the visible part: Apply computes and writes the whole" in panel.counts.shown_text()
    before = panel.refiner.preview.polygon_file
    canvas.setExtent(QgsRectangle(500_060, 3_399_950, 500_110, 3_400_000))
    qtbot.waitUntil(lambda: panel.refiner.preview.polygon_file != before, timeout=WAIT_MS)
    assert preview.extent().xMinimum() > 500_050
    qtbot.waitUntil(lambda: panel.refiner.can_apply, timeout=WAIT_MS)
    apply(qtbot, panel)
    np.testing.assert_array_equal(drawn(folder / "landslides.gpkg"), values(folder) >= 75)


def test_what_a_preview_left_in_a_saved_project_is_tidied(qtbot, panel, project, tmp_path):
    move(qtbot, panel, 0.3)
    path = str(tmp_path / "mid.qgz")
    assert project.write(path)
    project.clear()
    qtbot.waitUntil(lambda: panel.refiner.run is None, timeout=WAIT_MS)
    assert project.read(path)
    assert roles(project) == {"Landslides": True, "Mask": True, "Probability": True}
    tidy(project)


def test_a_fresh_layer_has_the_style_and_the_form_of_the_inventory(qtbot, panel, folder):
    move(qtbot, panel, 0.3)
    apply(qtbot, panel)
    fresh = QgsVectorLayer(polygon_source(str(folder / "landslides.gpkg")), "fresh", "ogr")
    values = [category.value() for category in fresh.renderer().categories()]
    assert values[:5] == ["predicted", "accepted", "edited", "added", "rejected"]
    assert fresh.editFormConfig().tabs()[0].name() == "Review"
    assert fresh.fields().field("area_m2").alias() == "Area [m²]"
    mask = QgsRasterLayer(str(folder / "mask.tif"), "fresh")
    assert mask.renderer().classes()[1].label == "Landslide"
    probability = QgsRasterLayer(str(folder / "probability.tif"), "fresh")
    shader = probability.renderer().shader().rasterShaderFunction()
    assert shader.shade(0.05)[-1] == 0 < shader.shade(0.9)[-1]


def test_unloading_leaves_nothing(qtbot, panel, project):
    move(qtbot, panel, 0.3)
    file = Path(panel.refiner.preview.polygon_file)
    panel.refiner.stop()
    assert roles(project) == {"Landslides": True, "Mask": True, "Probability": True}
    assert not file.parent.exists()
