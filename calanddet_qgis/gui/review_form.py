"""What to review, and how: the choices of the review tab."""

from __future__ import annotations

from contextlib import suppress

from qgis.core import QgsMapLayerProxyModel, QgsProject, QgsRasterLayer, QgsVectorLayer
from qgis.PyQt.QtCore import pyqtBoundSignal, pyqtSignal
from qgis.PyQt.QtWidgets import QComboBox, QFormLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ..messages import Failure, tr
from ..refine.finished_run import shows
from ..review.access import check_editable, probability_beside
from ..review.queue import ORDERS
from ..review.schema import missing_fields
from .widgets import TextLabel, layer_combo


class ReviewForm(QWidget):
    """The layers, the order, and the button that starts a review."""

    start_wanted = pyqtSignal()
    order_changed = pyqtSignal(str)
    before_changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        filters = QgsMapLayerProxyModel.Filter
        self.layer = layer_combo(filters.PolygonLayer, "reviewLayer")
        self.probability = layer_combo(filters.RasterLayer, "reviewProbability")
        self.before = layer_combo(filters.RasterLayer, "reviewBefore")
        self.order = _order_combo()
        self.message = TextLabel("reviewAdvice")
        self.start_button = QPushButton()
        self.start_button.setObjectName("startReview")
        self.layer.setAllowEmptyLayer(False)
        self._choose_layer()
        self.layer.setToolTip(tr("Any polygon layer; what it lacks is added"))
        self.probability.setToolTip(tr("For probabilities after edits, and to grow regions"))
        self.before.setToolTip(tr("An image from before the event, to swipe over the map"))
        self.layer.layerChanged.connect(self._on_layer)
        self.order.currentIndexChanged.connect(self._tell_order)
        self.before.layerChanged.connect(self.before_changed)
        self.start_button.clicked.connect(self.start_wanted)
        self._is_picked = False
        self.probability.activated.connect(self._pick)
        # A run's rasters come after its polygons.
        QgsProject.instance().layersAdded.connect(self._choose_probability)
        # What cannot change during a review.
        self._fixed: list[QWidget] = [self.start_button]
        # What tells whether the layer can be edited.
        self._heard: list[pyqtBoundSignal] = []
        self._lay_out()
        self._on_layer()

    def polygon_layer(self) -> QgsVectorLayer | None:
        """The layer to review."""
        return self.layer.currentLayer()

    def before_image(self) -> QgsRasterLayer | None:
        """The second image."""
        return self.before.currentLayer()

    def chosen_order(self) -> str:
        """By what the next polygon is chosen."""
        return self.order.currentData()

    def set_reviewing(self, is_reviewing: bool) -> None:
        """While a review is under way, its layers stay as they are."""
        for widget in self._fixed:
            widget.setVisible(not is_reviewing)
        self.message.setVisible(not is_reviewing and bool(self.message.text()))
        self.show_state()

    def show_state(self) -> None:
        """Say what a click on the button will do, or why there is nothing to click."""
        layer = self.polygon_layer()
        lacking: list[str] = []
        advice = ""
        if layer is None:
            advice = tr("Detect landslides first, or add a layer of polygons to the project.")
        else:
            try:
                check_editable(layer)
            except Failure as failure:
                advice = str(failure)
            lacking = missing_fields(layer)
        self.start_button.setEnabled(not advice)
        if lacking and not advice:
            advice = tr("The layer lacks fields that a review fills in: {}.").format(
                ", ".join(lacking)
            )
        text = tr("&Add the fields and review") if lacking else tr("&Review")
        self.start_button.setText(text)
        if self.start_button.isVisibleTo(self):
            self.message.show_text(advice)
        self._choose_probability()

    def _choose_layer(self) -> None:
        """Start with a layer that has our fields, else with the first there is."""
        layers = [self.layer.layer(index) for index in range(self.layer.count())]
        ours = [layer for layer in layers if layer is not None and not missing_fields(layer)]
        if layers:
            self.layer.setLayer((ours or layers)[0])

    def _on_layer(self) -> None:
        # What was picked was for the layer before.
        self._is_picked = False
        layer = self.polygon_layer()
        for heard in self._heard:
            with suppress(RuntimeError, TypeError):
                heard.disconnect(self.show_state)
        self._heard = [layer.readOnlyChanged, layer.dataSourceChanged] if layer else []
        for heard in self._heard:
            heard.connect(self.show_state)
        self.show_state()

    def _pick(self) -> None:
        """The user has chosen a raster of probabilities, or that there shall be none."""
        self._is_picked = True

    def _choose_probability(self) -> None:
        """Choose the raster of the same run if it is in the project; no other by itself."""
        layer = self.polygon_layer()
        beside = probability_beside(layer) if layer else ""
        rasters = map(self.probability.layer, range(self.probability.count()))
        of_run = [raster for raster in rasters if raster and shows(raster, beside)]
        if of_run or not self._is_picked:
            self.probability.setLayer(of_run[0] if of_run else None)

    def _tell_order(self) -> None:
        self.order_changed.emit(self.chosen_order())

    def _lay_out(self) -> None:
        form = QFormLayout()
        self._fixed += _add_row(form, tr("&Polygons"), self.layer)
        self._fixed += _add_row(form, tr("Pro&bability"), self.probability)
        _add_row(form, tr("&Order"), self.order)
        _add_row(form, tr("Image be&fore"), self.before)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(form)
        layout.addWidget(self.message)
        layout.addWidget(self.start_button)


def _order_combo() -> QComboBox:
    labels = {
        "gain": tr("Area × uncertainty"),
        "nearest": tr("Nearest to the last"),
        "largest": tr("Largest first"),
        "uncertain": tr("Least certain first"),
    }
    combo = QComboBox()
    combo.setObjectName("reviewOrder")
    for order in ORDERS:
        combo.addItem(labels[order], order)
    return combo


def _add_row(form: QFormLayout, text: str, field: QWidget) -> list[QWidget]:
    """A row whose label's shortcut key leads to the field; returns both."""
    label = QLabel(text)
    label.setBuddy(field)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    form.addRow(label, field)
    return [label, field]
