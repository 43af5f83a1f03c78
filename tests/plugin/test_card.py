"""The card of a checkpoint, read without torch, or told by the worker."""

import struct
import subprocess
from dataclasses import replace

import pytest
from qgis.PyQt.QtCore import QDir

from calanddet_qgis.card import card_line, read_card
from calanddet_qgis.gui.checkpoint_field import CheckpointField
from calanddet_qgis.messages import Failure, checkpoint_filter
from calanddet_qgis.paths import bundled_checkpoint
from calanddet_qgis.settings import WORKER_PYTHON
from tests.plugin.factories import ROOT
from tests.plugin.panels import RUN_MS

PUBLISHED = """
import sys, torch
from pathlib import Path
from backend.checkpoint import load
torch.save(load(Path(sys.argv[1])).network.state_dict(), sys.argv[2])
"""


@pytest.fixture
def field(qtbot, clean_settings):
    """The choice of a checkpoint, on the first day."""
    field = CheckpointField()
    qtbot.addWidget(field)
    yield field
    field.stop()


@pytest.fixture(scope="module")
def published(worker_python, checkpoint, tmp_path_factory):
    """The same weights as their authors publish them: without a card."""
    path = tmp_path_factory.mktemp("published") / "九寨沟 model's.pth"
    command = [worker_python, "-c", PUBLISHED, checkpoint, path]
    subprocess.run(command, cwd=ROOT, check=True, timeout=120)
    return path


def test_the_bundled_checkpoint_is_chosen_at_first_and_told_in_a_line(field):
    assert field.filePath() == bundled_checkpoint()
    assert field.combo.currentText().endswith("(bundled)")
    card = read_card(bundled_checkpoint())
    assert field.line.shown_text() == card_line(card)
    assert card_line(card).startswith(f"{card.architecture} · red, green, blue · ")
    assert f"F1 {card.f1:.2f} on " in card_line(card)


def test_a_checkpoint_without_distance_and_figures_says_so(checkpoint):
    assert card_line(read_card(str(checkpoint))).endswith(" · any m/px · F1 not told")


def test_many_bands_are_counted():
    card = read_card(bundled_checkpoint())
    assert card_line(replace(card, bands=("red",) * 14)).startswith("calanddet2 · 14 bands · ")


@pytest.mark.parametrize("name", ["a.safetensors", "a_best.pt", "a.pth", "model_best.pth.tar"])
def test_checkpoints_of_every_kind_are_offered(name):
    assert QDir.match(checkpoint_filter().partition("(")[2].rstrip(")").split(), name)


@pytest.mark.parametrize(
    "content",
    [b"", b"\x10", struct.pack("<Q", 5) + b"{}", struct.pack("<Q", 1 << 60) + b"{}", b"PK" * 99],
)
def test_a_damaged_file_is_one_sentence(tmp_path, content):
    path = tmp_path / "broken.safetensors"
    path.write_bytes(content)
    with pytest.raises(Failure) as raised:
        read_card(str(path))
    assert str(raised.value).startswith("broken.safetensors has no card that can be read.")


def test_of_a_published_file_the_worker_is_asked_once(qtbot, field, published, worker_python):
    WORKER_PYTHON.set(str(worker_python))
    field.setFilePath(str(published))
    assert field.line.shown_text() == "Reading the checkpoint…"
    assert field.card is None
    qtbot.waitUntil(lambda: field.card is not None, timeout=RUN_MS)
    assert field.line.shown_text() == "calanddet · red, green, blue · any m/px · F1 not told"
    field.setFilePath(bundled_checkpoint())
    field.setFilePath(str(published))
    assert field.line.shown_text().startswith("calanddet · ")


def test_a_published_file_that_is_none_is_told_by_the_worker(qtbot, field, tmp_path, worker_python):
    WORKER_PYTHON.set(str(worker_python))
    broken = tmp_path / "broken.pth"
    broken.write_bytes(b"not weights")
    field.setFilePath(str(broken))
    qtbot.waitUntil(lambda: "broken.pth" in field.line.shown_text(), timeout=RUN_MS)
    assert "Traceback" not in field.line.shown_text()


def test_without_a_runtime_a_published_file_waits(field, published):
    field.setFilePath(str(published))
    assert field.line.shown_text() == "What it needs is told once the runtime is set up."


def test_files_used_lately_are_offered_while_they_are_there(qtbot, field, tmp_path, checkpoint):
    other = tmp_path / "other.safetensors"
    other.write_bytes(checkpoint.read_bytes())
    for path in (other, checkpoint):
        field.setFilePath(str(path))
        field.remember()
    again = CheckpointField()
    qtbot.addWidget(again)
    names = [again.combo.itemText(index) for index in range(again.combo.count())]
    assert names[0].endswith("(bundled)")
    assert names[1:] == [checkpoint.name, "other.safetensors", "Browse…"]
    assert again.filePath() == str(checkpoint)
    other.unlink()
    again.read()
    again.remember()
    assert again.combo.findText("other.safetensors") == -1
