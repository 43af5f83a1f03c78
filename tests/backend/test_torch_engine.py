"""The plain engine where a device is full or refuses, played by a network on the CPU."""

import weakref

import numpy as np
import pytest
import torch

from backend.engines.devices import choose_device
from backend.engines.failures import put_into_words
from backend.engines.torch_engine import TorchEngine
from backend.errors import DeviceError
from tests.backend.checkpoints import SIZE, Said, checkpoint_of
from tests.backend.rasters import image

CPU = choose_device("cpu")
METAL = "MPS backend out of memory (MPS allocated: 17.99 GB, max allowed: 18.13 GB)."
CUBLAS = "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"


class Full(torch.nn.Module):
    """Holds `most` tiles and fails with what it made of more; `left` is what is not free yet."""

    def __init__(self, most, text="out of memory", error=RuntimeError):
        super().__init__()
        self.most, self.text, self.error, self.made = most, text, error, []

    @property
    def left(self):
        return [made for made in self.made if made() is not None]

    def forward(self, x):
        assert not self.left
        activations = x * 2
        if len(x) > self.most:
            self.made.append(weakref.ref(activations))
            raise self.error(self.text)
        return activations[:, :1]


def engine_of(network, log=str):
    return TorchEngine(checkpoint_of(network), 8, CPU, "fp32", log)


def tiles():
    return np.stack([image(SIZE, SIZE, seed=seed) for seed in range(8)])


@pytest.mark.parametrize(
    ("text", "error"),
    [("full", torch.OutOfMemoryError), (METAL, RuntimeError), (CUBLAS, RuntimeError)],
)
def test_batches_are_halved_until_they_fit_and_failed_ones_are_freed_first(text, error):
    said = Said()
    engine = engine_of(Full(2, text, error), said)
    engine.batch_size = 8
    result = engine.predict(tiles())
    assert engine.batch_size == 2 and len(said) == 2
    np.testing.assert_array_equal(result, engine_of(Full(8)).predict(tiles()))


def test_a_device_that_holds_no_tile_is_refused():
    with pytest.raises(DeviceError, match="too little memory for a single tile"):
        engine_of(Full(0, METAL)).predict(tiles())


def test_on_the_cpu_another_error_stays_what_it_is():
    with pytest.raises(RuntimeError, match="sizes do not match"):
        engine_of(Full(0, "sizes do not match")).predict(tiles())


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "CUDA error: all CUDA-capable devices are busy or unavailable\nCompile with ...",
            "GPU failed (CUDA error: all CUDA-capable devices are busy or unavailable).",
        ),
        ("CUDA error: out of memory\n...", "GPU has too little memory for a single tile."),
        ("", "GPU failed (RuntimeError)."),
    ],
)
def test_what_a_gpu_refuses_is_put_into_words(text, sentence):
    with pytest.raises(DeviceError) as caught, put_into_words("cuda", "GPU"):
        raise RuntimeError(text)
    assert caught.value.message == sentence and "--device cpu" in caught.value.remedy


def test_a_recording_that_ends_half_done_for_want_of_memory_counts_as_that():
    with pytest.raises(DeviceError, match="too little memory"), put_into_words("cuda", "GPU"):
        try:
            raise torch.OutOfMemoryError("full")
        finally:
            raise RuntimeError("operation failed due to a previous error during capture")


def test_where_float32_is_asked_for_float32_is_computed(monkeypatch):
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", True)
    engine_of(Full(8))
    assert not torch.backends.cudnn.allow_tf32
