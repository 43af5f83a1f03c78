"""Files that other programs look at meanwhile."""

import os
import sys

import pytest

from backend import files
from backend.errors import OutputError
from backend.workspace import Workspace


@pytest.fixture
def windows(monkeypatch):
    """The part for Windows, which refuses so many times; without the pauses."""

    def refuse(times):
        real, left = os.replace, [times]

        def replace(source, target):
            if left[0]:
                left[0] -= 1
                raise PermissionError(13, "Access is denied")
            real(source, target)

        monkeypatch.setattr(sys, "platform", "win32")
        monkeypatch.setattr(files, "PAUSES_S", (0.0, 0.0))
        monkeypatch.setattr(os, "replace", replace)

    return refuse


@pytest.fixture
def moved(tmp_path):
    """A function that moves a new file over an old one, and what is there then."""
    source, target = tmp_path / "new", tmp_path / "old"
    source.write_text("new")
    target.write_text("old")

    def move():
        files.put_in_place(source, target)
        return target.read_text()

    return move


def test_a_virus_scanner_that_looks_at_a_file_is_waited_for(windows, moved):
    windows(2)
    assert moved() == "new"


def test_a_program_that_keeps_a_file_open_is_not(windows, moved, tmp_path):
    windows(3)
    with pytest.raises(PermissionError):
        moved()
    assert (tmp_path / "old").read_text() == "old"


def test_what_is_open_elsewhere_is_told_before_anything_is_moved(windows, tmp_path):
    with Workspace(tmp_path) as workspace:
        for name in ("a", "b"):
            (tmp_path / name).write_text("old")
            (workspace.partial / name).write_text("new")
        windows(3)
        with pytest.raises(OutputError, match="a cannot be replaced: Access is denied"):
            workspace.publish(["a", "b"])
    assert [(tmp_path / name).read_text() for name in ("a", "b")] == ["old", "old"]


def test_where_files_can_be_made(tmp_path):
    assert files.can_write(tmp_path)
    assert not files.can_write(tmp_path / "nowhere")
    assert not list(tmp_path.iterdir())
