"""Making a layer's polygons anew around those that a person has looked at: these stay."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
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
from backend.vectors.attributes import STATUS
from backend.vectors.geopackage import GEOMETRY, LAYER, Fields, GeoPackage

REJECTED = "rejected"
# Polygons are read, compared and written by so many.
BATCH = 50_000


@dataclass(frozen=True)
class Reviewed:
    """The polygons (n,) of a layer that a person has decided on, and its highest `id`."""

    polygons: NDArray[np.object_]
    last_id: int


@dataclass(frozen=True)
class Renewal:
    """`kept` reviewed polygons, and how many new ones were `left_out` because they touch one."""

    kept: int
    left_out: int


def read_reviewed(path: Path) -> Reviewed:
    """What is reviewed in a GeoPackage of ours. Raises `InventoryError` where it cannot be told."""
    try:
        _, _, wkb, (numbers, status) = pyogrio.raw.read(
            path, layer=LAYER, columns=["id", "status"], force_2d=True
        )
    except (DataSourceError, DataLayerError, ValueError) as error:
        raise InventoryError(
            f"{path.name} has no layer {LAYER} with the fields id and status.",
            "Choose a folder as a detection has left it.",
        ) from error
    is_reviewed = np.array(status != STATUS, bool)
    shapes = shapely.from_wkb(wkb[is_reviewed])
    # GEOS compares valid polygons only; an edit may have left crossings.
    polygons = shapely.make_valid(shapes[~shapely.is_missing(shapes)])
    ids = numbers[is_reviewed].astype(float)
    return Reviewed(polygons, int(np.nanmax(ids, initial=0)))


def require_unreviewed(path: Path) -> None:
    """Raise `OutputError` where a GeoPackage that is to be replaced has reviewed polygons."""
    if not path.is_file():
        return
    try:
        with closing(_read_only(path)) as data:
            # The layer's name is the same in all of ours.
            text = f"SELECT COUNT(*) FROM {LAYER} WHERE status IS NOT ?"  # nosec B608 # a constant
            (count,) = data.execute(text, (STATUS,)).fetchone()
    except sqlite3.Error:
        # Damaged, or none of ours.
        return
    if count:
        raise OutputError(
            f"{path} holds {count} reviewed polygon(s), which would be lost.",
            "Choose another output folder, or move the file elsewhere.",
        )


def strip(path: Path) -> None:
    """Leave only what is reviewed in a GeoPackage of ours, and no more room than that takes."""
    _remove_predicted(path)
    with closing(sqlite3.connect(path)) as data:
        data.execute("VACUUM")


def renew(target: Path, found: Path, reviewed: Reviewed, crs: CRS | None) -> Renewal:
    """Replace the predicted polygons of `target` by those of `found` that touch no reviewed one.

    All else in `target` stays: fields of the user's own, other tables, the style.
    """
    kept = _remove_predicted(target)
    known = set(pyogrio.read_info(target, layer=LAYER)["fields"])
    tree = shapely.STRtree(reviewed.polygons)
    file = GeoPackage(target, crs, None)
    number, left_out = reviewed.last_id, 0
    for polygons, fields in _batches(found):
        free = np.ones(len(polygons), bool)
        free[tree.query(polygons, predicate="intersects")[0]] = False
        chosen = {name: values[free] for name, values in fields.items() if name in known}
        chosen["id"] = number + 1 + np.arange(free.sum())
        file.add(polygons[free], chosen)
        number += int(free.sum())
        left_out += int((~free).sum())
    _set_extent(target)
    return Renewal(kept, left_out)


def count(path: Path) -> dict[str, Any]:
    """`polygons` and their `area_m2` in a GeoPackage of ours, but for rejected ones."""
    with closing(_read_only(path)) as data:
        number, area = data.execute(
            f"SELECT count(*), total(area_m2) FROM {LAYER} WHERE status IS NOT ?",  # nosec B608 # ours
            (REJECTED,),
        ).fetchone()
    return {"polygons": number, "area_m2": area}


def fingerprint(path: Path) -> bytes:
    """A hash of all that is reviewed in a GeoPackage, to tell whether it changes."""
    digest = hashlib.sha256()
    with closing(_read_only(path)) as data:
        query = f"SELECT * FROM {LAYER} WHERE status IS NOT ?"  # nosec B608 # our constant
        for row in data.execute(query, (STATUS,)):
            digest.update(repr(row).encode())
    return digest.digest()


def _remove_predicted(path: Path) -> int:
    """Delete what nobody has looked at; returns how many polygons stay."""
    with closing(sqlite3.connect(path)) as data:
        delete = f"DELETE FROM {LAYER} WHERE status = ?"  # nosec B608 # our constant
        data.execute(delete, (STATUS,))
        data.commit()
        query = f"SELECT count(*) FROM {LAYER}"  # nosec B608 # our constant
        return int(data.execute(query).fetchone()[0])


def _set_extent(path: Path) -> None:
    """Let the layer's extent be that of its polygons: GDAL lets it grow only."""
    with closing(sqlite3.connect(path)) as data:
        data.execute(
            "UPDATE gpkg_contents SET (min_x, min_y, max_x, max_y) = (SELECT min(minx), min(miny),"
            f" max(maxx), max(maxy) FROM rtree_{LAYER}_{GEOMETRY}) WHERE table_name = ?",  # nosec B608 # ours
            (LAYER,),
        )
        data.commit()


def _batches(path: Path) -> Iterator[tuple[NDArray[np.object_], Fields]]:
    total = pyogrio.read_info(path, layer=LAYER)["features"]
    for first in range(0, total, BATCH):
        meta, _, wkb, columns = pyogrio.raw.read(
            path, layer=LAYER, skip_features=first, max_features=BATCH
        )
        fields = dict(zip(meta["fields"], columns, strict=True))
        yield shapely.from_wkb(wkb), fields


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)
