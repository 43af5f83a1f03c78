"""Processing algorithm `calanddet:detectlandslides`."""

from __future__ import annotations

import os
from datetime import datetime
from typing import Any

from qgis.core import (
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputDefinition,
    QgsProcessingOutputFile,
    QgsProcessingOutputRasterLayer,
    QgsProcessingOutputVectorLayer,
    QgsProcessingParameterBand,
    QgsProcessingParameterDefinition,
)

from ..area import ChosenArea
from ..card import known_card
from ..choice import Choice
from ..layers import keep_styles, polygon_source
from ..messages import Failure, device_label, overlap_label, tr
from ..plan import make_plan
from ..request import DEVICES, OVERLAPS, DetectRequest, check_ensemble
from ..settings import SCHEDULER
from ..worker import Event
from . import parameters as declared
from .base import CalandDetAlgorithm, load, number_outputs
from .given import Given

DISTANCES = ("auto", "native")
# Rasters that only ensembles and flips give.
SPREADS = ("disagreement", "uncertainty")


class DetectLandslides(CalandDetAlgorithm):
    """Landslides in an image: probability, mask and polygons."""

    ID = "detectlandslides"
    GROUP = "detection"
    ICON = "detect"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Detect landslides")

    def shortHelpString(self) -> str:
        """What stands beside the parameters."""
        return tr(
            "Finds landslides in an orthophoto with a trained network and writes a probability "
            "raster, a mask and polygons with their attributes into a folder. Results that the "
            "folder already holds are replaced.\n\n"
            "Without a threshold the checkpoint's own is taken, and without a minimum area that of "
            "ten pixels. The ground sampling distance is "
            "'auto' (resampled where the checkpoint was trained for another), 'native' or metres "
            "a pixel. With an elevation model the polygons get slope, elevation and aspect.\n\n"
            "Bands that another raster holds are named one a line, as nir=/path/to/file.tif:1; a "
            "file or folder whose bands are named is given as its path alone. Several checkpoints "
            "run as an ensemble: their mean probability counts, and a raster shows how far they "
            "disagree. Each further checkpoint takes its time again. Flips take four "
            "times as long, and a raster shows how far they lie apart."
        )

    def tags(self) -> list[str]:
        """Words that find the algorithm."""
        return tr("landslide,segmentation,deep learning,inventory,orthophoto,hazard").split(",")

    def inputs(self) -> list[QgsProcessingParameterDefinition]:
        """What can be chosen."""
        return [
            declared.raster("INPUT", tr("Image")),
            declared.checkpoint(),
            declared.threshold(),
            declared.minimum_area(),
            declared.polygons("AOI", tr("Area of interest"), optional=True),
            *declared.advanced(*_advanced()),
            declared.folder(tr("Results folder")),
        ]

    def outputs(self) -> list[QgsProcessingOutputDefinition]:
        """What comes out besides the folder."""
        return [
            QgsProcessingOutputRasterLayer("PROBABILITY", tr("Probability")),
            QgsProcessingOutputRasterLayer("MASK", tr("Mask")),
            QgsProcessingOutputRasterLayer("DISAGREEMENT", tr("Disagreement")),
            QgsProcessingOutputRasterLayer("UNCERTAINTY", tr("Uncertainty")),
            QgsProcessingOutputVectorLayer("POLYGONS", tr("Landslides")),
            QgsProcessingOutputFile("RUN", tr("Run parameters")),
            *number_outputs({"COUNT": tr("Number of landslides"), "AREA": tr("Total area [m²]")}),
        ]

    def words(self, given: Given) -> list[str]:
        """The worker's command."""
        request = DetectRequest(
            checkpoint=given.checkpoint(),
            more_checkpoints=_more_checkpoints(given),
            out=given.output(),
            threshold=given.number("THRESHOLD"),
            min_area_m2=given.number("MIN_AREA"),
            overlap=given.choice("OVERLAP", OVERLAPS),
            flips=given.flag("FLIPS"),
            gsd=_distance(given),
            dem=given.raster("DEM"),
            aoi=given.polygons("AOI"),
            inputs=_inputs(given),
            device=given.choice("DEVICE", DEVICES),
            scheduler=SCHEDULER.get(),
            **self.images(given),
        )
        return request.arguments()

    def images(self, given: Given) -> dict[str, Any]:
        """What to search, as fields of the request."""
        return {"raster": given.raster("INPUT"), "bands": given.wholes("BANDS") or None}

    def layer(self, given: Given) -> dict[str, Any]:
        """What to search, as fields of the choice that is checked."""
        return {"layer": given.raster_layer("INPUT")}

    def check(self, given: Given, feedback: QgsProcessingFeedback | None = None) -> None:
        """Refuse what the panel refuses, and warn as it does."""
        choice = Choice(
            checkpoint=given.checkpoint(),
            card=known_card(given.checkpoint()),
            more_checkpoints=_more_checkpoints(given),
            more_inputs=_inputs(given),
            dem=given.raster_layer("DEM"),
            area=_area(given),
            gsd=_distance(given),
            overlap=given.choice("OVERLAP", OVERLAPS),
            flips=given.flag("FLIPS"),
            threshold=given.number("THRESHOLD"),
            min_area_m2=given.number("MIN_AREA"),
            # Results that are there are replaced, so one that is not there stands for the folder.
            out=os.path.join(given.output(), "new"),
            device=given.choice("DEVICE", DEVICES),
            **self.layer(given),
        )
        plan = make_plan(choice, datetime.now())
        for note in plan.notes if feedback else ():
            feedback.pushWarning(note)

    def results(self, result: Event, given: Given, context: QgsProcessingContext) -> dict[str, Any]:
        """The outputs, shown when the run is over."""
        paths, counts = result["paths"], result["counts"]
        keep_styles(paths)
        layers = {
            "POLYGONS": polygon_source(paths["polygons"]),
            "MASK": paths["mask"],
            "PROBABILITY": paths["probability"],
        }
        layers |= {role.upper(): paths[role] for role in SPREADS if role in paths}
        for name, source in layers.items():
            load(context, source, self.outputDefinition(name).description(), name)
        numbers = {"COUNT": counts["polygons"], "AREA": counts["area_m2"]}
        return {"OUTPUT": given.output(), "RUN": paths["run"], **layers, **numbers}


