"""Encoder weights that were learned on ImageNet, for a network to start from."""

from __future__ import annotations

from pathlib import Path

from torch import nn

from backend.checkpoint import load_weights
from backend.errors import CheckpointError
from backend.models.efficientnet import EfficientNetLite, from_published


def start_encoder(network: nn.Module, path: Path) -> None:
    """Load a published EfficientNet-Lite classifier into the network's encoder.

    Raises `CheckpointError` where the network has no such encoder or the file does not fit it.
    """
    encoder = getattr(network, "encoder", None)
    if not isinstance(encoder, EfficientNetLite):
        raise CheckpointError(
            f"The network has no EfficientNet-Lite encoder that {path.name} could start.",
            "Leave the encoder's weights out (--encoder-weights), or choose an architecture with"
            " such an encoder.",
        )
    try:
        weights = from_published(load_weights(path), encoder)
        encoder.load_state_dict(weights)
    except (KeyError, RuntimeError) as error:
        raise CheckpointError(
            f"{path.name} does not hold the weights of the network's EfficientNet-Lite.",
            "Take the file of the same variant (lite0, lite1 or lite2).",
        ) from error
