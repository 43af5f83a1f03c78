"""Not measured: the checkpoint's network as a file for ONNX Runtime."""

from __future__ import annotations

import warnings

import torch
from torch import Tensor, nn

from backend.benchmark.contender import Ready
from backend.benchmark.scenario import Scenario
from backend.checkpoint import load
from backend.models.outputs import landslide_logit

# The first with layer norm as one operation.
OPSET = 17


class MaskLogit(nn.Module):
    """The logit of landslide alone, without the presence logit."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, tiles: Tensor) -> Tensor:
        """Normalised tiles (B, C, size, size) to (B, 1, size, size)."""
        return landslide_logit(self.network(tiles))


def run(scenario: Scenario, ready: Ready) -> int:
    """Write `scenario.network_file`, which takes normalised tiles (1, C, size, size)."""
    checkpoint = load(scenario.checkpoint)
    example = torch.zeros(1, len(checkpoint.card.bands), scenario.size, scenario.size)
    ready("ONNX")
    with warnings.catch_warnings(), torch.inference_mode():
        # Remarks on what tracing fixes, such as sizes; all that is fixed here is meant to be.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            MaskLogit(checkpoint.network).eval(),
            (example,),
            scenario.network_file,
            input_names=["tiles"],
            opset_version=OPSET,
            # The other exporter needs a further package.
            dynamo=False,
        )
    return 0
