"""Keeps the fields of a layer true to its outlines, whoever edits them and with whatever tool.

QGIS tells about a change in the middle of an edit command, where nothing may be pushed on the undo
stack. So the fields follow in a command of their own, and both are undone and redone as one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from qgis.core import QgsFeature, QgsFeatureRequest, QgsGeometry, QgsVectorLayer
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ..messages import tr
from .record import Recorder, repaired, stamp
from .schema import ADDED, Values, attributes, values_of

# What changes with every edit, and is no reason for one.
STAMPS = ("status", "editor", "edited_at")


class FieldKeeper(QObject):
    """Follows the edits of one layer until `stop`."""

    repaired = pyqtSignal(int)  # outlines that an edit had left invalid

    def __init__(self, layer: QgsVectorLayer, recorder: Recorder) -> None:
        super().__init__()
        self._layer, self._recorder = layer, recorder
        self._touched: set[int] = set()
        self._is_busy = False
        self._stack = layer.undoStack()
        self._index = self._stack.index()
        layer.geometryChanged.connect(self._on_geometry)
        layer.featureAdded.connect(self._on_feature)
        layer.editCommandEnded.connect(self._follow_up)
        self._stack.indexChanged.connect(self._on_index)

    def stop(self) -> None:
        """Leave the layer alone."""
        self._layer.geometryChanged.disconnect(self._on_geometry)
        self._layer.featureAdded.disconnect(self._on_feature)
        self._layer.editCommandEnded.disconnect(self._follow_up)
        self._stack.indexChanged.disconnect(self._on_index)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Edits inside keep the fields true themselves."""
        was, self._is_busy = self._is_busy, True
        try:
            yield
        finally:
            self._is_busy = was
            self._index = self._stack.index()

    def _on_geometry(self, fid: int, _geometry: QgsGeometry) -> None:
        if not self._is_busy:
            self._touched.add(fid)

    def _on_feature(self, fid: int) -> None:
        if not self._is_busy:
            self._touched.add(fid)

    def _on_index(self, index: int) -> None:
        """The undo stack moved: a single edit, an undo, or a redo."""
        if self._is_busy or self._layer.isEditCommandActive():
            return
        before, self._index = self._index, index
        if index < before:
            self._touched.clear()
            if self._stack.text(index) == follow_up_text():
                self._stack.undo()
        elif self._stack.canRedo() and self._stack.text(index) == follow_up_text():
            self._stack.redo()
        else:
            self._follow_up()

    def _follow_up(self) -> None:
        """Bring the fields of what was touched in line, as one command of their own."""
        self._index = self._stack.index()
        touched, self._touched = self._touched, set()
        if self._is_busy or not touched or not self._layer.isEditable():
            return
        features = self._layer.getFeatures(QgsFeatureRequest().setFilterFids(list(touched)))
        changes = [change for feature in features if (change := self._change(feature))]
        if not changes:
            return
        with self.aside():
            self._layer.beginEditCommand(follow_up_text())
            for fid, geometry, values in changes:
                if geometry is not None:
                    self._layer.changeGeometry(fid, geometry, True)
                self._layer.changeAttributeValues(fid, attributes(self._layer, values), {}, True)
            self._layer.endEditCommand()
        count = sum(geometry is not None for _, geometry, _ in changes)
        if count:
            self.repaired.emit(count)

    def _change(self, feature: QgsFeature) -> tuple[int, QgsGeometry | None, Values] | None:
        """What has to change of a feature: its outline if it is not valid, and its fields."""
        if feature.geometry().isEmpty():
            return None
        outline = repaired(feature.geometry())
        if outline.geometry.isEmpty():
            return None
        values = values_of(feature)
        changed = self._fields(feature, values, outline.geometry)
        names = [name for name in changed if name not in STAMPS or values.get(name) is None]
        is_true = all(values.get(name) == changed[name] for name in names)
        if is_true and not outline.changed:
            return None
        return feature.id(), outline.geometry if outline.changed else None, changed

    def _fields(self, feature: QgsFeature, values: Values, outline: QgsGeometry) -> Values:
        """The fields as they should be; the new polygons of QGIS's own tools become ours."""
        source = self._source(feature, values)
        if feature.id() >= 0 or values.get("original") or source is not None:
            before = self._stored(feature.id() if source is None else source)
            changed = self._recorder.edited(values, before, outline)
        else:
            changed = self._recorder.measured(outline)
            if values.get("status") in (None, ADDED):
                changed.update(stamp(ADDED))
        if values.get("uuid") is None or source is not None:
            changed["uuid"] = str(uuid4())
        return changed

    def _source(self, feature: QgsFeature, values: Values) -> int | None:
        """The feature that a new one was cut from or copied from: it has the same `uuid`."""
        if feature.id() >= 0 or values.get("uuid") is None:
            return None
        request = QgsFeatureRequest().setFilterExpression(f"\"uuid\" = '{values['uuid']}'")
        request.setNoAttributes().setFlags(QgsFeatureRequest.Flag.NoGeometry)
        others = {other.id() for other in self._layer.getFeatures(request)} - {feature.id()}
        # One that was saved before, if there is any: ids of new features are negative.
        return max(others, default=None)

    def _stored(self, fid: int) -> QgsGeometry | None:
        """A feature's outline as it was saved last."""
        stored = next(self._layer.dataProvider().getFeatures(QgsFeatureRequest(fid)), None)
        return stored.geometry() if stored and stored.hasGeometry() else None


def follow_up_text() -> str:
    """The name of the commands by which fields follow an edit."""
    return tr("Fields of edited polygons")
