"""Several rasters that are searched in one run: layers, or all images of a folder."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from osgeo import gdal
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
)

from .estimate import Estimate
from .messages import Failure, number, tr
from .raster_facts import RasterFacts, facts_of, is_result
from .request import absolute, raster_source

# Of the files in a folder, those that the worker takes for images.
IMAGES = (
    ".tif", ".tiff", ".vrt", ".img", ".jp2", ".png", ".jpg", ".jpeg", ".ecw", ".sid", ".bil",
)  # fmt: skip
# A command line has no room for more; a folder has no such limit.
MOST_LAYERS = 100


@dataclass(frozen=True)
class Raster:
    """A raster as its header tells: size [px], extent and CRS."""

    width: int
    height: int
    extent: QgsRectangle
    crs: QgsCoordinateReferenceSystem


@dataclass(frozen=True)
class Scenes:
    """Rasters to be searched together.

    `names` are what the worker is given: paths of rasters, or of their folder. `layer` is the first
    raster that can be opened; bands and distance are chosen by it. `unreadable` cannot be opened.
    """

    title: str
    place: str
    names: tuple[str, ...]
    layer: QgsRasterLayer
    rasters: tuple[Raster, ...]
    unreadable: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """Of all rasters, those that cannot be opened included."""
        return len(self.rasters) + len(self.unreadable)

    @property
    def facts(self) -> RasterFacts:
        """Those of the first raster, over the ground and the pixels of all."""
        first = facts_of(self.layer)
        extent = QgsRectangle(first.extent)
        for raster in self.rasters:
            with suppress(QgsCsException):
                extent.combineExtentWith(_moved(raster, first.crs))
        across, down = first.extent.width() / first.width, first.extent.height() / first.height
        width, height = round(extent.width() / across), round(extent.height() / down)
        return replace(first, width=max(1, width), height=max(1, height), extent=extent)

    def share(self, facts: RasterFacts) -> float:
        """How much of the mosaic, the ground of all, the rasters fill."""
        filled = sum(raster.width * raster.height for raster in self.rasters)
        return min(1.0, filled / (facts.width * facts.height))

    def part_of(self, count: int, facts: RasterFacts) -> int:
        """What of so many pixels or tiles of the whole mosaic the rasters fill."""
        return max(1, round(count * self.share(facts)))

    @property
    def widest(self) -> int:
        """Width of the widest raster [px]: only one of them is read at a time."""
        return max(raster.width for raster in self.rasters)

    def filled(self, told: Estimate, facts: RasterFacts) -> Estimate:
        """An estimate for the whole mosaic, whose tiles are right, for what the rasters fill."""
        share = self.share(facts)
        return replace(
            told,
            pixels=self.part_of(told.pixels, facts),
            area_m2=None if told.area_m2 is None else told.area_m2 * share,
            disk=round(told.disk * share),
        )

    @property
    def note(self) -> str:
        """A sentence about what will be skipped; empty where all can be opened."""
        if not self.unreadable:
            return ""
        if len(self.unreadable) == 1:
            text = tr("{} cannot be opened and will be skipped.")
            return text.format(os.path.basename(self.unreadable[0]))
        text = tr("{} of {} rasters cannot be opened and will be skipped.")
        return text.format(number(len(self.unreadable)), number(self.count))


def scenes_of_layers(layers: Sequence[QgsRasterLayer]) -> Scenes:
    """Layers of the project. Raises `Failure` for one that the worker cannot read."""
    if len(layers) > MOST_LAYERS:
        message = tr("{} layers are chosen; at most {} can be named.")
        message = message.format(number(len(layers)), number(MOST_LAYERS))
        raise Failure("raster", message, tr("Choose their folder instead."))
    sources = [raster_source(layer) for layer in layers]
    title = tr("{} layers").format(number(len(layers)))
    return _scenes(title, sources[0] if sources else "", sources, sources)


def scenes_in(folder: str) -> Scenes:
    """The images in a folder. Raises `Failure` where it holds none that can be opened."""
    folder = absolute(folder)
    try:
        paths = sorted(_images(folder)) if os.path.isdir(folder) else []
    except OSError as error:
        message = tr("The folder {} cannot be read ({}).").format(folder, error.strerror)
        raise Failure("raster", message, tr("Choose one that you may read.")) from error
    if not paths:
        message = tr("The folder {} holds no image.").format(folder)
        raise Failure("raster", message, tr("Choose one with GeoTIFFs or the like."))
    title = tr("{} · {} rasters").format(Path(folder).name, number(len(paths)))
    return _scenes(title, folder, [folder], paths)


def _images(folder: str) -> Iterator[str]:
    for entry in os.scandir(folder):
        if entry.is_file() and entry.name.lower().endswith(IMAGES) and entry.name[0] != ".":
            yield entry.path


def _scenes(title: str, place: str, names: Sequence[str], sources: Sequence[str]) -> Scenes:
    found = {source: _header(source) for source in sources}
    readable = [source for source, raster in found.items() if raster]
    if not readable:
        message = tr("None of the {} rasters can be opened.").format(number(len(found)))
        raise Failure("raster", message, tr("Check the files, or choose others."))
    layer = QgsRasterLayer(readable[0], Path(readable[0]).stem)
    rasters = tuple(raster for raster in found.values() if raster)
    unreadable = tuple(source for source, raster in found.items() if not raster)
    return Scenes(title, place, tuple(names), layer, rasters, unreadable)


def _header(source: str) -> Raster | None:
    """What a raster's header tells; None where GDAL cannot open it."""
    try:
        data = gdal.Open(source)
    except RuntimeError:
        return None
    if data is None or not data.RasterCount:
        return None
    left, across, turn, top, lean, down = data.GetGeoTransform()
    width, height = data.RasterXSize, data.RasterYSize
    corners = [
        (left + across * x + turn * y, top + lean * x + down * y)
        for x, y in ((0, 0), (width, 0), (0, height), (width, height))
    ]
    xs, ys = zip(*corners)
    crs = QgsCoordinateReferenceSystem.fromWkt(data.GetProjection())
    return Raster(width, height, QgsRectangle(min(xs), min(ys), max(xs), max(ys)), crs)


def _moved(raster: Raster, crs: QgsCoordinateReferenceSystem) -> QgsRectangle:
    """A raster's extent in a CRS."""
    if not (raster.crs.isValid() and crs.isValid()) or raster.crs == crs:
        return raster.extent
    move = QgsCoordinateTransform(raster.crs, crs, QgsProject.instance())
    return move.transformBoundingBox(raster.extent)


def image_layers(project: QgsProject) -> list[QgsRasterLayer]:
    """The project's raster layers that may be searched, by name."""
    layers = project.mapLayers().values()
    found = [each for each in layers if isinstance(each, QgsRasterLayer) and not is_result(each)]
    return sorted(found, key=lambda layer: layer.name().lower())
