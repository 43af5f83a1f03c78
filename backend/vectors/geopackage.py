"""The GeoPackage: polygons in batches, a row of provenance, and the style QGIS opens them with."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS

from backend.errors import OutputError

LAYER = "landslides"
GEOMETRY = "geom"
STYLE = Path(__file__).parents[2] / "resources" / "styles" / f"{LAYER}.qml"
# What SQLite keeps beside a database while it is being written.
COMPANIONS = ("-wal", "-shm", "-journal")
# The newest version that the GDAL of QGIS 3.22 reads without a warning.
VERSION = "1.2"
Fields = dict[str, NDArray[Any]]


class GeoPackage:
    """A new file with an empty layer of fields by name and type; without a schema, one that is
    there already, to append to.

    Every method raises `OutputError` where the disk refuses.
    """

    def __init__(self, path: Path, crs: CRS | None, schema: dict[str, Any] | None) -> None:
        self.path = path
        self._crs = crs.to_wkt() if crs else None
        self._style = STYLE.read_text(encoding="utf-8")
        if schema is None:
            return
        self.remove()
        fields = {name: np.empty(0, kind) for name, kind in schema.items()}
        try:
            self._write_polygons(np.empty(0, object), fields, append=False)
        except OutputError:
            self.remove()
            raise

    def add(self, polygons: NDArray[np.object_], fields: Fields) -> None:
        """Append polygons (n,) with their fields (n,)."""
        self._write_polygons(shapely.to_wkb(polygons), fields, append=True)

    def finish(self, run: dict[str, Any]) -> None:
        """Add the tables `run`, one row of `run`'s plain values, and `layer_styles`."""
        self._write_row("run", run)
        self._write_row("layer_styles", _default_style(self._style))

    def remove(self) -> None:
        """Delete the file and what SQLite keeps beside it."""
        for suffix in ("", *COMPANIONS):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)

    def _write_polygons(self, wkb: NDArray[np.object_], fields: Fields, append: bool) -> None:
        with self._refusals():
            pyogrio.raw.write(
                self.path, wkb, list(fields.values()), list(fields), layer=LAYER, driver="GPKG",
                geometry_type="MultiPolygon", promote_to_multi=True, crs=self._crs, append=append,
                dataset_options=None if append else {"VERSION": VERSION},
                layer_options=None if append else {"GEOMETRY_NAME": GEOMETRY},
            )  # fmt: skip

    def _write_row(self, table: str, row: dict[str, Any]) -> None:
        columns = [_column(value) for value in row.values()]
        with self._refusals():
            pyogrio.raw.write(self.path, None, columns, list(row), layer=table, driver="GPKG")

    @contextmanager
    def _refusals(self) -> Iterator[None]:
        try:
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", "'crs' was not provided", UserWarning)
                yield
        except (DataSourceError, DataLayerError, OSError) as error:
            reason = str(error).strip().splitlines()[0].rstrip(".")
            raise OutputError(
                f"The polygons cannot be written into {self.path.parent}: {reason}.",
                "Free space on the disk, or choose another output folder.",
            ) from error


def _column(value: Any) -> NDArray[Any]:
    """One value as a column that keeps its type; None is a null text."""
    is_text = value is None or isinstance(value, str)
    return np.array([value], dtype=object if is_text else None)


def _default_style(qml: str) -> dict[str, Any]:
    """A row of `layer_styles` as QGIS itself writes and reads it."""
    return {
        "f_table_catalog": "",
        "f_table_schema": "",
        "f_table_name": LAYER,
        "f_geometry_column": GEOMETRY,
        "styleName": LAYER,
        "styleQML": qml,
        "styleSLD": "",
        "useAsDefault": True,
        "description": "CALandDet landslide polygons",
        "owner": "",
        "ui": None,
        "update_time": np.datetime64("now", "ms"),
    }
