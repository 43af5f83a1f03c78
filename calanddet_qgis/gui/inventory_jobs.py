"""What becomes of an inventory: fields, statistics, a comparison, an export; one dialog each."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsVectorLayer
from qgis.gui import QgsDoubleSpinBox, QgsFileWidget
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QPixmap
from qgis.PyQt.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QWidget

from ..algorithms.base import command
from ..algorithms.compare import TABLE
from ..algorithms.inventory_export import SUFFIXES, ExportInventory
from ..algorithms.relations import DEFAULT, RELATIONS, relation_parameter
from ..layers import polygon_source
from ..messages import Failure, area, number, tr
from ..request import raster_source
from ..review.access import probability_beside
from ..worker import Event
from .inventory_dialog import (
    InventoryDialog,
    free_path,
    open_file,
    output_file,
    polygon_combo,
    raster_combo,
    source_of,
)
from .learn_dialog import LearnDialog
from .widgets import LayerCombo

GEOPACKAGE = "GeoPackage (*.gpkg)"
MAX_KM2 = 1e8
# Of the size distribution in the dialog [px].
PLOT_WIDTH = 430
# Least overlap by which a polygon matches one of the reference.
IOU = 0.5


class FieldsDialog(InventoryDialog):
    """Slope, height, volume and the like of every polygon, as a new layer."""

    def __init__(self, layer: QgsVectorLayer, parent: QWidget | None = None) -> None:
        super().__init__(layer, tr("Fields from an elevation model"), parent)
        self.dem, self.image = raster_combo(), raster_combo()
        self.relation = _relation_combo(optional=True)
        self.ends = QCheckBox(tr("Also a layer of cro&wns and toes"))
        self.out = output_file(layer, "fields.gpkg", GEOPACKAGE)
        self.add_row(tr("&Elevation model [m]"), self.dem)
        self.add_row(tr("&Image, for shadows"), self.image)
        self.add_row(tr("&Volume from area by"), self.relation)
        self.form.addRow("", self.ends)
        self.add_row(tr("&Result"), self.out)

    def words(self, source: str) -> list[str]:
        """The worker's command."""
        if self.ends.isChecked() and not self.dem.currentLayer():
            message = tr("Crown and toe points need an elevation model.")
            raise Failure("dem", message, tr("Choose one, or leave the points out."))
        return command(
            "inventory",
            "fields",
            source,
            out=self.out.filePath(),
            dem=_raster(self.dem),
            probability=probability_beside(self.layer) or None,
            image=_raster(self.image),
            relation=self.relation.currentData(),
            ends=self.ends.isChecked(),
        )

    def finish(self, result: Event) -> str:
        """Add the polygons, and the points if they are wanted."""
        path, count = result["paths"]["polygons"], result["counts"]["polygons"]
        if self.ends.isChecked():
            self.add_layer(f"{path}|layername=crown_toe", tr("Crowns and toes"))
        self.add_layer(polygon_source(path), tr("Landslides with fields"))
        return tr("{} polygons have their fields.").format(number(count))


