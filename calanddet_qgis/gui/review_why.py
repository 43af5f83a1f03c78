"""Why a polygon was found: the network's heat map as a temporary layer, and what it means."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from qgis.core import (
    QgsApplication,
    QgsFeature,
    QgsLayerTreeGroup,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QObject, pyqtSignal
from qgis.PyQt.QtWidgets import QComboBox, QFormLayout, QLabel, QVBoxLayout, QWidget

from ..algorithms.base import worker_command
from ..messages import Failure, number, tr
from ..paths import style
from ..review.explanation import explain_words
from ..review.schema import values_of
from ..temporary import mark
from ..worker import Event, WorkerTask
from .widgets import TextLabel


class WhyBox(QWidget):
    """What the network says of the polygon under review; hidden until it was asked."""

    stage_chosen = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self.text = TextLabel("reviewWhy")
        self.stage = QComboBox()
        self.stage.setObjectName("reviewStage")
        self.stage.setToolTip(tr("Of the network: early stages see detail, late ones the whole"))
        self.stage.activated.connect(
            lambda _index: self.stage_chosen.emit(self.stage.currentText())
        )
        self._label = QLabel(tr("S&tage"))
        self._label.setBuddy(self.stage)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(self._label, self.stage)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.text)
        layout.addLayout(form)
        self.hide()

    def show_text(self, text: str) -> None:
        """Say something without an answer; nothing hides the box."""
        self.text.show_text(text)
        self._show_stages([], "")
        self.setVisible(bool(text))

    def show_answer(self, counts: Event) -> None:
        """What came out, and the stages that could be asked instead."""
        self.text.show_text(answer(counts))
        self._show_stages(counts["stages"], counts["stage"])
        self.show()

    def _show_stages(self, stages: list[str], current: str) -> None:
        if stages:
            self.stage.clear()
            self.stage.addItems(stages)
            self.stage.setCurrentText(current)
        for widget in (self._label, self.stage):
            widget.setVisible(bool(stages))


def answer(counts: Event) -> str:
    """The worker's answer in sentences."""
    parts = []
    presence, inside = counts["presence_probability"], counts["inside_share"]
    if presence is not None:
        text = tr("The network is {} % sure that there is a landslide around here at all.")
        parts.append(text.format(number(100 * presence)))
    if inside is None:
        parts.append(tr("At this stage nothing in the image spoke for the polygon."))
    else:
        text = tr("{} % of what spoke for the polygon lies inside of it.")
        parts.append(text.format(number(100 * inside)))
    return " ".join(parts)


class Explainer(QObject):
    """Asks the worker about one polygon at a time, and shows the answer until `close`."""

    refused = pyqtSignal(str)

    def __init__(self, layer: QgsVectorLayer, box: WhyBox) -> None:
        super().__init__()
        self._layer, self._box = layer, box
        self._stage: str | None = None
        self._task: WorkerTask | None = None
        self._folder: Path | None = None
        self._shown = ""  # the id of the layer with the answer
        self._feature: QgsFeature | None = None
        box.stage_chosen.connect(self._ask_stage)

    def ask(self, feature: QgsFeature) -> None:
        """Ask about a polygon. Raises `Failure` where its run or the worker is not there."""
        self.forget()
        self._folder = Path(tempfile.mkdtemp(prefix="calanddet-why-"))
        try:
            words = explain_words(self._layer, feature.geometry(), self._folder, self._stage)
            task = WorkerTask(worker_command(words), tr("What spoke for a polygon"))
        except Failure:
            self.forget()
            raise
        self._feature, self._task = feature, task
        task.succeeded.connect(self._on_success)
        task.failed.connect(self._on_failure)
        task.stopped.connect(self._on_stop)
        self._box.show_text(tr("The network is asked…"))
        QgsApplication.taskManager().addTask(task)

    def is_about(self, fid: int | None) -> bool:
        """Whether the polygon of that id is the one that was asked about."""
        return self._feature is not None and self._feature.id() == fid

    def forget(self) -> None:
        """Take question and answer away."""
        if self._shown and QgsProject.instance().mapLayer(self._shown):
            QgsProject.instance().removeMapLayer(self._shown)
        task, folder = self._task, self._folder
        self._shown, self._task, self._folder, self._feature = "", None, None, None
        if task:
            _abandon(task, folder)
        elif folder:
            shutil.rmtree(folder, ignore_errors=True)
        self._box.show_text("")

    def stop(self) -> None:
        """End what runs and wait for it: the plugin goes away."""
        if self._task:
            self._task.end()

    def close(self) -> None:
        """The review ends."""
        self._box.stage_chosen.disconnect(self._ask_stage)
        self.forget()

    def _ask_stage(self, stage: str) -> None:
        self._stage = stage
        if self._feature:
            try:
                self.ask(self._feature)
            except Failure as failure:
                self.refused.emit(str(failure))

    def _on_success(self, result: Event) -> None:
        self._task = None
        counts = result["counts"]
        identity = values_of(self._feature).get("id", "?")
        name = tr("What spoke for No. {} ({})").format(identity, counts["stage"])
        raster = QgsRasterLayer(result["paths"]["explanation"], name)
        raster.loadNamedStyle(str(style("explanation")))
        mark(raster)
        QgsProject.instance().addMapLayer(raster, addToLegend=False)
        _insert_below(self._layer, raster)
        self._shown = raster.id()
        self._box.show_answer(counts)

    def _on_stop(self) -> None:
        self._task = None
        self.forget()

    def _on_failure(self, failure: Failure) -> None:
        self._task = None
        self.forget()
        self.refused.emit(str(failure))


def _abandon(task: WorkerTask, folder: Path) -> None:
    """End a task without waiting for it; its folder goes when it is over."""
    for signal in (task.succeeded, task.failed, task.stopped):
        signal.disconnect()
        signal.connect(lambda *_: shutil.rmtree(folder, ignore_errors=True))
    task.cancel()


def _insert_below(layer: QgsVectorLayer, raster: QgsRasterLayer) -> None:
    """Put a raster under a layer in the legend; on top where that is not in it."""
    root = QgsProject.instance().layerTreeRoot()
    node = root.findLayer(layer.id())
    parent: QgsLayerTreeGroup = node.parent() if node else root
    parent.insertLayer(parent.children().index(node) + 1 if node else 0, raster)