def _advanced() -> list[QgsProcessingParameterDefinition]:
    bands = QgsProcessingParameterBand(
        "BANDS",
        tr("Bands of the image, in the checkpoint's order"),
        parentLayerParameterName="INPUT",
        optional=True,
        allowMultiple=True,
    )
    return [
        declared.choice("OVERLAP", tr("Overlap"), map(overlap_label, OVERLAPS)),
        declared.text("GSD", tr("Ground sampling distance: auto, native or metres"), "auto", False),
        declared.elevation(),
        declared.explained(bands, tr("Left out, they are told by their names and colours.")),
        declared.explained(
            declared.lines("INPUTS", tr("Bands of other rasters")),
            tr("One a line: band=path:number, or the path of a file or folder with named bands."),
        ),
        declared.explained(
            declared.files("MORE_CHECKPOINTS", tr("Further checkpoints of an ensemble")),
            tr("Each takes its time again; they have to take the same bands and tiles."),
        ),
        declared.flag("FLIPS", tr("Also see each tile mirrored (four times as long)")),
        declared.choice("DEVICE", tr("Device"), map(device_label, DEVICES)),
    ]


def _more_checkpoints(given: Given) -> tuple[str, ...]:
    return check_ensemble(given.checkpoint(), given.paths("MORE_CHECKPOINTS"))


def _inputs(given: Given) -> tuple[str, ...]:
    """Bands of other rasters as the worker takes them, one a line."""
    lines = (given.text("INPUTS") or "").splitlines()
    return tuple(line.strip() for line in lines if line.strip())


def _distance(given: Given) -> str:
    text = given.text("GSD") or DISTANCES[0]
    try:
        return text if text in DISTANCES else f"{float(text):g}"
    except ValueError:
        message = tr("'{}' is neither auto, native nor a number of metres.").format(text)
        raise Failure("gsd", message, tr("Give metres a pixel, such as 0.5.")) from None


def _area(given: Given) -> ChosenArea | None:
    features = given.features("AOI")
    if features is None:
        return None
    return ChosenArea(QgsGeometry.unaryUnion(list(features.geometries())), features.crs)
