"""The review tab: a polygon layer gone through one polygon at a time."""

from __future__ import annotations

from collections.abc import Callable

from qgis.core import QgsApplication, QgsPointXY, QgsVectorLayer
from qgis.gui import QgisInterface
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QFrame,
    QGridLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ..messages import Failure, tr
from ..request import raster_source
from ..review.access import probability_beside, uncertainty_beside
from ..review.schema import REJECTED
from ..review.session import ReviewSession
from .inventory_dialog import InventoryDialog
from .inventory_jobs import DIALOGS, button_label
from .learn_dialog import LearnDialog
from .review_card import ReviewCard
from .review_form import ReviewForm
from .review_keys import COLUMNS, ReviewKeys, class_keys, commands
from .review_map import LINE, POLYGON, ReviewMap
from .review_why import Explainer


class ReviewPanel(QScrollArea):
    """Choose a layer, review it, save it; one review at a time."""

    checkpoint_wanted = pyqtSignal(str)  # a checkpoint that learned is to be used from now on

    def __init__(self, iface: QgisInterface) -> None:
        super().__init__()
        self._iface = iface
        self.session: ReviewSession | None = None
        self.map: ReviewMap | None = None
        self.explainer: Explainer | None = None
        self._keys: ReviewKeys | None = None
        self._dialogs: list[InventoryDialog] = []
        self.form = ReviewForm()
        self.card = ReviewCard(self.run)
        self.inventory = QWidget()
        self.form.start_wanted.connect(self.start)
        self.form.order_changed.connect(self._set_order)
        self.form.before_changed.connect(self._show_before)
        self.form.layer.layerChanged.connect(self._show_inventory)
        self.card.class_chosen.connect(self._set_class)
        self.card.swipe.toggled.connect(self._show_before)
        self.card.hide_rejected.toggled.connect(self._show_rejected)
        self.card.save_wanted.connect(self._save)
        self.card.leave_wanted.connect(self.leave)
        self._lay_out()
        self._show_inventory()
        self.card.hide()

    # ---- begin and end -----------------------------------------------------------------------

    def start(self) -> None:
        """Begin to review the chosen layer; the fields that it lacks are added."""
        layer = self.form.polygon_layer()
        if layer is None or self.session:
            return
        # QGIS's provider mixes up its connections where a layer is drawn while its editing begins.
        self._iface.mapCanvas().waitWhileRendering()
        # Fields that are measured for the first time take a millisecond or two each.
        QgsApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
        try:
            self.session = ReviewSession(layer, self._probability(layer), uncertainty_beside(layer))
        except Failure as failure:
            self.form.message.show_text(str(failure))
            return
        finally:
            QgsApplication.restoreOverrideCursor()
        self.session.set_order(self.form.chosen_order())
        self.map = ReviewMap(self._iface, layer)
        self.explainer = Explainer(layer, self.card.why)
        self.explainer.refused.connect(self.card.message.show_text)
        self._keys = ReviewKeys(self._actions())
        self._keys.watch(self.map.canvas)
        self._keys.watch(self)
        self.session.current_changed.connect(self._show_current)
        self.session.told.connect(self.card.message.show_text)
        self.session.ended.connect(self._clean_up)
        self.form.set_reviewing(True)
        self.card.show()
        self._show_before()
        self._show_rejected()
        self.run("next")
        self.card.message.show_text(" ".join(self.session.notes))

    def leave(self) -> None:
        """End the review; unsaved edits stay in the layer, as with any edit in QGIS."""
        if self.session:
            self.session.leave()

    def stop(self) -> None:
        """The panel goes away for good: end the review and what its dialogs run."""
        if self.explainer:
            self.explainer.stop()
        self.leave()
        for dialog in list(self._dialogs):
            dialog.stop()
            dialog.close()

    def _clean_up(self) -> None:
        """Leave everything as it was before the review."""
        self._keys.stop()
        self.explainer.close()
        self.map.close()
        self.session = self.map = self._keys = self.explainer = None
        self.card.hide()
        self.form.set_reviewing(False)

    def _probability(self, layer: QgsVectorLayer) -> str:
        """The raster that was chosen, else the one beside the layer's file; empty for none."""
        chosen = self.form.probability.currentLayer()
        return raster_source(chosen) if chosen else probability_beside(layer)

    def open_dialog(self, name: str) -> InventoryDialog | None:
        """Open a dialog of `DIALOGS` for the layer that is chosen, or the one that is at work."""
        layer = self.form.polygon_layer()
        if layer is None:
            return None
        for dialog in self._dialogs:
            if dialog.is_running and isinstance(dialog, DIALOGS[name]):
                dialog.show()
                dialog.raise_()
                return dialog
        dialog = DIALOGS[name](layer, self._iface.mainWindow())
        if isinstance(dialog, LearnDialog):
            dialog.checkpoint_wanted.connect(self.checkpoint_wanted)
        self._dialogs.append(dialog)
        dialog.finished.connect(lambda _code: self._dialogs.remove(dialog))
        dialog.show()
        return dialog

    # ---- commands ----------------------------------------------------------------------------

    def run(self, name: str) -> None:
        """Run a command by its name; what cannot be done is told in a sentence."""
        session, area = self.session, self.map
        if session is None:
            return
        on_map = {
            "edit": self._edit,
            "redraw": lambda: area.draw(POLYGON, self._then(session.redraw)),
            "split": lambda: area.draw(LINE, self._then(session.split)),
            "draw": lambda: area.draw(POLYGON, self._then(session.add)),
            "grow": lambda: area.click(self._then(session.grow)),
            "find": lambda: area.click(self._then(self._find)),
        }
        if name == "explain":
            self._attempt(self._explain)
        elif name in on_map:
            self._attempt(on_map[name])
        else:
            area.end_tool()
            self._go(getattr(session, name))

    def _actions(self) -> dict[str, Callable[[], None]]:
        """What each key does."""
        actions: dict[str, Callable[[], None]] = {
            command.key: lambda name=command.name: self.run(name) for command in commands()
        }
        for key, name in class_keys().items():
            actions[key] = lambda name=name: self._set_class(name)
        for key, steps in (("+", 1), ("-", -1)):
            actions[key] = lambda steps=steps: self._go(lambda: self.session.regrow(steps))
        actions["W"] = self.card.swipe.toggle
        actions["H"] = self.card.hide_rejected.toggle
        return actions

    def _attempt(self, action: Callable[[], None]) -> bool:
        """Do something, or tell why it cannot be done."""
        self.card.message.show_text("")
        try:
            action()
        except Failure as failure:
            self.card.message.show_text(str(failure))
            return False
        return True

    def _go(self, move: Callable[[], None]) -> None:
        """Do something that may lead to another polygon, and show that one."""
        before = self.session.current
        if self._attempt(move) and self.session and self.session.current != before:
            feature = self.session.feature()
            if feature:
                self.map.zoom(feature.geometry())

    def _then(self, use: Callable[..., None]) -> Callable[..., None]:
        """Hands what comes from the map on to the review."""
        return lambda shape: self._go(lambda: use(shape))

    def _edit(self) -> None:
        feature = self.session.feature()
        if feature:
            self.map.edit(feature)

    def _explain(self) -> None:
        feature = self.session.feature()
        if feature:
            self.explainer.ask(feature)

    def _find(self, point: QgsPointXY) -> None:
        self.session.go_to(self.session.at(point))

    def _save(self) -> None:
        self._attempt(self.session.save)

    def _set_class(self, name: str | None) -> None:
        self._attempt(lambda: self.session.set_class(name))
        self.map.canvas.setFocus()

    def _set_order(self, order: str) -> None:
        if self.session:
            self.session.set_order(order)

    # ---- what is shown -----------------------------------------------------------------------

    def _show_current(self) -> None:
        decided, total = self.session.queue.progress()
        self.card.show_progress(decided, total)
        feature = self.session.feature()
        self.map.outline(feature.geometry() if feature else None)
        if self.explainer and not self.explainer.is_about(self.session.current):
            self.explainer.forget()
        if feature:
            self.card.show_polygon(self.session.values())
        else:
            self.card.show_none()
        if total and decided == total:
            self.card.show_done(total)

    def _show_before(self) -> None:
        """Swipe the chosen image, if there is one and it is wanted."""
        before = self.form.before_image()
        self.card.swipe.setEnabled(before is not None)
        if self.map:
            self.map.show_before(before if self.card.swipe.isChecked() else None)

    def _show_rejected(self) -> None:
        """Show or hide the rejected polygons of a layer that is styled by status."""
        layer = self.session.layer if self.session else None
        renderer = layer.renderer() if layer else None
        if renderer is None or renderer.type() != "categorizedSymbol":
            return
        is_shown = not self.card.hide_rejected.isChecked()
        for index, category in enumerate(renderer.categories()):
            if category.value() == REJECTED and category.renderState() != is_shown:
                renderer.updateCategoryRenderState(index, is_shown)
                layer.triggerRepaint()
                layer.emitStyleChanged()

    def _lay_out(self) -> None:
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.addWidget(self.form)
        layout.addWidget(self.card)
        layout.addWidget(self.inventory)
        self._lay_out_inventory()
        layout.addStretch()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(content)

    def _lay_out_inventory(self) -> None:
        """Buttons for what becomes of the layer that is chosen."""
        grid = QGridLayout(self.inventory)
        grid.setContentsMargins(0, 0, 0, 0)
        heading = QLabel(tr("Inventory"))
        heading.setStyleSheet("font-weight: bold")
        grid.addWidget(heading, 0, 0, 1, COLUMNS)
        for index, name in enumerate(DIALOGS):
            button = QPushButton(button_label(name))
            button.setObjectName(f"{name}Dialog")
            button.setToolTip(button.text())
            # A long text must not widen the panel.
            button.setMinimumWidth(1)
            button.clicked.connect(lambda _checked, name=name: self.open_dialog(name))
            grid.addWidget(button, 1 + index // COLUMNS, index % COLUMNS)

    def _show_inventory(self) -> None:
        self.inventory.setEnabled(self.form.polygon_layer() is not None)
