"""The guide that comes along, to be read without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.PyQt.QtCore import Qt, QUrl
from qgis.PyQt.QtGui import (
    QDesktopServices,
    QImage,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)
from qgis.PyQt.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from ..messages import tr
from ..paths import guide

WIDTH, HEIGHT = 820, 620
# Room that a page leaves beside its pictures [px].
MARGIN = 40


class GuideDialog(QDialog):
    """The pages of the guide; links between them are followed, others open in the browser."""

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setObjectName("CalandDetGuide")
        self.setWindowTitle(tr("Guide to CALandDet"))
        self.resize(WIDTH, HEIGHT)
        self.page = Page()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        back = buttons.addButton(tr("&Back"), QDialogButtonBox.ButtonRole.ActionRole)
        back.setEnabled(False)
        back.clicked.connect(self.page.backward)
        self.page.backwardAvailable.connect(back.setEnabled)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.page)
        layout.addWidget(buttons)

    def present(self) -> None:
        """Open at the first page, in front."""
        self.page.setSource(QUrl.fromLocalFile(guide()))
        self.show()
        self.raise_()


class Page(QTextBrowser):
    """A page in Markdown, its pictures no wider than the page."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("guidePage")
        self.setOpenLinks(False)
        self.anchorClicked.connect(self._follow)
        self.sourceChanged.connect(self._on_page)

    def loadResource(self, kind: int, url: QUrl) -> Any:
        """What a page refers to; called by Qt."""
        if kind != QTextDocument.ResourceType.ImageResource:
            return super().loadResource(kind, url)
        image = QImage(self.source().resolved(url).toLocalFile())
        width = min(image.width(), WIDTH - 2 * MARGIN)
        return image.scaledToWidth(width, Qt.TransformationMode.SmoothTransformation)

    def _on_page(self, url: QUrl) -> None:
        """Name the headings as links do, which Markdown leaves to who reads it."""
        block = self.document().begin()
        while block.isValid():
            if block.blockFormat().headingLevel():
                named = QTextCharFormat()
                named.setAnchor(True)
                named.setAnchorNames([anchor(block.text())])
                cursor = QTextCursor(block)
                cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
                cursor.mergeCharFormat(named)
            block = block.next()
        if url.hasFragment():
            self.scrollToAnchor(url.fragment())

    def _follow(self, url: QUrl) -> None:
        target = self.source().resolved(url)
        if target.isLocalFile() and Path(target.toLocalFile()).suffix == ".md":
            self.setSource(target)
        else:
            QDesktopServices.openUrl(target)


def anchor(heading: str) -> str:
    """How a link to a heading is spelled: small letters and hyphens."""
    kept = "".join(c for c in heading.lower() if c.isalnum() or c in " -_")
    return kept.strip().replace(" ", "-")
