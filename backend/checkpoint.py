"""Checkpoints: a network's weights with the card that says what it takes.

Ours is one `.safetensors` file with the card as JSON under metadata; published `.pt` and `.pth`
files (state dicts) open directly. Nothing in a file is ever executed.
"""

from __future__ import annotations

import copy
import hashlib
import os
import re
import warnings
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from pickle import UnpicklingError  # nosec B403 # the error alone: nothing is unpickled
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as serialise
from torch import Tensor, nn

from backend import models
from backend.card import Card
from backend.errors import CalandDetError, CheckpointError, OutputError
from backend.files import put_in_place
from backend.models.folding import fit_for_bf16, is_bf16
from backend.published import State, few, recognise, unwrap

SUFFIX = ".safetensors"
_DAMAGED = "Get the file again; it may have been cut off on its way."
_CHANGED = "Get the file from its source again; it is spoilt, or its network was changed."
_STATE_DICT = "Save the network's state_dict() with torch.save, and open that."
_WEIGHTS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)
# A numpy number, such as the best metric that trainers save beside the weights: data, not code.
_SCALAR = np.float64(0).__reduce__()[0]
_NUMBERS: list[Any] = [
    (_SCALAR, "numpy.core.multiarray.scalar"),
    (_SCALAR, "numpy._core.multiarray.scalar"),
    np.dtype,
    np.dtypes.Float64DType,
]
# What torch's restricted reader raises on files that are broken by accident or on purpose.
_UNREADABLE = (
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    UnpicklingError,
)


@dataclass(frozen=True)
class Checkpoint:
    """A network in evaluation mode, float32, on the CPU; its card; and where both are from."""

    network: nn.Module
    card: Card
    path: Path
    sha256: str
    """Of the file, in hexadecimal."""


def load(path: str | Path, architecture: str | None = None) -> Checkpoint:
    """Open a checkpoint of ours or a published one.

    Raises `CheckpointError` for all that can be wrong with it, and where its architecture is not
    the one that was asked for.
    """
    path = Path(path)
    digest = _sha256(path)
    card, state = _read(path)
    _check_architecture(path.name, card, architecture)
    return Checkpoint(_build(path.name, card, state).eval(), card, path, digest)


def read_card(path: Path, architecture: str | None = None) -> Card:
    """The card alone, without building the network; raises `CheckpointError` as `load` does."""
    _require_file(path)
    card = _safetensors_card(path) if _is_safetensors(path) else _read(path)[0]
    _check_architecture(path.name, card, architecture)
    return card


def describe(path: Path, architecture: str | None = None) -> dict[str, Any]:
    """The card and the file's own figures, as JSON types, for a person to read."""
    card = read_card(path, architecture)
    network = _sketch(path.name, card)
    return {
        **asdict(card),
        "parameters": sum(weight.numel() for weight in network.parameters()),
        "size_bytes": path.stat().st_size,
        "sha256": _sha256(path),
    }


def save(path: Path, network: nn.Module, card: Card, half: bool = False) -> None:
    """Write weights and card; a file that is there already is replaced as a whole or not at all.

    With `half`, weights are rounded to what bfloat16 holds, so that they are the same computed in
    bfloat16 and in float32, and matrices and kernels take 16 bits. What is computed in float32 in
    any case is stored in half precision; what has one dimension or none (biases, norms and their
    statistics) as it is.
    Raises `CheckpointError` where the card is another network's, `OutputError` where the file
    cannot be written.
    """
    _check_state(card.name, _sketch(card.name, card), network.state_dict())
    if half:
        network = copy.deepcopy(network)
        fit_for_bf16(network)
    weights = {
        key: _stored(value.cpu().contiguous(), half) for key, value in network.state_dict().items()
    }
    content = serialise(weights, metadata={"format": "pt", "card": card.to_json()})
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        partial.write_bytes(content)
        put_in_place(partial, path)
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written ({error.strerror}).", "Choose another place or make room."
        ) from error
    finally:
        partial.unlink(missing_ok=True)


