"""From what is chosen to a plan, or to a sentence that names the field."""

import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from osgeo import gdal
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsGeometry,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
)

from calanddet_qgis import plan as plans
from calanddet_qgis import speeds
from calanddet_qgis.area import ChosenArea
from calanddet_qgis.card import read_card
from calanddet_qgis.choice import Choice
from calanddet_qgis.messages import Failure
from calanddet_qgis.paths import bundled_checkpoint
from calanddet_qgis.phrases import distance_line, plan_line
from calanddet_qgis.plan import make_plan
from calanddet_qgis.raster_facts import facts_of, ground_size, guess_bands
from tests.plugin.factories import make_raster

FOURTEEN = (
    "coastal", "blue", "green", "red", "rededge1", "rededge2", "rededge3", "nir", "watervapour",
    "cirrus", "swir1", "swir2", "slope", "dem",
)  # fmt: skip
NOW = datetime(2026, 5, 4, 13, 2, 1)
UTM = QgsCoordinateReferenceSystem("EPSG:32633")
DEGREES = QgsCoordinateReferenceSystem("EPSG:4326")


@pytest.fixture
def choice(image):
    """Everything chosen as by somebody in a hurry."""
    path = bundled_checkpoint()
    return Choice(layer=image, checkpoint=path, card=read_card(path))


def refusal(choice, taken=()):
    with pytest.raises(Failure) as raised:
        make_plan(choice, NOW, taken)
    return raised.value.kind, str(raised.value)


def square(left, top, side, crs=UTM):
    return ChosenArea(QgsGeometry.fromRect(QgsRectangle(left, top - side, left + side, top)), crs)


def layer_of(path):
    return QgsRasterLayer(str(path), Path(path).stem)


@pytest.mark.parametrize("epsg", [27700, 3035, 32633])
def test_coordinates_that_are_not_of_their_crs_have_no_size(qgis_app, epsg):
    crs = QgsCoordinateReferenceSystem(f"EPSG:{epsg}")
    assert ground_size(QgsRectangle(5e9, 5e9, 5e9 + 100, 5e9 + 100), crs) is None


def test_a_plan_says_what_a_run_will_take(choice):
    line = plan_line(make_plan(choice, NOW))
    assert line.startswith("240 × 300 px at 1 m · 7.21 ha · 1 tile · about ")
    assert line.endswith("How long it takes is known after the first run with this checkpoint.")


def test_what_was_measured_tells_the_time(choice):
    speeds.remember(choice.checkpoints, "auto", 100, 10.0, 14.0)
    assert plan_line(make_plan(choice, NOW)).endswith("It will take about 4 s.")
    cpu = replace(choice, device="cpu")
    assert "is known after the first run" in plan_line(make_plan(cpu, NOW))
    times = plans.seconds_by_overlap(choice, make_plan(choice, NOW))
    assert times["reference"] > times["balanced"] >= times["fast"]


def test_too_few_tiles_say_nothing_about_the_speed(choice):
    speeds.remember(choice.checkpoints, "auto", 3, 10.0, 14.0)
    assert speeds.speed_of(choice.checkpoints, "auto") is None


def test_flips_and_further_checkpoints_take_their_time(choice, checkpoint, tmp_path):
    layer = layer_of(make_raster(tmp_path / "large.tif", 2400, 2400))
    other = str(shutil.copy(choice.checkpoint, tmp_path / "other.safetensors"))
    alone = replace(choice, layer=layer)
    flipped, both = replace(alone, flips=True), replace(alone, more_checkpoints=(other,))
    speeds.remember(choice.checkpoints, "auto", 100, 10.0, 14.0)
    seconds = make_plan(alone, NOW).estimate.seconds
    assert make_plan(flipped, NOW).estimate.seconds - 4 == pytest.approx(4 * (seconds - 4))
    assert make_plan(both, NOW).estimate.seconds is None
    speeds.remember([other], "auto", 100, 30.0, 35.0)
    assert make_plan(both, NOW).estimate.seconds - 5 == pytest.approx(4 * (seconds - 4), rel=1e-3)
    # Once they ran together, what was measured then counts.
    speeds.remember(both.checkpoints, "auto", 100, 20.0, 24.0)
    assert make_plan(both, NOW).estimate.seconds - 4 == pytest.approx(2 * (seconds - 4))
    assert make_plan(both, NOW).estimate.memory > make_plan(alone, NOW).estimate.memory


