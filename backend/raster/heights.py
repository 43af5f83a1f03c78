"""The unit of elevations: metres, or feet where a file says so."""

from __future__ import annotations

import rasterio
from pyproj import CRS

# Metres in the units that files of elevations name.
FOOT, SURVEY_FOOT = 0.3048, 1200 / 3937
UNITS = {
    **dict.fromkeys(("m", "metre", "metres", "meter", "meters"), 1.0),
    **dict.fromkeys(("ft", "foot", "feet", "international foot"), FOOT),
    **dict.fromkeys(("us-ft", "ftus", "us survey foot", "us survey feet"), SURVEY_FOOT),
}


def metres_per_unit(data: rasterio.DatasetReader, band: int) -> tuple[float, str]:
    """The unit of a band of elevations [m], and a sentence where it is not, or may not be, metres.

    A file tells it as the band's unit or by a vertical CRS; one that does not is taken as metres.
    """
    told = (data.units[band - 1] or "").strip().lower()
    crs = CRS.from_wkt(data.crs.to_wkt()) if data.crs else None
    metres = UNITS.get(told) or _vertical_unit(crs)
    if metres is not None:
        if abs(metres - 1) < 0.1:
            return metres, ""
        return metres, (
            f"The elevations of {data.name} are in a unit of {metres:.4g} m (feet have 0.3048);"
            " they are converted to metres."
        )
    horizontal = crs.axis_info[0].unit_conversion_factor if crs and crs.is_projected else 1.0
    if abs(horizontal - 1) < 0.1:
        return 1.0, ""
    return 1.0, (
        f"The coordinates of {data.name} are in feet, and it does not say what its elevations are"
        " in: they are taken as metres."
    )


def _vertical_unit(crs: CRS | None) -> float | None:
    """The unit of heights in a compound CRS [m]; None where it has none."""
    parts = crs.sub_crs_list if crs and crs.is_compound else []
    heights = [part for part in parts if part.is_vertical and part.axis_info]
    return heights[0].axis_info[0].unit_conversion_factor if heights else None
