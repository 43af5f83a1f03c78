"""The checkpoint that comes along is fit for bfloat16: the same, and fast where there is such."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from backend import models
from backend.checkpoint import load
from backend.engines.devices import choose_device
from backend.engines.openvino_engine import OpenVinoEngine
from backend.engines.openvino_library import Library
from backend.engines.torch_engine import TorchEngine
from backend.models.folding import folded
from tests.backend.rasters import image
from tests.backend.workers import ROOT

DEFAULT = ROOT / "resources" / "models" / "calanddet2-rgb.safetensors"
MARGIN = 128


@pytest.fixture(scope="module")
def checkpoint():
    return load(DEFAULT)


def test_the_verdicts_beside_it_are_about_it(checkpoint):
    verdicts = json.loads(DEFAULT.with_suffix(".bf16.json").read_text())
    assert verdicts
    for verdict in verdicts:
        assert verdict["checkpoint"] == f"sha256:{checkpoint.sha256}"


def test_its_weights_are_those_of_bfloat16(checkpoint):
    network = folded(checkpoint.network)
    in_full = tuple(f"encoder.{part}." for part in network.encoder.in_full)
    for name, one in network.named_modules():
        if isinstance(one, nn.Conv2d) and not name.startswith(in_full):
            torch.testing.assert_close(
                one.weight, one.weight.bfloat16().float(), rtol=1e-6, atol=1e-12
            )


def test_delicate_parts_are_in_float32_and_the_others_are_not():
    network = models.create("calanddet2", encoder="lite0").eval()
    seen: dict[str, torch.dtype] = {}

    def note(name: str):
        def hook(module: nn.Module, inputs: tuple[Tensor], output: Tensor) -> None:
            seen[name] = output.dtype

        return hook

    for name, one in network.named_modules():
        if isinstance(one, nn.Conv2d):
            one.register_forward_hook(note(name))
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        network(torch.zeros(1, 3, 64, 64))
    in_full = tuple(f"encoder.{part}." for part in network.encoder.in_full)
    full = {name for name, dtype in seen.items() if dtype == torch.float32}
    assert full == {name for name in seen if name.startswith(in_full)}
    assert len(full) < len(seen) / 2


def test_openvino_is_no_further_off_in_bfloat16_than_torch(checkpoint, tmp_path, monkeypatch):
    """It cuts weights off where torch rounds them, so that it has to get them rounded."""
    library = Library.load()
    if not library.computes_bf16:
        pytest.skip("the processor cannot do bf16")
    monkeypatch.setenv("CALANDDET_CACHE", str(tmp_path))
    tiles = np.stack([image(512, 512, seed=seed) for seed in range(2)])
    device = choose_device("cpu")
    exact, reduced = (
        OpenVinoEngine(library, checkpoint, MARGIN, device, precision, tiles.dtype, str)
        for precision in ("fp32", "bf16")
    )
    plain = TorchEngine(checkpoint, MARGIN, device, "bf16", str)
    expected, *found = (one.predict(tiles).astype(int) for one in (exact, reduced, plain))
    off, off_torch = (np.abs(one - expected).mean() for one in found)
    assert 0 < off < 1.3 * off_torch