def _stored(value: Tensor, half: bool) -> Tensor:
    """As it is kept in a file."""
    if not half or value.ndim < 2 or not value.is_floating_point():
        return value
    return value.to(torch.bfloat16 if is_bf16(value) else torch.float16)


def load_weights(path: Path) -> State:
    """The weights of a file of torch.save by key, whatever network's; raises `CheckpointError`."""
    _require_file(path)
    return unwrap(_load_torch(path), path.name)


def convert(path: Path, out: Path, architecture: str | None = None) -> Card:
    """Write any checkpoint that opens as one of ours; returns its card."""
    if out.suffix != SUFFIX:
        raise CheckpointError(
            f"{out.name} is no name for a converted checkpoint.", f"Let it end in {SUFFIX}."
        )
    checkpoint = load(path, architecture)
    save(out, checkpoint.network, checkpoint.card)
    return checkpoint.card


def _check_architecture(file: str, card: Card, wanted: str | None) -> None:
    if wanted is not None and wanted != card.architecture:
        raise CheckpointError(
            f"{file} is a checkpoint of {card.architecture}, not of {wanted}.",
            f"Leave the architecture out, or choose a checkpoint of {wanted}.",
        )


def _require_file(path: Path) -> None:
    if path.is_dir():
        raise CheckpointError(f"{path} is a folder.", "Choose the checkpoint file in it.")
    if not path.is_file():
        raise CheckpointError(f"{path} does not exist.", "Choose a checkpoint file.")
    if path.stat().st_size == 0:
        raise CheckpointError(f"{path.name} is empty.", _DAMAGED)
    if not os.access(path, os.R_OK):
        raise CheckpointError(f"{path} must not be read.", "Ask its owner for the permission.")


def _sha256(path: Path) -> str:
    _require_file(path)
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise CheckpointError(
            f"{path} cannot be read ({error.strerror}).", "Check the disk and the permissions."
        ) from error


def _read(path: Path) -> tuple[Card, State]:
    if _is_safetensors(path):
        return _safetensors_card(path), _safetensors_weights(path)
    name = path.stem.removesuffix(".pth")  # trainers also save model_best.pth.tar
    return recognise(unwrap(_load_torch(path), path.name), name, path.name)


def _is_safetensors(path: Path) -> bool:
    """By content first: the length of a JSON header, then the header."""
    with path.open("rb") as file:
        return file.read(9)[8:] == b"{" or path.suffix == SUFFIX


def _safetensors_card(path: Path) -> Card:
    try:
        with safe_open(path, "pt") as file:
            metadata = file.metadata() or {}
    except (SafetensorError, OSError) as error:
        raise CheckpointError(
            f"{path.name} is damaged, incomplete or no checkpoint.", _DAMAGED
        ) from error
    if "card" not in metadata:
        raise CheckpointError(
            f"{path.name} has no card, so that its bands and scaling are unknown.",
            "Convert the original file with 'python -m backend checkpoint convert'.",
        )
    try:
        return Card.from_json(metadata["card"])
    except CheckpointError as error:
        raise CheckpointError(f"{path.name}: {error.message}", error.remedy) from None


def _safetensors_weights(path: Path) -> State:
    with safe_open(path, "pt") as file:
        # A copy: the file may be replaced while the network is in use.
        return {key: file.get_tensor(key).clone() for key in file.keys()}  # noqa: SIM118


def _load_torch(path: Path) -> object:
    """What torch.save wrote, if it is nothing but containers and tensors; never a full unpickle."""
    _check_torch_file(path)
    try:
        with warnings.catch_warnings(), torch.serialization.safe_globals(_NUMBERS):
            # Remarks on the pickle protocol are for programmers.
            warnings.simplefilter("ignore")
            return torch.load(path, map_location="cpu", weights_only=True)
    except _UNREADABLE as error:
        raise _refusal(path.name, error) from error


