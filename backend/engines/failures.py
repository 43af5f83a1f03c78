"""What torch raises where a GPU is full, taken or at fault, told apart and put into sentences."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from backend.errors import DeviceError

REMEDY = "Update the NVIDIA driver, or use the CPU (--device cpu)."
# In the words of CUDA, of Metal, and of CUDA's libraries.
_FULL = ("out of memory", "ALLOC_FAILED")


def is_out_of_memory(error: BaseException) -> bool:
    """Whether a device was full, or an error comes of that: a recording that ends half done."""
    if isinstance(error, torch.OutOfMemoryError) or any(words in str(error) for words in _FULL):
        return True
    return error.__context__ is not None and is_out_of_memory(error.__context__)


def too_little_memory(description: str) -> DeviceError:
    """The error of a device that cannot hold even one tile."""
    return DeviceError(
        f"{description} has too little memory for a single tile.",
        "Close other programs that use it, or use the CPU (--device cpu).",
    )


@contextmanager
def put_into_words(kind: str, description: str) -> Iterator[None]:
    """Raise `DeviceError` for what torch raises where a GPU refuses; on a CPU errors stay."""
    try:
        yield
    except RuntimeError as error:
        if kind == "cpu":
            raise
        if is_out_of_memory(error):
            raise too_little_memory(description) from error
        reason = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
        raise DeviceError(f"{description} failed ({reason}).", REMEDY) from error


def release_memory(kind: str) -> None:
    """Give back to the GPU what torch holds of it for later; nothing to do for a CPU."""
    if kind == "cuda":
        torch.cuda.empty_cache()
    elif kind == "mps":
        torch.mps.empty_cache()
