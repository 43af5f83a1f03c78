"""A device is there, or a sentence says why not; never a silent fall-back."""

import json

import pytest
import torch

from backend.engines.devices import choose_device, list_devices
from backend.errors import DeviceError
from tests.backend.workers import backend


def test_the_cpu_is_always_there_with_its_name():
    cpu = choose_device("cpu")
    assert cpu.available and cpu.description.startswith("CPU: ") and "thread" in cpu.description


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_an_absent_gpu_is_refused_with_the_reason():
    with pytest.raises(DeviceError, match=r"The device cuda cannot be used: .+\.") as caught:
        choose_device("cuda")
    assert "--device cpu" in caught.value.remedy
    if torch.version.cuda is None:
        assert "without CUDA" in caught.value.message


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no NVIDIA GPU that torch can use")
def test_auto_takes_the_gpu():
    assert choose_device("auto").name == "cuda"


def test_the_command_lists_every_device():
    code, out, _ = backend("devices", "--json")
    assert code == 0
    devices = json.loads(out.splitlines()[-1])["counts"]
    assert list(devices) == [device.name for device in list_devices()] == ["cuda", "mps", "cpu"]
    assert all(device["available"] or device["reason"] for device in devices.values())
