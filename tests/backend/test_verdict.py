"""A verdict on bf16 is found on data with a truth, and travels beside the checkpoint."""

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from backend.engines.choose import SIDECAR_SUFFIX, Imagery, choose_engine, maker_for, ship
from backend.engines.devices import DeviceInfo, choose_device, prefers_bf16
from backend.engines.gate import Verdict, parse_verdicts
from backend.errors import DeviceError
from backend.raster.grid import OVERLAPS
from backend.training.assess import EvaluateRequest, assess
from backend.training.overlaps import compare_overlaps
from backend.training.verdict import VerdictRequest, judge
from tests.backend.checkpoints import Said, small_file
from tests.backend.rasters import image

CPU = choose_device("cpu")
needs_bf16 = pytest.mark.skipif(not prefers_bf16("cpu"), reason="the processor has no bf16")


@pytest.fixture
def checkpoint(tmp_path, monkeypatch):
    monkeypatch.setenv("CALANDDET_CACHE", str(tmp_path / "cache"))
    return small_file(tmp_path / "net.safetensors")


@pytest.fixture
def data(tmp_path):
    """Three images of several tiles; the truth is where they are bright."""
    for kind in ("image", "mask"):
        (tmp_path / "data" / kind).mkdir(parents=True)
    lines = []
    for index, shape in enumerate([(70, 90), (64, 64), (110, 50)]):
        values = image(*shape, seed=index)
        path = tmp_path / "data" / "image" / f"{index}.png"
        Image.fromarray(np.moveaxis(values, 0, -1)).save(path)
        Image.fromarray(values[0] > 128).save(tmp_path / "data" / "mask" / f"{index}.png")
        lines.append(f"image/{index}.png")
    (tmp_path / "data" / "list.txt").write_text("\n".join(lines) + "\n")
    return str(tmp_path / "data" / "list.txt")


def found(checkpoint, /, **changes):
    """A verdict that lets bf16 pass, of this computer's kind."""
    maker = maker_for(CPU)
    verdict = Verdict(checkpoint.sha256, maker.name, "another", 200, 50_000, 0.9999, 0.995, 0)
    return replace(verdict, **{"abilities": maker.abilities} | changes)


@needs_bf16
def test_the_command_judges_and_detection_heeds_it(checkpoint, data):
    result = judge(VerdictRequest(checkpoint.path, (data,), "cpu"), lambda event: None)
    sidecar = checkpoint.path.with_suffix(SIDECAR_SUFFIX)
    assert result.paths == {"verdict": str(sidecar)}
    (verdict,) = parse_verdicts(sidecar.read_text(), checkpoint.sha256)
    # Tiles of 64 px of which 48 px are kept.
    assert verdict.tiles == 2 * 2 + 2 * 2 + 3 * 2 and not verdict.passes
    assert 0 < verdict.within <= 1 and verdict.f1_change is not None
    said = Said()
    engine = choose_engine(checkpoint, 8, CPU, "auto", said, Imagery(np.dtype("uint8")))
    assert engine.precision == "fp32" and "14 tiles with" in said[0]


@needs_bf16
@pytest.mark.parametrize(
    ("changes", "precision"),
    [
        ({}, "bf16"),
        ({"engine": "OpenVINO 1999.1"}, "fp32"),
        ({"abilities": "none"}, "fp32"),
        ({"checkpoint": "ab" * 32}, "fp32"),
    ],
)
def test_a_shipped_verdict_is_for_its_library_and_kind_of_processor(checkpoint, changes, precision):
    ship(checkpoint, found(checkpoint, **changes))
    engine = choose_engine(checkpoint, 8, CPU, "auto", Said(), Imagery(np.dtype("uint8")))
    assert engine.precision == precision


def test_verdicts_of_several_kinds_stand_in_one_file(checkpoint):
    gpu = found(checkpoint, engine="torch 2.13.0", abilities="cuda torch.bfloat16")
    old, new = found(checkpoint, mask_iou=0.5), found(checkpoint)
    for verdict in (old, gpu, new):
        path = ship(checkpoint, verdict)
    assert parse_verdicts(path.read_text(), checkpoint.sha256) == [gpu, new]
    # Another checkpoint's verdicts go with the checkpoint that they were about.
    path.write_text(json.dumps([{"checkpoint": "other"}, 7]))
    ship(checkpoint, new)
    assert parse_verdicts(path.read_text(), checkpoint.sha256) == [new]


def test_a_device_without_a_choice_of_precision_is_refused():
    with pytest.raises(DeviceError, match="only PyTorch for GPU: Apple"):
        maker_for(DeviceInfo("mps", True, "GPU: Apple M4"))


def test_the_table_of_overlaps_has_cost_truth_and_mismatch(checkpoint, data, tmp_path):
    request = EvaluateRequest(checkpoint.path, (data,), out=tmp_path / "out", device="cpu")
    rows = {
        row["name"]: row for row in compare_overlaps(request, lambda event: None).counts["rows"]
    }
    assert list(rows) == [
        *OVERLAPS, *(f"{overlap} with flips" for overlap in OVERLAPS)
    ]  # fmt: skip
    assert rows["reference"]["mismatch"] == 0 and rows["reference"]["mask_iou"] == 1
    assert rows["reference with flips"]["mismatch"] > 0 < rows["fast"]["mismatch"]
    tiles = [rows[overlap]["tiles"] for overlap in OVERLAPS]
    assert tiles == sorted(tiles, reverse=True) and tiles[0] > tiles[1]
    for overlap in ("balanced", "fast"):
        counts = assess(replace(request, out=None, overlap=overlap), lambda event: None).counts
        assert rows[overlap]["f1"] == pytest.approx(counts["f1"], abs=1e-4)
    text = (tmp_path / "out" / "overlaps.md").read_text()
    assert f"| fast | {rows['fast']['tiles']} |" in text
