"""The image to search: a layer of the project, or several, or all of a folder."""

from __future__ import annotations

import os
from collections.abc import Callable

from qgis.core import QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QMessageBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ..messages import Failure, tr
from ..scenes import Scenes, image_layers, scenes_in, scenes_of_layers
from ..settings import SCENES_FOLDER
from .widgets import ElidedLabel, RasterCombo


class ScenesField(QWidget):
    """A combo box for one layer, and a button that leads to several."""

    changed = pyqtSignal()

    def __init__(self, combo: RasterCombo) -> None:
        super().__init__()
        self.scenes: Scenes | None = None
        self.combo = combo
        self.told = ElidedLabel("scenesText")
        self.back = QToolButton()
        self.back.setObjectName("scenesBack")
        self.back.setText("✕")
        self.back.setAutoRaise(True)
        self.back.setToolTip(tr("Search a single layer again"))
        self.back.setAccessibleName(self.back.toolTip())
        self.back.clicked.connect(lambda: self.show_scenes(None))
        self.button = QToolButton()
        self.button.setObjectName("scenesButton")
        self.button.setText("…")
        self.button.setToolTip(tr("Search several images in one run"))
        self.button.setAccessibleName(self.button.toolTip())
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        menu.addAction(tr("Several layers…")).triggered.connect(self._ask_for_layers)
        menu.addAction(tr("Folder…")).triggered.connect(self._ask_for_folder)
        self.button.setMenu(menu)
        self.setFocusProxy(combo)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(combo, 1)
        layout.addWidget(self.told, 1)
        layout.addWidget(self.back)
        layout.addWidget(self.button)
        self._show()

    def current_layer(self) -> QgsRasterLayer | None:
        """The layer to search, or the first of several rasters."""
        return self.scenes.layer if self.scenes else self.combo.currentLayer()

    def show_scenes(self, scenes: Scenes | None) -> None:
        """Search these; None goes back to the one layer."""
        self.scenes = scenes
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        several = self.scenes is not None
        if self.scenes:
            self.told.show_text(self.scenes.title)
            self.told.setToolTip("\n".join(self.scenes.names))
        self.combo.setVisible(not several)
        self.told.setVisible(several)
        self.back.setVisible(several)

    def _ask_for_layers(self) -> None:
        dialog = LayersDialog(self)
        if dialog.exec():
            self._take(lambda: scenes_of_layers(dialog.chosen()))

    def _ask_for_folder(self) -> None:
        title = tr("Choose a folder of images")
        folder = QFileDialog.getExistingDirectory(self, title, SCENES_FOLDER.get())
        if folder:
            SCENES_FOLDER.set(os.path.dirname(folder))
            self._take(lambda: scenes_in(folder))

    def _take(self, find: Callable[[], Scenes]) -> None:
        try:
            self.show_scenes(find())
        except Failure as failure:
            QMessageBox.warning(self, tr("Several images"), str(failure))


class LayersDialog(QDialog):
    """Which of the project's layers are to be searched in one run."""

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setObjectName("layersDialog")
        self.setWindowTitle(tr("Several layers"))
        self.resize(420, 320)
        self.list = QListWidget()
        self.list.setObjectName("layersList")
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        for layer in image_layers(QgsProject.instance()):
            item = QListWidgetItem(layer.name(), self.list)
            item.setToolTip(layer.source())
            item.setData(Qt.ItemDataRole.UserRole, layer.id())
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Unchecked)
        self.list.itemChanged.connect(self._on_change)
        standard = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(standard.Ok | standard.Cancel)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(QLabel(tr("Tick the images that one run is to search:")))
        layout.addWidget(self.list)
        layout.addWidget(self.buttons)
        self._on_change()

    def chosen(self) -> list[QgsRasterLayer]:
        """The layers that are ticked."""
        items = [self.list.item(row) for row in range(self.list.count())]
        ticked = [item for item in items if item.checkState() == Qt.CheckState.Checked]
        ids = [item.data(Qt.ItemDataRole.UserRole) for item in ticked]
        return [QgsProject.instance().mapLayer(layer_id) for layer_id in ids]

    def _on_change(self) -> None:
        ok = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        ok.setEnabled(len(self.chosen()) > 1)
