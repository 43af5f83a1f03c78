"""A network that was trained on some bands as the start of one that is trained on more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from backend import models


def inflated(
    architecture: str, network: nn.Module, before: Sequence[str], after: Sequence[str]
) -> nn.Module:
    """A network like this one for the bands `after`, which hold all bands of `before`, by role.

    The weights of the first layer stay with the bands that they were learned on, wherever these are
    now, and start at zero for the new ones: the first answers are those of the old network, and the
    gradient of a weight of zero is not zero, so that training takes the new bands in. A share of
    the old weights, as is usual where no band is the same, would spoil what was learned.

    Raises ValueError where a band of `before` is missing.
    """
    missing = [band for band in before if band not in after]
    if missing:
        raise ValueError(f"The bands {', '.join(missing)} are missing.")
    settings: Any = {**models.config_of(network), "in_channels": len(after)}
    wider = models.create(architecture, **settings)
    places = torch.tensor([after.index(band) for band in before])
    state = wider.state_dict()
    for key, weight in network.state_dict().items():
        state[key] = _widened(weight, state[key], places)
    wider.load_state_dict(state, strict=True)
    return wider


def _widened(weight: Tensor, like: Tensor, places: Tensor) -> Tensor:
    """A weight as it is, or that of the first layer (out, bands, h, w) in the shape of `like`."""
    if weight.shape == like.shape:
        return weight
    wider = torch.zeros_like(like)
    wider[:, places] = weight
    return wider
