"""The table of a comparison of networks, in the columns of the CAS benchmark."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from backend.training.scores import OVER_CLASSES, OVER_PIXELS

# Figures of an evaluation by key, and what the columns are called.
COLUMNS = {
    "precision": "precision",
    "recall": "recall",
    "iou": "IoU",
    "f1": "F1",
    "mean_iou": "mIoU",
    "overall_accuracy": "OA",
}
NONE = "–"
# In a page, what stands between these lines is replaced.
_BLOCK = re.compile(r"(<!-- compare (\S+) on (\S+) -->\n).*?(<!-- end of compare -->)", re.DOTALL)
# The block that takes the whole table.
TABLE = "table"


@dataclass(frozen=True)
class Row:
    """One network: how good it became, and what it costs."""

    network: str
    data: str
    """What the figures were measured on."""
    start: str
    views: int
    """That it learned from within the budget."""
    threshold: float
    precision: float | None
    recall: float | None
    iou: float | None
    f1: float | None
    mean_iou: float | None
    overall_accuracy: float | None
    parameters: int
    gflop: float
    tiles_per_s: float
    device: str

    @property
    def cells(self) -> list[str]:
        """As in the table."""
        return [
            f"`{self.network}`",
            *(_figure(getattr(self, key)) for key in COLUMNS),
            f"{self.parameters / 1e6:.1f}",
            f"{self.gflop:.1f}",
            f"{self.tiles_per_s:.1f}",
            f"{self.views:,}",
        ]

    @property
    def sentence(self) -> str:
        """As an item of a list that stands by itself."""
        figures = ", ".join(
            f"{name} {_figure(getattr(self, key))}" for key, name in COLUMNS.items()
        )
        return (
            f"- **{self.data}**, {self.views:,} views from {self.start}: {figures};"
            f" {self.parameters / 1e6:.1f} M parameters, {self.gflop:.1f} GFLOP a tile,"
            f" {self.tiles_per_s:.1f} tiles/s ({self.device})."
        )


def _figure(value: float | None) -> str:
    return NONE if value is None else f"{value:.3f}"


@dataclass(frozen=True)
class Comparison:
    """All rows, and in sentences what they have in common."""

    conditions: str
    rows: tuple[Row, ...]

    @property
    def markdown(self) -> str:
        """The table, highest F1 first, with what its figures are of."""
        head = [
            "network", *COLUMNS.values(), "parameters [M]", "GFLOP a tile", "tiles/s", "views",
        ]  # fmt: skip
        rows = sorted(self.rows, key=lambda row: -(row.f1 or 0))
        lines = [_line(head), _line(["---"] + ["---:"] * (len(head) - 1))]
        lines += [_line(row.cells) for row in rows]
        return "\n".join([self.conditions, *self._notes(), "", *lines]) + "\n"

    def _notes(self) -> list[str]:
        devices = ", ".join(sorted({row.device for row in self.rows}))
        learned = [f"`{row.network}`" for row in self.rows if not row.start.startswith("random")]
        started = f" Encoders learned on ImageNet: {', '.join(learned)}." if learned else ""
        return [
            f"Precision, recall, IoU and F1 are of landslides {OVER_PIXELS}; mIoU is the"
            f" {OVER_CLASSES}; OA is the share of right pixels {OVER_PIXELS}. A multiplication and"
            f" an addition count as two FLOP. Tiles a second: {devices}.{started}"
        ]

    def write(self, folder: Path) -> dict[str, Path]:
        """The table as Markdown, CSV and JSON; returns the files by role."""
        everything = {"conditions": self.conditions, "rows": [asdict(row) for row in self.rows]}
        texts = {
            "table": ("compare.md", self.markdown),
            "csv": ("compare.csv", self._csv()),
            "json": ("compare.json", json.dumps(everything, ensure_ascii=False, indent=1) + "\n"),
        }
        for name, text in texts.values():
            partial = folder / f"{name}.partial"
            partial.write_text(text, encoding="utf-8")
            partial.replace(folder / name)
        return {role: folder / name for role, (name, _) in texts.items()}

    def _csv(self) -> str:
        text = io.StringIO()
        writer = csv.DictWriter(text, [field.name for field in fields(Row)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(row) for row in self.rows)
        return text.getvalue()

    def entered(self, page: str, name: str) -> str:
        """A page with this comparison, called `name`, in the blocks that are marked for it.

        `<!-- compare NETWORK on NAME -->` begins one, `<!-- end of compare -->` ends it.
        """
        texts = {row.network: row.sentence for row in self.rows} | {TABLE: self.markdown}

        def fill(match: re.Match[str]) -> str:
            head, network, of, end = match.groups()
            if of != name or network not in texts:
                return match[0]
            return f"{head}{texts[network].rstrip()}\n{end}"

        return _BLOCK.sub(fill, page)


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
