"""Parameters as the algorithms declare them, with QGIS's own words for each kind."""

from __future__ import annotations

from collections.abc import Iterable

from qgis.core import (
    Qgis,
    QgsProcessing,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
    QgsProcessingParameterVectorDestination,
)

from ..messages import checkpoint_filter, tr
from ..paths import bundled_checkpoint

# QGIS 3.36 gave these enumerations a new home.
if hasattr(Qgis, "ProcessingParameterFlag"):
    ADVANCED = Qgis.ProcessingParameterFlag.Advanced
    POLYGONS = Qgis.ProcessingSourceType.VectorPolygon
    FILES = Qgis.ProcessingSourceType.File
    RASTERS = Qgis.ProcessingSourceType.Raster
else:
    ADVANCED = QgsProcessingParameterDefinition.Flag.FlagAdvanced
    POLYGONS = QgsProcessing.SourceType.TypeVectorPolygon
    FILES = QgsProcessing.SourceType.TypeFile
    RASTERS = QgsProcessing.SourceType.TypeRaster
INTEGER = QgsProcessingParameterNumber.Type.Integer
DOUBLE = QgsProcessingParameterNumber.Type.Double
# The largest number that QGIS takes as a bound.
MOST = 1e9


def raster(name: str, label: str, optional: bool = False) -> QgsProcessingParameterRasterLayer:
    """A raster layer."""
    return QgsProcessingParameterRasterLayer(name, label, optional=optional)


def elevation() -> QgsProcessingParameterRasterLayer:
    """An elevation model."""
    return raster("DEM", tr("Elevation model [m]"), optional=True)


def polygons(name: str, label: str, optional: bool = False) -> QgsProcessingParameterFeatureSource:
    """A polygon layer, or what is selected in one."""
    return QgsProcessingParameterFeatureSource(name, label, [POLYGONS], optional=optional)


def decimal(
    name: str,
    label: str,
    default: float | None = None,
    least: float = 0,
    most: float = MOST,
    digits: int = 2,
) -> QgsProcessingParameterNumber:
    """A number, shown with so many digits behind the point; without a default it may be left out.

    The digits are for the widget only: a script may give more.
    """
    number = QgsProcessingParameterNumber(
        name, label, DOUBLE, default, default is None, least, most
    )
    number.setMetadata({"widget_wrapper": {"decimals": digits}})
    return number


def whole(
    name: str, label: str, default: int | None = None, least: int = 0, most: float = MOST
) -> QgsProcessingParameterNumber:
    """A whole number; without a default it may be left out."""
    return QgsProcessingParameterNumber(name, label, INTEGER, default, default is None, least, most)


def threshold(default: float | None = None) -> QgsProcessingParameterNumber:
    """A probability from which on there is a landslide."""
    return decimal("THRESHOLD", tr("Threshold"), default, most=1, digits=3)


def minimum_area(default: float | None = None) -> QgsProcessingParameterNumber:
    """The smallest polygon."""
    return decimal("MIN_AREA", tr("Minimum area [m²]"), default)


def choice(
    name: str, label: str, labels: Iterable[str], default: int | None = 0
) -> QgsProcessingParameterEnum:
    """One of several; without a default it may be left out."""
    return QgsProcessingParameterEnum(name, label, list(labels), False, default, default is None)


def text(
    name: str, label: str, default: str = "", optional: bool = True
) -> QgsProcessingParameterString:
    """A line of text."""
    return QgsProcessingParameterString(name, label, default, optional=optional)


def lines(name: str, label: str) -> QgsProcessingParameterString:
    """Several lines of text, which may be left out."""
    return QgsProcessingParameterString(name, label, None, multiLine=True, optional=True)


def flag(name: str, label: str) -> QgsProcessingParameterBoolean:
    """A box that is not ticked to begin with."""
    return QgsProcessingParameterBoolean(name, label, False)


def rasters(name: str, label: str) -> QgsProcessingParameterMultipleLayers:
    """Any number of raster layers."""
    return QgsProcessingParameterMultipleLayers(name, label, RASTERS, optional=True)


def input_folder(name: str, label: str) -> QgsProcessingParameterFile:
    """A folder that is there, and may be left out."""
    behavior = QgsProcessingParameterFile.Behavior.Folder
    return QgsProcessingParameterFile(name, label, behavior, optional=True)


def files(name: str, label: str) -> QgsProcessingParameterMultipleLayers:
    """Any number of files."""
    return QgsProcessingParameterMultipleLayers(name, label, FILES, optional=True)


def checkpoint(name: str = "CHECKPOINT", label: str | None = None) -> QgsProcessingParameterFile:
    """A checkpoint; the bundled one unless another is chosen.

    It may be left out: QGIS accepts no missing file otherwise, default or not.
    """
    return QgsProcessingParameterFile(
        name,
        label or tr("Checkpoint"),
        defaultValue=bundled_checkpoint() or None,
        optional=True,
        fileFilter=checkpoint_filter(),
    )


def geopackage(label: str, name: str = "OUTPUT") -> QgsProcessingParameterVectorDestination:
    """A GeoPackage of polygons to be written; the provider offers no other format."""
    return QgsProcessingParameterVectorDestination(name, label, POLYGONS)


def folder(label: str, name: str = "OUTPUT") -> QgsProcessingParameterFolderDestination:
    """A folder to be written into."""
    return QgsProcessingParameterFolderDestination(name, label)


def file(label: str, file_filter: str, name: str = "OUTPUT") -> QgsProcessingParameterDefinition:
    """A file to be written."""
    return QgsProcessingParameterFileDestination(name, label, file_filter)


def explained(
    parameter: QgsProcessingParameterDefinition, text: str
) -> QgsProcessingParameterDefinition:
    """The parameter with a text that shows where the pointer rests on it."""
    parameter.setHelp(text)
    return parameter


def advanced(
    *parameters: QgsProcessingParameterDefinition,
) -> list[QgsProcessingParameterDefinition]:
    """The parameters, folded away until somebody asks for them."""
    for parameter in parameters:
        parameter.setFlags(parameter.flags() | ADVANCED)
    return list(parameters)
