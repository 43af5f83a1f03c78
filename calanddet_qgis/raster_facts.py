"""What QGIS knows of a raster layer that a run depends on: size, ground, bands, who can read it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCsException,
    QgsDistanceArea,
    QgsMultiBandColorRenderer,
    QgsPalettedRasterRenderer,
    QgsPointXY,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsUnitTypes,
)

from .card import TERRAIN_ROLES

# What GDAL opens in this process only.
MEMORY_SOURCES = ("MEM:", "/vsimem/")
# Where previews of running detections are held.
PREVIEW_FOLDER = "/vsimem/calanddet/"
RESULT_KINDS = ("probability", "mask", "disagreement", "uncertainty")
# Of one raster, and the mosaics of many.
RESULT_RASTERS = tuple(f"{kind}.{end}" for end in ("tif", "vrt") for kind in RESULT_KINDS)
# Words in the names of bands, by role; other roles go by their own names.
BAND_WORDS = {
    "coastal": ("coastal", "b01"),
    "blue": ("blue", "b", "blau", "b02"),
    "green": ("green", "g", "grün", "b03"),
    "red": ("red", "r", "rot", "b04"),
    "rededge1": ("rededge1", "b05"),
    "rededge2": ("rededge2", "b06"),
    "rededge3": ("rededge3", "b07"),
    "nir": ("nir", "infrared", "b08"),
    "watervapour": ("watervapour", "b09"),
    "swir1": ("swir1", "b11"),
    "swir2": ("swir2", "b12"),
    "dem": ("dem", "dtm", "elevation"),
}
# Words that make another band of one: coastal blue, red edge, short-wave infrared.
OTHER_WORDS = {"blue": {"coastal"}, "red": {"edge"}, "nir": {"short", "shortwave"}}
# Sentinel-2's of 10 m, as they are often called. Landsat, too, has a B8, but its infrared in B5.
SENTINEL2_NAMES, LANDSAT_INFRARED, OF_SENTINEL2 = {"b2", "b3", "b4", "b8"}, "b5", "b8a"
# All of Sentinel-2's, in its order.
SENTINEL2_BANDS = (
    "coastal", "blue", "green", "red", "rededge1", "rededge2", "rededge3", "nir", "nir_narrow",
    "watervapour", "cirrus", "swir1", "swir2",
)  # fmt: skip
# Up to so many bands in their order are a camera's: none of them is taken for elevation.
CAMERA_BANDS = 4
# QGIS puts a number before every band's name, and calls those without a name so.
NUMBERED = re.compile(r"^Band \d+\s*:?\s*", re.IGNORECASE)
WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class RasterFacts:
    """A raster layer, copied: sizes in pixels (0 where it has none of its own), `gsd` in metres."""

    width: int
    height: int
    extent: QgsRectangle
    crs: QgsCoordinateReferenceSystem
    gsd: tuple[float, float] | None
    bands: int
    value_bytes: int
    is_file: bool
    """Whether another process can read it through GDAL."""

    @property
    def has_pixels(self) -> bool:
        """Whether it has a resolution of its own; a web service has none."""
        return self.width > 0 and self.height > 0


def facts_of(layer: QgsRasterLayer) -> RasterFacts:
    """The facts of a valid layer."""
    provider = layer.dataProvider()
    width, height = provider.xSize(), provider.ySize()
    extent, crs = provider.extent(), layer.crs()
    gsd = ground_size(extent, crs, width, height) if width and height else None
    bands = provider.bandCount()
    # Colours of a web service come as one value of four bytes, and are exported as four of one.
    byte = not (width and any(provider.dataTypeSize(band) > 1 for band in range(1, bands + 1)))
    return RasterFacts(width, height, extent, crs, gsd, bands, 1 if byte else 4, is_file(layer))


def is_file(layer: QgsRasterLayer) -> bool:
    """Whether the worker, a process of its own, can read the layer's source."""
    if layer.providerType() != "gdal":
        return False
    return not layer.source().upper().startswith(tuple(map(str.upper, MEMORY_SOURCES)))


def is_result(layer: QgsRasterLayer) -> bool:
    """Whether the layer is what a run has found, or has found so far: nothing to search in."""
    source = Path(layer.source())
    if layer.source().startswith(PREVIEW_FOLDER):
        return True
    return source.name in RESULT_RASTERS and source.with_name("run.json").exists()


