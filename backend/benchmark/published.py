"""The published procedure, written anew from its description (design section 7).

Patches as PNG; of each the tiles in one batch in float32, a fold of their centres, float16 in a
compressed NPZ; when all are done, these are merged and thresholded. Two processes overlap.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from rasterio.windows import Window
from torch import nn
from torch.nn import functional as F

from backend.benchmark.contender import Ready
from backend.benchmark.images import centre, new_mask, normalise
from backend.benchmark.patches import Patch, cut, patches
from backend.benchmark.scenario import Scenario
from backend.checkpoint import load
from backend.engines.devices import choose_device
from backend.models.outputs import landslide_logit


def run(scenario: Scenario, ready: Ready) -> int:
    """The second process: infer what the first has cut, then merge."""
    device = choose_device(scenario.device)
    network = load(scenario.checkpoint).network.to(device.name)
    ready(f"{device.description}, torch {torch.__version__}, fp32")
    tiles = 0
    for patch in _as_they_come(scenario):
        answer = _infer(scenario, patch, network, device.name)
        np.savez_compressed(patch.file(scenario, ".npz"), answer.astype(np.float16))
        tiles += patch.rows * patch.columns
    _merge(scenario)
    return tiles


def _as_they_come(scenario: Scenario) -> Iterator[Patch]:
    """Patches whose PNG is there, cut by another process meanwhile."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, context) as cutter:
        yield from cutter.map(partial(cut, scenario), patches(scenario))


def _infer(
    scenario: Scenario, patch: Patch, network: nn.Module, device: str
) -> NDArray[np.float32]:
    """Probabilities (height, width) of a patch's PNG, 0 on its rim."""
    with Image.open(patch.file(scenario, ".png")) as image:
        values = np.asarray(image).transpose(2, 0, 1)
    pixels = torch.from_numpy(normalise(values, scenario.scaling))[None].to(device)
    size, stride, channels = scenario.size, scenario.stride, len(scenario.bands)
    columns = F.unfold(pixels, size, stride=stride)
    tiles = columns[0].T.reshape(-1, channels, size, size)
    with torch.inference_mode():
        probability = torch.sigmoid(landslide_logit(network(tiles)))
    kept = (
        (probability * torch.from_numpy(centre(scenario)).to(device)).reshape(1, len(tiles), -1).mT
    )
    return F.fold(kept, (patch.height, patch.width), size, stride=stride)[0, 0].cpu().numpy()


def _merge(scenario: Scenario) -> None:
    """Cut the rims off, threshold, and write all patches into one raster."""
    rim = scenario.margin
    with new_mask(scenario, "published") as data:
        for patch in patches(scenario):
            with np.load(patch.file(scenario, ".npz")) as stored:
                inside = stored["arr_0"][rim:-rim, rim:-rim]
            top, left = patch.top + rim, patch.left + rim
            part = inside[: scenario.height - top, : scenario.width - left]
            window = Window(left, top, part.shape[1], part.shape[0])
            data.write((part >= scenario.limit).astype(np.uint8), 1, window=window)
