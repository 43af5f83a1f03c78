"""The fastest engine that gets torch's results is chosen, and a sentence says why not another."""

import json
import sys
import weakref
from dataclasses import asdict, replace
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from backend.engines import choose
from backend.engines.choose import TRIAL_PAYS, Imagery, Maker, choose_engine, cuda_abilities
from backend.engines.devices import choose_device, prefers_bf16
from backend.engines.gate import Comparison, Verdict, parse_verdict
from backend.engines.torch_engine import TorchEngine
from backend.errors import DeviceError
from backend.inference import sample_tiles
from backend.raster.grid import Tiling
from backend.training.predict import ArraySource
from tests.backend.checkpoints import SIZE, Said, checkpoint_of, small_checkpoint
from tests.backend.rasters import image

CPU = choose_device("cpu")
U8 = np.dtype("uint8")
STRIDE = SIZE - 16
GOOD = Verdict("ab" * 32, "OpenVINO", "CPU", 200, 50_000, 0.9999, 0.995, 0)
needs_bf16 = pytest.mark.skipif(not prefers_bf16("cpu"), reason="the processor has no bf16")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A cache of its own, empty."""
    monkeypatch.setenv("CALANDDET_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def chosen(checkpoint, precision="auto", log=None, imagery=None):
    imagery = imagery or Imagery(U8)
    return choose_engine(checkpoint, 8, CPU, precision, Said() if log is None else log, imagery)


def large(level=125, tiles=TRIAL_PAYS):
    """A raster of many tiles, and what was sampled of it."""
    asked = []

    def sample(count):
        asked.append(count)
        seeds = range(10)
        batch = np.stack([image(SIZE, SIZE, seed=seed) for seed in seeds])
        return (batch for _ in range(count // len(batch)))

    return Imagery(U8, tiles, sample, level), asked


class Contrast(torch.nn.Module):
    """Logit of `gain` times the difference of two bands, which are nearly alike."""

    def __init__(self, gain):
        super().__init__()
        self.conv = torch.nn.Conv2d(3, 1, 1)
        self.conv.weight.data = torch.tensor([gain, -gain, 0.0]).view(1, 3, 1, 1)
        self.conv.bias.data.zero_()

    def forward(self, x):
        return self.conv(x)


def test_the_cpu_gets_openvino():
    said = Said()
    engine = chosen(small_checkpoint("linknet"), "fp32", said)
    assert "OpenVINO" in engine.description and engine.precision == "fp32" and not said


def test_without_the_library_torch_does_it_and_says_why(monkeypatch):
    monkeypatch.setitem(sys.modules, "openvino", None)
    said = Said()
    engine = chosen(small_checkpoint("linknet"), log=said)
    assert isinstance(engine, TorchEngine)
    assert len(said) == 1 and said[0].startswith("warning: OpenVINO cannot be used (")
    assert "PyTorch is used instead" in said[0]


def test_a_failed_self_test_gives_torch_and_says_why(folder):
    class TwoFaced(torch.nn.Module):
        def forward(self, x):
            return x[:, :1] * (-1 if torch.jit.is_tracing() else 1)

    checkpoint, said = checkpoint_of(TwoFaced(), name="two-faced"), Said()
    engine = chosen(checkpoint, "fp32", said)
    tiles = image(SIZE, SIZE)[None]
    assert isinstance(engine, TorchEngine) and engine.predict(tiles).std() > 0
    assert len(said) == 1 and "does not get PyTorch's results for two-faced.safe" in said[0]
    assert "PyTorch is used instead" in said[0]
    assert not folder.exists()


def test_a_network_that_openvino_cannot_run_goes_to_torch():
    class Strange(torch.nn.Module):
        def forward(self, x):
            return torch.linalg.svdvals(x)[:, :1, :, None].expand(-1, -1, SIZE, SIZE)

    said = Said()
    assert isinstance(chosen(checkpoint_of(Strange()), log=said), TorchEngine)
    assert len(said) == 1 and "cannot run calanddet (" in said[0]


MADE = weakref.WeakSet()


class Half:
    """An engine on a device that computes in fp32 alone; those that there are stand in `MADE`."""

    def __init__(self, checkpoint, margin, device, precision, dtype, log):
        MADE.add(self)
        self.precision = precision
        if precision == "bf16":
            raise DeviceError("GTX 1660 gets results that are no numbers.")


@pytest.fixture
def half(monkeypatch):
    maker = Maker(Half, "torch", "GTX 1660", True, "")
    monkeypatch.setattr(choose, "maker_for", lambda device: maker)


@pytest.mark.usefixtures("half")
def test_where_bf16_fails_before_its_trial_the_same_engine_goes_on_in_fp32():
    said = Said()
    engine = chosen(checkpoint_of(Contrast(0.2)), log=said, imagery=large()[0])
    assert isinstance(engine, Half) and engine.precision == "fp32"
    assert said[1] == "info: fp32 is used: GTX 1660 gets results that are no numbers."


@pytest.mark.usefixtures("half")
def test_an_engine_that_failed_is_gone_when_torch_takes_its_place(monkeypatch):
    left = []

    def instead(*settings):
        left.extend(MADE)
        return SimpleNamespace()

    monkeypatch.setattr(choose, "TorchEngine", instead)
    chosen(checkpoint_of(Contrast(0.2)), "bf16")
    assert not left


def test_a_verdict_on_float16_holds_for_one_model_of_gpu():
    assert cuda_abilities(torch.bfloat16, "NVIDIA A100", (8, 0)) == "cuda torch.bfloat16"
    told = cuda_abilities(torch.float16, "NVIDIA GeForce GTX 1660", (7, 5))
    assert told == "cuda torch.float16 NVIDIA GeForce GTX 1660 7.5"


@needs_bf16
def test_bf16_is_refused_where_it_changes_the_results(folder):
    checkpoint, said = checkpoint_of(Contrast(400.0), name="contrast"), Said()
    imagery, asked = large()
    engine = chosen(checkpoint, log=said, imagery=imagery)
    assert engine.precision == "fp32" and asked == [200]
    assert said[0] == "info: Trying bf16 on 200 tiles of this raster, once for this checkpoint."
    assert said[1].startswith("info: fp32 is used: in bf16, on 200 tiles ")
    verdict = parse_verdict(kept(folder).read_text(), checkpoint.sha256)
    assert not verdict.passes and verdict.within < 0.999
    # Known from now on, also on a raster that would have been too small for a trial.
    said.clear()
    assert chosen(checkpoint, log=said).precision == "fp32"
    assert said[0].startswith("info: fp32 is used: in bf16, on 200 tiles ")


@needs_bf16
def test_bf16_is_used_where_it_keeps_the_results_and_the_trial_is_made_once(folder):
    checkpoint, said = checkpoint_of(Contrast(0.2), name="soft"), Said()
    imagery, asked = large()
    engine = chosen(checkpoint, log=said, imagery=imagery)
    assert engine.precision == "bf16" and said[1].startswith("info: bf16 is used: in bf16, on 200")
    assert chosen(checkpoint, imagery=imagery).precision == "bf16"
    assert asked == [200]
    record = json.loads(kept(folder).read_text())
    assert record["checkpoint"] == f"sha256:{checkpoint.sha256}"
    assert record["engine"].startswith("OpenVINO")


def kept(folder):
    (file,) = folder.glob("*.bf16.json")
    return file


@needs_bf16
def test_on_a_small_raster_no_time_is_spent_on_a_trial(folder):
    imagery, asked = large(tiles=TRIAL_PAYS - 1)
    said = Said()
    engine = chosen(checkpoint_of(Contrast(0.2)), log=said, imagery=imagery)
    assert engine.precision == "fp32" and not asked and not said
    assert not list(folder.glob("*.json"))


@needs_bf16
def test_without_landslides_in_the_sample_nothing_is_decided_for_good(folder):
    imagery, _ = large(level=251)
    said = Said()
    engine = chosen(checkpoint_of(Contrast(0.2)), log=said, imagery=imagery)
    assert engine.precision == "fp32" and not list(folder.glob("*.json"))
    assert "200 tiles with 0 pixels of landslide are too few" in said[1]


@needs_bf16
def test_a_verdict_shipped_beside_the_checkpoint_is_taken(tmp_path, folder):
    network = checkpoint_of(Contrast(0.2))
    checkpoint = replace(network, path=tmp_path / "net.safetensors")
    sidecar = tmp_path / "net.bf16.json"
    maker = choose.maker_for(CPU)
    good = replace(GOOD, checkpoint=checkpoint.sha256, engine=maker.name, abilities=maker.abilities)
    for text, precision in [
        (GOOD.to_json(), "fp32"),  # about another checkpoint
        ("{", "fp32"),
        (good.to_json(), "bf16"),
        (replace(good, tiles=199).to_json(), "fp32"),
    ]:
        sidecar.write_text(f"[{text}]")
        assert chosen(checkpoint).precision == precision, text
    # What was found on this very computer counts for more.
    sidecar.write_text(f"[{good.to_json()}]")
    choose.verdict_path(checkpoint, maker).write_text(replace(good, mask_iou=0.5).to_json())
    assert chosen(checkpoint).precision == "fp32"


def test_precision_as_asked_for_needs_no_verdict():
    checkpoint = checkpoint_of(Contrast(400.0), name="contrast")
    imagery, asked = large()
    assert chosen(checkpoint, "fp32", imagery=imagery).precision == "fp32"
    if prefers_bf16("cpu"):
        assert chosen(checkpoint, "bf16", imagery=imagery).precision == "bf16"
    assert not asked


@pytest.mark.parametrize(
    "change",
    [
        {"tiles": 199},
        {"landslide_pixels": 999},
        {"within": 0.9989},
        {"mask_iou": 0.9899},
        {"presence_flips": 1},
        {"f1_change": 0.0011},
        {"f1_change": -0.0011},
    ],
)
def test_any_one_figure_beyond_its_limit_fails(change):
    assert GOOD.passes and replace(GOOD, f1_change=-0.001).passes
    assert not replace(GOOD, **change).passes


def test_a_verdict_survives_being_written():
    verdict = replace(GOOD, f1_change=-0.0005)
    assert parse_verdict(verdict.to_json(), GOOD.checkpoint) == verdict
    assert parse_verdict(verdict.to_json(), "other") is None
    for text in ("", "[]", "{}", json.dumps(asdict(GOOD) | {"within": None})):
        assert parse_verdict(text, GOOD.checkpoint) is None


def counted(exact, reduced, **options):
    """A verdict on two rows of probabilities in 1/250; 125 and more is landslide."""
    comparison = Comparison(level=125)
    pair = [(np.array(row, np.uint8)[None, None], options.pop(key, None)) for row, key in
            ((exact, "presence"), (reduced, "reduced_presence"))]  # fmt: skip
    comparison.add(*pair, **options)
    return comparison.verdict("", "", "")


def test_the_figures_of_a_verdict():
    verdict = counted([0, 100, 124, 125, 200], [5, 106, 125, 130, 195])
    assert (verdict.tiles, verdict.landslide_pixels) == (1, 3)
    assert verdict.within == 4 / 5 and verdict.mask_iou == 2 / 3
    assert verdict.f1_change is None


def test_f1_is_compared_where_the_truth_is_known():
    truth = np.array([False, True, True, True])[None, None]
    verdict = counted([0, 200, 200, 0], [0, 200, 0, 0], truth=truth)
    assert verdict.f1_change == pytest.approx(2 / 4 - 4 / 5)


@pytest.mark.parametrize(
    ("exact", "reduced", "flips"),
    [(0.06, -0.01, 1), (0.04, -0.2, 0), (-0.06, 0.3, 1), (-0.06, -0.3, 0)],
)
def test_presence_may_change_its_sign_only_about_zero(exact, reduced, flips):
    logits = [np.array([[value]], np.float32) for value in (exact, reduced)]
    verdict = counted([0], [0], presence=logits[0], reduced_presence=logits[1])
    assert verdict.presence_flips == flips


def place(height, width):
    """An image whose pixels say where they are: row and column in units of 16 px."""
    rows, columns = np.mgrid[0:height, 0:width] // 16
    return np.stack([rows, columns, rows * 0]).astype(np.uint8)


def sampled(height, width, valid, count):
    tiling = Tiling.of(width, height, SIZE, "balanced")
    source = ArraySource(place(height, width), valid)
    return np.concatenate(list(sample_tiles(source, tiling, None, count)))


def test_a_sample_comes_from_all_over_the_raster():
    tiles = sampled(3000, 2400, np.ones((3000, 2400), bool), 200)
    assert tiles.shape == (200, 3, SIZE, SIZE)
    centres = tiles[:, :2, SIZE // 2, SIZE // 2].astype(int) * 16
    assert len({tuple(centre) for centre in centres}) == 200
    counts, _, _ = np.histogram2d(*centres.T, bins=3, range=[[0, 3000], [0, 2400]])
    assert counts.min() >= 10


def test_a_sample_has_only_tiles_with_valid_pixels():
    valid = np.zeros((3000, 2400), bool)
    valid[:, :600] = True
    tiles = sampled(3000, 2400, valid, 200)
    assert len(tiles) == 200
    assert (tiles[:, 1, 0, :].min(axis=1).astype(int) * 16 < 600 + STRIDE).all()


def test_a_sample_of_a_narrow_or_small_raster():
    assert len(sampled(6000, 90, np.ones((6000, 90), bool), 200)) == 200
    assert len(sampled(100, 100, np.ones((100, 100), bool), 200)) == 9
    empty = ArraySource(place(100, 100), np.zeros((100, 100), bool))
    tiling = Tiling.of(100, 100, SIZE, "balanced")
    assert list(partial(sample_tiles, empty, tiling, None)(200)) == []