def ground_size(
    extent: QgsRectangle, crs: QgsCoordinateReferenceSystem, width: int = 1, height: int = 1
) -> tuple[float, float] | None:
    """Length of a pixel's sides on the ground at the centre [m], of width x height over an extent.

    None without a CRS. With 1 x 1 it is the size of the extent itself.
    """
    if not crs.isValid():
        return None
    measure = distance_area(crs)
    centre, across, down = extent.center(), extent.width() / width, extent.height() / height
    to_metres = QgsUnitTypes.fromUnitToUnitFactor(
        measure.lengthUnits(), QgsUnitTypes.DistanceUnit.DistanceMeters
    )
    sides = (
        QgsPointXY(centre.x() + across / 2, centre.y()),
        QgsPointXY(centre.x(), centre.y() + down / 2),
    )
    # Measured from the centre: half of a side each, which never leaves the CRS's domain.
    try:
        along, upward = (2 * to_metres * measure.measureLine(centre, side) for side in sides)
    except QgsCsException:
        # QGIS 3.40 says so where coordinates are not of their CRS; earlier ones measure 0.
        return None
    return (along, upward) if along > 0 and upward > 0 else None


def distance_area(crs: QgsCoordinateReferenceSystem) -> QgsDistanceArea:
    """Measures on the ellipsoid of a CRS, in a plane where it has none."""
    measure = QgsDistanceArea()
    measure.setSourceCrs(crs, QgsProject.instance().transformContext())
    measure.setEllipsoid(crs.ellipsoidAcronym() or "NONE")
    return measure


def is_paletted(layer: QgsRasterLayer) -> bool:
    """Whether the colours of an image of one band stand in its colour table."""
    one = layer.bandCount() == 1 and layer.dataProvider() is not None
    return one and isinstance(layer.renderer(), QgsPalettedRasterRenderer)


def guess_bands(layer: QgsRasterLayer, roles: Iterable[str]) -> dict[str, int]:
    """The band of each role, 0 where none suggests itself.

    By the bands' names, else by their colours; where neither tells any, by the order of a stack
    that is known as a whole; else for red, green and blue as they are drawn, and by order where no
    role has been found at all.
    """
    wanted = list(roles)
    found = {role: _band_by_name(layer, role) for role in wanted}
    _complete(found, _colours(layer))
    if not any(found.values()):
        _complete(found, _stacked(layer, wanted))
    _complete(found, _drawn(layer))
    if any(found.values()) or layer.bandCount() < len(wanted):
        return found
    camera = len(wanted) <= CAMERA_BANDS
    in_order = {role: band for band, role in enumerate(wanted, 1)}
    return {
        role: 0 if camera and role in TERRAIN_ROLES else band for role, band in in_order.items()
    }


def _complete(found: dict[str, int], source: dict[str, int]) -> None:
    """Give each role that is not found the band of the source, unless another role has it."""
    for role, band in found.items():
        candidate = source.get(role, 0)
        if not band and candidate not in found.values():
            found[role] = candidate


def _stacked(layer: QgsRasterLayer, wanted: list[str]) -> dict[str, int]:
    """The bands of a stack of all of Sentinel-2, or of just what is wanted and no camera has.

    QGIS draws the first three of it in red, green and blue, whatever they are.
    """
    count = layer.bandCount()
    if count == len(SENTINEL2_BANDS) and set(wanted) <= set(SENTINEL2_BANDS):
        return {role: band for band, role in enumerate(SENTINEL2_BANDS, 1)}
    if count == len(wanted) > CAMERA_BANDS:
        return {role: band for band, role in enumerate(wanted, 1)}
    return {}


def _band_by_name(layer: QgsRasterLayer, role: str) -> int:
    """The band with just this name, else the first with a word of it, else 0."""
    words, names = {role, *BAND_WORDS.get(role, ())}, _names(layer)
    for band, name in enumerate(names, 1):
        if name in words:
            return band
    for band, name in enumerate(names, 1):
        found = set(WORD.findall(name))
        if found & words and not found & OTHER_WORDS.get(role, set()):
            return band
    return 0


def _names(layer: QgsRasterLayer) -> list[str]:
    """What the bands are called, in small letters; those of Sentinel-2 as b02."""
    numbers = range(1, layer.bandCount() + 1)
    names = [NUMBERED.sub("", layer.bandName(band)).partition("(")[0] for band in numbers]
    names = [name.strip().lower() for name in names]
    if set(names) >= SENTINEL2_NAMES and (LANDSAT_INFRARED not in names or OF_SENTINEL2 in names):
        return [re.sub(r"^b(\d)$", r"b0\1", name) for name in names]
    return names


def _colours(layer: QgsRasterLayer) -> dict[str, int]:
    """The bands whose file says that they are red, green or blue."""
    provider, found = layer.dataProvider(), {}
    for band in range(1, layer.bandCount() + 1):
        name = provider.colorInterpretationName(band).lower()
        for role in ("red", "green", "blue"):
            if name == role:
                found.setdefault(role, band)
    return found


def _drawn(layer: QgsRasterLayer) -> dict[str, int]:
    """The bands that QGIS draws in red, green and blue."""
    renderer = layer.renderer()
    if not isinstance(renderer, QgsMultiBandColorRenderer):
        return {}
    bands = (renderer.redBand(), renderer.greenBand(), renderer.blueBand())
    return {role: max(band, 0) for role, band in zip(("red", "green", "blue"), bands)}
