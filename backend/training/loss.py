"""The published loss: online hard example mining over BCE, Dice and the presence of a landslide.

Source: the CALandDet paper, doi 10.1038/s41598-025-08695-8, and its trainer. OHEM: Shrivastava et
al. 2016, arXiv 1604.03540. Dice with squared terms: Milletari et al. 2016, arXiv 1606.04797.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

KEEP_RATIO = 0.7
BCE_RATIO = 0.5
DICE_DELTA = 1e-5


def hardest(losses: Tensor, keep_ratio: float = KEEP_RATIO) -> Tensor:
    """Mean of the `int(keep_ratio * n)` largest of n losses, at least one of them."""
    count = max(1, int(keep_ratio * losses.numel()))
    return losses.flatten().topk(count).values.mean()


def dice_loss(logits: Tensor, mask: Tensor) -> Tensor:
    """1 - Dice of each image (B,), with squares in the denominator; logits, mask (B, 1, H, W)."""
    probability, target = logits.sigmoid().flatten(1), mask.flatten(1)
    overlap = (probability * target).sum(1)
    size = probability.square().sum(1) + target.square().sum(1)
    return 1 - 2 * overlap / (size + DICE_DELTA)


def segmentation_loss(logits: Tensor, mask: Tensor) -> Tensor:
    """Half the hardest pixels' BCE and half the hardest images' Dice; all (B, 1, H, W) -> ()."""
    bce = F.binary_cross_entropy_with_logits(logits, mask, reduction="none")
    return BCE_RATIO * hardest(bce) + (1 - BCE_RATIO) * hardest(dice_loss(logits, mask))


def presence_loss(logit: Tensor, mask: Tensor) -> Tensor:
    """The hardest images' BCE of "this image has a landslide"; logit (B, 1), mask (B, 1, H, W)."""
    present = mask.flatten(1).amax(1, keepdim=True)
    return hardest(F.binary_cross_entropy_with_logits(logit, present, reduction="none"))


def training_loss(output: Tensor | tuple[Tensor, Tensor], mask: Tensor) -> Tensor:
    """The loss of what a network returned: mask logits, with a presence logit where it has one."""
    if isinstance(output, torch.Tensor):
        return segmentation_loss(output, mask)
    logits, presence = output
    return segmentation_loss(logits, mask) + presence_loss(presence, mask)
