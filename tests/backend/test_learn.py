"""Learning from a review: what counts as known, who judges, and that rejected squares go."""

import json
from dataclasses import replace

import numpy as np
import pytest
import shapely

from backend.card import Card, Parent
from backend.checkpoint import load, save
from backend.errors import CalandDetError, Cancelled
from backend.events import Log, Progress, Result, Start
from backend.learning.job import learn
from backend.learning.parts import part
from backend.learning.plan import prepare
from backend.learning.request import LearnRequest
from backend.training.assess import EvaluateRequest, assess
from backend.training.datasets import open_dataset
from backend.training.reviewed_raster import HELD_OUT, PART, REJECTED, SEARCHED, VALIDATION
from backend.training.splits import check_leaks
from tests.backend.checkpoints import small_file
from tests.backend.reviewed_scenes import (
    SIDE,
    SQUARE,
    corners,
    named,
    outlines,
    train_parent,
    write_layer,
    write_review,
    write_scene,
)
from tests.backend.vectors import write_polygons
from tests.backend.workers import finish, start


@pytest.fixture(scope="module")
def parent(tmp_path_factory):
    """A network that takes all squares for landslides, red and white."""
    return train_parent(tmp_path_factory.mktemp("parent"))


@pytest.fixture
def scene(tmp_path):
    return write_scene(tmp_path / "scene.tif")


@pytest.fixture
def untaught(tmp_path):
    """A checkpoint that knows nothing and takes little time."""
    small_file(tmp_path / "small.safetensors")
    return tmp_path / "small.safetensors"


def request(tmp_path, scene, checkpoint, layer=None, **others):
    settings = {
        "layer": str(layer or write_review(tmp_path / "review.gpkg")),
        "raster": str(scene),
        "checkpoint": checkpoint,
        "out": tmp_path / "new.safetensors",
        "epochs": 1,
        "batch_size": 2,
        "device": "cpu",
        "precision": "fp32",
    }
    return LearnRequest(**settings | others)


def ground(plan, tmp_path, name):
    """A part of the ground as arrays of the whole raster: known there, landslide there."""
    path = tmp_path / f"{name}.json"
    path.write_text(plan.ground.to_json())
    known, mask = np.zeros((2, SIDE, SIDE), bool)
    dataset = open_dataset(f"{path}{PART}{name}")
    for sample in dataset.samples:
        left, low, right, high = sample.footprint.bounds
        window = slice(-high, -low), slice(left, right)
        labelled = sample.read()
        known[window] |= labelled.valid
        mask[window] |= labelled.mask
    return dataset, known, mask


def pixels(index):
    left, top, _ = corners()[index]
    return slice(top, top + SQUARE), slice(left, left + SQUARE)


def refused(match, *arguments, **others):
    with pytest.raises(CalandDetError, match=match) as caught:
        prepare(request(*arguments, **others))
    assert caught.value.remedy


def silent(event):
    """Nobody listens."""


@pytest.mark.slow
def test_what_was_rejected_is_not_found_any_more(tmp_path, scene, parent):
    layer, out = (
        write_review(tmp_path / "review.gpkg", undecided=(2, 17)),
        tmp_path / "n.safetensors",
    )
    command = ["learn", layer, "--raster", scene, "--checkpoint", parent, "--out", out]
    options = ["--epochs", "5", "--batch-size", "4", "--learning-rate", "0.1", "--device", "cpu"]
    code, events, errors = finish(start("-m", "backend", *command, *options, "--json"), 900)
    assert code == 0, errors
    assert [event["event"] for event in events].count("start") == 1
    began = next(event for event in events if event["event"] == "start")
    assert began["job"] == "learn"
    counts = events[-1]["counts"]
    assert (counts["accepted"], counts["rejected"], counts["undecided"]) == (17, 17, 2)
    old, new = counts["old"], counts["new"]
    # Every second square that the old one finds is white.
    assert old["recall"] > 0.9 and old["precision"] < 0.6
    assert new["precision"] > old["precision"] + 0.2 and new["f1"] > old["f1"] + 0.15
    assert counts["is_better"] is True
    card = load(out).card
    assert card.parent == Parent(parent.name, load(parent).sha256)
    assert card.name == "n" and "(validation)" in card.threshold_source
    figures = named(load(out))
    assert figures["landslide F1"] == pytest.approx(new["f1"], abs=1e-4)
    assert figures["landslide F1, of the parent"] == pytest.approx(old["f1"], abs=1e-4)
    assert {metric.data for metric in card.metrics} == {"review of scene (held-out)"}
    assert all(metric.averaging for metric in card.metrics)
    assert "review of scene (rejected)" in [data.name for data in card.training]
    # Anybody can compute the figures again.
    part_of_it = f"{tmp_path / 'n.learning' / 'review.json'}{PART}{HELD_OUT}"
    again = assess(EvaluateRequest(out, (part_of_it,), device="cpu"), silent)
    assert again.counts["f1"] == pytest.approx(new["f1"], abs=1e-3)