def _check_torch_file(path: Path) -> None:
    """Tell a zip archive or pickle of torch.save from other files, without reading the weights."""
    with path.open("rb") as file:
        head = file.read(2)
    if head != b"PK":
        if head[:1] != b"\x80":
            raise CheckpointError(
                f"{path.name} is no checkpoint.", "Choose a .safetensors, .pt or .pth file."
            )
        return
    try:
        with zipfile.ZipFile(path) as archive:
            members = {name.partition("/")[2] for name in archive.namelist()}
    except (zipfile.BadZipFile, *_UNREADABLE) as error:
        raise CheckpointError(f"{path.name} is cut off or damaged.", _DAMAGED) from error
    if "data.pkl" not in members:
        raise CheckpointError(f"{path.name} is an archive without weights.", _STATE_DICT)
    if "constants.pkl" in members:
        raise CheckpointError(f"{path.name} is a TorchScript program, not weights.", _STATE_DICT)


def _refusal(file: str, error: Exception) -> CheckpointError:
    """The sentence for what torch's restricted reader raised."""
    called = re.search(r"GLOBAL ([\w.]+)", str(error))
    if called:
        return CheckpointError(
            f"{file} would run code ({called[1]}) when opened, so it was not opened.", _STATE_DICT
        )
    if isinstance(error, UnpicklingError):
        return CheckpointError(
            f"{file} is a pickle that holds more than weights, so it was not opened.", _STATE_DICT
        )
    return CheckpointError(f"{file} is damaged, incomplete or no checkpoint.", _DAMAGED)


def _sketch(file: str, card: Card) -> nn.Module:
    """The card's network without memory; raises `CheckpointError` where it cannot be made."""
    try:
        network = models.sketch(card.architecture, **card.config)
    except CalandDetError as error:
        raise CheckpointError(f"{file}: {error.message}", error.remedy) from None
    except (TypeError, ValueError) as error:
        raise CheckpointError(
            f"{file}: the card's config is impossible: {error}", _DAMAGED
        ) from error
    settings: Any = network.config
    channels, stride = settings.in_channels, settings.stride
    if channels != len(card.bands):
        raise CheckpointError(
            f"{file}: the network takes {channels} bands, its card names {len(card.bands)}.",
            "Write the file anew with a card that names every band.",
        )
    if card.tile_size % stride:
        raise CheckpointError(
            f"{file}: the card's tile_size is {card.tile_size}, not a multiple of {stride}.",
            _DAMAGED,
        )
    return network


def _build(file: str, card: Card, state: State) -> nn.Module:
    """The card's network with these weights, in float32."""
    network = _sketch(file, card)
    weights = {key: value.float() if _is_weight(value) else value for key, value in state.items()}
    _check_state(file, network, weights)
    # The sketch has no memory of its own: the weights become its parameters.
    network.load_state_dict(weights, strict=True, assign=True)
    return network


def _check_state(file: str, network: nn.Module, state: State) -> None:
    """Raise `CheckpointError` unless `state` has the network's keys, shapes and finite weights."""
    expected = network.state_dict()
    missing, strange = sorted(expected.keys() - state), sorted(state.keys() - expected)
    if missing or strange:
        odd = f"lacks {few(missing)}" if missing else f"has {few(strange)} too many"
        raise CheckpointError(f"{file} does not fit its card: it {odd}.", _CHANGED)
    for key, value in state.items():
        problem = _problem(value, expected[key])
        if problem:
            raise CheckpointError(f"{file}: {key} {problem}.", _CHANGED)


def _problem(value: Tensor, expected: Tensor) -> str | None:
    """What is wrong with a weight, as the end of a sentence."""
    if value.shape != expected.shape:
        return f"has shape {list(value.shape)} where {list(expected.shape)} is expected"
    if not expected.is_floating_point():
        # A table that the network builds itself; counters have no dimension.
        same = value.ndim == 0 or torch.equal(value.cpu(), expected)
        return None if same else "is another table than the network's"
    if not _is_weight(value):
        return f"is {value.dtype} ({value.layout}), which is no weight"
    # One pass that makes no copies: NaN and infinity reach the extremes.
    if not all(torch.isfinite(extreme) for extreme in torch.aminmax(value)):
        return "has weights that are infinite or not a number"
    return None


def _is_weight(value: Tensor) -> bool:
    return value.dtype in _WEIGHTS and value.layout == torch.strided
