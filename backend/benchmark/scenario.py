"""What every contender is given, as one small file that its process reads."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from backend.card import Scaling
from backend.raster.grid import Tiling

PRESET = "reference"


@dataclass(frozen=True)
class Scenario:
    """A raster of `width` x `height` px, of which `bands` are the checkpoint's, and how to do it.

    Tiles are squares of `size` px every `stride` px, of which the centre of `stride` px is kept.
    """

    raster: str
    bands: tuple[int, ...]
    width: int
    height: int
    checkpoint: str
    scaling: Scaling
    threshold: float
    limit: float
    """Ours rounds probabilities to 1/250, and so decides half a step below the threshold; from here
    on the others count a pixel, so that masks differ by what was computed alone."""
    size: int
    device: str
    precision: str
    threads: int
    folder: str
    """Where contenders may write."""
    overlap: str = PRESET
    flips: bool = False
    engine: str = ""
    """Of the comparison of engines: torch or openvino."""

    @property
    def stride(self) -> int:
        """Half a tile, as published [px]."""
        return self.size // 2

    @property
    def margin(self) -> int:
        """Rim of each tile that is dropped [px]."""
        return (self.size - self.stride) // 2

    @property
    def tiling(self) -> Tiling:
        """The tiles that decide every pixel of the raster."""
        return Tiling.of(self.width, self.height, self.size, self.overlap)

    @property
    def network_file(self) -> Path:
        """The network for ONNX Runtime, without the scaling of its input."""
        return Path(self.folder) / "network.onnx"

    @property
    def detected(self) -> Path:
        """The folder of our own results."""
        return Path(self.folder) / "detect"

    def mask(self, name: str) -> Path:
        """The raster that a contender leaves: 1 is landslide."""
        own = self.detected / "mask.tif"
        return own if name == "detect" else Path(self.folder) / f"{name}.tif"

    @property
    def answers(self) -> Path:
        """What an engine answered, for comparison with another."""
        return Path(self.folder) / "answers.npz"

    def write(self, path: Path) -> None:
        """Store it for `read`."""
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Scenario:
        """What `write` has stored."""
        data = json.loads(path.read_text(encoding="utf-8"))
        scaling = {name: tuple(values) for name, values in data["scaling"].items()}
        return cls(**data | {"bands": tuple(data["bands"]), "scaling": Scaling(**scaling)})
