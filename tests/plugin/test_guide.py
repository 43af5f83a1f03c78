"""The guide that comes along, as Help > Plugins shows it."""

import re
from pathlib import Path

import pytest
from qgis.PyQt.QtCore import QUrl
from qgis.PyQt.QtGui import QTextDocument

from calanddet_qgis.gui.guide_dialog import WIDTH, GuideDialog, anchor
from calanddet_qgis.paths import guide

TOPICS = (
    "Install", "The first detection, in five minutes", "Choosing the threshold and the overlap",
    "Other imagery", "GPU", "Without a network", "When something goes wrong",
)  # fmt: skip


@pytest.fixture
def dialog(qtbot):
    dialog = GuideDialog(None)
    qtbot.addWidget(dialog)
    dialog.present()
    return dialog


def test_every_topic_is_there(dialog):
    text = dialog.page.toPlainText()
    assert [topic for topic in TOPICS if topic not in text] == []
    # Read as Markdown: neither tables nor headings show their signs.
    assert "| --- |" not in text and "\n## " not in text


def test_pictures_are_there_and_fit(dialog):
    pictures = re.findall(r"!\[.*?\]\((.*?)\)", Path(guide()).read_text(encoding="utf-8"))
    assert len(pictures) >= 4
    for name in pictures:
        image = dialog.page.loadResource(QTextDocument.ResourceType.ImageResource, QUrl(name))
        assert 0 < image.width() < WIDTH, name


def test_links_lead_to_pages_that_come_along(dialog):
    links = re.findall(r"\]\(([^)#]*?\.md)", Path(guide()).read_text(encoding="utf-8"))
    assert links
    for link in links:
        assert Path(guide()).parent.joinpath(link).resolve().parent == Path(guide()).parent, link
        dialog.page.anchorClicked.emit(QUrl(link))
        assert len(dialog.page.toPlainText()) > 500, link
        dialog.page.backward()


def links_to_headings():
    """Page, link and heading of every link between the pages that names a heading."""
    folder = Path(guide()).parent
    for page in sorted(folder.glob("*.md")):
        for link in re.findall(r"\]\(([^):]*#[^)]*)\)", page.read_text(encoding="utf-8")):
            if link.startswith("#") or folder.joinpath(link.partition("#")[0]).is_file():
                yield page, link


def heading(document, name):
    block = document.begin()
    while block.isValid():
        if block.blockFormat().headingLevel() and anchor(block.text()) == name:
            return block
        block = block.next()
    return None


def test_links_to_headings_lead_there(dialog):
    links = list(links_to_headings())
    assert len(links) > 10
    for page, link in links:
        dialog.page.setSource(QUrl.fromLocalFile(str(page)))
        dialog.page.anchorClicked.emit(QUrl(link))
        block = heading(dialog.page.document(), link.partition("#")[2])
        assert block, (page.name, link)
        top = dialog.page.document().documentLayout().blockBoundingRect(block).top()
        below = top - dialog.page.verticalScrollBar().value()
        assert -1 <= below < dialog.page.viewport().height() - 20, (page.name, link)
