"""A run's outputs as styled layers: one group a run, polygons on top, provenance with each."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsLayerMetadata,
    QgsLayerTreeGroup,
    QgsMapLayer,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)

from .messages import Failure, tr
from .paths import style
from .translations import translate_style

POLYGON_FILE, POLYGON_TABLE = "landslides.gpkg", "landslides"
# The shipped style of each raster by its role; the last two are there only where asked for.
STYLES = {
    "mask": "mask",
    "probability": "probability",
    "disagreement": "spread",
    "uncertainty": "spread",
}


def group_name(raster: str, now: datetime) -> str:
    """Name of the group of a run over a raster that started now."""
    return f"{raster} · {now:%Y-%m-%d %H:%M}"


def keep_styles(paths: Mapping[str, str]) -> None:
    """Put each raster's style beside it, where QGIS looks for it whenever the file is opened.

    The polygons carry theirs in the GeoPackage. A style that is there already stays; a folder that
    cannot be written, that of an older run for one, goes without.
    """
    for role in STYLES.keys() & paths.keys():
        target = Path(paths[role]).with_suffix(".qml")
        with suppress(OSError):
            if not target.exists():
                shutil.copyfile(style(STYLES[role]), target)


def add_results(project: QgsProject, paths: Mapping[str, str], name: str) -> QgsLayerTreeGroup:
    """Add a run's outputs on top of the project's layers, in a group of that name.

    Raises `Failure` where an output cannot be opened.
    """
    layers = list(_open(paths))
    group = project.layerTreeRoot().insertGroup(0, name)
    group.setExpanded(False)
    describe(layers, Path(paths["run"]))
    for layer in layers:
        translate_style(layer)
        project.addMapLayer(layer, addToLegend=False)
        group.addLayer(layer).setExpanded(False)
    # Only now: the layer tree's view leaves a group that is expanded while empty folded.
    group.setExpanded(True)
    return group


def describe(layers: list[QgsMapLayer], run_file: Path) -> None:
    """Tell in the layers' metadata what `run.json` says about their run."""
    metadata = _metadata(run_file)
    for layer in layers:
        layer.setMetadata(metadata)


def polygon_source(path: str) -> str:
    """The data source of the polygons in a GeoPackage."""
    return f"{path}|layername={POLYGON_TABLE}"


def raster_titles(paths: Mapping[str, str]) -> dict[str, str]:
    """What the rasters of a run are called, by their roles, in the order of the group."""
    titles = {
        "mask": tr("Mask"),
        "probability": tr("Probability"),
        "disagreement": tr("Disagreement"),
        "uncertainty": tr("Uncertainty"),
    }
    return {role: title for role, title in titles.items() if role in paths}


def _open(paths: Mapping[str, str]) -> Iterator[QgsMapLayer]:
    keep_styles(paths)
    yield _valid(QgsVectorLayer(polygon_source(paths["polygons"]), tr("Landslides"), "ogr"))
    for role, title in raster_titles(paths).items():
        yield _styled(QgsRasterLayer(paths[role], title), STYLES[role])


def _styled(layer: QgsRasterLayer, name: str) -> QgsRasterLayer:
    """The layer, with the shipped style where none could be put beside its file."""
    if not Path(layer.source()).with_suffix(".qml").exists():
        _valid(layer).loadNamedStyle(str(style(name)))
    return _valid(layer)


def _valid(layer: QgsMapLayer) -> QgsMapLayer:
    if not layer.isValid():
        message = tr("The result {} cannot be opened.").format(layer.source())
        raise Failure("output", message, tr("Was it moved or deleted meanwhile?"))
    return layer


def _metadata(run_file: Path) -> QgsLayerMetadata:
    """What `run.json` says about the run, as the layers' metadata."""
    run = json.loads(run_file.read_text(encoding="utf-8"))
    metadata = QgsLayerMetadata()
    metadata.setTitle(tr("Landslides found by CALandDet"))
    metadata.setAbstract(_abstract(run, run_file))
    metadata.setHistory([f"{name}: {value}" for name, value in run["parameters"].items()])
    metadata.setType("dataset")
    return metadata


def _abstract(run: Mapping[str, Any], run_file: Path) -> str:
    checkpoint, versions = run["checkpoint"], run["versions"]
    lines = (
        tr("Found in {} on {}.").format(run["parameters"]["raster"], run["began"]),
        tr("Checkpoint: {} ({}), SHA-256 {}.").format(
            checkpoint["name"], checkpoint["architecture"], checkpoint["sha256"]
        ),
        tr("Threshold: {}.").format(run["parameters"]["threshold"]),
        tr("Computed on {} by CALandDet {}.").format(run["device"], versions["calanddet"]),
        tr("All parameters: {}").format(run_file),
    )
    return "\n".join(lines)