class StatisticsDialog(InventoryDialog):
    """Number, area and sizes, with a report of one page."""

    def __init__(self, layer: QgsVectorLayer, parent: QWidget | None = None) -> None:
        super().__init__(layer, tr("Statistics of the inventory"), parent)
        self.heading = QLineEdit()
        self.heading.setPlaceholderText(tr("Landslide inventory {}").format(layer.name()))
        self.searched = QgsDoubleSpinBox()
        self.searched.setRange(0, MAX_KM2)
        self.searched.setDecimals(3)
        self.searched.setSuffix(" km²")
        self.searched.setSpecialValueText(tr("As the run says"))
        self.searched.setClearValue(0)
        self.area, self.dem = polygon_combo(layer), raster_combo()
        self.relation = _relation_combo(optional=False)
        self.out = _folder(free_path(layer, "statistics"))
        self.plot = QLabel()
        self.plot.setObjectName("sizesPlot")
        self.add_row(tr("&Title"), self.heading)
        self.add_row(tr("Area &searched"), self.searched)
        self.add_row(tr("or its &polygons"), self.area)
        self.add_row(tr("&Elevation model"), self.dem)
        self.add_row(tr("&Volume from area by"), self.relation)
        self.add_row(tr("&Folder"), self.out)

    def words(self, source: str) -> list[str]:
        """The worker's command."""
        polygons = self.area.currentLayer()
        return command(
            "inventory",
            "statistics",
            source,
            out=self.out.filePath(),
            area_km2=self.searched.value() or None,
            area=source_of(polygons) if polygons else None,
            dem=_raster(self.dem),
            relation=self.relation.currentData(),
            title=self.heading.text().strip() or self.heading.placeholderText(),
        )

    def finish(self, result: Event) -> str:
        """Show the size distribution, and open the report."""
        counts, paths = result["counts"], result["paths"]
        self._show_plot(paths["plot_png"])
        self.show_link(
            str(Path(paths["report"]).parent),
            tr("Open the folder with report and plots"),
            (paths["report_pdf"], tr("Report as PDF")),
            (paths["plot_png"], "PNG"),
            (paths["plot_svg"], "SVG"),
        )
        open_file(paths["report"])
        told = tr("{} landslides, {} in all; the largest has {}.")
        return told.format(
            number(counts["polygons"]), area(counts["area_m2"]), area(counts["largest_m2"])
        )

    def _show_plot(self, path: str) -> None:
        """The size distribution in the dialog, above links and buttons."""
        smooth = Qt.TransformationMode.SmoothTransformation
        self.plot.setPixmap(QPixmap(path).scaledToWidth(PLOT_WIDTH, smooth))
        self.layout().insertWidget(self.layout().indexOf(self.link), self.plot)
        self.plot.show()


class CompareDialog(InventoryDialog):
    """How good the polygons are against a reference."""

    def __init__(self, layer: QgsVectorLayer, parent: QWidget | None = None) -> None:
        super().__init__(layer, tr("Compare with a reference"), parent)
        self.reference, self.area = polygon_combo(layer), polygon_combo(layer)
        self.iou = QgsDoubleSpinBox()
        self.iou.setRange(0.01, 1)
        self.iou.setSingleStep(0.05)
        self.iou.setClearValue(IOU)
        self.iou.setValue(IOU)
        self.out = output_file(layer, "comparison.gpkg", GEOPACKAGE)
        self.add_row(tr("Re&ference"), self.reference)
        self.add_row(tr("Area &searched"), self.area)
        self.add_row(tr("Least &overlap (IoU)"), self.iou)
        self.add_row(tr("&Result"), self.out)

    def words(self, source: str) -> list[str]:
        """The worker's command."""
        reference, polygons = self.reference.currentLayer(), self.area.currentLayer()
        if reference is None:
            message = tr("No reference is chosen.")
            raise Failure("inventory", message, tr("Choose the layer to compare with."))
        return command(
            "inventory",
            "compare",
            source,
            source_of(reference),
            out=self.out.filePath(),
            area=source_of(polygons) if polygons else None,
            iou=self.iou.value(),
        )

    def finish(self, result: Event) -> str:
        """Add the polygons of both, coloured by what became of each, and the tables."""
        counts, path = result["counts"], result["paths"]["comparison"]
        self.add_layer(f"{path}|layername=scores", tr("Scores of the comparison"))
        self.add_layer(f"{path}|layername=recall_by_size", tr("Found by size"))
        name = tr("Comparison with {}").format(self._reference())
        self.add_layer(f"{path}|layername={TABLE}", name, "comparison")
        told = tr("{} matched, {} missed, {} false, {} split, {} merged;")
        figures = [counts[name] for name in ("matched", "missed", "false", "split", "merged")]
        scores = tr("F1 by landslide {}, by area {}; outlines differ by {} m on average.")
        between = counts["boundary_mean_m"]["value"]
        apart = "–" if between is None else f"{between:.1f}"
        f1 = [_score(counts[name]) for name in ("object_f1", "area_f1")]
        return f"{told.format(*map(number, figures))} {scores.format(*f1, apart)}"

    def _reference(self) -> str:
        reference = self.reference.currentLayer()
        return reference.name() if reference else tr("the reference")


