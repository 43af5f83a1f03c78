"""The shipped styles, as QGIS reads them."""

import pytest
from osgeo import gdal
from qgis.core import QgsRasterLayer, QgsVectorLayer
from qgis.gui import QgsAttributeForm

from calanddet_qgis.paths import style
from tests.plugin.factories import make_raster

FIELDS = ("id:integer", "uuid:string", "area_m2:double", "status:string", "class:string")
TERRAIN = ("slope_mean_deg:double",)


def polygon_layer(fields):
    """An empty polygon layer with the shipped style."""
    uri = "MultiPolygon?crs=EPSG:32633&" + "&".join(f"field={field}" for field in fields)
    layer = QgsVectorLayer(uri, "landslides", "memory")
    message, loaded = layer.loadNamedStyle(str(style("landslides")))
    assert loaded, message
    return layer


def test_every_status_has_a_symbol_of_its_own():
    layer = polygon_layer(FIELDS)
    categories = layer.renderer().categories()
    values = [category.value() for category in categories]
    assert values[:-1] == ["predicted", "accepted", "edited", "added", "rejected"]
    colours = {category.symbol().symbolLayers()[-1].strokeColor().name() for category in categories}
    assert len(colours) == 5


@pytest.mark.parametrize("fields", [FIELDS, FIELDS + TERRAIN])
def test_the_form_fits_layers_with_and_without_terrain(qtbot, fields):
    layer = polygon_layer(fields)
    tabs = layer.editFormConfig().tabs()
    assert [tab.name() for tab in tabs] == ["Review", "Measured", "Terrain", "Origin"]
    form = QgsAttributeForm(layer)
    qtbot.addWidget(form)


def test_a_polygon_drawn_by_hand_counts_as_added():
    layer = polygon_layer(FIELDS)
    default = layer.defaultValueDefinition(layer.fields().indexOf("status"))
    assert default.expression() == "'added'"


def test_the_mask_shows_landslides_only(tmp_path):
    layer = QgsRasterLayer(str(make_raster(tmp_path / "mask.tif", bands=1)), "mask")
    assert layer.loadNamedStyle(str(style("mask")))[1]
    background, landslide = layer.renderer().classes()
    assert (background.value, background.color.alpha()) == (0, 0)
    assert (landslide.value, landslide.label) == (1, "Landslide")


def test_the_probability_is_read_from_0_to_1_and_low_values_are_transparent(tmp_path):
    path = str(make_raster(tmp_path / "probability.tif", bands=1))
    data = gdal.Open(path, gdal.GA_Update)
    data.GetRasterBand(1).Fill(250)
    data.GetRasterBand(1).SetScale(1 / 250)
    data.FlushCache()
    del data
    layer = QgsRasterLayer(path, "probability")
    assert layer.loadNamedStyle(str(style("probability")))[1]
    value, _ = layer.dataProvider().sample(layer.extent().center(), 1)
    assert value == pytest.approx(1)
    shader = layer.renderer().shader().rasterShaderFunction()
    alpha = {probability: shader.shade(probability)[-1] for probability in (0.05, 0.5, 1.0)}
    assert alpha[0.05] == 0 < alpha[0.5] < alpha[1.0]
