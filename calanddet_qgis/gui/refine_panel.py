"""The refine tab: threshold, minimum area and smoothing of a finished run."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsMapLayer, QgsProject
from qgis.gui import QgisInterface
from qgis.PyQt.QtCore import Qt, QTimer
from qgis.PyQt.QtGui import QHideEvent, QShowEvent
from qgis.PyQt.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ..layers import add_results
from ..messages import Failure, number, progress, summary, tr
from ..refine.finished_run import read_run, runs_in
from ..refine.preview import tidy
from ..refine.refiner import Refiner, State, kept_sentence
from ..worker import Event
from .refine_form import RefineForm
from .widgets import ElidedCombo, TextLabel


class RefinePanel(QScrollArea):
    """Choose a run, move its threshold, see the polygons follow, apply."""

    def __init__(self, iface: QgisInterface) -> None:
        super().__init__()
        self.refiner = Refiner(iface.mapCanvas())
        self.runs = ElidedCombo()
        self.runs.setObjectName("refineRun")
        self.open = QToolButton()
        self.open.setObjectName("refineOpen")
        self.form = RefineForm()
        self.counts = TextLabel("refineCounts")
        self.message = TextLabel("refineMessage")
        self.bar = QProgressBar()
        self.reset = QPushButton(tr("&Reset"))
        self.reset.setObjectName("refineReset")
        self.apply = QPushButton(tr("&Apply"))
        self.apply.setObjectName("refineApply")
        # Layers come and go by the dozen when a project is opened or closed.
        self._look = QTimer(self)
        self._look.setSingleShot(True)
        self._look.timeout.connect(self.refresh)
        self._set_up()
        self._lay_out()
        self._connect()
        self.refresh()

    def refresh(self) -> None:
        """Offer the runs of the project; the newest is chosen unless one is being refined."""
        found = runs_in(QgsProject.instance())
        current = self.refiner.run.folder if self.refiner.run else None
        is_new = any(folder not in self._known for folder in found)
        self._known = set(found)
        self.runs.blockSignals(True)
        self.runs.clear()
        for folder, name in found.items():
            self.runs.addItem(name, str(folder))
            self.runs.setItemData(self.runs.count() - 1, str(folder), Qt.ItemDataRole.ToolTipRole)
        is_busy = self.refiner.preview is not None
        if current in found and (is_busy or not is_new):
            self.runs.setCurrentIndex(self.runs.findData(str(current)))
        self.runs.blockSignals(False)
        self._choose()

    def stop(self) -> None:
        """End for good; the project is left as without a preview."""
        project = QgsProject.instance()
        project.layersAdded.disconnect(self._later)
        project.layersRemoved.disconnect(self._later)
        project.readProject.disconnect(self._tidy)
        self._look.stop()
        self.refiner.close()

    def showEvent(self, event: QShowEvent) -> None:
        """Whoever opens the page is going to move something."""
        super().showEvent(event)
        self.refiner.warm_up()

    def hideEvent(self, event: QHideEvent) -> None:
        """Without a preview there is nothing to wait for."""
        super().hideEvent(event)
        self.refiner.cool_down()

    def _choose(self) -> None:
        folder = self.runs.currentData()
        self.refiner.choose(Path(folder) if folder else None)
        self.runs.setToolTip(folder or "")
        if self.isVisible():
            self.refiner.warm_up()
        self._show_state()

    def _open_folder(self) -> None:
        """Add the layers of an older run to the project."""
        folder = QFileDialog.getExistingDirectory(self, tr("Choose the folder of a run"))
        if folder:
            self.add_run(Path(folder))

    def add_run(self, folder: Path) -> None:
        """Add the layers of the run in a folder, or say why that cannot be."""
        self.message.show_text("")
        try:
            run = read_run(folder)
            run.check_there()
            add_results(QgsProject.instance(), run.results, folder.name)
        except Failure as failure:
            self.message.show_text(str(failure))

    def _on_run(self) -> None:
        """Another run, or the same with other files."""
        run = self.refiner.run
        if run and self.refiner.wanted:
            self.form.show_run(run, self.refiner.wanted)
        self._show_state()

    def _show_state(self) -> None:
        refiner, run = self.refiner, self.refiner.run
        is_applying = refiner.state is State.APPLYING
        self.form.setEnabled(bool(run) and not is_applying)
        self.runs.setEnabled(self.runs.count() > 0 and not is_applying)
        self.open.setEnabled(not is_applying)
        self.bar.setVisible(is_applying)
        self.apply.setText(tr("Cancel") if is_applying else tr("&Apply"))
        can_write = bool(run) and run.is_writable
        self.apply.setEnabled(is_applying or (refiner.can_apply and can_write))
        own = bool(run) and refiner.wanted == run.original
        self.reset.setEnabled(bool(run) and not own and not is_applying)
        if run is None:
            self.counts.show_text(tr("Run a detection first, or open the folder of an older run."))
        elif refiner.wanted == run.settings:
            self.counts.show_text(tr("As in the run's files."))
        elif refiner.state is State.WAITING:
            self.counts.show_text(tr("The polygons follow…"))
        if run and not can_write:
            text = tr("The folder {} cannot be written: this is a preview only.")
            self.message.show_text(text.format(run.folder))

    def _on_counts(self, counts: Event) -> None:
        parts = [summary(counts), kept_sentence(counts)]
        if self.refiner.is_partial:
            parts.append(tr("A preview of the visible part: Apply computes and writes the whole."))
        else:
            parts.append(tr("A preview: Apply writes it into the run's files."))
        self.counts.show_text(" ".join(filter(None, parts)))
        self.message.show_text("")

    def _on_applied(self, counts: Event) -> None:
        text = tr("Written: mask, landslides and run.json have the threshold {} now.")
        parts = [text.format(number(self.refiner.run.settings.threshold, 3)), kept_sentence(counts)]
        self.counts.show_text(summary(counts))
        self.message.show_text(" ".join(filter(None, parts)))

    def _apply_or_cancel(self) -> None:
        self.message.show_text("")
        if self.refiner.state is State.APPLYING:
            self.refiner.cancel()
        else:
            self.bar.setMaximum(0)
            self.refiner.apply()

    def _reset(self) -> None:
        if self.refiner.run:
            self.form.show_run(self.refiner.run, self.refiner.run.original)
            self.refiner.want(self.refiner.run.original)

    def _on_progress(self, event: Event) -> None:
        self.bar.setMaximum(int(event.get("total", 0)))
        self.bar.setValue(int(event.get("done", 0)))
        self.counts.show_text(progress(event))

    def _later(self, _layers: list[QgsMapLayer] | list[str]) -> None:
        self._look.start(0)

    def _tidy(self) -> None:
        """A project may have been saved with a preview whose files are long gone."""
        tidy(QgsProject.instance())

    def _set_up(self) -> None:
        self._known: set[Path] = set()
        self.open.setText("…")
        self.open.setToolTip(tr("Open the folder of an older run"))
        self.bar.setTextVisible(False)
        self.reset.setToolTip(tr("Back to the settings with which the run was made"))
        self.apply.setToolTip(
            tr("Write mask, landslides and run.json anew; what was reviewed is kept as it is")
        )

    def _connect(self) -> None:
        project = QgsProject.instance()
        project.layersAdded.connect(self._later)
        project.layersRemoved.connect(self._later)
        project.readProject.connect(self._tidy)
        self.runs.currentIndexChanged.connect(self._choose)
        self.open.clicked.connect(self._open_folder)
        self.form.changed.connect(self.refiner.want)
        self.apply.clicked.connect(self._apply_or_cancel)
        self.reset.clicked.connect(self._reset)
        self.refiner.changed.connect(self._on_run)
        self.refiner.counted.connect(self._on_counts)
        self.refiner.applied.connect(self._on_applied)
        self.refiner.progressed.connect(self._on_progress)
        self.refiner.warned.connect(self.message.show_text)
        self.refiner.failed.connect(lambda failure: self.message.show_text(str(failure)))

    def _lay_out(self) -> None:
        content = QWidget()
        layout = QVBoxLayout(content)
        self.form.add_run_row(self.runs, self.open)
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(self.reset)
        buttons.addWidget(self.apply)
        layout.addWidget(self.form)
        layout.addWidget(self.counts)
        layout.addWidget(self.bar)
        layout.addLayout(buttons)
        layout.addWidget(self.message)
        layout.addStretch()
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidget(content)
