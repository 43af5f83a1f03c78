"""Processing algorithm `calanddet:detectmany`."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingOutputDefinition,
    QgsProcessingParameterDefinition,
)

from ..messages import Failure, tr
from ..scenes import Scenes, scenes_in, scenes_of_layers
from ..worker import Event
from . import parameters as declared
from .base import number_outputs
from .detect import DetectLandslides
from .given import Given


class DetectInMany(DetectLandslides):
    """Landslides in several images, with one result of all."""

    ID = "detectmany"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Detect landslides in several images")

    def shortHelpString(self) -> str:
        """What stands beside the parameters."""
        return tr(
            "Finds landslides in several images, or in all images of a folder, and writes one "
            "result of all: virtual mosaics of probability and mask over a file for each image, "
            "and one layer of polygons. Landslides that cross a border between images are one "
            "polygon, and where images overlap, the one whose end is farthest away counts. Images "
            "that cannot be read are skipped.\n\n"
            "The bands are told by their names and colours."
        )

    def inputs(self) -> list[QgsProcessingParameterDefinition]:
        """What can be chosen."""
        others = [each for each in super().inputs() if each.name() not in ("INPUT", "BANDS")]
        layers = declared.rasters("LAYERS", tr("Images"))
        folder = declared.input_folder("FOLDER", tr("Or a folder of images"))
        return [layers, folder, *others]

    def outputs(self) -> list[QgsProcessingOutputDefinition]:
        """What comes out besides the folder."""
        numbers = {"RASTERS": tr("Number of images"), "SKIPPED": tr("Number of images skipped")}
        return [*super().outputs(), *number_outputs(numbers)]

    def images(self, given: Given) -> dict[str, Any]:
        """What to search, as fields of the request."""
        first, *more = _scenes(given).names
        return {"raster": first, "more_rasters": tuple(more)}

    def layer(self, given: Given) -> dict[str, Any]:
        """What to search, as fields of the choice that is checked."""
        scenes = _scenes(given)
        return {"layer": scenes.layer, "scenes": scenes}

    def results(self, result: Event, given: Given, context: QgsProcessingContext) -> dict[str, Any]:
        """The outputs, shown when the run is over."""
        counts = result["counts"]
        # One image, or a folder of bands, is a run over a single raster.
        numbers = {
            "RASTERS": counts.get("rasters", 1),
            "SKIPPED": len(counts.get("skipped") or ()),
        }
        return {**super().results(result, given, context), **numbers}


def _scenes(given: Given) -> Scenes:
    """The images, layers or those of a folder."""
    layers, folder = given.raster_layers("LAYERS"), given.path("FOLDER")
    if bool(layers) == bool(folder):
        message = tr("Both images and a folder of images are chosen.")
        if not layers:
            message = tr("Neither images nor a folder of images are chosen.")
        raise Failure("raster", message, tr("Choose one of the two."))
    return scenes_in(folder) if folder else scenes_of_layers(layers)
