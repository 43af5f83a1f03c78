"""What a checkpoint can learn from a review, and how the worker is asked to."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from qgis.core import QgsFeatureRequest, QgsProject, QgsRasterLayer, QgsVectorLayer

from ..algorithms.base import command
from ..card import SUFFIX
from ..learned import MINUTES
from ..messages import Failure, number, tr
from ..raster_facts import is_result
from ..refine.finished_run import shows
from .explanation import run_parameters
from .schema import ACCEPTED, ADDED, DECIDED, EDITED, REJECTED, plain

# Of landslides; the worker asks for as many.
LEAST_LANDSLIDES = 4
MOST_MINUTES = 600
# What counts as searched: the surroundings of decided polygons, all of the image, or an area.
AROUND, WHOLE, AREA = "around", "whole", "area"


@dataclass(frozen=True)
class Tally:
    """The polygons of a layer by what was decided on them, unsaved edits included."""

    accepted: int
    edited: int
    added: int
    rejected: int
    undecided: int

    @property
    def landslides(self) -> int:
        """What is to be found."""
        return self.accepted + self.edited + self.added


def tally(layer: QgsVectorLayer) -> Tally:
    """Count the decisions. Raises `Failure` for a layer that was not reviewed."""
    index = layer.fields().indexOf("status")
    if index < 0:
        message = tr("The layer {} was not reviewed: it has no field status.").format(layer.name())
        raise Failure("inventory", message, tr("Review it first."))
    request = QgsFeatureRequest().setSubsetOfAttributes([index])
    request.setFlags(QgsFeatureRequest.Flag.NoGeometry)
    found = Counter(plain(feature[index]) for feature in layer.getFeatures(request))
    decided = {status: found[status] for status in DECIDED}
    return Tally(
        decided[ACCEPTED],
        decided[EDITED],
        decided[ADDED],
        decided[REJECTED],
        sum(found.values()) - sum(decided.values()),
    )


def tally_line(counted: Tally) -> str:
    """What is learned from, in a sentence or two."""
    told = tr("Learns from {} accepted, {} edited, {} added and {} rejected polygons.").format(
        *map(number, (counted.accepted, counted.edited, counted.added, counted.rejected))
    )
    if counted.landslides < LEAST_LANDSLIDES:
        needed = tr("At least {} accepted, edited or added ones are needed.")
        return f"{told} {needed.format(number(LEAST_LANDSLIDES))}"
    if counted.undecided:
        left = tr("{} are not decided on: their ground is left out.")
        told = f"{told} {left.format(number(counted.undecided))}"
    return told


def check_enough(counted: Tally) -> None:
    """Raise `Failure` where the decisions are too few."""
    if counted.landslides < LEAST_LANDSLIDES:
        raise Failure("inventory", tally_line(counted), tr("Review more of the layer first."))


def check_new(path: str) -> str:
    """The absolute path of a checkpoint to be written. Raises `Failure` where it cannot be."""
    if not path.endswith(SUFFIX):
        message = tr("{} is no name for a checkpoint.").format(os.path.basename(path))
        raise Failure("output", message, tr("End it in {}.").format(SUFFIX))
    if os.path.exists(path):
        message = tr("There is a file {} already.").format(path)
        raise Failure("output", message, tr("Choose another name for the new checkpoint."))
    return os.path.abspath(path)


def known_run(layer: QgsVectorLayer) -> Mapping[str, Any]:
    """With what the run was started whose polygons a layer has; empty where that is not known."""
    try:
        return run_parameters(layer)
    except Failure:
        return {}


def image_of(run: Mapping[str, Any]) -> QgsRasterLayer | None:
    """The layer of the project that a run searched; of others one, if there is but one."""
    layers = QgsProject.instance().mapLayers().values()
    rasters = [each for each in layers if isinstance(each, QgsRasterLayer) and not is_result(each)]
    searched = [each for each in rasters if shows(each, run.get("raster"))]
    return next(iter(searched or (rasters if len(rasters) == 1 else [])), None)


@dataclass(frozen=True)
class Learning:
    """What was chosen, as the worker takes it."""

    layer: str  # a file of polygons
    raster: str
    checkpoint: str
    out: str
    searched: str = AROUND
    area: str | None = None  # a file of polygons, where `searched` is AREA
    minutes: float = MINUTES

    def words(self, run: Mapping[str, Any]) -> list[str]:
        """The worker's command; a run of the same raster says at which distance it is read."""
        known = run if run.get("raster") == self.raster else {}
        bands = known.get("bands")
        return command(
            "learn",
            self.layer,
            raster=self.raster,
            checkpoint=self.checkpoint,
            out=self.out,
            area=self.area if self.searched == AREA else None,
            whole=self.searched == WHOLE,
            bands=",".join(map(str, bands)) if bands else None,
            gsd=known.get("gsd"),
            minutes=self.minutes,
        )


def stage_line(event: Mapping[str, Any]) -> str:
    """What is being done just now."""
    labels = {
        "training": tr("Learning…"),
        "evaluating": tr("Trying a checkpoint on ground held back…"),
        "measuring": tr("Measuring…"),
    }
    return labels.get(event.get("stage", ""), tr("Starting…"))
