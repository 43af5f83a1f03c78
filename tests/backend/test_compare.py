"""`compare`: networks trained alike, one after the other, and the table that comes of it."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from torch import nn

from backend.errors import CalandDetError, DatasetError, TrainingError
from backend.events import Log, Result, Start
from backend.training.compare import NETWORKS, CompareRequest, Contender, compare
from backend.training.cost import gflop_of
from tests.backend.test_train import write_images
from tests.backend.workers import finish, start

NETS = ("linknet:encoder=resnet18", "unet:encoder=resnet18,channels=[16,16,16,16,16]")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    train = write_images(folder / "train", "abcdefghijkl", seed=1)
    return train, write_images(folder / "val", "stuv", seed=2)


def asked(data, out, **others):
    settings = {
        "data": (data[0],), "validation": (data[1],), "out": out, "networks": NETS[:1], "views": 8,
        "batch_size": 4, "tile_size": 64, "device": "cpu", "precision": "fp32",
    }  # fmt: skip
    return CompareRequest(**settings | others)


@pytest.fixture(autouse=True, scope="module")
def quick_clock():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("backend.training.cost.MEASURED_S", 0.0)
        yield


@pytest.fixture(scope="module")
def finished(data, tmp_path_factory):
    """The folder of a comparison with one network, to be looked at."""
    folder = tmp_path_factory.mktemp("finished") / "out"
    compare(asked(data, folder), lambda event: None)
    return folder


@pytest.fixture
def out(finished, tmp_path):
    """A copy of it, to go on with."""
    return Path(shutil.copytree(finished, tmp_path / "out"))


PAGE = """# Networks
<!-- compare linknet:encoder=resnet18 on out -->
the row before
<!-- end of compare -->
<!-- compare mffenet on out -->
kept
<!-- end of compare -->
<!-- compare table on out -->
<!-- end of compare -->
"""


def test_a_table_in_the_columns_of_the_benchmark_that_goes_on_where_it_was(data, out, tmp_path):
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    first = (out / "linknet-resnet18.safetensors").stat().st_mtime_ns
    events = []
    result = compare(asked(data, out, networks=NETS[1:], page=page), events.append)
    assert (out / "linknet-resnet18.safetensors").stat().st_mtime_ns == first
    assert result.counts == {"networks": 2, "left_out": 0}
    # The trainings within are no jobs of their own.
    assert sum(isinstance(event, Start | Result) for event in events) == 2
    with (out / "compare.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["network"] for row in rows] == list(NETS)
    for row in rows:
        assert (row["views"] == "8" and row["data"] == "made/val") or row["data"].endswith("/val")
        figures = [float(row[key]) for key in ("precision", "recall", "iou", "f1", "mean_iou")]
        assert all(0 <= figure <= 1 for figure in figures)
        assert int(row["parameters"]) > 10**6 and float(row["gflop"]) > 0.1
        assert float(row["tiles_per_s"]) > 0
    markdown = (out / "compare.md").read_text()
    head = "| network | precision | recall | IoU | F1 | mIoU | OA | parameters [M] |"
    assert head in markdown and "over all pixels" in markdown and "8 views each" in markdown
    assert json.loads((out / "compare.json").read_text())["rows"][0]["network"] == NETS[0]
    text = page.read_text()
    assert "the row before" not in text and "kept" in text and head in text
    assert "11.5 M parameters" in text


def test_flop_and_parameters_are_those_of_the_network(finished):
    row = json.loads((finished / "linknet-resnet18.row.json").read_text())
    # Its first layer alone: 64 maps of 32 x 32 px out of 3 x 7 x 7 values.
    assert row["gflop"] > 2 * 64 * 32 * 32 * 3 * 49 / 1e9
    assert row["parameters"] == pytest.approx(11.5e6, rel=0.01)


class Placed(nn.Conv2d):
    """A convolution that takes what is on its own device alone, as on a GPU."""

    def forward(self, x):
        assert x.device == self.weight.device
        return super().forward(x)


def test_flop_are_counted_on_the_device_that_the_network_is_on():
    network = Placed(3, 8, kernel_size=3).to("meta")
    assert gflop_of(network, (1, 3, 34, 34)) == 2 * 8 * 32 * 32 * 3 * 9 / 1e9


def test_another_budget_does_not_mix_with_the_rows_that_are_there(data, out):
    with pytest.raises(TrainingError, match="another views: 8, not 16"):
        compare(asked(data, out, views=16), lambda event: None)


def test_processor_time_is_a_budget(data, tmp_path):
    out = tmp_path / "out"
    compare(asked(data, out, views=None, cpu_minutes=0.01), lambda event: None)
    assert "0.01 minutes of processor time" in (out / "compare.md").read_text()


def test_a_network_that_takes_other_tiles_is_left_out_with_a_reason(data, tmp_path):
    nets = ("landslide4sense_unet:width=8", "linknet:encoder=resnet18")
    events = []
    result = compare(asked(data, tmp_path / "out", networks=nets, tile_size=48), events.append)
    assert result.counts == {"networks": 1, "left_out": 1}
    said = [event.text for event in events if isinstance(event, Log)]
    assert any("left out: 48 px is no multiple of its 32" in text for text in said)


@pytest.mark.parametrize(
    ("network", "sentence"),
    [
        ("nonet", "'nonet' is no architecture"),
        ("unet:encoder", "is no network"),
        ("unet:encoder=vgg", "cannot be made: encoder is 'vgg'"),
    ],
)
def test_networks_that_cannot_be_are_refused_before_anything_is_trained(
    data, tmp_path, network, sentence
):
    with pytest.raises(CalandDetError, match=sentence):
        compare(asked(data, tmp_path / "out", networks=(*NETS, network)), lambda event: None)
    assert not (tmp_path / "out").exists()


def test_what_is_trained_on_is_not_measured_on(data, tmp_path):
    with pytest.raises(DatasetError, match="is for training and"):
        compare(asked((data[0], data[0]), tmp_path / "out"), lambda event: None)
    assert not (tmp_path / "out").exists()


def test_all_networks_are_compared_unless_some_are_named():
    names = {Contender.of(text).name for text in NETWORKS}
    assert {"calanddet", "unet", "segformer", "mffenet", "eca_resnet50"} <= names
    stems = [Contender.of(text).stem for text in NETWORKS]
    assert len(set(stems)) == len(stems) and "segformer-mit_b0" in stems


def test_the_command_line_compares(data, tmp_path):
    out = tmp_path / "out"
    arguments = ["--data", data[0], "--validation", data[1], "--out", str(out), "--views", "4"]
    arguments += ["--networks", NETS[0], "--batch-size", "4", "--tile-size", "64", "--json"]
    code, events, _ = finish(start("-m", "backend", "compare", *arguments))
    assert code == 0 and events[-1]["paths"]["table"] == str(out / "compare.md")
    assert (out / "compare.md").exists()
