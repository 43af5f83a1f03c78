"""A static pass for Qt 6 and QGIS 4: scoped enums, and nothing that Qt 6 has removed.

The plugin runs in Qt 5 here. What Qt 6 has is read from the type stubs of PyQt6.
"""

from __future__ import annotations

import ast
import enum
import importlib
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from tests.plugin.factories import ROOT

STUBS = sorted(Path(sys.prefix, "qt6", "PyQt6").glob("Qt*.pyi"))
SOURCES = sorted((ROOT / "calanddet_qgis").rglob("*.py"))
QT = "qgis.PyQt."
# What `qgis.PyQt` leaves where Qt 5 has it, so that both can be served.
KEPT_BY_QGIS = {("QtWidgets", "QAction"), ("QtWidgets", "QActionGroup"), ("QtWidgets", "QShortcut")}
# Types of fields: QGIS before 3.38 takes no others, and `qgis.PyQt` keeps them, unscoped.
UNSCOPED = {"QVariant"}


def imported(tree):
    """(module, name) of everything imported from QGIS, by the name that it has here."""
    return {
        alias.asname or alias.name: (node.module, alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("qgis.")
        for alias in node.names
    }


def chains(tree):
    """Line number and parts of every dotted name: `Qt.AlignmentFlag.AlignLeft`."""
    for node in ast.walk(tree):
        parts, line = [], getattr(node, "lineno", 0)
        while isinstance(node, ast.Attribute):
            parts.insert(0, node.attr)
            node = node.value
        if parts and isinstance(node, ast.Name):
            yield line, [node.id, *parts]


def unscoped_enums(source):
    """Values of enums that are asked of something else than their enum."""
    tree = ast.parse(source)
    names = imported(tree)
    for line, (root, *parts) in chains(tree):
        if root not in names or root in UNSCOPED:
            continue
        module, name = names[root]
        holder = getattr(importlib.import_module(module), name)
        for part in parts:
            value = getattr(holder, part, None)
            if is_enum_value(value) and holder is not type(value):
                yield f"line {line}: {'.'.join([root, *parts])}"
            holder = value


def is_enum_value(value):
    """Whether it is a member of an enum: of Python's, or one of Qt 5, which are integers."""
    is_qt5 = isinstance(value, int) and type(value) not in (int, bool)
    return is_qt5 or isinstance(value, enum.Enum)


class Qt6:
    """What PyQt6 has: members of every class by the class's name, and names of every module."""

    def __init__(self):
        self.members, self.bases, self.modules = defaultdict(set), {}, defaultdict(set)
        for path in STUBS:
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                self.modules[path.stem].update(self._names(node))
                if isinstance(node, ast.ClassDef):
                    self._add(node, node.name)

    def has(self, name, part):
        """Whether a class, or one that it derives from, has a member."""
        bases = self.bases.get(name, ())
        return part in self.members[name] or any(self.has(base, part) for base in bases)

    def _add(self, node, name):
        self.bases[name] = [ast.unparse(base).rpartition(".")[2] for base in node.bases]
        for child in node.body:
            self.members[name].update(self._names(child))
            if isinstance(child, ast.ClassDef):
                self._add(child, f"{name}.{child.name}")

    def _names(self, node):
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            return {node.name}
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        return {target.id for target in targets if isinstance(target, ast.Name)}


@pytest.fixture(scope="module")
def qt6():
    assert STUBS, "PyQt6's stubs are not there: make setup"
    return Qt6()


def missing_in_qt6(source, qt6):
    """Names of Qt that are imported, or asked of a class, and that Qt 6 does not have."""
    tree = ast.parse(source)
    names = {
        here: (module[len(QT) :], name)
        for here, (module, name) in imported(tree).items()
        if module.startswith(QT)
    }
    for module, name in names.values():
        if name not in qt6.modules[module] and (module, name) not in KEPT_BY_QGIS:
            yield f"{module}.{name}"
    for line, (root, *parts) in chains(tree):
        name = names.get(root, ("", ""))[1]
        for part in parts:
            if name not in qt6.bases or root in UNSCOPED:
                break
            if not qt6.has(name, part):
                yield f"line {line}: {'.'.join([root, *parts])}"
            name = f"{name}.{part}"


def removed_names(source, qt6):
    """Members of Qt 5's classes that no class of Qt 6 has, by name alone."""
    modules = [importlib.import_module(QT + name) for name in ("QtCore", "QtGui", "QtWidgets")]
    classes = [value for module in modules for value in vars(module).values()]
    qt5 = {name for value in classes if isinstance(value, type) for name in dir(value)}
    removed = qt5 - set().union(*qt6.members.values()) - {"pid"}  # of subprocess.Popen
    tree = ast.parse(source)
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in removed - own:
            yield f"line {node.lineno}: {node.attr}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_the_plugin_is_ready_for_qt_6(path, qt6):
    source = path.read_text(encoding="utf-8")
    assert list(unscoped_enums(source)) == []
    assert list(missing_in_qt6(source, qt6)) == []
    assert list(removed_names(source, qt6)) == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_qt_comes_from_qgis(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    modules = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            modules.append(node.module or "")
        elif isinstance(node, ast.Import):
            modules += [alias.name for alias in node.names]
    assert not [name for name in modules if name.startswith(("PyQt", "PySide", "sip"))]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from qgis.PyQt.QtCore import Qt\nQt.AlignLeft", "line 2: Qt.AlignLeft"),
        ("from qgis.core import QgsTask as T\nT.CanCancel", "line 2: T.CanCancel"),
        ("from qgis.core import Qgis\nQgis.Warning", "line 2: Qgis.Warning"),
        ("from qgis.PyQt.QtWidgets import QFrame\nQFrame.NoFrame.x", "line 2: QFrame.NoFrame"),
    ],
)
def test_an_unscoped_enum_is_found(source, found):
    assert found in list(unscoped_enums(source))


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from qgis.PyQt.QtCore import QRegExp", "QtCore.QRegExp"),
        ("from qgis.PyQt.QtWidgets import qApp", "QtWidgets.qApp"),
        ("from qgis.PyQt.QtCore import Qt\nQt.MouseButton.MidButton", "Qt.MouseButton.MidButton"),
        ("from qgis.PyQt.QtCore import Qt\nQt.Alignment()", "line 2: Qt.Alignment"),
        ("dialog.exec_()", "line 1: exec_"),
        ("edit.getTextMargins()", "line 1: getTextMargins"),
    ],
)
def test_what_qt_6_has_removed_is_found(source, found, qt6):
    assert found in "\n".join([*missing_in_qt6(source, qt6), *removed_names(source, qt6)])
