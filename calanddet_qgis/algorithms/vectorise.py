"""Processing algorithm `calanddet:vectoriseprobability`."""

from __future__ import annotations

import math
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

# What a probability raster of ours holds for 1.
SCALE = 250


class VectoriseProbability(CalandDetAlgorithm):
    """Polygons from a probability raster, at any threshold, without the network."""

    ID = "vectoriseprobability"
    GROUP = "detection"
    ICON = "vectorise"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Vectorise a probability raster")

    def shortHelpString(self) -> str:
        """What stands beside the parameters."""
        return tr(
            "Draws the outlines of landslides anew from the probability raster of a run, at "
            "another threshold or minimum area; the network does not run again. The outlines pass "
            "between the pixels where the probability crosses the threshold.\n\n"
            "With an elevation model the polygons get slope, elevation and aspect."
        )

    def tags(self) -> list[str]:
        """Words that find the algorithm."""
        return tr("vectorize,polygonize,polygons,threshold,probability,landslide").split(",")

    def inputs(self) -> list[QgsProcessingParameterDefinition]:
        """What can be chosen."""
        simplify = declared.decimal("SIMPLIFY", tr("Simplification [px]"), 0.25)
        return [
            declared.raster("INPUT", tr("Probability raster")),
            declared.threshold(0.5),
            declared.minimum_area(0.0),
            declared.elevation(),
            *declared.advanced(
                declared.explained(simplify, tr("How far an outline may move at most."))
            ),
            declared.geopackage(tr("Landslides")),
        ]

    def outputs(self) -> list[QgsProcessingOutputDefinition]:
        """What comes out besides the polygons."""
        return number_outputs({"COUNT": tr("Number of landslides"), "AREA": tr("Total area [m²]")})

    def words(self, given: Given) -> list[str]:
        """The worker's command."""
        return command(
            "vectorize",
            given.raster("INPUT"),
            out=given.geopackage(),
            threshold=given.number("THRESHOLD"),
            min_area=given.number("MIN_AREA"),
            simplify=given.number("SIMPLIFY"),
            dem=given.raster("DEM"),
        )

    def check(self, given: Given, feedback: QgsProcessingFeedback | None = None) -> None:
        """Refuse a raster of another kind."""
        layer = given.raster_layer("INPUT")
        scale = layer.dataProvider().bandScale(1)
        if layer.bandCount() != 1 or not math.isclose(scale * SCALE, 1, rel_tol=1e-6):
            message = tr("The layer {} is not a probability raster.").format(layer.name())
            raise Failure("raster", message, tr("Choose the probability.tif of a run."))

    def results(self, result: Event, given: Given, context: QgsProcessingContext) -> dict[str, Any]:
        """The outputs."""
        source, counts = polygon_source(result["paths"]["polygons"]), result["counts"]
        show(given, context, source, tr("Landslides"))
        return {"OUTPUT": source, "COUNT": counts["polygons"], "AREA": counts["area_m2"]}
