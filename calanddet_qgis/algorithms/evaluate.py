"""Processing algorithm `calanddet:evaluatecheckpoint`."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingOutputDefinition,
    QgsProcessingOutputHtml,
    QgsProcessingParameterDefinition,
)

from ..messages import device_label, overlap_label, tr
from ..request import DEVICES, OVERLAPS
from ..worker import Event
from . import parameters as declared
from .base import CalandDetAlgorithm, command, number_outputs
from .datasets import dataset_parameters, datasets
from .given import Given

FIGURES = (
    "images", "threshold", "f1", "iou", "precision", "recall", "landslide_recall",
    "landslide_precision", "boundary_f", "calibration_error",
)  # fmt: skip


class EvaluateCheckpoint(CalandDetAlgorithm):
    """How good a checkpoint is on images whose landslides are known."""

    ID = "evaluatecheckpoint"
    GROUP = "training"
    ICON = "evaluate"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Evaluate a checkpoint")

    def shortHelpString(self) -> str:
        """What stands beside the parameters."""
        return tr(
            "Runs a checkpoint over images whose landslides are known and counts how much of "
            "them it finds: F1, IoU, precision and recall over all pixels and by landslide, with "
            "a page of figures and of the worst images.\n\n"
            "The figures are honest only for images that the checkpoint was not trained on, and "
            "where the outlines hold all landslides of the image. Without a threshold the "
            "checkpoint's own is taken."
        )

    def tags(self) -> list[str]:
        """Words that find the algorithm."""
        return tr("accuracy,F1,IoU,precision,recall,test,validation,landslide").split(",")

    def inputs(self) -> list[QgsProcessingParameterDefinition]:
        """What can be chosen."""
        return [
            declared.checkpoint(),
            *dataset_parameters(),
            declared.threshold(),
            *declared.advanced(
                declared.choice("OVERLAP", tr("Overlap"), map(overlap_label, OVERLAPS)),
                declared.choice("DEVICE", tr("Device"), map(device_label, DEVICES)),
            ),
            declared.folder(tr("Folder of the report")),
        ]

    def outputs(self) -> list[QgsProcessingOutputDefinition]:
        """What comes out besides the folder."""
        return [QgsProcessingOutputHtml("REPORT", tr("Report")), *number_outputs(_labels())]

    def words(self, given: Given) -> list[str]:
        """The worker's command."""
        return command(
            "evaluate",
            given.checkpoint(),
            *datasets(given),
            out=given.output(),
            threshold=given.number("THRESHOLD"),
            overlap=given.choice("OVERLAP", OVERLAPS),
            device=given.choice("DEVICE", DEVICES),
        )

    def results(self, result: Event, given: Given, context: QgsProcessingContext) -> dict[str, Any]:
        """The outputs."""
        figures = {name.upper(): result["counts"][name] for name in FIGURES}
        # The threshold that was taken; the parameter of that name may be empty.
        figures["THRESHOLD_TAKEN"] = figures.pop("THRESHOLD")
        return {"OUTPUT": given.output(), "REPORT": result["paths"]["page"], **figures}


def _labels() -> dict[str, str]:
    """All numbers by name, for a person to read."""
    return {
        "IMAGES": tr("Images"),
        "THRESHOLD_TAKEN": tr("Threshold"),
        "F1": tr("F1 over all pixels"),
        "IOU": tr("IoU over all pixels"),
        "PRECISION": tr("Precision over all pixels"),
        "RECALL": tr("Recall over all pixels"),
        "LANDSLIDE_RECALL": tr("Recall by landslide"),
        "LANDSLIDE_PRECISION": tr("Precision by landslide"),
        "BOUNDARY_F": tr("F-score of the outlines"),
        "CALIBRATION_ERROR": tr("Calibration error"),
    }
