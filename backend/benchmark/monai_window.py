"""MONAI's SlidingWindowInferer, with rasterio around it: the image in, the mask out, as a whole."""

from __future__ import annotations

from importlib import import_module

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from backend.benchmark.contender import Ready
from backend.benchmark.images import centre, mirrored, normalise, open_quietly, write_mask
from backend.benchmark.scenario import Scenario
from backend.checkpoint import load
from backend.engines.devices import choose_device
from backend.engines.torch_engine import BATCH_SIZES
from backend.models.outputs import landslide_logit


def run(scenario: Scenario, ready: Ready) -> int:
    """Slide over the mirrored image in float32, with our tiles and our weights."""
    inferers = import_module("monai.inferers")
    device = choose_device(scenario.device)
    network = load(scenario.checkpoint).network.to(device.name)
    inferer = inferers.SlidingWindowInferer(
        (scenario.size, scenario.size), BATCH_SIZES[device.kind], overlap=0.5, mode="constant"
    )
    # What it blends by: the centre of a window counts, the rest does not.
    inferer.roi_weight_map = torch.from_numpy(centre(scenario))
    version = import_module("monai").__version__
    ready(f"{device.description}, MONAI {version}, torch {torch.__version__}, fp32")

    def probability(tiles: Tensor) -> Tensor:
        return torch.sigmoid(landslide_logit(network(tiles)))

    image = torch.from_numpy(_image(scenario)).to(device.name)
    with torch.inference_mode():
        answer = inferer(image, probability)[0, 0].cpu().numpy()
    offset = -scenario.tiling.origin
    inside = answer[offset:, offset:][: scenario.height, : scenario.width]
    write_mask(scenario, "monai", inside >= scenario.limit)
    return scenario.tiling.rows * scenario.tiling.columns


def _image(scenario: Scenario) -> NDArray[np.float32]:
    """The whole raster (1, C, H, W) as the network takes it, mirrored beyond its edges."""
    rows, columns = mirrored(scenario)
    with open_quietly(scenario.raster) as data:
        values = data.read(scenario.bands)
    return normalise(values[:, rows][:, :, columns], scenario.scaling)[None]
