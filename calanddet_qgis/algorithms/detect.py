"""Processing algorithm `calanddet:detectlandslides`."""

from __future__ import annotations

import os
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputFile,
    QgsProcessingOutputRasterLayer,
    QgsProcessingOutputVectorLayer,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterFile,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
)

from ..layers import keep_styles, polygon_source
from ..messages import Failure, checkpoint_filter, overlap_label, tr
from ..paths import bundled_checkpoint
from ..request import (
    OVERLAPS,
    DetectRequest,
    check_checkpoint,
    raster_source,
)
from .base import ADVANCED, POLYGONS, CalandDetAlgorithm

DOUBLE = QgsProcessingParameterNumber.Type.Double


class DetectLandslides(CalandDetAlgorithm):
    """Landslides in an image: probability, mask and polygons."""

    def name(self) -> str:
        """The second half of the id: never translated, never changed."""
        return "detectlandslides"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Detect landslides")

    def shortHelpString(self) -> str:
        """What stands beside the parameters."""
        return tr(
            "Finds landslides in an orthophoto with a trained network and writes a probability "
            "raster, a mask and polygons with their attributes into a folder. Results that the "
            "folder already holds are replaced.\n\n"
            "Without a threshold the checkpoint's own is taken. The ground sampling distance is "
            "'auto' (resampled where the checkpoint was trained for another), 'native' or metres "
            "a pixel. With an elevation model the polygons get slope, elevation and aspect."
        )

    def tags(self) -> list[str]:
        """Words that find the algorithm."""
        return tr("landslide,segmentation,deep learning,inventory,orthophoto,hazard").split(",")

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Declare parameters and outputs."""
        for parameter in _main_parameters():
            self.addParameter(parameter)
        for parameter in _advanced_parameters():
            parameter.setFlags(parameter.flags() | ADVANCED)
            self.addParameter(parameter)
        self.addParameter(QgsProcessingParameterFolderDestination("OUTPUT", tr("Results folder")))
        self.addOutput(QgsProcessingOutputRasterLayer("PROBABILITY", tr("Probability")))
        self.addOutput(QgsProcessingOutputRasterLayer("MASK", tr("Mask")))
        self.addOutput(QgsProcessingOutputVectorLayer("POLYGONS", tr("Landslides")))
        self.addOutput(QgsProcessingOutputFile("RUN", tr("Run parameters")))

    def checkParameterValues(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[bool, str]:
        """Whether the run can start, and if not why."""
        valid, reason = super().checkParameterValues(parameters, context)
        if not valid:
            return valid, reason
        try:
            raster_source(self.parameterAsRasterLayer(parameters, "INPUT", context))
            check_checkpoint(self.parameterAsFile(parameters, "CHECKPOINT", context))
        except Failure as failure:
            return False, str(failure)
        return True, ""

    def prepareAlgorithm(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> bool:
        """Copy all that the run needs, in the thread that the layers live in."""
        try:
            self._command = self._request(parameters, context, feedback).command()
        except Failure as failure:
            raise QgsProcessingException(str(failure)) from None
        return True

    def processAlgorithm(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, str]:
        """Run the worker."""
        result = self.work(self._command, feedback)
        if result is None:
            return {}
        paths = result["paths"]
        keep_styles(paths)
        outputs = {
            "POLYGONS": polygon_source(paths["polygons"]),
            "MASK": paths["mask"],
            "PROBABILITY": paths["probability"],
        }
        for name, source in outputs.items():
            title = self.outputDefinition(name).description()
            details = QgsProcessingContext.LayerDetails(title, context.project(), name)
            context.addLayerToLoadOnCompletion(source, details)
        folder = self.parameterAsString(parameters, "OUTPUT", context)
        return {"OUTPUT": folder, "RUN": paths["run"], **outputs}

    def _request(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> DetectRequest:
        raster = self.parameterAsRasterLayer(parameters, "INPUT", context)
        dem = self.parameterAsRasterLayer(parameters, "DEM", context)
        return DetectRequest(
            raster=raster_source(raster),
            checkpoint=check_checkpoint(self.parameterAsFile(parameters, "CHECKPOINT", context)),
            out=os.path.abspath(self.parameterAsString(parameters, "OUTPUT", context)),
            threshold=self._threshold(parameters, context),
            min_area_m2=self.parameterAsDouble(parameters, "MIN_AREA", context),
            overlap=OVERLAPS[self.parameterAsEnum(parameters, "OVERLAP", context)],
            gsd=self.parameterAsString(parameters, "GSD", context).strip(),
            dem=raster_source(dem) if dem else None,
            aoi=self._area(parameters, context, feedback),
        )

    def _threshold(self, parameters: dict[str, Any], context: QgsProcessingContext) -> float | None:
        if parameters.get("THRESHOLD") is None:
            return None
        return self.parameterAsDouble(parameters, "THRESHOLD", context)

    def _area(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> str | None:
        """A file with the chosen features, written for the purpose where there is none."""
        if parameters.get("AOI") is None:
            return None
        formats = ["gpkg", "shp", "geojson"]
        return self.parameterAsCompatibleSourceLayerPath(
            parameters, "AOI", context, formats, formats[0], feedback
        )


def _main_parameters() -> list[QgsProcessingParameterDefinition]:
    return [
        QgsProcessingParameterRasterLayer("INPUT", tr("Image")),
        QgsProcessingParameterFile(
            "CHECKPOINT",
            tr("Checkpoint"),
            defaultValue=bundled_checkpoint() or None,
            fileFilter=checkpoint_filter(),
        ),
        QgsProcessingParameterNumber(
            "THRESHOLD", tr("Threshold"), DOUBLE, optional=True, minValue=0, maxValue=1
        ),
        QgsProcessingParameterNumber(
            "MIN_AREA", tr("Minimum area [m²]"), DOUBLE, defaultValue=0, minValue=0
        ),
        QgsProcessingParameterFeatureSource(
            "AOI", tr("Area of interest"), [POLYGONS], optional=True
        ),
    ]


def _advanced_parameters() -> list[QgsProcessingParameterDefinition]:
    return [
        QgsProcessingParameterEnum(
            "OVERLAP", tr("Overlap"), [overlap_label(name) for name in OVERLAPS], defaultValue=0
        ),
        QgsProcessingParameterString(
            "GSD", tr("Ground sampling distance: auto, native or metres"), defaultValue="auto"
        ),
        QgsProcessingParameterRasterLayer("DEM", tr("Elevation model [m]"), optional=True),
    ]
