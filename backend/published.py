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
# Keys in common from which on a file is taken for a variant of a known network, and by how much
# less another network may have for the file to resemble both.
_ALIKE = 0.5
_AS_ALIKE = 0.02

IMAGENET = Scaling(mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))

# Sentinel-2's bands 1 to 8 and 9 to 12, and what comes from ALOS PALSAR, in the order of the files.
LANDSLIDE4SENSE_BANDS = (
    *("coastal", "blue", "green", "red", "rededge1", "rededge2", "rededge3"),
    *("nir", "watervapour", "cirrus", "swir1", "swir2", "slope", "dem"),
)
# What the makers divided each band by: reflectances x 10000, degrees and metres, all of them whole
# numbers (github iarai/Landslide4Sense-2022, issues 2 and 4; it holds for the files to the digit).
LANDSLIDE4SENSE_MEANS = (
    *(1111.81236406, 824.63171476, 663.41636217, 445.17289745, 645.8582926, 1547.73508126),
    *(1960.44401001, 1941.32229668, 674.07572865, 9.04787384, 1113.98338755, 519.90397929),
    *(20.29228266, 772.83144788),
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
    units=(*(mean / 10_000 for mean in LANDSLIDE4SENSE_MEANS[:12]), *LANDSLIDE4SENSE_MEANS[12:]),
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
    likenesses = []
    for architecture, published in _PUBLISHED.items():
        try:
            network = models.sketch(architecture, **published.settings(state))
        except (KeyError, ValueError):
            continue
        expected = network.state_dict().keys()
        kept = {key: state[key] for key in state if not key.startswith(published.dead)}
        if kept.keys() == expected:
            return published.card(name, architecture, models.config_of(network)), kept
        likenesses.append(_Likeness.of(architecture, set(kept), set(expected)))
    raise _unknown(file, state, likenesses)


@dataclass(frozen=True)
class _Likeness:
    """How a file's keys compare with those of a network: the share they have in common."""

    architecture: str
    share: float
    missing: list[str]
    strange: list[str]

    @classmethod
    def of(cls, architecture: str, keys: set[str], expected: set[str]) -> _Likeness:
        share = len(keys & expected) / len(keys | expected)
        return cls(architecture, share, sorted(expected - keys), sorted(keys - expected))

    def __str__(self) -> str:
        lacks = [f"lacks {few(self.missing)}"] * bool(self.missing)
        return " and ".join(lacks + [f"has {few(self.strange)}"] * bool(self.strange))


def _unknown(file: str, state: State, likenesses: list[_Likeness]) -> CheckpointError:
    remedy = f"Known architectures are {', '.join(models.names())}."
    most = max((likeness.share for likeness in likenesses), default=0.0)
    if most < _ALIKE:
        return CheckpointError(
            f"{file} is of an architecture that is not known here: it has {few(list(state))}.",
            remedy,
        )
    near = [likeness for likeness in likenesses if likeness.share > most - _AS_ALIKE]
    if len(near) == 1:
        return CheckpointError(f"{file} is close to {near[0].architecture}, but {near[0]}.", remedy)
    names = " and ".join(likeness.architecture for likeness in near)
    odd = "; ".join(f"for {likeness.architecture} it {likeness}" for likeness in near)
    return CheckpointError(f"{file} resembles {names} and is none of them: {odd}.", remedy)


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

    Mean and std apply to the values in the data set's own files: Sentinel-2's bands of Level-1C
    but 8A, slope and DEM, each divided by its mean over the data set. `LANDSLIDE4SENSE.units` are
    these means, by which reflectances, degrees and metres are brought to the same values.
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

    RGB by ImageNet's mean and std; the DEM as the 8-bit grey image that the Bijie data set has for
    each of its images, to -1 .. 1. What 0 and 255 are in metres is told nowhere, so elevations are
    taken as such a picture shows them: stretched in each tile from its lowest to its highest point.
    One range for a whole raster would leave the tiles of a wide valley without any. Images of any
    size were resized to 224 px, so that no ground sampling distance can be stated.
    """
    return Card(
        name=name,
        architecture=architecture,
        config=settings,
        bands=("red", "green", "blue", "dem"),
        scaling=Scaling((*IMAGENET.mean, 0.5), (*IMAGENET.std, 0.5), by_tile=("dem",)),
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
