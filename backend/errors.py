"""The one exception tree of the backend.

Every error names the thing, its value and the remedy in one sentence each. `kind` is what the
plugin translates by; `exit_code` is what the command line ends with.
"""


class CalandDetError(Exception):
    """Bad use or bad input: one sentence of what is wrong, with values, and one of what to do."""

    kind = "usage"
    exit_code = 2

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class RasterError(CalandDetError):
    """The image is missing, unreadable, damaged, or lacks what the checkpoint needs."""

    kind = "raster"


class NoDataError(RasterError):
    """The image can be read, and nothing in it is valid."""


class CheckpointError(CalandDetError):
    """The checkpoint is missing, damaged, unsafe, or of an unknown architecture."""

    kind = "checkpoint"


class AreaError(CalandDetError):
    """The area of interest cannot be read or misses the raster."""

    kind = "area"


class DemError(CalandDetError):
    """The elevation model cannot be read or does not cover the raster."""

    kind = "dem"


class DatasetError(CalandDetError):
    """Training data is missing, damaged, or does not fit together."""

    kind = "dataset"


class TrainingError(CalandDetError):
    """Training cannot go on, or the state that is there is another training's."""

    kind = "training"


class InventoryError(CalandDetError):
    """A polygon layer is missing, unreadable, or cannot give what is asked of it."""

    kind = "inventory"


class DeviceError(CalandDetError):
    """The device that was asked for is not there, or ran out of memory."""

    kind = "device"


class ClusterError(CalandDetError):
    """The scheduler or its workers are not there, or cannot do this work."""

    kind = "cluster"


class OutputError(CalandDetError):
    """The output folder cannot be written, is full, or is in use by another run."""

    kind = "output"


class Cancelled(CalandDetError):
    """The user, or the end of the parent process, stopped the run."""

    kind = "cancelled"
    exit_code = 3

    def __init__(self) -> None:
        super().__init__("The run was cancelled; nothing was written.")