def test_checkpoints_that_cannot_run_together_are_refused(choice, checkpoint):
    kind, text = refusal(replace(choice, more_checkpoints=(choice.checkpoint,)))
    assert (kind, text) == (
        "ensemble",
        "The checkpoint calanddet2-rgb.safetensors is chosen twice. Take one of the two out.",
    )
    kind, text = refusal(replace(choice, more_checkpoints=(str(checkpoint),)))
    assert kind == "ensemble"
    assert text.startswith(
        "calanddet2-rgb.safetensors and seeded.safetensors cannot run together: they take tiles of "
        "512 px of red, green, blue and tiles of 224 px of red, green, blue."
    )
    kind, text = refusal(replace(choice, more_checkpoints=("/gone.pt",)))
    assert text.startswith("There is no checkpoint file /gone.pt.")


def test_bands_of_other_rasters_reach_the_worker(choice, tmp_path):
    other = layer_of(make_raster(tmp_path / "other: 2.tif", bands=2))
    taken = replace(choice, bands={"red": 3, "blue": 1}, inputs={"green": (other, 2)})
    request = make_plan(taken, NOW).request
    assert request.bands == (3, 1)
    assert request.inputs == (f"green={other.source()}:2",)
    kind, text = refusal(replace(taken, inputs={"green": (None, 0)}))
    assert (kind, text) == (
        "bands",
        "No raster is chosen to take green from. Choose one, or the image's own band.",
    )
    kind, text = refusal(replace(taken, inputs={"green": (other, 0)}))
    assert text.startswith("No band of other: 2 is chosen for green.")
    service = QgsRasterLayer("type=xyz&url=file:///nowhere/{z}/{x}/{y}.png", "tiles", "wms")
    kind, text = refusal(replace(taken, inputs={"green": (service, 1)}))
    assert kind == "bands"
    assert text.startswith("The layer tiles comes from the provider wms, which is not a file.")


def test_an_area_in_another_crs_is_searched_in_the_rasters_own(choice):
    move = QgsCoordinateTransform(UTM, DEGREES, QgsProject.instance())
    inside = QgsRectangle(500050, 3999800, 500150, 3999900)
    area = ChosenArea.of_rectangle(move.transformBoundingBox(inside), DEGREES)
    plan = make_plan(replace(choice, area=area), NOW)
    assert plan.request.aoi == str(Path(plan.request.out, "search_area.gpkg"))
    assert plan.estimate.pixels == pytest.approx(100 * 100, rel=0.05)
    assert plan.estimate.area_m2 == pytest.approx(100 * 100, rel=0.05)


def test_tiles_outside_the_area_are_not_counted(choice, tmp_path):
    layer = layer_of(make_raster(tmp_path / "large.tif", 2400, 2400))
    whole = make_plan(replace(choice, layer=layer), NOW).estimate
    corner = replace(choice, layer=layer, area=square(500000, 4000000, 100))
    assert whole.tiles == 49
    assert make_plan(corner, NOW).estimate.tiles == 1


def test_an_area_beside_the_image_is_refused(choice):
    kind, text = refusal(replace(choice, area=square(600000, 4000000, 100)))
    assert (kind, text[:35]) == ("area", "The area does not touch the image. ")


def test_a_far_distance_is_resampled_and_told(choice):
    plan = make_plan(replace(choice, gsd="2"), NOW)
    assert distance_line(plan) == "The image has 1 m; it is read at 2 m."
    assert (plan.lattice.width, plan.lattice.height) == (120, 150)
    assert plan.notes == (
        "At 2 m a pixel the network may find little: it was trained for 0.533 to 1.33 m.",
    )
    native = make_plan(replace(choice, gsd="native"), NOW)
    assert distance_line(native) == "The image has 1 m, and is read as it is."


def test_a_distance_without_a_crs_is_refused(choice, tmp_path):
    path = str(tmp_path / "nowhere.tif")
    gdal.GetDriverByName("GTiff").Create(path, 30, 20, 3)
    layer = layer_of(path)
    layer.setCrs(QgsCoordinateReferenceSystem())
    kind, text = refusal(replace(choice, layer=layer, gsd="2"))
    assert kind == "gsd"
    assert text.startswith("The image has no CRS, so that it cannot be resampled to 2 m.")
    plan = make_plan(replace(choice, layer=layer), NOW)
    assert plan.notes[0].startswith("The image has no CRS: its own resolution is used")


