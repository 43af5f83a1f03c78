"""OpenVINO gets torch's results, quickly at the second start, and whatever became of its cache."""

import json
import os
import subprocess
import sys
import zipfile
from dataclasses import replace

import numpy as np
import pytest
import torch

from backend import models
from backend.engines import cache
from backend.engines.devices import choose_device, spare_one, usable_threads
from backend.engines.openvino_engine import OpenVinoEngine
from backend.engines.openvino_library import Library
from backend.engines.openvino_model import streams
from backend.engines.torch_engine import TorchEngine
from backend.errors import DeviceError
from tests.backend.checkpoints import SIZE, Said, checkpoint_of, small_checkpoint, small_file
from tests.backend.rasters import image
from tests.backend.workers import PYTHON, ROOT

MARGIN = 8
CPU = choose_device("cpu")
U8 = np.dtype("uint8")


@pytest.fixture(scope="module")
def library():
    return Library.load()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A cache of its own, empty."""
    monkeypatch.setenv("CALANDDET_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def tiles():
    return np.stack([image(SIZE, SIZE, seed=seed) for seed in range(6)])


def openvino(library, checkpoint, precision="fp32", dtype=U8, log=str, margin=MARGIN):
    return OpenVinoEngine(library, checkpoint, margin, CPU, precision, dtype, log)


def by_torch(checkpoint, tiles, margin=MARGIN):
    return TorchEngine(checkpoint, margin, CPU, "fp32", str).predict(tiles)


def off(left, right):
    """Greatest difference, in steps of 1/250."""
    return int(np.abs(left.astype(int) - right).max())


@pytest.mark.parametrize("architecture", models.names())
def test_gets_the_results_of_torch(library, architecture):
    checkpoint = small_checkpoint(architecture)
    size = checkpoint.card.tile_size
    tiles = np.stack([image(size, size, seed=seed) for seed in range(6)])
    result = openvino(library, checkpoint).predict(tiles)
    expected = by_torch(checkpoint, tiles)
    assert result.shape == (6, size - 2 * MARGIN, size - 2 * MARGIN) and result.dtype == np.uint8
    assert expected.std() > 0.5 and off(result, expected) <= 2


def test_probabilities_are_rounded_to_the_nearest_step(library, tiles):
    checkpoint = small_checkpoint("linknet")
    with torch.inference_mode():
        logits = checkpoint.network(normalised(checkpoint, tiles))
    inner = slice(MARGIN, SIZE - MARGIN)
    exact = 250 * torch.sigmoid(logits)[:, 0, inner, inner].numpy()
    assert np.abs(openvino(library, checkpoint).predict(tiles) - exact).max() < 0.52
    assert np.abs(by_torch(checkpoint, tiles) - exact).max() < 0.52


def normalised(checkpoint, tiles):
    """What the network itself takes."""
    scaling = checkpoint.card.scaling
    mean, std = (np.reshape(values, (1, 3, 1, 1)) for values in (scaling.mean, scaling.std))
    return torch.from_numpy(((tiles / 255 - mean) / std).astype(np.float32))


def test_a_last_batch_of_any_size_is_answered_tile_by_tile(library, tiles):
    engine = openvino(library, small_checkpoint())
    together = engine.predict(tiles)
    for count in (1, 3, 4, 5):
        assert len(engine.predict(tiles[:count])) == count
        assert off(engine.predict(tiles[:count]), together[:count]) <= 1


def test_imagery_that_is_not_of_8_bits(library, tiles):
    checkpoint = small_checkpoint(range=(0.0, 1.0))
    values = (tiles / 255).astype(np.float32)
    engine = openvino(library, checkpoint, dtype=np.dtype("float32"))
    expected = by_torch(checkpoint, values)
    assert off(engine.predict(values), expected) <= 2
    # Rounded to whole numbers first, as 8-bit tiles, they would be another image.
    assert off(by_torch(checkpoint, values.round()), expected) > 2


def test_tiles_of_another_type_or_size_are_refused(library, tiles):
    engine = openvino(library, small_checkpoint())
    with pytest.raises(ValueError, match=r"takes uint8 tiles .* not float32"):
        engine.predict(tiles.astype(np.float32))
    with pytest.raises(ValueError, match=r"not uint8 \(3, 32, 64\)"):
        engine.predict(tiles[:, :, :32])


def test_the_presence_logit_is_the_networks(library, tiles):
    checkpoint = small_checkpoint()
    _, presence = openvino(library, checkpoint).examine(tiles)
    with torch.inference_mode():
        expected = checkpoint.network(normalised(checkpoint, tiles))[1]
    np.testing.assert_allclose(presence, expected, atol=1e-3)
    assert openvino(library, small_checkpoint("swin_seg")).examine(tiles)[1] is None


class Untouchable(torch.nn.Module):
    def forward(self, x):
        raise RuntimeError("the network was asked again")


def test_the_second_start_converts_nothing(library, folder, tiles):
    checkpoint = small_checkpoint()
    first = openvino(library, checkpoint).predict(tiles)
    (file,) = folder.iterdir()
    before = file.stat().st_ino, file.read_bytes()
    unusable = type(checkpoint)(Untouchable(), checkpoint.card, checkpoint.path, checkpoint.sha256)
    assert (openvino(library, unusable).predict(tiles) == first).all()
    assert (file.stat().st_ino, file.read_bytes()) == before
    # Another margin is another network, which has to be converted.
    with pytest.raises(DeviceError, match="the network was asked again"):
        openvino(library, unusable, margin=MARGIN + 4)


def test_what_is_kept_belongs_to_one_checkpoint_margin_type_and_precision(library, folder):
    one, other = small_checkpoint("unet"), small_checkpoint("linknet")
    openvino(library, one)
    openvino(library, other)
    openvino(library, one, margin=MARGIN + 4)
    openvino(library, one, dtype=np.dtype("float32"))
    openvino(library, one, precision="bf16")
    assert len(list(folder.iterdir())) == 5


def test_another_card_with_the_same_weights_is_another_network(library, folder, tiles):
    checkpoint = small_checkpoint("linknet")
    before = openvino(library, checkpoint).predict(tiles)
    scaling = replace(checkpoint.card.scaling, mean=(0.1, 0.2, 0.3))
    other = replace(checkpoint, card=replace(checkpoint.card, scaling=scaling))
    result = openvino(library, other).predict(tiles)
    assert off(result, by_torch(other, tiles)) <= 2 < off(result, before)


def cut_off(content):
    return content[: len(content) // 2]


def flip(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def empty(content):
    return b""


@pytest.mark.parametrize("spoil", [cut_off, flip, empty])
def test_a_broken_file_is_made_anew(library, folder, tiles, spoil):
    checkpoint = small_checkpoint("linknet")
    first = openvino(library, checkpoint).predict(tiles)
    (file,) = folder.iterdir()
    file.write_bytes(spoil(file.read_bytes()))
    spoilt = file.stat().st_ino
    assert off(openvino(library, checkpoint).predict(tiles), first) <= 1
    assert [path.name for path in folder.iterdir()] == [file.name]
    assert file.stat().st_ino != spoilt
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None


def test_a_network_that_answers_otherwise_than_it_did_is_made_anew(library, folder, tiles):
    checkpoint, other = small_checkpoint("linknet"), small_checkpoint("unet")
    openvino(library, other)
    (strange,) = folder.iterdir()
    first = openvino(library, checkpoint).predict(tiles)
    (file,) = set(folder.iterdir()) - {strange}
    with zipfile.ZipFile(strange) as theirs, zipfile.ZipFile(file) as ours:
        parts = {"model": theirs.read("model"), "answer": ours.read("answer")}
    for other_parts in (parts, parts | {"model": b"not even a model"}):
        cache.write_parts(file, other_parts)
        assert off(openvino(library, checkpoint).predict(tiles), first) <= 1


def test_without_a_place_for_the_cache_it_works_and_says_so(library, tmp_path, monkeypatch, tiles):
    (tmp_path / "file").touch()
    monkeypatch.setenv("CALANDDET_CACHE", str(tmp_path / "file"))
    checkpoint, said = small_checkpoint("linknet"), Said()
    result = openvino(library, checkpoint, log=said).predict(tiles)
    assert off(result, by_torch(checkpoint, tiles)) <= 2
    assert len(said) == 1 and f"cannot be kept in {tmp_path / 'file'} (" in said[0]


def test_a_network_that_cannot_be_converted_is_refused_in_a_sentence(library, folder):
    class Strange(torch.nn.Module):
        def forward(self, x):
            return torch.linalg.svdvals(x)[:, :1, :, None].expand(-1, -1, SIZE, SIZE)

    with pytest.raises(DeviceError, match=r"OpenVINO \S+ cannot run calanddet \(.*svdvals\)\."):
        openvino(library, checkpoint_of(Strange()))
    assert not folder.exists() or not list(folder.iterdir())


def test_a_checkpoint_from_a_file_is_compiled_in_another_process(library, folder, tmp_path, tiles):
    checkpoint = small_file(tmp_path / "net.safetensors")
    # In this process nothing could compile it.
    engine = openvino(library, replace(checkpoint, network=Untouchable()))
    assert off(engine.predict(tiles), by_torch(checkpoint, tiles)) <= 2
    assert len(list(folder.iterdir())) == 1


def test_what_the_other_process_complains_of_is_passed_on(library, folder, tmp_path):
    checkpoint = small_file(tmp_path / "net.safetensors")
    checkpoint.path.write_text("gone")
    with pytest.raises(DeviceError, match=r"^net\.safetensors is damaged, incomplete"):
        openvino(library, checkpoint)


@pytest.mark.skipif(os.name == "nt", reason="needs a shell that can kill itself")
def test_a_crash_of_the_library_is_not_the_workers(library, folder, tmp_path, monkeypatch):
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\nkill -SEGV $$\n")
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    checkpoint = small_file(tmp_path / "net.safetensors")
    with pytest.raises(DeviceError, match=r"crashed on net\.safetensors \(code -11\)"):
        openvino(library, checkpoint)


def test_bf16_is_computed_and_said_where_it_is_asked_for(library, tiles):
    if not library.computes_bf16:
        pytest.skip("the processor cannot do bf16")
    checkpoint = small_checkpoint()
    exact, reduced = openvino(library, checkpoint), openvino(library, checkpoint, "bf16")
    assert (exact.precision, reduced.precision) == ("fp32", "bf16")
    assert exact.description.startswith(f"{CPU.description}, OpenVINO 20")
    assert exact.description.endswith(", fp32") and reduced.description.endswith(", bf16")
    difference = np.abs(exact.predict(tiles).astype(int) - reduced.predict(tiles))
    assert 0 < difference.mean() < 5


def test_no_more_threads_than_allowed_and_nothing_told_to_anybody(tmp_path):
    script = """