def test_a_cancelled_learning_goes_on_where_it_was(tmp_path, scene, untaught):
    wanted = request(tmp_path, scene, untaught, epochs=2)

    def cancel(event):
        if isinstance(event, Progress) and event.stage == "training" and event.done == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        learn(wanted, cancel)
    assert not wanted.out.exists()
    assert (tmp_path / "new.learning" / "fitted.training" / "state.pt").exists()
    heard = []
    learn(wanted, heard.append)
    steps = [event.done for event in heard if getattr(event, "stage", "") == "training"]
    assert steps[0] == 4 and load(wanted.out).card.parent.name == untaught.name
    assert [type(event) for event in heard if isinstance(event, Start | Result)] == [Start, Result]


def test_other_decisions_are_not_mixed_into_a_learning(tmp_path, scene, untaught):
    learn(request(tmp_path, scene, untaught), silent)
    layer = write_review(tmp_path / "more.gpkg", undecided=(1,))
    with pytest.raises(CalandDetError, match="learned from other decisions"):
        learn(request(tmp_path, scene, untaught, layer), silent)
    # A checkpoint that has seen this image is told to know some of the ground.
    heard = []
    again = request(tmp_path, scene, tmp_path / "new.safetensors", out=tmp_path / "b.safetensors")
    learn(again, heard.append)
    said = [event.text for event in heard if isinstance(event, Log) and event.level == "warning"]
    assert any("has learned from a review of scene before" in text for text in said)


def test_rejected_is_background_and_undecided_is_not_known(tmp_path, scene, untaught):
    layer = write_review(tmp_path / "review.gpkg", undecided=(0, 1))
    plan = prepare(request(tmp_path, scene, untaught, layer, whole=True))
    known, mask = np.zeros((2, SIDE, SIDE), bool)
    for name in plan.ground.parts:
        dataset, part_known, part_mask = ground(plan, tmp_path, name)
        known |= part_known
        mask |= part_mask
        if name == REJECTED:
            assert not any(sample.has_landslide for sample in dataset.samples)
    for index, (*_, slid) in enumerate(corners()):
        is_known = index not in (0, 1)
        assert known[pixels(index)].all() == is_known, index
        assert mask[pixels(index)].all() == (slid and is_known), index
    left, top, _ = corners()[0]
    assert not known[top - 2, left + 5] and known[top - 5, left + 5]
    # What is not known is seen all the same: the network looks at it as `detect` would.
    sample = open_dataset(f"{tmp_path / HELD_OUT}.json{PART}{HELD_OUT}").samples[0].read()
    assert sample.seen.all()


def test_elsewhere_only_searched_ground_counts(tmp_path, scene, untaught):
    status = ["predicted"] * len(corners())
    for index in (0, 2, 32, 33, 35):
        status[index] = "accepted" if corners()[index][2] else "rejected"
    decided = [index for index, text in enumerate(status) if text == "accepted"]
    assert len(decided) >= 4
    layer = write_layer(tmp_path / "few.gpkg", outlines(), status)
    plan = prepare(request(tmp_path, scene, untaught, layer, gsd="native"))
    assert SEARCHED not in plan.ground.parts
    searched = write_polygons(tmp_path / "area.gpkg", [(500000, 3399900, 500100, 3400000)])
    wide = prepare(request(tmp_path, scene, untaught, layer, area=str(searched)))
    shares = []
    for one in (plan, wide):
        known = sum(ground(one, tmp_path, name)[1] for name in (VALIDATION, HELD_OUT))
        shares.append(known.mean())
    assert shares[0] <= shares[1]
    assert SEARCHED in wide.ground.parts


def test_a_layer_in_another_crs_is_the_same_ground(tmp_path, scene, untaught):
    here = prepare(request(tmp_path, scene, untaught))
    layer = write_review(tmp_path / "degrees.gpkg", crs="EPSG:4326")
    there = prepare(request(tmp_path, scene, untaught, layer))
    assert there.decisions.counts == here.decisions.counts
    _, _, one = ground(here, tmp_path, HELD_OUT)
    _, _, other = ground(there, tmp_path, HELD_OUT)
    assert one.any() and (one != other).mean() < 0.002


def test_the_run_says_at_which_distance_it_is_read(tmp_path, scene, untaught):
    run = {"parameters": {"raster": str(scene)}, "raster": {"gsd": [1.0, 1.0]}}
    (tmp_path / "run.json").write_text(json.dumps(run))
    plan = prepare(request(tmp_path, scene, untaught))
    assert plan.gsd == pytest.approx(1.0, rel=0.01)
    path = tmp_path / "ground.json"
    path.write_text(plan.ground.to_json())
    dataset = open_dataset(f"{path}{PART}{HELD_OUT}")
    left, bottom, right, top = dataset.samples[0].footprint.bounds
    height, width = dataset.samples[0].read().mask.shape
    assert width == pytest.approx((right - left) / 2, abs=1)
    assert height == pytest.approx((top - bottom) / 2, abs=1)
    assert dataset.gsd == pytest.approx(1.0, rel=0.01)
    run["parameters"]["raster"] = "another.tif"
    (tmp_path / "run.json").write_text(json.dumps(run))
    assert prepare(request(tmp_path, scene, untaught)).gsd == pytest.approx(0.5, rel=0.01)


