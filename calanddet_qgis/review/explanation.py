"""How the worker is asked what spoke for a polygon: of which run, and with which outline."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from osgeo import ogr, osr
from qgis.core import QgsCoordinateReferenceSystem, QgsGeometry, QgsVectorLayer

from ..messages import Failure, tr
from .access import layer_file

RUN_FILE, OUTLINE_FILE = "run.json", "outline.gpkg"


def explain_words(
    layer: QgsVectorLayer, outline: QgsGeometry, folder: Path, stage: str | None
) -> list[str]:
    """The worker's command for an outline in a layer's CRS; the answer comes into `folder`.

    Raises `Failure` where the run of the layer is not known.
    """
    run = run_parameters(layer)
    _write_outline(outline, layer.crs(), folder / OUTLINE_FILE)
    bands = run.get("bands")
    options = {
        "checkpoint": run["checkpoint"],
        "polygons": folder / OUTLINE_FILE,
        "out": folder,
        "stage": stage,
        "bands": ",".join(map(str, bands)) if bands else None,
        "dem": run.get("dem"),
        "gsd": run.get("gsd"),
    }
    # One word each, so that no value is ever taken for an option.
    words = [f"--{name}={value}" for name, value in options.items() if value is not None]
    inputs = [f"--input={each}" for each in run.get("inputs") or ()]
    return ["explain", run["raster"], *words, *inputs]


def run_parameters(layer: QgsVectorLayer) -> Mapping[str, Any]:
    """With what the run was started whose polygons a layer has. Raises `Failure` for no run."""
    path = Path(layer_file(layer)).parent / RUN_FILE
    try:
        parameters = json.loads(path.read_text(encoding="utf-8"))["parameters"]
        if {"raster", "checkpoint"} <= parameters.keys():
            return parameters
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass
    message = tr("The run that {} comes from is not known: there is no {} beside it.")
    remedy = tr("Review the landslides.gpkg in the folder of its run.")
    raise Failure("inventory", message.format(layer.name(), RUN_FILE), remedy)


def _write_outline(outline: QgsGeometry, crs: QgsCoordinateReferenceSystem, path: Path) -> None:
    """Write one polygon as a GeoPackage."""
    system = osr.SpatialReference()
    system.ImportFromWkt(crs.toWkt(QgsCoordinateReferenceSystem.WktVariant.WKT_PREFERRED))
    data = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
    table = data.CreateLayer("outline", system if crs.isValid() else None, ogr.wkbUnknown)
    feature = ogr.Feature(table.GetLayerDefn())
    feature.SetGeometry(ogr.CreateGeometryFromWkb(bytes(outline.asWkb())))
    table.CreateFeature(feature)
    data.FlushCache()
