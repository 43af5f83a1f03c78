"""Which build of PyTorch a computer gets, from what `nvidia-smi` says there."""

import os
from pathlib import Path

import pytest

from calanddet_qgis.runtime import gpu
from calanddet_qgis.runtime.gpu import ask_driver, choose_build, read_answer

ANSWERS = Path(__file__).with_name("nvidia_smi")
ALL = ("cpu", "cu126", "cu130")


def answer(name):
    return (ANSWERS / f"{name}.txt").read_bytes().decode()


@pytest.mark.parametrize(
    ("name", "system", "build", "reason"),
    [
        ("linux_h100", "linux", "cu130", "NVIDIA H100 80GB HBM3 with driver 580.82.07"),
        ("windows_rtx4070", "windows", "cu130", "RTX 4070 Laptop GPU with driver 581.29"),
        ("windows_rtx5090", "windows", "cu130", "RTX 5090"),
        ("windows_driver_552", "windows", "cu126", "older than 580"),
        ("linux_gtx1080", "linux", "cu126", "compute capability 6.1, which CUDA 13 has dropped"),
        ("linux_three_gpus", "linux", "cu130", "NVIDIA RTX A5000"),
        ("linux_mig", "linux", "cu126", "NVIDIA A100-SXM4-40GB"),
        ("linux_blackwell_driver_570", "linux", "cpu", "needs driver 580 or newer and has 570"),
        ("linux_k80", "linux", "cpu", "compute capability 3.7, and PyTorch needs 5.0"),
        ("linux_driver_470", "linux", "cpu", "its driver 470.82.01 is older than 525.60.13"),
        ("windows_driver_522", "windows", "cpu", "its driver 522.25 is older than 528.33"),
        ("linux_no_driver", "linux", "cpu", "couldn't communicate with the NVIDIA driver"),
        ("linux_version_mismatch", "linux", "cpu", "Driver/library version mismatch"),
        ("no_devices", "linux", "cpu", "No devices were found"),
        ("none", "windows", "cpu", "There is no NVIDIA driver, so the processor computes."),
    ],
)
def test_the_build_follows_driver_and_capability_and_says_why(name, system, build, reason):
    choice = choose_build(answer(name), ALL, system)
    assert choice.build == build
    assert reason in choice.reason
    assert choice.reason.endswith(".")
    assert "\n" not in choice.reason


def test_a_build_that_the_platform_lacks_is_never_chosen():
    choice = choose_build(answer("linux_mig"), ("cpu", "cu130"), "linux")
    assert choice.build == "cpu"
    assert "NVIDIA A100" in choice.reason


def test_a_mac_has_one_build_whatever_it_answers():
    assert choose_build(answer("linux_h100"), ("cpu",), "macos").build == "cpu"


def test_all_gpus_are_read_and_complaints_are_none():
    assert [str(each) for each in read_answer(answer("linux_three_gpus"))] == [
        "Quadro P600", "NVIDIA RTX A5000", "NVIDIA RTX A5000",
    ]  # fmt: skip
    for name in ("linux_no_driver", "linux_version_mismatch", "unknown_field", "no_devices"):
        assert not read_answer(answer(name))


@pytest.fixture
def driver(tmp_path, monkeypatch):
    """Puts a program in the place of `nvidia-smi`: `driver(shell script)`."""
    monkeypatch.setattr(gpu, "FOLDERS", (str(tmp_path),))
    monkeypatch.setattr(os, "defpath", str(tmp_path))

    def put(body):
        program = tmp_path / "nvidia-smi"
        program.write_text(f"#!/bin/sh\n{body}\n")
        program.chmod(0o755)

    return put


def test_an_old_driver_is_asked_again_without_what_it_does_not_know(driver):
    driver(
        f'case "$1" in *compute_cap*) /bin/cat "{ANSWERS}/unknown_field.txt"; exit 2;;\n'
        f'*) /bin/cat "{ANSWERS}/linux_driver_470.txt";; esac'
    )
    assert choose_build(ask_driver(), ALL, "linux").reason.startswith("Tesla V100-SXM2-16GB: its")


def test_a_driver_that_hangs_is_left_alone(driver, monkeypatch):
    monkeypatch.setattr(gpu, "TIMEOUT_S", 0.3)
    driver("exec /bin/sleep 30")
    choice = choose_build(ask_driver(), ALL, "linux")
    assert choice.build == "cpu"
    assert "nothing for 0.3 s" in choice.reason


def test_without_a_driver_nothing_is_asked(tmp_path, monkeypatch):
    monkeypatch.setattr(gpu, "FOLDERS", (str(tmp_path),))
    monkeypatch.setattr(os, "defpath", str(tmp_path))
    assert ask_driver() == ""
