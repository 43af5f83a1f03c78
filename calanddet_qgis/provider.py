"""The Processing provider `calanddet`."""

from __future__ import annotations

from qgis.core import QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from .algorithms.detect import DetectLandslides
from .paths import icon


class CalandDetProvider(QgsProcessingProvider):
    """All algorithms of the plugin."""

    def loadAlgorithms(self) -> None:
        """Register the algorithms; QGIS calls this whenever it refreshes the provider."""
        self.addAlgorithm(DetectLandslides())

    def id(self) -> str:
        """The first half of every algorithm's id: never translated, never changed."""
        return "calanddet"

    def name(self) -> str:
        """Name in the toolbox."""
        return "CALandDet"

    def icon(self) -> QIcon:
        """Icon in the toolbox."""
        return QIcon(icon("calanddet"))
