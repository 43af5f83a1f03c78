"""Processing algorithm `calanddet:inventoryfields`."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputDefinition,
    QgsProcessingParameterDefinition,
)

from ..layers import polygon_source
from ..messages import Failure, tr
from ..worker import Event
from . import parameters as declared
from .base import CalandDetAlgorithm, command, number_outputs, show
from .given import Given
from .relations import RELATIONS, relation_parameter


class InventoryFields(CalandDetAlgorithm):
    """Slope, height, volume and the like of every landslide."""

    ID = "inventoryfields"
    GROUP = "inventory"
    ICON = "fields"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Compute fields of landslides")

    def shortHelpString(self) -> str:
        """What stands beside the parameters."""
        return tr(
            "Computes fields of every polygon and writes them with all that the layer already "
            "has into a new GeoPackage, to be reviewed. Size and shape are always there; an "
            "elevation model adds slope, height, aspect and runout, a probability raster how sure "
            "the network was, an image whether the place lies in shadow, and an area-to-volume "
            "relation the volume with its interval."
        )

    def tags(self) -> list[str]:
        """Words that find the algorithm."""
        return tr("attributes,slope,elevation,volume,runout,zonal statistics,landslide").split(",")

    def inputs(self) -> list[QgsProcessingParameterDefinition]:
        """What can be chosen."""
        ends = declared.flag("ENDS", tr("Also a layer of crowns and toes"))
        return [
            declared.polygons("INPUT", tr("Landslides")),
            declared.elevation(),
            declared.raster("PROBABILITY", tr("Probability raster of the run"), optional=True),
            declared.raster("IMAGE", tr("Image, to see what lies in shadow"), optional=True),
            relation_parameter(optional=True),
            declared.explained(ends, tr("They need the elevation model.")),
            declared.geopackage(tr("Landslides with fields")),
        ]

    def outputs(self) -> list[QgsProcessingOutputDefinition]:
        """What comes out besides the polygons."""
        return number_outputs({"COUNT": tr("Number of landslides")})

    def words(self, given: Given) -> list[str]:
        """The worker's command."""
        return command(
            "inventory",
            "fields",
            given.polygons("INPUT"),
            out=given.geopackage(),
            dem=given.raster("DEM"),
            probability=given.raster("PROBABILITY"),
            image=given.raster("IMAGE"),
            relation=given.choice("RELATION", RELATIONS),
            ends=given.flag("ENDS"),
        )

    def check(self, given: Given, feedback: QgsProcessingFeedback | None = None) -> None:
        """Refuse crowns and toes without an elevation model."""
        if given.flag("ENDS") and not given.has("DEM"):
            message = tr("Crown and toe points need an elevation model.")
            raise Failure("dem", message, tr("Choose one, or leave the points out."))

    def results(self, result: Event, given: Given, context: QgsProcessingContext) -> dict[str, Any]:
        """The outputs."""
        source = polygon_source(result["paths"]["polygons"])
        show(given, context, source, tr("Landslides"))
        return {"OUTPUT": source, "COUNT": result["counts"]["polygons"]}