@pytest.mark.parametrize("share", [0.2, 0.3, 0.5])
def test_parts_share_no_ground_and_each_has_landslides(tmp_path, scene, untaught, share):
    plan = prepare(request(tmp_path, scene, untaught, whole=True, held_out_share=share))
    parts = part(plan.decisions, SIDE, SIDE, share)
    frames = [shapely.box(*box) for box in (parts.training, parts.validation, parts.held_out)]
    assert sum(frame.area for frame in frames) == SIDE**2
    assert shapely.union_all(frames).area == SIDE**2
    found = shapely.intersection(frames[2], plan.decisions.landslides)
    area = shapely.area(plan.decisions.landslides).sum()
    assert shapely.area(found).sum() / area == pytest.approx(share, abs=0.12)
    path = tmp_path / "ground.json"
    path.write_text(plan.ground.to_json())
    opened = {name: open_dataset(f"{path}{PART}{name}") for name in plan.ground.parts}
    training = [opened[name] for name in opened if name not in (VALIDATION, HELD_OUT)]
    check_leaks(training, [opened[VALIDATION]])
    check_leaks([*training, opened[VALIDATION]], [opened[HELD_OUT]])
    assert all(
        any(one.read().mask.any() for one in opened[name].samples)
        for name in opened
        if name not in (REJECTED, SEARCHED)
    )


def test_too_few_decisions_are_told_with_the_least_number(tmp_path, scene, untaught):
    keep = [index for index, (*_, slid) in enumerate(corners()) if slid][:3]
    status = ["edited" if index in keep else "predicted" for index in range(len(corners()))]
    layer = write_layer(tmp_path / "few.gpkg", outlines(), status)
    sentence = r"3 accepted, edited or added and 0 rejected; at least 4"
    refused(sentence, tmp_path, scene, untaught, layer)
    one_place = write_layer(tmp_path / "one.gpkg", outlines()[[0] * 5], ["added"] * 5)
    refused("5 landslides lie too close together", tmp_path, scene, untaught, one_place)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"raster": "gone.tif"}, "There is no raster file gone.tif"),
        ({"layer": "gone.gpkg"}, "There is no vector file gone.gpkg"),
        ({"out": "net.pt"}, "net.pt is no name for a checkpoint"),
        ({"minutes": 0.0}, "0 minutes are no time"),
        ({"held_out_share": 0.9}, "0.9, not from 0.1 to 0.6"),
        ({"area": "a.gpkg", "whole": True}, "both named as searched"),
        ({"area": "gone.gpkg"}, "There is no vector file gone.gpkg"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(tmp_path, scene, untaught, change, sentence):
    if "out" in change:
        change = {"out": tmp_path / change["out"]}
    refused(sentence, tmp_path, scene, untaught, **change)


def test_layers_that_were_not_reviewed_or_lie_elsewhere_are_refused(tmp_path, scene, untaught):
    plain = write_layer(tmp_path / "plain.gpkg", outlines(), None)
    refused("no field status", tmp_path, scene, untaught, plain)
    away = shapely.transform(outlines(), lambda at: at + 5000)
    elsewhere = write_layer(tmp_path / "away.gpkg", away, ["accepted"] * len(away))
    refused("None of the 36 polygons", tmp_path, scene, untaught, elsewhere)
    refused("is the checkpoint to go on from", tmp_path, scene, untaught, out=untaught)


def test_a_raster_that_changed_is_not_read_as_if_it_had_not(tmp_path, scene, untaught):
    plan = prepare(request(tmp_path, scene, untaught))
    path = tmp_path / "ground.json"
    path.write_text(replace(plan.ground, width=SIDE + 1).to_json())
    with pytest.raises(CalandDetError, match=f"has {SIDE} x {SIDE} px now, not {SIDE + 1}"):
        open_dataset(f"{path}{PART}{HELD_OUT}")
    with pytest.raises(CalandDetError, match="has no part 'moon'"):
        open_dataset(f"{path}{PART}moon")


def test_a_card_names_its_parent_and_older_cards_name_none(untaught):
    card = replace(load(untaught).card, parent=Parent("old.safetensors", "ab" * 32))
    assert Card.from_json(card.to_json()) == card
    older = {key: value for key, value in json.loads(card.to_json()).items() if key != "parent"}
    assert Card.from_json(json.dumps(older)).parent is None


def test_a_checkpoint_of_several_rasters_is_refused(tmp_path, scene, untaught):
    old = load(untaught)
    save(
        tmp_path / "dem.safetensors", old.network, replace(old.card, bands=("red", "green", "dem"))
    )
    refused("takes red, green, dem, which are put", tmp_path, scene, tmp_path / "dem.safetensors")
