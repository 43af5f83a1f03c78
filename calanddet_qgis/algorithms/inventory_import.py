"""Processing algorithm `calanddet:importinventory`."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingOutputDefinition,
    QgsProcessingParameterDefinition,
)

from ..layers import polygon_source
from ..messages import tr
from ..worker import Event
from . import parameters as declared
from .base import CalandDetAlgorithm, command, number_outputs, show
from .given import Given

# As the worker calls them; the first is for what nobody has looked at.
STATUSES = ("predicted", "accepted", "edited", "added", "rejected")


class ImportInventory(CalandDetAlgorithm):
    """Any polygons as a layer that can be reviewed."""

    ID = "importinventory"
    GROUP = "inventory"
    ICON = "import"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Import an inventory")

    def shortHelpString(self) -> str:
        """What stands beside the parameters."""
        return tr(
            "Writes any polygon layer as a GeoPackage with the fields, the style and the form of "
            "detected landslides, so that it can be reviewed, counted and compared like them. "
            "Fields of known inventories are taken over; all others stay as they are."
        )

    def tags(self) -> list[str]:
        """Words that find the algorithm."""
        return tr("review,adopt,convert,exchange,landslide").split(",")

    def inputs(self) -> list[QgsProcessingParameterDefinition]:
        """What can be chosen."""
        return [
            declared.polygons("INPUT", tr("Polygons")),
            declared.choice("STATUS", tr("Status of polygons without one"), _labels()),
            declared.text("EVENT", tr("Event that they come from")),
            declared.geopackage(tr("Landslides")),
        ]

    def outputs(self) -> list[QgsProcessingOutputDefinition]:
        """What comes out besides the polygons."""
        return number_outputs({"COUNT": tr("Number of landslides")})

    def words(self, given: Given) -> list[str]:
        """The worker's command."""
        return command(
            "inventory",
            "import",
            given.polygons("INPUT"),
            out=given.geopackage(),
            status=given.choice("STATUS", STATUSES),
            event=given.text("EVENT"),
        )

    def results(self, result: Event, given: Given, context: QgsProcessingContext) -> dict[str, Any]:
        """The outputs."""
        source = polygon_source(result["paths"]["polygons"])
        show(given, context, source, tr("Landslides"))
        return {"OUTPUT": source, "COUNT": result["counts"]["polygons"]}


def _labels() -> list[str]:
    """What can be chosen, in the order of `STATUSES`."""
    return [tr("Predicted"), tr("Accepted"), tr("Edited"), tr("Added"), tr("Rejected")]
