"""Processing algorithm `calanddet:traincheckpoint`."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingOutputDefinition,
    QgsProcessingOutputFile,
    QgsProcessingOutputFolder,
    QgsProcessingOutputHtml,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterMultipleLayers,
)

from ..card import SUFFIX, read_card
from ..messages import Failure, device_label, tr
from ..request import DEVICES
from ..worker import Event
from . import parameters as declared
from .base import CalandDetAlgorithm, command, number_outputs
from .datasets import dataset_parameters, datasets
from .given import Given

LOSSES = ("even", "published")
FIGURES = ("f1", "iou", "precision", "recall", "threshold")


class TrainCheckpoint(CalandDetAlgorithm):
    """A network that has learned from one's own landslides."""

    ID = "traincheckpoint"
    GROUP = "training"
    ICON = "train"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Train a checkpoint")

    def shortHelpString(self) -> str:
        """What stands beside the parameters."""
        return tr(
            "Trains a network on images with their landslides, for so many minutes, and writes a "
            "checkpoint that the detection takes. It goes on from the start checkpoint; without "
            "one a new network is trained, which needs much more data and time.\n\n"
            "Data: an image with the outlines of ALL its landslides, a dataset's folder, list "
            "files, or several of them. Part of it, by place, is kept back to choose the best "
            "weights and the threshold, unless data to choose by is given.\n\n"
            "Beside the checkpoint a folder that ends in .training holds the curve, the report "
            "with the worst images, and the state: a run that was cancelled goes on from there "
            "when it is started again with the same choices."
        )

    def tags(self) -> list[str]:
        """Words that find the algorithm."""
        return tr("train,fine-tune,learn,model,network,deep learning,landslide").split(",")

    def inputs(self) -> list[QgsProcessingParameterDefinition]:
        """What can be chosen."""
        start = declared.checkpoint("START", tr("Start checkpoint"))
        minutes = declared.decimal("MINUTES", tr("Minutes"), 60.0, 0.01)
        return [
            *dataset_parameters(),
            declared.explained(start, tr("Left empty, a new network is trained.")),
            declared.explained(minutes, tr("Of training; the report comes on top.")),
            *declared.advanced(*_advanced()),
            declared.file(tr("Trained checkpoint"), tr("Checkpoints") + " (*.safetensors)"),
        ]

    def outputs(self) -> list[QgsProcessingOutputDefinition]:
        """What comes out besides the checkpoint."""
        labels = {
            "F1": tr("F1 on the data to choose by"),
            "IOU": tr("IoU on the data to choose by"),
            "PRECISION": tr("Precision on the data to choose by"),
            "RECALL": tr("Recall on the data to choose by"),
            "THRESHOLD": tr("Threshold"),
        }
        return [
            QgsProcessingOutputHtml("REPORT", tr("Report")),
            QgsProcessingOutputFolder("FOLDER_OUT", tr("Folder with curve and report")),
            QgsProcessingOutputFile("CURVE", tr("Curve")),
            *number_outputs(labels),
        ]

    def words(self, given: Given) -> list[str]:
        """The worker's command."""
        start = given.checkpoint("START") if given.has("START") else None
        out = Path(_out(given))
        # Where they are found again, so that a cancelled training goes on.
        outlines = out.with_suffix(".training") / "landslides.gpkg"
        words = ["train", "--data", *datasets(given, str(outlines))]
        validation = given.paths("VALIDATION")
        if validation:
            words += ["--validation", *validation]
        tile = given.whole("TILE_SIZE") or _tile_size(start)
        return command(
            *words,
            **{"from": start},
            out=out,
            arch=None if start else given.text("ARCHITECTURE"),
            minutes=given.number("MINUTES"),
            loss=given.choice("LOSS", LOSSES),
            batch_size=given.whole("BATCH_SIZE"),
            learning_rate=given.number("LEARNING_RATE"),
            tile_size=tile,
            view_size=given.whole("VIEW_SIZE"),
            validation_share=given.number("VALIDATION_SHARE"),
            gsd=given.number("GSD"),
            terms=given.text("TERMS"),
            half=True,  # or the weights would seldom be ones to detect in bfloat16 with
            device=given.choice("DEVICE", DEVICES),
        )

    def results(self, result: Event, given: Given, context: QgsProcessingContext) -> dict[str, Any]:
        """The outputs."""
        paths, counts = result["paths"], result["counts"]
        folder = Path(paths["report"]).parent
        return {
            "OUTPUT": paths["checkpoint"],
            "REPORT": paths["report"],
            "FOLDER_OUT": str(folder),
            "CURVE": str(folder / "curve.png"),
            **{name.upper(): counts[name] for name in FIGURES},
        }


def _advanced() -> list[QgsProcessingParameterDefinition]:
    validation = QgsProcessingParameterMultipleLayers(
        "VALIDATION", tr("List files of data to choose by (val.txt)"), declared.FILES, optional=True
    )
    view = declared.whole("VIEW_SIZE", tr("Side of the pieces to learn from [px]"), least=32)
    tile = declared.whole("TILE_SIZE", tr("Side of the tiles to detect with [px]"), least=32)
    labels = [tr("Even: all pixels alike"), tr("Published: the hardest pixels")]
    return [
        validation,
        declared.decimal("VALIDATION_SHARE", tr("Share kept back to choose by"), 0.2, 0.01, 0.9),
        declared.text("ARCHITECTURE", tr("Architecture of a new network"), "calanddet2"),
        declared.choice("LOSS", tr("Loss"), labels),
        declared.whole("BATCH_SIZE", tr("Batch size"), 8, 1),
        declared.decimal(
            "LEARNING_RATE", tr("Learning rate for a batch of 256"), 0.001, 1e-9, 1, 6
        ),
        declared.explained(view, tr("Left out, that of the tiles; smaller ones need less memory.")),
        declared.explained(tile, tr("Left out, that of the start checkpoint.")),
        declared.decimal("GSD", tr("Ground sampling distance of data that does not say [m]")),
        declared.text("TERMS", tr("Terms on which the data is to be had")),
        declared.choice("DEVICE", tr("Device"), map(device_label, DEVICES)),
    ]


def _out(given: Given) -> str:
    """The checkpoint to be written. Raises `Failure` for a name that is none of a checkpoint."""
    path = given.output()
    if not path.endswith(SUFFIX):
        message = tr("{} is no name for a checkpoint.").format(os.path.basename(path))
        raise Failure("output", message, tr("End it in {}.").format(SUFFIX))
    return path


def _tile_size(start: str | None) -> int | None:
    """That of the start checkpoint, where it says so."""
    if start:
        with suppress(Failure):
            return read_card(start).tile_size
    return None