import json, os, sys
import numpy as np
from tests.backend.checkpoints import small_checkpoint
from backend.engines.devices import choose_device
from backend.engines.openvino_engine import OpenVinoEngine
from backend.engines.openvino_library import Library
import torch
cpu = choose_device("cpu")
engine = OpenVinoEngine(
    Library.load(), small_checkpoint("linknet"), 8, cpu, "fp32", np.dtype("uint8"), print
)
told = [name for name in sys.modules if name.startswith("openvino_telemetry.")]
print(json.dumps([engine.threads, torch.get_num_threads(), cpu.description, told]))
"""
    environment = {"HOME": str(tmp_path), "LOCALAPPDATA": str(tmp_path), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [*PYTHON, "-c", "import sys; sys.path.insert(0, '.')\n" + script],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    threads, of_torch, description, told = json.loads(done.stdout)
    assert (threads, of_torch) == (1, 1) and description.endswith(", 1 thread")
    # The converter would leave an identifier of this computer in the home folder.
    assert not told and [path.name for path in tmp_path.iterdir()] == [".cache"]


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_a_signal_is_heard_when_the_networks_are_gone():
    script = """
import signal
from backend.engines.openvino_library import Library
signal.signal(signal.SIGTERM, lambda *_: print("heard"))
first, second = Library.load(), Library.load()
assert first.processor == second.processor
del first
del second
signal.raise_signal(signal.SIGTERM)
"""
    done = subprocess.run([*PYTHON, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "heard\n"), done.stderr


def test_listing_devices_imports_nothing_that_it_does_not_need():
    command = [*PYTHON, "-X", "importtime", "-m", "backend", "devices"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "torch" in imported
    assert not imported & {"openvino", "rasterio", "pyproj", "pyogrio", "scipy", "shapely"}


@pytest.mark.parametrize(("cores", "threads"), [(1, 1), (2, 2), (3, 2), (4, 3), (16, 15)])
def test_one_core_is_left_for_qgis_where_there_are_more_than_two(cores, threads):
    assert spare_one(cores) == threads


@pytest.mark.parametrize(
    ("threads", "tiles_at_once"), [(1, 1), (2, 2), (3, 3), (4, 4), (5, 4), (7, 3), (11, 2), (15, 3)]
)
def test_tiles_are_computed_at_once_with_hardly_a_thread_idle(threads, tiles_at_once):
    assert streams(threads) == tiles_at_once


def test_batches_on_their_way_do_not_mix(library, tiles):
    engine = openvino(library, small_checkpoint("linknet"))
    expected = engine.predict(tiles)
    first, second = engine.submit(tiles[:4]), engine.submit(tiles[4:])
    assert (first.result() == expected[:4]).all() and (second.result() == expected[4:]).all()


def test_the_engine_takes_the_usable_threads(library):
    assert openvino(library, small_checkpoint("linknet")).threads == usable_threads()


@pytest.mark.parametrize(
    ("system", "environment", "expected"),
    [
        ("linux", {"CALANDDET_CACHE": "/own"}, "/own"),
        ("linux", {"XDG_CACHE_HOME": "/x"}, "/x/calanddet"),
        ("linux", {}, "/home/me/.cache/calanddet"),
        ("darwin", {"XDG_CACHE_HOME": "/x"}, "/home/me/Library/Caches/calanddet"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/calanddet"),
    ],
)
def test_the_cache_lies_where_the_system_has_caches(monkeypatch, system, environment, expected):
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setenv("HOME", "/home/me")
    assert cache.cache_folder(environment).as_posix() == expected


def test_the_cache_stays_small(tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "CACHE_BYTES", 3000)
    files = [tmp_path / f"{index}{cache.SUFFIX}" for index in range(4)]
    verdict = tmp_path / "verdict.json"
    cache.write_text(verdict, "{}")
    for age, file in enumerate(files[:3]):
        cache.write_parts(file, {"model": bytes(700)})
        cache.os.utime(file, (age, age))
    # Used again: no longer the oldest.
    assert not cache.read_parts(files[0])["model"].any()
    cache.write_parts(files[3], {"model": bytes(700)})
    assert sorted(tmp_path.iterdir()) == sorted([files[0], files[2], files[3], verdict])