def test_missing_bands_and_elevations_are_refused(choice):
    bands = {"red": 1, "green": 0, "blue": 0}
    kind, text = refusal(replace(choice, bands=bands))
    assert kind == "bands"
    assert text.startswith("The image has 3 band(s), and none is chosen for green, blue.")
    card = replace(choice.card, bands=("red", "green", "blue", "dem"))
    guessed = guess_bands(choice.layer, card.bands)
    wanting = replace(choice, card=card, bands=guessed)
    kind, text = refusal(wanting)
    assert kind == "dem"
    assert text.startswith("The checkpoint needs elevation, and no elevation model is chosen.")
    given = make_plan(replace(wanting, dem=choice.layer), NOW).request
    assert given.bands == (1, 2, 3)
    assert given.dem == choice.layer.source()


def test_folders_are_new_or_refused(choice, tmp_path):
    first = make_plan(choice, NOW)
    second = make_plan(choice, NOW, {first.request.out})
    assert second.request.out == first.request.out + "-2"
    kind, text = refusal(replace(choice, out=first.request.out), {first.request.out})
    assert kind == "output"
    assert "is that of another run that is not over." in text
    (tmp_path / "search_area.gpkg").touch()
    kind, text = refusal(replace(choice, out=str(tmp_path)))
    assert (kind, "already holds search_area.gpkg" in text) == ("output", True)


def test_a_full_disk_is_refused_beforehand(choice, monkeypatch):
    monkeypatch.setattr(plans.shutil, "disk_usage", lambda path: type("U", (), {"free": 1000}))
    kind, text = refusal(choice)
    assert kind == "output"
    assert "has 1.0 kB free; the results need about 16.8 MB." in text


def test_memory_that_is_not_there_is_a_warning(choice, monkeypatch):
    monkeypatch.setattr(plans, "free_memory", lambda: 500_000_000)
    (note,) = make_plan(choice, NOW).notes
    assert note.endswith("500.0 MB are free: close other programs.")


def test_a_layer_that_cannot_be_opened_is_refused(choice, tmp_path):
    kind, text = refusal(replace(choice, layer=layer_of(tmp_path / "gone.tif")))
    assert (kind, text[:36]) == ("raster", "The layer gone cannot be opened. Rep")


@pytest.mark.parametrize(
    ("names", "roles", "expected"),
    [
        (["NIR", "Red", "Green", ""], ("red", "green", "nir"), (2, 3, 1)),
        (["B02", "B03", "B04", "B08"], ("red", "green", "blue", "nir"), (3, 2, 1, 4)),
        (["", "", "", "elevation"], ("red", "green", "blue", "dem"), (1, 2, 3, 4)),
        (["coastal_blue", "blue", "green_i", "green"], ("green", "blue"), (4, 2)),
        (["Green", "Red edge", "Red", "Blue"], ("red", "green", "blue"), (3, 1, 4)),
        (["Coastal blue", "Red edge", "Light red", "Deep blue"], ("red", "blue"), (3, 4)),
        (["B2", "B3", "B4", "B8"], ("red", "green", "blue", "nir"), (3, 2, 1, 4)),
    ],
)
def test_bands_are_guessed_by_their_names_then_by_colour(tmp_path, names, roles, expected):
    path = make_raster(tmp_path / "a.tif", bands=4)
    data = gdal.Open(str(path), gdal.GA_Update)
    for band, name in enumerate(names, 1):
        data.GetRasterBand(band).SetDescription(name)
    del data
    guessed = guess_bands(layer_of(path), roles)
    assert tuple(guessed[role] for role in roles) == expected


@pytest.mark.parametrize(
    ("count", "roles", "expected"),
    [
        (14, FOURTEEN, tuple(range(1, 15))),
        (13, ("red", "green", "blue", "swir2"), (4, 3, 2, 13)),
        (5, ("red", "green", "blue"), (1, 2, 3)),
    ],
)
def test_a_stack_that_is_known_as_a_whole_is_in_its_order(tmp_path, count, roles, expected):
    path = tmp_path / "a.tif"
    gdal.GetDriverByName("GTiff").Create(str(path), 40, 30, count, gdal.GDT_Float32)
    guessed = guess_bands(layer_of(path), roles)
    assert tuple(guessed[role] for role in roles) == expected


def test_two_bands_are_not_enough_to_guess_three(tmp_path):
    layer = layer_of(make_raster(tmp_path / "a.tif", bands=2))
    assert not all(guess_bands(layer, ("red", "green", "blue")).values())


def test_sizes_on_the_ground_are_those_of_the_ellipsoid(tmp_path):
    path = str(tmp_path / "degrees.tif")
    gdal.Warp(path, str(make_raster(tmp_path / "a.tif")), dstSRS="EPSG:4326", width=300, height=300)
    facts = facts_of(layer_of(path))
    assert facts.gsd[0] * 300 == pytest.approx(240, rel=0.02)
    assert facts.gsd[1] * 300 == pytest.approx(300, rel=0.02)
