"""A network compiled by OpenVINO for this processor: converted and tested once, then kept.

It takes one tile at a time, of which several are computed at once (streams), each by threads of its
own: they never wait for each other, and the maps of one tile stay in the processor's cache where
those of four do not.
"""

from __future__ import annotations

import hashlib
import io
import json
import warnings
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from backend import models
from backend.checkpoint import Checkpoint
from backend.engines.cache import SUFFIX, cache_folder, read_parts, write_parts
from backend.engines.devices import usable_threads
from backend.engines.gate import difference
from backend.engines.openvino_library import REMEDY, Library, in_short
from backend.engines.self_test import patterns
from backend.engines.tile_network import TileNetwork
from backend.errors import DeviceError
from backend.models.folding import rounded
from backend.raster.grid import PROBABILITY_SCALE

# The self-test: as many pixels of as many tiles within as many steps of 1/250 of torch's answer.
SAME_SHARE = 0.999
PATTERNS = 2
SAME_STEPS = 2
# What presence logits may differ by, of their size and besides.
SAME_PRESENCE = (0.01, 0.05)
# Tiles that are computed at once; each takes memory.
MOST_STREAMS = 4


@dataclass(frozen=True)
class OpenVinoModel:
    """Which network to compile: from raw tiles of `dtype` to crops without `margin` [px].

    `known` and `make` return OpenVINO's compiled network, whose requests answer one tile each.
    """

    library: Library
    checkpoint: Checkpoint
    margin: int
    precision: str
    dtype: np.dtype[Any]

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Of a request: (1, C, size, size)."""
        card = self.checkpoint.card
        return 1, len(card.bands), card.tile_size, card.tile_size

    @cached_property
    def path(self) -> Path | None:
        """The file in the cache; its name tells all that a compiled network depends on."""
        folder = cache_folder()
        depends = {
            "checkpoint": self.checkpoint.sha256,
            # Scaling is part of the network, and a card may come from elsewhere than the weights.
            "card": self.checkpoint.card.to_json(),
            "margin": self.margin,
            "precision": self.precision,
            "dtype": self.dtype.name,
            "shape": self.shape,
            "openvino": self.library.version,
            "torch": torch.__version__,
            "processor": self.library.processor,
            "code": _code(),
        }
        name = hashlib.sha256(json.dumps(depends, sort_keys=True).encode()).hexdigest()[:24]
        start = self.checkpoint.sha256[:12]
        return folder / f"{start}-{self.precision}-{name}{SUFFIX}" if folder else None

    def known(self) -> Any:
        """The network as it was kept, if it answers as it did then; else None."""
        parts = read_parts(self.path) if self.path else None
        if not parts or set(parts) != {"model", "answer"}:
            return None
        settings = self._settings()
        try:
            # A tensor of the library's own, which lives for as long as the library needs it.
            model = self.library.module.Tensor(parts.pop("model"))
            compiled = self.library.core.import_model(model, "CPU", settings)
            del model
            answer, *_ = self._answers(compiled)
        except self.library.failures:
            return None
        before = parts["answer"]
        if before.size != answer.size or not _same(before.reshape(answer.shape), answer):
            return None
        return compiled

    def make(self) -> Any:
        """The network as it is converted and compiled now.

        Raises `DeviceError` where the library cannot, or does not get torch's results in fp32.
        Whether those in bf16 are near enough is for `gate` to say.
        """
        try:
            compiled = self._compile("fp32")
            self._prove(compiled)
            return compiled if self.precision == "fp32" else self._compile(self.precision)
        except self.library.failures as error:
            raise DeviceError(
                f"{self.library.name} cannot run {self.checkpoint.card.architecture}"
                f" ({in_short(error)}).",
                REMEDY,
            ) from error

    def keep(self, compiled: Any) -> None:
        """Store the compiled network with its answer to a pattern; raises OSError if it cannot."""
        if self.path:
            stream = io.BytesIO()
            compiled.export_model(stream)
            answer, *_ = self._answers(compiled)
            write_parts(self.path, {"model": stream.getbuffer(), "answer": answer.tobytes()})

    def _compile(self, precision: str) -> Any:
        return self.library.core.compile_model(self._convert(precision), "CPU", self._settings())

    def _convert(self, precision: str) -> Any:
        """The network as torch computes it; in bf16 with the types that autocast gives its parts.

        The library would compute all of it in bf16, what has to be in float32 included.
        """
        example = torch.from_numpy(self._patterns[:1])
        network: nn.Module = TileNetwork(self.checkpoint, self.margin).eval()
        if precision == "bf16":
            # Rounded here: the library cuts weights off, which moves results to one side.
            network = _Reduced(rounded(network))
        with warnings.catch_warnings(), torch.inference_mode():
            # Remarks on what tracing fixes, such as sizes; all that is fixed here is meant to be.
            warnings.simplefilter("ignore")
            # Torch's own comparison of graphs takes cached windows for a difference.
            traced = torch.jit.trace(network, example, check_trace=False)
            return self.library.module.convert_model(
                traced, example_input=example, input=[list(self.shape)]
            )

    def _answers(self, compiled: Any) -> list[NDArray[Any]]:
        """The outputs for all patterns."""
        request = compiled.create_infer_request()
        answers = [request.infer([pattern[None]]).to_tuple() for pattern in self._patterns]
        return [np.concatenate(parts) for parts in zip(*answers, strict=True)]

    def _settings(self) -> dict[str, Any]:
        threads = usable_threads()
        return {
            "NUM_STREAMS": streams(threads),
            "INFERENCE_NUM_THREADS": threads,
            # Each part in the type that it has.
            "INFERENCE_PRECISION_HINT": "f32",
            # Threads that are tied to cores cannot give way to QGIS.
            "ENABLE_CPU_PINNING": False,
        }

    def _prove(self, compiled: Any) -> None:
        """Raise `DeviceError` unless it answers the patterns as torch does in float32."""
        network = TileNetwork(self.checkpoint, self.margin).eval()
        with torch.inference_mode():
            expected, *presence = (
                part.numpy() for part in network(torch.from_numpy(self._patterns))
            )
        results = self._answers(compiled)
        alike = _same(expected, results[0]) and all(
            np.allclose(logit, results[index], *SAME_PRESENCE)
            for index, logit in enumerate(presence, 1)
        )
        if not alike:
            off = difference(expected, results[0]).max() / PROBABILITY_SCALE
            raise DeviceError(
                f"{self.library.name} does not get PyTorch's results for"
                f" {self.checkpoint.path.name} on this processor (off by up to {off:.3f}).",
                REMEDY,
            )

    @cached_property
    def _patterns(self) -> NDArray[Any]:
        """Tiles (B, C, size, size)."""
        span = self.checkpoint.card.scaling.range
        return patterns((PATTERNS, *self.shape[1:]), span, self.dtype)


class _Reduced(nn.Module):
    """A network under autocast, so that its graph has a type for each part."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, tiles: Tensor) -> tuple[Tensor, ...]:
        """As the network."""
        with torch.autocast("cpu", torch.bfloat16, cache_enabled=False):
            results: tuple[Tensor, ...] = self.network(tiles)
        return results


def streams(threads: int) -> int:
    """How many tiles to compute at once: no more than one of the threads is left without work."""
    counts = range(1, min(threads, MOST_STREAMS) + 1)
    return max(count for count in counts if threads % count <= 1)


def _same(left: NDArray[np.uint8], right: NDArray[np.uint8]) -> bool:
    return bool((difference(left, right) <= SAME_STEPS).mean() >= SAME_SHARE)


def _code() -> str:
    """Changes with the programs that a compiled network is made by."""
    files = [Path(__file__), Path(__file__).with_name("tile_network.py")]
    files += sorted(Path(models.__file__).parent.glob("*.py"))
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()
