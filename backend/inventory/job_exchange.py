"""The jobs that hand an inventory to other programs, and take one from them."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS

from backend.errors import CalandDetError, InventoryError, OutputError
from backend.events import OnEvent, Result
from backend.inventory import common, store
from backend.inventory.exchange import (
    STATUSES,
    UNDECIDED,
    WGS84,
    adopted,
    as_schema,
    as_texts,
    in_degrees,
    with_places,
)
from backend.inventory.layer import Layer, split_source
from backend.inventory.schemas import SCHEMAS, short_names
from backend.vectors.attributes import Fields
from backend.workspace import Workspace

# What each format's file is called.
SUFFIXES = {
    "csv": ".csv",
    "shapefile": ".shp",
    "kml": ".kml",
    "usgs": ".gpkg",
    "coolr": ".csv",
    "iffi": ".gpkg",
}
# What may lie beside a shapefile and would not fit a new one.
SIDECARS = (".shx", ".dbf", ".prj", ".cpg", ".qix", ".sbn", ".sbx", ".qpj")


@dataclass(frozen=True)
class ExportRequest:
    """Which layer becomes what. `inventory` and `date` (ISO) name the inventory and the event."""

    layer: str
    out: Path
    format: str
    inventory: str = ""
    date: str | None = None
    rejected: bool = False  # Whether rejected polygons go along.


@dataclass(frozen=True)
class ImportRequest:
    """Which polygon layer becomes one with our fields; `status` is for those that have none."""

    layer: str
    out: Path
    status: str = UNDECIDED
    event: str | None = None


def export(request: ExportRequest, on_event: OnEvent) -> Result:
    """Write a layer in the format of `request`; the polygons' order stays.

    `csv`, `usgs`, `coolr`, `iffi` and `kml` are in WGS 84, a shapefile in the layer's CRS. Raises a
    `CalandDetError` for anything wrong with the input, and whatever `on_event` raises.
    """
    began = time.monotonic()
    target = _check(request)
    layer = common.opened(request.layer, "export", on_event)
    if not request.rejected:
        layer = layer.without_rejected()
    if layer.crs is None and request.format != "shapefile":
        raise InventoryError(
            f"{layer.path} has no CRS, so that its places on the Earth are not known.",
            "Assign its CRS.",
        )
    counts: dict[str, Any] = {"polygons": len(layer)}
    with Workspace(target.parent) as workspace:
        partial = workspace.partial / target.name
        if request.format == "shapefile":
            counts["names"] = _write_shapefile(partial, layer)
            made = {path.suffix: path.name for path in workspace.partial.iterdir()}
            # The main file comes last.
            workspace.publish(sorted(made.values(), key=lambda name: name.endswith(".shp")))
            for suffix in set(SIDECARS) - set(made):
                with suppress(OSError):
                    target.with_suffix(suffix).unlink()
        else:
            _write(partial, layer, request)
            workspace.publish([target.name])
    return common.done(on_event, {"export": target}, counts, began)


def import_layer(request: ImportRequest, on_event: OnEvent) -> Result:
    """Write any polygon layer as a GeoPackage with our fields and style, for review.

    Raises a `CalandDetError` for anything wrong with the input, and whatever `on_event` raises.
    """
    began = time.monotonic()
    if request.status not in STATUSES:
        raise CalandDetError(
            f"There is no status {request.status!r}.", f"Choose {', '.join(STATUSES)}."
        )
    target = common.geopackage(request.layer, request.out)
    layer = common.opened(request.layer, "import", on_event)
    source = f"imported from {Path(split_source(request.layer)[0]).name}"
    fields = adopted(layer, request.status, request.event, source)
    with Workspace(target.parent) as workspace:
        run = common.provenance(request, "import")
        partial = workspace.partial / target.name
        store.write_landslides(partial, layer.polygons, fields, layer.crs, run)
        workspace.publish([target.name])
    return common.done(on_event, {"polygons": target}, {"polygons": len(layer)}, began)


def _check(request: ExportRequest) -> Path:
    """The file to write. Raises where the format is unknown, or the file named otherwise."""
    if request.format not in SUFFIXES:
        raise CalandDetError(
            f"There is no export format {request.format!r}.", f"Choose {', '.join(SUFFIXES)}."
        )
    suffix = SUFFIXES[request.format]
    if request.out.suffix.lower() != suffix:
        raise OutputError(
            f"{request.out} is not named as {request.format}.", f"End it in {suffix}."
        )
    if request.date is not None:
        try:
            date.fromisoformat(request.date)
        except ValueError as error:
            raise CalandDetError(
                f"{request.date!r} is not a date.", "Write it as year-month-day, 2024-07-30."
            ) from error
    target = request.out.absolute()
    if target == Path(split_source(request.layer)[0]).absolute():
        raise OutputError(f"{target} is the layer itself.", "Choose another name.")
    return target


def _write(path: Path, layer: Layer, request: ExportRequest) -> None:
    """All formats in WGS 84; outlines are cut at 180° of longitude."""
    fields = with_places(layer, request.inventory, request.date)
    if request.format in SCHEMAS:
        fields = as_schema(fields, SCHEMAS[request.format])
    else:
        fields = {name: values for name, values in fields.items() if _is_filled(values)}
    fields = as_texts(fields)
    if SUFFIXES[request.format] == ".csv":
        store.write_layer(path, path.stem, None, fields, driver="CSV")
        return
    degrees = in_degrees(layer)
    if request.format == "kml":
        fields = {"Name": _labels(fields, layer)} | fields
        store.write_layer(path, path.stem, degrees, fields, WGS84, driver="LIBKML")
    else:
        store.write_layer(path, "landslides", degrees, fields, WGS84)


def _write_shapefile(path: Path, layer: Layer) -> dict[str, str]:
    """Write a shapefile under short names; returns the name of each field."""
    names = short_names(layer.fields)
    fields = {names[name]: values for name, values in as_texts(layer.fields).items()}
    crs: CRS | None = layer.crs
    store.write_layer(
        path, path.stem, layer.polygons, fields, crs, driver="ESRI Shapefile", ENCODING="UTF-8"
    )
    return names


def _labels(fields: Fields, layer: Layer) -> NDArray[np.object_]:
    """What a globe shows beside each polygon: its id."""
    numbers = fields.get("id", layer.fids)
    return np.array([f"Landslide {number}" for number in numbers.tolist()], object)


def _is_filled(values: NDArray[Any]) -> bool:
    """Whether a column of the plain table has any value."""
    return values.dtype != object or any(value is not None for value in values.tolist())
