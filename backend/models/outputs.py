"""What a network's output says of each pixel: one rule for training and for every engine."""

from __future__ import annotations

from torch import Tensor, nn

from backend.models.layers import trimmed


def landslide_logit(output: Tensor | tuple[Tensor, Tensor]) -> Tensor:
    """A network's output to the logit of landslide (B, 1, H, W); its sigmoid is the probability.

    `output` is mask logits (B, classes, H, W), or these with a presence logit. One class is
    landslide; two are background and landslide, whose softmax is the sigmoid of their difference.
    Raises ValueError for more.
    """
    logits = output[0] if isinstance(output, tuple) else output
    classes = logits.shape[1]
    if classes == 1:
        return logits
    if classes != 2:
        raise ValueError(f"The network has {classes} classes; one or two can be read.")
    # In float32, where the two are close.
    background, landslide = logits.float().chunk(2, dim=1)
    return landslide - background


def centre(network: nn.Module, x: Tensor, margin: int) -> tuple[Tensor, tuple[Tensor, ...]]:
    """Landslide logits (B, 1, H - 2 * margin, W - 2 * margin) of the centres of (B, C, H, W).

    After them what else the network says: nothing, or the presence logit (B, 1). A network with a
    method `centre` is spared what lies beyond.
    """
    if margin and hasattr(network, "centre"):
        output, rim = network.centre(x, margin), 0  # type: ignore[operator]
    else:
        output, rim = network(x), margin
    presence = output[1:] if isinstance(output, tuple) else ()
    return trimmed(landslide_logit(output), rim), presence
