"""Projects that are saved, read again or changed in the midst of something."""

import pytest
from qgis.core import (
    QgsFeature,
    QgsFeatureRequest,
    QgsGeometry,
    QgsProcessingFeedback,
    QgsProjectBadLayerHandler,
    QgsVectorLayer,
)

from calanddet_qgis.algorithms.features import Features
from calanddet_qgis.gui.area_field import SELECTION, AreaField
from calanddet_qgis.gui.inventory_dialog import free_path
from calanddet_qgis.gui.inventory_jobs import ExportDialog
from calanddet_qgis.gui.review_form import ReviewForm
from calanddet_qgis.messages import Failure
from calanddet_qgis.preview import Preview
from calanddet_qgis.review.session import ReviewSession
from calanddet_qgis.review.surroundings import EditingSettings, restore
from calanddet_qgis.temporary import LeftOut
from tests.plugin.factories import make_raster

OUTLINE = "MultiPolygon(((500010 3999990,500030 3999990,500030 3999970,500010 3999990)))"


def polygons(name="polygons", fields="", outlines=(OUTLINE,), values=()):
    """A layer in memory."""
    layer = QgsVectorLayer(f"MultiPolygon?crs=EPSG:32633{fields}", name, "memory")
    for outline in outlines:
        feature = QgsFeature(layer.fields())
        feature.setGeometry(QgsGeometry.fromWkt(outline) if outline else QgsGeometry())
        feature.setAttributes(list(values))
        layer.dataProvider().addFeature(feature)
    layer.updateExtents()
    return layer


class Missing(QgsProjectBadLayerHandler):
    """What QGIS would ask the user about."""

    def __init__(self, layers):
        super().__init__()
        self.layers = layers

    def handleBadLayers(self, nodes):
        self.layers += nodes


@pytest.fixture
def read_again(project, tmp_path):
    """A function that saves the project and reads it; layers that are missing then."""
    left_out = LeftOut(project)

    def read():
        path, missing = str(tmp_path / "project.qgs"), []
        assert project.write(path)
        project.clear()
        project.setBadLayerHandler(Missing(missing))
        assert project.read(path)
        return missing

    yield read
    left_out.stop()
    project.setBadLayerHandler(QgsProjectBadLayerHandler())


def test_a_saved_project_has_no_preview(project, image, read_again, tmp_path):
    preview = Preview()
    preview.show(str(make_raster(tmp_path / "preview.tif", 30, 20, 1)), "image")
    assert len(project.mapLayers()) == 2
    assert read_again() == []
    assert [layer.name() for layer in project.mapLayers().values()] == ["image"]
    assert [node.name() for node in project.layerTreeRoot().findLayers()] == ["image"]
    preview.remove()


def test_layers_that_go_during_a_review_do_no_harm_afterwards(project, tmp_path):
    project.addMapLayers([polygons("a"), polygons("b")])
    settings = EditingSettings(project)
    project.removeMapLayer(project.mapLayersByName("b")[0])
    settings.restore()
    # QGIS reads every layer that its settings name.
    assert project.write(str(tmp_path / "project.qgs"))


def test_a_project_saved_in_the_midst_of_a_review_gets_its_settings_back(project, read_again):
    project.addMapLayer(polygons())
    before = project.snappingConfig()
    before.setTolerance(37.5)
    project.setSnappingConfig(before)
    project.setTopologicalEditing(True)
    EditingSettings(project)
    assert project.snappingConfig().enabled() and not project.topologicalEditing()
    read_again()
    restore(project)
    config = project.snappingConfig()
    assert not config.enabled() and config.tolerance() == 37.5
    assert (config.mode(), config.typeFlag()) == (before.mode(), before.typeFlag())
    assert project.topologicalEditing()
    # Once is enough: what the user sets afterwards stays.
    project.setTopologicalEditing(False)
    restore(project)
    assert not project.topologicalEditing()


