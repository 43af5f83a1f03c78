"""Keeps the translations in line with the code: `translate.py`.

Collects the texts that the plugin passes to `tr()`, the words of layer styles, and the sentences
with which the worker refuses something, enters them into every catalogue `resources/i18n/*.ts`,
drops what is gone, compiles the catalogues to `.qm`, and prints what is not translated yet. A new
language begins as a catalogue without entries: `<TS version="2.1" language="de"/>` in
`calanddet_de.ts`.
"""

from __future__ import annotations

import argparse
import ast
import builtins
import json
import struct
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "resources" / "i18n"
# Templates of the worker's sentences, by which the plugin recognises them.
SENTENCES = FOLDER / "worker_sentences.json"
# Contexts, and the folders that they stand for: by these names the plugin asks Qt for them.
PLUGIN, WORKER, STYLES = "calanddet_qgis", "backend", "resources"
# Words in layer styles: legends, names of fields, pages and choices of the form.
STYLE_WORDS = {
    ".//category": "label", ".//paletteEntry": "label", ".//alias": "name",
    ".//attributeEditorContainer": "name",
    ".//editWidget[@type='ValueMap']//Option[@value]": "name",
}  # fmt: skip
HEADER = '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n'

Texts = dict[tuple[str, str], str]  # (context, source) -> the file that it stands in
Catalogue = dict[tuple[str, str], str]  # (context, source) -> translation, empty where missing


def collect() -> Texts:
    """All texts to translate. Raises `SystemExit` where `tr()` gets anything but a literal."""
    texts: Texts = {}
    for context, find in ((PLUGIN, _tr_texts), (WORKER, _refusals)):
        for path in sorted((ROOT / context).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            name = path.relative_to(ROOT).as_posix()
            for source in find(tree, name):
                texts.setdefault((context, source), name)
    for path in sorted((ROOT / STYLES).rglob("*.qml")):
        for source in _style_words(ET.parse(path).getroot()):
            texts.setdefault((STYLES, source), path.relative_to(ROOT).as_posix())
    return texts


def _style_words(style: ET.Element) -> Iterator[str]:
    for place, attribute in STYLE_WORDS.items():
        for element in style.iterfind(place):
            if any(map(str.isalpha, element.get(attribute, ""))):
                yield element.attrib[attribute]


def _tr_texts(tree: ast.Module, name: str) -> Iterator[str]:
    for node in _calls(tree):
        if _name(node.func) == "tr":
            text = node.args[0]
            if not isinstance(text, ast.Constant):
                sys.exit(f"{name}:{node.lineno}: tr() takes a literal, not {ast.unparse(text)}.")
            yield text.value


def _refusals(tree: ast.Module, name: str) -> Iterator[str]:
    """What the worker's exceptions and log events say, as templates: a `{}` for each value."""
    constants = {
        _name(node.targets[0]): node.value for node in tree.body if isinstance(node, ast.Assign)
    }
    for node in _calls(tree):
        if _is_refusal(_name(node.func)):
            for argument in node.args:
                template = _template(constants.get(_name(argument), argument))
                # Without words of its own a template would recognise any sentence.
                if sum(map(str.isalpha, template)) > len("is not a"):
                    yield template


def _calls(tree: ast.Module) -> list[ast.Call]:
    """All calls in the order of the text."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return sorted(calls, key=lambda node: (node.lineno, node.col_offset))


def _is_refusal(name: str) -> bool:
    """Whether the user reads the words of this exception or event; Python's own are bugs."""
    of_python = hasattr(builtins, name) or hasattr(argparse, name)
    return name == "Log" or (name.endswith("Error") and not of_python)


def _template(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(_template(part) for part in node.values)
    if isinstance(node, ast.Constant):
        return str(node.value)
    return "{}"


def _name(node: ast.expr) -> str:
    return getattr(node, "id", getattr(node, "attr", ""))


def read(path: Path) -> Catalogue:
    """The entries of a catalogue."""
    return {
        (context.findtext("name", ""), message.findtext("source", "")): message.findtext(
            "translation", ""
        )
        for context in ET.parse(path).getroot().iter("context")
        for message in context.iter("message")
    }


def write(path: Path, catalogue: Catalogue, texts: Texts) -> None:
    """Write a catalogue as Qt Linguist does, without the lines that change with every edit."""
    root = ET.Element("TS", version="2.1", language=path.stem.partition("_")[2])
    contexts: dict[str, ET.Element] = {}
    for (context, source), translation in catalogue.items():
        if context not in contexts:
            contexts[context] = ET.SubElement(root, "context")
            ET.SubElement(contexts[context], "name").text = context
        message = ET.SubElement(contexts[context], "message")
        ET.SubElement(message, "location", filename=f"../../{texts[context, source]}")
        ET.SubElement(message, "source").text = source
        element = ET.SubElement(message, "translation")
        element.text = translation
        if not translation:
            element.set("type", "unfinished")
    ET.indent(root)
    path.write_text(HEADER + ET.tostring(root, encoding="unicode") + "\n", encoding="utf-8")


def compiled(catalogue: Catalogue) -> bytes:
    """The catalogue in the format of Qt's .qm files, which `lrelease` writes otherwise."""
    index, messages = [], b""
    for (context, source), translation in catalogue.items():
        if translation:
            index.append((_elf_hash(source.encode()), len(messages)))
            messages += _field(3, translation.encode("utf-16-be"))
            messages += _field(6, source.encode()) + _field(7, context.encode()) + b"\x01"
    hashes = b"".join(struct.pack(">II", *entry) for entry in sorted(index))
    magic = bytes.fromhex("3cb86418caef9c95cd211cbf60a1bddd")
    return magic + _field(0x42, hashes) + _field(0x69, messages)


def _field(tag: int, content: bytes) -> bytes:
    return struct.pack(">BI", tag, len(content)) + content


def _elf_hash(text: bytes) -> int:
    value = 0
    for byte in text:
        value = (value << 4) + byte
        value ^= (value & 0xF0000000) >> 24
        value &= 0x0FFFFFFF
    return value or 1


def templates(texts: Texts) -> str:
    """What the plugin has to know of the worker's sentences."""
    found = sorted(source for context, source in texts if context == WORKER)
    return json.dumps(found, indent=0, ensure_ascii=False) + "\n"


def update() -> None:
    """Bring everything in line with the code, and say what is not translated."""
    texts = collect()
    SENTENCES.write_text(templates(texts), encoding="utf-8")
    for path in sorted(FOLDER.glob("*.ts")):
        known = read(path)
        catalogue = {key: known.get(key, "") for key in texts}
        write(path, catalogue, texts)
        path.with_suffix(".qm").write_bytes(compiled(catalogue))
        gaps = [source for (_, source), translation in catalogue.items() if not translation]
        print(*(f"{path.name}: no translation of {source!r}" for source in gaps), sep="\n")
        print(f"{path.name}: {len(catalogue)} texts, {len(gaps)} without a translation")


if __name__ == "__main__":
    update()
