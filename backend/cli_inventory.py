"""The `inventory` commands: what is done with polygons once they are found."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from backend.events import OnEvent

Job = Callable[[dict[str, Any], OnEvent], object]


def add(
    parser: argparse.ArgumentParser, add_json: Callable[[argparse.ArgumentParser], None]
) -> None:
    """Add the commands below `parser`; a layer is a file, or `path|layername=name` as in QGIS."""
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    for name, (explanation, options, job) in _ACTIONS.items():
        action = actions.add_parser(name, help=explanation)
        action.add_argument("layer", metavar="LAYER")
        options(action)
        add_json(action)
        action.set_defaults(job=job)


def _fields_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, metavar="GPKG", help="default: the layer itself")
    parser.add_argument("--dem", metavar="DEM", help="elevation model [m]")
    parser.add_argument("--probability", metavar="RASTER", help="probability.tif of the run")
    parser.add_argument("--image", metavar="RASTER", help="for the shadow flag")
    _add_relation(parser)
    parser.add_argument("--ends", action="store_true", help="also a layer of crowns and toes")


def _statistics_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--area-km2", type=float, metavar="KM2", help="the area searched")
    parser.add_argument("--area", metavar="VECTOR", help="polygons of the area searched")
    parser.add_argument("--dem", metavar="DEM", help="drawn as hillshade under the map")
    _add_relation(parser)
    parser.add_argument("--title", metavar="TEXT")
    parser.add_argument("--draws", type=int, metavar="N", help="of the bootstrap")


def _compare_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("reference", metavar="REFERENCE", help="the layer to compare with")
    parser.add_argument("--out", type=Path, required=True, metavar="GPKG")
    parser.add_argument("--area", metavar="VECTOR", help="nothing outside of it counts")
    parser.add_argument("--iou", type=float, metavar="IOU", help="least overlap of a match")


def _export_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    parser.add_argument("--format", required=True, metavar="csv|shapefile|kml|usgs|coolr|iffi")
    parser.add_argument("--inventory", metavar="NAME", help="what the inventory is called")
    parser.add_argument("--date", metavar="YYYY-MM-DD", help="of the event")
    parser.add_argument("--rejected", action="store_true", help="rejected polygons as well")


def _import_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, required=True, metavar="GPKG")
    parser.add_argument("--status", metavar="STATUS", help="of polygons that have none")
    parser.add_argument("--event", metavar="NAME", help="what the landslides come from")


def _add_relation(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--relation", metavar="NAME", help="from area to volume")


def _fields(options: dict[str, Any], on_event: OnEvent) -> object:
    from backend.inventory.jobs import FieldsRequest, fields

    return fields(FieldsRequest(**options), on_event)


def _statistics(options: dict[str, Any], on_event: OnEvent) -> object:
    from backend.inventory.jobs import StatisticsRequest, statistics

    return statistics(StatisticsRequest(**options), on_event)


def _compare(options: dict[str, Any], on_event: OnEvent) -> object:
    from backend.inventory.jobs import CompareRequest, compare

    return compare(CompareRequest(**options), on_event)


def _export(options: dict[str, Any], on_event: OnEvent) -> object:
    from backend.inventory.jobs import ExportRequest, export

    return export(ExportRequest(**options), on_event)


def _import(options: dict[str, Any], on_event: OnEvent) -> object:
    from backend.inventory.jobs import ImportRequest, import_layer

    return import_layer(ImportRequest(**options), on_event)


_ACTIONS: dict[str, tuple[str, Callable[[argparse.ArgumentParser], None], Job]] = {
    "fields": ("slope, height, volume and the like of every polygon", _fields_options, _fields),
    "statistics": ("number, area and sizes, with a report", _statistics_options, _statistics),
    "compare": ("against a reference inventory", _compare_options, _compare),
    "export": ("to the formats of published inventories", _export_options, _export),
    "import": ("any polygons as a layer to be reviewed", _import_options, _import),
}
