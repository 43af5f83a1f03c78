"""Writing vector files: new layers of any format, and new columns in a GeoPackage that stays."""

from __future__ import annotations

import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS

from backend.errors import InventoryError, OutputError
from backend.vectors.geopackage import GEOMETRY, VERSION, Fields, GeoPackage

# Names that a GeoPackage keeps for itself.
RESERVED = ("fid", GEOMETRY)
_SQL_TYPES = {"i": "INTEGER", "f": "REAL", "b": "BOOLEAN", "M": "DATETIME"}
# Triggers of the spatial index name these, though no geometry changes here: see `add_columns`.
_SPATIAL_FUNCTIONS = ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY")


def write_landslides(
    path: Path, polygons: NDArray[np.object_], fields: Fields, crs: CRS | None, run: dict[str, Any]
) -> None:
    """A new GeoPackage with the layer `landslides`, its style, and `run`'s plain values."""
    fields = with_free_names(fields)
    file = GeoPackage(path, crs, {name: values.dtype for name, values in fields.items()})
    file.add(polygons, fields)
    file.finish(run)


def write_layer(
    path: Path,
    layer: str,
    shapes: NDArray[np.object_] | None,
    fields: Fields,
    crs: CRS | None = None,
    driver: str = "GPKG",
    **options: Any,
) -> None:
    """Write geometries (n,) of one kind, or a plain table without, as a layer of a file.

    Into a GeoPackage that is there the layer is added, or replaced. Masked values are null.
    `options` are GDAL's layer options. Raises `OutputError` where the disk refuses.
    """
    wkb = kind = None
    if shapes is not None:
        is_points = len(shapes) > 0 and shapely.get_type_id(shapes[0]) == 0
        kind = "Point" if is_points else "MultiPolygon"
        wkb = shapely.to_wkb(shapes)
    columns = [np.ma.getdata(values) for values in fields.values()]
    masks = [_mask(values) for values in fields.values()]
    dataset = None
    if driver == "GPKG":
        dataset = None if path.exists() else {"VERSION": VERSION}
        options |= {} if shapes is None else {"GEOMETRY_NAME": GEOMETRY}
    with _refusals(path), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "'crs' was not provided", UserWarning)
        pyogrio.raw.write(
            path, wkb, columns, list(fields), masks, layer=layer, driver=driver,
            geometry_type=kind, promote_to_multi=kind == "MultiPolygon",
            crs=crs.to_wkt() if crs else None, layer_options=options or None,
            dataset_options=dataset,
        )  # fmt: skip


def row(values: dict[str, Any]) -> Fields:
    """Plain values as a table of one row; None is a null text."""
    return {
        name: np.array([value], object if value is None or isinstance(value, str) else None)
        for name, value in values.items()
    }


def with_free_names(fields: Fields) -> Fields:
    """The fields, but those whose names differ in case only, or are reserved, renamed."""
    result: Fields = {}
    taken = set(RESERVED)
    for name, values in fields.items():
        free, number = name, 2
        while free.lower() in taken:
            free, number = f"{name}_{number}", number + 1
        taken.add(free.lower())
        result[free] = values
    return result


def merged(fields: Fields, ours: Fields) -> Fields:
    """`fields` with those of `ours` put in their place, or at the end where they are new."""
    names = {name.lower(): name for name in ours}
    kept = {
        names.get(name.lower(), name): ours.get(names.get(name.lower(), name), values)
        for name, values in fields.items()
    }
    return kept | ours


def snapshot(source: str, target: Path) -> None:
    """Copy a GeoPackage as it is at this moment, with what other programs have just saved in it.

    Raises `InventoryError` where it is no GeoPackage or cannot be read.
    """
    address = f"file:{quote(str(Path(source).absolute()))}?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True)) as old, _opened(target) as new:
            old.backup(new)
    except sqlite3.Error as error:
        raise InventoryError(
            f"{source} is not a GeoPackage that can be updated ({error}).",
            "Name a new GeoPackage for the result.",
        ) from error


def add_columns(path: Path, layer: str, fids: NDArray[np.int64], fields: Fields) -> None:
    """Set fields (n,) of the features `fids` (n,) of a GeoPackage's layer; new ones are added.

    Nothing else in the file changes: other features, columns, layers and styles stay.
    """
    with _opened(path) as data:
        for name in _SPATIAL_FUNCTIONS:
            data.create_function(name, 1, lambda _: None, deterministic=True)
        table = _quoted(layer)
        columns = list(data.execute(f"PRAGMA table_info({table})"))
        key = next(_quoted(column[1]) for column in columns if column[5])
        known = {column[1].lower() for column in columns}
        for name, values in fields.items():
            if name.lower() not in known:
                kind = _SQL_TYPES.get(values.dtype.kind, "TEXT")
                data.execute(f"ALTER TABLE {table} ADD COLUMN {_quoted(name)} {kind}")
        changes = ", ".join(f"{_quoted(name)} = ?" for name in fields)
        rows = zip(*map(_plain, fields.values()), fids.tolist(), strict=True)
        update = f"UPDATE {table} SET {changes} WHERE {key} = ?"  # nosec B608 # names are quoted
        data.executemany(update, rows)
        data.execute(
            "UPDATE gpkg_contents SET last_change = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"
            " WHERE lower(table_name) = lower(?)",
            (layer,),
        )


def read_run(path: str) -> dict[str, Any]:
    """The row of provenance in the table `run` of a GeoPackage of ours; empty where none is."""
    try:
        if "run" not in [name for name, _ in pyogrio.list_layers(path)]:
            return {}
        meta, _, _, columns = pyogrio.raw.read(path, layer="run")
    except (DataSourceError, DataLayerError):
        return {}
    row = {name: column[0] for name, column in zip(meta["fields"], columns, strict=True)}
    return {name: _scalar(value) for name, value in row.items()}


def _mask(values: NDArray[Any]) -> NDArray[np.bool_] | None:
    return np.ma.getmaskarray(values) if isinstance(values, np.ma.MaskedArray) else None


def _scalar(value: Any) -> Any:
    plain = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(plain, float) and np.isnan(plain) else plain


def _plain(values: NDArray[Any]) -> list[Any]:
    """Values as SQLite takes them; NaN and NaT are null."""
    if values.dtype.kind == "M":
        texts = np.datetime_as_string(values.astype("datetime64[ms]"), timezone="UTC")
        return [None if text == "NaT" else text for text in texts.tolist()]
    return [None if value != value else value for value in values.tolist()]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A database whose changes are saved at the end, in one file."""
    with closing(sqlite3.connect(path)) as data:
        yield data
        data.commit()
        data.execute("PRAGMA journal_mode = DELETE")


@contextmanager
def _refusals(path: Path) -> Iterator[None]:
    try:
        yield
    except (DataSourceError, DataLayerError, OSError) as error:
        reason = str(error).strip().splitlines()[0].rstrip(".")
        raise OutputError(
            f"{path.name} cannot be written into {path.parent}: {reason}.",
            "Free space on the disk, or choose another output folder.",
        ) from error
