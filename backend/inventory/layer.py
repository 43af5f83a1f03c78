"""Polygon layers of any format that GDAL reads, as arrays of valid polygons."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from backend.errors import InventoryError
from backend.vectors.geopackage import LAYER, Fields

POLYGONAL = (3, 6)  # shapely's type ids of Polygon and MultiPolygon
REJECTED = "rejected"


@dataclass(frozen=True)
class Layer:
    """n polygons with their feature ids and fields; `notes` are sentences for the log.

    `polygons` (n,) are valid and not empty, Polygon or MultiPolygon, in `crs`. Null whole numbers
    come as NaN, so such a column is of floats.
    """

    path: str
    name: str
    crs: CRS | None
    polygons: NDArray[np.object_]
    fids: NDArray[np.int64]
    fields: Fields
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.polygons)

    def take(self, index: NDArray[Any]) -> Layer:
        """The features at `index` (positions or a mask)."""
        return replace(
            self,
            polygons=self.polygons[index],
            fids=self.fids[index],
            fields={name: values[index] for name, values in self.fields.items()},
        )

    def without_rejected(self) -> Layer:
        """What counts: all but the features whose `status` is rejected."""
        if "status" not in self.fields:
            return self
        kept = self.take(self.fields["status"] != REJECTED)
        if not len(kept):
            raise InventoryError(
                f"All {len(self)} polygons of {self.path} are rejected.",
                "Accept some, or choose another layer.",
            )
        return kept


def split_source(source: str) -> tuple[str, str | None]:
    """A path and a layer name of `path` or of QGIS's `path|layername=name`."""
    path, *options = source.split("|")
    named = (option.partition("=")[2] for option in options if option.startswith("layername="))
    return path, next(named, None)


def read_layer(source: str) -> Layer:
    """The polygons of a file, or of its layer in `path|layername=name`; invalid ones repaired.

    Without a name the layer `landslides` is taken if there is one, else the first of polygons.
    Raises `InventoryError` where there is nothing to read.
    """
    path, name = split_source(source)
    if not path.startswith("/vsi") and not Path(path).exists():
        raise InventoryError(f"There is no vector file {path}.", "Check the path.")
    try:
        name = name or _choose_layer(path)
        meta, fids, wkb, columns = pyogrio.raw.read(
            path, layer=name, force_2d=True, return_fids=True
        )
    except (DataSourceError, DataLayerError) as error:
        raise InventoryError(
            f"{source} is not a vector layer that GDAL can read.", "Choose a polygon layer."
        ) from error
    shapes = shapely.from_wkb(wkb) if wkb is not None else np.full(len(fids), None, object)
    polygons, kept, notes = valid_polygons(shapes)
    if not kept.any():
        raise InventoryError(
            f"{source} holds no polygon: none of its {len(shapes)} features is one.",
            "Choose a layer of polygons.",
        )
    fields = {name: column[kept] for name, column in zip(meta["fields"], columns, strict=True)}
    crs = _crs(source, meta["crs"])
    notes = [f"{Path(path).name}: {note}" for note in notes]
    return Layer(path, name, crs, polygons[kept], fids[kept], fields, tuple(notes))


def valid_polygons(
    shapes: NDArray[np.object_],
) -> tuple[NDArray[np.object_], NDArray[np.bool_], list[str]]:
    """Polygons (n,) made valid, which of them can be used, and what was done.

    Their holes run against their outer rings, as whoever sums up areas by rings expects.
    """
    notes = []
    invalid = ~shapely.is_valid(shapes) & ~shapely.is_missing(shapes)
    mended = shapes.copy()
    mended[invalid] = shapely.make_valid(shapes[invalid], method="structure", keep_collapsed=False)
    kept = np.isin(shapely.get_type_id(mended), POLYGONAL) & (shapely.area(mended) > 0)
    if (repaired := int((invalid & kept).sum())) > 0:
        notes.append(f"{repaired} invalid outline{_s(repaired)} repaired.")
    if kept.any() and (dropped := int((~kept).sum())) > 0:
        notes.append(f"{dropped} feature{_s(dropped)} without a polygon left out.")
    return shapely.orient_polygons(mended), kept, notes


def reprojected(
    shapes: NDArray[np.object_], crs: CRS | None, wanted: CRS | None, what: str
) -> NDArray[np.object_]:
    """Geometries (n,) moved to another CRS; `what` names them in the error.

    Raises `InventoryError` where only one of both has a CRS, or a geometry cannot be moved.
    """
    if (crs is None) != (wanted is None):
        raise InventoryError(
            f"{what} cannot be placed: one of both layers has a CRS, the other has none.",
            "Assign the missing CRS.",
        )
    if crs is None or wanted is None or crs == wanted:
        return shapes
    try:
        move = Transformer.from_crs(crs, wanted, always_xy=True)
        moved = shapely.transform(
            shapes, lambda at: np.column_stack(move.transform(at[:, 0], at[:, 1]))
        )
    except ProjError as error:
        raise InventoryError(
            f"{what} cannot be moved from {crs.name} to {wanted.name}: no way is known.",
            "Check both CRS.",
        ) from error
    if not np.isfinite(shapely.bounds(moved)).all():
        raise InventoryError(
            f"{what} cannot be moved from {crs.name} to {wanted.name}: it lies outside of it.",
            "Check both CRS.",
        )
    return moved


def _choose_layer(path: str) -> str:
    layers = pyogrio.list_layers(path)
    of_polygons = [name for name, kind in layers if kind and "Polygon" in kind]
    # Formats without a type of their own, such as GeoJSON of mixed features, say Unknown.
    candidates = of_polygons or [name for name, kind in layers if kind] or [layers[0][0]]
    return LAYER if LAYER in candidates else str(candidates[0])


def _crs(source: str, definition: str | None) -> CRS | None:
    if not definition:
        return None
    try:
        return CRS.from_user_input(definition)
    except CRSError as error:
        raise InventoryError(
            f"The CRS of {source} cannot be understood.", "Assign the layer's CRS again."
        ) from error


def _s(count: int) -> str:
    return "" if count == 1 else "s"
