"""What came of learning from a review: two checkpoints side by side, and which of them to use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qgis.PyQt.QtCore import QLocale

from .messages import tr

# How long to learn, unless somebody says otherwise.
MINUTES = 10
FIGURES = ("f1", "precision", "recall", "iou", "landslide_recall")


def rows(counts: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """The table: what a figure is, the old checkpoint's, the new one's."""
    labels = {
        "f1": tr("F1"),
        "precision": tr("Precision"),
        "recall": tr("Recall"),
        "iou": tr("IoU"),
        "landslide_recall": tr("Landslides found"),
    }
    old, new = counts["old"], counts["new"]
    return [(labels[name], _figure(old[name]), _figure(new[name])) for name in FIGURES]


def advice(counts: Mapping[str, Any]) -> str:
    """Which checkpoint to use, in a sentence that says why."""
    figures = [_figure(counts[which]["f1"]) for which in ("new", "old")]
    if counts["is_better"]:
        told = tr("Use the new one: on the ground held out its F1 is {}, the old one's {}.")
    else:
        told = tr("Keep the old one: on the ground held out the new one's F1 is {}, its own {}.")
    return told.format(*figures)


def _figure(value: float | None) -> str:
    return "–" if value is None else QLocale().toString(value, "f", 2)
