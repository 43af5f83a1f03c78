"""Processing algorithm `calanddet:learn`."""

from __future__ import annotations

import os
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputBoolean,
    QgsProcessingOutputDefinition,
    QgsProcessingOutputHtml,
    QgsProcessingParameterDefinition,
)

from ..card import SUFFIX
from ..learned import FIGURES, MINUTES, advice
from ..messages import Failure, device_label, tr
from ..request import DEVICES
from ..worker import Event
from . import parameters as declared
from .base import CalandDetAlgorithm, command, number_outputs
from .given import Given

CHECKPOINTS = ("old", "new")


class LearnFromReview(CalandDetAlgorithm):
    """A checkpoint that has learned what a reviewer accepted, edited, added and rejected."""

    ID = "learn"
    GROUP = "training"
    ICON = "train"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Learn from a review")

    def shortHelpString(self) -> str:
        """What stands beside the parameters."""
        return tr(
            "Goes on training a checkpoint with a reviewed landslide layer and the image that it "
            "was drawn on: accepted, edited and added polygons are landslides, rejected ones are "
            "not. Where polygons are not decided on, nothing is known, and it does not count.\n\n"
            "Only ground around decided polygons counts as searched, unless an area is given or "
            "all of the image was searched. A part of the image is held out: both checkpoints are "
            "tried there, each with its own threshold, and the new one is recommended only if it "
            "is better.\n\n"
            "Beside the new checkpoint a folder that ends in .learning holds the report and the "
            "state: a run that was cancelled goes on when it is started again with the same "
            "choices."
        )

    def tags(self) -> list[str]:
        """Words that find the algorithm."""
        return tr("fine-tune,train,review,adapt,hard negatives,landslide").split(",")

    def inputs(self) -> list[QgsProcessingParameterDefinition]:
        """What can be chosen."""
        minutes = declared.decimal("MINUTES", tr("Minutes"), float(MINUTES), 0.01)
        distance = declared.text("GSD", tr("Ground sampling distance: auto, native or metres"))
        held_out = declared.decimal("HELD_OUT", tr("Share of landslides held out"), 0.3, 0.1, 0.6)
        return [
            declared.polygons("INPUT", tr("Reviewed landslides")),
            declared.raster("IMAGE", tr("Image that they were drawn on")),
            declared.checkpoint(),
            declared.polygons("AREA", tr("Area that was searched"), optional=True),
            declared.flag("WHOLE", tr("All of the image was searched")),
            declared.explained(minutes, tr("Of training; the evaluation comes on top.")),
            *declared.advanced(
                declared.explained(distance, tr("Left out, that of the layer's own run.")),
                held_out,
                declared.choice("DEVICE", tr("Device"), map(device_label, DEVICES)),
            ),
            declared.file(tr("New checkpoint"), tr("Checkpoints") + f" (*{SUFFIX})"),
        ]

    def outputs(self) -> list[QgsProcessingOutputDefinition]:
        """What comes out besides the checkpoint."""
        return [
            QgsProcessingOutputHtml("REPORT", tr("Report")),
            QgsProcessingOutputBoolean("IS_BETTER", tr("Whether the new checkpoint is better")),
            *number_outputs(_labels()),
        ]

    def words(self, given: Given) -> list[str]:
        """The worker's command."""
        return command(
            "learn",
            given.polygons("INPUT"),
            raster=given.raster("IMAGE"),
            checkpoint=given.checkpoint(),
            out=_out(given),
            area=given.polygons("AREA"),
            whole=given.flag("WHOLE"),
            minutes=given.number("MINUTES"),
            gsd=given.text("GSD"),
            held_out_share=given.number("HELD_OUT"),
            device=given.choice("DEVICE", DEVICES),
        )

    def check(self, given: Given, feedback: QgsProcessingFeedback | None = None) -> None:
        """Refuse two searched areas."""
        if given.has("AREA") and given.flag("WHOLE"):
            message = tr("An area and all of the image are both named as searched.")
            raise Failure("area", message, tr("Leave one of them out."))

    def results(self, result: Event, given: Given, context: QgsProcessingContext) -> dict[str, Any]:
        """The outputs."""
        paths, counts = result["paths"], result["counts"]
        figures = {
            f"{name}_{which}".upper(): counts[which][name]
            for which in CHECKPOINTS
            for name in FIGURES
        }
        return {
            "OUTPUT": paths["checkpoint"],
            "REPORT": paths["report"],
            "IS_BETTER": counts["is_better"],
            "ADVICE": advice(counts),
            **figures,
        }


def _labels() -> dict[str, str]:
    """All numbers by name, for a person to read."""
    return {
        "F1_OLD": tr("F1 of the old checkpoint"),
        "PRECISION_OLD": tr("Precision of the old checkpoint"),
        "RECALL_OLD": tr("Recall of the old checkpoint"),
        "IOU_OLD": tr("IoU of the old checkpoint"),
        "LANDSLIDE_RECALL_OLD": tr("Share of landslides that the old checkpoint found"),
        "F1_NEW": tr("F1 of the new checkpoint"),
        "PRECISION_NEW": tr("Precision of the new checkpoint"),
        "RECALL_NEW": tr("Recall of the new checkpoint"),
        "IOU_NEW": tr("IoU of the new checkpoint"),
        "LANDSLIDE_RECALL_NEW": tr("Share of landslides that the new checkpoint found"),
    }


def _out(given: Given) -> str:
    """The checkpoint to be written. Raises `Failure` for a name that is none of a checkpoint."""
    path = given.output()
    if not path.endswith(SUFFIX):
        message = tr("{} is no name for a checkpoint.").format(os.path.basename(path))
        raise Failure("output", message, tr("End it in {}.").format(SUFFIX))
    return path