@pytest.mark.parametrize("field", ["status:integer", "area_m2:string", "edited_at:double"])
def test_fields_of_another_type_are_not_filled(project, field):
    layer = polygons("mine", f"&field={field}", values=(3,))
    project.addMapLayer(layer)
    with pytest.raises(Failure, match=f"of another type: {field.partition(':')[0]}"):
        ReviewSession(layer)
    assert not layer.isEditable() and layer.fields().count() == 1


def test_a_layer_without_a_provider_is_said_to_be_broken(project):
    with pytest.raises(Failure, match="The layer lost cannot be opened"):
        ReviewSession(QgsVectorLayer("somewhere", "lost", "no such provider"))


def test_polygons_without_an_outline_are_not_asked_about(project):
    layer = polygons(outlines=(OUTLINE, None))
    project.addMapLayer(layer)
    session = ReviewSession(layer)
    session.next()
    for _ in range(2):
        assert session.feature().hasGeometry()
        session.accept()
    layer.rollBack()


def test_decisions_need_the_field_that_holds_them(project):
    layer = polygons()
    project.addMapLayer(layer)
    session = ReviewSession(layer)
    session.next()
    while layer.undoStack().canUndo():
        layer.undoStack().undo()
    with pytest.raises(Failure, match="were taken back"):
        session.accept()
    layer.rollBack()


def test_a_layer_in_memory_with_many_fields_has_a_place_for_its_results(project):
    fields = "".join(f"&field=a_rather_long_name_{number}:string" for number in range(20))
    layer = polygons("a / b", fields)
    project.addMapLayer(layer)
    assert free_path(layer, "statistics.html").name == "a  b_statistics.html"


def test_polygons_put_together_from_two_files_can_be_handed_over(project, tmp_path):
    layer = polygons("both", "&field=fid:integer", (OUTLINE, OUTLINE), (7,))
    path = tmp_path / "both.gpkg"
    Features.of(layer, None).write(str(path), QgsProcessingFeedback())
    written = QgsVectorLayer(str(path), "", "ogr")
    assert [feature["fid"] for feature in written.getFeatures()] == [7, 7]


def test_an_export_whose_file_was_cleared(qtbot, project):
    project.addMapLayer(polygons())
    dialog = ExportDialog(project.mapLayersByName("polygons")[0], None)
    qtbot.addWidget(dialog)
    dialog.out.setFilePath("")
    dialog.format.setCurrentIndex(dialog.format.currentIndex() + 1)
    assert dialog.out.filePath() == ""


def test_a_raster_that_was_picked_for_one_layer_is_not_the_nexts(qtbot, project, image):
    project.addMapLayers([polygons("a"), polygons("b")])
    form = ReviewForm()
    qtbot.addWidget(form)
    form.layer.setLayer(project.mapLayersByName("a")[0])
    form.probability.setLayer(image)
    form.probability.activated.emit(1)
    form.show_state()
    assert form.probability.currentLayer() == image
    form.layer.setLayer(project.mapLayersByName("b")[0])
    assert form.probability.currentLayer() is None


def test_a_layer_that_becomes_editable_can_be_reviewed(qtbot, project):
    layer = polygons()
    layer.setReadOnly(True)
    project.addMapLayer(layer)
    form = ReviewForm()
    qtbot.addWidget(form)
    assert not form.start_button.isEnabled()
    layer.setReadOnly(False)
    assert form.start_button.isEnabled()


def test_a_selection_is_heard_in_a_layer_that_was_read_again(
    qtbot, project, qgis_iface, read_again, tmp_path
):
    path = tmp_path / "zone.gpkg"
    Features.of(polygons(), None).write(str(path), QgsProcessingFeedback())
    project.addMapLayer(QgsVectorLayer(str(path), "zone", "ogr"))
    field = AreaField(qgis_iface.mapCanvas())
    qtbot.addWidget(field)
    field.kind.setCurrentIndex(field.kind.findData(SELECTION))
    read_again()
    (layer,) = project.mapLayers().values()
    field.polygons.setLayer(layer)
    with qtbot.waitSignal(field.changed, timeout=1000):
        layer.selectAll()
    assert len(list(layer.getSelectedFeatures(QgsFeatureRequest()))) == 1