class ExportDialog(InventoryDialog):
    """The inventory for another program, or for a published inventory."""

    def __init__(self, layer: QgsVectorLayer, parent: QWidget | None = None) -> None:
        super().__init__(layer, tr("Export the inventory"), parent)
        self.format = _format_combo()
        self.format.currentIndexChanged.connect(self._rename)
        self.inventory, self.date = QLineEdit(), QLineEdit()
        self.date.setPlaceholderText("2024-07-30")
        self.rejected = QCheckBox(tr("Rejected &polygons as well"))
        self.out = output_file(layer, "export.csv", "")
        self.add_row(tr("&Format"), self.format)
        self.add_row(tr("&Name of the inventory"), self.inventory)
        self.add_row(tr("&Date of the event"), self.date)
        self.form.addRow("", self.rejected)
        self.add_row(tr("&Result"), self.out)

    def words(self, source: str) -> list[str]:
        """The worker's command."""
        return command(
            "inventory",
            "export",
            source,
            out=self.out.filePath(),
            format=self.format.currentData(),
            inventory=self.inventory.text().strip() or None,
            date=self.date.text().strip() or None,
            rejected=self.rejected.isChecked(),
        )

    def finish(self, result: Event) -> str:
        """Say where it went."""
        path = result["paths"]["export"]
        self.show_link(str(Path(path).parent), tr("Open the folder"))
        count = number(result["counts"]["polygons"])
        return tr("{} polygons were written to {}.").format(count, path)

    def _rename(self) -> None:
        """End the file as the format asks for."""
        if not self.out.filePath():
            return
        ending = SUFFIXES[self.format.currentData()]
        self.out.setFilePath(str(Path(self.out.filePath()).with_suffix(ending)))


# The buttons that open them, by name.
DIALOGS = {
    "fields": FieldsDialog,
    "statistics": StatisticsDialog,
    "compare": CompareDialog,
    "export": ExportDialog,
    "learn": LearnDialog,
}


def button_label(name: str) -> str:
    """What a dialog is for, on the button that opens it."""
    labels = {
        "fields": tr("Fields from DEM…"),
        "statistics": tr("Statistics…"),
        "compare": tr("Compare with a reference…"),
        "export": tr("Export…"),
        "learn": tr("Learn from this review…"),
    }
    return labels[name]


def _relation_combo(optional: bool) -> QComboBox:
    """The relations from area to volume, and none where it is optional."""
    combo = QComboBox()
    if optional:
        combo.addItem(tr("(no volume)"), None)
    for label, name in zip(relation_parameter(optional).options(), RELATIONS):
        combo.addItem(label, name)
    combo.setCurrentIndex(0 if optional else combo.findData(DEFAULT))
    return combo


def _format_combo() -> QComboBox:
    algorithm = ExportInventory()
    algorithm.initAlgorithm()
    combo = QComboBox()
    for label, name in zip(algorithm.parameterDefinition("FORMAT").options(), SUFFIXES):
        combo.addItem(label, name)
    return combo


def _folder(path: Path) -> QgsFileWidget:
    widget = QgsFileWidget()
    widget.setStorageMode(QgsFileWidget.StorageMode.GetDirectory)
    widget.setFilePath(str(path))
    return widget


def _raster(combo: LayerCombo) -> str | None:
    layer = combo.currentLayer()
    return raster_source(layer) if layer else None


def _score(score: dict[str, float | None]) -> str:
    """A score with its limits; an unknown one is a dash."""
    value, low, high = (
        "–" if score[name] is None else f"{score[name]:.2f}" for name in ("value", "low", "high")
    )
    return tr("{} ({} to {})").format(value, low, high)
