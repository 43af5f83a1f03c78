"""Polygon layers for the worker: their own file, or one written anew with what the user sees."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransformContext,
    QgsFeature,
    QgsFeatureRequest,
    QgsFields,
    QgsGeometry,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingFeedback,
    QgsProviderRegistry,
    QgsVectorFileWriter,
    QgsVectorLayer,
    QgsVectorLayerFeatureSource,
    QgsWkbTypes,
)

from ..layers import POLYGON_TABLE
from ..messages import Failure, tr
from ..request import absolute

# The field of a GeoPackage that numbers its features.
KEY = "fid"


def polygon_layer(layer: QgsVectorLayer | None) -> QgsVectorLayer:
    """The layer. Raises `Failure` unless it is one of polygons that has some."""
    if layer is None or not layer.isValid():
        message = tr("There is no polygon layer to read.")
        raise Failure("inventory", message, tr("Choose one that can be opened."))
    if layer.geometryType() != QgsWkbTypes.GeometryType.PolygonGeometry:
        message = tr("The layer {} does not hold polygons.").format(layer.name())
        raise Failure("inventory", message, tr("Choose a layer of polygons."))
    if layer.featureCount() == 0:
        message = tr("The layer {} is empty.").format(layer.name())
        raise Failure("inventory", message, tr("Choose another, or clear its filter."))
    return layer


@dataclass(frozen=True)
class Features:
    """What is chosen of a polygon layer, copied with what is edited, filtered and selected."""

    name: str
    source: QgsVectorLayerFeatureSource
    request: QgsFeatureRequest
    fields: QgsFields
    crs: QgsCoordinateReferenceSystem
    file: str | None  # what the worker opens to read just these features, if there is such a file
    has_keys: bool  # whether no two have the same `fid`

    @classmethod
    def of(
        cls, layer: QgsVectorLayer, part: QgsProcessingFeatureSourceDefinition | None
    ) -> Features:
        """A part of a layer, or all of it. Raises `Failure` where nothing is selected."""
        request = _request(layer, part) if part else None
        return cls(
            layer.name(),
            QgsVectorLayerFeatureSource(layer),
            request or QgsFeatureRequest(),
            layer.fields(),
            layer.crs(),
            None if request else _file(layer),
            layer.fields().lookupField(KEY) in (-1, *layer.primaryKeyAttributes()),
        )

    def geometries(self) -> Iterator[QgsGeometry]:
        """Their outlines."""
        for feature in self.source.getFeatures(self.request):
            yield feature.geometry()

    def write(self, path: str, feedback: QgsProcessingFeedback) -> None:
        """Write them into a GeoPackage. Raises `Failure` where that fails, or nothing is left."""
        options = QgsVectorFileWriter.SaveVectorOptions()
        options.driverName, options.layerName = "GPKG", POLYGON_TABLE
        if not self.has_keys:
            # Of several layers put together: a field like any other.
            options.layerOptions = [f"FID=calanddet_{KEY}"]
        os.makedirs(os.path.dirname(path), exist_ok=True)
        context, kind = QgsCoordinateTransformContext(), QgsWkbTypes.Type.MultiPolygon
        writer = QgsVectorFileWriter.create(path, self.fields, kind, self.crs, context, options)
        written = self._add_to(writer, feedback)
        problem = writer.errorMessage()
        del writer
        if problem:
            message = tr("The polygons of {} cannot be written to {} ({}).")
            remedy = tr("Free space on the disk, or save the layer to a GeoPackage yourself.")
            raise Failure("output", message.format(self.name, path, problem), remedy)
        if not written:
            message = tr("The filter leaves nothing of the layer {}.").format(self.name)
            raise Failure("inventory", message, tr("Choose another filter."))

    def _add_to(self, writer: QgsVectorFileWriter, feedback: QgsProcessingFeedback) -> int:
        """Write every feature; how many there were."""
        written, new = 0, []
        for feature in self.source.getFeatures(self.request):
            if feedback.isCanceled():
                break
            # Those that are not saved yet have no number: they get what the others leave free.
            if feature.id() < 0:
                new.append(feature)
            else:
                writer.addFeature(_flat(feature))
            written += 1
        for feature in new:
            writer.addFeature(_flat(feature))
        return written


def _request(
    layer: QgsVectorLayer, part: QgsProcessingFeatureSourceDefinition
) -> QgsFeatureRequest | None:
    """How the chosen part is read; None where it is all of the layer."""
    request, is_part = QgsFeatureRequest(), False
    if part.selectedFeaturesOnly:
        if not layer.selectedFeatureCount():
            message = tr("No feature of the layer {} is selected.").format(layer.name())
            raise Failure("inventory", message, tr("Select some, or use all features."))
        request.setFilterFids(layer.selectedFeatureIds())
        is_part = True
    # From QGIS 3.32 on a filter may come with the parameter.
    expression = getattr(part, "filterExpression", "")
    if expression:
        request.combineFilterExpression(expression)
        is_part = True
    if part.featureLimit > 0:
        request.setLimit(part.featureLimit)
        is_part = True
    return request if is_part else None


def _file(layer: QgsVectorLayer) -> str | None:
    """What the worker opens to read all that the user sees; None where no file holds it."""
    provider = layer.dataProvider()
    seen_differently = (
        layer.providerType() != "ogr"
        or layer.isModified()
        or layer.subsetString()
        or layer.crs() != provider.crs()
        # Joined and computed fields.
        or layer.fields().names() != provider.fields().names()
    )
    parts = QgsProviderRegistry.instance().decodeUri("ogr", layer.source())
    path, table = parts.get("path") or "", parts.get("layerName")
    if seen_differently or parts.get("layerId") is not None or not os.path.exists(path):
        return None
    return absolute(path) + (f"|layername={table}" if table else "")


def _flat(feature: QgsFeature) -> QgsFeature:
    """The feature as multipolygon with straight sides, without heights."""
    geometry = feature.geometry()
    geometry.convertToStraightSegment()
    geometry.convertToMultiType()
    if not geometry.isNull():
        geometry.get().dropZValue()
        geometry.get().dropMValue()
    feature.setGeometry(geometry)
    return feature
