"""The Processing algorithm, from Python and from `qgis_process`."""

import json

import pytest
from qgis.core import (
    QgsApplication,
    QgsFeature,
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
)

from calanddet_qgis.provider import CalandDetProvider
from calanddet_qgis.settings import WORKER_PYTHON
from tests.plugin.factories import make_raster, stand_in_python

ALGORITHM = "calanddet:detectlandslides"


@pytest.fixture
def provider(qgis_processing, clean_settings):
    """The provider, registered for one test."""
    provider = CalandDetProvider()
    QgsApplication.processingRegistry().addProvider(provider)
    yield provider
    QgsApplication.processingRegistry().removeProvider(provider)


@pytest.fixture
def ready(provider, worker_python):
    """The provider with the real worker."""
    WORKER_PYTHON.set(str(worker_python))


class Ear(QgsProcessingFeedback):
    """Hears what an algorithm reports."""

    def __init__(self):
        super().__init__(False)
        self.infos = []

    def pushInfo(self, info):
        self.infos.append(info)


def run(choice, **options):
    """Run the algorithm as a script in QGIS would."""
    import processing

    return processing.run(ALGORITHM, choice, **options)


def parameters(raster, checkpoint, out, **others):
    return {
        "INPUT": str(raster), "CHECKPOINT": str(checkpoint), "OUTPUT": str(out),
        "THRESHOLD": 0.5, "MIN_AREA": 20, **others,
    }  # fmt: skip


def test_the_algorithm_gives_named_outputs(ready, checkpoint, tmp_path):
    raster, out, ear = make_raster(tmp_path / "a.tif"), tmp_path / "out", Ear()
    given = run(parameters(raster, checkpoint, out), feedback=ear)
    assert set(given) == {"OUTPUT", "PROBABILITY", "MASK", "POLYGONS", "RUN"}
    assert QgsVectorLayer(given["POLYGONS"], "x", "ogr").featureCount() > 0
    assert QgsRasterLayer(given["MASK"], "x").renderer().type() == "paletted"
    written = json.loads((out / "run.json").read_text())
    assert written["parameters"]["threshold"] == 0.5
    assert any(text.startswith(("CPU", "GPU")) for text in ear.infos)


def test_area_elevation_and_the_checkpoints_threshold(ready, checkpoint, tmp_path):
    raster = make_raster(tmp_path / "a.tif")
    dem = make_raster(tmp_path / "dem.tif", bands=1)
    area = QgsVectorLayer("Polygon?crs=EPSG:32633", "area", "memory")
    square = QgsFeature()
    square.setGeometry(QgsGeometry.fromRect(QgsRectangle(500000, 3999900, 500100, 4000000)))
    area.dataProvider().addFeature(square)
    choice = parameters(raster, checkpoint, tmp_path / "out", AOI=area, DEM=str(dem), OVERLAP=2)
    choice.pop("THRESHOLD")
    given = run(choice)
    assert "slope_mean_deg" in QgsVectorLayer(given["POLYGONS"], "x", "ogr").fields().names()
    written = json.loads((tmp_path / "out" / "run.json").read_text())
    assert written["parameters"]["overlap"] == "fast"
    assert written["counts"]["pixels"] == 100 * 100


def test_bad_input_is_one_sentence(ready, checkpoint, tmp_path):
    raster = make_raster(tmp_path / "a.tif")
    with pytest.raises(QgsProcessingException) as raised:
        run(parameters(raster, checkpoint, tmp_path / "out", GSD="-3"))
    sentence = "The ground sampling distance -3.0 m is not above 0. Give metres a pixel."
    assert str(raised.value) == sentence


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"CHECKPOINT": "/nowhere.pt"}, "There is no checkpoint file /nowhere.pt."),
        ({"INPUT": "/nowhere.tif"}, "Could not load source layer for INPUT"),
    ],
)
def test_what_cannot_start_is_refused_beforehand(ready, checkpoint, tmp_path, change, sentence):
    choice = parameters(make_raster(tmp_path / "a.tif"), checkpoint, tmp_path / "out") | change
    with pytest.raises(QgsProcessingException, match=sentence):
        run(choice)


def test_without_a_worker_the_algorithm_cannot_execute(provider):
    possible, reason = QgsApplication.processingRegistry().algorithmById(ALGORITHM).canExecute()
    assert not possible
    assert reason.startswith("The runtime is not set up yet.")


def test_cancelling_ends_the_algorithm(provider, checkpoint, tmp_path):
    body = "end_with_stdin()\nsay('start', device='CPU')\ntime.sleep(60)"
    WORKER_PYTHON.set(str(stand_in_python(tmp_path, body)))
    ear = Ear()
    choice = parameters(make_raster(tmp_path / "a.tif"), checkpoint, tmp_path / "out")
    algorithm = QgsApplication.processingRegistry().createAlgorithmById(ALGORITHM)
    ear.pushInfo = lambda text: ear.cancel()
    given, finished = algorithm.run(choice, QgsProcessingContext(), ear)
    assert finished
    assert "POLYGONS" not in given


def test_results_are_loaded_into_the_project_on_completion(ready, checkpoint, tmp_path):
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    choice = parameters(make_raster(tmp_path / "a.tif"), checkpoint, tmp_path / "out")
    run(choice, context=context)
    names = [details.name for details in context.layersToLoadOnCompletion().values()]
    assert sorted(names) == ["Landslides", "Mask", "Probability"]


def test_qgis_process_runs_it_without_a_window(profile, checkpoint, tmp_path):
    raster, out = make_raster(tmp_path / "a.tif"), tmp_path / "out"
    listed = profile.qgis_process("plugins")
    assert "calanddet_qgis" in listed.stdout, listed.stdout + listed.stderr
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
