"""Published checkpoints: bare state dicts, known by their keys, with the preprocessing they need.

A further published network is one entry of `_PUBLISHED`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from backend import models
from backend.card import Card, Gsd, Scaling
from backend.errors import CheckpointError

State = dict[str, Tensor]

# Trainers save the weights below one of these keys, beside epoch and optimizer.
_WRAPPERS = ("state_dict", "model_state_dict", "model")
# torch.nn.DataParallel puts this before every key.
_PARALLEL = "module."
# Keys in common from which on a file is taken for a variant of a known network.
_ALIKE = 0.5

IMAGENET = Scaling(mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))

# Sentinel-2's bands 1 to 8 and 9 to 12, and what comes from ALOS PALSAR, in the order of the files.
LANDSLIDE4SENSE_BANDS = (
    *("coastal", "blue", "green", "red", "rededge1", "rededge2", "rededge3"),
    *("nir", "watervapour", "cirrus", "swir1", "swir2", "slope", "dem"),
)
LANDSLIDE4SENSE = Scaling(
    mean=(
        *(-0.4914, -0.3074, -0.1277, -0.0625, 0.0439, 0.0803, 0.0644),
        *(0.0802, 0.3000, 0.4082, 0.0823, 0.0516, 0.3338, 0.7819),
    ),
    std=(
        *(0.9325, 0.8775, 0.8860, 0.8869, 0.8857, 0.8418, 0.8354),
        *(0.8491, 0.9061, 1.6072, 0.8848, 0.9232, 0.9018, 1.2913),
    ),
    # Values are taken as they are.
    range=(0.0, 1.0),
)

TWO_CLASSES = ("background", "landslide")
_LIKELIER = "as published: the likelier of the two classes"


@dataclass(frozen=True)
class Published:
    """How one architecture is published.

    `settings` reads the configuration off the weights' shapes (KeyError or ValueError where they
    are another network's); `card` takes name, architecture and configuration; keys that begin
    with one of `dead` belong to layers that no forward pass uses.
    """

    settings: Callable[[Mapping[str, Tensor]], dict[str, Any]]
    card: Callable[[str, str, dict[str, Any]], Card]
    dead: tuple[str, ...] = ()


def unwrap(content: object, file: str) -> State:
    """The weights by key, out of their wrappers, without prefix.

    Raises `CheckpointError` where `content` holds none.
    """
    for wrapper in _WRAPPERS:
        if isinstance(content, dict) and isinstance(content.get(wrapper), dict):
            content = content[wrapper]
    if not isinstance(content, dict) or not content:
        raise _no_weights(file, f"a {type(content).__name__}")
    for key, value in content.items():
        if not isinstance(key, str) or not isinstance(value, Tensor):
            raise _no_weights(file, f"a {type(value).__name__} under {key!r}")
    if all(key.startswith(_PARALLEL) for key in content):
        return {key.removeprefix(_PARALLEL): value for key, value in content.items()}
    return dict(content)


def _no_weights(file: str, found: str) -> CheckpointError:
    return CheckpointError(
        f"{file} holds no network's weights: it has {found}.",
        "Save the network's state_dict() and open that.",
    )


def recognise(state: State, name: str, file: str) -> tuple[Card, State]:
    """The card of a published file, called `name`, and its weights without dead layers.

    Raises `CheckpointError` where the keys are those of no known network.
    """
    closest = (0.0, "", [""], [""])
    for architecture, published in _PUBLISHED.items():
        try:
            network = models.sketch(architecture, **published.settings(state))
        except (KeyError, ValueError):
            continue
        expected = network.state_dict().keys()
        kept = {key: state[key] for key in state if not key.startswith(published.dead)}
        if kept.keys() == expected:
            return published.card(name, architecture, models.config_of(network)), kept
        alike = len(kept.keys() & expected) / len(kept.keys() | expected)
        missing, strange = sorted(expected - kept.keys()), sorted(kept.keys() - expected)
        closest = max(closest, (alike, architecture, missing, strange))
    raise _unknown(file, state, *closest)


def _unknown(
    file: str, state: State, alike: float, closest: str, missing: list[str], strange: list[str]
) -> CheckpointError:
    remedy = f"Known architectures are {', '.join(models.names())}."
    if alike < _ALIKE:
        return CheckpointError(
            f"{file} is of an architecture that is not known here: it has {few(list(state))}.",
            remedy,
        )
    odd = [f"lacks {few(missing)}"] * bool(missing) + [f"has {few(strange)}"] * bool(strange)
    return CheckpointError(f"{file} is close to {closest}, but {' and '.join(odd)}.", remedy)


def few(keys: list[str]) -> str:
    """Up to three keys by name and the number of the others."""
    more = f" and {len(keys) - 3} more" if len(keys) > 3 else ""
    return ", ".join(keys[:3]) + more


def _swin_settings(state: Mapping[str, Tensor]) -> dict[str, Any]:
    embed_dim, in_channels, *_ = state["backbone.patch_embed.0.weight"].shape
    return {"embed_dim": embed_dim, "in_channels": in_channels}


def _calanddet_card(name: str, architecture: str, settings: dict[str, Any]) -> Card:
    """Preprocessing of the CALandDet repository: RGB / 255, ImageNet's mean and std, 224 px."""
    return Card(
        name=name,
        architecture=architecture,
        config=settings,
        bands=("red", "green", "blue"),
        scaling=IMAGENET,
        tile_size=224,
        gsd=Gsd(),
        threshold=0.5,
        threshold_source="as published (doi 10.1038/s41598-025-08695-8)",
    )


