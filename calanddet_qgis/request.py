"""What the user chose, checked, and as the worker's arguments; panel and Processing share it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from qgis.core import QgsProviderRegistry, QgsRasterLayer

from . import estimate
from .files import can_write
from .messages import Failure, tr
from .paths import bundled_checkpoint
from .raster_facts import RESULT_RASTERS, is_file
from .runtime import current_runtime
from .settings import CHECKPOINT, WORKER_PYTHON
from .worker import INTERPRETER_SWITCHES

# The first is the backend's default.
OVERLAPS = tuple(estimate.OVERLAPS)
DEVICES = ("auto", "cpu", "cuda", "mps")
# On Windows, the strictest system.
NOT_IN_FILE_NAMES = re.compile(r'[<>:"/\\|?*]')
# Of a raster's name, in the name of a folder: file systems allow 255 bytes for the whole.
MAX_STEM = 60
RESULT_NAMES = ("landslides.gpkg", "run.json", *RESULT_RASTERS)


@dataclass(frozen=True)
class DetectRequest:
    """One run of detection; None leaves the choice to the backend or to the checkpoint."""

    raster: str  # what GDAL opens; or a folder of rasters
    checkpoint: str
    out: str
    more_rasters: tuple[str, ...] = ()  # searched in the same run
    threshold: float | None = None
    min_area_m2: float | None = None
    overlap: str = OVERLAPS[0]
    gsd: str = "auto"  # auto, native, or metres
    dem: str | None = None
    aoi: str | None = None
    bands: tuple[int, ...] | None = None  # of the image, from 1, in the order of the roles
    more_checkpoints: tuple[str, ...] = ()  # an ensemble with `checkpoint`
    inputs: tuple[str, ...] = ()  # ROLE=PATH[:BAND], or a file or folder with named bands
    flips: bool = False  # the median over four mirrorings of each tile
    device: str = DEVICES[0]
    scheduler: str = ""  # address of a Dask scheduler; empty: this computer
    resume: bool = False  # go on where a run into the same folder was stopped
    preview: bool = False  # hear now and then of a small raster of what is finished

    @property
    def checkpoints(self) -> tuple[str, ...]:
        """All checkpoints: one, or those of an ensemble."""
        return (self.checkpoint, *self.more_checkpoints)

    def arguments(self) -> list[str]:
        """The worker's command and its options."""
        options = {
            "--out": self.out,
            "--overlap": self.overlap,
            "--gsd": self.gsd,
            "--threshold": self.threshold,
            "--min-area": self.min_area_m2,
            "--dem": self.dem,
            "--aoi": self.aoi,
            "--bands": ",".join(map(str, self.bands)) if self.bands else None,
            "--device": self.device if self.device != DEVICES[0] else None,
            "--scheduler": self.scheduler or None,
        }
        given = {name: value for name, value in options.items() if value is not None}
        # One word each, so that no value is ever taken for an option. Only checkpoints may be
        # several: they are absolute paths.
        words = ["detect", self.raster, *self.more_rasters, *self._checkpoint_words()]
        words += [f"{name}={value}" for name, value in given.items()]
        words += [f"--input={each}" for each in self.inputs]
        switches = {
            "--flips": self.flips,
            # How far the mirrorings lie apart costs nothing more, and orders the review.
            "--uncertainty": self.flips,
            "--resume": self.resume,
            "--preview": self.preview,
        }
        return [*words, *(name for name, wanted in switches.items() if wanted)]

    def _checkpoint_words(self) -> list[str]:
        if self.more_checkpoints:
            return ["--checkpoint", *self.checkpoints]
        return [f"--checkpoint={self.checkpoint}"]

    def command(self) -> list[str]:
        """The whole command line of the worker. Raises `Failure` where its Python is not set."""
        switches = [*INTERPRETER_SWITCHES, "-m", "backend"]
        return [worker_python(), *switches, *self.arguments(), "--json"]


def show_command(checkpoint: str) -> list[str]:
    """The command that tells what a checkpoint is. Raises `Failure` where there is no worker."""
    switches = [*INTERPRETER_SWITCHES, "-m", "backend"]
    return [worker_python(), *switches, "checkpoint", "show", checkpoint, "--json"]


