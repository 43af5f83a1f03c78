"""A small dialog that hands a polygon layer to a command of the worker."""

from __future__ import annotations

import os
from html import escape
from pathlib import Path

from qgis.core import (
    QgsApplication,
    QgsMapLayerProxyModel,
    QgsProcessingFeedback,
    QgsProcessingUtils,
    QgsProject,
    QgsVectorLayer,
)
from qgis.gui import QgsFileWidget
from qgis.PyQt.QtCore import Qt, QUrl
from qgis.PyQt.QtGui import QDesktopServices
from qgis.PyQt.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from ..algorithms.base import worker_command
from ..algorithms.features import Features, polygon_layer
from ..files import can_write
from ..layers import translate_style
from ..messages import Failure, headline, tr
from ..paths import style
from ..review.access import layer_file
from ..worker import Event, WorkerTask
from .widgets import LayerCombo, TextLabel, layer_combo

WIDTH = 460


class InventoryDialog(QDialog):
    """Choose, run, and see what came of it; subclasses say what is chosen and what it becomes."""

    TASK = WorkerTask

    def __init__(self, layer: QgsVectorLayer, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(WIDTH)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._layer = layer.id()
        self._task: WorkerTask | None = None
        self.fields = QWidget()
        self.form = QFormLayout(self.fields)
        self.form.setContentsMargins(0, 0, 0, 0)
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.title = TextLabel("inventoryTitle")
        self.title.setStyleSheet("font-weight: bold")
        self.text = TextLabel("inventoryText")
        self.notes = TextLabel("inventoryNotes")
        self.link = QLabel()
        self.link.setOpenExternalLinks(True)
        self.link.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.run_button = buttons.addButton("", QDialogButtonBox.ButtonRole.ActionRole)
        self.run_button.setDefault(True)
        self.run_button.clicked.connect(self._run_or_cancel)
        buttons.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for widget in (
            self.fields, self.bar, self.title, self.text, self.notes, self.link, buttons,
        ):  # fmt: skip
            layout.addWidget(widget)
        self._show_running(False)
        self.link.hide()

    @property
    def is_running(self) -> bool:
        """Whether the worker is at it."""
        return self._task is not None

    @property
    def layer(self) -> QgsVectorLayer | None:
        """The layer that the dialog is about; it may have left the project meanwhile."""
        return QgsProject.instance().mapLayer(self._layer)

    def words(self, source: str) -> list[str]:
        """The worker's command for a layer that lies in `source`. Raises `Failure`."""
        raise NotImplementedError

    def finish(self, result: Event) -> str:
        """Show what came out, and tell it in a sentence."""
        raise NotImplementedError

    def run_label(self) -> str:
        """What the button says that runs it."""
        return tr("&Run")

    def stop_text(self) -> str:
        """What is left of a run that was cancelled, in a sentence."""
        return ""

    def on_event(self, event: Event) -> None:
        """Show more of what the worker says."""

    def on_end(self) -> None:
        """Do more when it is over, however it ended."""

    def done(self, code: int) -> None:
        """Closing the dialog ends what runs."""
        self.stop()
        super().done(code)

    def stop(self) -> None:
        """End what runs, and hear no more of it."""
        if self._task:
            for signal in (self._task.reported, self._task.succeeded, self._task.failed):
                signal.disconnect()
            self._task.stopped.disconnect()
            self._task.end()
            self._task = None

    # ---- for subclasses ----------------------------------------------------------------------

    def add_row(self, text: str, field: QWidget) -> None:
        """A row whose label's shortcut key leads to the field."""
        label = QLabel(text)
        label.setBuddy(field)
        self.form.addRow(label, field)

    def add_layer(self, source: str, name: str, style_name: str = "") -> None:
        """Add a layer that the worker wrote to the project, in a shipped style if one is named.

        Raises `Failure` where it cannot be opened.
        """
        layer = QgsVectorLayer(source, name, "ogr")
        if not layer.isValid():
            message = tr("The result {} cannot be opened.").format(source)
            raise Failure("output", message, tr("Was it moved or deleted meanwhile?"))
        if style_name:
            layer.loadNamedStyle(str(style(style_name)))
        translate_style(layer)
        QgsProject.instance().addMapLayer(layer)

    def show_link(self, path: str, text: str, *more: tuple[str, str]) -> None:
        """A link to a file or folder that came out, and `more` of them as paths with texts."""
        links = [
            f'<a href="{escape(QUrl.fromLocalFile(where).toString())}">{escape(words)}</a>'
            for where, words in ((path, text), *more)
        ]
        self.link.setText(" · ".join(links))
        self.link.show()

    # ---- running -----------------------------------------------------------------------------

    def _run_or_cancel(self) -> None:
        if self._task:
            self._task.cancel()
            return
        for label in (self.title, self.text, self.notes):
            label.show_text("")
        self.link.hide()
        try:
            command = worker_command(self.words(source_of(self.layer)))
        except Failure as failure:
            self._show_failure(failure)
            return
        self._task = self.TASK(command, self.windowTitle())
        self._task.reported.connect(self._on_event)
        self._task.succeeded.connect(self._on_success)
        self._task.failed.connect(self._on_failure)
        self._task.stopped.connect(self._on_stop)
        QgsApplication.taskManager().addTask(self._task)
        self._show_running(True)

    def _on_event(self, event: Event) -> None:
        if event["event"] == "progress" and event.get("total"):
            self.bar.setMaximum(event["total"])
            self.bar.setValue(event["done"])
        elif event["event"] == "log" and event["level"] == "warning":
            self.notes.show_text(f"{self.notes.shown_text()}\n{event['text']}".strip())
        self.on_event(event)

    def _on_success(self, result: Event) -> None:
        self._end()
        try:
            told = self.finish(result)
        except Failure as failure:
            self._show_failure(failure)
            return
        self.title.show_text(tr("Done."))
        self.text.show_text(told)

    def _on_failure(self, failure: Failure) -> None:
        self._end()
        self._show_failure(failure)

    def _on_stop(self) -> None:
        self._end()
        self.title.show_text(tr("The run was cancelled."))
        self.text.show_text(self.stop_text())

    def _end(self) -> None:
        self._task = None
        self._show_running(False)
        self.on_end()

    def _show_failure(self, failure: Failure) -> None:
        self.title.show_text(headline(failure.kind))
        self.text.show_text(str(failure))

    def _show_running(self, is_running: bool) -> None:
        self.bar.setMaximum(0)
        self.bar.setVisible(is_running)
        # What is chosen is what runs.
        self.fields.setEnabled(not is_running)
        self.run_button.setText(tr("Cancel") if is_running else self.run_label())


def raster_combo() -> LayerCombo:
    """A raster layer, or none."""
    return layer_combo(QgsMapLayerProxyModel.Filter.RasterLayer)


def polygon_combo(besides: QgsVectorLayer) -> LayerCombo:
    """A polygon layer that is not the dialog's own, or none."""
    combo = layer_combo(QgsMapLayerProxyModel.Filter.PolygonLayer)
    combo.setExceptedLayerList([besides])
    return combo


def output_file(layer: QgsVectorLayer, ending: str, file_filter: str) -> QgsFileWidget:
    """A new file: beside the layer's own, or in the user's home."""
    widget = QgsFileWidget()
    widget.setStorageMode(QgsFileWidget.StorageMode.SaveFile)
    widget.setFilter(file_filter)
    widget.setFilePath(str(free_path(layer, ending)))
    return widget


def free_path(layer: QgsVectorLayer, ending: str) -> Path:
    """A path that is not taken: the name of the layer's file, or of the layer, and an ending."""
    source = Path(layer_file(layer))
    folder = source.parent if os.path.isfile(source) and can_write(source.parent) else None
    stem = source.stem if folder else "".join(c for c in layer.name() if c.isalnum() or c in " -_")
    stem, suffix = f"{stem}_{Path(ending).stem}", Path(ending).suffix
    path, number = (folder or Path.home()) / f"{stem}{suffix}", 1
    while path.exists():
        number += 1
        path = path.with_name(f"{stem}_{number}{suffix}")
    return path


def open_file(path: str) -> None:
    """Open a file with the program that the user has for it."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(path))


def source_of(layer: QgsVectorLayer | None) -> str:
    """The file of a polygon layer, or a copy of it with what is edited and not saved.

    Raises `Failure` where there is no layer, or nothing in it.
    """
    features = Features.of(polygon_layer(layer), None)
    if features.file:
        return features.file
    path = QgsProcessingUtils.generateTempFilename("polygons.gpkg")
    features.write(path, QgsProcessingFeedback())
    return path
