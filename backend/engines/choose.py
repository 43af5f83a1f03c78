"""Which engine runs a checkpoint, and in which precision: the fastest that gets torch's results."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from backend.checkpoint import Checkpoint
from backend.engines import Engine
from backend.engines.cache import cache_folder, write_text
from backend.engines.cuda_engine import CudaEngine
from backend.engines.devices import DeviceInfo, prefers_bf16, reduced_dtype
from backend.engines.gate import TILES, Examinable, Verdict, compare, parse_verdict, parse_verdicts
from backend.engines.openvino_engine import OpenVinoEngine
from backend.engines.openvino_library import Library
from backend.engines.torch_engine import TorchEngine
from backend.errors import DeviceError
from backend.raster.grid import PROBABILITY_SCALE
from backend.workspace import refused

# Of the list of verdicts that is shipped beside a checkpoint: calanddet.safetensors,
# calanddet.bf16.json. Of a single one in the cache as well.
SIDECAR_SUFFIX = ".bf16.json"
# A raster with fewer tiles than this is done in fp32 before a trial of bf16 would pay.
TRIAL_PAYS = 10 * TILES

OnLog = Callable[[str, str], None]


def _no_tiles(count: int) -> Iterator[NDArray[Any]]:
    return iter(())


@dataclass(frozen=True)
class Imagery:
    """What an engine is chosen for: `tiles` tiles of `dtype`.

    `sample(count)` gives that many of them in batches (B, C, size, size), spread over the raster;
    a probability of `level` (in 1/250) and above is a landslide.
    """

    dtype: np.dtype[Any]
    tiles: int = 0
    sample: Callable[[int], Iterator[NDArray[Any]]] = _no_tiles
    level: int = PROBABILITY_SCALE // 2


def choose_engine(
    checkpoint: Checkpoint,
    margin: int,
    device: DeviceInfo,
    precision: str,
    log: OnLog,
    imagery: Imagery,
) -> Engine:
    """The engine for a checkpoint on a device; `margin` [px] is dropped from each side of a tile.

    On the CPU that is OpenVINO, on an NVIDIA GPU recorded CUDA graphs, each where it passes its
    self-test; else torch as it is. With `precision` auto it computes in bf16 (fp16 on GPUs from
    before Ampere) where the device is faster in it and a verdict says that the results stay;
    where there is none yet, it is found on a sample of a large raster. `log(level, text)` hears
    what was decided and why.
    """
    warn = partial(log, "warning")
    if device.kind == "mps":
        return TorchEngine(checkpoint, margin, device, precision, warn)
    try:
        maker = maker_for(device)

        def engine(precision: str) -> FastEngine:
            return maker.make(checkpoint, margin, device, precision, imagery.dtype, warn)

        if precision != "auto":
            return engine(precision)
        if not maker.reduces:
            return engine("fp32")
        return _automatic(checkpoint, maker, engine, log, imagery)
    except DeviceError as error:
        reason = error.message
    # Not while the error is handled, which holds what its engine took of a GPU's memory.
    warn(f"{reason} PyTorch is used instead, which is slower.")
    return TorchEngine(checkpoint, margin, device, precision, warn)


class FastEngine(Engine, Examinable, Protocol):
    """An engine that may be asked for a lower precision."""


@dataclass(frozen=True)
class Maker:
    """What makes engines, and what a verdict on its lower precision holds for."""

    make: Callable[..., FastEngine]
    name: str
    processor: str
    reduces: bool
    """Whether the lower precision is the faster one."""
    abilities: str
    """What of the processor decides how results are rounded."""


def maker_for(device: DeviceInfo) -> Maker:
    """What makes the fast engines of a device; raises `DeviceError` where there are none."""
    if device.kind == "cuda":
        capability, name = torch.cuda.get_device_capability(), torch.cuda.get_device_name()
        return Maker(
            CudaEngine,
            f"torch {torch.__version__}",
            device.description,
            # Those from before Volta are slower in float16.
            capability >= (7, 0),
            cuda_abilities(reduced_dtype(), name, capability),
        )
    if device.kind != "cpu":
        raise DeviceError(f"There is only PyTorch for {device.description}.")
    library = Library.load()
    make = partial(OpenVinoEngine, library)
    abilities = torch.cpu.get_capabilities()
    bf16 = [name for name in ("amx_bf16", "avx512_bf16") if abilities.get(name)]
    # A verdict is about this way of computing in bf16, too.
    name = f"{library.name}, parts in bf16"
    return Maker(make, name, library.processor, prefers_bf16("cpu"), " ".join(bf16[:1]))


def cuda_abilities(reduced: torch.dtype, name: str, capability: tuple[int, int]) -> str:
    """What a GPU rounds by; float16 comes out wrong on some, so that it holds for one model."""
    model = f" {name} {capability[0]}.{capability[1]}" if reduced == torch.float16 else ""
    return f"cuda {reduced}{model}"


def _automatic(
    checkpoint: Checkpoint,
    maker: Maker,
    engine: Callable[[str], FastEngine],
    log: OnLog,
    imagery: Imagery,
) -> FastEngine:
    """The engine in bf16 where a verdict is for it, else in fp32."""
    path = verdict_path(checkpoint, maker)
    verdict = _known_verdict(checkpoint, maker, path)
    if verdict is not None:
        log("info", f"{_decision(verdict)}.")
        return engine("bf16" if verdict.passes else "fp32")
    if imagery.tiles < TRIAL_PAYS:
        return engine("fp32")
    log("info", f"Trying bf16 on {TILES} tiles of this raster, once for this checkpoint.")
    exact = engine("fp32")
    try:
        reduced = engine("bf16")
    except DeviceError as error:
        log("info", f"fp32 is used: {error.message}")
        return exact
    verdict = _trial(exact, reduced, checkpoint, maker, imagery)
    kept = _keep(path, verdict) if verdict.suffices else ""
    log("info", f"{_decision(verdict)}{kept}.")
    return reduced if verdict.passes else exact


def _trial(
    exact: FastEngine,
    reduced: FastEngine,
    checkpoint: Checkpoint,
    maker: Maker,
    imagery: Imagery,
) -> Verdict:
    batches = ((tiles, None) for tiles in imagery.sample(TILES))
    comparison = compare(exact, reduced, imagery.level, batches)
    return comparison.verdict(checkpoint.sha256, maker.name, maker.processor, maker.abilities)


def _decision(verdict: Verdict) -> str:
    if not verdict.suffices:
        return (
            f"fp32 is used: {verdict.tiles} tiles with {verdict.landslide_pixels} pixels of"
            " landslide are too few to judge bf16 by"
        )
    return f"{'bf16' if verdict.passes else 'fp32'} is used: in bf16, {verdict}"


def verdict_path(checkpoint: Checkpoint, maker: Maker) -> Path | None:
    """The file in the cache for what is found about a checkpoint on this processor."""
    folder = cache_folder()
    depends = f"{checkpoint.sha256} {maker.name} {maker.processor}"
    name = hashlib.sha256(depends.encode()).hexdigest()[:24]
    return folder / f"{checkpoint.sha256[:12]}-{name}{SIDECAR_SUFFIX}" if folder else None


def _known_verdict(checkpoint: Checkpoint, maker: Maker, path: Path | None) -> Verdict | None:
    """What was found on this computer, or else what was shipped with the checkpoint."""
    with suppress(OSError, UnicodeDecodeError):
        verdict = path and parse_verdict(path.read_text("utf-8"), checkpoint.sha256)
        if verdict:
            return verdict
    alike = (one for one in _shipped(checkpoint) if _kind(one) == (maker.name, maker.abilities))
    return next(alike, None)


def _kind(verdict: Verdict) -> tuple[str, str]:
    """Of what a verdict that was found elsewhere holds."""
    return verdict.engine, verdict.abilities


def _shipped(checkpoint: Checkpoint) -> list[Verdict]:
    with suppress(OSError, UnicodeDecodeError):
        text = checkpoint.path.with_suffix(SIDECAR_SUFFIX).read_text("utf-8")
        return parse_verdicts(text, checkpoint.sha256)
    return []


def ship(checkpoint: Checkpoint, verdict: Verdict) -> Path:
    """Add a verdict to those beside the checkpoint, in place of an older one of its kind.

    Raises `OutputError` where the folder cannot be written.
    """
    path = checkpoint.path.with_suffix(SIDECAR_SUFFIX)
    others = [one for one in _shipped(checkpoint) if _kind(one) != _kind(verdict)]
    with refused(path.parent):
        write_text(path, json.dumps([one.fields() for one in (*others, verdict)], indent=2) + "\n")
    return path


def _keep(path: Path | None, verdict: Verdict) -> str:
    """Store a verdict; returns how a sentence goes on where that fails."""
    try:
        if path:
            write_text(path, verdict.to_json())
    except OSError as error:
        return f" (this could not be kept: {error.strerror})"
    return ""
