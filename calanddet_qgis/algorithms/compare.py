"""Processing algorithm `calanddet:compareinventories`."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingOutputDefinition,
    QgsProcessingParameterDefinition,
)

from ..messages import Failure, tr
from ..worker import Event
from . import parameters as declared
from .base import CalandDetAlgorithm, command, number_outputs, show
from .given import Given

TABLE = "comparison"
COUNTS = ("detections", "references", "matched", "missed", "false", "split", "merged")
SCORES = (
    "object_precision", "object_recall", "object_f1", "area_precision", "area_recall", "area_f1",
    "boundary_mean_m",
)  # fmt: skip


class CompareInventories(CalandDetAlgorithm):
    """How good detected landslides are against those of a reference layer."""

    ID = "compareinventories"
    GROUP = "inventory"
    ICON = "compare"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Evaluate against a reference layer")

    def shortHelpString(self) -> str:
        """What stands beside the parameters."""
        return tr(
            "Compares detected landslides, polygons or a mask, with those of a reference layer. "
            "The result holds the polygons of both, each with what became of it: matched, split, "
            "merged, missed or false; its tables hold precision, recall and F1 by landslide and "
            "by area with their intervals, and recall by size.\n\n"
            "Polygons match where they share the least overlap (intersection over union). "
            "Rejected polygons do not count. Where an area is given, nothing outside of it counts."
        )

    def tags(self) -> list[str]:
        """Words that find the algorithm."""
        return tr("accuracy,precision,recall,F1,IoU,validation,ground truth,landslide").split(",")

    def inputs(self) -> list[QgsProcessingParameterDefinition]:
        """What can be chosen."""
        return [
            declared.polygons("INPUT", tr("Detected landslides"), optional=True),
            declared.raster("MASK", tr("or their mask"), optional=True),
            declared.polygons("REFERENCE", tr("Reference landslides")),
            declared.polygons("AREA", tr("Area that was searched"), optional=True),
            *declared.advanced(
                declared.decimal("IOU", tr("Least overlap of a match (IoU)"), 0.5, 0.01, 1)
            ),
            declared.geopackage(tr("Comparison")),
        ]

    def outputs(self) -> list[QgsProcessingOutputDefinition]:
        """What comes out besides the polygons."""
        return number_outputs(_labels())

    def words(self, given: Given) -> list[str]:
        """The worker's command."""
        if given.has("INPUT") == given.has("MASK"):
            message = tr("Either detected polygons or a mask is to be compared.")
            raise Failure("inventory", message, tr("Choose one of the two."))
        detected = given.polygons("INPUT") or given.mask("MASK")
        return command(
            "inventory",
            "compare",
            detected,
            given.polygons("REFERENCE"),
            out=given.geopackage(),
            area=given.polygons("AREA"),
            iou=given.number("IOU"),
        )

    def results(self, result: Event, given: Given, context: QgsProcessingContext) -> dict[str, Any]:
        """The outputs."""
        source = f"{result['paths']['comparison']}|layername={TABLE}"
        show(given, context, source, tr("Comparison"), "comparison")
        counts = result["counts"]
        scores = {name.upper(): counts[name]["value"] for name in SCORES}
        return {"OUTPUT": source, **{name.upper(): counts[name] for name in COUNTS}, **scores}


def _labels() -> dict[str, str]:
    """All numbers by name, for a person to read."""
    return {
        "DETECTIONS": tr("Detected landslides"),
        "REFERENCES": tr("Reference landslides"),
        "MATCHED": tr("Matched"),
        "MISSED": tr("Missed"),
        "FALSE": tr("False"),
        "SPLIT": tr("Found in several parts"),
        "MERGED": tr("Merged from several"),
        "OBJECT_PRECISION": tr("Precision by landslide"),
        "OBJECT_RECALL": tr("Recall by landslide"),
        "OBJECT_F1": tr("F1 by landslide"),
        "AREA_PRECISION": tr("Precision by area"),
        "AREA_RECALL": tr("Recall by area"),
        "AREA_F1": tr("F1 by area"),
        "BOUNDARY_MEAN_M": tr("Mean distance of matched outlines [m]"),
    }
