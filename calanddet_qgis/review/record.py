"""What an edit does to a polygon's fields: measures, status, editor, and the original outline."""

from __future__ import annotations

from dataclasses import dataclass

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsGeometry,
    QgsPointXY,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QDateTime

from ..messages import Failure, tr
from .ground import Ground
from .probability import ProbabilityRaster
from .schema import ADDED, EDITED, FROM_PROBABILITY, FROM_WORKER, Values, rounded

# Decimals with which a coordinate comes back from text as it was.
EXACT = 17


class Recorder:
    """Computes the fields of polygons of one layer; the raster may come and go."""

    def __init__(self, layer: QgsVectorLayer) -> None:
        self.probability: ProbabilityRaster | None = None
        self._crs = QgsCoordinateReferenceSystem(layer.crs())
        self._ground = Ground(self._crs)

    def close(self) -> None:
        """Let go of the raster's file."""
        if self.probability:
            self.probability.close()
            self.probability = None

    def measured(self, geometry: QgsGeometry) -> Values:
        """The fields that depend on the outline, rounded; those of the raster if there is one."""
        values: Values = dict(self._ground.measure(geometry))
        if self.probability:
            values.update(self.probability.statistics(geometry, self._crs))
        return rounded(values)

    def pixel_size(self) -> float:
        """The diagonal of a pixel of the raster in the layer's units; 0 without a raster."""
        return self.probability.pixel_size(self._crs) if self.probability else 0.0

    def grown(self, point: QgsPointXY, share: float) -> QgsGeometry:
        """The region around a point of the layer; raises `Failure` where there is no raster."""
        if self.probability is None:
            message = tr("There is no probability raster to grow a region in.")
            raise Failure("raster", message, tr("Choose the probability.tif of the run."))
        return self.probability.grow(point, self._crs, share)

    def edited(self, values: Values, before: QgsGeometry | None, after: QgsGeometry) -> Values:
        """All fields that change where an outline does; `before` is the one that was stored last.

        The first edit keeps the outline before it; one added by hand has no original. Where nothing
        has moved yet, it is no edit. What only the worker can tell of another outline is emptied.
        """
        changed = self.measured(after)
        original = values.get("original")
        if before is None or not before.equals(after):
            changed = {**dict.fromkeys((*FROM_PROBABILITY, *FROM_WORKER)), **changed}
        elif original is None:
            return changed
        if original is None and values.get("status") != ADDED and before is not None:
            original = before.asWkt(EXACT)
        overlap = iou(QgsGeometry.fromWkt(original), after) if original else None
        changed.update(rounded({"original": original, "iou_original": overlap}))
        return {**changed, **stamp(ADDED if values.get("status") == ADDED else EDITED)}


@dataclass(frozen=True)
class Repaired:
    """A polygon without crossings; `changed` where the outline was not valid."""

    geometry: QgsGeometry
    changed: bool


def stamp(status: str) -> Values:
    """A status with the one who gave it, and the time."""
    now = QDateTime.currentDateTime()
    return {"status": status, "editor": QgsApplication.userLoginName(), "edited_at": now}


def repaired(geometry: QgsGeometry) -> Repaired:
    """A geometry as a valid MultiPolygon; empty where nothing with an area is left."""
    if geometry.isGeosValid():
        return Repaired(geometry, False)
    return Repaired(polygonal(geometry.makeValid()), True)


def polygonal(geometry: QgsGeometry) -> QgsGeometry:
    """The polygons of a geometry as a MultiPolygon, without lines and points."""
    parts = [
        part
        for part in geometry.asGeometryCollection()
        if part.type() == QgsWkbTypes.GeometryType.PolygonGeometry and part.area() > 0
    ]
    joined = QgsGeometry.unaryUnion(parts) if parts else QgsGeometry()
    joined.convertToMultiType()
    return joined


def iou(one: QgsGeometry, other: QgsGeometry) -> float:
    """Intersection over union of two polygons, from 0 to 1."""
    union = one.combine(other).area()
    return one.intersection(other).area() / union if union > 0 else 0.0
