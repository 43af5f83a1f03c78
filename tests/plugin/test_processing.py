"""Detection and what all algorithms share: from Python, in a model and from `qgis_process`."""

import json
import os
from pathlib import Path

import pytest
from qgis.core import (
    QgsApplication,
    QgsFeature,
    QgsGeometry,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsProcessingModelOutput,
    QgsProcessingModelParameter,
    QgsProcessingParameterFile,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterVectorLayer,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
)

from calanddet_qgis.algorithms import ALGORITHMS
from calanddet_qgis.paths import icon
from calanddet_qgis.settings import WORKER_PYTHON
from tests.plugin.factories import make_raster, stand_in_python
from tests.plugin.processing_tools import (  # noqa: F401 (fixtures)
    SIDE,
    Ear,
    make_scene,
    opened,
    polygons,
    provider,
    ready,
    refusal,
    run,
)

ALGORITHM = "calanddet:detectlandslides"
pytestmark = pytest.mark.usefixtures("ready")


def run_detect(choice, **options):
    return run("detectlandslides", choice, **options)


def parameters(raster, checkpoint, out, **others):
    return {
        "INPUT": str(raster), "CHECKPOINT": str(checkpoint), "OUTPUT": str(out),
        "THRESHOLD": 0.5, "MIN_AREA": 20, **others,
    }  # fmt: skip


def test_the_algorithm_gives_named_outputs(checkpoint, tmp_path):
    raster, out, ear = make_raster(tmp_path / "a.tif"), tmp_path / "out", Ear()
    given = run_detect(parameters(raster, checkpoint, out), feedback=ear)
    assert set(given) == {
        "OUTPUT", "PROBABILITY", "MASK", "POLYGONS", "RUN", "COUNT", "AREA",
    }  # fmt: skip
    assert QgsVectorLayer(given["POLYGONS"], "x", "ogr").featureCount() == given["COUNT"] > 0
    assert QgsRasterLayer(given["MASK"], "x").renderer().type() == "paletted"
    written = json.loads((out / "run.json").read_text())
    assert written["parameters"]["threshold"] == 0.5
    assert any(text.startswith(("CPU", "GPU")) for text in ear.infos)


def test_area_elevation_and_the_checkpoints_threshold(checkpoint, tmp_path):
    raster = make_raster(tmp_path / "a.tif")
    dem = make_raster(tmp_path / "dem.tif", bands=1)
    area = QgsVectorLayer("Polygon?crs=EPSG:32633", "area", "memory")
    square = QgsFeature()
    square.setGeometry(QgsGeometry.fromRect(QgsRectangle(500000, 3999900, 500100, 4000000)))
    area.dataProvider().addFeature(square)
    choice = parameters(raster, checkpoint, tmp_path / "out", AOI=area, DEM=str(dem), OVERLAP=2)
    choice.pop("THRESHOLD")
    given = run_detect(choice)
    assert "slope_mean_deg" in QgsVectorLayer(given["POLYGONS"], "x", "ogr").fields().names()
    written = json.loads((tmp_path / "out" / "run.json").read_text())
    assert written["parameters"]["overlap"] == "fast"
    assert written["counts"]["pixels"] == 100 * 100


def test_bad_input_is_one_sentence(checkpoint, tmp_path):
    values = make_raster(tmp_path / "a.tif")
    Path(f"{tmp_path}/damaged.tif").write_bytes(values.read_bytes()[:5000])
    with pytest.raises(QgsProcessingException) as raised:
        run_detect(parameters(tmp_path / "damaged.tif", checkpoint, tmp_path / "out"))
    assert "damaged or truncated" in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"GSD": "-3"}, "The ground sampling distance -3 m is not above 0. Give metres a pixel."),
        ({"GSD": "x"}, "'x' is neither auto, native nor a number of metres."),
        ({"AOI": lambda: polygons([(9000, 0, 5)])}, "The area does not touch the image."),
        ({"AOI": lambda: polygons([])}, "The layer squares is empty."),
    ],
)
def test_what_the_panel_refuses_is_refused_here(checkpoint, tmp_path, change, sentence):
    choice = parameters(make_raster(tmp_path / "a.tif"), checkpoint, tmp_path / "out")
    change = {key: value() if callable(value) else value for key, value in change.items()}
    assert refusal("detectlandslides", choice) == ""
    assert refusal("detectlandslides", {**choice, **change}).startswith(sentence)


def test_a_folder_for_now_will_do(checkpoint, tmp_path):
    choice = parameters(make_raster(tmp_path / "a.tif"), checkpoint, "TEMPORARY_OUTPUT", BANDS=[3])
    with pytest.raises(QgsProcessingException, match="band"):
        run_detect(choice)
    given = run_detect({**choice, "BANDS": [3, 2, 1]})
    assert Path(given["OUTPUT"], "run.json") == Path(given["RUN"])
    assert json.loads(Path(given["RUN"]).read_text())["parameters"]["bands"] == [3, 2, 1]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"CHECKPOINT": "/nowhere.pt"}, "There is no checkpoint file /nowhere.pt."),
        ({"INPUT": "/nowhere.tif"}, "Could not load source layer for INPUT"),
    ],
)
def test_what_cannot_start_is_refused_beforehand(checkpoint, tmp_path, change, sentence):
    choice = parameters(make_raster(tmp_path / "a.tif"), checkpoint, tmp_path / "out") | change
    with pytest.raises(QgsProcessingException, match=sentence):
        run_detect(choice)


def test_without_a_worker_the_algorithm_cannot_execute():
    WORKER_PYTHON.set("")
    possible, reason = QgsApplication.processingRegistry().algorithmById(ALGORITHM).canExecute()
    assert not possible
    assert reason.startswith("The runtime is not set up yet.")


