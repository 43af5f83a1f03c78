"""What a reviewer does to polygons: each one command of the edit buffer, fields included."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from qgis.core import (
    QgsFeature,
    QgsFeatureRequest,
    QgsGeometry,
    QgsVectorLayer,
    QgsVectorLayerUtils,
)

from ..messages import Failure, tr
from .keeper import FieldKeeper
from .record import EXACT, Recorder, polygonal, repaired, stamp
from .schema import (
    ACCEPTED,
    ADDED,
    EDITED,
    PREDICTED,
    REJECTED,
    Values,
    add_fields,
    attributes,
    missing_fields,
    values_of,
)

# A gap between neighbours up to this many pixel diagonals is closed when they are merged.
GAP_PX = 1.5
# How far both sides of a gap reach, in gaps: a little beyond it, so that they overlap.
REACH = 1.1


class Operations:
    """The edits of one layer; every method raises `Failure` where it cannot be done."""

    def __init__(self, layer: QgsVectorLayer, recorder: Recorder, keeper: FieldKeeper) -> None:
        self._layer, self._recorder, self._keeper = layer, recorder, keeper

    def accept(self, fid: int) -> None:
        """The polygon is a landslide; one that was edited or added stays so."""
        values = self._values(fid)
        status = ACCEPTED
        if values.get("status") in (EDITED, ADDED):
            status = values["status"]
        elif values.get("iou_original") is not None:
            status = EDITED
        with self._command(tr("Accept polygon")):
            self._set(fid, stamp(status))

    def reject(self, fid: int) -> None:
        """The polygon is no landslide; it stays in the layer."""
        with self._command(tr("Reject polygon")):
            self._set(fid, stamp(REJECTED))

    def set_class(self, fid: int, name: str | None) -> None:
        """Set the type of movement."""
        values = {**stamp(self._values(fid).get("status") or PREDICTED), "class": name}
        with self._command(tr("Change type of movement")):
            self._set(fid, values)

    def replace(self, fid: int, outline: QgsGeometry) -> None:
        """Give the polygon another outline."""
        feature = self._feature(fid)
        outline = _checked(outline)
        with self._command(tr("Redraw polygon")):
            self._reshape(feature, outline, values_of(feature))

    def add(self, outline: QgsGeometry) -> int:
        """Add a polygon that was missed; returns its id."""
        outline = _checked(outline)
        values = {**self._recorder.measured(outline), **stamp(ADDED)}
        with self._command(tr("Add polygon")):
            return self._insert(outline, values)

    def free_part(self, outline: QgsGeometry, at: QgsGeometry) -> QgsGeometry:
        """The part of an outline around a point that no other polygon covers yet."""
        for other in self._near(outline):
            outline = polygonal(outline.difference(other.geometry()))
        parts = [part for part in outline.asGeometryCollection() if part.distance(at) == 0]
        if not parts:
            message = tr("This place is part of a polygon already.")
            raise Failure("inventory", message, tr("Edit that polygon, or click beside it."))
        return polygonal(parts[0])

    def split(self, fid: int, line: QgsGeometry) -> list[int]:
        """Cut the polygon along a line; the largest part keeps the id. Returns the new ids."""
        feature = self._feature(fid)
        kept, *others = _cut(feature.geometry(), line)
        if not others:
            message = tr("The line does not cut the polygon in two.")
            raise Failure("inventory", message, tr("Begin and end it outside of the polygon."))
        values = values_of(feature)
        with self._command(tr("Split polygon")):
            self._reshape(feature, kept, values)
            return [self._insert_part(feature, part) for part in others]

    def merge(self, fid: int) -> QgsFeature:
        """Join the polygon with the neighbour that it shares most of its outline with.

        The neighbour becomes a part of the polygon, and is returned as it was.
        """
        feature = self._feature(fid)
        other, joined = self._best_neighbour(feature)
        values, others = values_of(feature), values_of(other)
        outlines = [
            QgsGeometry.fromWkt(known["original"]) if known.get("original") else one.geometry()
            for one, known in ((feature, values), (other, others))
            if known.get("status") != ADDED
        ]
        if outlines:
            values["original"] = polygonal(QgsGeometry.unaryUnion(outlines)).asWkt(EXACT)
        if others.get("status") != ADDED and values.get("status") == ADDED:
            values["status"] = EDITED
        with self._command(tr("Merge polygons")):
            self._layer.deleteFeature(other.id())
            self._reshape(feature, joined, values)
        return other

    def repair(self) -> int:
        """Make all outlines valid; a repair is no edit of the polygon. Returns how many."""
        whole = (one for one in self._layer.getFeatures() if one.hasGeometry())
        fixes = ((one, repaired(one.geometry())) for one in whole)
        broken = [
            (one, fix.geometry) for one, fix in fixes if fix.changed and not fix.geometry.isEmpty()
        ]
        if not broken:
            return 0
        with self._command(tr("Repair outlines")):
            for one, outline in broken:
                self._layer.changeGeometry(one.id(), outline, True)
                self._set(one.id(), self._recorder.measured(outline))
        return len(broken)

    def complete(self) -> list[str]:
        """Add the fields that the layer lacks and fill them; returns the names of those added."""
        is_ours = not missing_fields(self._layer)
        with self._command(tr("Add fields")):
            added = add_fields(self._layer)
            if not is_ours:
                for feature in self._layer.getFeatures():
                    self._set(feature.id(), self._first_values(feature))
        return added

    def _first_values(self, feature: QgsFeature) -> Values:
        """Values for the fields of ours that are empty in a layer of another origin."""
        values = values_of(feature)
        first = self._recorder.measured(feature.geometry()) if feature.hasGeometry() else {}
        first.update(id=max(feature.id(), 0), uuid=str(uuid4()), status=PREDICTED)
        return {name: value for name, value in first.items() if values.get(name) is None}

    def _best_neighbour(self, feature: QgsFeature) -> tuple[QgsFeature, QgsGeometry]:
        """The neighbour with the longest common outline, and both as one polygon."""
        shape = feature.geometry()
        gap = GAP_PX * self._recorder.pixel_size()
        around = shape.buffer(gap, 5) if gap else shape
        near = [one for one in self._near(around) if one.id() != feature.id()]
        if not near:
            message = tr("No polygon touches this one.")
            raise Failure("inventory", message, tr("Redraw it around both, and reject the other."))
        ring = QgsGeometry(around.constGet().boundary())
        best = max(near, key=lambda one: _shared(shape, ring, one.geometry()))
        return best, _joined(shape, best.geometry())

    def _near(self, shape: QgsGeometry) -> list[QgsFeature]:
        """The polygons that meet a shape, without those that were rejected."""
        request = QgsFeatureRequest().setFilterRect(shape.boundingBox())
        return [
            one
            for one in self._layer.getFeatures(request)
            if one.geometry().intersects(shape) and values_of(one).get("status") != REJECTED
        ]

    def _reshape(self, feature: QgsFeature, outline: QgsGeometry, values: Values) -> None:
        """Another outline for a feature, and the fields that follow from it."""
        changed = self._recorder.edited(values, feature.geometry(), outline)
        self._layer.changeGeometry(feature.id(), outline, True)
        self._set(feature.id(), changed)

    def _insert_part(self, feature: QgsFeature, outline: QgsGeometry) -> int:
        """Add a part that was cut off a feature; what was known of it stays with the part."""
        keys = self._layer.primaryKeyAttributes()
        known = {i: value for i, value in enumerate(feature.attributes()) if i not in keys}
        changed = self._recorder.edited(values_of(feature), feature.geometry(), outline)
        return self._insert(outline, changed, known)

    def _insert(self, outline: QgsGeometry, values: Values, known: dict | None = None) -> int:
        """Add a feature with an id and a uuid of its own; `known` are further attributes."""
        values = {**values, "uuid": str(uuid4()), "id": self._free_id()}
        values = {**(known or {}), **attributes(self._layer, values)}
        feature = QgsVectorLayerUtils.createFeature(self._layer, outline, values)
        self._layer.addFeature(feature)
        return feature.id()

    def _free_id(self) -> int | None:
        index = self._layer.fields().indexOf("id")
        if index < 0:
            return None
        largest = self._layer.maximumValue(index)
        return int(largest) + 1 if isinstance(largest, (int, float)) else 1

    def _set(self, fid: int, values: Values) -> None:
        self._layer.changeAttributeValues(fid, attributes(self._layer, values), {}, True)

    def _feature(self, fid: int) -> QgsFeature:
        feature = self._layer.getFeature(fid)
        if not feature.isValid():
            message = tr("This polygon is no longer there.")
            raise Failure("inventory", message, tr("Go on with the next one."))
        return feature

    def _values(self, fid: int) -> Values:
        return values_of(self._feature(fid))

    @contextmanager
    def _command(self, text: str) -> Iterator[None]:
        """One entry of the undo stack; nothing of it stays where it fails."""
        with self._keeper.aside():
            self._layer.beginEditCommand(text)
            try:
                yield
            except BaseException:
                self._layer.destroyEditCommand()
                raise
            self._layer.endEditCommand()


def _checked(outline: QgsGeometry) -> QgsGeometry:
    """A drawn outline as a valid MultiPolygon. Raises `Failure` where it encloses nothing."""
    whole = repaired(outline).geometry
    if whole.isEmpty() or not whole.area() > 0:
        message = tr("The outline encloses no area.")
        raise Failure("inventory", message, tr("Draw at least three points around the landslide."))
    whole = QgsGeometry(whole)
    whole.convertToMultiType()
    return whole


def _cut(shape: QgsGeometry, line: QgsGeometry) -> list[QgsGeometry]:
    """What a line cuts a polygon into, largest first; parts that it misses stay with the first."""
    missed, pieces = [], []
    for part in shape.asGeometryCollection():
        cut = _pieces(part, line)
        (pieces if len(cut) > 1 else missed).extend(cut if len(cut) > 1 else [part])
    pieces.sort(key=lambda piece: -piece.area())
    kept = polygonal(QgsGeometry.collectGeometry([*pieces[:1], *missed]))
    return [kept, *(polygonal(piece) for piece in pieces[1:])]


def _pieces(polygon: QgsGeometry, line: QgsGeometry) -> list[QgsGeometry]:
    """The polygons between a polygon's rings and a line."""
    edges = QgsGeometry.unaryUnion([QgsGeometry(polygon.constGet().boundary()), line])
    pieces = QgsGeometry.polygonize([edges]).asGeometryCollection()
    return [piece for piece in pieces if polygon.contains(piece.pointOnSurface())]


def _shared(shape: QgsGeometry, ring: QgsGeometry, other: QgsGeometry) -> float:
    """How much two neighbours have in common: outline, or for a gap the length that faces it."""
    common = shape.intersection(other).length()
    return common if common > 0 else other.intersection(ring).length()


def _joined(one: QgsGeometry, other: QgsGeometry) -> QgsGeometry:
    """Two neighbours as one polygon; a gap between them is bridged where it is narrow."""
    parts = [one, other]
    gap = one.distance(other)
    if gap > 0:
        parts.append(one.buffer(REACH * gap, 5).intersection(other.buffer(REACH * gap, 5)))
    joined = QgsGeometry.unaryUnion(parts)
    return polygonal(joined if joined.isGeosValid() else joined.makeValid())
