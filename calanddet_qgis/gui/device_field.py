"""What is to compute a run."""

from __future__ import annotations

import sys

from qgis.PyQt.QtCore import QSignalBlocker

from ..messages import device_label
from ..request import DEVICES
from ..runtime import single_gpus
from ..settings import DEVICE
from .widgets import ElidedCombo


class DeviceField(ElidedCombo):
    """A choice among the kinds of devices, and among the GPUs where there are several.

    It begins with the one that was used last; the GPUs are looked up whenever it opens.
    """

    def __init__(self) -> None:
        super().__init__()
        self._fill(DEVICE.get())

    def showPopup(self) -> None:
        """Look which GPUs there are, and open."""
        self._fill(self.currentData())
        super().showPopup()

    def _fill(self, chosen: str) -> None:
        kinds = [name for name in DEVICES if (name == "mps") <= (sys.platform == "darwin")]
        labels = {name: device_label(name) for name in kinds}
        for name, text in single_gpus().items():
            labels[name] = f"{name} · {text}"
        blocker = QSignalBlocker(self)
        self.clear()
        for name, label in labels.items():
            self.addItem(label, name)
        self.setCurrentIndex(max(self.findData(chosen), 0))
        blocker.unblock()
