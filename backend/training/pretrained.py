"""Weights that were learned elsewhere or with other settings, for a network to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from torch import nn

from backend import models
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


def with_settings(
    name: str, architecture: str, network: nn.Module, settings: dict[str, Any]
) -> nn.Module:
    """The network with the same weights and other settings; `name` is that of its checkpoint.

    Raises `CheckpointError` where the architecture has no such setting, or needs other weights.
    """
    if not settings:
        return network
    try:
        changed = models.create(architecture, **models.config_of(network) | settings)
        changed.load_state_dict(network.state_dict())
    except (TypeError, ValueError) as error:
        raise CheckpointError(
            f"{name} cannot be given other settings: {error}", "Check --set."
        ) from None
    except RuntimeError:
        said = ", ".join(f"{key}={value}" for key, value in settings.items())
        raise CheckpointError(
            f"The weights of {name} do not fit {said}.",
            "Leave out settings that need other weights (--set).",
        ) from None
    return changed