def _landslide4sense_settings(state: Mapping[str, Tensor]) -> dict[str, Any]:
    width, in_channels, *_ = state["inc.double_conv.0.weight"].shape
    return {"width": width, "in_channels": in_channels}


def _landslide4sense_card(name: str, architecture: str, settings: dict[str, Any]) -> Card:
    """Preprocessing of iarai/Landslide4Sense-2022, dataset/landslide_dataset.py.

    Mean and std apply to the values in the data set's own files: Sentinel-2's bands but 8A, slope
    and DEM, each scaled by its makers to values around 1. Reflectances, degrees and metres have to
    be brought to that range first.
    """
    return Card(
        name=name,
        architecture=architecture,
        config=settings,
        bands=LANDSLIDE4SENSE_BANDS,
        scaling=LANDSLIDE4SENSE,
        tile_size=128,
        # All its images are of 10 m; a fifth more or less is taken as it is.
        gsd=Gsd(10.0, 8.0, 12.0),
        classes=TWO_CLASSES,
        threshold=0.5,
        threshold_source=_LIKELIER,
    )


def _eca_resnet50_settings(state: Mapping[str, Tensor]) -> dict[str, Any]:
    width, in_channels, *_ = state["conv1.0.weight"].shape
    return {"width": width, "in_channels": in_channels}


def _eca_resnet50_card(name: str, architecture: str, settings: dict[str, Any]) -> Card:
    """Preprocessing of the notebook in MaqsoodAhmed110/Enhanced-Landslide-Detection.

    RGB by ImageNet's mean and std; the DEM as the 8-bit grey image that the Bijie data set has
    (its metres are not told), to -1 .. 1. Images of any size were resized to 224 px, so that no
    ground sampling distance can be stated.
    """
    return Card(
        name=name,
        architecture=architecture,
        config=settings,
        bands=("red", "green", "blue", "dem"),
        scaling=Scaling(mean=(*IMAGENET.mean, 0.5), std=(*IMAGENET.std, 0.5)),
        tile_size=224,
        classes=TWO_CLASSES,
        threshold=0.5,
        threshold_source=_LIKELIER,
    )


def _mffenet_settings(state: Mapping[str, Tensor]) -> dict[str, Any]:
    _, in_channels, *_ = state["backbone.conv1.weight"].shape
    return {"in_channels": in_channels}


def _mffenet_card(name: str, architecture: str, settings: dict[str, Any]) -> Card:
    """Preprocessing of xupine/LandslideNet, MFFENet/test.py: RGB / 255, ImageNet's, 512 px."""
    return Card(
        name=name,
        architecture=architecture,
        config=settings,
        bands=("red", "green", "blue"),
        scaling=IMAGENET,
        tile_size=512,
        classes=TWO_CLASSES,
        threshold=0.5,
        threshold_source=_LIKELIER,
    )


_SWIN = Published(_swin_settings, _calanddet_card)

_PUBLISHED = {
    "calanddet": _SWIN,
    "swin_seg": _SWIN,
    "swin_seg_cls": _SWIN,
    "landslide4sense_unet": Published(_landslide4sense_settings, _landslide4sense_card),
    "eca_resnet50": Published(
        _eca_resnet50_settings, _eca_resnet50_card, dead=("fc.", "CustomModel.fc.")
    ),
    "mffenet": Published(_mffenet_settings, _mffenet_card),
}