def cluster_command(scheduler: str) -> list[str]:
    """The command that asks a Dask scheduler whether it answers, and with which workers.

    Raises `Failure` where there is no worker.
    """
    switches = [*INTERPRETER_SWITCHES, "-m", "backend"]
    return [worker_python(), *switches, "cluster", "check", scheduler, "--json"]


def worker_python() -> str:
    """The worker's interpreter: the user's own if one is set, else the plugin's runtime.

    Raises `Failure` where there is neither, or it is gone.
    """
    python = WORKER_PYTHON.get()
    if not python:
        runtime = current_runtime()
        if runtime is None:
            remedy = tr("Set it up in Raster > CALandDet > Runtime.")
            raise Failure("runtime", tr("The runtime is not set up yet."), remedy)
        return str(runtime.python)
    if not os.access(python, os.X_OK) or not os.path.isfile(python):
        message = tr("The worker's Python {} is not there or cannot be run.").format(python)
        remedy = tr("Choose another, or set up a runtime, in Raster > CALandDet > Runtime.")
        raise Failure("runtime", message, remedy)
    return python


def raster_source(layer: QgsRasterLayer | None) -> str:
    """What GDAL opens to read the layer. Raises `Failure` for a layer that GDAL cannot read."""
    if layer is None:
        message = tr("There is no raster layer to search.")
        raise Failure("raster", message, tr("Add an orthophoto to the project and choose it."))
    if not is_file(layer):
        message = tr("The layer {} comes from the provider {}, which is not a file.")
        remedy = tr("Export it to a GeoTIFF first (Layer > Save As…).")
        raise Failure("raster", message.format(layer.name(), layer.providerType()), remedy)
    source = layer.dataProvider().dataSourceUri() if layer.dataProvider() else layer.source()
    if "|" in source:
        parts = QgsProviderRegistry.instance().decodeUri("gdal", source)
        parts.pop("openOptions", None)
        source = QgsProviderRegistry.instance().encodeUri("gdal", parts)
    return absolute(source)


def absolute(source: str) -> str:
    """A path that does not depend on the working directory; other sources as they are."""
    return os.path.abspath(source) if os.path.exists(source) else source


def first_checkpoint() -> str:
    """What to start from: the checkpoint used last if it is still there, else the bundled one."""
    last = CHECKPOINT.get()
    return last if os.path.isfile(last) else bundled_checkpoint()


def check_checkpoint(path: str) -> str:
    """The checkpoint's absolute path. Raises `Failure` where there is none."""
    if not path:
        message = tr("No checkpoint is chosen.")
        raise Failure("checkpoint", message, tr("Choose a .safetensors, .pt or .pth file."))
    if not os.path.isfile(path):
        message = tr("There is no checkpoint file {}.").format(path)
        raise Failure("checkpoint", message, tr("Choose another file."))
    return os.path.abspath(path)


def check_ensemble(first: str, others: Iterable[str]) -> tuple[str, ...]:
    """The absolute paths of the further checkpoints of an ensemble.

    Raises `Failure` where one is not there or chosen twice.
    """
    chosen = [check_checkpoint(first)]
    for other in others:
        path = check_checkpoint(other)
        if path in chosen:
            message = tr("The checkpoint {} is chosen twice.").format(Path(path).name)
            raise Failure("ensemble", message, tr("Take one of the two out."))
        chosen.append(path)
    return tuple(chosen[1:])


def check_fresh(folder: str) -> str:
    """The folder's absolute path. Raises `Failure` where it already holds results."""
    for name in RESULT_NAMES:
        if os.path.exists(os.path.join(folder, name)):
            message = tr("The folder {} already holds results ({}).").format(folder, name)
            remedy = tr("Choose another folder, or clear the field to get a new one.")
            raise Failure("output", message, remedy)
    return os.path.abspath(folder)


def default_folder(source: str, now: datetime) -> Path:
    """A new folder beside the raster; in the user's home where that cannot be written."""
    path = QgsProviderRegistry.instance().decodeUri("gdal", source).get("path") or source
    raster = Path(path)
    parent = raster.parent
    if not (raster.exists() and can_write(parent)):
        parent = Path.home()
    stem = NOT_IN_FILE_NAMES.sub("_", raster.stem)[:MAX_STEM]
    return parent / f"{stem}_landslides_{now:%Y%m%d-%H%M%S}"
