"""May a checkpoint be computed in bfloat16? Only where its results stay what they are in float32.

The verdict is about one checkpoint; it is kept, and may be shipped beside the checkpoint's file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from backend.engines import Examined
from backend.raster.grid import PROBABILITY_SCALE

# What a lower precision has to keep, on how much.
WITHIN = 0.02
WITHIN_SHARE = 0.999
MASK_IOU = 0.99
UNSURE_PRESENCE = 0.05
F1_CHANGE = 0.001
TILES = 200
# With fewer pixels of landslide than this the IoU of the masks says nothing.
LANDSLIDE_PIXELS = 1000

# Before a hash in a file.
HASH = "sha256:"


class Examinable(Protocol):
    """An engine that shows the presence logits as well."""

    def examine(self, tiles: NDArray[Any]) -> Examined:
        """Probabilities as of `predict`, and presence logits (B, 1) where the network has them."""
        ...


@dataclass(frozen=True)
class Verdict:
    """What was found when bf16 was compared with fp32."""

    checkpoint: str
    """SHA-256 of its file, in hexadecimal."""
    engine: str
    processor: str
    tiles: int
    landslide_pixels: int
    """In fp32 or in bf16."""
    within: float
    """Share of pixels whose probability differs by `WITHIN` or less."""
    mask_iou: float
    presence_flips: int
    """Tiles whose presence logit changed its sign and was not about 0 in fp32."""
    f1_change: float | None = None
    """Where the truth is known."""
    abilities: str = ""
    """Of the processor: what any other has to have too for which this is to hold."""

    @property
    def suffices(self) -> bool:
        """Whether enough was compared."""
        return self.tiles >= TILES and self.landslide_pixels >= LANDSLIDE_PIXELS

    @property
    def passes(self) -> bool:
        """Whether the results in bf16 are those in fp32."""
        return (
            self.suffices
            and self.within >= WITHIN_SHARE
            and self.mask_iou >= MASK_IOU
            and self.presence_flips == 0
            and abs(self.f1_change or 0.0) <= F1_CHANGE
        )

    def __str__(self) -> str:
        f1 = "" if self.f1_change is None else f", F1 changed by {self.f1_change:+.4f}"
        return (
            f"on {self.tiles} tiles {self.within:.2%} of the pixels are within {WITHIN} of fp32,"
            f" the masks' IoU is {self.mask_iou:.4f}, {self.presence_flips} tiles changed their"
            f" presence{f1}"
        )

    def to_json(self) -> str:
        """The verdict as the text of a file."""
        return json.dumps(self.fields(), indent=2) + "\n"

    def fields(self) -> dict[str, Any]:
        """As they stand in a file, the hash named as one."""
        return asdict(self) | {"checkpoint": HASH + self.checkpoint}


def parse_verdict(text: str, sha256: str) -> Verdict | None:
    """The verdict in a file's text; None where it is none, or is about another checkpoint."""
    return next(iter(parse_verdicts(f"[{text}]", sha256)), None)


def parse_verdicts(text: str, sha256: str) -> list[Verdict]:
    """Those about a checkpoint in a file's list of verdicts; what else is in it is left out."""
    try:
        parts = json.loads(text)
    except ValueError:
        return []
    verdicts = map(_verdict, parts) if isinstance(parts, list) else ()
    return [verdict for verdict in verdicts if verdict and verdict.checkpoint == sha256]


def _verdict(data: Any) -> Verdict | None:
    try:
        change = data.get("f1_change")
        return Verdict(
            checkpoint=str(data["checkpoint"]).removeprefix(HASH),
            engine=str(data["engine"]),
            processor=str(data["processor"]),
            tiles=int(data["tiles"]),
            landslide_pixels=int(data["landslide_pixels"]),
            within=float(data["within"]),
            mask_iou=float(data["mask_iou"]),
            presence_flips=int(data["presence_flips"]),
            f1_change=None if change is None else float(change),
            abilities=str(data.get("abilities", "")),
        )
    except (ValueError, TypeError, LookupError, AttributeError):
        return None


def difference(left: NDArray[np.uint8], right: NDArray[np.uint8]) -> NDArray[np.int16]:
    """Steps of 1/250 between probabilities."""
    return np.abs(left.astype(np.int16) - right)


@dataclass
class Comparison:
    """Counts over batches; pixels of `level` (in 1/250) and above are landslide."""

    level: int
    tiles: int = 0
    pixels: int = 0
    within: int = 0
    both: int = 0
    either: int = 0
    flips: int = 0
    known: bool = False
    exact_hits: int = 0
    exact_sum: int = 0
    reduced_hits: int = 0
    reduced_sum: int = 0

    def add(
        self, exact: Examined, reduced: Examined, truth: NDArray[np.bool_] | None = None
    ) -> None:
        """Count a batch; `truth` (B, stride, stride) is where landslides are."""
        steps = round(WITHIN * PROBABILITY_SCALE)
        self.tiles += len(exact[0])
        self.pixels += exact[0].size
        self.within += int((difference(exact[0], reduced[0]) <= steps).sum())
        masks = exact[0] >= self.level, reduced[0] >= self.level
        self.both += int((masks[0] & masks[1]).sum())
        self.either += int((masks[0] | masks[1]).sum())
        if exact[1] is not None and reduced[1] is not None:
            sure = np.abs(exact[1]) > UNSURE_PRESENCE
            self.flips += int((sure & ((exact[1] > 0) != (reduced[1] > 0))).sum())
        if truth is not None:
            self.known = True
            positives = int(truth.sum())
            self.exact_hits += int((masks[0] & truth).sum())
            self.exact_sum += int(masks[0].sum()) + positives
            self.reduced_hits += int((masks[1] & truth).sum())
            self.reduced_sum += int(masks[1].sum()) + positives

    def verdict(self, checkpoint: str, engine: str, processor: str, abilities: str = "") -> Verdict:
        """The figures of all that was counted."""
        change = _f1(self.reduced_hits, self.reduced_sum) - _f1(self.exact_hits, self.exact_sum)
        return Verdict(
            checkpoint=checkpoint,
            engine=engine,
            processor=processor,
            tiles=self.tiles,
            landslide_pixels=self.either,
            within=self.within / max(self.pixels, 1),
            mask_iou=self.both / self.either if self.either else 1.0,
            presence_flips=self.flips,
            f1_change=change if self.known else None,
            abilities=abilities,
        )


def compare(
    exact: Examinable,
    reduced: Examinable,
    level: int,
    batches: Iterable[tuple[NDArray[Any], NDArray[np.bool_] | None]],
) -> Comparison:
    """Run both engines over batches of tiles, with the truth of their centres where it is known."""
    comparison = Comparison(level)
    for tiles, truth in batches:
        comparison.add(exact.examine(tiles), reduced.examine(tiles), truth)
    return comparison


def _f1(hits: int, total: int) -> float:
    """From true positives, and predicted and true pixels together."""
    return 2 * hits / total if total else 1.0
