"""What the user reads: failures in one sentence, progress, amounts; all of it translatable."""

from __future__ import annotations

import signal
from collections.abc import Iterable
from typing import Any

from qgis.PyQt.QtCore import QCoreApplication, QLocale

LOG_TAG = "CALandDet"
# Of a worker that did not understand its command line; the last line of stderr says why.
BAD_USE_EXIT_CODE = 2
# Exit codes of Windows for what is a signal elsewhere.
WINDOWS_CRASHES = {
    0xC0000005: "access violation",
    0xC0000135: "missing DLL",
    0xC0000017: "no memory",
}


def tr(text: str) -> str:
    """The text in the language of QGIS's user interface."""
    return QCoreApplication.translate("calanddet_qgis", text)


class Failure(Exception):
    """Why a run failed: `kind` is the class of error, `details` is for the log only."""

    def __init__(self, kind: str, message: str, remedy: str = "", details: str = "") -> None:
        super().__init__(f"{message} {remedy}".strip())
        self.kind = kind
        self.details = details


class Cancelled(Exception):
    """The user stopped the run."""


def headline(kind: str) -> str:
    """What kind of failure it was, in a few translated words."""
    headlines = {
        "usage": tr("This cannot be run."),
        "raster": tr("The raster cannot be used."),
        "checkpoint": tr("The checkpoint cannot be used."),
        "ensemble": tr("The checkpoints cannot run together."),
        "bands": tr("The bands cannot be used."),
        "gsd": tr("The ground sampling distance cannot be used."),
        "area": tr("The area of interest cannot be used."),
        "dem": tr("The elevation model cannot be used."),
        "dataset": tr("The training data cannot be used."),
        "training": tr("The training cannot go on."),
        "inventory": tr("The landslide layer cannot be used."),
        "device": tr("The device cannot be used."),
        "cluster": tr("The cluster cannot be used."),
        "output": tr("The results cannot be written."),
        "memory": tr("There is not enough memory."),
        "runtime": tr("The worker cannot be started."),
        "setup": tr("The runtime is not set up."),
        "damaged": tr("The runtime is damaged."),
        "crash": tr("The worker crashed."),
    }
    return headlines.get(kind, tr("The run failed."))


def crash(exit_code: int, stderr_tail: str) -> Failure:
    """A worker that ended without a result and without a word about why."""
    last_words = stderr_tail.strip().rpartition("\n")[2].strip().rstrip(".")
    if exit_code == BAD_USE_EXIT_CODE and last_words:
        return Failure("usage", f"{last_words}.", details=stderr_tail)
    reason = f"{_ending(exit_code)}: {last_words}" if last_words else _ending(exit_code)
    return Failure("crash", f"{reason}.", tr("The log has the details."), stderr_tail)


def _ending(exit_code: int) -> str:
    if exit_code < 0:
        return _killed(-exit_code)
    if exit_code in WINDOWS_CRASHES:
        return tr("The worker crashed ({})").format(WINDOWS_CRASHES[exit_code])
    return tr("The worker ended with exit code {}").format(exit_code)


def _killed(number: int) -> str:
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = str(number)
    # The kernel kills this way when memory runs out, and hardly anybody else does.
    if name == "SIGKILL":
        name += tr(": out of memory?")
    return tr("The worker was killed by signal {} ({})").format(number, name)


def overlap_label(name: str) -> str:
    """An overlap preset and what it costs, for a person to choose."""
    labels = {
        "reference": tr("Reference: as published, slowest"),
        "balanced": tr("Balanced"),
        "fast": tr("Fast: least overlap"),
    }
    return labels[name]


def device_label(name: str) -> str:
    """A device for a person to choose."""
    labels = {
        "auto": tr("The best there is"),
        "cpu": tr("Processor (CPU)"),
        "cuda": tr("NVIDIA GPU"),
        "mps": tr("Apple GPU"),
    }
    return labels[name]


def role_label(role: str) -> str:
    """What a band is, in the user's language where it is one of the usual ones."""
    labels = {
        "red": tr("Red"),
        "green": tr("Green"),
        "blue": tr("Blue"),
        "coastal": tr("Coastal aerosol"),
        "rededge1": tr("Red edge 1"),
        "rededge2": tr("Red edge 2"),
        "rededge3": tr("Red edge 3"),
        "nir": tr("Near infrared"),
        "nir_narrow": tr("Narrow infrared"),
        "watervapour": tr("Water vapour"),
        "cirrus": tr("Cirrus"),
        "swir1": tr("SWIR 1"),
        "swir2": tr("SWIR 2"),
        "thermal": tr("Thermal"),
        "dem": tr("Elevation"),
        "slope": tr("Slope"),
    }
    return labels.get(role, role)


def role_names(roles: Iterable[str]) -> str:
    """Bands within a sentence: `red, green, near infrared`."""
    return ", ".join(map(role_name, roles))


def role_name(role: str) -> str:
    """A band within a sentence."""
    label = role_label(role)
    is_acronym = label[:2].isupper()
    return label if is_acronym else label.lower()


def checkpoint_filter() -> str:
    """The filter of a file dialog for checkpoints."""
    return tr("Checkpoints") + " (*.safetensors *.pt *.pth *.pth.tar)"


def progress(event: dict[str, Any]) -> str:
    """`1,234 of 5,000 tiles · 27 tiles/s · 2 min left` from a progress event."""
    if not event.get("total"):
        return tr("Starting…")
    unit = tr("tiles") if event["unit"] == "tiles" else event["unit"]
    parts = [tr("{} of {} {}").format(number(event["done"]), number(event["total"]), unit)]
    if event.get("rate"):
        parts.append(f"{number(event['rate'], 3)} {unit}/s")
    if event.get("eta_s") is not None:
        parts.append(tr("{} left").format(duration(event["eta_s"])))
    return " · ".join(parts)


def summary(counts: dict[str, Any]) -> str:
    """`14 landslides, 1,220 m² in all` from the counts of a result event."""
    count = counts.get("polygons", 0)
    if not count:
        return tr("No landslides were found.")
    found = tr("1 landslide") if count == 1 else tr("{} landslides").format(number(count))
    if counts.get("area_m2") is None:
        return tr("{} found.").format(found)
    return tr("{} found, {} in all.").format(found, area(counts["area_m2"]))


def number(value: float, digits: int = 0) -> str:
    """A number with the user's thousands separator, to that many significant digits if any."""
    if digits and abs(value) < 10 ** (digits - 1):
        return QLocale().toString(float(f"{value:.{digits}g}"), "g", digits)
    return QLocale().toString(float(value), "f", 0)


def area(square_metres: float) -> str:
    """An area in m², ha or km², whichever reads best."""
    for size, unit in ((1e6, "km²"), (1e4, "ha")):
        if square_metres >= size:
            return f"{number(square_metres / size, 3)} {unit}"
    return f"{number(square_metres, 3)} m²"


def data_size(size: float) -> str:
    """Bytes as kB, MB or GB, whichever reads best."""
    return QLocale().formattedDataSize(int(size), 1, QLocale.DataSizeFormat.DataSizeSIFormat)


def duration(seconds: float) -> str:
    """A duration in seconds, minutes or hours, whichever reads best."""
    if seconds < 90:
        return tr("{} s").format(number(seconds))
    if seconds < 90 * 60:
        return tr("{} min").format(number(seconds / 60))
    return tr("{} h").format(number(seconds / 3600, 2))
