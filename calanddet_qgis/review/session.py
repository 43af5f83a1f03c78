"""One review of one layer: begun, gone through, saved, left."""

from __future__ import annotations

from qgis.core import (
    QgsFeature,
    QgsFeatureRequest,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ..messages import Failure, tr
from .access import check_editable, is_locked, locked, not_saved, refused
from .keeper import FieldKeeper
from .operations import Operations
from .probability import ProbabilityRaster
from .queue import Candidate, ReviewQueue
from .record import Recorder
from .schema import DECIDED, Values, values_of
from .surroundings import EditingSettings

# Of the clicked place's probability, how much a grown region still has; and its steps.
GROW_SHARE, GROW_STEP = 0.5, 0.8


class ReviewSession(QObject):
    """The polygons of a layer, one after the other. Raises `Failure` where it cannot be edited.

    The layer is in edit mode from the start; leaving the session neither saves nor discards.
    """

    current_changed = pyqtSignal()  # another polygon, or other values of it
    told = pyqtSignal(str)  # something the reviewer should know
    ended = pyqtSignal()

    def __init__(self, layer: QgsVectorLayer, probability: str = "", uncertainty: str = "") -> None:
        """`probability` and `uncertainty` are rasters of the run, where there are such."""
        super().__init__()
        check_editable(layer)
        self.layer: QgsVectorLayer | None = layer
        self.queue = ReviewQueue()
        self._recorder = Recorder(layer)
        if probability:
            self._recorder.probability = ProbabilityRaster(probability)
        self._uncertainty = ProbabilityRaster(uncertainty) if uncertainty else None
        if not layer.isEditable() and not layer.startEditing():
            raise refused(layer)
        self._keeper = FieldKeeper(layer, self._recorder)
        self._operations = Operations(layer, self._recorder, self._keeper)
        self._touched: set[int] = set()
        self._undone: list[int] = []
        self._uuid: str | None = None
        # The last region that was grown: from where, how far, and the undo stack after it.
        self._seed: QgsPointXY | None = None
        self._share = GROW_SHARE
        self._grown_at = -1
        self.notes = self._prepare()
        # Fields and repairs of the beginning are not the reviewer's edits.
        self._first_edit = layer.undoStack().index()
        self._settings = EditingSettings(QgsProject.instance())
        self._connect()

    # ---- the queue ---------------------------------------------------------------------------

    @property
    def current(self) -> int | None:
        """The id of the polygon under review."""
        return self.queue.current

    def feature(self) -> QgsFeature | None:
        """The polygon under review."""
        if self.current is None or self.layer is None:
            return None
        feature = self.layer.getFeature(self.current)
        return feature if feature.isValid() else None

    def values(self) -> Values:
        """The fields of the polygon under review."""
        feature = self.feature()
        return values_of(feature) if feature else {}

    def set_order(self, order: str) -> None:
        """By what the next polygon is chosen from now on."""
        self.queue.order = order

    def next(self) -> None:
        """Go to the next undecided polygon."""
        self.queue.next()
        self._arrived()

    def previous(self) -> None:
        """Go back to the polygon before."""
        self.queue.previous()
        self._arrived()

    def go_to(self, fid: int) -> None:
        """Go to a polygon."""
        self.queue.go_to(fid)
        self._arrived()

    def at(self, point: QgsPointXY) -> int:
        """The smallest polygon at a point. Raises `Failure` where there is none."""
        here = QgsGeometry.fromPointXY(point)
        request = QgsFeatureRequest().setFilterRect(here.boundingBox())
        found = [
            one
            for one in self._needed_layer().getFeatures(request)
            if one.geometry().intersects(here)
        ]
        if not found:
            message = tr("There is no polygon at this place.")
            raise Failure("inventory", message, tr("Click into a polygon."))
        return min(found, key=lambda one: one.geometry().area()).id()

    # ---- decisions and edits -----------------------------------------------------------------

    def accept(self) -> None:
        """The polygon is a landslide; on to the next."""
        self._operations.accept(self._needed())
        self.next()

    def reject(self) -> None:
        """The polygon is none; on to the next."""
        self._operations.reject(self._needed())
        self.next()

    def set_class(self, name: str | None) -> None:
        """Set the type of movement of the polygon."""
        self._operations.set_class(self._needed(), name)

    def redraw(self, outline: QgsGeometry) -> None:
        """Give the polygon another outline."""
        self._operations.replace(self._needed(), outline)

    def split(self, line: QgsGeometry) -> None:
        """Cut the polygon along a line."""
        count = len(self._operations.split(self._needed(), line)) + 1
        self.told.emit(tr("Split into {} polygons.").format(count))

    def merge(self) -> None:
        """Join the polygon with a neighbour."""
        other = values_of(self._operations.merge(self._needed()))
        self.told.emit(tr("No. {} is a part of this polygon now.").format(other.get("id", "?")))

    def add(self, outline: QgsGeometry) -> None:
        """Add a polygon that was missed, and go there."""
        self.go_to(self._operations.add(outline))

    def grow(self, point: QgsPointXY) -> None:
        """Add the region around a point, and go there."""
        self._add_grown(point, GROW_SHARE)

    def regrow(self, steps: int) -> None:
        """Make the region that was grown just now larger, or smaller for negative `steps`."""
        stack = self._needed_layer().undoStack()
        if self._seed is None or stack.index() != self._grown_at:
            message = tr("No region was grown just now.")
            raise Failure("inventory", message, tr("Click on a missed landslide first."))
        stack.undo()
        try:
            self._add_grown(self._seed, min(self._share * GROW_STEP**steps, 1.0))
        except Failure:
            stack.redo()
            raise

    def _add_grown(self, point: QgsPointXY, share: float) -> None:
        outline = self._recorder.grown(point, share)
        self.add(self._operations.free_part(outline, QgsGeometry.fromPointXY(point)))
        self._seed, self._share = point, share
        self._grown_at = self._needed_layer().undoStack().index()

    def undo(self) -> None:
        """Take the last edit back, and go to its polygon."""
        stack = self._needed_layer().undoStack()
        if not stack.canUndo() or stack.index() <= self._first_edit:
            raise Failure("inventory", tr("There is nothing to undo."), "")
        self._undone.clear()
        stack.undo()
        if self._undone:
            self.go_to(self._undone[-1])

    # ---- saving and leaving ------------------------------------------------------------------

    def save(self) -> None:
        """Save all edits and go on. Raises `Failure` where they cannot be saved; none is lost."""
        layer = self._needed_layer()
        if is_locked(layer):
            raise locked(layer)
        if not layer.commitChanges(False):
            raise not_saved(layer)
        self.told.emit(tr("Saved."))

    def leave(self) -> None:
        """End the review; what is not saved stays in the layer's edit buffer."""
        if self.layer is None:
            return
        self._disconnect()
        self._keeper.stop()
        self._recorder.close()
        if self._uncertainty:
            self._uncertainty.close()
        self._settings.restore()
        self.layer = None
        self.ended.emit()

    # ---- underneath --------------------------------------------------------------------------

    def _prepare(self) -> list[str]:
        """Fields, outlines and the queue made ready; what was done, in sentences."""
        notes = []
        added = self._operations.complete()
        if added:
            notes.append(tr("Fields added: {}.").format(", ".join(added)))
        count = self._operations.repair()
        if count:
            notes.append(tr("Invalid outlines repaired: {}.").format(count))
        for feature in self.layer.getFeatures():
            self._put(feature)
        if self._uncertainty:
            notes.append(tr("How uncertain each polygon is comes from the run's uncertainty.tif."))
        return notes

    def _connect(self) -> None:
        layer = self.layer
        layer.attributeValueChanged.connect(self._on_value)
        layer.geometryChanged.connect(self._on_geometry)
        layer.featureAdded.connect(self._on_added)
        layer.undoStack().indexChanged.connect(self._on_index)
        layer.featureDeleted.connect(self._on_deleted)
        layer.afterCommitChanges.connect(self._on_commit)
        layer.editingStopped.connect(self.leave)
        # In time: at `willBeDeleted` the layer can no longer be spoken to.
        QgsProject.instance().layersWillBeRemoved["QStringList"].connect(self._on_removal)
        self._keeper.repaired.connect(self._on_repair)

    def _disconnect(self) -> None:
        layer = self.layer
        layer.attributeValueChanged.disconnect(self._on_value)
        layer.geometryChanged.disconnect(self._on_geometry)
        layer.featureAdded.disconnect(self._on_added)
        layer.undoStack().indexChanged.disconnect(self._on_index)
        layer.featureDeleted.disconnect(self._on_deleted)
        layer.afterCommitChanges.disconnect(self._on_commit)
        layer.editingStopped.disconnect(self.leave)
        QgsProject.instance().layersWillBeRemoved["QStringList"].disconnect(self._on_removal)
        self._keeper.repaired.disconnect(self._on_repair)

    def _on_value(self, fid: int, _index: int, _value: object) -> None:
        self._touched.add(fid)

    def _on_geometry(self, fid: int, _geometry: QgsGeometry) -> None:
        self._touched.add(fid)

    def _on_added(self, fid: int) -> None:
        self._touched.add(fid)

    def _on_index(self) -> None:
        """An edit, an undo or a redo is through: bring the queue up to date, once for all."""
        touched, self._touched = self._touched, set()
        for fid in touched:
            feature = self.layer.getFeature(fid)
            if feature.isValid():
                self._put(feature)
        self._undone += [fid for fid in touched if fid in self.queue]
        if self.current in touched:
            self.current_changed.emit()

    def _on_deleted(self, fid: int) -> None:
        self.queue.remove(fid)
        self.current_changed.emit()

    def _on_removal(self, layers: list[str]) -> None:
        if self.layer.id() in layers:
            self.leave()

    def _on_repair(self, count: int) -> None:
        self.told.emit(tr("Invalid outlines repaired: {}.").format(count))

    def _on_commit(self) -> None:
        """Polygons that were new have other ids now, and there is nothing to undo."""
        self._first_edit = 0
        self._on_index()
        if self.current is None and self._uuid:
            request = QgsFeatureRequest().setFilterExpression(f"\"uuid\" = '{self._uuid}'")
            for feature in self.layer.getFeatures(request):
                self.go_to(feature.id())

    def _put(self, feature: QgsFeature) -> None:
        if not feature.hasGeometry():
            self.queue.remove(feature.id())
            return
        values = values_of(feature)
        box = feature.geometry().boundingBox()
        area = values.get("area_m2")
        self.queue.put(
            Candidate(
                feature.id(),
                feature.geometry().area() if area is None else area,
                values.get("probability_mean"),
                box.center().x(),
                box.center().y(),
                values.get("status") in DECIDED,
                self._deviation(feature),
            )
        )

    def _deviation(self, feature: QgsFeature) -> float | None:
        """The mean of the raster of uncertainty inside a polygon, where there is one."""
        if self._uncertainty is None or feature.geometry().isEmpty():
            return None
        found = self._uncertainty.statistics(feature.geometry(), self.layer.crs())
        return found["probability_mean"]

    def _arrived(self) -> None:
        self._uuid = self.values().get("uuid")
        self.current_changed.emit()

    def _needed(self) -> int:
        if self.current is None:
            message = tr("There is no polygon under review.")
            raise Failure("inventory", message, tr("Go to the next one first."))
        if self.layer.fields().lookupField("status") < 0:
            message = tr("The fields that the review had added to the layer were taken back.")
            raise Failure("inventory", message, tr("Redo that, or end the review and begin anew."))
        return self.current

    def _needed_layer(self) -> QgsVectorLayer:
        if self.layer is None:
            raise Failure("inventory", tr("The review has ended."), "")
        return self.layer
