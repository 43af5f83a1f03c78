"""The Processing algorithms on checkpoints and on data to train on."""

from __future__ import annotations

from pathlib import Path

import pytest
from qgis.core import (
    QgsApplication,
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingException,
)

from calanddet_qgis.paths import bundled_checkpoint
from tests.plugin.factories import make_raster
from tests.plugin.processing_tools import (  # noqa: F401 (fixtures)
    Ear,
    make_scene,
    polygons,
    provider,
    ready,
    refusal,
    run,
)

pytestmark = pytest.mark.usefixtures("ready")
TEMPORARY = QgsProcessing.TEMPORARY_OUTPUT


@pytest.fixture
def scene(tmp_path):
    """An image with the outlines of its landslides, as parameters."""
    return {"INPUT": str(make_scene(tmp_path / "scene.tif")), "LANDSLIDES": polygons()}


@pytest.fixture
def chips(scene, tmp_path):
    """What the scene gives in chips of 64 px."""
    choice = {**scene, "SIZE": 64, "NEGATIVES": 1.0, "VALIDATION_SHARE": 0.3}
    return run("exporttrainingchips", {**choice, "OUTPUT": str(tmp_path / "chips")})


def training(chips, checkpoint, out):
    """A few seconds of training."""
    return {
        "LISTS": [chips["TRAIN"]],
        "VALIDATION": [chips["VALIDATION"]],
        "START": str(checkpoint),
        "MINUTES": 0.02,
        "BATCH_SIZE": 1,
        "OUTPUT": str(out),
    }


def test_from_a_layer_to_a_checkpoint_that_is_known_and_judged(scene, chips, checkpoint, tmp_path):
    assert chips["CHIPS"] == 16
    assert chips["LEFT_OUT"] == 0
    listed = [Path(chips[name]).read_text().split() for name in ("TRAIN", "VALIDATION")]
    assert set(listed[0]).isdisjoint(listed[1])

    ear, out = Ear(), tmp_path / "mine.safetensors"
    trained = run("traincheckpoint", training(chips, checkpoint, out), feedback=ear)
    assert trained["OUTPUT"] == str(out)
    assert out.stat().st_size < 0.75 * Path(checkpoint).stat().st_size  # 16 bits a weight
    assert (
        Path(trained["REPORT"]).parent
        == Path(trained["FOLDER_OUT"])
        == out.with_suffix(".training")
    )
    assert Path(trained["CURVE"]).exists()
    assert 0 <= trained["F1"] <= 1
    assert any("Landslide F1 over all validation pixels" in text for text in ear.infos)

    known = run("checkpointinformation", {"CHECKPOINT": str(out), "OUTPUT": TEMPORARY})
    assert (known["NAME"], known["ARCHITECTURE"]) == ("mine", "calanddet")
    assert known["BANDS"] == "red,green,blue"
    assert known["THRESHOLD"] == pytest.approx(trained["THRESHOLD"])
    page = Path(known["OUTPUT"]).read_text(encoding="utf-8")
    assert known["SHA256"] in page

    choice = {**scene, "CHECKPOINT": str(out), "THRESHOLD": 0.4}
    judged = run("evaluatecheckpoint", {**choice, "OUTPUT": str(tmp_path / "report")})
    assert judged["IMAGES"] == 1
    assert judged["THRESHOLD_TAKEN"] == 0.4
    assert 0 <= judged["F1"] <= 1
    assert Path(judged["REPORT"]) == tmp_path / "report" / "index.html"


def test_cancelling_a_training_leaves_what_a_resume_needs(chips, checkpoint, tmp_path):
    ear, out = Ear(), tmp_path / "mine.safetensors"
    ear.setProgress = lambda share: ear.cancel()
    choice = {**training(chips, checkpoint, out), "MINUTES": 60}
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("calanddet:traincheckpoint")
    given, finished = algorithm.run(choice, QgsProcessingContext(), ear)
    assert finished
    assert given == {}
    assert not out.exists()
    assert not list(tmp_path.rglob(".calanddet.lock"))


def test_what_was_trained_on_other_data_is_not_gone_on_with(chips, checkpoint, tmp_path):
    folder = tmp_path / "mine.training"
    folder.mkdir()
    (folder / "request.json").write_text('{"data": ["other"]}')
    with pytest.raises(QgsProcessingException, match="holds a training with another"):
        run("traincheckpoint", training(chips, checkpoint, tmp_path / "mine.safetensors"))


def test_the_bundled_checkpoint_tells_what_it_is(tmp_path):
    given = run("checkpointinformation", {"OUTPUT": str(tmp_path / "page.html")})
    assert given["NAME"] == Path(bundled_checkpoint()).stem
    assert 0 < given["GSD_LEAST"] < given["GSD"] < given["GSD_MOST"]
    assert 0 < given["F1"] < 1
    assert "m/px" in (tmp_path / "page.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "change", "sentence"),
    [
        ("exporttrainingchips", {"INPUT": None}, "Landslides are chosen, but no image."),
        ("exporttrainingchips", {"LANDSLIDES": None}, "The landslides of the image scene are not"),
        (
            "evaluatecheckpoint",
            {"INPUT": None, "LANDSLIDES": None},
            "No data with landslides is chosen. Choose an image with its landslides,",
        ),
        ("evaluatecheckpoint", {"CHECKPOINT": "/nowhere.pt"}, "There is no checkpoint file /now"),
        ("evaluatecheckpoint", {"FOLDER": "/nowhere"}, "There is no /nowhere. Check the path."),
        ("traincheckpoint", {"OUTPUT": "/tmp/mine.pt"}, "mine.pt is no name for a checkpoint."),
        ("traincheckpoint", {"START": "/nowhere.pt"}, "There is no checkpoint file /nowhere.pt."),
        ("traincheckpoint", {"LISTS": ["/nowhere.txt"]}, "There is no /nowhere.txt."),
    ],
)
def test_what_cannot_work_is_refused_before_anything_starts(scene, name, change, sentence):
    choice = {**scene, "OUTPUT": TEMPORARY}
    assert refusal(name, choice) == ""
    assert refusal(name, {**choice, **change}).startswith(sentence)


def test_chips_are_not_overwritten(scene, tmp_path):
    (tmp_path / "image").mkdir()
    message = refusal("exporttrainingchips", {**scene, "OUTPUT": str(tmp_path)})
    assert message == f"The folder {tmp_path} already holds image. Choose another one."


def test_data_that_does_not_fit_is_one_sentence(tmp_path):
    far = make_raster(tmp_path / "far.tif", bands=3)
    elsewhere = polygons([(5000, 5000, 10)])
    choice = {"INPUT": str(far), "LANDSLIDES": elsewhere, "OUTPUT": TEMPORARY}
    with pytest.raises(QgsProcessingException, match="do not touch the raster") as caught:
        run("exporttrainingchips", choice)
    assert "\n" not in str(caught.value)
