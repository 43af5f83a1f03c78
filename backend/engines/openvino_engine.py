"""The engine for CPUs: OpenVINO, which is two to four times as fast there as torch."""

from __future__ import annotations

import subprocess  # nosec B404 # starts this interpreter, without a shell
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

import backend
from backend.checkpoint import Checkpoint
from backend.engines.devices import DeviceInfo, usable_threads
from backend.engines.gate import Examined
from backend.engines.openvino_library import REMEDY, Library
from backend.engines.openvino_model import OpenVinoModel
from backend.errors import DeviceError


class OpenVinoEngine:
    """A checkpoint's network on the CPU, from raw tiles to quantised centre crops.

    `predict` waits for its answer: one batch at a time has all threads, and the interpreter is
    free meanwhile for whoever reads and writes in other threads.
    """

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
        self._request = self._model.known() or _new(self._model, log)
        self.batch_size = self._model.shape[0]
        compiled = self._request.get_compiled_model()
        self.threads: int = compiled.get_property("INFERENCE_NUM_THREADS")
        # Not what was wished for, but what the library does.
        reduced = library.module.Type.bf16
        computed = compiled.get_property("INFERENCE_PRECISION_HINT")
        self.precision = "bf16" if computed == reduced else "fp32"
        self.description = f"{device.description}, {library.name}, {self.precision}"

    def predict(self, tiles: NDArray[Any]) -> NDArray[np.uint8]:
        """Probabilities (B, stride, stride) in 1/250 of the centres of tiles (B, C, size, size).

        Raises ValueError for tiles of another type or size than it was made for.
        """
        return self.examine(tiles)[0]

    def examine(self, tiles: NDArray[Any]) -> Examined:
        """As `predict`, with the presence logits (B, 1) where the network has a presence head."""
        dtype, shape = self._model.dtype, self._model.shape[1:]
        if tiles.dtype != dtype or tiles.shape[1:] != shape:
            raise ValueError(
                f"The engine takes {dtype} tiles {shape}, not {tiles.dtype} {tiles.shape[1:]}."
            )
        size = self.batch_size
        parts = [self._infer(tiles[at : at + size]) for at in range(0, len(tiles), size)]
        presence = [part[1] for part in parts if part[1] is not None]
        return (
            np.concatenate([part[0] for part in parts]),
            np.concatenate(presence) if presence else None,
        )

    def _infer(self, tiles: NDArray[Any]) -> Examined:
        count = len(tiles)
        missing = self.batch_size - count
        full = np.concatenate([tiles, tiles[-1:].repeat(missing, axis=0)]) if missing else tiles
        results = self._request.infer([np.ascontiguousarray(full)], share_inputs=True)
        presence = results[1][:count] if len(results) > 1 else None
        return results[0][:count], presence


def _new(model: OpenVinoModel, log: Callable[[str], None]) -> Any:
    """Compile the network and keep it."""
    if model.checkpoint.path.is_file():
        _rehearse(model)
        request = model.known()
        if request is not None:
            return request
    request = model.make()
    try:
        model.keep(request)
    except OSError as error:
        folder = model.path.parent if model.path else ""
        log(
            f"The compiled network cannot be kept in {folder} ({error.strerror}), so that every"
            " start takes some seconds longer."
        )
    return request


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
