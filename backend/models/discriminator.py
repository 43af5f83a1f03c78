"""The discriminator of adversarial training in the space of outputs: which domain is a map of?

Tsai et al. 2018, "Learning to Adapt Structured Output Space for Semantic Segmentation", arXiv
1802.10349, as in ADANet (Xu et al. 2022, doi 10.1007/s10346-022-01847-1, github
xupine/LandslideNet). It is no network of the registry: no checkpoint holds it.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

# Channels of its maps at strides 2, 4, 8 and 16; at stride 32 there is one.
WIDTHS = (64, 128, 256, 512)
SLOPE = 0.2


class Discriminator(nn.Module):
    """Probabilities of background and landslide (B, 2, H, W) to logits (B, 1, H / 32, W / 32).

    Each logit is of its part of the map coming from the target. H and W are 32 [px] at least.
    """

    def __init__(self) -> None:
        super().__init__()
        channels = (2, *WIDTHS)
        layers: list[nn.Module] = []
        for before, after in pairwise(channels):
            layers += [_halving(before, after), nn.LeakyReLU(SLOPE)]
        self.layers = nn.Sequential(*layers, _halving(channels[-1], 1))

    def forward(self, probabilities: Tensor) -> Tensor:
        """(B, 2, H, W) to (B, 1, H / 32, W / 32)."""
        return self.layers(probabilities)


def _halving(before: int, after: int) -> nn.Conv2d:
    """A convolution of 4 x 4 at stride 2 with the weights that ADANet starts from."""
    layer = nn.Conv2d(before, after, 4, stride=2, padding=1)
    nn.init.kaiming_normal_(layer.weight)
    layer.bias.data.zero_()  # type: ignore[union-attr] # there is one
    return layer


def both_classes(landslide_logit: Tensor) -> Tensor:
    """The logit of landslide (B, 1, H, W) as probabilities of background and landslide."""
    probability = landslide_logit.float().sigmoid()
    return torch.cat([1 - probability, probability], dim=1)
