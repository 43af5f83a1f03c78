"""A checkpoint's card as a page to read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from ..card import card_from, card_line
from ..messages import data_size, number, role_label, tr

# Plain enough for QGIS's own viewer of results.
STYLE = (
    "body{font-family:sans-serif;margin:1.5em;max-width:60em}"
    "table{border-collapse:collapse;margin:.5em 0 1.5em}"
    "td,th{padding:.25em .8em .25em 0;text-align:left;vertical-align:top;"
    "border-bottom:1px solid #bbb}"
)


def page(card: Mapping[str, Any]) -> str:
    """The whole page from what the worker tells of a checkpoint."""
    title = escape(card["name"])
    metrics = [
        (metric["name"], number(metric["value"], 3), metric["averaging"], metric["data"])
        for metric in card["metrics"]
    ]
    training = [(data["name"], data["terms"]) for data in card["training"]]
    parts = [
        f"<h1>{title}</h1><p>{escape(card_line(card_from(card)))}</p>",
        _table(_facts(card)),
        _section(tr("Measured"), [tr("Figure"), "", tr("Averaged"), tr("Data")], metrics),
        _section(tr("Trained on"), [tr("Data"), tr("Terms")], training),
    ]
    head = f'<head><meta charset="utf-8"><title>{title}</title><style>{STYLE}</style></head>'
    return f"<!DOCTYPE html><html>{head}<body>{''.join(parts)}</body></html>\n"


def distances(gsd: Mapping[str, float | None]) -> str:
    """The ground sampling distances that it takes without resampling."""
    if gsd["minimum"] is None or gsd["maximum"] is None:
        return tr("any")
    low, high = number(gsd["minimum"], 3), number(gsd["maximum"], 3)
    return tr("{} to {} m, best {} m").format(low, high, number(gsd["nominal"], 3))


def _facts(card: Mapping[str, Any]) -> list[tuple[str, str]]:
    threshold = f"{number(card['threshold'], 3)} ({card['threshold_source']})"
    return [
        (tr("Architecture"), card["architecture"]),
        (tr("Bands"), ", ".join(map(role_label, card["bands"]))),
        (tr("Ground sampling distance"), distances(card["gsd"])),
        (tr("Tile"), tr("{} px a side").format(card["tile_size"])),
        (tr("Threshold"), threshold),
        (tr("Weights"), tr("{} numbers").format(number(card["parameters"]))),
        (tr("File"), data_size(card["size_bytes"])),
        (tr("Made"), card["created"] or tr("not stated")),
        (tr("Licence"), card["licence"] or tr("not stated")),
        ("SHA-256", card["sha256"]),
        *_parent(card.get("parent")),
    ]


def _parent(parent: Mapping[str, str] | None) -> list[tuple[str, str]]:
    """The checkpoint that the training went on from; older workers tell of none."""
    if not parent:
        return []
    return [(tr("Went on from"), f"{parent['name']}, SHA-256 {parent['sha256']}")]


def _section(title: str, heads: list[str], rows: list[tuple[str, ...]]) -> str:
    if not rows:
        return ""
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    return f"<h2>{escape(title)}</h2>" + _table(rows, f"<tr>{head}</tr>")


def _table(rows: Iterable[tuple[str, ...]], head: str = "") -> str:
    lines = ("".join(f"<td>{escape(str(cell))}</td>" for cell in row) for row in rows)
    return f"<table>{head}{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"
