"""`evaluate --overlap all`: what overlap and flips cost, and what they are worth, as one table.

Every preset runs over the same data, whose landslides are known. The tile mismatch is how far its
probabilities lie from those of `reference`: what the mere place of the tiles does to the result.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from backend.checkpoint import Checkpoint, load
from backend.engines.devices import choose_device
from backend.engines.gate import Comparison, difference
from backend.events import Meter, OnEvent, Result, Start
from backend.raster.grid import NODATA, OVERLAPS, PROBABILITY_SCALE
from backend.training.assess import EvaluateRequest, opened
from backend.training.datasets import Dataset, Labelled
from backend.training.histogram import Histogram, best_level, counts_at, histogram
from backend.training.predict import Predictor
from backend.vectors import level
from backend.workspace import refused

ALL = "all"
# What the others are compared with.
REFERENCE = "reference"
_HEAD = (
    "", "tiles", "time [s]", "time / reference", "F1", "F1 at its own best threshold", "IoU",
    "tile mismatch", "mask IoU with reference",
)  # fmt: skip

OnImage = Callable[[], None]


@dataclass(frozen=True)
class Row:
    """A preset: its cost, its figures over all pixels, and its distance from `reference`.

    `mismatch` is the mean absolute difference of the probabilities.
    """

    name: str
    tiles: int
    seconds: float
    f1: float
    best_f1: float
    iou: float
    mismatch: float
    mask_iou: float


def compare_overlaps(request: EvaluateRequest, on_event: OnEvent) -> Result:
    """Every overlap, plain and with flips; the table goes into `request.out` if there is one."""
    checkpoint = load(request.checkpoint)
    datasets = opened(request.data, request.bands, checkpoint.card)
    presets = [(name, flips) for flips in (False, True) for name in OVERLAPS]
    presets.sort(key=lambda preset: preset != (REFERENCE, False))
    images = sum(len(dataset.samples) for dataset in datasets)
    details = {"checkpoint": checkpoint.path.name, "images": images, "presets": len(presets)}
    on_event(Start("evaluate", choose_device(request.device).description, details))
    meter = Meter(on_event, "evaluating", images * len(presets), "images")
    at = level(checkpoint.card.threshold if request.threshold is None else request.threshold)
    reference: list[bytes] = []
    rows = []
    for overlap, flips in presets:
        predictor = Predictor.of(
            checkpoint, request.device, request.precision, overlap, on_event, fast=True, flips=flips
        )
        name = f"{overlap} with flips" if flips else overlap
        run = _Run(predictor, datasets, reference, lambda: meter.advance(1))
        rows.append(run.row(name, at))
    paths = _write(request, checkpoint, rows)
    result = Result(paths, {"rows": [asdict(row) for row in rows]})
    on_event(result)
    return result


class _Run:
    """One preset over all images; the first one leaves its probabilities in `reference`."""

    def __init__(
        self,
        predictor: Predictor,
        datasets: Sequence[Dataset],
        reference: list[bytes],
        on_image: OnImage,
    ) -> None:
        self._predictor, self._datasets, self._on_image = predictor, datasets, on_image
        self._reference, self._is_first = reference, not reference
        self._tiles, self._seconds = 0, 0.0

    def row(self, name: str, at: int) -> Row:
        """The preset's figures; pixels of `at` (in 1/250) and above are landslide."""
        levels: Histogram = np.zeros((2, PROBABILITY_SCALE + 1), np.int64)
        pixels, off = 0, 0
        agreement = Comparison(at)
        for labelled, found, before in self._images():
            levels += histogram(found, labelled.mask)
            valid = found != NODATA
            pair = before[valid][None], found[valid][None]
            pixels += pair[0].size
            off += int(difference(*pair).sum())
            agreement.add((pair[0], None), (pair[1], None))
        counts = counts_at(levels, at)
        return Row(
            name=name,
            tiles=self._tiles,
            seconds=round(self._seconds, 2),
            f1=counts.f1,
            best_f1=counts_at(levels, best_level(levels)).f1,
            iou=counts.iou,
            mismatch=off / max(pixels, 1) / PROBABILITY_SCALE,
            mask_iou=agreement.verdict("", "", "").mask_iou,
        )

    def _images(self) -> Iterator[tuple[Labelled, NDArray[np.uint8], NDArray[np.uint8]]]:
        """Each image, its probabilities (H, W) here, and those of the reference."""
        index = 0
        for dataset in self._datasets:
            for sample in dataset.samples:
                labelled = sample.read()
                began = time.perf_counter()
                found = self._predictor(labelled, dataset.gsd, self._count)
                self._seconds += time.perf_counter() - began
                if self._is_first:
                    self._reference.append(zlib.compress(found.tobytes(), 1))
                packed = zlib.decompress(self._reference[index])
                yield labelled, found, np.frombuffer(packed, np.uint8).reshape(found.shape)
                index += 1
                self._on_image()

    def _count(self, passed: int, computed: int) -> None:
        self._tiles += computed


def _write(request: EvaluateRequest, checkpoint: Checkpoint, rows: list[Row]) -> dict[str, str]:
    if request.out is None:
        return {}
    path = request.out / "overlaps.md"
    with refused(request.out):
        request.out.mkdir(parents=True, exist_ok=True)
        path.write_text(table(checkpoint, request.data, rows), encoding="utf-8")
    return {"table": str(path)}


def table(checkpoint: Checkpoint, data: Sequence[str], rows: Sequence[Row]) -> str:
    """The rows in Markdown."""
    lines = [
        f"{checkpoint.path.name} ({checkpoint.sha256[:12]}) on {', '.join(data)}, tiles of"
        f" {checkpoint.card.tile_size} px.",
        "",
        f"| {' | '.join(_HEAD)} |",
        "|---" + "|--:" * (len(_HEAD) - 1) + "|",
    ]
    for row in rows:
        cells = (
            row.name, f"{row.tiles}", f"{row.seconds:.1f}",
            f"{row.seconds / max(rows[0].seconds, 1e-9):.2f}", f"{row.f1:.4f}",
            f"{row.best_f1:.4f}", f"{row.iou:.4f}", f"{row.mismatch:.4f}", f"{row.mask_iou:.4f}",
        )  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
