"""The catalogues are whole: every text of the code, translated, compiled, and nothing besides."""

from __future__ import annotations

import ast
import re
import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest

Texts = dict[tuple[str, str], str]
ROOT = Path(__file__).resolve().parents[2]
TOOL = runpy.run_path(str(ROOT / ".ci" / "translate.py"))
CATALOGUES = sorted((ROOT / "resources" / "i18n").glob("*.ts"))
REMEDY = "run make translations, and translate what it prints"
PLACEHOLDER = re.compile(r"\{\d*\}")
HTML_TAG = re.compile(r"<[^>]*>?")
SHORTCUT = re.compile(r"&(\w)")
# Calls whose plain string arguments a user would read.
SHOWN = re.compile(
    r"Q\w*(Label|Button|CheckBox|Action|GroupBox|Dock)|addTab|addRow|addAction|addMenu|addItem"
    r"|Failure|set(Text|ToolTip|WindowTitle|Title|PlaceholderText|DialogTitle|SpecialValueText"
    r"|StatusTip|WhatsThis|Suffix|Prefix|AccessibleName)|show_text|add_note|beginEditCommand"
)


@pytest.fixture(scope="module")
def texts() -> Texts:
    return TOOL["collect"]()


@pytest.fixture(params=CATALOGUES, ids=lambda path: path.stem)
def path(request: pytest.FixtureRequest) -> Path:
    return request.param


def test_there_is_simplified_chinese() -> None:
    assert "calanddet_zh_Hans" in [path.stem for path in CATALOGUES]


def test_nothing_is_untranslated_and_nothing_is_left_over(path: Path, texts: Texts) -> None:
    catalogue = TOOL["read"](path)
    missing = sorted(source for (_, source), text in catalogue.items() if not text)
    missing += sorted(source for _, source in texts.keys() - catalogue.keys())
    unused = sorted(source for _, source in catalogue.keys() - texts.keys())
    assert not missing, REMEDY
    assert not unused, REMEDY


def test_placeholders_and_shortcuts_are_kept(path: Path) -> None:
    translated = {key: text for key, text in TOOL["read"](path).items() if text}
    for (_, source), translation in translated.items():
        wanted, given = PLACEHOLDER.findall(source), PLACEHOLDER.findall(translation)
        numbered = [f"{{{i}}}" for i in range(len(wanted))]
        assert given == wanted or sorted(given) == numbered, translation
        letters = [letter.upper() for letter in SHORTCUT.findall(source)]
        assert [letter.upper() for letter in SHORTCUT.findall(translation)] == letters, translation
        assert translation == translation.strip() and source == source.strip(), source


def test_what_is_compiled_is_what_is_written(path: Path) -> None:
    compiled = path.with_suffix(".qm").read_bytes()
    assert compiled == TOOL["compiled"](TOOL["read"](path)), REMEDY


def test_the_plugin_knows_the_workers_sentences(texts: Texts) -> None:
    assert TOOL["SENTENCES"].read_text(encoding="utf-8") == TOOL["templates"](texts), REMEDY


def test_a_new_text_is_entered_and_its_translation_kept(tmp_path: Path) -> None:
    path, key = tmp_path / "calanddet_de.ts", ("calanddet_qgis", "&Cancel <{}>")
    TOOL["write"](path, {key: ""}, {key: "calanddet_qgis/gui/dock.py"})
    assert TOOL["read"](path) == {key: ""}
    assert 'type="unfinished"' in path.read_text(encoding="utf-8")
    TOOL["write"](path, {key: "&Abbrechen <{}>"}, {key: "calanddet_qgis/gui/dock.py"})
    assert TOOL["read"](path) == {key: "&Abbrechen <{}>"}
    assert "unfinished" not in path.read_text(encoding="utf-8")


def test_no_text_is_translated_before_the_catalogue_is_loaded() -> None:
    early = [
        f"{path.name}:{node.lineno}"
        for path, tree in _plugin()
        for node in _at_import(tree)
        if isinstance(node, ast.Call) and TOOL["_name"](node.func) == "tr"
    ]
    assert not early


def test_no_text_that_a_user_reads_bypasses_tr() -> None:
    bypassing = [
        f"{path.name}:{call.lineno}: {text}"
        for path, tree in _plugin()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and SHOWN.fullmatch(TOOL["_name"](call.func))
        for text in _words(call)
    ]
    assert not bypassing


def _plugin() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted((ROOT / "calanddet_qgis").rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def _at_import(node: ast.AST) -> Iterator[ast.AST]:
    """What runs when the module is imported: all but the bodies of functions."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.Lambda):
            yield from _at_import(child)


def _words(call: ast.Call) -> Iterator[str]:
    """Literal arguments of more than one word, or of one that begins like a sentence."""
    for argument in call.args:
        parts = argument.values if isinstance(argument, ast.JoinedStr) else [argument]
        for part in parts:
            value = part.value if isinstance(part, ast.Constant) else ""
            text = HTML_TAG.sub("", value) if isinstance(value, str) else ""
            if re.search(r"[A-Z][a-z]+\b|[a-z] [a-z]", text) and not _is_name(text):
                yield text


def _is_name(text: str) -> bool:
    """An object's name, or the product's, which is the same in every language."""
    return text.strip("&") == "CALandDet" or bool(re.fullmatch(r"[a-zA-Z]+[A-Z]\w*", text))
