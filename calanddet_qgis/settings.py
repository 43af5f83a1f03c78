"""Every setting of the plugin, one typed line each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from qgis.core import QgsSettings

Value = TypeVar("Value", str, float, bool)


@dataclass(frozen=True)
class Setting(Generic[Value]):
    """A value that QGIS keeps between sessions in the user's profile."""

    name: str
    default: Value

    @property
    def key(self) -> str:
        """Where the value stands in QGIS's settings."""
        return f"plugins/calanddet_qgis/{self.name}"

    def get(self) -> Value:
        """The stored value, or the default."""
        return QgsSettings().value(self.key, self.default, type=type(self.default))

    def set(self, value: Value) -> None:
        """Store a value."""
        QgsSettings().setValue(self.key, value)


WORKER_PYTHON = Setting("worker_python", "")  # the user's own; empty: the plugin's runtime
RUNTIME_FOLDER = Setting("runtime_folder", "")  # of the plugin's runtime; empty: the default
CHECKPOINT = Setting("checkpoint", "")  # the last one used
RECENT_CHECKPOINTS = Setting("recent_checkpoints", "[]")  # JSON: paths, the latest first
SPEEDS = Setting("speeds", "{}")  # JSON: what was measured, see `speeds`
DEVICE = Setting("device", "")  # empty: the best there is
OUTPUT_PARENT = Setting("output_parent", "")  # folder in which the last chosen output folder lies
THRESHOLD = Setting("threshold", 0.0)  # probability; 0: the checkpoint's own
MIN_AREA = Setting("min_area_m2", 0.0)  # [m2]
SCENES_FOLDER = Setting("scenes_folder", "")  # in which the last chosen folder of images lies
SCHEDULER = Setting("scheduler", "")  # address of a Dask scheduler; empty: this computer
OVERLAP = Setting("overlap", "")  # preset; empty: the default
FLIPS = Setting("flips", False)  # whether each tile is seen in four mirrorings
