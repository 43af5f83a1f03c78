"""What a setup would download, how large that is, where from and where to."""

from __future__ import annotations

from pathlib import Path

from qgis.gui import QgsFileWidget
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QLabel,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ..messages import Failure, data_size, number, tr
from ..runtime import Lock, Plan, Survey, default_root, locked, qgis_network
from ..runtime.lock import PYPI_HOST, PYTORCH_HOST, UV_PYTHON_HOST, uv_file
from ..settings import RUNTIME_FOLDER
from .widgets import TextLabel


class RuntimeForm(QWidget):
    """The choices of a setup, and in words what comes of them."""

    changed = pyqtSignal()
    folder_changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._survey: Survey | None = None
        self._wanted = ""
        self.build = QComboBox()
        self.build.setObjectName("build")
        self.reason = TextLabel("buildReason")
        self.download = TextLabel("download")
        self.disk = TextLabel("disk")
        self.folder = QgsFileWidget()
        self.folder.setObjectName("runtimeFolder")
        self.offline = QCheckBox(tr("Take the &packages from a folder, not from the internet"))
        self.offline.setObjectName("offline")
        self.wheels = QgsFileWidget()
        self.wheels.setObjectName("wheels")
        self._set_up()
        self._lay_out()

    def show_survey(self, survey: Survey) -> None:
        """Offer what the computer could have; what suits it is chosen."""
        self._survey = survey
        self.build.blockSignals(True)
        self.build.clear()
        for name in survey.builds:
            suits = name == survey.choice.build
            self.build.addItem(build_label(name, survey.platform, suits), name)
        wanted = self._wanted if self._wanted in survey.builds else survey.choice.build
        self.build.setCurrentIndex(max(self.build.findData(wanted), 0))
        self.build.blockSignals(False)
        self._explain()

    def lock(self) -> Lock | None:
        """The packages of the chosen build; None before the computer was looked at."""
        if self._survey is None or not self.build.currentData():
            return None
        return locked(self._survey.platform, self.build.currentData())

    def plan(self) -> Plan:
        """What is chosen. Raises `Failure` where that cannot be."""
        lock = self.lock()
        if lock is None:
            raise Failure("setup", self._survey.refusal if self._survey else tr("Not ready yet."))
        wheels = self.wheels_folder()
        if wheels and not any(wheels.glob("*.whl")):
            message = tr("The folder {} holds no packages (*.whl).").format(wheels)
            raise Failure("setup", message, tr("Choose another, or use the internet."))
        return Plan(self.root(), lock, qgis_network(), wheels)

    def wheels_folder(self) -> Path | None:
        """The folder that packages are to come from; None for the internet."""
        return Path(self.wheels.filePath()) if self.offline.isChecked() else None

    def root(self) -> Path:
        """The folder of runtimes."""
        return Path(self.folder.filePath().strip() or default_root())

    def _set_up(self) -> None:
        for widget in (self.folder, self.wheels):
            widget.setStorageMode(QgsFileWidget.StorageMode.GetDirectory)
            widget.fileChanged.connect(widget.setToolTip)
        self.folder.setDialogTitle(tr("Choose a folder for the runtime"))
        self.folder.setFilePath(RUNTIME_FOLDER.get() or str(default_root()))
        self.folder.fileChanged.connect(self._keep_folder)
        self.wheels.setDialogTitle(tr("Choose the folder of packages"))
        self.wheels.lineEdit().setPlaceholderText(tr("A folder of .whl files"))
        self.wheels.hide()
        self.offline.toggled.connect(self.wheels.setVisible)
        self.offline.toggled.connect(self._explain)
        self.build.currentIndexChanged.connect(self._explain)
        self.build.activated.connect(self._keep_build)
        shrinking = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        self.build.setSizeAdjustPolicy(shrinking)

    def _lay_out(self) -> None:
        offline = QWidget()
        column = QVBoxLayout(offline)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.offline)
        column.addWidget(self.wheels)
        rows = QFormLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for text, field in (
            (tr("&Build"), self.build), ("", self.reason), (tr("Download"), self.download),
            (tr("Disk"), self.disk), (tr("&Folder"), self.folder), ("", offline),
        ):  # fmt: skip
            label = QLabel(text)
            label.setBuddy(field)
            if isinstance(field, TextLabel):
                label.setAlignment(Qt.AlignmentFlag.AlignTop)
                label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
            rows.addRow(label, field)

    def _keep_build(self) -> None:
        self._wanted = self.build.currentData()

    def _keep_folder(self) -> None:
        folder = self.folder.filePath().strip()
        RUNTIME_FOLDER.set("" if folder == str(default_root()) else folder)
        self.folder_changed.emit()

    def _explain(self) -> None:
        lock, survey = self.lock(), self._survey
        if survey is not None:
            self.reason.show_text(_reason(survey, lock))
            self.download.show_text(self._download_text(lock, survey) if lock else "")
            self.disk.show_text(_disk_text(lock, survey.free) if lock else "")
        self.changed.emit()

    def _download_text(self, lock: Lock, survey: Survey) -> str:
        if self.offline.isChecked():
            text = tr("Nothing: PyTorch {} and {} other packages come from the folder.")
            return text.format(_version(lock), number(lock.packages - 1))
        size = data_size(lock.least_download)
        if lock.download is None:
            size = tr("More than {}").format(size)
        hosts = PYPI_HOST if lock.on_pypi else tr("{} and {}").format(PYPI_HOST, PYTORCH_HOST)
        text = tr("{}: PyTorch {} and {} other packages, from {}.").format(
            size, _version(lock), number(lock.packages - 1), hosts
        )
        if lock.download is None:
            text += " " + tr("PyTorch's own size is known only when it is fetched.")
        if survey.python:
            return text
        uv = tr("Besides uv ({}, from {}), which fetches a Python of its own from {}.")
        size = data_size(uv_file(lock.platform)[2])
        return f"{text} {uv.format(size, PYPI_HOST, UV_PYTHON_HOST)}"


def _reason(survey: Survey, lock: Lock | None) -> str:
    """Why the chosen build, or that another would suit the computer."""
    if lock is None:
        return survey.refusal
    if lock.build == survey.choice.build:
        return survey.choice.reason
    return tr("Another build suits this computer. {}").format(survey.choice.reason)


def build_label(build: str, platform: str, suits: bool) -> str:
    """A build of PyTorch, for a person to choose."""
    labels = {
        "cpu": tr("Processor, or the GPU of a Mac") if platform.startswith("macos")
        else tr("Processor (CPU)"),
        "cu126": tr("NVIDIA GPU, CUDA 12.6"),
        "cu130": tr("NVIDIA GPU, CUDA 13.0"),
    }  # fmt: skip
    return tr("{} – suits this computer").format(labels[build]) if suits else labels[build]


def _version(lock: Lock) -> str:
    return lock.requirement.partition("==")[2].partition("+")[0]


def _disk_text(lock: Lock, free: int) -> str:
    size = data_size(lock.least_installed)
    if lock.installed is None:
        size = tr("More than {}").format(size)
    return tr("{} in the end; {} are free.").format(size, data_size(free))
