"""Processing algorithm `calanddet:exportinventory`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingOutputDefinition,
    QgsProcessingParameterDateTime,
    QgsProcessingParameterDefinition,
)

from ..messages import Failure, tr
from ..worker import Event
from . import parameters as declared
from .base import CalandDetAlgorithm, command, number_outputs
from .given import Given

# The worker's formats, and how each file ends.
SUFFIXES = {
    "csv": ".csv",
    "shapefile": ".shp",
    "kml": ".kml",
    "usgs": ".gpkg",
    "coolr": ".csv",
    "iffi": ".gpkg",
}


class ExportInventory(CalandDetAlgorithm):
    """An inventory in the format of another program or of a published inventory."""

    ID = "exportinventory"
    GROUP = "inventory"
    ICON = "export"

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr("Export an inventory")

    def shortHelpString(self) -> str:
        """What stands beside the parameters."""
        return tr(
            "Writes an inventory as table, Shapefile or KML, or with the fields of a published "
            "inventory: USGS, NASA COOLR or the Italian IFFI. Everything but the Shapefile is in "
            "WGS 84. Rejected polygons stay out unless they are asked for."
        )

    def tags(self) -> list[str]:
        """Words that find the algorithm."""
        return tr("CSV,Shapefile,KML,USGS,COOLR,IFFI,exchange,landslide").split(",")

    def inputs(self) -> list[QgsProcessingParameterDefinition]:
        """What can be chosen."""
        date = QgsProcessingParameterDateTime(
            "DATE",
            tr("Date of the event"),
            QgsProcessingParameterDateTime.Type.Date,
            optional=True,
        )
        rejected = declared.flag("REJECTED", tr("Rejected polygons as well"))
        return [
            declared.polygons("INPUT", tr("Landslides")),
            declared.choice("FORMAT", tr("Format"), _labels()),
            declared.text("INVENTORY", tr("Name of the inventory")),
            date,
            *declared.advanced(rejected),
            declared.file(
                tr("Exported inventory"),
                "CSV (*.csv);;Shapefile (*.shp);;KML (*.kml);;GeoPackage (*.gpkg)",
            ),
        ]

    def outputs(self) -> list[QgsProcessingOutputDefinition]:
        """What comes out besides the file."""
        return number_outputs({"COUNT": tr("Number of landslides")})

    def words(self, given: Given) -> list[str]:
        """The worker's command."""
        return command(
            "inventory",
            "export",
            given.polygons("INPUT"),
            out=_out(given),
            format=given.choice("FORMAT", list(SUFFIXES)),
            inventory=given.text("INVENTORY"),
            date=given.date("DATE"),
            rejected=given.flag("REJECTED"),
        )

    def results(self, result: Event, given: Given, context: QgsProcessingContext) -> dict[str, Any]:
        """The outputs."""
        return {"OUTPUT": result["paths"]["export"], "COUNT": result["counts"]["polygons"]}


def _labels() -> list[str]:
    """What can be chosen, in the order of `SUFFIXES`."""
    return [
        tr("Table (.csv)"),
        tr("Shapefile (.shp)"),
        tr("KML (.kml)"),
        tr("USGS (.gpkg)"),
        tr("NASA COOLR (.csv)"),
        tr("IFFI (.gpkg)"),
    ]


def _out(given: Given) -> str:
    """The file to be written. Raises `Failure` where it is not named as its format."""
    path, suffix = Path(given.output()), SUFFIXES[given.choice("FORMAT", list(SUFFIXES))]
    if given.is_temporary():
        path.parent.mkdir(parents=True, exist_ok=True)
        return str(path.with_suffix(suffix))
    if path.suffix.lower() != suffix:
        message = tr("{} is not named as the format asks for.").format(os.path.basename(path))
        raise Failure("output", message, tr("End it in {}.").format(suffix))
    return str(path)
