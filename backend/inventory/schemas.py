"""Field names of published inventories and of formats with short names, and what fills them.

Only names that were found in the published files or in programs that read them stand here
(docs/inventory.md says where). A column that nothing fills is written empty, for the inventory's
keeper to fill. Values of `class` stay ours: each inventory has its own list.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

# Longest name of a field in a DBF file.
SHORTEST = 10


@dataclass(frozen=True)
class Column:
    """A column of a published table: what of ours fills it, or the same text in every row."""

    name: str
    ours: str | None = None
    otherwise: str | None = None


@dataclass(frozen=True)
class Schema:
    """A published inventory: where its columns are known from, and the columns in order."""

    title: str
    reference: str
    columns: tuple[Column, ...]


# Ours at the end of tables that have no place for them.
_OURS = (Column("uuid", "uuid"), Column("area_m2", "area_m2"))

SCHEMAS = {
    "usgs": Schema(
        "USGS, Landslide Inventories across the United States, version 3",
        "U.S. Geological Survey data release US_Landslide_v3 (2025), all 12 columns of its"
        " us_ls_v3_point.csv, https://www.sciencebase.gov/catalog/item/671eef1fd34ed0f827ea9f12",
        (
            Column("USGS_ID"),  # given by the USGS
            Column("Date_Min", "date"),
            Column("Date_Max", "date"),
            Column("Fatalities"),
            Column("Confidence"),  # 1 to 8 by the USGS's own rules
            Column("LS_Type", "class"),
            Column("Inventory", "inventory"),
            Column("Inv_URL"),
            Column("Info_Source", "source"),
            Column("Notes", "notes"),
            Column("Lat_N", "latitude"),
            Column("Lon_W", "longitude"),
            *_OURS,
        ),
    ),
    "coolr": Schema(
        "NASA COOLR, Cooperative Open Online Landslide Repository",
        "all 31 columns of Global_Landslide_Catalog_Export.csv, in its order,"
        " https://data.nasa.gov/resource/dd9e-wu2v; Kirschbaum et al. 2015, Geomorphology 249,"
        " 4–15; Juang et al. 2019, PLoS ONE 14, e0218657",
        (
            Column("source_name", "inventory"),
            Column("source_link"),
            Column("event_id"),  # given by NASA
            Column("event_date", "date"),
            Column("event_time"),
            Column("event_title", "event"),
            Column("event_description", "notes"),
            Column("location_description"),
            Column("location_accuracy", otherwise="exact"),
            Column("landslide_category", "class", "landslide"),
            Column("landslide_trigger", otherwise="unknown"),
            Column("landslide_size", otherwise="unknown"),
            Column("landslide_setting", otherwise="unknown"),
            Column("fatality_count"),
            Column("injury_count"),
            Column("storm_name"),
            Column("photo_link"),
            Column("notes", "source"),
            Column("event_import_source", "inventory"),
            Column("event_import_id", "uuid"),
            Column("country_name"),
            Column("country_code"),
            Column("admin_division_name"),
            Column("admin_division_population"),
            Column("gazeteer_closest_point"),  # spelt so
            Column("gazeteer_distance"),
            Column("submitted_date"),
            Column("created_date"),
            Column("last_edited_date"),
            Column("longitude", "longitude"),
            Column("latitude", "latitude"),
        ),
    ),
    "iffi": Schema(
        "IFFI, Inventario dei Fenomeni Franosi in Italia",
        "columns of frane_piff_opendata and frane_poly_opendata in the open data of ISPRA's"
        " IdroGEO, https://idrogeo.isprambiente.it/opendata; Trigila et al. 2010, Landslides 7,"
        " 455–470",
        (
            # Type, region, province, municipality and river basin district, by name; the region
            # gives the identifier.
            Column("id_frana"),
            Column("nome_tipo", "class"),
            Column("nome_reg"),
            Column("nome_prov"),
            Column("nome_com"),
            Column("nome_distr"),
            *_OURS,
        ),
    ),
}

# Our names where a name has at most ten characters.
SHORT = {
    "perimeter_m": "perim_m",
    "probability_mean": "prob_mean",
    "probability_max": "prob_max",
    "orientation_deg": "orient_deg",
    "slope_mean_deg": "slope_mean",
    "slope_max_deg": "slope_max",
    "elevation_min_m": "elev_min_m",
    "elevation_max_m": "elev_max_m",
    "slope_length_m": "length_m",
    "terrain_cover": "dem_cover",
    "volume_m3": "vol_m3",
    "volume_low_m3": "vol_low_m3",
    "volume_high_m3": "vol_hi_m3",
    "volume_relation": "vol_rel",
}


def short_names(names: Iterable[str]) -> dict[str, str]:
    """For each name one of at most ten characters; no two are the same in any case of letters.

    Ours as in `SHORT`, others cut, and numbered where they meet.
    """
    names = list(names)
    # What fits, or is ours, keeps its name; the others give way.
    result = {name: SHORT.get(name, name) for name in names if len(SHORT.get(name, name)) <= 10}
    taken: set[str] = set()
    for name in sorted(names, key=lambda name: name not in result):
        short = free = result.get(name, name)[:SHORTEST]
        number = 2
        while free.lower() in taken:
            free = f"{short[: SHORTEST - len(str(number)) - 1]}_{number}"
            number += 1
        taken.add(free.lower())
        result[name] = free
    return {name: result[name] for name in names}


# Where an imported layer's fields go, by the names that published inventories give them.
KNOWN_AS = {
    "class": ("class", "LS_Type", "nome_tipo", "landslide_category"),
    "event": ("event", "event_title", "ev_title"),
    "notes": ("notes", "event_description"),
}
