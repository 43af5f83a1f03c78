"""The two programs stay apart."""

import ast
import json
import subprocess

import pytest

from calanddet_qgis.request import OVERLAPS
from tests.plugin.factories import ROOT


def imported_by(folder):
    """The top-level names that the modules of a folder import from elsewhere."""
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from (name.name.partition(".")[0] for name in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                yield node.module.partition(".")[0]


@pytest.mark.parametrize(
    ("folder", "forbidden"),
    [
        ("calanddet_qgis", {"torch", "rasterio", "backend"}),
        ("backend", {"qgis", "PyQt5", "PyQt6", "calanddet_qgis"}),
    ],
)
def test_neither_program_imports_what_belongs_to_the_other(folder, forbidden):
    assert not set(imported_by(folder)) & forbidden


def test_the_plugin_knows_the_backends_presets_and_their_default(worker_python):
    script = (
        "import json; from backend.raster.grid import *; print(json.dumps([DEFAULT_OVERLAP, "
        "*sorted(OVERLAPS)]))"
    )
    answer = subprocess.check_output([worker_python, "-c", script], cwd=ROOT, timeout=60)
    default, *names = json.loads(answer)
    assert OVERLAPS[0] == default
    assert sorted(OVERLAPS) == names
