"""The values of an algorithm's parameters, each as the worker takes it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingFeedback,
    QgsProcessingOutputLayerDefinition,
    QgsProcessingUtils,
    QgsRasterLayer,
)

from ..messages import Failure, tr
from ..paths import bundled_checkpoint
from ..request import absolute, check_checkpoint, raster_source
from .features import Features, polygon_layer
from .mask import MaskOutlines

Value = TypeVar("Value")


class Given:
    """What was chosen for one run; every getter raises `Failure` for what cannot be used.

    `writers` write what the worker reads but no file holds; they are called before it starts.
    `destinations` are the paths of files and folders to be written, as far as they were asked for.
    """

    def __init__(
        self,
        algorithm: QgsProcessingAlgorithm,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        destinations: Mapping[str, str] | None = None,
    ) -> None:
        self.writers: list[Callable[[QgsProcessingFeedback], None]] = []
        self._algorithm, self._parameters, self._context = algorithm, parameters, context
        self.destinations = dict(destinations or {})

    def has(self, name: str) -> bool:
        """Whether there is a value, if only the default one."""
        value = self._parameters.get(name)
        if value is None:
            value = self._algorithm.parameterDefinition(name).defaultValue()
        return value not in (None, "")

    def raster_layer(self, name: str) -> QgsRasterLayer | None:
        """A raster layer, None where none is chosen."""
        if not self.has(name):
            return None
        layer = self._algorithm.parameterAsRasterLayer(self._parameters, name, self._context)
        if layer is None:
            message = tr("The raster {} cannot be opened.").format(self._parameters.get(name))
            raise Failure("raster", message, tr("Choose another one."))
        return layer

    def raster_layers(self, name: str) -> list[QgsRasterLayer]:
        """Raster layers."""
        if not self.has(name):
            return []
        layers = self._algorithm.parameterAsLayerList(self._parameters, name, self._context)
        return [layer for layer in layers if isinstance(layer, QgsRasterLayer)]

    def raster(self, name: str) -> str | None:
        """What GDAL opens to read a raster layer, None where none is chosen."""
        layer = self.raster_layer(name)
        return raster_source(layer) if layer else None

    def features(self, name: str) -> Features | None:
        """What is chosen of a polygon layer, copied; None where none is chosen."""
        if not self.has(name):
            return None
        value = self._parameters.get(name)
        part = value if isinstance(value, QgsProcessingFeatureSourceDefinition) else None
        # QGIS finds the layer of such a part only where it reads the features itself.
        parameters = {**self._parameters, name: part.source} if part else self._parameters
        layer = self._algorithm.parameterAsVectorLayer(parameters, name, self._context)
        return Features.of(polygon_layer(layer), part)

    def polygons(self, name: str, path: str = "") -> str | None:
        """A vector file with what the user sees of a layer, None where none is chosen.

        With what is edited and not saved, only what is filtered, and only what is selected where
        that is asked for. `path` is where it is written if no file holds just that.
        """
        features = self.features(name)
        if features is None:
            return None
        return features.file or self._written(name, features, path)

    def mask(self, name: str) -> str | None:
        """A vector file with the outlines of a mask, None where none is chosen."""
        layer = self.raster_layer(name)
        return self._written(name, MaskOutlines.of(layer)) if layer else None

    def checkpoint(self, name: str = "CHECKPOINT") -> str:
        """A checkpoint's path, that of the bundled one where none is chosen."""
        path = self._algorithm.parameterAsFile(self._parameters, name, self._context)
        return check_checkpoint(path or bundled_checkpoint())

    def path(self, name: str) -> str | None:
        """A file or folder that is there, None where none is chosen."""
        if not self.has(name):
            return None
        return existing(self._algorithm.parameterAsFile(self._parameters, name, self._context))

    def paths(self, name: str) -> list[str]:
        """Files that are there."""
        if not self.has(name):
            return []
        files = self._algorithm.parameterAsFileList(self._parameters, name, self._context)
        return [existing(path) for path in files if path]

    def number(self, name: str) -> float | None:
        """A number, None where it is left out."""
        if not self.has(name):
            return None
        return self._algorithm.parameterAsDouble(self._parameters, name, self._context)

    def whole(self, name: str) -> int | None:
        """A whole number, None where it is left out."""
        value = self.number(name)
        return None if value is None else round(value)

    def wholes(self, name: str) -> tuple[int, ...]:
        """Whole numbers."""
        return tuple(self._algorithm.parameterAsInts(self._parameters, name, self._context))

    def text(self, name: str) -> str | None:
        """A line of text, None where it is empty."""
        given = self._algorithm.parameterAsString(self._parameters, name, self._context)
        return given.strip() or None

    def date(self, name: str) -> str | None:
        """A date as year-month-day, None where it is left out."""
        date = self._algorithm.parameterAsDateTime(self._parameters, name, self._context).date()
        return date.toString("yyyy-MM-dd") if date.isValid() else None

    def flag(self, name: str) -> bool:
        """Whether a box is ticked."""
        return self._algorithm.parameterAsBoolean(self._parameters, name, self._context)

    def choice(self, name: str, values: Sequence[Value]) -> Value | None:
        """The one of the values that is chosen, None where none is."""
        if not self.has(name):
            return None
        return values[self._algorithm.parameterAsEnum(self._parameters, name, self._context)]

    def output(self, name: str = "OUTPUT") -> str:
        """The path of a file or folder to be written: the same one whenever it is asked for."""
        if name not in self.destinations:
            path = self._algorithm.parameterAsFileOutput(self._parameters, name, self._context)
            if not path:
                message = tr("There is no place for the results.")
                raise Failure("output", message, tr("Choose a file or folder for them."))
            self.destinations[name] = os.path.abspath(path)
        return self.destinations[name]

    def geopackage(self, name: str = "OUTPUT") -> str:
        """The path of a GeoPackage to be written."""
        path = self.output(name)
        if not path.lower().endswith(".gpkg"):
            message = tr("{} is not named as a GeoPackage.").format(os.path.basename(path))
            raise Failure("output", message, tr("End it in {}.").format(".gpkg"))
        return path

    def is_temporary(self, name: str = "OUTPUT") -> bool:
        """Whether a file to be written is only wanted for now, whatever it is called."""
        value = self._parameters.get(name)
        return value == "TEMPORARY_OUTPUT" or value is None

    def shown_layer(self, name: str) -> QgsProcessingOutputLayerDefinition | None:
        """What is asked for of a layer to be written, None where it is not to be shown."""
        value = self._parameters.get(name)
        if not isinstance(value, QgsProcessingOutputLayerDefinition):
            return None
        return value if value.destinationProject else None

    def _written(self, name: str, content: Features | MaskOutlines, path: str = "") -> str:
        """The path at which a content will be when the worker starts."""
        path = path or QgsProcessingUtils.generateTempFilename(f"{name.lower()}.gpkg")
        self.writers.append(partial(content.write, path))
        return path


def existing(path: str) -> str:
    """The absolute path. Raises `Failure` where nothing is there."""
    if not Path(path).exists():
        message = tr("There is no {}.").format(path)
        raise Failure("dataset", message, tr("Check the path."))
    return absolute(path)
