"""Which band of a raster is what: by its name, by its colour, and last by the order of bands."""

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


def named_bands(data: rasterio.DatasetReader, roles: Iterable[str] = ()) -> dict[str, int]:
    """1-based band numbers by role (or by whatever else a band is called in its description).

    A band has the colour that the file gives it unless its name is a role: many formats call the
    first three bands red, green and blue, whatever they hold. `roles` are some besides the known.
    """
    names = _names(data)
    bands: dict[str, int] = {}
    for band, name in enumerate(names, 1):
        if name:
            bands.setdefault(name, band)
    known = KNOWN_ROLES.union(roles)
    colours = [
        None if name in known else colour
        for name, colour in zip(names, data.colorinterp, strict=True)
    ]
    for role, colour in COLOUR_ROLES.items():
        if colour in colours:
            bands.setdefault(role, colours.index(colour) + 1)
    return bands


def _names(data: rasterio.DatasetReader) -> list[str]:
    """What each band is called, its role where that is known; empty without a description."""
    names = [(name or "").strip().lower() for name in data.descriptions]
    is_sentinel2 = _is_sentinel2(names)
    return [
        (sentinel2_role(name) if is_sentinel2 else "") or SYNONYMS.get(name, name) for name in names
    ]


def _is_sentinel2(names: Sequence[str]) -> bool:
    """B1, B2, B3 alone may be any sensor's."""
    if any(_TELLING_NAME.search(name) for name in names):
        return True
    roles = [role for role in map(sentinel2_role, names) if role]
    # Those of 10 m. Landsat has its infrared in B5, and a B8 that is as wide as the visible.
    of_10_m = {*COLOUR_ROLES, "nir"} <= set(roles) and "rededge1" not in roles
    return of_10_m or len(roles) >= _SENTINEL2_NAMES


def choose_bands(
    data: rasterio.DatasetReader, roles: tuple[str, ...], numbers: tuple[int, ...] | None
) -> tuple[int, ...]:
    """1-based band numbers for the roles: as asked, else by name, by colour, by order.

    Raises `RasterError` that names the roles that are not there.
    """
    if numbers is not None:
        return _checked(data, numbers, roles)
    if data.colorinterp[0] == ColorInterp.palette and set(roles) == set(COLOUR_ROLES):
        return (1,)
    named = named_bands(data, roles)
    found = {role: named[role] for role in roles if role in named}
    left = [role for role in roles if role not in found]
    spare = _spare(data, named, found, left)
    missing = _not_to_be_guessed(left, spare, found)
    if missing:
        raise _missing(data, roles, missing)
    found |= dict(zip(left, spare, strict=False))
    return tuple(found[role] for role in roles)


def order_note(data: rasterio.DatasetReader, roles: tuple[str, ...], bands: tuple[int, ...]) -> str:
    """A sentence where `bands` that `choose_bands` took by their order may well be others.

    They are where there are more bands than three or than roles, or where others are named.
    """
    named = named_bands(data, roles)
    if len(bands) != len(roles) or all(role in named for role in roles):
        return ""
    images = sum(kind != ColorInterp.alpha for kind in data.colorinterp)
    if images <= min(len(roles), 3) and not any(_names(data)):
        return ""
    order = ", ".join(f"{role} {band}" for role, band in zip(roles, bands, strict=True))
    return f"Not all bands of {data.name} are named; they are taken in their order: {order}."


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
