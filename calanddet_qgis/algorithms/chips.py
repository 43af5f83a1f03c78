"""Processing algorithm `calanddet:exporttrainingchips`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputDefinition,
    QgsProcessingOutputFile,
    QgsProcessingParameterDefinition,
)

from ..messages import Failure, tr
from ..worker import Event
from . import parameters as declared
from .base import CalandDetAlgorithm, command, number_outputs
from .datasets import dataset_parameters, datasets
from .given import Given

FORMATS = ("tif", "png")
MADE = ("image", "mask", "train.txt", "val.txt")


class ExportTrainingChips(CalandDetAlgorithm):
    """Images and masks to train on, cut from images with their landslides."""

    ID = "exporttrainingchips"
    GROUP = "training"
    ICON = "chips"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Export training chips")

    def shortHelpString(self) -> str:
        """What stands beside the parameters."""
        return tr(
            "Cuts images with known landslides into square chips, each an image and a mask (0 "
            "background, 1 landslide, 255 not known), for training here or elsewhere. They are "
            "written as image/, mask/, train.txt and val.txt.\n\n"
            "The chips of val.txt come from other places than those of train.txt, so that none "
            "overlaps another across the lists. Training here does not need chips: it reads "
            "images with their landslides directly."
        )

    def tags(self) -> list[str]:
        """Words that find the algorithm."""
        return tr("tiles,patches,dataset,labels,masks,deep learning,landslide").split(",")

    def inputs(self) -> list[QgsProcessingParameterDefinition]:
        """What can be chosen."""
        overlap = declared.decimal("OVERLAP", tr("Overlap, share of a side"), 0.0, 0, 0.9)
        negatives = declared.decimal("NEGATIVES", tr("Share without a landslide"), 0.5, 0, 1)
        share = declared.decimal("VALIDATION_SHARE", tr("Share for val.txt"), 0.2, 0, 0.9)
        return [
            *dataset_parameters(),
            declared.whole("SIZE", tr("Side of a chip [px]"), 256, 8, 8192),
            declared.explained(negatives, tr("The most of them; 1 keeps all.")),
            declared.explained(share, tr("Of the places; 0 writes train.txt only.")),
            *declared.advanced(
                overlap,
                declared.choice("FORMAT", tr("Format"), ["GeoTIFF", "PNG"]),
                declared.whole("SEED", tr("Seed of what is random"), 0),
            ),
            declared.folder(tr("Folder of the chips")),
        ]

    def outputs(self) -> list[QgsProcessingOutputDefinition]:
        """What comes out besides the folder."""
        labels = {
            "CHIPS": tr("Chips"),
            "LANDSLIDE_CHIPS": tr("Chips with a landslide"),
            "LEFT_OUT": tr("Chips left out"),
        }
        return [
            QgsProcessingOutputFile("TRAIN", tr("List to train on")),
            QgsProcessingOutputFile("VALIDATION", tr("List to choose by")),
            *number_outputs(labels),
        ]

    def words(self, given: Given) -> list[str]:
        """The worker's command."""
        return command(
            "chips",
            "--data",
            *datasets(given),
            out=given.output(),
            size=given.whole("SIZE"),
            overlap_share=given.number("OVERLAP"),
            negatives=given.number("NEGATIVES"),
            validation_share=given.number("VALIDATION_SHARE"),
            format=given.choice("FORMAT", FORMATS),
            seed=given.whole("SEED"),
        )

    def check(self, given: Given, feedback: QgsProcessingFeedback | None = None) -> None:
        """Refuse a folder that holds chips."""
        folder = Path(given.output())
        for name in MADE:
            if (folder / name).exists():
                message = tr("The folder {} already holds {}.").format(folder, name)
                raise Failure("output", message, tr("Choose another one."))

    def results(self, result: Event, given: Given, context: QgsProcessingContext) -> dict[str, Any]:
        """The outputs."""
        paths, counts = result["paths"], result["counts"]
        return {
            "OUTPUT": paths["folder"],
            "TRAIN": paths["train"],
            "VALIDATION": paths.get("validation"),
            **{name.upper(): counts[name] for name in ("chips", "landslide_chips", "left_out")},
        }
