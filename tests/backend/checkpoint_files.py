"""Checkpoint files, and how one is refused."""

import pytest
import safetensors.torch
import torch

from backend.checkpoint import describe, load
from backend.errors import CheckpointError
from tests.backend.golden import (
    seeded_input,
)

KEY = "backbone.features.0.0.attn.proj.weight"


def refusal(path, *words, architecture=None):
    """The sentence that `path` is refused with; it names the file, has a remedy and `words`."""
    with pytest.raises(CheckpointError) as caught:
        load(path, architecture)
    error = caught.value
    assert error.exit_code == 2
    assert path.name in error.message
    assert error.remedy
    for word in words:
        assert word in str(error)
    assert "\n" not in str(error)
    with pytest.raises(CheckpointError):
        describe(path, architecture)
    return str(error)


def write_ours(path, state, card):
    """A file of ours with whatever weights and card text, checked by nobody."""
    metadata = None if card is None else {"card": card}
    safetensors.torch.save_file(state, path, metadata=metadata)
    return path


def same_answers(one, other):
    x = seeded_input(1, 3, 64, 64)
    with torch.inference_mode():
        return torch.equal(one(x)[0], other(x)[0])
