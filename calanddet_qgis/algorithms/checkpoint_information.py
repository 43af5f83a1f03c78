"""Processing algorithm `calanddet:checkpointinformation`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingOutputDefinition,
    QgsProcessingOutputString,
    QgsProcessingParameterDefinition,
)

from ..card import card_from
from ..messages import tr
from ..worker import Event
from . import parameters as declared
from .base import CalandDetAlgorithm, number_outputs
from .checkpoint_page import page
from .given import Given


class CheckpointInformation(CalandDetAlgorithm):
    """What a checkpoint is, what it takes and how good it was."""

    ID = "checkpointinformation"
    GROUP = "training"
    ICON = "information"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Checkpoint information")

    def shortHelpString(self) -> str:
        """What stands beside the parameters."""
        return tr(
            "Tells what a checkpoint is: its network, the bands and ground sampling distances it "
            "takes, its threshold, what it was trained on and on what terms, and how good it was "
            "on which data. Published .pt and .pth files are recognised as well."
        )

    def tags(self) -> list[str]:
        """Words that find the algorithm."""
        return tr("model,network,card,metadata,weights,accuracy").split(",")

    def inputs(self) -> list[QgsProcessingParameterDefinition]:
        """What can be chosen."""
        return [declared.checkpoint(), declared.file(tr("Page"), "HTML (*.html)")]

    def outputs(self) -> list[QgsProcessingOutputDefinition]:
        """What comes out besides the page."""
        texts = {
            "NAME": tr("Name"),
            "ARCHITECTURE": tr("Architecture"),
            "BANDS": tr("Bands"),
            "LICENCE": tr("Licence"),
            "SHA256": "SHA-256",
        }
        numbers = {
            "TILE_SIZE": tr("Side of a tile [px]"),
            "THRESHOLD": tr("Threshold"),
            "GSD": tr("Best ground sampling distance [m]"),
            "GSD_LEAST": tr("Least ground sampling distance [m]"),
            "GSD_MOST": tr("Largest ground sampling distance [m]"),
            "F1": tr("F1"),
            "PARAMETERS": tr("Numbers of the network"),
        }
        strings = [QgsProcessingOutputString(name, label) for name, label in texts.items()]
        return [*strings, *number_outputs(numbers)]

    def words(self, given: Given) -> list[str]:
        """The worker's command."""
        return ["checkpoint", "show", given.checkpoint()]

    def results(self, result: Event, given: Given, context: QgsProcessingContext) -> dict[str, Any]:
        """The outputs; writes the page."""
        card = result["counts"]
        path = Path(given.output())
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(page(card), encoding="utf-8")
        except OSError as error:
            message = tr("The page {} cannot be written ({}).").format(path, error.strerror)
            raise QgsProcessingException(message) from None
        return {
            "OUTPUT": str(path),
            "NAME": card["name"],
            "ARCHITECTURE": card["architecture"],
            "BANDS": ",".join(card["bands"]),
            "LICENCE": card["licence"],
            "SHA256": card["sha256"],
            "TILE_SIZE": card["tile_size"],
            "THRESHOLD": card["threshold"],
            "GSD": card["gsd"]["nominal"],
            "GSD_LEAST": card["gsd"]["minimum"],
            "GSD_MOST": card["gsd"]["maximum"],
            "F1": card_from(card).f1,
            "PARAMETERS": card["parameters"],
        }
