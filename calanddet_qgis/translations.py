"""The plugin's translations: loaded for QGIS's language; the worker's sentences and the words of
layer styles are put into it here."""

from __future__ import annotations

import json
import re
from functools import lru_cache

from qgis.core import QgsApplication, QgsMapLayer
from qgis.PyQt.QtCore import QCoreApplication, QLocale, QTranslator
from qgis.PyQt.QtXml import QDomDocument

from .paths import translations

# Contexts of the worker and of styles in the catalogues; the plugin's own is in `messages.tr`.
WORKER_CONTEXT, STYLE_CONTEXT = "backend", "resources"
# The elements of a layer's style that hold words, and in which attribute.
STYLE_WORDS = {
    "category": "label", "paletteEntry": "label", "alias": "name",
    "attributeEditorContainer": "name", "Option": "name",
}  # fmt: skip


def language() -> str:
    """The code of the language that QGIS speaks: `zh-Hans`, or `zh_CN` from the system."""
    application = QgsApplication.instance()
    return application.translation() or application.locale()


def install(code: str) -> QTranslator | None:
    """Let Qt translate the plugin into a language; nothing where there is no catalogue of it."""
    translator = QTranslator(QCoreApplication.instance())
    if translator.load(QLocale(code), "calanddet", "_", str(translations())):
        QCoreApplication.installTranslator(translator)
        return translator
    translator.deleteLater()
    return None


def remove(translator: QTranslator | None) -> None:
    """Take back what `install` did."""
    if translator:
        QCoreApplication.removeTranslator(translator)
        translator.deleteLater()


def translated_sentence(text: str) -> str:
    """A sentence of the worker in the user's language, its values kept; as it is if unknown."""
    for pattern, template in _templates():
        match = pattern.fullmatch(text)
        if match:
            # Without values nothing is filled in: the text may hold braces of its own.
            translation = QCoreApplication.translate(WORKER_CONTEXT, template)
            return translation.format(*match.groups()) if match.groups() else translation
    return text


def translate_style(layer: QgsMapLayer) -> None:
    """Put a layer's legend, names of fields and choices into the user's language.

    Only in this project: what the layer's file says stays as it is.
    """
    document = QDomDocument()
    layer.exportNamedStyle(document)
    changed = [_translate_words(document, *words) for words in STYLE_WORDS.items()]
    if any(changed):
        layer.importNamedStyle(document)


def _translate_words(document: QDomDocument, tag: str, attribute: str) -> bool:
    """Translate an attribute of all elements of a name; whether that changed anything."""
    changed, nodes = False, document.elementsByTagName(tag)
    for index in range(nodes.count()):
        element = nodes.at(index).toElement()
        word = element.attribute(attribute)
        translation = QCoreApplication.translate(STYLE_CONTEXT, word)
        if translation != word:
            element.setAttribute(attribute, translation)
            changed = True
    return changed


@lru_cache(maxsize=1)
def _templates() -> list[tuple[re.Pattern[str], str]]:
    """The worker's sentences, those with the most words of their own first."""
    path = translations() / "worker_sentences.json"
    templates = json.loads(path.read_text(encoding="utf-8"))
    templates.sort(key=lambda template: len(template.replace("{}", "")), reverse=True)
    return [(_pattern(template), template) for template in templates]


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile("(.*)".join(map(re.escape, template.split("{}"))), re.DOTALL)
