"""What is chosen for a run, and whether it can work: each refusal names its field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from qgis.core import QgsRasterLayer

from . import estimate
from .area import ChosenArea
from .card import TERRAIN_ROLES, Card, known_card
from .messages import Failure, role_name, role_names, tr
from .raster_facts import RasterFacts, is_paletted
from .request import check_ensemble, raster_source
from .scenes import Scenes

RGB = ("red", "green", "blue")


@dataclass(frozen=True)
class Choice:
    """What is chosen; None or empty leaves the choice to the backend or to the checkpoint."""

    layer: QgsRasterLayer | None
    checkpoint: str
    card: Card | None = None  # None: not known
    scenes: Scenes | None = None  # several rasters, of which `layer` is the first
    more_checkpoints: tuple[str, ...] = ()  # an ensemble with `checkpoint`
    bands: Mapping[str, int] = field(default_factory=dict)  # of the image by role; 0: none chosen
    # Layer and band by role, of what other rasters give; None and 0: none chosen.
    inputs: Mapping[str, tuple[QgsRasterLayer | None, int]] = field(default_factory=dict)
    more_inputs: tuple[str, ...] = ()  # as the worker takes them, for scripts
    dem: QgsRasterLayer | None = None
    area: ChosenArea | None = None  # None: the whole layer
    gsd: str = "auto"
    overlap: str = next(iter(estimate.OVERLAPS))
    flips: bool = False  # the median over four mirrorings
    threshold: float | None = None
    min_area_m2: float | None = None  # None: the worker's own, of ten pixels
    out: str = ""
    device: str = "auto"

    @property
    def checkpoints(self) -> tuple[str, ...]:
        """All checkpoints: one, or those of an ensemble."""
        return (self.checkpoint, *self.more_checkpoints)

    @property
    def image_roles(self) -> tuple[str, ...]:
        """The bands that the image itself has to give, where the checkpoint is known."""
        elsewhere = {*self.inputs, *(TERRAIN_ROLES if self.dem else ())}
        return tuple(role for role in self.card.bands if role not in elsewhere)


def checked_layer(layer: QgsRasterLayer | None) -> QgsRasterLayer:
    """The layer to search. Raises `Failure` where there is none, or it cannot be opened."""
    if layer is None:
        message = tr("There is no raster layer to search.")
        raise Failure("raster", message, tr("Add an orthophoto to the project and choose it."))
    if not layer.isValid() or layer.dataProvider() is None:
        message = tr("The layer {} cannot be opened.").format(layer.name())
        raise Failure("raster", message, tr("Repair its data source, or choose another layer."))
    return layer


def checked_ensemble(choice: Choice) -> tuple[str, ...]:
    """The further checkpoints. Raises `Failure` where one is not there, or sees other tiles."""
    others = check_ensemble(choice.checkpoint, choice.more_checkpoints)
    for path in others:
        # Of a published file only the worker knows what it is, and refuses it then.
        card = known_card(path)
        if card and choice.card and _sees(card) != _sees(choice.card):
            first, other = Path(choice.checkpoint).name, Path(path).name
            message = tr("{} and {} cannot run together: they take {} and {}.")
            message = message.format(first, other, _tile_words(choice.card), _tile_words(card))
            remedy = tr("Choose checkpoints that were trained alike, or run them one by one.")
            raise Failure("ensemble", message, remedy)
    return others


def checked_bands(choice: Choice, facts: RasterFacts) -> tuple[int, ...] | None:
    """The image's bands in the order of the roles; None leaves them to the worker.

    Raises `Failure` for a role that nothing is chosen for.
    """
    if choice.card is None or not choice.bands or not facts.has_pixels:
        return None
    roles = choice.image_roles
    if roles == RGB and is_paletted(choice.layer):
        return None
    missing = [role for role in roles if not choice.bands.get(role)]
    if missing and set(missing) <= set(TERRAIN_ROLES):
        message = tr("The checkpoint needs {}, and no elevation model is chosen.")
        remedy = tr("Choose one, or the band of the image that has it, under More options.")
        raise Failure("dem", message.format(role_names(missing)), remedy)
    if missing:
        message = tr("The image has {} band(s), and none is chosen for {}.")
        remedy = tr("Choose a band for each, of another raster too, or another checkpoint.")
        raise Failure("bands", message.format(facts.bands, role_names(missing)), remedy)
    return tuple(choice.bands[role] for role in roles) or None


def checked_inputs(choice: Choice) -> tuple[str, ...]:
    """What other rasters give, as the worker takes it. Raises `Failure` where it cannot be read."""
    return (*(_input(role, *place) for role, place in choice.inputs.items()), *choice.more_inputs)


def checked_dem(layer: QgsRasterLayer | None) -> str | None:
    """What GDAL opens to read the elevation model. Raises `Failure` where it cannot."""
    return None if layer is None else _source(layer, "dem")


def check_distance(gsd: str, facts: RasterFacts) -> None:
    """Raise `Failure` for a ground sampling distance that cannot be had."""
    if gsd in ("auto", "native"):
        return
    if not float(gsd) > 0:
        message = tr("The ground sampling distance {} m is not above 0.").format(gsd)
        raise Failure("gsd", message, tr("Give metres a pixel."))
    if not facts.crs.isValid():
        message = tr("The image has no CRS, so that it cannot be resampled to {} m.").format(gsd)
        raise Failure("gsd", message, tr("Assign its CRS, or choose the image's own distance."))


def wanted_distance(choice: Choice) -> float | None:
    """The distance at which a layer without pixels of its own is exported [m]."""
    if choice.gsd not in ("auto", "native"):
        return float(choice.gsd)
    return choice.card.gsd_nominal if choice.card and choice.gsd == "auto" else None


def _sees(card: Card) -> tuple[int, tuple[str, ...]]:
    """What the checkpoints of an ensemble have to share; the worker knows more."""
    return card.tile_size, card.bands


def _tile_words(card: Card) -> str:
    return tr("tiles of {} px of {}").format(card.tile_size, role_names(card.bands))


def _input(role: str, layer: QgsRasterLayer | None, band: int) -> str:
    if layer is None or not layer.isValid():
        message = tr("No raster is chosen to take {} from.").format(role_name(role))
        raise Failure("bands", message, tr("Choose one, or the image's own band."))
    if band < 1:
        message = tr("No band of {} is chosen for {}.")
        message = message.format(layer.name(), role_name(role))
        raise Failure("bands", message, tr("Choose one, or the image's own band."))
    return f"{role}={_source(layer, 'bands')}:{band}"


def _source(layer: QgsRasterLayer, kind: str) -> str:
    """What GDAL opens to read a layer; a failure to is one of that kind."""
    try:
        return raster_source(layer)
    except Failure as failure:
        raise Failure(kind, str(failure)) from None
