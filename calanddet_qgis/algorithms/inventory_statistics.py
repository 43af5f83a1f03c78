"""Processing algorithm `calanddet:inventorystatistics`."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputDefinition,
    QgsProcessingOutputFile,
    QgsProcessingOutputHtml,
    QgsProcessingParameterDefinition,
)

from ..messages import Failure, tr
from ..worker import Event
from . import parameters as declared
from .base import CalandDetAlgorithm, command, number_outputs
from .given import Given
from .relations import RELATIONS, relation_parameter

FIGURES = (
    "polygons", "area_m2", "largest_m2", "searched_km2", "per_km2", "magnitude", "rollover_m2",
    "tail_exponent", "volume_m3",
)  # fmt: skip


class InventoryStatistics(CalandDetAlgorithm):
    """Number, area and sizes of an inventory, with a report."""

    ID = "inventorystatistics"
    GROUP = "inventory"
    ICON = "statistics"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Inventory statistics")

    def shortHelpString(self) -> str:
        """What stands beside the parameters."""
        return tr(
            "Counts an inventory and writes a report of one page (HTML and PDF), the "
            "size-frequency plot (PNG and SVG) and all numbers (JSON): number, total area and "
            "density, the inverse gamma and the power law of the sizes with their intervals, the "
            "magnitude of the event and the total volume. Rejected polygons do not count.\n\n"
            "The area that was searched is taken from its polygons or from its size; without "
            "either from the run that the layer comes from, if it says so."
        )

    def tags(self) -> list[str]:
        """Words that find the algorithm."""
        return tr("size-frequency,power law,inverse gamma,magnitude,density,report").split(",")

    def inputs(self) -> list[QgsProcessingParameterDefinition]:
        """What can be chosen."""
        draws = declared.whole("DRAWS", tr("Draws of the bootstrap"), least=1)
        return [
            declared.polygons("INPUT", tr("Landslides")),
            declared.polygons("AREA", tr("Area that was searched"), optional=True),
            declared.decimal("AREA_KM2", tr("or its size [km²]")),
            declared.elevation(),
            relation_parameter(optional=False),
            declared.text("TITLE", tr("Title")),
            *declared.advanced(draws),
            declared.folder(tr("Folder of the report")),
        ]

    def outputs(self) -> list[QgsProcessingOutputDefinition]:
        """What comes out besides the folder."""
        return [
            QgsProcessingOutputHtml("REPORT", tr("Report")),
            QgsProcessingOutputFile("PDF", tr("Report as PDF")),
            QgsProcessingOutputFile("PLOT", tr("Size-frequency plot")),
            QgsProcessingOutputFile("NUMBERS", tr("All numbers")),
            *number_outputs(_labels()),
        ]

    def words(self, given: Given) -> list[str]:
        """The worker's command."""
        return command(
            "inventory",
            "statistics",
            given.polygons("INPUT"),
            out=given.output(),
            area=given.polygons("AREA"),
            area_km2=given.number("AREA_KM2"),
            dem=given.raster("DEM"),
            relation=given.choice("RELATION", RELATIONS),
            title=given.text("TITLE"),
            draws=given.whole("DRAWS"),
        )

    def check(self, given: Given, feedback: QgsProcessingFeedback | None = None) -> None:
        """Refuse two searched areas, and one that is empty."""
        size = given.number("AREA_KM2")
        if given.has("AREA") and size is not None:
            message = tr("The area that was searched is given twice, as polygons and by its size.")
            raise Failure("area", message, tr("Leave one of them out."))
        if size is not None and not size > 0:
            message = tr("The searched area {} km² is not above 0.").format(size)
            raise Failure("area", message, tr("Leave it out, or give its size."))

    def results(self, result: Event, given: Given, context: QgsProcessingContext) -> dict[str, Any]:
        """The outputs."""
        paths, counts = result["paths"], result["counts"]
        files = {
            "REPORT": paths["report"],
            "PDF": paths["report_pdf"],
            "PLOT": paths["plot_png"],
            "NUMBERS": paths["statistics"],
        }
        figures = {name.upper(): counts[name] for name in FIGURES}
        return {"OUTPUT": given.output(), **files, **figures}


def _labels() -> dict[str, str]:
    """All numbers by name, for a person to read."""
    return {
        "POLYGONS": tr("Number of landslides"),
        "AREA_M2": tr("Total area [m²]"),
        "LARGEST_M2": tr("Largest landslide [m²]"),
        "SEARCHED_KM2": tr("Area that was searched [km²]"),
        "PER_KM2": tr("Landslides per km²"),
        "MAGNITUDE": tr("Magnitude of the event"),
        "ROLLOVER_M2": tr("Rollover of the sizes [m²]"),
        "TAIL_EXPONENT": tr("Exponent of the tail"),
        "VOLUME_M3": tr("Total volume [m³]"),
    }
