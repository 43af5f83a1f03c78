"""Sentinel-2: a product's files by band, and in which of its encodings reflectances are given."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray

from backend.errors import RasterError
from backend.raster.bands import SENTINEL2, listed

# A file of one band: T44RKS_20240101T050219_B02.jp2, ..._B02_10m.jp2, B02.tif; MSK_... are masks.
_FILE = re.compile(
    r"^(?!MSK_)(?:.*_)?(B0[1-9]|B8A|B1[0-2])(?:_(\d+)m)?\.(?:jp2|tiff?)$", re.IGNORECASE
)
# The processing baseline in a product's name, as in S2A_MSIL1C_20240101T050219_N0510_R119_....
_BASELINE = re.compile(r"_N(\d{4})_R\d{3}_")
_FIRST_WITH_OFFSET = 400

# Where a product has them; all of a disk that somebody chose by mistake is not looked through.
_FOLDERS = ("", "R*m/", "IMG_DATA/", "IMG_DATA/R*m/")

QUANTIFICATION = 10_000.0
OFFSET = 1_000.0
# Typical values: reflectances lie below the first, integers above the second; between them are the
# values of a data set that divides every band by its mean.
MOST_REFLECTANCE, LEAST_INTEGER = 0.5, 20.0
# Without the offset, the darkest pixels of the darkest band reflect much less than this.
DARK = 0.95 * OFFSET


def _band_files(folder: Path) -> list[Path]:
    within = (*_FOLDERS, *(f"GRANULE/*/{name}" for name in _FOLDERS))
    files = (path for name in within for path in folder.glob(f"{name}*"))
    return sorted(path for path in files if _FILE.search(path.name))


def is_product(path: Path) -> bool:
    """Whether this is a folder with files of bands."""
    return path.is_dir() and bool(_band_files(path))


def files_of(folder: Path) -> dict[str, Path]:
    """The files of a product's bands by role, of each band the finest.

    Raises `RasterError` where there are none, or two of one kind.
    """
    found: dict[str, dict[int, Path]] = {}
    for path in _band_files(folder):
        match = _FILE.search(path.name)
        assert match  # nosec B101 # for mypy: only such files are listed
        band, metres = match[1].upper(), int(match[2] or 0)
        twin = found.setdefault(band, {}).setdefault(metres, path)
        if twin != path:
            raise RasterError(
                f"{folder} holds band {band} twice: {twin.name} and {path.name}.",
                "Choose the folder of a single Sentinel-2 product and tile.",
            )
    if not found:
        raise RasterError(
            f"The folder {folder} holds no bands of Sentinel-2: no file's name ends as"
            " _B02.jp2 or _B02_10m.tif do.",
            "Choose a raster file, or the folder of a Sentinel-2 product.",
        )
    return {SENTINEL2[band]: files[min(files)] for band, files in sorted(found.items())}


@dataclass(frozen=True)
class Encoding:
    """How raw values become reflectances: value x gain + offset.

    `is_final` where they are a data set's own values, which nothing is to be done to.
    """

    gain: float
    offset: float
    note: str
    is_final: bool = False

    @property
    def is_integer(self) -> bool:
        """Whether raw values are reflectances x 10000, in which 0 is nodata."""
        return self.gain == 1 / QUANTIFICATION


def encoding_of(bands: Sequence[NDArray[np.float64]], baseline: int | None) -> Encoding:
    """The encoding that all these bands, as samples (n,) of their raw values, are given in.

    `baseline` is the processing baseline (0400 for 04.00); where it is not known, the darkest
    values tell whether there is an offset.
    """
    known = [band[np.isfinite(band)] for band in bands]
    # In integers, 0 is nodata.
    known = [
        band[band != 0] if band.size and band.max() > LEAST_INTEGER else band for band in known
    ]
    known = [band for band in known if band.size]
    if not known:
        return Encoding(1.0, 0.0, "")
    typical = float(np.median([np.median(band) for band in known]))
    if typical < MOST_REFLECTANCE:
        return Encoding(1.0, 0.0, "The bands are taken as reflectances (0 to 1).")
    if typical < LEAST_INTEGER:
        note = (
            f"The bands' values of about {typical:.2g} are taken as those of the checkpoint's own"
            " training data; they are not scaled."
        )
        return Encoding(1.0, 0.0, note, is_final=True)
    darkest = min(float(np.percentile(band, 1)) for band in known)
    if baseline is None:
        has_offset, why = darkest >= DARK, f"the darkest values are {darkest:.0f}"
    else:
        has_offset = baseline >= _FIRST_WITH_OFFSET
        why = f"the processing baseline is {baseline / 100:05.2f}"
    if has_offset:
        note = (
            "The bands are taken as reflectances x 10000 + 1000, as of processing baseline 04.00:"
            f" {why}."
        )
        return Encoding(1 / QUANTIFICATION, -OFFSET / QUANTIFICATION, note)
    note = f"The bands are taken as reflectances x 10000 without an offset: {why}."
    return Encoding(1 / QUANTIFICATION, 0.0, note)


def baseline_of(data: rasterio.DatasetReader) -> int | None:
    """The processing baseline (510 for 05.10), where the file's tags or its path tell."""
    told = data.tags().get("PROCESSING_BASELINE", "").replace(".", "")
    if told.isdigit():
        return int(told)
    named = _BASELINE.search(str(Path(data.name).absolute()))
    return int(named[1]) if named else None


def one_type(names: Sequence[tuple[str, str]]) -> None:
    """Raise `RasterError` unless files (name, type) hold values that can be in one encoding."""
    if any(dtype == "uint8" for _, dtype in names):
        name = next(name for name, dtype in names if dtype == "uint8")
        raise RasterError(
            f"{name} holds 8-bit values, but the checkpoint needs reflectances.",
            "Choose the product's bands themselves, not a picture made of them.",
        )
    kinds = {np.dtype(dtype).kind == "f": name for name, dtype in names}
    if len(kinds) > 1:
        raise RasterError(
            f"{listed(sorted(kinds.values()))} hold reflectances in different encodings: one"
            " floats, the other integers.",
            "Give all bands in one encoding.",
        )
