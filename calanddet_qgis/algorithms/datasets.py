"""The data to learn from or to be judged by, as three algorithms declare and read it."""

from __future__ import annotations

from qgis.core import QgsProcessingParameterDefinition, QgsProcessingParameterFile

from ..messages import Failure, tr
from . import parameters as declared
from .given import Given

SEPARATOR = "::"


def dataset_parameters() -> list[QgsProcessingParameterDefinition]:
    """A raster with outlines, a folder, list files: at least one of them is needed."""
    folder = QgsProcessingParameterFile(
        "FOLDER",
        tr("Folder of images and masks"),
        QgsProcessingParameterFile.Behavior.Folder,
        optional=True,
    )
    lists = declared.files("LISTS", tr("List files (train.txt)"))
    return [
        declared.raster("INPUT", tr("Image"), optional=True),
        declared.polygons("LANDSLIDES", tr("All landslides of the image"), optional=True),
        declared.explained(
            folder, tr("A published dataset: Bijie, CAS or Landslide4Sense, as it was unpacked.")
        ),
        declared.explained(
            lists, tr("An image a line; the masks lie in a folder mask beside the folder image.")
        ),
    ]


def datasets(given: Given, outlines: str = "") -> list[str]:
    """The worker's names of all data that is chosen. Raises `Failure` where there is none.

    `outlines` is where outlines are written that no file holds as the user sees them.
    """
    found = _of_layers(given, outlines) + [path for path in [given.path("FOLDER")] if path]
    found += given.paths("LISTS")
    if not found:
        message = tr("No data with landslides is chosen.")
        remedy = tr("Choose an image with its landslides, a folder of a dataset, or list files.")
        raise Failure("dataset", message, remedy)
    return found


def _of_layers(given: Given, outlines: str) -> list[str]:
    image = given.raster_layer("INPUT")
    if image is None and not given.has("LANDSLIDES"):
        return []
    if image is None:
        message = tr("Landslides are chosen, but no image.")
        raise Failure("dataset", message, tr("Choose the image that shows them."))
    if not given.has("LANDSLIDES"):
        message = tr("The landslides of the image {} are not chosen.").format(image.name())
        raise Failure("dataset", message, tr("Choose the layer of their outlines."))
    return [f"{given.raster('INPUT')}{SEPARATOR}{given.polygons('LANDSLIDES', outlines)}"]
