"""The engine for CPUs: OpenVINO, which is two to four times as fast there as torch."""

from __future__ import annotations

import subprocess  # nosec B404 # starts this interpreter, without a shell
import sys
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

import backend
from backend.checkpoint import Checkpoint
from backend.engines import Examined, examine
from backend.engines.devices import DeviceInfo, usable_threads
from backend.engines.openvino_library import REMEDY, Library
from backend.engines.openvino_model import OpenVinoModel
from backend.errors import DeviceError

# Batches that are handed over at once, so that no thread waits for the next one.
IN_FLIGHT = 2
# Tiles a batch at least: reading and writing take turns with the engine by batches.
LEAST_BATCH = 4


@dataclass(frozen=True)
class OnItsWay:
    """Requests at work on a batch, which has to live until they are done."""

    requests: Sequence[Any]
    tiles: NDArray[Any]

    def result(self) -> NDArray[np.uint8]:
        """Wait for the probabilities (B, stride, stride), in 1/250."""
        return self.collect()[0]

    def collect(self) -> Examined:
        """As `result`, with the presence logits (B, 1) where the network has a presence head."""
        answers = []
        for request in self.requests:
            request.wait()
            answers.append([tensor.data.copy() for tensor in request.output_tensors])
        probabilities, *presence = (np.concatenate(parts) for parts in zip(*answers, strict=True))
        return probabilities, presence[0] if presence else None


class OpenVinoEngine:
    """A checkpoint's network on the CPU, from raw tiles to quantised centre crops.

    The interpreter is free while it computes for whoever reads and writes in other threads.
    """

    in_flight = IN_FLIGHT

    def __init__(
        self,
        library: Library,
        checkpoint: Checkpoint,
        margin: int,
        device: DeviceInfo,
        precision: str,
        dtype: np.dtype[Any],
        log: Callable[[str], None],
    ) -> None:
        """`margin` [px] is dropped from each side of a tile; tiles are of `dtype`.

        Raises `DeviceError` where the library cannot run the network, or does not get torch's
        results. `log` hears where the compiled network cannot be kept for the next time.
        """
        torch.set_num_threads(usable_threads())
        self._model = OpenVinoModel(library, checkpoint, margin, precision, dtype)
        compiled = self._model.known() or _new(self._model, log)
        count: int = compiled.get_property("NUM_STREAMS")
        # As many tiles as are computed at once, and at least what is worth a turn of the pipeline.
        self.batch_size = count * -(-LEAST_BATCH // count)
        self._requests = deque(
            [compiled.create_infer_request() for _ in range(self.batch_size)]
            for _ in range(IN_FLIGHT)
        )
        self.threads: int = compiled.get_property("INFERENCE_NUM_THREADS")
        # Not what was wished for, but what the library does.
        self.precision = precision if library.computes_bf16 else "fp32"
        self.description = f"{device.description}, {library.name}, {self.precision}"

    def predict(self, tiles: NDArray[Any]) -> NDArray[np.uint8]:
        """Probabilities (B, stride, stride) in 1/250 of the centres of tiles (B, C, size, size).

        Raises ValueError for tiles of another type or size than it was made for.
        """
        return self.examine(tiles)[0]

    def examine(self, tiles: NDArray[Any]) -> Examined:
        """As `predict`, with the presence logits (B, 1) where the network has a presence head."""
        return examine(tiles, self.batch_size, IN_FLIGHT, self.submit)

    def submit(self, tiles: NDArray[Any]) -> OnItsWay:
        """Hand over up to `batch_size` tiles; collect at most `in_flight` later, in order."""
        dtype, shape = self._model.dtype, self._model.shape[1:]
        if tiles.dtype != dtype or tiles.shape[1:] != shape:
            raise ValueError(
                f"The engine takes {dtype} tiles {shape}, not {tiles.dtype} {tiles.shape[1:]}."
            )
        tiles = np.ascontiguousarray(tiles)
        requests = self._requests[0][: len(tiles)]
        self._requests.rotate(-1)
        for request, tile in zip(requests, tiles, strict=True):
            request.start_async([tile[None]], share_inputs=True)
        return OnItsWay(requests, tiles)


def _new(model: OpenVinoModel, log: Callable[[str], None]) -> Any:
    """Compile the network and keep it."""
    if model.checkpoint.path.is_file():
        _rehearse(model)
        compiled = model.known()
        if compiled is not None:
            return compiled
    compiled = model.make()
    try:
        model.keep(compiled)
    except OSError as error:
        folder = model.path.parent if model.path else ""
        log(
            f"The compiled network cannot be kept in {folder} ({error.strerror}), so that every"
            " start takes some seconds longer."
        )
    return compiled


def _rehearse(model: OpenVinoModel) -> None:
    """Compile and keep the network in a process of its own: OpenVINO has crashed on some.

    Raises `DeviceError` where that process crashes or reports a failure.
    """
    job = [model.checkpoint.path.absolute(), model.margin, model.precision, model.dtype.name]
    command = [sys.executable, "-E", "-s", "-X", "utf8", "-m", "backend.engines.prepare"]
    with subprocess.Popen(  # nosec B603 # this interpreter and our own paths
        [*command, *map(str, job)],
        cwd=Path(backend.__file__).parents[1],
        # Held open: the process ends when this one does.
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    ) as process:
        try:
            words = process.stderr.read().strip() if process.stderr else ""
            code = process.wait()
        finally:
            process.kill()
    if code == DeviceError.exit_code and words:
        raise DeviceError(words.splitlines()[-1], REMEDY)
    if code:
        raise DeviceError(
            f"{model.library.name} crashed on {model.checkpoint.path.name} (code {code}).", REMEDY
        )
