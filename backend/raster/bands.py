"""Which band of a raster is what: by its colour, by its name, and last by the order of bands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import rasterio
from rasterio.enums import ColorInterp

from backend.errors import RasterError

COLOUR_ROLES = {
    "red": ColorInterp.red,
    "green": ColorInterp.green,
    "blue": ColorInterp.blue,
}
# What no camera sees: never stretched as colours are, and never guessed from the order of bands.
RELIEF = ("dem", "slope")
SENTINEL2 = {
    "B01": "coastal",
    "B02": "blue",
    "B03": "green",
    "B04": "red",
    "B05": "rededge1",
    "B06": "rededge2",
    "B07": "rededge3",
    "B08": "nir",
    "B8A": "nir_narrow",
    "B09": "watervapour",
    "B10": "cirrus",
    "B11": "swir1",
    "B12": "swir2",
}
SYNONYMS = {"elevation": "dem", "dtm": "dem", "near infrared": "nir", "near-infrared": "nir"}
KNOWN_ROLES = frozenset((*SENTINEL2.values(), *RELIEF, "thermal"))
# Remedies that need more than a file: only one of Sentinel-2's two products has this band.
_ONLY_LEVEL_1C = "cirrus"

_SENTINEL2_NAME = re.compile(r"(?:^|[^0-9a-z])b(0?[1-9]|8a|1[0-2])(?:$|[^0-9a-z])", re.IGNORECASE)
_TELLING_NAME = re.compile(r"(?:^|[^0-9a-z])b(?:0[1-9]|8a)(?:$|[^0-9a-z])|wavelength")
# As many names like B1, B2, ... are Sentinel-2's; Landsat has fewer, and other meanings.
_SENTINEL2_NAMES = 10


def sentinel2_role(name: str) -> str:
    """The role of a band of Sentinel-2 such as B4, B04 or "B8A, ... nm"; empty for other names."""
    found = _SENTINEL2_NAME.search(name)
    return SENTINEL2[f"B{found[1].upper():0>2}"] if found else ""


def named_bands(data: rasterio.DatasetReader) -> dict[str, int]:
    """1-based band numbers by role (or by whatever else a band is called in its description)."""
    colours = data.colorinterp
    bands = {
        role: colours.index(colour) + 1
        for role, colour in COLOUR_ROLES.items()
        if colour in colours
    }
    names = [(name or "").strip().lower() for name in data.descriptions]
    is_sentinel2 = _is_sentinel2(names)
    for band, name in enumerate(names, 1):
        role = (sentinel2_role(name) if is_sentinel2 else "") or SYNONYMS.get(name, name)
        if role:
            bands.setdefault(role, band)
    return bands


def _is_sentinel2(names: Sequence[str]) -> bool:
    """B1, B2, B3 alone may be any sensor's."""
    telling = any(_TELLING_NAME.search(name) for name in names)
    return telling or sum(bool(_SENTINEL2_NAME.search(name)) for name in names) >= _SENTINEL2_NAMES


def choose_bands(
    data: rasterio.DatasetReader, roles: tuple[str, ...], numbers: tuple[int, ...] | None
) -> tuple[int, ...]:
    """1-based band numbers for the roles: as asked, else by colour, by name, by order.

    Raises `RasterError` that names the roles that are not there.
    """
    if numbers is not None:
        return _checked(data, numbers, roles)
    if data.colorinterp[0] == ColorInterp.palette and set(roles) == set(COLOUR_ROLES):
        return (1,)
    named = named_bands(data)
    found = {role: named[role] for role in roles if role in named}
    left = [role for role in roles if role not in found]
    spare = _spare(data, named, found, left)
    missing = _not_to_be_guessed(left, spare, found)
    if missing:
        raise _missing(data, roles, missing)
    found |= dict(zip(left, spare, strict=False))
    return tuple(found[role] for role in roles)


def _spare(
    data: rasterio.DatasetReader, named: dict[str, int], found: dict[str, int], left: list[str]
) -> list[int]:
    """Bands in order that may be anything: not alpha, not taken, not known to be something else."""
    known = {band for role, band in named.items() if role in KNOWN_ROLES}
    taken = known | set(found.values())
    kinds = enumerate(data.colorinterp, 1)
    spare = [band for band, kind in kinds if kind != ColorInterp.alpha and band not in taken]
    all_of_sentinel2 = list(SENTINEL2.values())
    if len(spare) == len(all_of_sentinel2) and set(left) < set(all_of_sentinel2):
        return [spare[all_of_sentinel2.index(role)] for role in left]
    return spare


def _not_to_be_guessed(left: list[str], spare: list[int], found: dict[str, int]) -> list[str]:
    """The roles for which no band is left in the order of bands.

    A fourth band may be infrared as well as elevation, so that nothing is taken for elevations but
    in a stack of just the bands that are asked for, more of them than cameras on aircraft have.
    """
    if len(spare) == len(left) > 4 and not found:
        return []
    seen = [role for role in left if role not in RELIEF]
    return seen[len(spare) :] + [role for role in left if role in RELIEF]


def _checked(
    data: rasterio.DatasetReader, bands: tuple[int, ...], roles: tuple[str, ...]
) -> tuple[int, ...]:
    named = ",".join(map(str, bands))
    if len(bands) != len(roles):
        raise RasterError(
            f"{len(bands)} band(s) were named ({named}); the checkpoint needs"
            f" {len(roles)} ({', '.join(roles)}) of {data.name}.",
            f"Name one band for each{otherwise(roles)}.",
        )
    for band in bands:
        if not 1 <= band <= data.count:
            raise RasterError(
                f"{data.name} has no band {band}: it has bands 1 to {data.count}.",
                "Name bands that exist (--bands).",
            )
    return bands


def _missing(data: rasterio.DatasetReader, roles: tuple[str, ...], left: list[str]) -> RasterError:
    usable = sum(kind != ColorInterp.alpha for kind in data.colorinterp)
    ones = ",".join("1" * len(roles))
    way = f", for example {ones} to use the first for all" if set(left) <= set(COLOUR_ROLES) else ""
    return RasterError(
        f"{data.name} has {usable} image band(s); the checkpoint needs {len(roles)}"
        f" ({', '.join(roles)}), of which {are_missing(left)}.",
        "Choose a raster with these bands, or name the bands to use"
        f" (--bands){way}{otherwise(left)}.",
    )


def are_missing(roles: Sequence[str]) -> str:
    """The end of a sentence: nir and dem are missing."""
    return f"{listed(roles)} {'is' if len(roles) == 1 else 'are'} missing"


def otherwise(missing: Iterable[str]) -> str:
    """How else roles can be given, as the end of a remedy."""
    missing = list(missing)
    ways = []
    if set(missing) & set(RELIEF):
        ways.append("give an elevation model (--dem DEM)")
    others = [role for role in missing if role not in RELIEF and role not in COLOUR_ROLES]
    if others:
        ways.append(f"say which raster has it (--input {others[0]}=FILE)")
    if _ONLY_LEVEL_1C in others:
        ways.append("take Sentinel-2's Level-1C, as Level-2A has no band 10 (cirrus)")
    return "".join(f", or {way}" for way in ways)


def listed(names: Sequence[str]) -> str:
    """Names as a list in a sentence: nir, swir1 and dem."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
