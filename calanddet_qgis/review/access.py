"""Whether a layer can be edited and saved, and where its files are."""

from __future__ import annotations

import os

from osgeo import gdal
from qgis.core import (
    QgsProviderRegistry,
    QgsVectorDataProvider,
    QgsVectorLayer,
    QgsWkbTypes,
)

from ..messages import Failure, tr
from .schema import other_kinds

# How long another program's writing is waited for [ms].
LOCK_PATIENCE_MS = 200
NEEDED = (
    QgsVectorDataProvider.Capability.AddFeatures
    | QgsVectorDataProvider.Capability.ChangeAttributeValues
    | QgsVectorDataProvider.Capability.ChangeGeometries
)


def check_editable(layer: QgsVectorLayer) -> None:
    """Raise `Failure` for a layer that cannot be reviewed."""
    provider = layer.dataProvider()
    if not layer.isValid() or provider is None:
        message = tr("The layer {} cannot be opened.").format(layer.name())
        raise Failure("inventory", message, tr("Repair its data source, or choose another layer."))
    if layer.geometryType() != QgsWkbTypes.GeometryType.PolygonGeometry:
        message = tr("The layer {} has no polygons.").format(layer.name())
        raise Failure("inventory", message, tr("Choose a layer of polygons."))
    remedy = tr("Save it as a GeoPackage (Export > Save Features As…) and review that.")
    if provider.storageType() == "ESRI Shapefile":
        message = tr("The layer {} is a shapefile, whose field names have at most 10 characters.")
        raise Failure("inventory", message.format(layer.name()), remedy)
    if layer.readOnly() or provider.capabilities() & NEEDED != NEEDED:
        raise refused(layer)
    other = other_kinds(layer)
    if other:
        message = tr("The layer {} has fields that a review fills in, but of another type: {}.")
        remedy = tr("Rename them, or make a layer with Import an inventory, and review that.")
        raise Failure("inventory", message.format(layer.name(), ", ".join(other)), remedy)


def probability_beside(layer: QgsVectorLayer) -> str:
    """The path of `probability.tif`, or of many rasters' mosaic, beside the layer's file.

    Empty where there is none.
    """
    return _beside(layer, "probability.tif") or _beside(layer, "probability.vrt")


def uncertainty_beside(layer: QgsVectorLayer) -> str:
    """The path of `uncertainty.tif`, or of many rasters' mosaic, beside the layer's file.

    Empty where there is none.
    """
    return _beside(layer, "uncertainty.tif") or _beside(layer, "uncertainty.vrt")


def _beside(layer: QgsVectorLayer, name: str) -> str:
    folder = os.path.dirname(layer_file(layer))
    path = os.path.join(folder, name)
    return path if folder and os.path.isfile(path) else ""


def layer_file(layer: QgsVectorLayer) -> str:
    """The path of the file that a layer is in; empty where it is in none."""
    parts = QgsProviderRegistry.instance().decodeUri(layer.providerType(), layer.source())
    return str(parts.get("path") or "")


def refused(layer: QgsVectorLayer) -> Failure:
    message = tr("The layer {} cannot be edited: it is read-only.").format(layer.name())
    remedy = tr("Save it as a GeoPackage (Export > Save Features As…) and review that.")
    return Failure("inventory", message, remedy)


def is_locked(layer: QgsVectorLayer) -> bool:
    """Whether another program is writing to the layer's GeoPackage just now."""
    path = layer_file(layer)
    if not path.lower().endswith(".gpkg") or not os.path.isfile(path):
        return False
    # Asked by GDAL, whose SQLite has the file open already: another copy of SQLite in the same
    # process would drop its locks. Asked before saving, which would wait for ten seconds.
    try:
        data = gdal.OpenEx(path, gdal.OF_VECTOR | gdal.OF_UPDATE)
        return data is not None and not _can_write(data)
    except RuntimeError as error:
        return "locked" in str(error)


def _can_write(data: gdal.Dataset) -> bool:
    """Whether a transaction that writes can begin. May raise `RuntimeError` where it cannot."""
    gdal.PushErrorHandler("CPLQuietErrorHandler")
    try:
        data.ReleaseResultSet(data.ExecuteSQL(f"PRAGMA busy_timeout = {LOCK_PATIENCE_MS}"))
        gdal.ErrorReset()
        data.ExecuteSQL("BEGIN IMMEDIATE")
        if "locked" in gdal.GetLastErrorMsg():
            return False
        data.ExecuteSQL("ROLLBACK")
    finally:
        gdal.PopErrorHandler()
    return True


def locked(layer: QgsVectorLayer) -> Failure:
    message = tr("The edits of {} cannot be saved now: another program is writing to the file.")
    remedy = tr("Save again in a moment, or close the file there; no edit is lost.")
    return Failure("output", message.format(layer.name()), remedy)


def not_saved(layer: QgsVectorLayer) -> Failure:
    errors = "\n".join(layer.commitErrors())
    lines = [line.strip().rstrip(".") for line in errors.splitlines() if line.strip()]
    reason = lines[-1] if lines else tr("no reason was given")
    message = tr("The edits of {} cannot be saved: {}.").format(layer.name(), reason)
    remedy = tr("No edit is lost: they stay in the layer until they are saved.")
    return Failure("output", message, remedy, errors)