def test_cancelling_ends_the_algorithm(checkpoint, tmp_path):
    body = "end_with_stdin()\nsay('start', device='CPU')\ntime.sleep(60)"
    WORKER_PYTHON.set(str(stand_in_python(tmp_path, body)))
    ear = Ear()
    choice = parameters(make_raster(tmp_path / "a.tif"), checkpoint, tmp_path / "out")
    algorithm = QgsApplication.processingRegistry().createAlgorithmById(ALGORITHM)
    ear.pushInfo = lambda text: ear.cancel()
    given, finished = algorithm.run(choice, QgsProcessingContext(), ear)
    assert finished
    assert "POLYGONS" not in given


def test_results_are_loaded_into_the_project_on_completion(checkpoint, tmp_path):
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    choice = parameters(make_raster(tmp_path / "a.tif"), checkpoint, tmp_path / "out")
    run_detect(choice, context=context)
    names = [details.name for details in context.layersToLoadOnCompletion().values()]
    assert sorted(names) == ["Landslides", "Mask", "Probability"]


@pytest.mark.parametrize("kind", ALGORITHMS, ids=lambda kind: kind.ID)
def test_every_algorithm_says_what_it_is_and_can_be_stopped(kind):
    algorithm = QgsApplication.processingRegistry().algorithmById(f"calanddet:{kind.ID}")
    assert len(algorithm.shortHelpString()) > 100
    assert algorithm.displayName()
    assert algorithm.group()
    assert all(tag.strip() == tag for tag in algorithm.tags())
    assert os.path.exists(icon(kind.ICON))
    assert not algorithm.icon().isNull()
    flags = QgsProcessingAlgorithm.Flag
    assert algorithm.flags() & flags.FlagCanCancel
    assert algorithm.flags() & flags.FlagSupportsBatch
    assert not algorithm.flags() & flags.FlagNoThreading
    assert all(output.description() for output in algorithm.outputDefinitions())


def add_child(model, algorithm, outputs=(), **choices):
    """Add an algorithm to a model: a tuple is another's output, a text a parameter of the model."""
    step = QgsProcessingModelChildAlgorithm(f"calanddet:{algorithm}")
    step.setChildId(algorithm)
    source = QgsProcessingModelChildParameterSource
    for name, value in choices.items():
        if isinstance(value, tuple):
            step.addParameterSources(name, [source.fromChildOutput(*value)])
        elif isinstance(value, str):
            step.addParameterSources(name, [source.fromModelParameter(value)])
        else:
            step.addParameterSources(name, [source.fromStaticValue(value)])
    named = {}
    for name in outputs:
        named[name] = QgsProcessingModelOutput(name)
        named[name].setChildId(algorithm)
        named[name].setChildOutputName("OUTPUT")
    step.setModelOutputs(named)
    model.addChildAlgorithm(step)


def test_a_model_goes_from_an_image_to_its_evaluation(checkpoint, tmp_path):
    model = QgsProcessingModelAlgorithm("from image to evaluation", "tests")
    for parameter in (
        QgsProcessingParameterRasterLayer("image"),
        QgsProcessingParameterFile("network"),
        QgsProcessingParameterVectorLayer("truth"),
    ):
        place = QgsProcessingModelParameter(parameter.name())
        model.addModelParameter(parameter, place)
    add_child(model, "detectlandslides", INPUT="image", CHECKPOINT="network", THRESHOLD=0.5)
    found = ("detectlandslides", "PROBABILITY")
    add_child(model, "vectoriseprobability", INPUT=found, THRESHOLD=0.3)
    drawn = ("vectoriseprobability", "OUTPUT")
    compared = {"INPUT": drawn, "REFERENCE": "truth"}
    add_child(model, "compareinventories", outputs=["comparison"], **compared)
    model.updateDestinationParameters()
    model.initAlgorithm()
    context, ear = QgsProcessingContext(), Ear()
    context.setProject(QgsProject.instance())
    (destination,) = [output.name() for output in model.destinationParameterDefinitions()]
    choice = {
        "image": str(make_scene(tmp_path / "scene.tif")),
        "network": str(checkpoint),
        "truth": polygons(),
        destination: str(tmp_path / "comparison.gpkg"),
    }
    given, finished = model.run(choice, context, ear)
    assert finished, ear.errors
    layer = opened(given[destination])
    assert {feature["origin"] for feature in layer.getFeatures()} == {"detected", "reference"}


def test_qgis_process_runs_it_without_a_window(profile, checkpoint, tmp_path):
    raster, out = make_raster(tmp_path / "a.tif"), tmp_path / "out"
    listed = profile.qgis_process("plugins")
    assert "calanddet_qgis" in listed.stdout, listed.stdout + listed.stderr
    known = profile.qgis_process("list").stdout
    assert all(f"calanddet:{kind.ID}" in known for kind in ALGORITHMS)
    choice = parameters(raster, checkpoint, out)
    arguments = [f"{name}={value}" for name, value in choice.items()]
    done = profile.qgis_process("run", ALGORITHM, "--json", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    results = json.loads(done.stdout)["results"]
    assert results["MASK"] == str(out / "mask.tif")
    assert (out / "landslides.gpkg").exists()


def test_qgis_process_says_in_one_sentence_what_is_wrong(profile, checkpoint, tmp_path):
    choice = parameters(make_raster(tmp_path / "a.tif"), checkpoint, tmp_path / "out", GSD="x")
    arguments = [f"{name}={value}" for name, value in choice.items()]
    done = profile.qgis_process("run", ALGORITHM, *arguments)
    assert done.returncode != 0
    assert "'x' is neither auto, native nor a number of metres" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
