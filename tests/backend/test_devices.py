"""A device is there, or a sentence says why not; never a silent fall-back."""

import json
from types import SimpleNamespace

import pytest
import torch

from backend.engines.devices import choose_device, gpu_memory, has_kernels, list_devices
from backend.errors import DeviceError
from backend.events import Meter
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


TOLD = (
    "init", "device_count", "get_device_properties", "current_device", "set_device",
    "get_device_capability", "get_arch_list",
)  # fmt: skip


class Gpus:
    """What torch tells on a computer with several NVIDIA GPUs."""

    def __init__(self, monkeypatch, *names, capabilities=()):
        self.names, self.current = names, 0
        self.capabilities = capabilities or [(8, 6)] * len(names)
        monkeypatch.setattr(torch.version, "cuda", "12.8")
        for name in TOLD:
            monkeypatch.setattr(torch.cuda, name, getattr(self, name))

    def init(self):
        """There is a driver."""

    def device_count(self):
        return len(self.names)

    def current_device(self):
        return self.current

    def get_device_properties(self, index):
        return SimpleNamespace(name=self.names[index], total_memory=24 << 30)

    def get_device_capability(self, index):
        return self.capabilities[index]

    def get_arch_list(self):
        return ["sm_75", "sm_80", "sm_90", "compute_90"]

    def set_device(self, name):
        self.current = int(name.partition(":")[2])


def test_one_of_several_gpus_is_chosen_by_its_number(monkeypatch):
    gpus = Gpus(monkeypatch, "RTX 4090", "RTX A5000")
    listed = {device.name: device.description for device in list_devices() if device.available}
    assert list(listed) == ["cuda:0", "cuda:1", "cpu"]
    assert listed["cuda:1"] == "GPU: RTX A5000, 24 GiB, CUDA 12.8"
    assert choose_device("auto").name == choose_device("cuda").name == "cuda:0"
    chosen = choose_device("cuda:1")
    assert (chosen.name, chosen.kind, gpus.current) == ("cuda:1", "cuda", 1)
    # From then on it is the one that is meant.
    assert choose_device("cuda").name == "cuda:1"


def test_auto_keeps_to_the_gpu_that_a_process_of_a_team_has_taken(monkeypatch):
    gpus = Gpus(monkeypatch, "RTX 4090", "RTX A5000")
    gpus.current = 1
    assert choose_device("auto").name == "cuda:1" and gpus.current == 1


def test_a_gpu_that_torch_was_not_built_for_is_left_alone(monkeypatch):
    gpus = Gpus(monkeypatch, "GTX 980", "RTX A5000", capabilities=[(5, 2), (8, 6)])
    assert [device.available for device in list_devices()[:2]] == [False, True]
    assert choose_device("auto").name == "cuda:1" and gpus.current == 1
    gpus.current = 0
    with pytest.raises(DeviceError) as caught:
        choose_device("cuda")
    assert caught.value.message.endswith(
        f"torch {torch.__version__} is built for sm_75 sm_80 sm_90 compute_90, not for sm_52."
    )
    assert "cuda:1 (GPU: RTX A5000" in caught.value.remedy
    with pytest.raises(DeviceError, match="there are 2 NVIDIA GPUs"):
        choose_device("cuda:2")
    Gpus(monkeypatch, "GTX 980", capabilities=[(5, 2)])
    assert choose_device("auto").name == "cpu"


@pytest.mark.parametrize(
    ("capability", "built", "runs"),
    [
        ((8, 6), "sm_75 sm_80", True),
        ((8, 6), "sm_75 sm_86 sm_90", True),
        ((8, 0), "sm_75 sm_86 sm_90", False),
        ((6, 1), "sm_75 sm_80 compute_75", False),
        ((9, 0), "sm_75 sm_80", False),
        ((9, 0), "sm_80 compute_80", True),
        ((9, 0), "sm_90a", True),
        ((12, 0), "sm_90 sm_100 sm_120", True),
        ((10, 3), "sm_90 sm_100 sm_120", True),
        ((12, 1), "sm_100", False),
        ((7, 0), "", False),
    ],
)
def test_kernels_run_on_later_gpus_of_their_generation(capability, built, runs):
    assert has_kernels(capability, built.split()) is runs


def test_a_gpu_beyond_the_last_is_refused_with_those_that_are_there(monkeypatch):
    gpus = Gpus(monkeypatch, "RTX 4090", "RTX A5000")
    with pytest.raises(DeviceError) as caught:
        choose_device("cuda:2")
    assert caught.value.message == "The device cuda:2 cannot be used: there are 2 NVIDIA GPUs."
    assert caught.value.remedy.startswith(
        "Choose one that is there (--device): cuda:0 (GPU: RTX 4090, 24 GiB, CUDA 12.8), cuda:1 ("
    )
    assert gpus.current == 0


def test_the_only_gpu_has_no_number_but_may_be_called_by_it(monkeypatch):
    Gpus(monkeypatch, "RTX 4090")
    assert list_devices()[0].name == choose_device("cuda:0").name == "cuda"
    with pytest.raises(DeviceError, match=r"there is 1 NVIDIA GPU, cuda:0"):
        choose_device("cuda:1")


@pytest.mark.parametrize("name", ["gpu", "cuda:", "cuda:x", "cpu:1"])
def test_a_name_that_no_device_has_is_refused(name):
    code, _, err = backend("evaluate", "a.safetensors", "b", "--device", name)
    assert code == 2 and f"{name!r} is none of auto, cuda, mps, cpu, or cuda with a number" in err


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


def test_progress_tells_of_a_gpus_memory_and_of_none_on_the_cpu():
    told = []
    for memory in (lambda: (3, 8), lambda: gpu_memory(choose_device("cpu"))):
        Meter(told.append, "tiles", 9, "tiles", 0, memory)
    assert [event.to_dict()["gpu_memory"] for event in told] == [(3, 8), None]


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpus_memory_is_told_while_it_is_used():
    kept = torch.zeros(1 << 28, dtype=torch.uint8, device="cuda")
    used, whole = gpu_memory(choose_device("cuda"))
    assert kept.numel() < used <= whole
