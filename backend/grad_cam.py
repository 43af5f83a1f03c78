"""Grad-CAM: where in a map of a network lies what speaks for a part of its mask.

Selvaraju et al. 2017, "Grad-CAM", arXiv 1610.02391, equations 1 and 2. For segmentation the score
is the sum of the mask's logits over the pixels in question (Vinogradova et al. 2020, arXiv
2002.11434).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from backend.explain_stages import Stage
from backend.models.outputs import centre

Pixels = NDArray[np.bool_]


@dataclass(frozen=True)
class Answer:
    """What a network says of a tile of S x S px, and what spoke for it.

    `heat` (S, S) is not negative, in no unit: it compares places of tiles of one network and stage.
    `probability` and `chosen` (S, S) belong to the mask; `presence` is the presence logit, None
    without a presence head.
    """

    heat: NDArray[np.float32]
    probability: NDArray[np.float32]
    chosen: Pixels
    presence: float | None


def grad_cam(
    network: nn.Module, stage: Stage, tile: Tensor, choose: Callable[[NDArray[np.float32]], Pixels]
) -> Answer:
    """Explain a tile (1, C, S, S), normalised.

    `choose` picks the pixels (S, S) in question, and is told the probabilities (S, S).
    """
    maps: list[Tensor] = []

    def keep(_module: nn.Module, _inputs: object, output: Tensor) -> Tensor:
        # All gradients end here; the network goes on with a copy, which it may change in place.
        maps.append(output.detach().requires_grad_())
        return maps[-1].clone()

    hook = network.get_submodule(stage.module).register_forward_hook(keep)
    try:
        with torch.enable_grad():
            logits, presence = centre(network, tile, 0)
    finally:
        hook.remove()
    probability = torch.sigmoid(logits.detach()[0, 0].float()).cpu().numpy()
    chosen = choose(probability)
    score = logits[0, 0][torch.from_numpy(chosen).to(logits.device)].sum()
    (slopes,) = torch.autograd.grad(score, maps)
    heat = _heat(maps[0].detach(), slopes, stage, logits.shape[-2:])
    return Answer(heat, probability, chosen, float(presence[0].detach()) if presence else None)


def _heat(map_: Tensor, slopes: Tensor, stage: Stage, size: torch.Size) -> NDArray[np.float32]:
    """The map's channels, each weighed by its mean slope; what speaks against counts as nothing."""
    if stage.channels_last:
        map_, slopes = (part.permute(0, 3, 1, 2) for part in (map_, slopes))
    weights = slopes.mean(dim=(2, 3), keepdim=True)
    heat = F.relu((weights * map_).sum(dim=1, keepdim=True))
    return F.interpolate(heat, size=size, mode="bilinear")[0, 0].float().cpu().numpy()
