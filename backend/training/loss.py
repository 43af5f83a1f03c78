"""Losses; the published one: hard example mining over BCE, Dice and the presence of a landslide.

Source: the CALandDet paper, doi 10.1038/s41598-025-08695-8, and its trainer. OHEM: Shrivastava et
al. 2016, arXiv 1604.03540. Dice with squared terms: Milletari et al. 2016, arXiv 1606.04797.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor, nn

from backend.models.outputs import landslide_logit

KEEP_RATIO = 0.7
BCE_RATIO = 0.5
DICE_DELTA = 1e-5


def hardest(losses: Tensor, keep_ratio: float = KEEP_RATIO) -> Tensor:
    """Mean of the `int(keep_ratio * n)` largest of n losses, at least one of them; 0 of none."""
    if not losses.numel():
        return losses.sum()
    count = max(1, int(keep_ratio * losses.numel()))
    return losses.flatten().topk(count).values.mean()


def dice_loss(logits: Tensor, mask: Tensor, valid: Tensor) -> Tensor:
    """1 - Dice of each image (B,), with squares in the denominator; all (B, 1, H, W)."""
    probability = (logits.sigmoid() * valid).flatten(1)
    target = (mask * valid).flatten(1)
    overlap = (probability * target).sum(1)
    size = probability.square().sum(1) + target.square().sum(1)
    return 1 - 2 * overlap / (size + DICE_DELTA)


def segmentation_loss(logits: Tensor, mask: Tensor, valid: Tensor) -> Tensor:
    """Half the hardest pixels' BCE and half the hardest images' Dice; all (B, 1, H, W) -> ()."""
    bce = F.binary_cross_entropy_with_logits(logits, mask, reduction="none")
    known = bce[valid > 0] if not valid.all() else bce
    dice = dice_loss(logits, mask, valid)
    return BCE_RATIO * hardest(known) + (1 - BCE_RATIO) * hardest(dice)


def presence_loss(logit: Tensor, mask: Tensor) -> Tensor:
    """The hardest images' BCE of "this image has a landslide"; logit (B, 1), mask (B, 1, H, W)."""
    present = mask.flatten(1).amax(1, keepdim=True)
    return hardest(F.binary_cross_entropy_with_logits(logit, present, reduction="none"))


def published_loss(logits: Tensor, presence: Tensor | None, mask: Tensor, valid: Tensor) -> Tensor:
    """The published loss: of the mask, and of the presence where the network has that head.

    Logits, mask and valid are (B, 1, H, W), presence (B, 1). Pixels not `valid` count for nothing.
    """
    loss = segmentation_loss(logits, mask, valid)
    return loss if presence is None else loss + presence_loss(presence, mask * valid)


def even_loss(logits: Tensor, presence: Tensor | None, mask: Tensor, valid: Tensor) -> Tensor:
    """BCE of all pixels, Dice of the images with a landslide, BCE of the presence; as above.

    Mining hard examples seeks out what is labelled wrongly, such as scars that nobody mapped; and
    an image without landslide has a Dice loss of 1 whatever is predicted, so that mining fills up
    with these. Here all pixels count alike, and Dice is taken where it means something.
    """
    bce = F.binary_cross_entropy_with_logits(logits, mask, valid, reduction="sum")
    has = (mask * valid).flatten(1).amax(1)
    probability, target = (logits.sigmoid() * valid).flatten(1), (mask * valid).flatten(1)
    dice = 1 - (2 * (probability * target).sum(1) + 1) / ((probability + target).sum(1) + 1)
    loss = bce / valid.sum().clamp(min=1) + 0.5 * (dice * has).sum() / has.sum().clamp(min=1)
    if presence is None:
        return loss
    return loss + 0.3 * F.binary_cross_entropy_with_logits(presence[:, 0], has)


LOSSES = {"published": published_loss, "even": even_loss}


@dataclass(frozen=True)
class SegmentationLoss:
    """The loss of that name, of what a network says of images with masks."""

    name: str

    def __call__(self, network: nn.Module, batch: tuple[Tensor, ...]) -> Tensor:
        """Of a batch of images (B, C, H, W), masks and validity (B, 1, H, W)."""
        images, masks, valid = batch
        return self.of_output(network(images), masks, valid)

    def of_output(
        self, output: Tensor | tuple[Tensor, Tensor], masks: Tensor, valid: Tensor
    ) -> Tensor:
        """Of mask logits (B, classes, H, W), with a presence logit (B, 1) where there is one."""
        logits = landslide_logit(output).float()
        presence = output[1].float() if isinstance(output, tuple) else None
        return LOSSES[self.name](logits, presence, masks, valid)
