"""A run as its folder tells of it, and the runs whose layers are in a project."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from osgeo import gdal
from qgis.core import QgsMapLayer, QgsProject, QgsProviderRegistry

from ..files import can_write
from ..layers import POLYGON_FILE, POLYGON_TABLE
from ..messages import Failure, tr

PROBABILITY_FILE, MASK_FILE, RUN_FILE = "probability.tif", "mask.tif", "run.json"
MOSAIC_FILE = "probability.vrt"
# Custom property of the group that holds the layers of a preview.
PREVIEW_PROPERTY = "calanddet/preview"
# What the worker simplifies outlines by where nobody chose [px].
SIMPLIFY_PX = 0.25


@dataclass(frozen=True)
class Settings:
    """How probabilities become a mask and polygons. Without a CRS `min_area_m2` counts pixels."""

    threshold: float
    min_area_m2: float
    simplify_px: float

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Settings:
        """From `run.json`, which does not know the smoothing of runs that were never refined."""
        simplify_px = values.get("simplify_px", SIMPLIFY_PX)
        return cls(float(values["threshold"]), float(values["min_area_m2"]), float(simplify_px))

    def values(self) -> dict[str, float]:
        """By name, as the worker takes them."""
        return asdict(self)


@dataclass(frozen=True)
class FinishedRun:
    """A folder with a run's files: the settings that they have now, and those the run had.

    `transform` is the geotransform of the probability raster, `width` and `height` its size [px].
    """

    folder: Path
    settings: Settings
    original: Settings
    width: int
    height: int
    transform: tuple[float, ...]
    has_crs: bool

    @property
    def probability(self) -> str:
        """The raster that all else follows from."""
        return str(self.folder / PROBABILITY_FILE)

    @property
    def results(self) -> dict[str, str]:
        """The files by their roles, as the worker names them."""
        names = {"probability": PROBABILITY_FILE, "mask": MASK_FILE, "polygons": POLYGON_FILE}
        return {role: str(self.folder / name) for role, name in {**names, "run": RUN_FILE}.items()}

    @property
    def is_writable(self) -> bool:
        """Whether files can be replaced in the folder."""
        return can_write(self.folder)

    def check_there(self) -> None:
        """Raise `Failure` where a file of the run is gone."""
        for path in self.results.values():
            if not os.path.isfile(path):
                message = tr("The run's file {} is gone.").format(path)
                raise Failure("output", message, tr("Put it back, or run the detection again."))


def read_run(folder: Path) -> FinishedRun:
    """The run in a folder. Raises `Failure` where there is none."""
    path = folder / RUN_FILE
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        settings = Settings.read(record["parameters"])
        original = record.get("refined", {}).get("original")
        original = Settings.read(original) if original else settings
        width, height, transform, has_crs = _raster(str(folder / PROBABILITY_FILE))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError) as error:
        message = tr("The folder {} holds no run of a detection.").format(folder)
        remedy = tr("Choose a folder with probability.tif and run.json.")
        raise Failure("output", message, remedy, details=repr(error)) from error
    return FinishedRun(folder, settings, original, width, height, transform, has_crs)


def _raster(path: str) -> tuple[int, int, tuple[float, ...], bool]:
    """Size, geotransform and whether there is a CRS. Raises `OSError` for what is no raster."""
    data = gdal.Open(path)
    if data is None:
        raise OSError(path)
    return data.RasterXSize, data.RasterYSize, data.GetGeoTransform(), bool(data.GetProjection())


def runs_in(project: QgsProject) -> dict[Path, str]:
    """The folders of runs whose layers are in the project, topmost first, and their names."""
    found: dict[Path, str] = {}
    for node in project.layerTreeRoot().findLayers():
        if not node.layer() or node.parent().customProperty(PREVIEW_PROPERTY):
            continue
        path = layer_path(node.layer())
        names = (PROBABILITY_FILE, MASK_FILE, POLYGON_FILE)
        is_run = path and path.name in names and (path.parent / RUN_FILE).is_file()
        # Of many rasters there is no one probability raster to work on.
        if is_run and not (path.parent / MOSAIC_FILE).exists():
            found.setdefault(path.parent, node.parent().name() or path.parent.name)
    return found


def layers_of(project: QgsProject, *paths: str) -> Iterator[QgsMapLayer]:
    """The layers of the project that show one of these files."""
    wanted = {Path(path) for path in paths}
    for layer in list(project.mapLayers().values()):
        if layer_path(layer) in wanted:
            yield layer


def layer_path(layer: QgsMapLayer) -> Path | None:
    """The file that a layer shows; None where it is none."""
    parts = QgsProviderRegistry.instance().decodeUri(layer.providerType(), layer.source())
    path = parts.get("path")
    return Path(os.path.abspath(path)) if path else None


def shows(layer: QgsMapLayer, path: str | None) -> bool:
    """Whether a layer shows a file, however its path is spelled."""
    if not path:
        return False
    return layer.source() == path or layer_path(layer) == Path(os.path.abspath(path))


def is_polygons(layer: QgsMapLayer) -> bool:
    """Whether a layer of a run's inventory is the polygons, and no other table of it."""
    parts = QgsProviderRegistry.instance().decodeUri(layer.providerType(), layer.source())
    return parts.get("layerName") in (None, "", POLYGON_TABLE)
